"""R20: the bidder stands close to a listed party, above all one founded after the listing (换壳; SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from graph.dates import china_day
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, EntityView, Hit, Outcome, Rule
from matching.rules.common import answers
from matching.rules.listed import inherited_findings

ROLES = ("controller", "controlling_person", "shared_legal_rep", "shared_owner", "shared_address")


@answers("R20")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """A flag of high severity, and only for records that would at least be reviewed in the listed party itself: each
    answers for itself (公司法 13), but a new company in the place of a listed one deserves a look."""
    for entity in view.entities:
        for kin in entity.kin:
            if kin.role not in ROLES:
                continue
            new = [hit for hit in kin.hits if _founded_after(entity, hit)]
            old = [hit for hit in kin.hits if hit not in new]
            for name, hits in (("new_shell", new), ("near", old)):
                yield from inherited_findings(
                    case, RULE, name, hits, party=entity.label, role=kin.role, least=Effect.REVIEW,
                    severity="high", person=kin.role == "controlling_person",
                )  # fmt: skip


def _founded_after(entity: EntityView, hit: Hit) -> bool:
    since = hit.listing.effect.start or hit.listing.published.start
    return entity.founded is not None and since is not None and entity.founded > china_day(since)


RULE = Rule(
    code="R20",
    title=Bilingual(
        zh="与被列入名单的主体关系密切（疑似换壳）", en="Close to a listed party, perhaps its new shell"
    ),
    scope="bidder",
    basis=(
        law.COMPANY_13_1,
        law.before(law.COMPANY_13_1, law.COMPANY_LAW_OLD, date(2006, 1, 1), "第十四条第二款"),
        law.CONSTRAINTS_49,
    ),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG", "ZTBJ", "ZDWF", "TQGZ", "YZWF", "AQSC"),
    cases={"near": Effect.FLAG, "new_shell": Effect.FLAG},
    may_block=False,
    effective_from=date(2006, 1, 1),
)
