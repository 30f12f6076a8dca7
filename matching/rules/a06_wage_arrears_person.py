"""A06: the head of the bidder is personally listed for wage arrears (保障农民工工资支付条例 48)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.people import HEADS, person_findings


@answers("A06")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """The listed person heads the bidder or a member: the listing is theirs, so a human weighs it."""
    return person_findings(case, view, RULE, "head", roles=HEADS, lists=RULE.lists)


RULE = Rule(
    code="A06",
    title=Bilingual(zh="负责人被列入拖欠农民工工资名单", en="Head of the bidder listed for wage arrears"),
    scope="bidder",
    basis=(law.WAGES_48,),
    evaluate=evaluate,
    lists=("TQGZ",),
    cases={"head": Effect.REVIEW},
    may_block=False,
    effective_from=date(2020, 5, 1),
)
