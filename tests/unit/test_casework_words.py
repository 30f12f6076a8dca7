"""Deadlines in words on the pages, counted in working days, and the picture of the report on timeliness."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from api.casework import DeadlineView
from api.timeliness import PunctualityView
from api.web.casework import Asked, Trouble, due_of
from api.web.views.reports import WIDTH, drawn
from api.web.words import Words
from graph.dates import CST, iso

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=CST)


def due(last: datetime, **more: Any) -> DeadlineView:
    end = last.replace(hour=0, minute=0) + timedelta(days=1)
    fields: dict[str, Any] = {
        "stage": "decide",
        "basis": "依据",
        "overdue": False,
        "certain": True,
        "verified": True,
        "informs": False,
    }
    return DeadlineView(due_at=iso(end), **(fields | more))


@pytest.mark.parametrize(
    ("days", "said", "tone", "unsure"),
    [
        (0, "due today", "warn", False),
        (1, "1 working day left", "warn", False),
        (7, "5 working days left", "good", False),
        (-1, "overdue by 1 working day", "bad", False),
        (-3, "overdue by 1 working day", "bad", False),
        (-10, "overdue by 6 working days", "bad", False),
        (900, "644 working days left", "good", True),
    ],
)
def test_a_deadline_is_told_in_working_days_and_words(days: int, said: str, tone: str, unsure: bool) -> None:
    found = due_of(Words("en"), due(MONDAY + timedelta(days=days)), MONDAY)
    assert found is not None
    assert (found.said, found.tone, found.unsure) == (said, tone, unsure)
    assert found.day == (MONDAY + timedelta(days=days)).date().isoformat()
    assert found.stage == "decide"


def test_one_that_ended_on_a_friday_is_overdue_on_the_weekend() -> None:
    friday, saturday = MONDAY - timedelta(days=3), MONDAY - timedelta(days=2)
    found = due_of(Words("zh"), due(friday), saturday)
    assert found is not None
    assert (found.said, found.tone) == ("已逾期", "bad")
    assert due_of(Words("zh"), None, MONDAY) is None


def test_what_was_typed_stands_there_again_in_lines_without_steering_characters_and_numbers() -> None:
    asked = Asked({"text": "第一行\r\n<b>\u202e第二行\u0007\r\n32990119800101001X 号"})
    again = str(asked("text"))
    assert again.split("\n")[0] == "第一行"
    assert "&lt;b&gt;" in again
    assert not set(again) & set("\u202e\u0007\r")
    assert "19800101001X" not in again
    assert str(asked("nothing")) == ""
    assert str(Trouble((), frozenset({"text"}), 422).mark("text")).startswith(" aria-invalid")
    assert str(Trouble((), frozenset(), 422).mark("text")) == ""


def punctual(name: str, on_time: int, late: int, not_known: int) -> PunctualityView:
    return PunctualityView(
        authority=name, decisions=on_time + late + not_known, on_time=on_time, late=late, not_known=not_known,
        backlog=0, share="", worst_days=None, worst_decision="", worst_decided_on="", worst_collected_on="",
    )  # fmt: skip


def test_bars_are_as_long_as_their_numbers_and_a_small_part_is_seen() -> None:
    visit: Any = SimpleNamespace(words=Words("en"))
    rows = [punctual("甲局", 1, 9_999, 0), punctual("", 0, 0, 5_000)]
    first, second = drawn(visit, rows)
    assert [(part.kind, part.width) for part in first.parts] == [("on_time", 2), ("late", WIDTH)]
    assert first.parts[1].x == 2
    assert [(part.kind, part.width) for part in second.parts] == [("not_known", WIDTH // 2)]
    assert second.name == "(no authority stated)"
    assert "9999 late" in first.said
    assert drawn(visit, []) == ()
