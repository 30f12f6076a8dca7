"""C06: the bonds of two bids came from one account (条例 40(6), 87号令 37(6))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("C06")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Equal account numbers of the payer."""
    accounts = having(pair.ties, "bond.account")
    if accounts:
        yield together(case, RULE, "account", pair, accounts)


RULE = Rule(
    code="C06",
    title=Bilingual(zh="投标保证金从同一账户转出", en="Bid bonds paid from one account"),
    scope="pair",
    basis=law.presumed(6),
    evaluate=evaluate,
    cases={"account": Effect.REVIEW, "confirmed": Effect.BLOCK},
    effective_from=date(2012, 2, 1),
)
