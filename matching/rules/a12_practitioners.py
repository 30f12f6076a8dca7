"""A12: someone who acts for the bidder in the tender is a judgment defaulter (法〔2016〕285号 四(四))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, not_supplied
from matching.rules.people import STAFF, has_person, person_findings


@answers("A12")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Agents, project manager, key staff: dealt with by their employer's rules, so a human decides."""
    yield from person_findings(case, view, RULE, "listed", roles=STAFF, lists=RULE.lists)
    if not has_person(view, STAFF):
        yield not_supplied(RULE, "bidder.agent")


RULE = Rule(
    code="A12",
    title=Bilingual(zh="招标投标从业人员为失信被执行人", en="Practitioner is a judgment defaulter"),
    scope="bidder",
    asks=True,
    basis=(law.NO_285_STAFF,),
    evaluate=evaluate,
    lists=("SXBZXR",),
    cases={"listed": Effect.REVIEW},
    may_block=False,
    effective_from=date(2016, 8, 30),
)
