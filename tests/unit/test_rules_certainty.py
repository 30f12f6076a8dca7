"""What holds of every rule: certainty caps, doubt, ended records, and notes that change nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from rules_factory import (
    NOW,
    bidder,
    case,
    effects,
    entity,
    everything,
    findings,
    fine,
    hit,
    listing,
    person,
)  # fmt: skip

from graph.dates import CST
from graph.model import PartyType, Status
from matching.decision import Effect, Tier

PROCUREMENT: dict[str, Any] = {"regime": "procurement_tender"}
BLOCK, REVIEW, FLAG, INFO = Effect.BLOCK, Effect.REVIEW, Effect.FLAG, Effect.INFO


@pytest.mark.parametrize("tier", [Tier.E3, Tier.E4, Tier.E5])
def test_no_rule_blocks_on_an_uncertain_match(tier: Tier) -> None:
    for code in ("SXBZXR", "ZDSS", "ZTBJ", "ZDWF", "TQGZ", "YZWF", "XHFZ"):
        record = listing(code, until=date(2027, 1, 1), penalty=fine("9000000", date(2026, 1, 2)))
        view = bidder(entity(hit(record, tier)))
        for regime in ("procurement_tender", "mandatory_tender", "voluntary"):
            found = everything(case(view, regime=regime, invoked_lists=[code]), view)
            assert all(f.effect is not BLOCK for f in found)
            assert any("human_review" in f.remedy for f in found if f.effect is REVIEW)


def test_a_doubtful_match_never_lowers_a_certain_one() -> None:
    certain, doubtful = listing("SXBZXR", key="a"), listing("SXBZXR", key="b")
    view = bidder(entity(hit(doubtful, Tier.E4), hit(certain)))
    found = findings("A01", case(view, **PROCUREMENT), view)
    assert sorted((f.effect, f.evidence[0].record) for f in found) == [(BLOCK, "a"), (REVIEW, "b")]


def test_many_records_are_one_finding_that_counts_them() -> None:
    hits = [hit(listing("SXBZXR", key=f"k{n}")) for n in range(5)]
    view = bidder(entity(*hits))
    (found,) = findings("A01", case(view, **PROCUREMENT), view)
    assert len(found.evidence) == 5
    assert "另有2条" in found.detail.zh
    assert "and 2 more" in found.detail.en


def test_an_open_identity_objection_makes_e2_a_review_and_leaves_e1() -> None:
    record = listing("SXBZXR", events=[(Status.DISPUTED, datetime(2026, 11, 1, tzinfo=CST), None)])
    assert effects("A01", hit(record, Tier.E2), **PROCUREMENT) == [REVIEW]
    assert effects("A01", hit(record, Tier.E1), **PROCUREMENT) == [BLOCK]
    view = bidder(entity(hit(record, Tier.E2)))
    (found,) = findings("A01", case(view, **PROCUREMENT), view)
    assert "异议" in found.detail.zh


def test_a_confirmed_match_blocks_whatever_its_tier() -> None:
    assert effects("A01", hit("SXBZXR", Tier.E3, cap=BLOCK), **PROCUREMENT) == [BLOCK]


def test_a_natural_person_who_bids_can_be_blocked_and_has_a_human_path() -> None:
    record = listing("SXBZXR", name="虚构甲", person=True)
    view = bidder(entity(hit(record), label="虚构甲", type=PartyType.PERSON))
    (found,) = findings("A01", case(view, **PROCUREMENT), view)
    assert found.effect is BLOCK
    assert "human_review" in found.remedy
    assert "人工复核" in found.detail.zh
    view = bidder(entity(hit(record, Tier.E2), label="虚构甲", type=PartyType.PERSON))
    (found,) = findings("A01", case(view, **PROCUREMENT), view)
    assert found.effect is REVIEW


@pytest.mark.parametrize("status", [Status.REMOVED, Status.REPAIRED, Status.REVOKED, Status.TEMP_LIFTED])
def test_a23_ended_records_have_no_effect_and_are_kept_for_audit(status: Status) -> None:
    for code in ("SXBZXR", "ZDWF", "XHFZ", "JYYC", "YZWF"):
        record = listing(
            code,
            events=[(status, NOW, None)],
            penalty=fine("9000000", date(2026, 1, 2)),
            start=date(2026, 1, 2),
        )
        view = bidder(entity(hit(record)))
        (found,) = everything(case(view, **PROCUREMENT), view)
        assert (found.code, found.effect, found.restricted, found.remedy) == ("A23", INFO, True, ())


def test_a20_and_a22_note_and_change_nothing() -> None:
    record = hit(listing("XZXF", name="虚构甲", person=True))
    view = bidder(entity(hit("XZXF"), hit("RED"), persons=[person("legal_rep", record)]))
    found = everything(case(view, invoked_lists=["XZXF", "RED"], **PROCUREMENT), view)
    assert [(f.code, f.effect) for f in found] == [("A20", INFO), ("A20", INFO), ("A22", INFO)]


def test_ordinary_penalties_count_only_where_documents_invoke_them() -> None:
    view = bidder(entity(hit("XZCF")))
    assert everything(case(view, **PROCUREMENT), view) == []
    assert effects("A07", hit("XZCF"), invoked_lists=["XZCF"], **PROCUREMENT) == [BLOCK]
