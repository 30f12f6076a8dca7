"""A generation as somebody may look at it now: bids are sealed until they are opened, restricted records are apart.

招标投标法 art. 22: before the opening nobody may learn who bids. The published graph does not know which platform
receives a bid, so that until then it shows a tender's bids to nobody: neither the bids themselves, nor who acts for a
bidder or is a member of it, nor the telephones, accounts, machines and files of the bid, nor how many there are. They
are taken out before anything walks. In the same way relatives that officials declared are taken out of what ordinary
viewers walk (公务员法; SPEC 1 #14, #29).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from graph.dates import CST
from graph.generation import Generation
from graph.generation.veil import Relations, veiled
from graph.model import PartyType
from graph.paths import find
from graph.projection import Walk
from graph.projection.layout import OPEN
from graph.projection.read import Projection
from graph.relations import RelationType

PUBLIC: Final = frozenset({
    RelationType.LOT_OF, RelationType.BUYER_OF, RelationType.AGENT_FOR, RelationType.PLATFORM_FOR,
    RelationType.OVERSEES, RelationType.RESPONSIBLE_FOR, RelationType.CONTRACT_OF,
})  # fmt: skip
"""What may be known of a tender before its opening."""
RESTRICTED: Final = frozenset({RelationType.KIN_OF, RelationType.OFFICIAL_OF, RelationType.RESPONSIBLE_FOR})
"""Officials' records and declared relatives: only with the right to look, a purpose, and a record of each look."""
ORDINARY: Final = frozenset(RelationType) - RESTRICTED
TENDERED: Final = (PartyType.TENDER, PartyType.LOT)
NAMED_THINGS: Final = frozenset({PartyType.PROJECT, PartyType.TENDER, PartyType.LOT, PartyType.CONTRACT})
"""Things that are published under a number and a title."""
KEPT: Final = 2
"""Generations whose views are kept: the current one, and the one that requests in work still read."""
KEPT_LATER: Final = 8
"""Views that are kept beside them, of whom the ledger knows later openings of some tenders."""
Openings = frozenset[tuple[str, datetime]]
"""Numbers of tenders, each with an opening."""
_NEVER: Final = datetime.max.replace(tzinfo=CST)


class _Tender(NamedTuple):
    """A tender with an opening, its parties in the graph, and the relations that tell who bids."""

    opening: datetime
    parties: frozenset[int]
    relations: frozenset[int]


class _Known(NamedTuple):
    """What of a generation is not for everybody, worked out once."""

    relations: Relations
    tenders: tuple[_Tender, ...]
    restricted: frozenset[int]


