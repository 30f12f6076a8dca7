"""A11: an expert or committee member who may not be engaged (285号 四(三); 招标投标法 56; 采条例 75)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Hit, Outcome, Rule, SubjectView
from matching.rules.common import answers, counts, finding, grouped

ROLES = ("expert", "committee")
_BAN = re.compile("取消|禁止|暂停|不得|停止|清退|限制")


@answers("A11")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """A BLOCK is of that person in that role, never of a bidder."""
    if subject.role not in ROLES:
        return
    found = [(name, (), hit) for hit in subject.hits if counts(hit) and (name := _case(hit))]
    for name, missing, hits in grouped(case, found, RULE.code):
        yield finding(case, RULE, name, hits, party=subject.label, missing=missing, person=True)


def _case(hit: Hit) -> str | None:
    listing = hit.listing
    if listing.list_code == "SXBZXR":
        return "defaulter"
    if listing.list_code == "XHFZ":
        return "bribery"
    if listing.list_code in ("ZTBJ", "ZTBHMD", "ZFCG"):
        return "banned" if listing.effect.end is not None or _BAN.search(listing.measure) else "recorded"
    return None


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
        "banned": Effect.BLOCK,
        "recorded": Effect.REVIEW,
    },
    inputs=("tender.experts",),
    effective_from=date(2016, 8, 30),
)
