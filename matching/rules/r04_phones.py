"""R04: one telephone, or one agent by number, behind two bids; adjacent numbers (SPEC 8; 条例 40(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("R04")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Equality asks for a review; adjacent numbers, and a number that very many state, are remarks."""
    agents = having(pair.ties, "person.agent")
    if agents:
        yield together(case, RULE, "agent", pair, agents, person=True)
    phones = having(pair.ties, "phone")
    own = having(phones, "phone", without="hub")
    if own:
        yield together(case, RULE, "phone", pair, own, person=True)
    elif phones:
        yield together(case, RULE, "many", pair, phones, person=True)
    adjacent = having(pair.ties, "phone.adjacent")
    if adjacent and not own:
        yield together(case, RULE, "adjacent", pair, adjacent, person=True)


RULE = Rule(
    code="R04",
    title=Bilingual(
        zh="联系电话或者授权委托人相同，号码相邻", en="Equal telephones or agents, adjacent numbers"
    ),
    scope="pair",
    basis=law.sign(2),
    evaluate=evaluate,
    cases={"agent": Effect.REVIEW, "phone": Effect.REVIEW, "many": Effect.FLAG, "adjacent": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
