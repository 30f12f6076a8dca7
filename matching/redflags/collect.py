"""The lots behind some bidders, read from a generation: bounded, in one go, with what was not read said.

First the bidders' own bids and wins; then, whole, the lots of the tender's buyer, agency and experts and the lots
that a bidder who hardly wins has lost. What is read grows with these people's relations, never with the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from graph.dates import add_months, china_day, parse_instant, start_of_day
from graph.model import PartyType
from graph.procurement import CANCELLED, DISQUALIFIED, SUBMITTED
from graph.relations import PartyRelation, RelationType
from matching.redflags.base import fence
from matching.redflags.history import Cut, History, Limits, signs_of
from matching.redflags.table import ROLES, LotRow

if TYPE_CHECKING:
    from graph.generation import Generation

_OWN = frozenset({RelationType.BID_IN, RelationType.WON})
_OF_TENDER = {RelationType.BUYER_OF: "buyer", RelationType.AGENT_FOR: "agency"}


SEALED = timedelta(days=180)
"""Bids older than this are taken for opened without a look at their tender."""


class Actor(NamedTuple):
    """Someone whom bidders may meet again and again: role (`buyer`, `agency`, `expert`), name here, parties."""

    role: str
    id: str
    ordinals: tuple[int, ...]


class _Lot:
    """A lot while it is read. Names are those of the caller for bidders and actors, party keys for others."""

    __slots__ = ("actors", "bids", "cancelled", "key", "tender", "when", "whole", "winners")

    def __init__(self, key: str) -> None:
        self.key = key
        self.tender = ""
        self.when: datetime | None = None
        self.bids: dict[str, set[str]] = {}
        self.winners: dict[str, None] = {}
        self.actors: dict[str, dict[str, None]] = {role: {} for role in ROLES}
        self.whole = False
        self.cancelled = False

    def row(self) -> LotRow:
        return LotRow(
            lot=self.key,
            tender=self.tender,
            when=self.when,
            bidders=tuple(self.bids),
            winners=tuple(self.winners),
            rejected=tuple(name for name, states in self.bids.items() if states - {""} == {DISQUALIFIED}),
            buyers=tuple(self.actors["buyer"]),
            agencies=tuple(self.actors["agency"]),
            experts=tuple(self.actors["expert"]),
            cut=not self.whole,
        )


class _Reading:
    def __init__(self, generation: Generation, known: int, as_of: datetime, limits: Limits) -> None:
        self._generation = generation
        self._known = known
        self._limits = limits
        self._since = start_of_day(add_months(china_day(as_of), -limits.months))
        self._until = as_of
        self._names: dict[str, str] = {}
        self.lots: dict[str, _Lot] = {}
        self.cut: list[Cut] = []
        self._undated: set[str] = set()
        self._openings: dict[str, datetime | None] = {}
        self._whole = 0

    def name(self, ordinals: Iterable[int], name: str) -> None:
        """Call the parties of an ordinal by the caller's name."""
        for ordinal in ordinals:
            self._names[self._generation.party(ordinal).key] = name

    def _called(self, key: str) -> str:
        return self._names.get(key, key)

    def _read(self, ordinal: int, about: str) -> Sequence[PartyRelation]:
        count = self._generation.relation_count(ordinal)
        if count > self._limits.relations:
            self.cut.append(Cut(reason="hub", about=about, count=count))
            return ()
        return self._generation.relations(ordinal, self._known)

    def _opening(self, key: str) -> datetime | None:
        """When the bids of a lot are opened, as its tender says; None where nothing does."""
        if key not in self._openings:
            self._openings[key] = None
            ordinal = self._generation.party_ordinal(key)
            if ordinal is not None:
                party = self._generation.party(ordinal)
                stated = party.attributes.get("opening_at", "")
                if not stated and party.type is PartyType.LOT:
                    for one in self._read(ordinal, key):
                        if one.type is RelationType.LOT_OF and one.src == key:
                            stated = one.attributes.get("deadline", "")
                            self._openings[key] = self._opening(one.dst)
                with suppress(ValueError):
                    self._openings[key] = parse_instant(stated) if stated else self._openings[key]
        return self._openings[key]

    def _sealed(self, key: str, when: datetime) -> bool:
        """Whether a lot is not opened yet: who bids in it is nobody's business (招标投标法 22)."""
        if when < self._until - SEALED:
            return False
        opening = self._opening(key)
        return opening is not None and opening > self._until

    def _timed(self, relations: Iterable[PartyRelation]) -> list[tuple[datetime, PartyRelation]]:
        """Bids and wins in the window, each with its time: its own, that of a bid of the same lot, the opening's.

        What has no time at all can't be told to be recent: it is counted and left out.
        """
        relations = list(relations)
        known: dict[str, datetime] = {}
        for one in relations:
            start = one.valid.start
            if start is not None and (one.dst not in known or start < known[one.dst]):
                known[one.dst] = start
        found = []
        for one in relations:
            when = one.valid.start or known.get(one.dst) or self._opening(one.dst)
            if when is None:
                self._undated.add(one.dst)
            elif self._since <= when <= self._until:
                found.append((when, one))
        return found

    def bidders(self, bidders: Mapping[str, Sequence[int]]) -> None:
        """The bids and wins of the bidders; if there are too many, the newest of all of them."""
        own: list[PartyRelation] = []
        for name, ordinals in bidders.items():
            for ordinal in ordinals:
                me = self._generation.party(ordinal).key
                own += [one for one in self._read(ordinal, name) if one.type in _OWN and one.src == me]
        found = self._timed(own)
        limit = self._limits.bids_read
        if len(found) > limit:
            # cut at one moment for all: bidders with unequal pasts would not be comparable
            self._since = sorted(when for when, _ in found)[-limit]
            self.cut.append(Cut(reason="window", count=len(found), since=self._since))
        for when, one in found:
            if when >= self._since and not self._sealed(one.dst, when):
                self._take(one, when)

    def _take(self, relation: PartyRelation, when: datetime) -> None:
        """A bid or win into its lot; a bid that was not handed in is none."""
        state = relation.attributes.get("status", "")
        bid = relation.type is RelationType.BID_IN
        if bid and state and state not in SUBMITTED:
            return
        lot = self.lots.get(relation.dst)
        if lot is None:
            lot = self.lots[relation.dst] = _Lot(relation.dst)
        name = self._called(relation.src)
        if bid:
            lot.bids.setdefault(name, set()).add(state)
        else:
            lot.winners[name] = None
        if lot.when is None or when < lot.when:
            lot.when = when

    def actor(self, actor: Actor) -> None:
        """The newest lots of a buyer, an agency or an expert, read whole."""
        limit = self._limits.lots_per_actor
        begun: dict[str, datetime] = {}
        for ordinal in actor.ordinals:
            me = self._generation.party(ordinal).key
            for one in self._read(ordinal, actor.id):
                start = one.valid.start or self._since
                role = "expert" if one.type is RelationType.EVALUATES else _OF_TENDER.get(one.type)
                if one.src == me and role == actor.role and start <= self._until:
                    begun[one.dst] = max(start, begun.get(one.dst, start))
        newest = sorted(begun, key=lambda about: (begun[about], about), reverse=True)
        if len(newest) > limit:
            self.cut.append(Cut(reason="lots_per_actor", about=actor.id, count=len(newest)))
        for about in newest[:limit]:
            for lot in (about,) if actor.role == "expert" else self._lots_of(about):
                if self.read_lot(lot):
                    self.lots[lot].actors[actor.role][actor.id] = None

    def _lots_of(self, tender: str) -> list[str]:
        ordinal = self._generation.party_ordinal(tender)
        if ordinal is None:
            return []
        lots = [
            one.src
            for one in self._read(ordinal, tender)
            if one.type is RelationType.LOT_OF and one.dst == tender
        ]
        # of a tender that is not divided, bids and wins name the tender itself
        return lots or [tender]

    def read_lot(self, key: str) -> bool:
        """Everyone who bid in and won a lot; false when it lies outside of the window or beyond the limits."""
        lot = self.lots.get(key)
        if lot is not None and lot.whole:
            return True
        if self._whole >= self._limits.lots:
            self._beyond()
            return False
        ordinal = self._generation.party_ordinal(key)
        if ordinal is None:
            return False
        self._whole += 1
        relations = self._read(ordinal, key)
        offers = self._timed(one for one in relations if one.dst == key and one.type in _OWN)
        bids = [when for when, one in offers if one.type is RelationType.BID_IN]
        if lot is None and (not bids or self._sealed(key, max(bids))):
            return False
        lot = self.lots.setdefault(key, _Lot(key))
        lot.whole = bool(relations)
        for when, one in offers:
            self._take(one, when)
        for one in relations:
            if one.dst == key and one.type is RelationType.EVALUATES and one.src in self._names:
                lot.actors["expert"][self._called(one.src)] = None
            elif one.src == key and one.type is RelationType.LOT_OF:
                lot.tender = one.dst
                lot.cancelled = one.attributes.get("status", "").casefold() == CANCELLED
        return True

    def _beyond(self) -> None:
        if all(one.reason != "lots" for one in self.cut):
            self.cut.append(Cut(reason="lots", count=self._limits.lots))

    def rows(self) -> list[LotRow]:
        """What was read. A cancelled tender proves nothing."""
        return [lot.row() for lot in self.lots.values() if not lot.cancelled]

    def left_out(self) -> list[Cut]:
        """What was not read."""
        undated = self._undated - set(self.lots)
        return [*self.cut, *([Cut(reason="undated", count=len(undated))] if undated else [])]


