"""A17: the operator of an individual business is listed: it has no personality apart (民法典 54–56)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, member_of
from matching.rules.listed import inherited_findings

ROLES = ("operator", "principal", "legal_rep")
"""Platforms give the operator of an individual business in the field of the legal representative."""


@answers("A17")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """The business gets what its operator would get; without the operator's number, a human decides."""
    for entity in view.entities:
        if not entity.individual_business:
            continue
        for person in entity.persons:
            if person.role in ROLES:
                yield from inherited_findings(
                    case,
                    RULE,
                    "operator",
                    person.hits,
                    party=entity.label,
                    person=True,
                    consortium=member_of(entity, view.entities),
                )


RULE = Rule(
    code="A17",
    title=Bilingual(zh="个体工商户的经营者被列入名单", en="Operator of an individual business is listed"),
    scope="bidder",
    basis=(law.CIVIL_CODE_56, law.CIVIL_GENERAL_56, law.CIVIL_PRINCIPLES_29),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG", "TQGZ"),
    cases={"operator": Effect.BLOCK},
    effective_from=date(2016, 8, 1),
)
