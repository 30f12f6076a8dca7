"""D05: an expert of the purchaser itself, and staff of the agency, may not evaluate (87号令 47(3))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from matching.request import Regime
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Finding, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers
from matching.rules.recusal import EVALUATORS, applies, findings, seat


@answers("D05")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """The purchaser's people sit as its representatives only; the agency's people not at all."""
    missing = applies(case, "procurement") if subject.role in EVALUATORS else None
    if missing is None:
        return
    found = [(name, tie) for tie in subject.ties if tie.kind == "employer" and (name := _case(subject, tie))]
    for made in findings(case, RULE, subject, found, missing=missing):
        yield _cited(case, made)


def _cited(case: Case, found: Finding) -> Finding:
    """The finding with the order for the way of buying: 87号令 for tenders, 74号令 for the others."""
    regime = case.tender.regime
    if regime is None:
        return found
    other = law.ORDER_87_47 if regime is Regime.PROCUREMENT_OTHER else law.ORDER_74_7
    basis = tuple(b for b in found.legal_basis if b.instrument != other.instrument)
    return msgspec.structs.replace(found, legal_basis=basis) if basis else found


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
    basis=(law.ORDER_87_47, law.ORDER_74_7),
    evaluate=evaluate,
    cases={
        "buyer": Effect.BLOCK,
        "agency": Effect.BLOCK,
        "seat_unknown": Effect.REVIEW,
    },
    inputs=("tender.experts",),
    effective_from=date(2017, 10, 1),
)
