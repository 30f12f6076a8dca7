"""B06: two bidders have the same controller or beneficial owner (sisters): no bar in the text, a strong sign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("B06")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A flag of high severity: neither law bars sisters, unless they bid as their group demands (条例 39). State
    investors connect nobody."""
    named = [(_case(tie), tie) for tie in pair.ties if tie.kind in ("common_controller", "common_owner")]
    yield from pair_findings(case, RULE, pair, named, severity="high")


def _case(tie: Tie) -> str:
    if tie.kind == "common_owner":
        return "beneficial_owner" if "sure" in tie.notes else "possible"
    return "possible" if "possible" in tie.notes else "actual" if "declared" in tie.notes else "controller"


RULE = Rule(
    code="B06",
    title=Bilingual(
        zh="投标人受同一主体控制或者受益所有人相同",
        en="Bidders with the same controller or beneficial owner",
    ),
    scope="pair",
    basis=(
        law.RULES_39_4,
        law.RULES_39_4_2011,
        law.COMPANY_265_3,
        law.COMPANY_265_4,
        law.COMPANY_216_3,
        law.COMPANY_216_4,
        law.NO_1117_11,
        law.BENEFICIAL_OWNERS_6,
        law.CONSTRAINTS_49,
    ),
    evaluate=evaluate,
    cases={
        "controller": Effect.FLAG,
        "actual": Effect.FLAG,
        "beneficial_owner": Effect.FLAG,
        "possible": Effect.FLAG,
    },
    may_block=False,
    effective_from=date(2012, 2, 1),
)
