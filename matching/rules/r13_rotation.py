"""R13: in a stable group of bidders wins go round (SPEC 8; 1117号 (十一))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding
from matching.rules.past import label, words


@answers("R13")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """One remark for each sign in the earlier bids."""
    for tie in view.ties:
        if tie.kind == "past.rotation":
            yield finding(case, RULE, "rotation", party=label(view), params=words(tie), ties=(tie,))


RULE = Rule(
    code="R13",
    title=Bilingual(zh="疑似轮流中标", en="Wins go round in a stable group"),
    scope="bidder",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"rotation": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
