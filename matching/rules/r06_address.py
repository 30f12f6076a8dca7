"""R06: two bidders at one address that is not a cluster of registrations (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("R06")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A remark: neighbours need not know each other."""
    places = having(pair.ties, "address")
    if places:
        yield together(case, RULE, "address", pair, places)


RULE = Rule(
    code="R06",
    title=Bilingual(zh="注册或者联系地址相同", en="Equal addresses"),
    scope="pair",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"address": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
