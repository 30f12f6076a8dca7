"""A11: an expert or committee member who may not be engaged (285号 四(三); 招标投标法 56; 采条例 75)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.request import Regime
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Hit, Outcome, Rule, SubjectView
from matching.rules.capacity import barred_capacities, for_good
from matching.rules.common import answers, counts, finding, grouped
from matching.rules.listed import REGIME, ban, reach, window

ROLES = ("expert", "committee")


@answers("A11")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """A BLOCK is of that person in that role, never of a bidder."""
    if subject.role not in ROLES:
        return
    found = [(*answer, hit) for hit in subject.hits if counts(hit) and (answer := _case(case, hit))]
    for name, missing, hits in grouped(case, found, RULE.code):
        yield finding(case, RULE, name, hits, party=subject.label, missing=missing, person=True)


def _case(case: Case, hit: Hit) -> tuple[str, tuple[str, ...]] | None:
    code = hit.listing.list_code
    if code == "SXBZXR":
        return "defaulter", ()
    if code == "XHFZ":
        return ("bribery" if window(case, hit) == "in" else "bribery_other"), ()
    return _banned(case, hit) if code in ("ZTBJ", "ZTBHMD", "ZFCG") else None


def _banned(case: Case, hit: Hit) -> tuple[str, tuple[str, ...]] | None:
    """A ban counts in the capacity, for the term, in the place and under the law that its text names."""
    evaluator = "evaluator" in barred_capacities(hit.listing)
    state = ban(case, hit)
    if evaluator and hit.listing.effect.end is None and for_good(hit.listing):
        state = "running"
    if state == "over":
        return None
    if not evaluator:
        return "recorded", ()
    reached, missing = reach(case, hit)
    if reached == "no":
        return "elsewhere", ()
    if state == "unreadable" or reached == "unknown":
        return "unclear", missing
    regime, code = case.tender.regime, hit.listing.list_code
    if code == "ZTBHMD":
        return "banned", ()
    if regime is None:
        return "banned", REGIME
    fitting = regime is Regime.MANDATORY if code == "ZTBJ" else regime.procurement
    return ("banned" if fitting else "unclear"), ()


RULE = Rule(
    code="A11",
    title=Bilingual(zh="不得聘用的评标、评审专家", en="Expert who may not be engaged"),
    scope="subject",
    basis=(
        law.NO_285_EXPERTS,
        law.NO_125_USE,
        law.TENDER_56,
        law.before(law.TENDER_56, law.TENDER_LAW_1999, date(2000, 1, 1)),
        law.PROCUREMENT_RULES_75,
    ),
    evaluate=evaluate,
    lists=("SXBZXR", "XHFZ", "ZTBJ", "ZTBHMD", "ZFCG"),
    cases={
        "defaulter": Effect.BLOCK,
        "bribery": Effect.BLOCK,
        "bribery_other": Effect.REVIEW,
        "banned": Effect.BLOCK,
        "unclear": Effect.REVIEW,
        "elsewhere": Effect.FLAG,
        "recorded": Effect.REVIEW,
    },
    inputs=("tender.experts",),
    effective_from=date(2016, 8, 30),
)
