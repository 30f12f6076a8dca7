"""R07: bonds from one account, one guarantee letter, or letters numbered one after another (SPEC 8; 条例 40(6))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("R07")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """All ask for a review, but a long run of letters: that is the issuer's counter."""
    accounts = having(pair.ties, "bond.account")
    if accounts:
        yield together(case, RULE, "account", pair, accounts)
    letters = having(pair.ties, "bond.letter")
    if letters:
        yield together(case, RULE, "letter", pair, letters)
    serials = having(pair.ties, "bond.serial")
    if serials:
        own = having(serials, "bond.serial", without="hub")
        yield together(case, RULE, "serial" if own else "issuer", pair, own or serials)


RULE = Rule(
    code="R07",
    title=Bilingual(
        zh="保证金同一账户转出或者保函编号相连", en="Bonds from one account, or letters in sequence"
    ),
    scope="pair",
    basis=law.sign(6),
    evaluate=evaluate,
    cases={
        "account": Effect.REVIEW,
        "letter": Effect.REVIEW,
        "serial": Effect.REVIEW,
        "issuer": Effect.FLAG,
    },
    may_block=False,
    effective_from=date(2012, 2, 1),
)
