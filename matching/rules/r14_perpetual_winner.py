"""R14: wins unusually often with a buyer, an agency or an expert (SPEC 8; 1117号 (十一): “标王”)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding
from matching.rules.past import label, words


@answers("R14")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """One remark for each sign in the earlier bids."""
    for tie in view.ties:
        if tie.kind == "past.winner":
            yield finding(case, RULE, "winner", party=label(view), params=words(tie), ties=(tie,))


RULE = Rule(
    code="R14",
    title=Bilingual(zh="疑似标王", en="Wins unusually often with one buyer, agency or expert"),
    scope="bidder",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"winner": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
