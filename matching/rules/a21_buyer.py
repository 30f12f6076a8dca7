"""A21: the buyer is a public body that defaults on judgments: suppliers are warned, buying goes on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView
from matching.rules.common import answers, finding, grouped


@answers("A21")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """A flag on the buyer, for suppliers and for supervision."""
    if subject.role != "buyer":
        return
    found = [("buyer", (), hit) for hit in subject.hits if hit.active and hit.listing.list_code in RULE.lists]
    for _, missing, hits in grouped(case, found, RULE.code):
        yield finding(case, RULE, "buyer", hits, party=subject.label, missing=missing)


RULE = Rule(
    code="A21",
    title=Bilingual(zh="采购人、招标人为失信被执行人", en="The buyer is a judgment defaulter"),
    scope="subject",
    basis=(law.DEFAULTERS_8,),
    evaluate=evaluate,
    lists=("ZFJG", "SXBZXR"),
    cases={"buyer": Effect.FLAG},
    may_block=False,
    inputs=("tender.buyer",),
    effective_from=date(2017, 5, 1),
)
