"""Snapshots, deltas, minimums, trials and repetitions: nothing goes live that did not pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from list_files import CODES, COURT_HEAD, court_row, court_rows, json_bytes
from loading import Bench

from graph.dates import CST
from graph.messages import catalogue
from graph.model import Status
from loaders.report import LoadReport


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def problems(report: LoadReport) -> list[str]:
    return [problem.code for _, problem in report.problems]


def changed(report: LoadReport, index: int = 0) -> tuple[int, int, int]:
    one = report.files[index].changed
    return one.added, one.updated, one.ended


def test_loading_twice_changes_nothing(bench: Bench) -> None:
    path = bench.path(court_rows(30))
    assert changed(bench.load(path)) == (30, 0, 0)
    again = bench.load(path)
    assert again.published
    assert changed(again) == (0, 0, 0)
    assert len(bench.open("SXBZXR")) == 30


def test_full_snapshot_ends_what_is_missing(bench: Bench) -> None:
    rows = court_rows(30)
    bench.load(rows)
    report = bench.load(rows[:-5], taken_at=datetime(2026, 11, 5, tzinfo=UTC))
    assert changed(report) == (0, 0, 5)
    gone = [v.listing for v in bench.store.iter_listings("SXBZXR") if v.to_gen is None and v.listing.events]
    assert len(gone) == 5
    assert {listing.status(datetime(2026, 11, 6, tzinfo=UTC)) for listing in gone} == {Status.REMOVED}
    assert {listing.status(datetime(2026, 11, 4, tzinfo=UTC)) for listing in gone} == {Status.ACTIVE}


def test_delta_ends_nothing(bench: Bench) -> None:
    rows = court_rows(30)
    bench.load(rows)
    report = bench.load([rows[0], court_row(99)], snapshot="delta")
    assert changed(report) == (1, 0, 0)
    assert bench.store.counts()["SXBZXR"] == 31


def test_files_of_one_kind_are_one_snapshot(bench: Bench) -> None:
    rows = court_rows(30)
    bench.load(rows)
    report = bench.load(bench.path(rows[:15]), bench.path([rows[0], *rows[15:], court_row(99)]))
    assert [changed(report, 0), changed(report, 1)] == [(0, 0, 0), (1, 0, 0)]
    assert bench.store.counts()["SXBZXR"] == 31


def test_another_source_of_a_list_is_left_alone(bench: Bench) -> None:
    bench.load(court_rows(30))
    report = bench.load([list(COURT_HEAD), court_row(50)], source="mirror")
    assert changed(report) == (1, 0, 0)
    assert bench.store.counts()["SXBZXR"] == 31


def test_changed_row_is_an_update(bench: Bench) -> None:
    rows = court_rows(3)
    bench.load(rows)
    rows[1][12] = "部分履行"
    assert changed(bench.load(rows)) == (0, 1, 0)


def test_truncated_list_does_not_go_live(bench: Bench) -> None:
    rows = court_rows(30)
    bench.load(rows)
    report = bench.load(rows[:10])
    assert problems(report) == ["minimum.shrink"]
    assert not report.published
    assert bench.store.counts()["SXBZXR"] == 30
    assert bench.store.generation() == report.generation == 1
    assert bench.load(rows[:10], allow_shrink=True).published
    assert bench.store.counts()["SXBZXR"] == 9


def test_small_list_may_shrink(bench: Bench) -> None:
    rows = court_rows(19)
    bench.load(rows)
    assert bench.load(rows[:3]).published


def test_empty_full_snapshot_is_refused(bench: Bench) -> None:
    bench.load(court_rows(5))
    report = bench.load([list(COURT_HEAD)])
    assert problems(report) == ["minimum.empty"]
    assert bench.store.counts()["SXBZXR"] == 5
    assert bench.load([list(COURT_HEAD)], allow_shrink=True).published
    assert bench.store.counts().get("SXBZXR", 0) == 0


def test_mostly_unusable_file_is_refused(bench: Bench) -> None:
    rows = [list(COURT_HEAD), court_row(0), *([""] * 14 + ["2024年06月18日"] for _ in range(3))]
    report = bench.load(rows)
    assert problems(report) == ["minimum.accepted"]
    assert {p.code for p in report.files[0].rejected} == {"row.nameless"}


def test_unreadable_codes_are_refused(bench: Bench) -> None:
    rows = [list(COURT_HEAD), *(court_row(2 * n, code="9.1321E+17") for n in range(25))]
    assert problems(bench.load(rows)) == ["minimum.codes"]


def test_missing_columns_of_a_stated_kind(bench: Bench) -> None:
    report = bench.load([["企业名称", "经营范围"], ["临江市甲有限公司", "施工"]], kind="ccgp")
    assert problems(report) == ["minimum.headings"]
    assert bench.store.generation() == 0


def test_trial_changes_nothing(bench: Bench) -> None:
    report = bench.load(court_rows(3), dry_run=True)
    assert (report.published, report.dry_run, changed(report)) == (False, True, (3, 0, 0))
    assert bench.store.generation() == 0


def test_bad_rows_cost_no_good_ones(bench: Bench) -> None:
    rows = court_rows(6)
    rows[3] = [""] * 14 + ["2024年06月18日"]
    report = bench.load(rows)
    assert [(p.row, p.code, p.column) for p in report.files[0].rejected] == [
        (4, "row.nameless", "被执行人姓名/名称")
    ]
    assert report.files[0].accepted == 5


def test_rejected_and_ended_together_are_pointed_out(bench: Bench) -> None:
    rows = court_rows(6)
    bench.load(rows)
    rows[3] = [""] * 14 + ["2024年06月18日"]
    report = bench.load(rows)
    assert "snapshot.rejected_and_ended" in {p.code for p in report.files[0].warnings}


def test_unreadable_file_stops_the_whole_load(bench: Bench) -> None:
    report = bench.load(bench.path(court_rows(3)), bench.path(b"PK\x03\x04 broken", "b.xlsx"))
    assert report.unreadable
    assert not report.published
    assert bench.store.generation() == 0


def test_bidder_list_is_named_and_the_rest_goes_live(bench: Bench) -> None:
    bidders = bench.path([["投标人名称", "投标人代码", "投标报价"], ["临江市甲有限公司", CODES[0], "1"]])
    report = bench.load(bench.path(court_rows(3)), bidders)
    assert problems(report) == ["kind.bidders"]
    assert report.published


def test_every_column_is_mapped_ignored_or_reported(bench: Bench) -> None:
    rows = court_rows(2)
    rows[0] += ["更新时间", "颜色", ""]
    rows[1] += ["2026-01-01", "蓝", "无名"]
    rows[2] += ["", "", ""]
    report = bench.load(rows)
    file = report.files[0]
    assert file.unknown == ["颜色"]
    assert "更新时间" in file.ignored
    assert set(file.mapped) | set(file.ignored) | set(file.unknown) == {h for h in rows[0] if h}


def test_unnamed_column_with_content_is_reported(bench: Bench) -> None:
    rows = court_rows(2)
    for row, extra in zip(rows, (["", "备用"], ["无名内容", ""], ["", ""]), strict=True):
        row += extra
    report = bench.load(rows)
    assert [(p.row, p.code, p.column) for p in report.files[0].warnings] == [(2, "row.unnamed", "#16")]


def test_notes_and_repeated_headings_are_no_records(bench: Bench) -> None:
    rows = court_rows(2)
    rows += [list(COURT_HEAD), ["注：以上名单以法院公布为准", *[""] * 14]]
    report = bench.load(rows)
    assert report.files[0].rows == 2
    assert [(p.row, p.code) for p in report.files[0].warnings] == [(4, "row.heading"), (5, "row.note")]


def test_taken_at_is_the_snapshots_and_unknown_stays_unknown(bench: Bench) -> None:
    bench.load(court_rows(2))
    assert bench.store.snapshots()[0].taken_at is None
    when = datetime(2026, 11, 9, tzinfo=CST)
    bench.load(court_rows(2), taken_at=when)
    newest = bench.store.snapshots()[0]
    assert newest.taken_at == when
    assert (newest.rows, newest.accepted, newest.full) == (2, 2, True)


def test_workers_and_this_process_read_the_same(bench: Bench, tmp_path: Path) -> None:
    rows = court_rows(31_000)
    path = bench.path(rows)
    assert changed(bench.load(path, workers=2)) == (31_000, 0, 0)
    assert changed(bench.load(path, workers=0)) == (0, 0, 0)


def test_broken_mapping_and_wrong_options_are_said(bench: Bench, tmp_path: Path) -> None:
    rows = bench.path(court_rows(1))
    cases: dict[str, dict[str, Any]] = {
        "kind.unknown_name": {"kind": "nothing"},
        "kind.list": {"kind": "sxbzxr", "list_code": "RED"},
        "kind.list_unknown": {"list_code": "NONE"},
        "kind.generic": {"kind": "generic"},
        "mapping.missing": {"mapping": tmp_path / "none.toml"},
    }
    for code, options in cases.items():
        assert problems(bench.load(rows, **options)) == [code]


MAPPING = """
list = "OTH"
title = "拟设行业名单"
source = "trade-office"
ignored = ["内部编号"]
date_formats = ["%d.%m.%Y"]

