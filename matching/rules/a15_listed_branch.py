"""A15: a branch of the bidder is listed, the bidder itself is not (公司法 13(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, member_of
from matching.rules.listed import inherited_findings


@answers("A15")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """The company answers for its branch, but the listing names the branch: a human decides."""
    for entity in view.entities:
        for kin in entity.kin:
            if kin.role == "branch":
                together = member_of(entity, view.entities)
                yield from inherited_findings(
                    case, RULE, "branch", kin.hits, party=entity.label, consortium=together
                )


RULE = Rule(
    code="A15",
    title=Bilingual(zh="投标人的分支机构被列入名单", en="A branch of the bidder is listed"),
    scope="bidder",
    basis=(
        law.COMPANY_13_2,
        law.before(law.COMPANY_13_2, law.COMPANY_LAW_OLD, date(2006, 1, 1), "第十四条第一款"),
    ),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG", "ZTBJ", "ZDWF", "TQGZ", "YZWF", "AQSC"),
    cases={"branch": Effect.REVIEW},
    may_block=False,
    effective_from=date(2006, 1, 1),
)
