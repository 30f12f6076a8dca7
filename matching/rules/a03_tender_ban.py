"""A03: a bidder whose right to bid was taken away by a penalty that still runs (招标投标法 53, 54, 60)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import own_findings


@answers("A03")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Bans that run at `as_of` and reach the tender's region; nationwide unless their text restricts them."""
    return own_findings(case, view, RULE)


_1999 = date(2000, 1, 1)

RULE = Rule(
    code="A03",
    title=Bilingual(zh="处于取消投标资格期内", en="Barred from bidding by a penalty"),
    scope="bidder",
    basis=(
        law.TENDER_53,
        law.TENDER_54,
        law.TENDER_60,
        law.before(law.TENDER_53, law.TENDER_LAW_1999, _1999, "第五十三条、第五十四条、第六十条"),
        law.RULES_67,
        law.RULES_68,
        law.before(law.RULES_67, law.TENDER_RULES_2011, date(2012, 2, 1), "第六十七条、第六十八条"),
    ),
    evaluate=evaluate,
    lists=("ZTBJ",),
    cases={
        "mandatory": Effect.BLOCK,
        "invoked": Effect.BLOCK,
        "unreadable": Effect.REVIEW,
        "place": Effect.REVIEW,
        "voluntary": Effect.REVIEW,
        "procurement": Effect.FLAG,
        "elsewhere": Effect.FLAG,
        "capacity": Effect.FLAG,
    },
    effective_from=_1999,
)