[columns]
"商号" = "org_name"
"登记码" = "uscc"
"自" = "listed"
"""


def test_generic_list_by_mapping(bench: Bench, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    rows = [
        ["内部编号", "商号", "登记码", "自", "别的"],
        ["1", "临江市甲有限公司", CODES[0], "09.11.2025", "x"],
    ]
    report = bench.load(rows, mapping=mapping)
    assert report.published, report.to_json("en")
    assert report.files[0].unknown == ["别的"]
    assert report.files[0].ignored == ["内部编号"]
    assert bench.only("OTH").effect.start == datetime(2025, 11, 9, tzinfo=CST)
    assert {s.source for s in bench.store.snapshots()} == {"trade-office"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("title =", "titel ="), "mapping.invalid"),
        (('"OTH"', '"NIX"'), "mapping.list"),
        (('"listed"', '"lisdet"'), "mapping.field"),
        (("[columns]", "[columns"), "mapping.toml"),
        (('"商号" = "org_name"\n"登记码" = "uscc"\n', ""), "mapping.identity"),
    ],
)
def test_mapping_files_are_checked(bench: Bench, tmp_path: Path, change: tuple[str, str], code: str) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING.replace(*change), encoding="utf-8")
    assert problems(bench.load(court_rows(1), mapping=mapping)) == [code]


def test_report_has_the_fixed_shape_in_both_languages(bench: Bench) -> None:
    rows = court_rows(2)
    rows[2] = [""] * 14 + ["2024年06月18日"]
    report = bench.load(json_bytes(rows))
    for lang in ("zh", "en"):
        document = report.to_json(lang)
        assert {"files", "published", "generation", "problems"} <= document.keys()
        file = document["files"][0]
        assert {
            "path",
            "kind",
            "encoding",
            "rows",
            "accepted",
            "rejected",
            "warnings",
            "columns",
            "changed",
        } <= file.keys()
        assert file["columns"].keys() == {"mapped", "ignored", "unknown"}
        assert file["changed"].keys() == {"added", "updated", "ended"}
        assert file["rejected"][0].keys() == {"row", "column", "code", "message"}


def test_messages_stand_in_both_languages() -> None:
    for code, texts in catalogue("loaders").items():
        assert texts.keys() == {"zh", "en"}, code
        assert texts["zh"].count("{") == texts["en"].count("{"), code


def test_an_older_snapshot_ends_nothing_of_a_newer_one(bench: Bench) -> None:
    rows = court_rows(10)
    newer, older = datetime(2026, 10, 2, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
    assert bench.load(rows, taken_at=newer).published
    report = bench.load(rows[:-2], taken_at=older)
    assert (problems(report), report.published) == (["minimum.older"], False)
    assert problems(bench.load(rows[:-2])) == ["minimum.unknown_age"]
    assert bench.store.counts()["SXBZXR"] == 10
    assert bench.load(rows).published, "without a date it may go live when it ends nothing"
    assert problems(bench.load(rows[:-2], taken_at=older)) == ["minimum.older"], "and makes nothing older"
    assert bench.load(rows[:-2], taken_at=older, allow_older=True).published
    assert bench.store.counts()["SXBZXR"] == 8


def test_an_older_delta_is_said(bench: Bench) -> None:
    rows = court_rows(3)
    bench.load(rows, taken_at=datetime(2026, 10, 2, tzinfo=UTC))
    report = bench.load(rows[:2], snapshot="delta", taken_at=datetime(2026, 10, 1, tzinfo=UTC))
    assert report.published
    assert "snapshot.older" in {p.code for p in report.files[0].warnings}
    older = bench.load(rows[:2], taken_at=datetime(2026, 10, 1, 12, tzinfo=UTC))
    assert problems(older) == ["minimum.older"], "an older delta makes nothing older"


def test_a_file_plainly_of_another_kind_is_not_read_as_the_list_named(bench: Bench) -> None:
    report = bench.load(court_rows(3), list_code="ZDSS")
    assert (problems(report), report.published) == (["kind.list"], False)
