"""R12: many bids, hardly a win, most losses to one winner (SPEC 8; 1117号 (十一): “陪标专业户”)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding
from matching.rules.past import label, words


@answers("R12")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """One remark for each sign in the earlier bids."""
    for tie in view.ties:
        if tie.kind == "past.cover":
            yield finding(case, RULE, "cover", party=label(view), params=words(tie), ties=(tie,))


RULE = Rule(
    code="R12",
    title=Bilingual(zh="疑似陪标", en="Bids much, hardly wins, and loses to the same"),
    scope="bidder",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"cover": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
