"""C02: signs that two bidders had one unit or person handle the bidding (条例 40(2), 87号令 37(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import codes, having, together
from matching.rules.common import answers


@answers("C02")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """The same agent by number, the same contact telephone, or one line and one machine."""
    agents = having(pair.ties, "person.agent")
    if agents:
        yield together(case, RULE, "agent", pair, agents, person=True)
    phones = having(pair.ties, "phone", without="hub")
    if phones:
        yield together(case, RULE, "phone", pair, phones, person=True)
    lines, devices = having(pair.ties, "ip"), codes(pair.ties)
    if lines and devices:
        yield together(case, RULE, "line", pair, [*lines, *devices])


RULE = Rule(
    code="C02",
    title=Bilingual(
        zh="疑委托同一单位或者个人办理投标事宜", en="Bidding that one unit or person may have handled"
    ),
    scope="pair",
    basis=law.presumed(2),
    evaluate=evaluate,
    cases={"agent": Effect.REVIEW, "phone": Effect.REVIEW, "line": Effect.REVIEW, "confirmed": Effect.BLOCK},
    effective_from=date(2012, 2, 1),
)
