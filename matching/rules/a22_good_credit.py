"""A22: the bidder stands on a list of good credit, which cannot lower any other finding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding, grouped


@answers("A22")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """A note for the display; a bonus is the documents' affair."""
    for entity in view.entities:
        found = [
            ("noted", (), hit) for hit in entity.hits if hit.active and hit.listing.list_code in RULE.lists
        ]
        for _, _, hits in grouped(case, found, RULE.code):
            yield finding(case, RULE, "noted", hits, party=entity.label)


RULE = Rule(
    code="A22",
    title=Bilingual(zh="守信激励名单", en="List of good credit"),
    scope="bidder",
    basis=(law.REWARDS,),
    evaluate=evaluate,
    lists=("RED",),
    cases={"noted": Effect.INFO},
    may_block=False,
    effective_from=date(2016, 5, 30),
)
