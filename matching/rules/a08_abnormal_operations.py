"""A08: a bidder in the register of abnormal operations, which is no severe list (公示暂行条例 17, 18)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import own_findings


@answers("A08")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Never more than a flag: the register is something to be weighed."""
    return own_findings(case, view, RULE)


RULE = Rule(
    code="A08",
    title=Bilingual(zh="列入经营异常名录", en="In the register of abnormal operations"),
    scope="bidder",
    basis=(law.PUBLICITY_18,),
    evaluate=evaluate,
    lists=("JYYC",),
    cases={"listed": Effect.FLAG},
    may_block=False,
    effective_from=date(2014, 10, 1),
)
