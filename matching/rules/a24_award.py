"""A24: at award and contract, what came up since opening calls for the ability-to-perform review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from graph.dates import iso
from matching.decision import Effect
from matching.request import Stage
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, EntityView, Hit, Outcome, Rule
from matching.rules.common import answers, finding, member_of
from matching.rules.listed import consequence

STAGES = (Stage.AWARD, Stage.CONTRACT)


@answers("A24")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Adds a review and lowers nothing; without an opening time, any record counts as new (条例 56)."""
    if case.tender.stage not in STAGES:
        return
    opening = case.tender.opening_at
    for entity in view.entities:
        hits = [
            hit
            for hit in _all(entity)
            if _new(case, hit) and consequence(case, hit).by_law is not Effect.INFO
        ]
        if hits:
            name = "changed" if opening is not None else "listed"
            yield finding(
                case,
                RULE,
                name,
                hits,
                party=entity.label,
                params={"opening": iso(opening) if opening else ""},
                consortium=member_of(entity, view.entities),
            )


def _all(entity: EntityView) -> Iterable[Hit]:
    yield from entity.hits
    for person in entity.persons:
        yield from person.hits
    for kin in entity.kin:
        yield from kin.hits


def _new(case: Case, hit: Hit) -> bool:
    """Whether a record may have come up after opening: a record without a date may have."""
    opening = case.tender.opening_at
    dates = [t for t in (hit.listing.effect.start, hit.listing.published.start) if t is not None]
    return opening is None or not dates or max(dates) > opening


RULE = Rule(
    code="A24",
    title=Bilingual(
        zh="定标、签约前的履约能力审查", en="Ability-to-perform review before award and contract"
    ),
    scope="bidder",
    basis=(law.RULES_56, law.before(law.RULES_56, law.TENDER_RULES_2011, date(2012, 2, 1)), law.RULES_38),
    evaluate=evaluate,
    cases={"changed": Effect.REVIEW, "listed": Effect.REVIEW},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
