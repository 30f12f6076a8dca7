"""D06: an expert who should have recused evaluated: to be reported to the finance authority (采条例 75)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.request import Stage
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers
from matching.rules.recusal import EVALUATORS, HEADS, applies, findings, noted, recent

_POSTS = HEADS | {"employed", "director", "supervisor", "executive", "controller"}


@answers("D06")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """From the award on, whoever still stands among the experts has evaluated. Only sure ties are reported."""
    if subject.role not in EVALUATORS or case.tender.stage not in (Stage.AWARD, Stage.CONTRACT):
        return
    missing = applies(case, "procurement")
    if missing is None:
        return
    found = [("not_recused", tie) for tie in subject.ties if tie.by != "name" and _conflict(tie)]
    yield from findings(case, RULE, subject, found[:1], missing=missing, severity="high")


def _conflict(tie: Tie) -> bool:
    if tie.kind == "post":
        return tie.role in _POSTS and recent(tie)
    return tie.kind == "kin" and noted(tie, "post") in HEADS and noted(tie, "recusal") == "certain"


RULE = Rule(
    code="D06",
    title=Bilingual(
        zh="评审专家应当回避而未回避，报告财政部门",
        en="Expert did not recuse: report to the finance authority",
    ),
    scope="subject",
    basis=(law.PROCUREMENT_RULES_75_2,),
    evaluate=evaluate,
    cases={"not_recused": Effect.FLAG},
    may_block=False,
    inputs=("tender.experts",),
    effective_from=date(2015, 3, 1),
)
