"""OCDS into the graph and out again: edges, identifiers, what is reported, and the round trip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from loading import T0, Bench
from ocds_files import USCC, full_release, write_lines

from graph.model import Party, PartyType, Source
from graph.procurement import Process
from graph.relations import Relation, RelationType
from graph.store import Store
from graph.tenders import processes as assembled
from loaders.ocds import relations as edges_module
from loaders.ocds import write
from loaders.ocds.convert import process
from loaders.ocds.read import processes
from loaders.ocds.relations import relations

PERSON = "329901199003071236"
"""An invented citizen number with a right check digit."""
Edge = tuple[object, ...]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def found(store: Store) -> set[Edge]:
    """Every edge by what it says, whoever keeps it under which key."""

    def end(key: str) -> Edge:
        party = store.get(key)
        assert party is not None
        ids = tuple(sorted((one.scheme, one.value) for one in party.ids))
        return (party.type, tuple(sorted({name.text for name in party.names})), ids)

    return {
        (
            edge.type,
            end(edge.src),
            end(edge.dst),
            edge.role,
            tuple(sorted(edge.attributes.items())),
            edge.valid.start,
            edge.valid.end,
        )
        for version, edge in store.iter_edges()
        if version.to_gen is None
    }


def edges(release: dict[str, Any]) -> tuple[list[Relation], list[tuple[str, str]]]:
    made, troubles = process(release)
    assert made is not None
    assert troubles == []
    warned: list[tuple[str, str]] = []
    return relations(made, Source(dataset="ocds"), lambda code, path: warned.append((code, path))), warned


def of(kind: RelationType, made: list[Relation]) -> list[Relation]:
    return [one for one in made if one.type is kind]


def test_a_process_as_edges() -> None:
    made, warned = edges(full_release())
    assert warned == []
    lots = {one.src.ids[0].value: one for one in of(RelationType.LOT_OF, made)}
    assert set(lots) == {"ocds-lj0001-2026-001/1", "ocds-lj0001-2026-001/2"}
    facts = lots["ocds-lj0001-2026-001/1"].attributes
    assert (facts["method"], facts["value"], facts["lot_value"], facts["tenderers"]) == (
        "open",
        "5000000",
        "3000000",
        "3",
    )
    (buyer,) = of(RelationType.BUYER_OF, made)
    (agent,) = of(RelationType.AGENT_FOR, made)
    assert (buyer.role, agent.role) == ("buyer", "procuring_entity")
    bids = of(RelationType.BID_IN, made)
    assert len(bids) == 5  # one bid for one lot, a joint bid of two for both
    first = next(one for one in bids if one.attributes["bid"] == "bid-1")
    assert (first.attributes["price"], first.attributes["status"]) == ("2990000.1", "valid")
    assert [(one.scheme, one.value, one.state) for one in first.src.ids] == [("uscc", USCC[0], "valid")]
    (won,) = of(RelationType.WON, made)
    assert (won.dst.ids[0].value, won.attributes["classes"]) == ("ocds-lj0001-2026-001/1", "CPV:45233141")
    assert sorted(one.role for one in of(RelationType.PARTY_TO, made)) == [
        "buyer",
        "subcontractor",
        "supplier",
    ]
    (contract,) = of(RelationType.CONTRACT_OF, made)
    assert contract.dst.ids[0].value == "ocds-lj0001-2026-001/1"
    uses = {one.dst.type: one.dst.ids[0].value for one in of(RelationType.USES, made)}
    assert uses == {PartyType.PHONE: "13800000001", PartyType.EMAIL: "bid@chengyuan.example"}


def test_a_tender_without_lots_is_one_lot() -> None:
    made, _ = edges({"ocid": "a", "tender": {"tenderers": [{"id": "x"}]}})
    (lot,) = of(RelationType.LOT_OF, made)
    assert (lot.src.ids[0].value, lot.role) == ("a/1", "whole")
    (bid,) = of(RelationType.BID_IN, made)
    assert (bid.role, bid.dst.ids[0].value) == ("tenderer", "a/1")


def test_ids_that_hold_in_one_process_only_do_not_meet() -> None:
    def keys(ocid: str, party: str) -> set[str]:
        made, _ = edges(
            {"ocid": ocid, "tender": {"tenderers": [{"id": party, "name": "临江启明设备有限公司"}]}}
        )
        return {one.src.key for one in of(RelationType.BID_IN, made)}

    assert not keys("a", "1") & keys("b", "1")
    assert keys("a", "GB-COH-12345") == keys("b", "GB-COH-12345")


def test_what_the_graph_does_not_hold_is_said() -> None:
    _, warned = edges(
        {
            "ocid": "a",
            "bids": {"details": [{"id": "1", "status": "valid"}]},
            "awards": [{"id": "1", "status": "pending", "suppliers": [{"id": "x"}]}],
            "parties": [
                {"id": "x", "roles": ["supplier"], "contactPoint": {"telephone": "无", "email": "nobody"},
                 "identifier": {"scheme": "CN-SAIC", "id": "91329901MAGLD0014X"}},
            ],
            "tender": {"tenderers": [{"id": "x"}]},
        }
    )  # fmt: skip
    assert {code for code, _ in warned} == {
        "ocds.bid_nobody", "ocds.award_not_active", "ocds.phone", "ocds.email", "ocds.code",
    }  # fmt: skip


def test_the_number_of_a_person_is_in_no_key() -> None:
    made, _ = edges({"ocid": "a", "tender": {"tenderers": [{"id": PERSON, "name": "虚构甲"}]},
                     "parties": [{"id": PERSON, "name": "虚构甲", "roles": ["tenderer"],
                                  "identifier": {"scheme": "CN-ID", "id": PERSON}}]})  # fmt: skip
    (bid,) = of(RelationType.BID_IN, made)
    assert bid.src.type is PartyType.PERSON
    assert [one.value for one in bid.src.ids] == [PERSON]
    assert PERSON not in bid.key
    assert PERSON not in bid.src.key
    assert PERSON not in json.dumps(bid.attributes)


def test_a_load_reports_every_path(bench: Bench) -> None:
    release = full_release()
    release["tender"]["x_note"] = "?"
    release["planning"] = {"rationale": "…"}
    path = write_lines(bench.folder / "p.jsonl", [release, {"ocid": 3}])
    report = bench.load(path)
    (file,) = report.files
    assert report.published
    assert (file.kind, file.format, file.rows, file.accepted) == ("ocds", "ocds-jsonl", 2, 1)
    assert [(one.row, one.code) for one in file.rejected] == [(2, "ocds.ocid")]
    assert file.unknown == ["tender/x_note"]
    assert "planning" in file.ignored
    assert file.mapped["tender/tenderPeriod/endDate"] == "deadline"
    document = report.to_json("en")
    assert document["files"][0]["kind_title"] == "Open Contracting Data Standard"


def test_the_same_again_changes_nothing_and_a_later_state_replaces(bench: Bench) -> None:
    path = write_lines(bench.folder / "p.jsonl", [full_release()])
    first = bench.load(path).files[0].changed
    assert first.added == len(found(bench.store))
    again = bench.load(path).files[0].changed
    assert (again.added, again.updated, again.ended) == (0, 0, 0)
    release = full_release()
    release["bids"]["details"][0]["status"] = "withdrawn"
    later = bench.load(write_lines(bench.folder / "q.jsonl", [release])).files[0].changed
    assert (later.added, later.updated) == (0, 1)


def test_bidders_meet_by_their_codes_across_processes(bench: Bench) -> None:
    bench.load(write_lines(bench.folder / "p.jsonl", [full_release("ocds-a"), full_release("ocds-b")]))
    party = bench.store.find("uscc", USCC[0])
    assert isinstance(party, Party)
    mine, count = bench.store.expand([party.key], types=[RelationType.BID_IN])
    assert count == len(mine) == 2


def test_a_process_with_too_many_edges_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges_module, "MAX_EDGES", 5)
    report = bench.load(write_lines(bench.folder / "p.jsonl", [full_release(), {"ocid": "b"}]))
    assert [one.code for one in report.files[0].rejected] == ["ocds.edges"]
    assert report.files[0].accepted == 1


def test_a_long_release_is_no_long_cell(bench: Bench) -> None:
    release = full_release()
    release["tender"]["description"] = "字" * 150_000
    report = bench.load(write_lines(bench.folder / "p.jsonl", [release]))
    assert report.files[0].accepted == 1, report.files[0].rejected


def again(bench: Bench, folder: Path, releases: Path) -> tuple[set[Edge], set[Edge]]:
    """The edges of a load, and those of what is written from its graph and loaded into an empty store."""
    assert bench.load(releases).published
    store = bench.store
    out = folder / "out.jsonl"
    made = assembled((edge for _, edge in store.iter_edges()), store.get)
    out.write_bytes(b"".join(write.lines(made)))
    folder = folder / "second"
    folder.mkdir()
    other = Bench(folder)
    try:
        assert other.load(out).published
        return found(store), found(other.store)
    finally:
        other.close()


def test_what_goes_out_of_the_graph_comes_in_unchanged(bench: Bench, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "p.jsonl", [full_release("ocds-a"), full_release("ocds-b"), {"ocid": "c"}])
    before, after = again(bench, tmp_path, path)
    assert before == after
    assert len(before) > 20


def test_the_published_example_goes_out_and_comes_in(bench: Bench, tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "ocds" / "fictional-example" / "1.1" / "ocds-213czf-000-00001.json"
    before, after = again(bench, tmp_path, path)
    assert before == after
    assert len(before) == 13


# writing


def read(path: Path) -> list[Process]:
    return [one for one in processes(path) if isinstance(one, Process)]


def test_lines_and_package_come_in_as_they_went_out(tmp_path: Path) -> None:
    given = read(write_lines(tmp_path / "p.jsonl", [full_release("a"), full_release("b"), {"ocid": "c"}]))
    assert len(given) == 3
    lines, package = tmp_path / "lines.jsonl", tmp_path / "package.json"
    lines.write_bytes(b"".join(write.lines(given)))
    package.write_bytes(
        b"".join(write.package(given, uri="https://x.example", publisher="虚构", published=T0))
    )
    assert read(lines) == given
    assert read(package) == given
    document = json.loads(package.read_text("utf-8"))
    assert (document["version"], document["publisher"]) == ("1.1", {"name": "虚构"})
    assert b"".join(write.package([], uri="u", publisher="p", published=T0)).endswith(b'"records":[]}\n')


def test_amounts_stay_exact(tmp_path: Path) -> None:
    text = '{"ocid":"a","tender":{"value":{"amount":123456789012345678.01,"currency":"CNY"}}}'
    path = tmp_path / "p.json"
    path.write_text(text, "utf-8")
    (one,) = read(path)
    assert one.value is not None
    assert one.value.amount == Decimal("123456789012345678.01")
    assert b'"amount":123456789012345678.01' in b"".join(write.lines([one]))


def test_what_is_written_follows_the_schema(tmp_path: Path, shared_data: Path) -> None:
    schema = json.loads((shared_data / "ocds" / "release-schema-1.1.json").read_text("utf-8"))
    given = read(write_lines(tmp_path / "p.jsonl", [full_release()]))
    given += read(shared_data / "ocds" / "fictional-example" / "1.1" / "ocds-213czf-000-00001.json")
    for line in write.lines(given):
        jsonschema.Draft4Validator(schema).validate(json.loads(line))
