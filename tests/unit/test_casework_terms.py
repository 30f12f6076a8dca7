"""Deadlines of objections and repairs, and the periods of publication, by the table that ships."""

from __future__ import annotations

from datetime import date, datetime
from importlib import resources
from pathlib import Path

import pytest

from graph.dates import CST
from matching.casework.base import CaseworkError
from matching.casework.objections import ObjectionGround
from matching.casework.terms import Terms, load_terms, read_terms

FRIDAY = datetime(2026, 9, 25, 16, 0, tzinfo=CST)


@pytest.fixture
def terms() -> Terms:
    return load_terms()


def days(terms: Terms, about: str, list_code: str = "", **reached: datetime) -> dict[str, str]:
    found = terms.due(about, list_code, reached)
    return {due.stage: due.due_at.date().isoformat() for due in found if due.due_at.hour == 0}


def test_a_match_objection_is_acknowledged_in_one_working_day_and_decided_in_three(terms: Terms) -> None:
    # 2026-09-25 to 27 is Mid-Autumn; 1 to 7 October the National Day; a deadline ends with its last day
    found = days(terms, "identity", received=datetime(2026, 11, 20, 10, 0, tzinfo=CST))
    assert found == {"acknowledge": "2026-11-24", "decide": "2026-11-26", "verify": "2026-12-02"}
    holiday = days(terms, "identity", received=datetime(2026, 9, 30, 10, 0, tzinfo=CST))
    assert holiday["acknowledge"] == "2026-10-09"


def test_the_court_has_days_of_the_calendar_and_three_working_days_to_correct(terms: Terms) -> None:
    received, decided = (datetime(2026, 11, day, 9, 0, tzinfo=CST) for day in (2, 16))
    found = days(terms, "listing", "SXBZXR", received=received, decided=decided)
    assert found == {
        "acknowledge": "2026-11-04", "decide": "2026-11-18", "correct": "2026-11-20", "appeal": "2026-11-27",
    }  # fmt: skip
    assert days(terms, "listing", "ZFCG", received=received)["decide"] == "2026-11-06"


def test_a_term_of_days_that_would_end_on_a_day_off_ends_on_the_next_working_day(terms: Terms) -> None:
    received = datetime(2026, 11, 4, 9, 0, tzinfo=CST)  # Wednesday and three days: Saturday
    assert days(terms, "result_objection", received=received)["decide"] == "2026-11-10"


def test_at_a_bid_opening_the_answer_is_given_on_the_spot(terms: Terms) -> None:
    (due,) = terms.due("opening_objection", "", {"received": FRIDAY})
    assert due.due_at == FRIDAY


def test_a_year_whose_holidays_are_not_known_says_so(terms: Terms) -> None:
    found = terms.due("identity", "", {"received": datetime(2030, 12, 30, 9, 0, tzinfo=CST)})
    assert [due.certain for due in found] == [False, False, False]


def test_every_ground_has_a_term_to_decide_with_its_basis(terms: Terms) -> None:
    reached = {"received": FRIDAY, "acknowledged": FRIDAY, "decided": FRIDAY}
    for ground in ObjectionGround:
        due = [d for d in terms.due(ground.value, "", reached) if d.stage == "decide"]
        assert len(due) == 1, ground
        assert due[0].basis


@pytest.mark.parametrize(
    ("gravity", "list_code", "first", "until"),
    [
        ("minor", "XZCF", "2025-03-31", "2025-06-30"),
        ("ordinary", "XZCF", "2025-07-01", "2026-03-31"),
        ("serious", "ZFCG", "2026-04-01", "2028-03-31"),
        ("ordinary", "TQGZ", "2025-10-01", "2026-03-31"),
        ("serious", "ZDSS", "2026-04-01", "2028-03-31"),
    ],
)
def test_periods_of_publication_by_class_and_list(
    terms: Terms, gravity: str, list_code: str, first: str, until: str
) -> None:
    start = date(2025, 3, 31)
    assert terms.repairable_from(gravity, list_code, start)[0].isoformat() == first
    assert terms.published_until(gravity, start).isoformat() == until


def test_a_table_that_is_none_is_refused_whole(tmp_path: Path) -> None:
    shipped = resources.files("matching.casework").joinpath("terms.toml").read_text("utf-8")
    for text in (
        "term = 3",
        "[[term]",
        shipped.replace("days = 1\n", "days = -1\n", 1),
        shipped.replace('class = "minor"', 'class = "tiny"'),
        shipped.replace("verified = true", "verified = true\nunknown = 1", 1),
        shipped.replace('unit = "working_days"', 'unit = "weeks"', 1),
    ):
        with pytest.raises(CaseworkError, match=r"terms\.unreadable"):
            read_terms(text)
    own = tmp_path / "terms.toml"
    own.write_text(shipped.replace("days = 3\n", "days = 5\n"), "utf-8")
    received = datetime(2026, 11, 2, 9, 0, tzinfo=CST)
    assert days(load_terms(own), "identity", received=received)["decide"] == "2026-11-10"
