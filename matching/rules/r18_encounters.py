"""R18: a bidder and a buyer, an agency or an expert meet far more often than by chance (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding
from matching.rules.past import label, words


@answers("R18")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """One remark for each sign in the earlier bids."""
    for tie in view.ties:
        if tie.kind == "past.encounter":
            yield finding(case, RULE, "encounter", party=label(view), params=words(tie), ties=(tie,))


RULE = Rule(
    code="R18",
    title=Bilingual(
        zh="与招标人、代理机构或者专家反复相遇", en="Meets a buyer, an agency or an expert again and again"
    ),
    scope="bidder",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"encounter": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
