"""A24: at award and contract, what came up since opening calls for the ability-to-perform review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from graph.dates import iso
from matching.decision import Effect
from matching.request import Stage
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, EntityView, Hit, Outcome, PersonView, Rule
from matching.rules.common import answers, counts, finding, member_of
from matching.rules.listed import bribery, consequence
from matching.rules.people import HEADS, STAFF

STAGES = (Stage.AWARD, Stage.CONTRACT)


@answers("A24")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Adds a review and lowers nothing: what came up since opening; where opening is not known, what asks for
    a review already (条例 56)."""
    if case.tender.stage not in STAGES:
        return
    opening = case.tender.opening_at
    for entity in view.entities:
        if opening is not None:
            name, hits = (
                "changed",
                [hit for hit in _all(entity) if _new(hit, opening) and _matters(case, hit)],
            )
        else:
            name, hits = "listed", list(_weighty(case, entity))
        if hits:
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


def _matters(case: Case, hit: Hit) -> bool:
    return consequence(case, hit).by_law is not Effect.INFO


def _weighty(case: Case, entity: EntityView) -> Iterable[Hit]:
    """Records that by themselves have the bidder reviewed or barred: its own, its people's, its company's."""
    yield from (hit for hit in entity.hits if _at_least_review(consequence(case, hit).in_fact))
    for person in entity.persons:
        yield from (hit for hit in person.hits if _at_least_review(_through(case, entity, person, hit)))
    for kin in entity.kin:
        if kin.role == "parent":
            yield from (hit for hit in kin.hits if _at_least_review(consequence(case, hit).in_fact))


def _through(case: Case, entity: EntityView, person: PersonView, hit: Hit) -> Effect:
    """What a person's record does to the bidder, by the person's office (A06, A09, A12, A17, A18)."""
    code, role = hit.listing.list_code, person.role
    if not counts(hit):
        return Effect.INFO
    if code == "SXBZXR" and role in STAFF:
        return case.policy.effect("A12", "listed")
    if code == "TQGZ" and role in HEADS:
        return case.policy.effect("A06", "head")
    if code == "XHFZ" and role in (*HEADS, "project_manager"):
        name = bribery(case, hit)
        return case.policy.effect("A09", name) if name is not None else Effect.INFO
    if role in ("investor", "partner") or (role in (*HEADS, "operator") and entity.individual_business):
        return consequence(case, hit).in_fact
    return Effect.INFO


def _at_least_review(effect: Effect) -> bool:
    return effect.rank >= Effect.REVIEW.rank


def _new(hit: Hit, opening: datetime) -> bool:
    """Whether a record may have come up after opening: a record without a date may have."""
    dates = [t for t in (hit.listing.effect.start, hit.listing.published.start) if t is not None]
    return not dates or max(dates) > opening


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
