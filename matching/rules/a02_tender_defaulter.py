"""A02: a judgment defaulter bids in a tender that the law requires (法〔2016〕285号 四(一))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import own_findings


@answers("A02")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Active records of bidder or any member; blocks where the documents invoke the list, as 285号 asks."""
    return own_findings(case, view, RULE)


RULE = Rule(
    code="A02",
    title=Bilingual(zh="依法必须招标项目中的失信被执行人", en="Judgment defaulter in a mandatory tender"),
    scope="bidder",
    basis=(law.NO_285_BIDDERS,),
    evaluate=evaluate,
    lists=("SXBZXR",),
    cases={"invoked": Effect.BLOCK, "assumed": Effect.BLOCK, "not_invoked": Effect.REVIEW},
    effective_from=date(2016, 8, 30),
)
