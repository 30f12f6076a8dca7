"""D01: whoever worked for, directed or controlled a supplier within three years must recuse (采条例 9(一)-(三))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers
from matching.rules.recusal import HEADS, applies, concerned, findings, recent, unknown

_CASES = {
    "employed": "employed",
    "director": "director",
    "supervisor": "supervisor",
    "controller": "controller",
    "executive": "head",
} | dict.fromkeys(sorted(HEADS), "head")


@answers("D01")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """A BLOCK is of that person in that role, never of a bidder."""
    if not concerned(subject):
        return
    missing = applies(case, "procurement")
    if missing is None:
        return
    yield from unknown(RULE, subject)
    found = [(name, tie) for tie in subject.ties if (name := _case(tie))]
    yield from findings(case, RULE, subject, found, missing=missing)


def _case(tie: Tie) -> str:
    if tie.kind == "bidder":
        return "head"
    return _CASES.get(tie.role, "") if tie.kind == "post" and recent(tie) else ""


RULE = Rule(
    code="D01",
    title=Bilingual(
        zh="三年内与供应商有劳动、任职或者控股关系，应当回避",
        en="Recusal: worked for, directed or controlled a supplier within three years",
    ),
    scope="subject",
    basis=(law.PROCUREMENT_RULES_9_POSTS, law.PROCUREMENT_12),
    evaluate=evaluate,
    cases={
        "employed": Effect.BLOCK,
        "director": Effect.BLOCK,
        "supervisor": Effect.BLOCK,
        "controller": Effect.BLOCK,
        "head": Effect.BLOCK,
    },
    inputs=("tender.experts",),
    effective_from=date(2015, 3, 1),
)
