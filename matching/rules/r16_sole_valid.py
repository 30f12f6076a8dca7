"""R16: lots won as the only bidder or after all others were disqualified (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding
from matching.rules.past import label, words


@answers("R16")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """One remark for each sign in the earlier bids."""
    for tie in view.ties:
        if tie.kind == "past.sole":
            yield finding(case, RULE, "sole", party=label(view), params=words(tie), ties=(tie,))


RULE = Rule(
    code="R16",
    title=Bilingual(zh="曾为唯一有效投标", en="Won as the only valid bidder before"),
    scope="bidder",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"sole": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
