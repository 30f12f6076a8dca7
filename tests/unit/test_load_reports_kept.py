"""What is kept of a load: bounded, in both languages, without numbers of persons, of refused loads too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api import load_reports
from api.bootstrap import now
from api.load_reports import MOST_IN_ALL, MOST_ROWS, MOST_WARNINGS
from loaders.base import Problem
from loaders.report import FileReport, LoadReport
from matching.ledger import Ledger, open_ledger
from matching.ledger.items import read_body

NUMBER = "11010519900307293X"


@pytest.fixture
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    found = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('loads') / 'ledger.db'}")
    yield found
    found.close()


def report(files: int, rejected: int, warnings: int) -> LoadReport:
    made = LoadReport()
    for number in range(files):
        file = FileReport(f"/data/{NUMBER}/list{number}.csv")
        file.rows, file.accepted = rejected + 1, 1
        file.rejected = [
            Problem(row=row, column=NUMBER, code="row.nameless") for row in range(2, rejected + 2)
        ]
        file.warnings = [
            Problem(row=row, column="c", code="row.disagree", params={"columns": NUMBER})
            for row in range(warnings)
        ]
        file.mapped = {NUMBER: "org_name"}
        file.unknown = [NUMBER]
        made.files.append(file)
    return made


def kept(ledger: Ledger, made: LoadReport) -> load_reports.Load:
    item = load_reports.keep(ledger, made, taken_at=None, actor="cli", at=now())
    body: load_reports.Load = read_body(item, load_reports.Load)
    return body


def test_no_number_of_a_person_is_kept(ledger: Ledger) -> None:
    item = load_reports.keep(ledger, report(1, 3, 2), taken_at=None, actor="cli", at=now())
    assert item.body is not None
    assert NUMBER.encode() not in item.body
    assert b"11010519900307" not in item.body


def test_rows_are_kept_up_to_a_bound_and_counted_beyond(ledger: Ledger) -> None:
    body = kept(ledger, report(1, MOST_ROWS + 7, MOST_WARNINGS + 7))
    (file,) = body.files
    assert (len(file.rejected), file.rejected_count) == (MOST_ROWS, MOST_ROWS + 7)
    assert (len(file.warnings), file.warning_count) == (MOST_WARNINGS, MOST_WARNINGS + 7)
    assert file.rejected[0].row == 2
    body = kept(ledger, report(7, MOST_ROWS, 10))
    assert sum(len(file.rejected) + len(file.warnings) for file in body.files) == MOST_IN_ALL
    assert body.rejected_count == 7 * MOST_ROWS


def test_a_load_that_did_not_go_live_is_kept_with_why(ledger: Ledger) -> None:
    made = LoadReport()
    made.problems.append(("", Problem(code="file.empty")))
    item = load_reports.keep(ledger, made, taken_at=None, actor="cli", at=now())
    assert item.state == load_reports.REFUSED
    (found,) = load_reports.page(ledger)
    english, chinese = (load_reports.document(found, lang)["problems"][0]["message"] for lang in ("en", "zh"))
    assert english
    assert chinese
    assert english != chinese
    assert load_reports.one(ledger, item.id) == found
    assert load_reports.one(ledger, "0") is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/data/lists/a.csv", "a.csv"), ("a.zip/b.csv", "a.zip/b.csv"), ("/x/a.zip/in/b.csv", "a.zip/in/b.csv"),
        ("/x/plain", "plain"), ("./b.csv", "b.csv"), ("../b.csv", "b.csv"), ("/home/wang.li/.lists/b.csv", "b.csv"),
        ("/x/a.zip!in/b.csv", "a.zip!in/b.csv"),
    ],
)  # fmt: skip
def test_a_file_is_named_without_the_folders_before_it(path: str, name: str) -> None:
    assert load_reports.short(path) == name


def test_no_folder_of_the_server_is_kept_or_told(ledger: Ledger) -> None:
    made = report(1, 3, 2)
    made.problems.append(("/data/lists/no.csv", Problem(code="file.missing")))
    item = load_reports.keep(ledger, made, taken_at=None, actor="cli", at=now())
    assert item.body is not None
    for told in (item.body.decode(), str(load_reports.document(item, "en")), str(load_reports.summary(item))):
        assert "list0.csv" in told
        assert "/data" not in told
