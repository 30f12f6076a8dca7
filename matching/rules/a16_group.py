"""A16: a parent, subsidiary or sister company is listed: each answers for itself (公司法 13(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import inherited_findings

ROLES = ("controller", "subsidiary", "sister")


@answers("A16")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """A flag only, and only for records that would at least be reviewed in the listed company itself."""
    for entity in view.entities:
        for kin in entity.kin:
            if kin.role in ROLES:
                yield from inherited_findings(
                    case, RULE, "related", kin.hits, party=entity.label, role=kin.role, least=Effect.REVIEW
                )


RULE = Rule(
    code="A16",
    title=Bilingual(zh="母公司、子公司或者姐妹公司被列入名单", en="A company of the same group is listed"),
    scope="bidder",
    basis=(
        law.COMPANY_13_1,
        law.before(law.COMPANY_13_1, law.COMPANY_LAW_OLD, date(2006, 1, 1), "第十四条第二款"),
        law.CONSTRAINTS_49,
    ),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG", "ZTBJ", "ZDWF", "TQGZ", "YZWF", "AQSC"),
    cases={"related": Effect.FLAG},
    may_block=False,
    effective_from=date(2006, 1, 1),
)
