"""`liancheng graph export --format ocds`: a record package that is valid and comes in again as it was."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from click.testing import CliRunner, Result
from ocds_files import full_release, write_lines

from api.cli.main import cli
from graph.model import PartyType
from graph.store import open_store


def call(home: Path, *arguments: object) -> Result:
    runner = CliRunner(env={"LIANCHENG_HOME": str(home), "LIANCHENG_LANG": "en"})
    return runner.invoke(cli, [str(a) for a in arguments])


def edges(home: Path) -> set[tuple[object, ...]]:
    """What the store's relations say, but for telephones."""
    store = open_store(str(home / "store.db"))
    try:
        found: set[tuple[object, ...]] = set()
        for _, edge in store.iter_edges():
            ends = [store.get(edge.src), store.get(edge.dst)]
            if any(end is None or end.type is PartyType.PHONE for end in ends):
                continue
            names = tuple(
                (end.type, end.names[0].text, end.ids[0].value if end.ids else "") for end in ends if end
            )
            facts = tuple(sorted(edge.attributes.items()))
            found.add((edge.type, names, edge.role, facts, edge.valid.start, edge.valid.end))
        return found
    finally:
        store.close()


def test_the_tenders_of_a_store_go_out_and_come_in(tmp_path: Path, shared_data: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    path = write_lines(tmp_path / "p.jsonl", [full_release("ocds-a"), full_release("ocds-b")])
    assert call(first, "load", path).exit_code == 0
    out = tmp_path / "out.json"
    made = call(first, "graph", "export", "--format", "ocds", "--any-time", "-o", out, "--publisher", "虚构")
    assert made.exit_code == 0, made.stderr
    document = json.loads(out.read_text("utf-8"))
    assert [record["ocid"] for record in document["records"]] == ["ocds-a", "ocds-b"]
    assert "13800000001" not in out.read_text("utf-8")
    schema = json.loads((shared_data / "ocds" / "release-schema-1.1.json").read_text("utf-8"))
    for record in document["records"]:
        jsonschema.Draft4Validator(schema).validate(
            {"id": "x", "date": "2026-01-01T00:00:00Z", **record["compiledRelease"]}
        )
    assert call(second, "load", out).exit_code == 0
    assert edges(second) == edges(first)
    assert len(edges(first)) > 20


def test_a_store_without_tenders_gives_an_empty_package(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "企业名称,统一社会信用代码,成立日期\n临江澄远建设工程有限公司,91329901MAGLD00148,2010-01-01\n",
        "utf-8",
    )
    assert call(tmp_path, "load", path).exit_code == 0
    made = call(tmp_path, "graph", "export", "--format", "ocds")
    assert made.exit_code == 0, made.stderr
    assert json.loads(made.stdout)["records"] == []
