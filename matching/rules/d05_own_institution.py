"""D05: an expert of the purchaser itself, and staff of the agency, may not evaluate (87号令 47(3))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers
from matching.rules.recusal import EVALUATORS, applies, findings, seat


@answers("D05")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """The purchaser's people sit as its representatives only; the agency's people not at all."""
    missing = applies(case, "procurement") if subject.role in EVALUATORS else None
    if missing is None:
        return
    found = [(name, tie) for tie in subject.ties if tie.kind == "employer" and (name := _case(subject, tie))]
    yield from findings(case, RULE, subject, found, missing=missing)


def _case(subject: SubjectView, tie: Tie) -> str:
    if tie.role == "agency":
        return "agency"
    return {"expert": "buyer", "unknown": "seat_unknown", "representative": ""}[seat(subject)]


RULE = Rule(
    code="D05",
    title=Bilingual(
        zh="评审专家属采购人本单位，或者代理机构工作人员参加评审",
        en="Expert of the purchaser itself, or staff of the agency, as evaluator",
    ),
    scope="subject",
    basis=(law.ORDER_87_47,),
    evaluate=evaluate,
    cases={
        "buyer": Effect.BLOCK,
        "agency": Effect.BLOCK,
        "seat_unknown": Effect.REVIEW,
    },
    inputs=("tender.experts",),
    effective_from=date(2017, 10, 1),
)
