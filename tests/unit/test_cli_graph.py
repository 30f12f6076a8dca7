"""`liancheng graph path` and `around` over a small store: connections with dates and sources, counts, refusals."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from store_records import T0, load, org, person, relation, row, snapshot, uscc

from api.cli.main import cli
from graph.generation import current_generation
from graph.generation.manifest import MANIFEST, digest
from graph.model import Interval, PartyRecord, PartyType
from graph.relations import Relation, RelationType
from graph.store import open_store
from loaders.records import thing

A, B, C = (org(f"临江虚构{name}有限公司", uscc(number)) for number, name in enumerate("甲乙丙"))
NUMBER = "329901198811062462"
OWNER = person("虚构张三", NUMBER)
MANY = 40


class House:
    """A home with a few relations in its store, and a way to type commands."""

    def __init__(self, folder: Path) -> None:
        self.runner = CliRunner(env={"LIANCHENG_HOME": str(folder), "LIANCHENG_LANG": "en"})

    def __call__(self, *arguments: object) -> Result:
        return self.runner.invoke(cli, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    house = House(folder)
    store = open_store(str(folder / "store.db"), create=True)
    ended = Interval(end=T0 + timedelta(days=3))
    records: list[PartyRecord | Relation] = [
        row("a", A, address="临江市虚构路12号"),
        row("b", B, address="临江市虚构路12号"),
        relation("r1", RelationType.HOLDS, OWNER, A, share=Decimal(60)),
        relation("r2", RelationType.LEGAL_REP_OF, OWNER, B, valid=Interval(start=T0)),
        relation("r3", RelationType.HOLDS, B, C, share_min=Decimal(25), share_max=Decimal(50), valid=ended),
        *(
            relation(f"m{n}", RelationType.HOLDS, A, org(f"临江虚构子{n}公司", uscc(100 + n)))
            for n in range(MANY)
        ),
        relation("n1", RelationType.KIN_OF, person("虚构李四", "329901197210158022"), OWNER, role="spouse"),
        relation("n2", RelationType.HEAD_OF, person("虚构李四", "329902197210158022"), C),
    ]
    load(store, records, at=T0, snapshots=[snapshot("register", "city")])
    store.close()
    return house


def test_a_path_is_told_with_shares_dates_and_sources(house: House) -> None:
    result = house("graph", "path", uscc(0), "临江虚构丙有限公司", "--any-time", "--format", "json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["found"]
    assert told["hops"] == 3
    assert [one["name"] for one in told["nodes"]] == [
        "临江虚构甲有限公司", "虚构张三", "临江虚构乙有限公司", "临江虚构丙有限公司",
    ]  # fmt: skip
    assert [(one["type"], one["out"], one["share"]) for one in told["edges"]] == [
        ("HOLDS", False, "60"), ("LEGAL_REP_OF", True, None), ("HOLDS", True, "25-50"),
    ]  # fmt: skip
    assert told["edges"][2]["until"].startswith("2024-01-04")
    assert told["edges"][0]["source"]["dataset"] == "register"
    assert told["nodes"][1]["code"] == ""
    assert told["cut"] == {"hubs": 0, "spent": False}
    assert NUMBER not in result.stdout


def test_a_path_holds_at_its_moment_and_by_its_types(house: House) -> None:
    ended = house("graph", "path", uscc(0), uscc(2))
    assert ended.exit_code == 0
    assert "No connection within 8 steps" in ended.stderr
    then = house("graph", "path", uscc(1), uscc(2), "--as-of", "2024-01-02", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(then.stdout)))
    assert [(r["from_name"], r["relation"], r["to_name"], r["valid"]) for r in rows] == [
        ("临江虚构乙有限公司", "—holds→", "临江虚构丙有限公司", " … 2024-01-04")
    ]
    other = house("graph", "path", uscc(0), uscc(1), "--type", "HOLDS", "--format", "json")
    assert not json.loads(other.stdout)["found"]
    short = house("graph", "path", uscc(0), uscc(1), "--hops", 1, "--format", "json")
    assert not json.loads(short.stdout)["found"]
    before = house("graph", "path", uscc(0), uscc(1), "--known-at", "2023-01-01", "--format", "json")
    assert not json.loads(before.stdout)["found"]


def test_a_path_in_words(house: House) -> None:
    result = house("graph", "path", "临江虚构甲有限公司", uscc(1), "--lang", "zh")
    assert "←持股—" in result.stdout
    assert "—法定代表人→" in result.stdout
    assert "register" in result.stdout


def test_what_was_cut_is_said(house: House) -> None:
    result = house("graph", "path", uscc(100), uscc(101), "--hub", 10)
    assert "No connection" in result.stderr
    assert "too many relations" in result.stderr
    assert json.loads(house("graph", "path", uscc(100), uscc(101), "--format", "json").stdout)["hops"] == 2


def test_around_counts_by_relation(house: House) -> None:
    result = house("graph", "around", uscc(0), "--format", "json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert (told["shown"], told["total"]) == (31, MANY + 1)
    assert [(one["type"], one["out"], one["shown"], one["total"]) for one in told["relations"]] == [
        ("HOLDS", True, 30, MANY), ("HOLDS", False, 1, 1),
    ]  # fmt: skip
    assert told["relations"][1]["relations"][0]["other"]["name"] == "虚构张三"
    (shared,) = told["shared"]
    assert (shared["kind"], shared["value"], shared["total"]) == ("address", "临江市虚构路12号", 1)
    assert [one["name"] for one in shared["parties"]] == ["临江虚构乙有限公司"]
    assert "31 of 41 relations shown" in result.stderr
    table = house("graph", "around", uscc(0), "--limit", 2, "--type", "holds")
    assert "3 of 41 relations shown" in table.stderr
    assert "临江虚构子" in table.stdout
    assert NUMBER not in table.stdout + result.stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("临江查无此公司", "Nobody is known as `临江查无此公司`"),
        ("虚构李四", "may be any of 2 parties"),
        (NUMBER, "Nobody is known as"),
        ("lot:T1/L1", "Nobody is known as"),
    ],
)
def test_nobody_and_namesakes_are_refused_with_a_sentence(house: House, asked: str, said: str) -> None:
    result = house("graph", "around", asked)
    assert result.exit_code == 2
    assert said in result.stderr
    assert NUMBER not in result.stderr
    assert result.stdout == ""


def test_a_home_without_anything_says_what_to_do(tmp_path: Path) -> None:
    result = House(tmp_path)("graph", "around", "x")
    assert result.exit_code == 3
    assert "liancheng load" in result.stderr


def test_a_generation_of_an_earlier_program_is_published_anew(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"), create=True)
    load(store, [relation("r", RelationType.HOLDS, A, B)], at=T0, snapshots=[snapshot("register", "city")])
    store.close()
    house = House(tmp_path)
    assert json.loads(house("graph", "path", uscc(0), uscc(1), "--format", "json").stdout)["hops"] == 1
    with current_generation(tmp_path) as made:
        manifest = msgspec.json.decode((made.path / MANIFEST).read_bytes())
        manifest["slots"]["projection"] = None
        data = msgspec.json.encode(manifest, order="sorted")
        old = f"{made.number}-{digest(data)[:12]}"
        made.path.rename(made.path.with_name(old))
    (tmp_path / "generations" / old / MANIFEST).write_bytes(data)
    (tmp_path / "current").write_text(old, "ascii")
    told = json.loads(house("graph", "path", uscc(0), uscc(1), "--format", "json").stdout)
    assert told["hops"] == 1
    assert told["generation"] != old


def test_nobody_learns_who_bids_before_the_opening(tmp_path: Path) -> None:
    house = House(tmp_path)
    lot, tender = thing(PartyType.LOT, "T9/L1"), thing(PartyType.TENDER, "T9")
    store = open_store(str(tmp_path / "store.db"), create=True)
    records: list[PartyRecord | Relation] = [
        row("a", A),
        row("b", B),
        row("t9", tender, opening_at="2199-01-01T09:00:00+08:00"),
        relation("l", RelationType.LOT_OF, lot, tender),
        relation("b1", RelationType.BID_IN, A, lot),
        relation("b2", RelationType.BID_IN, B, lot),
        relation("p1", RelationType.ACTS_FOR, OWNER, A, attributes={"lot": "T9/L1"}),
    ]
    load(store, records, at=T0, snapshots=[snapshot("register", "city")])
    store.close()
    path = house("graph", "path", uscc(0), uscc(1), "--format", "json")
    assert json.loads(path.stdout)["found"] is False
    assert "2 tenders and lots are not opened yet" in path.stderr
    around = json.loads(house("graph", "around", uscc(0), "--format", "json").stdout)
    assert around["total"] == 0
    assert json.loads(house("graph", "around", "lot:T9/L1", "--format", "json").stdout)["total"] == 1
    whole = house("graph", "export", "--any-time")
    assert [edge["type"] for edge in json.loads(whole.stdout)["edges"]] == ["LOT_OF"]
    assert "3 relations that tell who bids were left out" in whole.stderr
    near = json.loads(house("graph", "export", uscc(0), "--any-time").stdout)
    assert [node["name"] for node in near["nodes"]] == [A.name]
    assert near["edges"] == []
