"""C03: one person in the project management of two bids; in procurement the contact too (条例 40(3), 87号令 37(3))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("C03")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Project manager or key staff by number; a contact person of one name and telephone in procurement only."""
    staff = having(pair.ties, "person.staff")
    if staff:
        yield together(case, RULE, "staff", pair, staff, person=True)
    regime = case.tender.regime
    contacts = having(pair.ties, "person.contact", without="hub")
    if contacts and (regime is None or regime.procurement):
        missing = ("tender.regime",) if regime is None else ()
        yield together(case, RULE, "contact", pair, contacts, missing=missing, person=True)


RULE = Rule(
    code="C03",
    title=Bilingual(
        zh="项目管理成员或者联系人员为同一人", en="One person in the project management of two bids"
    ),
    scope="pair",
    basis=law.presumed(3),
    evaluate=evaluate,
    cases={"staff": Effect.REVIEW, "contact": Effect.REVIEW, "confirmed": Effect.BLOCK},
    effective_from=date(2012, 2, 1),
)
