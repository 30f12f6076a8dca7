"""D02: relatives of a supplier's legal representative or principal must recuse (采条例 9(四); 政府采购法 12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers
from matching.rules.recusal import HEADS, applies, concerned, findings, noted


@answers("D02")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """Spouse, lineal blood relatives, collateral ones within three generations, near relatives by marriage; a
    relative known by name only is for a human."""
    missing = applies(case, "procurement") if concerned(subject) else None
    if missing is None:
        return
    found = [(name, tie) for tie in subject.ties if (name := _case(tie))]
    yield from findings(case, RULE, subject, found, missing=missing)


def _case(tie: Tie) -> str:
    if tie.kind != "kin" or noted(tie, "post") not in HEADS:
        return ""
    degree = noted(tie, "recusal")
    if degree == "none":
        return ""
    if tie.by == "name":
        return "named"
    return "kin" if degree == "certain" else "open"


RULE = Rule(
    code="D02",
    title=Bilingual(
        zh="与供应商法定代表人、负责人有亲属关系，应当回避",
        en="Recusal: relative of a supplier’s legal representative or principal",
    ),
    scope="subject",
    basis=(law.PROCUREMENT_RULES_9_KIN, law.PROCUREMENT_12),
    evaluate=evaluate,
    cases={
        "kin": Effect.BLOCK,
        "open": Effect.REVIEW,
        "named": Effect.REVIEW,
    },
    inputs=("tender.experts",),
    effective_from=date(2015, 3, 1),
)
