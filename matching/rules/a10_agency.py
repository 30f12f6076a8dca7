"""A10: the tender agency is a defaulter, or barred from acting as agent (285号 四(二); 招标投标法 50)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.request import Regime
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Hit, Outcome, Rule, SubjectView
from matching.rules.capacity import barred_capacities
from matching.rules.common import answers, finding, grouped
from matching.rules.listed import REGIME, ban, reach


@answers("A10")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """A clean agency is preferred (flag); one barred from acting may not, where and while the ban reaches."""
    if subject.role != "agency":
        return
    found = [(*answer, hit) for hit in subject.hits if hit.active and (answer := _case(case, hit))]
    for name, missing, hits in grouped(case, found, RULE.code):
        yield finding(case, RULE, name, hits, party=subject.label, missing=missing)


def _case(case: Case, hit: Hit) -> tuple[str, tuple[str, ...]] | None:
    code, regime = hit.listing.list_code, case.tender.regime
    if code == "SXBZXR":
        return "defaulter", ()
    if code not in ("ZTBJ", "ZFCG"):
        return None
    state = ban(case, hit)
    if state == "over":
        return None
    reached, missing = reach(case, hit)
    if reached == "no":
        return "elsewhere", ()
    fitting = regime is Regime.MANDATORY if code == "ZTBJ" else regime is not None and regime.procurement
    as_agent = "agent" in barred_capacities(hit.listing)
    if state == "unreadable" or not as_agent or reached == "unknown" or not (fitting or regime is None):
        return "unclear", missing
    return ("banned_tender" if code == "ZTBJ" else "banned_procurement"), REGIME if regime is None else ()


RULE = Rule(
    code="A10",
    title=Bilingual(zh="招标代理机构失信或被禁止代理", en="Tender agency listed or barred from acting"),
    scope="subject",
    basis=(
        law.NO_285_AGENCIES,
        law.TENDER_50,
        law.before(law.TENDER_50, law.TENDER_LAW_1999, date(2000, 1, 1)),
        law.PROCUREMENT_78,
    ),
    evaluate=evaluate,
    lists=("SXBZXR", "ZTBJ", "ZFCG"),
    cases={
        "defaulter": Effect.FLAG,
        "banned_tender": Effect.BLOCK,
        "banned_procurement": Effect.BLOCK,
        "unclear": Effect.REVIEW,
        "elsewhere": Effect.FLAG,
    },
    inputs=("tender.agency",),
    effective_from=date(2016, 8, 30),
)
