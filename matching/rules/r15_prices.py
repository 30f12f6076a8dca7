"""R15: patterns in the prices of one lot: equal ones, series, little spread (SPEC 8; 条例 40(4))."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from matching import prices
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Fact, Finding, Outcome, Rule
from matching.rules.collusion import name_of
from matching.rules.common import answers, finding
from matching.rules.wording import both


@answers("R15")
def evaluate(case: Case) -> Iterable[Outcome]:
    """Remarks about the lot; four or more prices in a series ask for a review."""
    if len(case.bidders) < 2:
        return
    for lot, places, asked in prices.lots(case):
        for price, same in prices.equal(asked):
            yield _about(case, "equal", lot, places, asked, same, price=f"{price:,}")
        for found in prices.series(asked, case.policy.option("price_residual")):
            name = "long_series" if found.regular else "series"
            kind = both(f"rule.part.{found.kind}")
            missed = f"{found.residual:.4%}"
            yield _about(case, name, lot, places, asked, found.members, kind=kind, residual=missed)
        cv = prices.spread(asked)
        if cv is not None and cv * 1000 < case.policy.option("price_spread"):
            everyone = tuple(range(len(asked)))
            yield _about(case, "spread", lot, places, asked, everyone, cv=f"{cv:.3%}")


def _about(
    case: Case,
    name: str,
    lot: str,
    places: Sequence[int],
    asked: Sequence[Decimal],
    members: Sequence[int],
    **params: str | Bilingual,
) -> Finding:
    party = both("rule.part.lot", lot=lot) if lot else both("rule.part.tender")
    given = {"party": party, "count": str(len(members)), "bids": str(len(asked)), **params}
    facts = tuple(Fact(field="price", a=f"{name_of(case.bidders[places[m]])}: {asked[m]}") for m in members)
    found = finding(case, RULE, name, party="", params=given)
    return msgspec.structs.replace(found, facts=facts)


RULE = Rule(
    code="R15",
    title=Bilingual(zh="报价相同、成数列或者过于集中", en="Equal prices, series, little spread"),
    scope="tender",
    basis=law.sign(4),
    evaluate=evaluate,
    cases={
        "equal": Effect.FLAG,
        "series": Effect.FLAG,
        "long_series": Effect.REVIEW,
        "spread": Effect.FLAG,
    },
    may_block=False,
    effective_from=date(2012, 2, 1),
)
