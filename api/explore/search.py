"""Search: a name in any form, pinyin initials, a code, a case number; a person by number only from a body."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from api.explore.shapes import Hit, RecordHit, SearchAnswer
from api.explore.told import GONE, Teller, both, seen
from api.masking import mask_name, mask_text
from api.routes.base import cursor
from graph import keys
from graph.identifiers import looks_personal, parse_organization, parse_person
from graph.lists import BY_CODE
from graph.model import Party, PartyType
from graph.text import org_key, person_key
from matching.decision import Bilingual
from matching.explore.names import TITLED, NameFinder, title_form
from matching.explore.view import NAMED_THINGS

SHOWN: Final = 20
MOST: Final = 100
DEEPEST: Final = 10_000
"""Results that one can pass over; whoever needs more types more."""
_LETTERS = re.compile(r"[A-Za-z]{2,20}")
_CODED = frozenset({"uscc", "org_code", "reg_no", "tax_no"})
_THINGS = frozenset(kind.value for kind in PartyType if kind.thing)
_ORGANIZATIONS: Final = frozenset({PartyType.ORGANIZATION})


def personal(text: str) -> bool:
    """Whether what was typed is, or holds, a number of a person: it is never looked up from an address."""
    return looks_personal(text) or mask_text(text) != text


def search(
    teller: Teller,
    finder: NameFinder,
    text: str,
    *,
    limit: int = SHOWN,
    skip: int = 0,
    types: frozenset[PartyType] = frozenset(PartyType),
    persons: bool = True,
) -> SearchAnswer:
    """Find parties.

    Args:
        teller: the view and the clocks.
        finder: the names of the generation.
        text: what was typed, as it is.
        limit: parties at most.
        skip: so many of the best are passed over, up to `DEEPEST`: those that were shown before.
        types: what is looked for.
        persons: persons may be found, by their number or whole name (never where the text came in an address).
    """
    found: dict[int, str] = {}
    types = types if persons else types & _ORGANIZATIONS
    for ordinal in _by_number(teller, text, persons):
        found.setdefault(ordinal, "code")
    records, named = _by_case(teller, finder, text, types)
    for ordinal in named:
        found.setdefault(ordinal, "case")
    if PartyType.PERSON in types and not personal(text):
        for ordinal in finder.persons(person_key(text)):
            found.setdefault(ordinal, "exact")
    found = {
        ordinal: by
        for ordinal, by in found.items()
        if teller.projection.kind(ordinal) in types and not teller.hidden(ordinal)
    }
    total = len(found)
    titled = types & TITLED
    if titled and not personal(text):
        # who was found already is neither found nor counted again
        hidden = np.fromiter({*teller.view.hidden(restricted=teller.restricted), *found}, "<u4")
        form, most = org_key(text), skip + limit
        places = finder.names(form, most, types=titled, hidden=hidden)
        if not places.total and titled & NAMED_THINGS:
            places = finder.names(title_form(text), most, types=titled, hidden=hidden)
        if not places.total and _LETTERS.fullmatch(text.strip()):
            places = finder.initials(text.strip(), most, types=titled, hidden=hidden)
        total += places.total
        found.update((one.ordinal, one.by) for one in places.found)
    shown = list(found.items())[skip : skip + limit]
    hits = tuple(_hit(teller, finder, ordinal, by, text) for ordinal, by in shown)
    beyond = skip + len(hits)
    return SearchAnswer(
        clocks=teller.clocks,
        seen=seen(len(hits), total),
        parties=hits,
        records=tuple(records[:limit]) if not skip else (),
        next=cursor(beyond) if hits and beyond < total and beyond <= DEEPEST else None,
        notice=both("explore.notice"),
    )


def _by_number(teller: Teller, text: str, persons: bool) -> list[int]:
    """Parties with a number; that of a person, or of a thing, only where it may be looked up."""
    generation, asked = teller.generation, text.strip()
    own = generation.party_ordinal(asked)
    if own is not None:
        return [own]
    scheme, sep, value = asked.partition(":")
    if sep and persons and scheme in _THINGS:
        return _numbered(teller, scheme, value.strip())
    found: list[int] = []
    if not personal(asked):
        code = parse_organization(asked)
        if code.scheme in _CODED and code.state in ("valid", "checksum"):
            found += _numbered(teller, code.scheme, code.value)
            if not found and code.scheme == "uscc":  # known by the organisation code inside it
                found += generation.parties(keys.identifier("org_code", code.value[8:17]))
        if persons:
            for kind in NAMED_THINGS:
                found += _numbered(teller, kind.value, title_form(asked))
    if persons:
        number = parse_person(asked)
        if number.state == "valid":
            found += _numbered(teller, number.scheme, number.value)
    return list(dict.fromkeys(found))


def _numbered(teller: Teller, scheme: str, value: str) -> list[int]:
    """The parties with a number: looked up by a key, compared in full."""
    return [
        ordinal
        for ordinal in teller.generation.parties(keys.identifier(scheme, value))
        if any(one.scheme == scheme and one.value == value for one in teller.generation.party(ordinal).ids)
    ]


def _by_case(
    teller: Teller, finder: NameFinder, text: str, types: frozenset[PartyType]
) -> tuple[list[RecordHit], list[int]]:
    """Records by their case or decision number, and the parties to which they belong."""
    if personal(text):
        return [], []
    generation = teller.generation
    records, named = [], []
    for place in finder.listings(text):
        record = generation.listing(place)
        status = record.status(teller.as_of)
        if not generation.recorded(place, teller.known) or record.subject.type not in types:
            continue
        if status in GONE and not teller.restricted:
            continue
        owner = generation.listing_party(place)
        if owner is not None:
            named.append(owner)
        records.append(
            RecordHit(
                list=record.list_code,
                title=title_of(record.list_code),
                name=mask_text(record.subject.name),
                case_no=mask_text(record.case_no),
                decision_no=mask_text(record.decision_no),
                party=None if owner is None else generation.party(owner).key,
                status=status.value,
            )
        )
    return records, named


def title_of(code: str) -> Bilingual:
    """What a list is called."""
    info = BY_CODE.get(code)
    return Bilingual(zh=code, en=code) if info is None else Bilingual(zh=info.zh, en=info.en)


def _hit(teller: Teller, finder: NameFinder, ordinal: int, by: str, text: str) -> Hit:
    party = teller.generation.party(ordinal)
    matched = _matched(party, text)
    if by == "exact" and matched and party.names and matched != party.names[0].text:
        by = "former"
    return Hit(
        party=teller.party(ordinal),
        by=by,
        matched=mask_name(party, matched),
        identifiers=teller.numbers(party),
        region=party.attributes.get("region", ""),
        namesakes=namesakes(finder, party),
    )


def namesakes(finder: NameFinder, party: Party) -> int | None:
    """How many others here bear a person's name; None for anybody but a person."""
    if party.type is not PartyType.PERSON or not party.names:
        return None
    return max(finder.namesakes(person_key(party.names[0].text)) - 1, 0)


def _matched(party: Party, text: str) -> str:
    """The name that was found: the first that holds what was typed, else the party's own."""
    form = person_key(text) if party.type is PartyType.PERSON else org_key(text)
    for name in party.names:
        own = person_key(name.text) if party.type is PartyType.PERSON else org_key(name.text)
        if form and form in own:
            return name.text
    return party.names[0].text if party.names else ""


__all__ = ["MOST", "SHOWN", "namesakes", "personal", "search", "title_of"]
