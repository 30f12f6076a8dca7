"""B05: one bidder manages the other without holding shares (条例 34(2), 采条例 18(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("B05")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A documented management relation makes both bids invalid; one over a third unit, and bids of a company beside
    its own branch, go to a human."""
    named = [(_case(tie), tie) for tie in pair.ties if tie.kind in ("manages", "branch")]
    yield from pair_findings(case, RULE, pair, named)


def _case(tie: Tie) -> str:
    if tie.kind == "branch":
        return "branch"
    return "indirect" if "indirect" in tie.notes else "documented"


RULE = Rule(
    code="B05",
    title=Bilingual(zh="投标人之间存在管理关系", en="One bidder manages the other"),
    scope="pair",
    basis=(law.RULES_34_2, law.RULES_34_2_2011, law.PROCUREMENT_RULES_18_1),
    evaluate=evaluate,
    cases={"documented": Effect.BLOCK, "indirect": Effect.REVIEW, "branch": Effect.REVIEW},
    effective_from=date(2012, 2, 1),
)
