"""OCDS in every shape: releases, records, packages, JSON lines, workbooks; merged by the standard's rules."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ocds_files import USCC, full_release, write_lines

from graph.dates import parse_instant
from graph.procurement import Money, OrgRef, Process
from loaders.base import Problem
from loaders.errors import FileError
from loaders.files import open_tables
from loaders.kinds import recogniser
from loaders.ocds import stream
from loaders.ocds.merge import merge
from loaders.ocds.paths import IGNORED, MAPPED, collect
from loaders.ocds.read import Refused, processes


def read(path: Path) -> tuple[list[Process], list[Problem]]:
    found = list(processes(path))
    return [one for one in found if isinstance(one, Process)], [
        one for one in found if isinstance(one, Problem)
    ]


def written(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), "utf-8")
    return path


def part(ocid: str, number: int, *tags: str, **more: Any) -> dict[str, Any]:
    return {
        "ocid": ocid,
        "id": f"{ocid}-{number}",
        "date": f"2026-01-{number:02d}T00:00:00Z",
        "tag": list(tags),
        **more,
    }


ONE = {"ocid": "a", "tender": {"title": "一"}}
TWO = {"ocid": "b", "tender": {"title": "二"}}
PACKAGE = {
    "uri": "https://p.example",
    "version": "1.1",
    "extensions": ["https://e.example"],
    "publisher": {"name": "p"},
}


@pytest.mark.parametrize(
    ("value", "titles"),
    [
        (ONE, ["一"]),
        ([ONE, TWO], ["一", "二"]),
        ({**PACKAGE, "releases": [ONE, TWO]}, ["一", "二"]),
        ({"releases": [ONE], **PACKAGE}, ["一"]),
        ({**PACKAGE, "records": [{"ocid": "a", "compiledRelease": ONE}]}, ["一"]),
        ({**PACKAGE, "records": [{"ocid": "a", "compiledRelease": {"tender": {"title": "无号"}}}]}, ["无号"]),
        ({**PACKAGE, "records": [{"ocid": "a", "releases": [ONE]}, {"ocid": "b", "releases": [TWO]}]}, ["一", "二"]),
        ({"ocid": "a", "releases": [ONE], "compiledRelease": {**ONE, "tender": {"title": "汇总"}}}, ["汇总"]),
        ([{**PACKAGE, "releases": [ONE]}, {**PACKAGE, "records": [{"compiledRelease": TWO}]}], ["一", "二"]),
    ],
    ids=["release", "array", "releases", "releases first", "record", "ocid of the record", "embedded", "whole record",
         "packages in an array"],
)  # fmt: skip
def test_every_shape(tmp_path: Path, value: Any, titles: list[str]) -> None:
    found, _ = read(written(tmp_path / "x.json", value))
    assert [one.title for one in found] == titles


def test_json_lines_of_releases_records_and_packages(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "x.jsonl",
        [ONE, {"ocid": "b", "compiledRelease": TWO}, {**PACKAGE, "releases": [{"ocid": "c"}, {"ocid": "d"}]}],
    )
    assert [one.key for one in read(path)[0]] == ["a", "b", "c", "d"]


def test_a_line_that_is_broken_costs_nothing_but_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"ocid":"a"}\n\n{"ocid":\n{"ocid":"b","x":NaN}\n[1]\n{"ocid":"c"}\n')
    found, problems = read(path)
    assert [one.key for one in found] == ["a", "c"]
    assert [(one.row, one.code) for one in problems] == [(3, "row.json"), (4, "row.json"), (5, "row.json")]
    assert all(isinstance(one, Refused) for one in problems)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"ocid": "a", "releases": [{"url": "https://x.example", "tag": ["award"]}]}, "ocds.linked"),
        ({"ocid": "a", "releases": []}, "ocds.linked"),
        ({"ocid": "a", "versionedRelease": {}}, "ocds.versioned"),
        ({"ocid": 5}, "ocds.ocid"),
        ({"ocid": "  "}, "ocds.ocid"),
        (7, "row.json"),
    ],
)
def test_what_is_no_release_is_said(tmp_path: Path, value: Any, code: str) -> None:
    found, problems = read(written(tmp_path / "x.json", {"releases": [ONE, value]}))
    assert [one.key for one in found] == ["a"]
    assert [(one.row, one.code) for one in problems] == [(2, code)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"releases": [{"ocid": "a"}, {"ocid": ', "file.json"),
        ('{"releases": [{"ocid": "a"} {"ocid": "b"}]}', "file.json"),
        ('{"releases": [{"ocid": "a"}]} tail', "file.json"),
        ('{1: [{"ocid": "a"}]}', "file.json"),
    ],
)
def test_a_damaged_document_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    with pytest.raises(FileError) as caught:
        read(path)
    assert caught.value.code == code


def test_deep_nesting_is_refused_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"ocid":"a","x":' + "[" * 100_000 + "]" * 100_000 + "}", "utf-8")
    with pytest.raises(FileError):
        read(path)


def test_a_key_that_stands_twice_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"ocid":"a","tender":{"title":"x","title":"y"}}\n{"ocid":"b"}\n', "utf-8")
    found, problems = read(path)
    assert [one.title for one in found] == ["y", ""]
    assert [(one.row, one.code) for one in problems] == [(1, "row.json_repeated")]


def test_archives_and_encodings(tmp_path: Path) -> None:
    title = "临江市城区道路维修养护工程施工招标公告（虚构）"
    text = json.dumps({"ocid": "a", "tender": {"title": title}}, ensure_ascii=False)
    packed = tmp_path / "x.json.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    foreign = tmp_path / "gb.json"
    foreign.write_bytes(text.encode("gb18030"))
    whole = tmp_path / "x.zip"
    with zipfile.ZipFile(whole, "w") as package:
        package.writestr("a.json", text)
    for path in (packed, foreign, whole):
        assert [one.title for one in read(path)[0]] == [title]


def test_other_json_is_left_to_others(tmp_path: Path) -> None:
    path = written(
        tmp_path / "x.json", [{"企业名称": "临江澄远建设工程有限公司", "统一社会信用代码": USCC[0]}]
    )
    (table,) = open_tables(path, recogniser(None)).tables
    assert table.format == "json"
    with pytest.raises(FileError) as caught:
        read(path)
    assert caught.value.code == "ocds.other"


# merging


def test_later_values_replace_and_null_removes() -> None:
    made = merge(
        [
            part("a", 3, "award", tender={"status": None, "value": {"amount": 7}}, language="zh"),
            part(
                "a",
                1,
                "tender",
                tender={"title": "一", "status": "x", "value": {"amount": 5, "currency": "CNY"}},
            ),
        ]
    )
    assert made["tender"] == {"title": "一", "value": {"amount": 7, "currency": "CNY"}}
    assert (made["date"], made["tag"], made["ocid"]) == ("2026-01-03T00:00:00Z", ["compiled"], "a")


def test_objects_meet_by_id_and_whole_lists_are_replaced() -> None:
    nameless = {"name": "nameless"}
    old = {"id": "1", "name": "x", "roles": ["buyer"], "additionalIdentifiers": [{"id": "p"}]}
    new = {"id": 1, "roles": ["supplier"], "additionalIdentifiers": [{"id": "q"}]}
    first = part("a", 1, "tender", parties=[old, nameless])
    second = part("a", 2, "award", parties=[new, {"id": "2", "name": "y"}, nameless])
    assert merge([first, second])["parties"] == [
        {"id": 1, "name": "x", "roles": ["supplier"], "additionalIdentifiers": [{"id": "q"}]},
        {"name": "nameless"},
        {"id": "2", "name": "y"},
        {"name": "nameless"},
    ]
    assert first["parties"][0]["roles"] == ["buyer"]


def test_releases_of_a_process_are_merged_wherever_they_stand(tmp_path: Path) -> None:
    path = written(
        tmp_path / "x.json",
        {"releases": [
            part("a", 2, "award", awards=[{"id": "1", "status": "active"}]),
            part("b", 1, "tender", tender={"title": "二"}),
            part("a", 1, "tender", tender={"title": "一"}),
            ONE | {"ocid": "c"},
        ]},
    )  # fmt: skip
    found, _ = read(path)
    assert [(one.key, one.title, len(one.awards)) for one in found] == [
        ("c", "一", 0),
        ("a", "一", 1),
        ("b", "二", 0),
    ]


def test_a_compiled_release_speaks_for_its_parts(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", [part("a", 1, "tender", tender={"title": "旧"}), ONE])
    assert [one.title for one in read(path)[0]] == ["一"]


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stream, "MAX_HELD", 2)
    path = write_lines(tmp_path / "x.jsonl", [part("a", n, "tender") for n in range(1, 4)])
    with pytest.raises(FileError) as caught:
        read(path)
    assert caught.value.code == "ocds.many"


def test_the_published_example_merges_as_published(shared_data: Path) -> None:
    folder = shared_data / "ocds" / "fictional-example" / "1.1"
    name = "ocds-213czf-000-00001"
    releases = json.loads((folder / f"{name}.json").read_text("utf-8"), parse_float=Decimal)["releases"]
    record = json.loads((folder / "record" / f"{name}.json").read_text("utf-8"), parse_float=Decimal)[
        "records"
    ][0]
    assert merge(releases) == record["compiledRelease"]


def test_every_published_example_is_read(shared_data: Path) -> None:
    files = sorted((shared_data / "ocds" / "fictional-example").rglob("*.json"))
    assert len(files) >= 15
    for path in files:
        found, problems = read(path)
        assert [one.key for one in found] == ["ocds-213czf-000-00001"], path.name
        assert problems == [], path.name


# values


def test_everything_a_release_says(tmp_path: Path) -> None:
    (one,), problems = read(written(tmp_path / "x.json", full_release()))
    assert problems == []
    assert (one.title, one.status, one.method, one.criteria, one.tenderer_count) == (
        "临江市道路养护（虚构）", "complete", "open", "priceOnly", 3,
    )  # fmt: skip
    assert one.start == parse_instant("2026-02-01T09:00:00+08:00")
    assert one.min_value == Money(amount=Decimal("1000000.55"), currency="CNY")
    assert one.buyer == OrgRef(id="LJ-JTJ", name="临江市交通局（虚构）")
    assert [lot.id for lot in one.lots] == ["1", "2"]
    first, second = one.bids
    assert (first.value, first.lots, first.rank) == (
        Money(amount=Decimal("2990000.1"), currency="CNY"),
        ("1",),
        "1",
    )
    assert [ref.id for ref in second.tenderers] == ["b2", "b3"]
    assert one.items[0].quantity == Decimal("12.5")
    assert one.contracts[0].subcontractors == (OrgRef(id="b3", name="临江启明设备有限公司"),)
    assert one.parties[1].code == USCC[0]
    assert one.bids_known


@pytest.mark.parametrize(
    ("release", "path", "code"),
    [
        ({"tender": {"value": {"amount": "viel"}}}, "tender/value/amount", "value.number"),
        ({"tender": {"value": {"amount": True}}}, "tender/value/amount", "value.number"),
        ({"tender": {"value": {"amount": 10**19}}}, "tender/value/amount", "value.number"),
        ({"tender": {"tenderPeriod": {"endDate": "morgen"}}}, "tender/tenderPeriod/endDate", "value.date"),
        ({"tender": ["x"]}, "tender", "ocds.value"),
        ({"tender": {"title": {"x": 1}}}, "tender/title", "ocds.value"),
        ({"bids": {"details": [3]}}, "bids/details", "ocds.value"),
        ({"bids": {"details": [{"tenderers": ["A"]}]}}, "bids/details/tenderers", "ocds.value"),
        ({"awards": [{"relatedLots": [{}]}]}, "awards/relatedLots", "ocds.value"),
        ({"tender": {"numberOfTenderers": 1.5}}, "tender/numberOfTenderers", "value.number"),
    ],
)
def test_values_that_can_not_be_used_are_reported(
    tmp_path: Path, release: dict[str, Any], path: str, code: str
) -> None:
    (one,), problems = read(written(tmp_path / "x.json", {"ocid": "a", **release}))
    assert one.key == "a"
    assert [(problem.column, problem.code) for problem in problems] == [(path, code)]


def test_times_numbers_and_single_objects(tmp_path: Path) -> None:
    release = {
        "ocid": "a",
        "tender": {
            "tenderPeriod": {"startDate": "2026-03-01", "endDate": "2026-03-04"},
            "numberOfTenderers": "2",
        },
        "bids": {
            "details": {"id": 4, "value": {"amount": "12.50", "currency": "cny"}, "tenderers": {"id": 9}}
        },
    }
    (one,), _ = read(written(tmp_path / "x.json", release))
    # a bare date begins its day in China; as a deadline the day counts to its end
    assert one.start == parse_instant("2026-03-01T00:00:00+08:00")
    assert one.deadline == parse_instant("2026-03-04T23:59:59+08:00")
    assert one.tenderer_count == 2
    assert (one.bids[0].id, one.bids[0].tenderers) == ("4", (OrgRef(id="9"),))
    assert one.bids[0].value == Money(amount=Decimal("12.50"), currency="CNY")


def test_organisations_of_version_1_0_stand_where_they_are_named(tmp_path: Path) -> None:
    release = {
        "ocid": "a",
        "buyer": {"name": "临江市交通局（虚构）", "identifier": {"scheme": "CN-SAIC", "id": "x1"}},
    }
    (one,), _ = read(written(tmp_path / "x.json", release))
    assert one.buyer == OrgRef(id="CN-SAIC-x1", name="临江市交通局（虚构）")
    assert (one.parties[0].code, one.parties[0].roles) == ("x1", ("buyer",))


def test_paths_are_either_mapped_or_ignored() -> None:
    assert not set(MAPPED) & set(IGNORED)
    found: set[str] = set()
    collect(
        {
            "ocid": "a",
            "tender": {"documents": [{"id": 1}], "lots": [{"id": 1, "x_new": {"deep": 1}}]},
            "empty": [],
        },
        found,
    )
    assert found == {"ocid", "tender/documents", "tender/lots/id", "tender/lots/x_new/deep"}


def test_every_field_of_the_standard_is_known(shared_data: Path) -> None:
    schema = json.loads((shared_data / "ocds" / "dereferenced-release-schema.json").read_text("utf-8"))

    def leaves(node: dict[str, Any], path: str) -> Iterable[str]:
        if properties := node.get("properties"):
            for name, inner in properties.items():
                yield from leaves(inner, f"{path}/{name}" if path else name)
        elif (items := node.get("items", {})).get("properties"):
            yield from leaves(items, path)
        else:
            yield path

    unknown = [
        path
        for path in leaves(schema, "")
        if path not in MAPPED and not any(path == one or path.startswith(f"{one}/") for one in IGNORED)
    ]
    assert unknown == []


# size


def test_a_long_package_is_read_release_by_release() -> None:
    class Endless(io.TextIOBase):
        """A package that would never end."""

        def __init__(self) -> None:
            self.sent = 0

        def read(self, size: int | None = -1, /) -> str:
            self.sent += 1
            release = json.dumps({"ocid": "a", "x": "y" * 1000})
            return ('{"releases":[' if self.sent == 1 else ",") + ",".join([release] * 100)

    endless = Endless()
    found = stream.releases(endless, lines=False)  # type: ignore[arg-type]
    assert sum(1 for _, one in zip(range(500), found, strict=False) if one.release) == 500
    assert endless.sent < 12
