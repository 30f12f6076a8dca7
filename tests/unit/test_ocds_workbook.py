"""The flattened workbook of OCDS: rows of several sheets that belong together by their ids."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from ocds_files import USCC

from graph.procurement import Money, Process
from loaders.base import Problem
from loaders.files import open_tables
from loaders.kinds import recogniser
from loaders.ocds.read import processes


def read(path: Path) -> tuple[list[Process], list[Problem]]:
    found = list(processes(path))
    return [one for one in found if isinstance(one, Process)], [
        one for one in found if isinstance(one, Problem)
    ]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_flattened_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "x.xlsx",
        {
            "Releases": [["ocid", "id", "tag", "date", "tender/title", "tender/value/amount", "tender/value/currency"],
                         ["a", "r1", "tender", "2026-01-01T00:00:00Z", "一", 12.5, "CNY"],
                         ["a", "r2", "award", "2026-01-02T00:00:00Z", "", "", ""],
                         ["", "", "", "", "", "", ""]],
            "Parties": [["ocid", "id", "parties/0/id", "parties/0/roles", "parties/1/id", "parties/1/roles"],
                        ["a", "r1", "b1", "tenderer; supplier", "b2", "tenderer"]],
            "Bids": [["ocid", "id", "bids/details/0/id", "bids/details/0/status", "bids/details/0/relatedLots"],
                     ["a", "r2", 1, "valid", "1;2"], ["a", "r2", 2, "disqualified", ""]],
            "Tenderers": [["ocid", "id", "bids/details/0/id", "bids/details/0/tenderers/0/id"],
                          ["a", "r2", 1, "b1"], ["a", "r2", 2, "b2"], ["a", "r2", 2, "b3"]],
            "Meta": [["version", "1.1"]],
        },
    )  # fmt: skip
    (one,), problems = read(path)
    assert problems == []
    assert (one.title, one.value) == ("一", Money(amount=Decimal("12.5"), currency="CNY"))
    assert [actor.roles for actor in one.parties] == [("tenderer", "supplier"), ("tenderer",)]
    assert [(bid.id, bid.lots, [ref.id for ref in bid.tenderers]) for bid in one.bids] == [
        ("1", ("1", "2"), ["b1"]),
        ("2", (), ["b2", "b3"]),
    ]
    (table,) = open_tables(path, recogniser(None)).tables
    assert table.notes == (("ocds.sheet", {"sheet": "Meta"}),)


def test_a_workbook_without_ocid_is_another_kind(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "x.xlsx",
        {"名单": [["企业名称", "统一社会信用代码"], ["临江澄远建设工程有限公司", USCC[0]]]},
    )
    (table,) = open_tables(path, recogniser(None)).tables
    assert table.format == "xlsx"


def test_published_workbooks_say_what_the_documents_say(shared_data: Path) -> None:
    folder = shared_data / "ocds" / "fictional-example"
    for path in sorted((folder / "flattened").glob("*.xlsx")):
        (flat,), _ = read(path)
        (whole,), _ = read(folder / "1.1" / f"{path.stem}.json")
        for name in ("key", "release", "date", "buyer", "title", "start", "deadline", "value", "tenderers"):
            assert getattr(flat, name) == getattr(whole, name), (path.name, name)
        assert [(a.id, a.status, a.value, a.suppliers) for a in flat.awards] == [
            (a.id, a.status, a.value, a.suppliers) for a in whole.awards
        ]
