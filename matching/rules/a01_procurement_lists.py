"""A01: a supplier on a list that government procurement must refuse (财库〔2016〕125号)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import own_findings


@answers("A01")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Active records of the supplier or any member; ZFCG while its ban runs, never by its publication."""
    return own_findings(case, view, RULE)


RULE = Rule(
    code="A01",
    title=Bilingual(zh="政府采购应当拒绝的失信供应商", en="Supplier that government procurement must refuse"),
    scope="bidder",
    basis=(
        law.NO_125_USE,
        law.PROCUREMENT_77,
        law.before(law.PROCUREMENT_77, "中华人民共和国政府采购法（2002年）", date(2003, 1, 1)),
        law.PROCUREMENT_RULES_73,
        law.PROCUREMENT_RULES_19_2,
    ),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG"),
    cases={
        "sxbzxr": Effect.BLOCK,
        "zdss": Effect.BLOCK,
        "zfcg": Effect.BLOCK,
        "zfcg_unreadable": Effect.REVIEW,
    },
    effective_from=date(2016, 8, 1),
)