class View:
    """A generation at one instant, for as long as no further tender is opened."""

    def __init__(self, generation: Generation, known: _Known, at: datetime) -> None:
        self.generation = generation
        self._known = known
        self._relations = known.relations
        sealed = [one for one in known.tenders if one.opening > at]
        self._sealed: dict[int, datetime] = {}
        for one in sealed:
            for party in one.parties:
                self._sealed[party] = max(one.opening, self._sealed.get(party, one.opening))
        self.until = min((one.opening for one in sealed), default=_NEVER)
        """When the next tender is opened: from then on another view holds."""
        self._concealed = frozenset[int]().union(*(one.relations for one in sealed))
        self._private = known.restricted
        self._whole = veiled(generation, self._concealed)
        self._ordinary = veiled(generation, self._concealed | self._private) if self._private else self._whole

    def later(self, openings: Openings, at: datetime) -> View:
        """The same with tenders that are opened later than was loaded, or of whose opening nothing was."""
        return View(self.generation, _postponed(self.generation, self._known, openings), at)

    def projection(self, *, restricted: bool = False) -> Projection:
        """The relations that may be walked."""
        return self._whole if restricted else self._ordinary

    @property
    def closed(self) -> int:
        """How many tenders and lots have not been opened yet."""
        return len(self._sealed)

    def parties(self, kind: PartyType) -> list[int]:
        """The ordinals of all parties of a type."""
        return self._relations.parties(kind)

    def between(self, types: Iterable[RelationType]) -> list[int]:
        """The parties at the ends of all relations of some types, whoever may walk them."""
        return self._relations.between(types)

    def sealed_until(self, ordinal: int) -> datetime | None:
        """The opening of a tender, or of a lot's tender, that has not been opened yet."""
        return self._sealed.get(ordinal)

    def hidden(self, *, restricted: bool = False) -> frozenset[int]:
        """The parties of whom nothing is known but what the viewer may not see: for the viewer they are not there."""
        return self._hidden_from_all if restricted else self._hidden

    @cached_property
    def _hidden_from_all(self) -> frozenset[int]:
        ends = {end for number in self._concealed for end in self._relations.ends(number)}
        return frozenset(one for one in ends if one != OPEN and self._unknown(one, None, self._whole))

    @cached_property
    def _hidden(self) -> frozenset[int]:
        ends = {end for number in self._private for end in self._relations.ends(number)}
        ends.update(self._relations.between(RESTRICTED))
        asked = self._relations.unregistered(one for one in ends if one != OPEN)
        found = (one for one in asked if self._unknown(one, ORDINARY, self._ordinary))
        return self._hidden_from_all | frozenset(found)

    def _unknown(self, ordinal: int, kinds: frozenset[RelationType] | None, projection: Projection) -> bool:
        kind = projection.kind(ordinal)
        if kind in NAMED_THINGS or self.generation.party_listings(ordinal):
            return False
        if not kind.thing and self._relations.registered(ordinal):
            return False
        seen = projection.neighbours(ordinal, Walk(out=kinds, into=kinds), limit=0)
        return not seen.total and not seen.cut


