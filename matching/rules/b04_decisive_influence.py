"""B04: one bidder has decisive votes or actual control in the other without more than half (公司法 265(2), (3))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import pair_findings

CASES = ("half", "votes", "declared", "concert", "self_held", "possible", "unknown", "branch")


@answers("B04")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Whether it is decisive is a matter of evidence: a human decides, in every case."""
    named = [(_case(tie), tie) for tie in pair.ties if tie.kind == "influences"]
    yield from pair_findings(case, RULE, pair, named)


def _case(tie: Tie) -> str:
    return next((name for name in CASES if name in tie.notes), "possible")


RULE = Rule(
    code="B04",
    title=Bilingual(
        zh="投标人之间可能存在足以产生重大影响的表决权或者实际控制",
        en="Decisive votes or actual control between bidders",
    ),
    scope="pair",
    basis=(
        law.COMPANY_265_2,
        law.COMPANY_265_3,
        law.COMPANY_216_2,
        law.COMPANY_216_3,
        law.RULES_34_2,
        law.RULES_34_2_2011,
        law.PROCUREMENT_RULES_18_1,
    ),
    evaluate=evaluate,
    cases=dict.fromkeys(CASES, Effect.REVIEW),
    effective_from=date(2012, 2, 1),
)
