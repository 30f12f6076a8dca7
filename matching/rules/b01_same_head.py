"""B01: two bidders are headed by the same person (条例 34(2), 采条例 18(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("B01")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Both bids are invalid where a number says that it is one person; a name alone, a head of whom the register may
    be out of date, or the principal of a legal person, whom its legal representative heads, goes to a human."""
    named = [(_case(tie), tie) for tie in pair.ties if tie.kind == "same_head"]
    yield from pair_findings(case, RULE, pair, named)


def _case(tie: Tie) -> str:
    if "name" in tie.notes:
        return "by_name"
    if "principal" in tie.notes:
        return "principal"
    return "outdated" if "outdated" in tie.notes else "by_code"


RULE = Rule(
    code="B01",
    title=Bilingual(zh="投标人的单位负责人为同一人", en="Bidders headed by the same person"),
    scope="pair",
    basis=(law.RULES_34_2, law.RULES_34_2_2011, law.PROCUREMENT_RULES_18_1),
    evaluate=evaluate,
    cases={
        "by_code": Effect.BLOCK,
        "by_name": Effect.REVIEW,
        "outdated": Effect.REVIEW,
        "principal": Effect.REVIEW,
    },
    effective_from=date(2012, 2, 1),
)
