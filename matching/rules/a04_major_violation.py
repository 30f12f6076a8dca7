"""A04: a supplier with a major violation in the three years before the activity (政府采购法 22(五))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import own_findings


@answers("A04")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Convictions, suspensions, revocations and large fines decided within the look-back."""
    return own_findings(case, view, RULE)


RULE = Rule(
    code="A04",
    title=Bilingual(zh="前三年内有重大违法记录", en="Major violation in the three years before"),
    scope="bidder",
    basis=(
        law.PROCUREMENT_22,
        law.before(law.PROCUREMENT_22, "中华人民共和国政府采购法（2002年）", date(2003, 1, 1)),
        law.PROCUREMENT_RULES_19,
        law.FINES_2022,
    ),
    evaluate=evaluate,
    lists=("ZDWF",),
    cases={
        "severe": Effect.BLOCK,
        "fine": Effect.BLOCK,
        "fine_undefined": Effect.REVIEW,
        "unreadable": Effect.REVIEW,
        "undated": Effect.REVIEW,
        "later": Effect.REVIEW,
    },
    effective_from=date(2015, 3, 1),
)
