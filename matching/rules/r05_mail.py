"""R05: one e-mail address, or one domain of their own, behind two bids (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("R05")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A remark; a domain that very many state is a provider's and none."""
    mails = having(pair.ties, "email")
    if mails:
        yield together(case, RULE, "email", pair, mails, person=True)
        return
    domains = having(pair.ties, "domain", without="hub")
    if domains:
        yield together(case, RULE, "domain", pair, domains)


RULE = Rule(
    code="R05",
    title=Bilingual(zh="电子邮箱或者自有邮箱域名相同", en="Equal e-mail addresses or own domains"),
    scope="pair",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"email": Effect.FLAG, "domain": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
