"""D04: who may not sit on the evaluation committee of a tender (12号令 12; 招标投标法 37(4); 条例 46, 48)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, Status, SubjectView, Tie
from matching.rules.common import answers, finding, grouped
from matching.rules.recusal import EVALUATORS, HEADS, applies, findings, noted, seated, unknown
from matching.rules.wording import both

_HEADS = HEADS | {"executive"}


@answers("D04")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """Who has to recuse is replaced when already seated, and that person's opinion is void."""
    missing = applies(case, "tender") if subject.role in EVALUATORS else None
    if missing is None:
        return
    yield from unknown(RULE, subject)
    found = [(name, tie) for tie in subject.ties if (name := _case(tie))]
    yield from findings(case, RULE, subject, found, missing=missing)
    yield from _punished(case, subject, missing)


def _case(tie: Tie) -> str:
    if tie.kind in ("bidder", "authority"):
        return tie.kind
    if tie.kind == "post":
        return _own(tie)
    if tie.kind != "kin" or noted(tie, "recusal") == "none":
        return ""
    if noted(tie, "post") not in HEADS:
        return "kin_interest"
    if tie.by == "name":
        return "named"
    near = noted(tie, "near")
    if near == "certain":
        return "near_kin"
    return "open" if near == "possible" else "wider_kin"


def _own(tie: Tie) -> str:
    if "now" in tie.notes:
        return "head" if tie.role in _HEADS else "interest"
    if "past" in tie.notes:
        return "former"
    return ""


def _punished(case: Case, subject: SubjectView, missing: tuple[str, ...]) -> Iterable[Outcome]:
    """Punished for misconduct in tendering, whenever: the text sets no term. Of a record that is over, a human
    has to say whether it may still be held against the person."""
    found = [
        ("punished" if hit.active else "punished_before", missing, hit)
        for hit in subject.hits
        if hit.listing.list_code == "ZTBJ" and (hit.active or hit.status is Status.EXPIRED)
    ]
    params = {"seated": both("rule.recusal.seated") if seated(case) else Bilingual(zh="", en="")}
    for name, lacking, hits in grouped(case, found, RULE.code):
        yield finding(
            case, RULE, name, hits, party=subject.label, missing=lacking, person=True, params=params
        )


RULE = Rule(
    code="D04",
    title=Bilingual(
        zh="不得担任评标委员会成员，应当回避或者更换",
        en="Not to sit on the evaluation committee: recuse or be replaced",
    ),
    scope="subject",
    basis=(
        law.COMMITTEE_12,
        law.TENDER_37_4,
        law.before(law.TENDER_37_4, law.TENDER_LAW_1999, date(2000, 1, 1)),
        law.RULES_46_3,
        law.RULES_46_4,
        law.RULES_48_3,
    ),
    evaluate=evaluate,
    lists=("ZTBJ",),
    cases={
        "bidder": Effect.BLOCK,
        "head": Effect.BLOCK,
        "near_kin": Effect.BLOCK,
        "interest": Effect.BLOCK,
        "authority": Effect.BLOCK,
        "punished": Effect.BLOCK,
        "punished_before": Effect.REVIEW,
        "wider_kin": Effect.REVIEW,
        "open": Effect.REVIEW,
        "named": Effect.REVIEW,
        "kin_interest": Effect.REVIEW,
        "former": Effect.REVIEW,
    },
    inputs=("tender.experts",),
    effective_from=date(2013, 5, 1),
)
