"""Blacklist entries of the platforms and their withdrawal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from list_files import CODES
from loading import Bench

from graph.dates import CST
from graph.model import Status


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=CST)


def test_platform_blacklist_and_withdrawal(bench: Bench) -> None:
    head = [
        "BLACKLIST_CODE",
        "BODY_NAME",
        "BODY_CODE",
        "BODY_TYPE",
        "BODY_ROLE",
        "RECORD_REASON",
        "RECORD_DATE",
        "GOVERNMENT",
        "DOCUMENT_CODE",
        "REVOCATION_STATUS",
        "CONFINED_ACTION",
        "SCOPE",
    ]
    rows = [
        ["B1", "临江市甲有限公司", CODES[0], "0", "02", "围标", "20250102", "拟局", "拟文1", "0", "01", "1"],
        ["B2", "临江市乙有限公司", CODES[1], "0", "02", "围标", "20250102", "拟局", "拟文2", "1", "01", "1"],
    ]
    report = bench.load([head, *rows])
    assert report.files[0].kind == "black_list"
    assert report.files[0].unknown == []
    first, second = bench.open("ZTBHMD")
    assert (first.key, first.status(at(2025, 6, 1))) == ("B1", Status.ACTIVE)
    assert second.status(at(2025, 6, 1)) is Status.REVOKED
    head = [
        "BODY_NAME",
        "BODY_CODE",
        "BLACKLIST_CODE",
        "REVOCATIONEASONS",
        "GOVERNMENT",
        "ROPOSER",
        "APPLICATION_DATE",
    ]
    report = bench.load(
        [
            head,
            ["临江市甲有限公司", CODES[0], "B1", "更正", "拟局", "甲", "2025-03-01"],
            ["临江市丙有限公司", "", "B9", "更正", "拟局", "丙", "2025-03-01"],
        ]
    )
    assert report.files[0].kind == "withdraw_black_list"
    assert [(p.row, p.code) for p in report.files[0].rejected] == [(3, "end.not_found")]
    assert (report.files[0].accepted, report.published, report.clean) == (1, True, False)
    first = next(one for one in bench.open("ZTBHMD") if one.key == "B1")
    assert first.status(at(2025, 2, 1)) is Status.ACTIVE
    assert first.status(at(2025, 6, 1)) is Status.REVOKED
    bench.load(
        [
            ["BLACKLIST_CODE", "BODY_NAME", "RECORD_REASON", "RECORD_DATE"],
            ["B1", "临江市甲有限公司", "围标", "20250102"],
        ]
    )
    first = next(one for one in bench.open("ZTBHMD") if one.key == "B1")
    assert first.status(at(2025, 6, 1)) is Status.REVOKED


def test_a_withdrawal_loaded_too_early_is_rejected_and_works_later(bench: Bench) -> None:
    head = ["BODY_NAME", "BODY_CODE", "BLACKLIST_CODE", "REVOCATIONEASONS", "ROPOSER", "APPLICATION_DATE"]
    withdrawn = bench.path([head, ["临江市甲有限公司", CODES[0], "B1", "更正", "甲", "2025-03-01"]])
    early = bench.load(withdrawn)
    assert (early.clean, [p.code for p in early.files[0].rejected]) == (False, ["end.not_found"])
    bench.load([["BLACKLIST_CODE", "BODY_NAME", "RECORD_REASON", "RECORD_DATE"],
                ["B1", "临江市甲有限公司", "围标", "20250102"]])  # fmt: skip
    for _ in range(2):
        assert bench.load(withdrawn).clean, "again is no fault"
        assert bench.only("ZTBHMD").status(at(2025, 6, 1)) is Status.REVOKED
