"""A19: a predecessor of the bidder (renamed, merged, split) is listed (招标投标法实施条例 38)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, member_of
from matching.rules.listed import inherited_findings


@answers("A19")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Only a sourced rename or succession counts; whether the burden passed on, a human decides."""
    for entity in view.entities:
        for kin in entity.kin:
            if kin.role == "predecessor":
                together = member_of(entity, view.entities)
                yield from inherited_findings(
                    case, RULE, "predecessor", kin.hits, party=entity.label, consortium=together
                )


RULE = Rule(
    code="A19",
    title=Bilingual(zh="投标人的前身被列入名单", en="A predecessor of the bidder is listed"),
    scope="bidder",
    basis=(law.RULES_38, law.before(law.RULES_38, law.TENDER_RULES_2011, date(2012, 2, 1))),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG", "ZTBJ", "ZDWF", "TQGZ", "YZWF", "AQSC"),
    cases={"predecessor": Effect.REVIEW},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
