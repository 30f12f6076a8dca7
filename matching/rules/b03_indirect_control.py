"""B03: one bidder controls the other through companies in between (条例 34(2); 采条例 18(1) says "directly")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.request import ProjectObject, Regime
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.common import answers
from matching.rules.related import pair_findings

REGIME = ("tender.regime",)


@answers("B03")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A chain of links that are each more than half is 控股: invalid in tenders, for a human in procurement, whose
    rule says direct; works that the government buys by tender stand under the tender law (政府采购法 4). Control that
    comes only from adding holdings up always goes to a human."""
    regime = case.tender.regime
    works = case.tender.object is ProjectObject.WORKS and regime is Regime.PROCUREMENT_TENDER
    chain = "procurement" if regime is not None and regime.procurement and not works else "tender"
    named = [
        ("by_sum" if "by_sum" in tie.notes else chain, tie) for tie in pair.ties if tie.kind == "controls"
    ]
    yield from pair_findings(case, RULE, pair, named, missing={"tender": REGIME} if regime is None else None)


RULE = Rule(
    code="B03",
    title=Bilingual(zh="投标人之间存在间接控股关系", en="One bidder indirectly controls the other"),
    scope="pair",
    basis=(
        law.RULES_34_2,
        law.RULES_34_2_2011,
        law.PROCUREMENT_RULES_18_1,
        law.COMPANY_265_2,
        law.COMPANY_216_2,
    ),
    evaluate=evaluate,
    cases={"tender": Effect.BLOCK, "procurement": Effect.REVIEW, "by_sum": Effect.REVIEW},
    effective_from=date(2012, 2, 1),
)
