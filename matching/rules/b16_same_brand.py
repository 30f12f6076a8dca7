"""B16: several suppliers offer the same brand: they count as one (87号令 31), which bars nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("B16")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A note for the committee that counts the bidders; no sign of collusion by itself."""
    regime = case.tender.regime
    if regime is not None and not regime.procurement:
        return
    yield from pair_findings(case, RULE, pair, [("same_brand", t) for t in pair.ties if t.kind == "brand"])


RULE = Rule(
    code="B16",
    title=Bilingual(zh="不同供应商提供相同品牌产品", en="Suppliers offer the same brand"),
    scope="pair",
    basis=(law.ORDER_87_31, law.ORDER_18_31),
    evaluate=evaluate,
    cases={"same_brand": Effect.INFO},
    effective_from=date(2004, 9, 11),
)
