"""B02: one bidder directly holds more than half of the other (条例 34(2), 采条例 18(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("B02")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Both bids are invalid, in tenders and in procurement; exactly half counts only before 1 July 2024."""
    named = [
        ("doubtful" if "doubtful" in tie.notes else "direct", tie) for tie in pair.ties if tie.kind == "holds"
    ]
    yield from pair_findings(case, RULE, pair, named)


RULE = Rule(
    code="B02",
    title=Bilingual(zh="投标人之间存在直接控股关系", en="One bidder directly controls the other"),
    scope="pair",
    basis=(
        law.RULES_34_2,
        law.RULES_34_2_2011,
        law.PROCUREMENT_RULES_18_1,
        law.COMPANY_265_2,
        law.COMPANY_216_2,
    ),
    evaluate=evaluate,
    cases={"direct": Effect.BLOCK, "doubtful": Effect.REVIEW},
    effective_from=date(2012, 2, 1),
)
