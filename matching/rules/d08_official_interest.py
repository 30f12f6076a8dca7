"""D08: an official who handles the project recuses from what concerns his or her own or a relative's interest
(公务员法 76, 74(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.decision import NotAssessable
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers
from matching.rules.recusal import findings, handles, noted
from matching.rules.wording import both


@answers("D08")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """Whether an official handles the project has to be said: naming one does not."""
    if subject.role != "official":
        return
    found = [(name, tie) for tie in subject.ties if (name := _case(tie))]
    if handles(subject):
        yield from findings(case, RULE, subject, found, restricted=True)
    else:  # said of every official: that there is something to look at would give it away
        yield NotAssessable(
            code=RULE.code,
            what="input:tender.officials.role",
            reason="not_supplied",
            detail=both("rule.official.role_missing", party=subject.label),
        )


def _case(tie: Tie) -> str:
    if tie.kind in ("post", "bidder"):
        return "own" if "now" in tie.notes else ""
    if tie.kind != "kin":
        return ""
    degree = noted(tie, "recusal")
    if degree == "none":
        return ""
    if degree == "possible" or tie.by == "name":
        return "open"
    return "relative_employed" if noted(tie, "post") in ("employed", "staff") else "relative"


RULE = Rule(
    code="D08",
    title=Bilingual(
        zh="经办公务员本人或者亲属与投标人有利害关系，应当回避",
        en="Recusal: the official who handles the project, or a relative, has an interest in a bidder",
    ),
    scope="subject",
    basis=(
        law.CIVIL_SERVANTS_76,
        law.CIVIL_SERVANTS_74_1,
        law.before(law.CIVIL_SERVANTS_76, law.CIVIL_SERVANTS_2005, date(2006, 1, 1), "第六十八条、第七十条"),
    ),
    evaluate=evaluate,
    cases={
        "own": Effect.BLOCK,
        "relative": Effect.BLOCK,
        "relative_employed": Effect.REVIEW,
        "open": Effect.REVIEW,
    },
    inputs=("tender.officials",),
    effective_from=date(2006, 1, 1),
)
