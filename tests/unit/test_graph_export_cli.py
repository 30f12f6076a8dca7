"""`liancheng graph export` as it is typed, and ownership as BODS: valid, and loaded again as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from referencing import Registry, Resource
from store_records import day, load, org, person, relation, snapshot

from api.cli.main import cli
from graph.export import read, whole
from graph.export.bods import statements
from graph.identifiers.checks import uscc_check_character
from graph.model import Interval
from graph.relations import PartyRelation, RelationType
from graph.store import Store, open_store
from loaders.run import LoadOptions
from loaders.run import load as load_files


def uscc(number: int) -> str:
    """A code with its check character, of an invented region."""
    body = f"91329901MA{number:07d}"
    return body + uscc_check_character(body)


A, B = org("临江市虚构甲公司", uscc(1)), org("临江市虚构乙公司", uscc(2))
P = person("虚构丙", "329901199001010010")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = open_store(str(tmp_path / "store.db"), create=True)
    load(
        store,
        [
            relation("1", RelationType.HOLDS, P, A, share=Decimal("33.3333333333"), votes=Decimal(60)),
            relation("2", RelationType.HOLDS, A, B, share_min=Decimal(25), share_max=Decimal(50)),
            relation(
                "3",
                RelationType.HOLDS,
                P,
                B,
                share=Decimal("12.50"),
                valid=Interval(start=day(1), end=day(99)),
            ),
            relation("4", RelationType.LEGAL_REP_OF, P, A),
            relation("5", RelationType.KIN_OF, P, person("虚构丁", "329901199202020020"), role="spouse"),
        ],
        at=day(10),
        snapshots=[snapshot("register", "register")],
    )
    store.close()
    return tmp_path


def call(home: Path, *arguments: object) -> Result:
    runner = CliRunner(env={"LIANCHENG_LANG": "en", "LIANCHENG_HOME": str(home)})
    words = ["graph", "export", *(str(a) for a in arguments), "--store", str(home / "store.db")]
    return runner.invoke(cli, words)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    opened = open_store(str(home / "store.db"))
    yield opened
    opened.close()


def types(path: Path) -> list[str]:
    return sorted(edge.type.value for edge in read(path).edges())


@pytest.mark.parametrize("name", ["g.graphml", "g.gexf", "g.json", "g"])
def test_the_suffix_picks_the_format(home: Path, name: str) -> None:
    result = call(home, "-o", home / name)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert types(home / name) == ["HOLDS", "HOLDS", "LEGAL_REP_OF"]
    assert "4 parties and 3 relations" in result.stderr
    assert "Kinship was left out" in result.stderr


def test_time_types_and_neighbourhood(home: Path) -> None:
    def found(*arguments: object) -> list[str]:
        path = home / "out.json"
        assert call(home, "-o", path, *arguments).exit_code == 0
        return types(path)

    assert len(found("--any-time")) == 4
    assert len(found("--as-of", "2024-01-20")) == 4
    assert found("--as-of", "2024-01-20", "--known-at", "2024-01-05") == []
    assert found("--type", "KIN_OF") == ["KIN_OF"]
    assert found(uscc(2), "--hops", 1, "--any-time") == ["HOLDS", "HOLDS"]
    assert found("临江市虚构乙公司", "--hops", "2", "--any-time") == [
        "HOLDS",
        "HOLDS",
        "HOLDS",
        "LEGAL_REP_OF",
    ]


def test_json_to_stdout_and_what_is_wrong(home: Path) -> None:
    document = json.loads(call(home).stdout)
    assert {"directed", "multigraph", "graph", "nodes", "edges"} == set(document)
    assert "329901199001010010" not in call(home, "--format", "graphml").stdout
    assert "graphml, gexf, json, csv, bods, ocds" in call(home, "-o", home / "x.pdf").stderr
    for wrong in (("--format", "csv"), ("-o", home / "x.pdf"), ("临江市没有的公司",)):
        result = call(home, *wrong)
        assert (result.exit_code, result.stdout) == (2, ""), wrong
    cut = call(home, uscc(2), "--limit", 1, "--any-time")
    assert cut.exit_code == 1
    assert "Cut at 1" in cut.stderr


def test_what_a_format_has_no_place_for_is_said(home: Path) -> None:
    bods = call(home, "--format", "bods")
    written = [statement["recordType"] for statement in json.loads(bods.stdout)]
    assert (
        f"{len(written) - written.count('relationship')} parties and {written.count('relationship')} holdings"
        in (bods.stderr)
    )
    assert "4 parties and 3 relations that were read" in bods.stderr
    assert "Kinship" not in bods.stderr
    assert "0 contracting processes" in call(home, "--format", "ocds").stderr


def test_bods_says_what_is_held(store: Store) -> None:
    made = list(statements(whole(store, at=day(20)), on=date(2026, 11, 23), publisher="临江市虚构平台"))
    assert sorted(s["recordType"] for s in made[:3]) == ["entity", "entity", "person"]
    assert [s["recordType"] for s in made[3:]] == ["relationship"] * 3
    assert len({s["statementId"] for s in made}) == len({s["recordId"] for s in made}) == 6
    people = {s["recordId"]: s["recordDetails"] for s in made[:3]}
    assert [p["names"] for p in people.values() if "names" in p] == [
        [{"type": "legal", "fullName": "虚构丙"}]
    ]
    assert {tuple(i["id"] for i in p.get("identifiers", ())) for p in people.values()} == {
        (uscc(1),),
        (uscc(2),),
        (),
    }
    interests = [s["recordDetails"]["interests"] for s in made[3:]]
    said = sorted(((i["type"], i["share"]) for group in interests for i in group), key=str)
    assert said == sorted(
        [
            ("shareholding", {"exact": Decimal("33.3333333333")}),
            ("votingRights", {"exact": Decimal(60)}),
            ("shareholding", {"minimum": Decimal(25), "maximum": Decimal(50)}),
            ("shareholding", {"exact": Decimal("12.50")}),
        ],
        key=str,
    )
    dated = next(i for group in interests for i in group if "startDate" in i)
    assert (dated["startDate"], dated["endDate"]) == ("2024-01-02", "2024-04-09")


@pytest.mark.shared
def test_bods_is_valid(shared_data: Path, home: Path) -> None:
    folder = shared_data / "bods" / "schema"
    schemas = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values() if "$id" in schema
    )
    checker = jsonschema.Draft202012Validator(schemas["statement"], registry=registry)
    document = json.loads(call(home, "--format", "bods", "--any-time").stdout)
    assert len(document) == 6
    assert [error.message for error in checker.iter_errors(document)] == []
    document[0]["recordType"] = "company"
    assert list(checker.iter_errors(document))


def test_bods_is_loaded_as_it_was(home: Path, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "bods.json"
    assert call(home, "--format", "bods", "--any-time", "-o", path).exit_code == 0
    other = open_store(str(tmp_path / "other.db"), create=True)
    report = load_files(other, [path], options=LoadOptions(workers=0), recorded_at=day(30))
    assert [one.rejected for one in report.files] == [[]]
    assert holdings(other) == holdings(store)
    other.close()


def holdings(store: Store) -> list[tuple[Any, ...]]:
    """Who holds what, by name, as stated."""

    def name(key: str) -> str:
        party = store.get(key)
        assert party is not None
        return party.names[0].text

    def said(one: PartyRelation) -> tuple[Any, ...]:
        shares = (one.share, one.share_min, one.share_max, one.votes)
        return name(one.src), name(one.dst), shares, one.valid

    return sorted((said(one) for _, one in store.iter_edges() if one.type is RelationType.HOLDS), key=str)
