"""A09: a bribery conviction of the bidder, its head or the proposed project manager within three years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, counts, finding, grouped, member_of, not_supplied
from matching.rules.listed import bribery, own_findings
from matching.rules.people import HEADS, has_person

ROLES = (*HEADS, "project_manager")


@answers("A09")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Blocks where the documents invoke the records, as most do; else a human decides."""
    yield from own_findings(case, view, RULE)
    for entity in view.entities:
        for person in entity.persons:
            if person.role not in ROLES or not person.hits:
                continue
            found = [
                (name, (), hit)
                for hit in person.hits
                if hit.listing.list_code in RULE.lists and counts(hit) and (name := bribery(case, hit))
            ]
            for name, _, hits in grouped(case, found, RULE.code):
                yield finding(
                    case,
                    RULE,
                    name,
                    hits,
                    party=person.person.name or entity.label,
                    person=True,
                    consortium=member_of(entity, view.entities),
                )
    if not has_person(view, ("project_manager",)):
        yield not_supplied(RULE, "bidder.project_manager")


RULE = Rule(
    code="A09",
    title=Bilingual(zh="近三年内有行贿犯罪记录", en="Bribery conviction within three years"),
    scope="bidder",
    asks=True,
    basis=(law.STANDARD_BIDDER, law.TENDER_53, law.PROCUREMENT_77),
    evaluate=evaluate,
    lists=("XHFZ",),
    cases={
        "invoked": Effect.BLOCK,
        "not_invoked": Effect.REVIEW,
        "undated": Effect.REVIEW,
        "later": Effect.REVIEW,
    },
    effective_from=date(2018, 1, 1),
)
