"""A party's records on lists, each with its dates and the articles by which the list acts."""

from __future__ import annotations

from datetime import date

from api.explore.search import title_of
from api.explore.shapes import Law, ListingView
from api.explore.told import GONE, Teller, moment, origin_of
from api.masking import mask_text
from graph.dates import china_day
from graph.model import Listing, Party, PartyType, Status
from matching.rules import RULES


def listings_of(teller: Teller, ordinal: int, party: Party) -> tuple[ListingView, ...]:
    """The records of a party, those in force first, then by when they began.

    Ended records that were removed, repaired or revoked are only for those with the right to look (令36 art. 3: a
    repaired record may be neither published nor used); so are those whose publication is over.
    """
    found = []
    for place in teller.generation.party_listings(ordinal):
        if teller.generation.recorded(place, teller.known):
            record = teller.generation.listing(place)
            if teller.restricted or _public(record, teller):
                found.append(_view(record, teller, "number"))
    if party.type is PartyType.ORGANIZATION:
        for place in teller.namesakes_listed(ordinal, party):
            found.append(_view(teller.generation.listing(place), teller, "name"))
    return tuple(sorted(found, key=_order))


def _public(record: Listing, teller: Teller) -> bool:
    status = record.status(teller.as_of)
    if status in GONE:
        return False
    until = record.published.end
    return status is not Status.EXPIRED or until is None or teller.as_of < until


def _order(view: ListingView) -> tuple[bool, bool, str, str]:
    standing = view.status in (Status.ACTIVE, Status.DISPUTED)
    return (not standing, view.link == "name", view.effect_since or "", view.record)


def _view(record: Listing, teller: Teller, link: str) -> ListingView:
    return ListingView(
        list=record.list_code,
        title=title_of(record.list_code),
        status=record.status(teller.as_of).value,
        link="number" if link == "number" else "name",
        record=mask_text(record.key),
        name=mask_text(record.subject.name),
        authority=mask_text(record.authority),
        case_no=mask_text(record.case_no),
        decision_no=mask_text(record.decision_no),
        grounds=tuple(mask_text(one) for one in record.grounds),
        reason=mask_text(record.reason),
        measure=mask_text(record.measure),
        basis=mask_text(record.basis),
        law=laws_of(record.list_code, china_day(teller.as_of)),
        effect_since=moment(record.effect.start),
        effect_until=moment(record.effect.end),
        published_since=moment(record.published.start),
        published_until=moment(record.published.end),
        origin=origin_of(record.source),
    )


def laws_of(code: str, day: date) -> tuple[Law, ...]:
    """The articles in force on a day by which rules read a list, each with the rules that cite it."""
    cited: dict[tuple[str, str], list[str]] = {}
    for rule in RULES:
        if code in rule.lists and rule.in_force(day):
            for basis in rule.basis:
                ended = basis.effective_to is not None and basis.effective_to < day
                if basis.effective_from <= day and not ended:
                    cited.setdefault((basis.instrument, basis.article), []).append(rule.code)
    return tuple(
        Law(instrument=instrument, article=article, rules=tuple(dict.fromkeys(codes)))
        for (instrument, article), codes in cited.items()
    )


__all__ = ["laws_of", "listings_of"]
