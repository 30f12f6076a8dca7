"""A14: the bidder is a branch and its company is listed: one legal person (公司法 13(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, member_of
from matching.rules.listed import inherited_findings


@answers("A14")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """The branch gets what its company would get; a parent known by name prefix only goes to a human."""
    for entity in view.entities:
        for kin in entity.kin:
            if kin.role == "parent":
                name = "by_code" if kin.by == "code" else "by_name"
                together = member_of(entity, view.entities)
                yield from inherited_findings(
                    case, RULE, name, kin.hits, party=entity.label, consortium=together
                )


RULE = Rule(
    code="A14",
    title=Bilingual(zh="分支机构所属法人被列入名单", en="The branch's company is listed"),
    scope="bidder",
    basis=(
        law.COMPANY_13_2,
        law.before(law.COMPANY_13_2, law.COMPANY_LAW_OLD, date(2006, 1, 1), "第十四条第一款"),
    ),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG", "ZTBJ", "ZDWF", "TQGZ", "YZWF", "AQSC"),
    cases={"by_code": Effect.BLOCK, "by_name": Effect.REVIEW},
    effective_from=date(2006, 1, 1),
)
