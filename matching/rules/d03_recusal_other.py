"""D03: another relation with a supplier that may affect fairness is for a human (采条例 9(五))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers
from matching.rules.recusal import HEADS, applies, concerned, findings, noted, recent

_SHARES = frozenset({"shareholder", "partner", "owner", "by_sum"})


@answers("D03")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """Shares without control, work in a bid, and relatives with another post or share."""
    missing = applies(case, "procurement") if concerned(subject) else None
    if missing is None:
        return
    # control that only adding up shows says more than each of the holdings
    ties = sorted(subject.ties, key=lambda tie: tie.role != "by_sum")
    found = [(name, tie) for tie in ties if (name := _case(tie))]
    yield from findings(case, RULE, subject, found, missing=missing)


def _case(tie: Tie) -> str:
    if tie.kind == "post" and recent(tie):
        return "shares" if tie.role in _SHARES else "staff" if tie.role == "staff" else ""
    if tie.kind == "kin" and noted(tie, "recusal") != "none":
        return "" if noted(tie, "post") in HEADS else "kin"
    return ""


RULE = Rule(
    code="D03",
    title=Bilingual(
        zh="与供应商有其他可能影响公正的关系",
        en="Another relation with a supplier that may affect fairness",
    ),
    scope="subject",
    basis=(law.PROCUREMENT_RULES_9_OTHER, law.PROCUREMENT_12),
    evaluate=evaluate,
    cases={
        "shares": Effect.REVIEW,
        "staff": Effect.REVIEW,
        "kin": Effect.REVIEW,
    },
    inputs=("tender.experts",),
    effective_from=date(2015, 3, 1),
)