class Views:
    """The views of the generations that are open. One a process; safe for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._views: dict[str, tuple[_Known, View]] = {}
        self._later: dict[tuple[str, Openings], tuple[View, View]] = {}

    def of(self, generation: Generation, at: datetime, openings: Openings = frozenset()) -> View:
        """The view of a generation at an instant.

        Args:
            generation: which.
            at: when.
            openings: numbers of tenders and when they are opened, as others than the loaded tables know; where that
                is later, it holds.

        Raises:
            GenerationError: `generation.unprojected`, `generation.damaged`.
        """
        view = self._loaded(generation, at)
        if not openings:
            return view
        name = (generation.ref, openings)
        known = self._later.get(name)
        if known is not None and known[0] is view and at < known[1].until:
            return known[1]
        with self._lock:
            later = frozenset(one for one in openings if one[1] > at and _sooner(view, one))
            made = view if not later else view.later(later, at)
            others = [(key, one) for key, one in self._later.items() if key != name and key[0] in self._views]
            self._later = dict([*others[1 - KEPT_LATER :], (name, (view, made))])
            return made

    def _loaded(self, generation: Generation, at: datetime) -> View:
        view = self._fresh(generation, at)
        if view is not None:
            return view
        with self._lock:
            view = self._fresh(generation, at)
            if view is not None:
                return view
            kept = self._views.get(generation.ref)
            same = kept is not None and kept[1].generation is generation
            known = kept[0] if kept is not None and same else _read(generation, at)
            view = View(generation, known, at)
            others = [(ref, one) for ref, one in self._views.items() if ref != generation.ref]
            self._views = dict([*others[1 - KEPT :], (generation.ref, (known, view))])
            return view

    def _fresh(self, generation: Generation, at: datetime) -> View | None:
        kept = self._views.get(generation.ref)
        if kept is None or kept[1].generation is not generation or at >= kept[1].until:
            return None
        return kept[1]


def _sooner(view: View, opening: tuple[str, datetime]) -> bool:
    """Whether a tender is in the graph, and sealed there for less long."""
    number, when = opening
    known = [view.sealed_until(one) for one in find(view.generation, f"tender:{number}")]
    return any(one is None or one < when for one in known)


def _postponed(generation: Generation, known: _Known, later: Openings) -> _Known:
    """What is known with tenders that are opened later than was loaded, or of whose opening nothing was."""
    openings: dict[int, datetime] = {}
    numbers: dict[str, datetime] = {}
    for number, when in later:
        for ordinal in find(generation, f"tender:{number}"):
            openings[ordinal] = max(when, openings.get(ordinal, when))
            for own in _numbers(generation, ordinal):
                numbers[own] = max(when, numbers.get(own, when))
    further = _sealing(generation, known.relations, openings, numbers)
    return known._replace(tenders=(*known.tenders, *further))


def _read(generation: Generation, at: datetime) -> _Known:
    relations = Relations(generation)
    restricted = frozenset(mark.relation for mark in relations.holding(b'"restricted":"yes"'))
    openings: dict[int, datetime] = {}
    numbers: dict[str, datetime] = {}
    for kind in TENDERED:
        for ordinal in relations.parties(kind):
            opening = opening_of(generation.party(ordinal).attributes.get("opening_at", ""))
            if opening is not None and opening > at:
                openings[ordinal] = opening
                for own in _numbers(generation, ordinal):
                    numbers[own] = max(opening, numbers.get(own, opening))
    return _Known(relations, _sealing(generation, relations, openings, numbers), restricted)


def _sealing(
    generation: Generation, relations: Relations, openings: dict[int, datetime], numbers: dict[str, datetime]
) -> tuple[_Tender, ...]:
    """The tenders of these openings with their lots, and what tells who bids in them."""
    if not openings:
        return ()
    for ordinal in relations.parties(PartyType.LOT):
        above = _above(generation, relations, ordinal, openings, numbers)
        if above is not None:
            openings[ordinal] = max(above, openings.get(ordinal, above))
            for own in _numbers(generation, ordinal):
                numbers[own] = max(above, numbers.get(own, above))
    traces: dict[datetime, set[int]] = {}
    for mark in relations.holding(b'"lot":"'):
        when = numbers.get(mark.value)
        if when is not None:
            traces.setdefault(when, set()).add(mark.relation)
    groups: dict[datetime, set[int]] = {}
    for ordinal, when in openings.items():
        groups.setdefault(when, set()).add(ordinal)
    tenders = []
    for when, ordinals in groups.items():
        inside = {
            number for ordinal in ordinals for number, kind, _ in relations.of(ordinal) if kind not in PUBLIC
        }
        tenders.append(_Tender(when, frozenset(ordinals), frozenset(inside | traces.get(when, set()))))
    return tuple(tenders)


def _numbers(generation: Generation, ordinal: int) -> list[str]:
    """The numbers by which bids name a tender or lot."""
    return [one.value for one in generation.party(ordinal).ids if one.scheme in TENDERED]


def _above(
    generation: Generation,
    relations: Relations,
    ordinal: int,
    openings: dict[int, datetime],
    numbers: dict[str, datetime],
) -> datetime | None:
    """The opening of a lot's tender: the one it is said to belong to, or whose number its own begins with."""
    found = [
        openings[peer]
        for _, kind, peer in relations.of(ordinal)
        if kind is RelationType.LOT_OF and peer in openings
    ]
    for own in _numbers(generation, ordinal):
        parts = own.split("/")
        starts = ("/".join(parts[:count]) for count in range(1, len(parts)))
        found += [numbers[start] for start in starts if start in numbers]
    return max(found, default=None)


def opening_of(text: str) -> datetime | None:
    """The instant of an opening; one that can't be read has not come."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _NEVER
    return found if found.tzinfo is not None else found.replace(tzinfo=CST)


__all__ = ["NAMED_THINGS", "ORDINARY", "PUBLIC", "RESTRICTED", "Openings", "View", "Views", "opening_of"]
