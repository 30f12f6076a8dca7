"""A07: a severe list that the documents may make a ground for rejection (公示暂行条例 18; 49号)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import own_findings


@answers("A07")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Severe lists without a rule of their own in this regime, and lists that we know nothing of."""
    return own_findings(case, view, RULE)


RULE = Rule(
    code="A07",
    title=Bilingual(zh="其他严重失信名单", en="Other severe-default lists"),
    scope="bidder",
    basis=(law.PUBLICITY_18, law.STANDARD_BIDDER, law.CONSTRAINTS_49),
    evaluate=evaluate,
    lists=("YZWF", "AQSC", "ZTBHMD", "OTH"),
    cases={"invoked": Effect.BLOCK, "not_invoked": Effect.REVIEW, "unreadable": Effect.REVIEW},
    effective_from=date(2014, 10, 1),
)