def _maybe_losing(own: Sequence[LotRow], bidders: Iterable[str], limits: Limits) -> Iterator[list[str]]:
    """The lots of bidders that may turn out to bid much and hardly win, once it is known which lots were won.

    Only lots with a winner will count, so that a rate can grow but never sink: nobody is missed by the set rate.
    """
    lots: dict[str, list[str]] = {}
    wins: dict[str, int] = {}
    for row in own:
        for name in row.bidders:
            lots.setdefault(name, []).append(row.lot)
            wins[name] = wins.get(name, 0) + (name in row.winners)
    rates = {name: wins[name] / len(found) for name, found in lots.items() if len(found) >= limits.bids}
    judged = fence(list(rates.values()), "lower")
    bound = max(limits.win_rate, judged.fence if judged is not None else 0.0)
    for name in bidders:
        if rates.get(name, 1.0) <= bound:
            yield lots[name]


def history(
    generation: Generation,
    known: int,
    bidders: Mapping[str, Sequence[int]],
    *,
    as_of: datetime,
    actors: Iterable[Actor] = (),
    limits: Limits | None = None,
) -> History:
    """The signs of SPEC 8 about some bidders, from their bids in the last months.

    Lots that only these bidders' own edges tell of know these bidders and no others: cliques and rotation are
    about them anyway. R12, R14, R16 and R18 use lots whose bidders were all read.

    Args:
        generation: what is read; no database is asked.
        known: the generation number whose state counts.
        bidders: by a name that comes back in the signs, the parties that a bidder is.
        as_of: end of the window.
        actors: the buyer, the agency and the experts of the tender at hand.
        limits: thresholds and bounds; default: those of SPEC 8.
    """
    limits = limits or Limits()
    reading = _Reading(generation, known, as_of, limits)
    actors = list(actors)
    for name, ordinals in bidders.items():
        reading.name(ordinals, name)
    for actor in actors:
        reading.name(actor.ordinals, actor.id)
    reading.bidders(bidders)
    own = reading.rows()
    for actor in actors:
        reading.actor(actor)
    for lots in _maybe_losing(own, bidders, limits):
        for lot in lots:
            reading.read_lot(lot)
    by_role: dict[str, list[str]] = {}
    for actor in actors:
        by_role.setdefault(actor.role, []).append(actor.id)
    return signs_of(
        reading.rows(),
        list(bidders),
        as_of=as_of,
        limits=limits,
        actors=by_role,
        cut=reading.left_out(),
    )
