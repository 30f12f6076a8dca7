"""A24 before award, and the days on which findings turn."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from rules_factory import (
    POLICY,
    bidder,
    case,
    entity,
    everything,
    findings,
    fine,
    hit,
    kin,
    listing,
    person,
)

from graph.dates import CST
from graph.model import Listing, Penalty
from matching.decision import Effect
from matching.rules.base import EntityView
from matching.rules.common import turning_days

PROCUREMENT: dict[str, Any] = {"regime": "procurement_tender"}
MANDATORY: dict[str, Any] = {"regime": "mandatory_tender"}
BLOCK, REVIEW = Effect.BLOCK, Effect.REVIEW


def test_a24_asks_for_the_review_at_award_and_lowers_nothing() -> None:
    view = bidder(entity(hit("SXBZXR")))
    found = everything(case(view, stage="定标", **PROCUREMENT), view)
    assert [(f.code, f.effect) for f in found] == [("A01", BLOCK), ("A24", REVIEW)]
    assert findings("A24", case(view, stage="evaluation", **PROCUREMENT), view) == []
    clean = bidder(entity(hit("RED"), hit("XZXF")))
    assert findings("A24", case(clean, stage="contract", **PROCUREMENT), clean) == []


def test_a24_with_an_opening_time_takes_what_came_up_since() -> None:
    view = bidder(entity(hit(listing("JYYC", start=date(2026, 11, 10)))))
    before, after = "2026-11-12T09:00:00+08:00", "2026-11-09T09:00:00+08:00"
    assert findings("A24", case(view, stage="award", opening_at=before), view) == []
    (found,) = findings("A24", case(view, stage="award", opening_at=after), view)
    assert "2026-11-09T09:00:00+08:00" in found.detail.en
    assert findings("A24", case(view, stage="award"), view) == []  # a flag alone calls for no review
    undated = bidder(entity(kin=[kin("parent", hit(listing("SXBZXR", start=None)))]))
    assert len(findings("A24", case(undated, stage="award", opening_at=before), undated)) == 1


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (entity(hit("SXBZXR")), [REVIEW]),
        (entity(hit("JYYC")), []),
        (entity(kin=[kin("sister", hit("SXBZXR"))]), []),
        (entity(kin=[kin("controller", hit("SXBZXR"))]), []),
        (entity(kin=[kin("parent", hit("SXBZXR"))]), [REVIEW]),
        (entity(persons=[person("legal_rep", hit(listing("SXBZXR", person=True)))]), []),
        (entity(persons=[person("legal_rep", hit(listing("TQGZ", person=True)))]), [REVIEW]),
        (entity(persons=[person("project_manager", hit(listing("SXBZXR", person=True)))]), [REVIEW]),
        (entity(persons=[person("project_manager", hit(listing("XHFZ", person=True)))]), [REVIEW]),
        (
            entity(persons=[person("operator", hit(listing("SXBZXR", person=True)))], individual=True),
            [REVIEW],
        ),
        (entity(persons=[person("partner", hit(listing("SXBZXR", person=True)))]), [REVIEW]),
        (entity(persons=[person("director", hit(listing("XHFZ", person=True)))]), []),
    ],
)
def test_a24_without_an_opening_time_counts_only_what_asks_for_a_review_by_itself(
    view: EntityView, expected: list[Effect]
) -> None:
    whole = bidder(view)
    found = findings("A24", case(whole, stage="award", **MANDATORY), whole)
    assert [f.effect for f in found] == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (listing("ZDWF", penalty=fine("3000000", date(2024, 11, 20))), [date(2024, 11, 19), date(2027, 11, 20)]),
        (listing("ZDWF", penalty=fine("3000000", date(2024, 2, 29))), [date(2024, 2, 28), date(2027, 2, 28)]),
        (listing("XHFZ", start=date(2025, 2, 28)), [date(2025, 2, 27), date(2028, 2, 29)]),
        (listing("XHFZ", start=None), []),
        (listing("ZFCG", start=date(2024, 5, 1)), [date(2027, 5, 1)]),
        (listing("ZTBJ", start=None, penalty=Penalty(decided_on=date(2024, 5, 1), ban_unreadable=True)),
         [date(2029, 5, 1)]),
        (listing("ZTBJ", until=date(2027, 1, 1)), []),
        (listing("SXBZXR"), []),
    ],
)  # fmt: skip
def test_turning_days_are_the_last_on_which_rules_say_what_they_say(
    record: Listing, expected: list[date]
) -> None:
    assert list(turning_days(record, POLICY)) == expected


def test_a_finding_changes_on_the_day_after_a_turning_day() -> None:
    for record, code in (
        (listing("ZDWF", penalty=fine("3000000", date(2025, 2, 28))), "A04"),
        (listing("ZFCG", start=date(2024, 5, 1)), "A01"),
    ):
        last = turning_days(record, POLICY)[-1]
        view = bidder(entity(hit(record)))
        for day, there in ((last, True), (last + timedelta(days=1), False)):
            at = datetime(day.year, day.month, day.day, 12, tzinfo=CST)
            assert bool(findings(code, case(view, as_of=at, **PROCUREMENT), view)) is there
