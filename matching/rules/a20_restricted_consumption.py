"""A20: an order restricting consumption, or enforcement alone, bars nobody from bidding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding, grouped
from matching.rules.people import person_findings

ROLES = (
    "legal_rep",
    "principal",
    "director",
    "supervisor",
    "executive",
    "operator",
    "investor",
    "partner",
    "agent",
    "project_manager",
    "key_staff",
)


@answers("A20")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """A note, never more: neither 285号 nor 125号 makes it a ground."""
    for entity in view.entities:
        found = [
            ("noted", (), hit) for hit in entity.hits if hit.active and hit.listing.list_code in RULE.lists
        ]
        for _, _, hits in grouped(case, found, RULE.code):
            yield finding(case, RULE, "noted", hits, party=entity.label)
    yield from person_findings(case, view, RULE, "person", roles=ROLES, lists=RULE.lists)


RULE = Rule(
    code="A20",
    title=Bilingual(zh="被限制消费（不构成投标限制）", en="Restricted consumption (no bar to bidding)"),
    scope="bidder",
    basis=(law.CONSUMPTION,),
    evaluate=evaluate,
    lists=("XZXF",),
    cases={"noted": Effect.INFO, "person": Effect.INFO},
    may_block=False,
    effective_from=date(2010, 10, 1),
)
