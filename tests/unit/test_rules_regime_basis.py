"""The law cited is that of the tender's regime, and of the case: B08, B11, B13, B14, D05."""

from __future__ import annotations

import msgspec
import pytest
from rules_factory import bidder, case, entity, findings

from matching.decision import Effect
from matching.rules import law
from matching.rules.base import BidderView, Tie

CODE_A, CODE_B = "uscc:91320899MA1FAKEA11", "uscc:91320899MA1FAKEB22"


def _with(tie: Tie) -> BidderView:
    return msgspec.structs.replace(bidder(entity(identity=[CODE_A], label="甲公司")), ties=(tie,))


def test_b11_cites_the_reserve_price_for_consultants_only() -> None:
    agency = _with(Tie(kind="same", by="code", role="agency", notes=("party:甲公司",)))
    (found,) = findings("B11", case(agency, regime="mandatory_tender"), agency)
    assert [b.article for b in found.legal_basis] == [law.RULES_13_2.article]
    served = Tie(
        kind="same", by="code", role="prior_service_provider", notes=("party:甲公司", "service:consulting")
    )
    consultant = _with(served)
    (found,) = findings("B11", case(consultant, regime="mandatory_tender"), consultant)
    assert [b.article for b in found.legal_basis] == [law.RULES_27_2.article]


def test_b13_in_procurement_cites_the_procurement_rules() -> None:
    alone = bidder(entity(identity=[CODE_A], label="甲公司"))
    joint = bidder(
        entity(identity=[CODE_A], label="甲公司"), entity(identity=[CODE_B], label="乙公司"),
        index=1, consortium={"members": [{"name": "甲公司"}, {"name": "乙公司"}]},
    )  # fmt: skip
    for regime, instrument in (
        ("procurement_other", law.PROCUREMENT_RULES),
        ("mandatory_tender", law.TENDER_RULES),
    ):
        (found,) = findings("B13", case(alone, joint, regime=regime), alone, joint)
        assert [b.instrument for b in found.legal_basis] == [instrument]
        assert found.effect is Effect.BLOCK


@pytest.mark.parametrize(
    ("regime", "effect", "verified"),
    [("mandatory_tender", Effect.BLOCK, True), ("procurement_other", Effect.REVIEW, False)],
)
def test_b14_outside_tenders_is_a_review_on_law_not_verified(
    regime: str, effect: Effect, verified: bool
) -> None:
    joint = bidder(
        entity(role="lead", identity=[CODE_A], label="甲公司"),
        entity(role="member", identity=[CODE_B], label="乙公司"),
        consortium={
            "members": [{"name": "乙公司"}],
            "prequalified_members": [
                {"name": "丙公司", "identifiers": [{"scheme": "uscc", "id": "91329901MAGL00203T"}]}
            ],
        },
    )
    (found,) = findings("B14", case(joint, regime=regime), joint)
    assert found.effect is effect
    assert {b.basis_verified for b in found.legal_basis} == {verified}


def test_b08_in_other_procurement_rests_on_law_not_verified() -> None:
    related = _with(Tie(kind="same", by="code", role="buyer", notes=("party:甲公司",)))
    (found,) = findings("B08", case(related, regime="procurement_other"), related)
    assert found.effect is Effect.REVIEW
    assert not any(b.basis_verified for b in found.legal_basis)
