"""A05: an employer listed for wage arrears to migrant workers (保障农民工工资支付条例 48)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import own_findings


@answers("A05")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Blocks in procurement, in government-funded works and where invoked; a human decides elsewhere."""
    return own_findings(case, view, RULE)


RULE = Rule(
    code="A05",
    title=Bilingual(zh="拖欠农民工工资失信联合惩戒对象", en="Employer listed for wage arrears"),
    scope="bidder",
    basis=(law.WAGES_48,),
    evaluate=evaluate,
    lists=("TQGZ",),
    cases={
        "procurement": Effect.BLOCK,
        "government_works": Effect.BLOCK,
        "invoked": Effect.BLOCK,
        "elsewhere": Effect.REVIEW,
    },
    effective_from=date(2020, 5, 1),
)
