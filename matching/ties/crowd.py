"""Everybody around a tender's bidders: the units that bid, and who stands in the bids by number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from graph.model import PartyType
from graph.projection import Direction, Walk
from graph.projection.model import Reached
from graph.relations import PartyRelation, RelationType
from matching.rules.base import BidderView, Case
from matching.subjects import person_subject
from matching.ties.posts import People

STAFF = frozenset({"agent", "project_manager", "key_staff"})
"""Roles in a bid that are no post in the company: `staff`."""
REACHED = 1_000_000
"""People around all bidders that are looked at; what is left out is reported."""


class Units(msgspec.Struct, kw_only=True):
    """The organisations of the bidders by party key, each with the places of its bidders.

    `sure` holds those known by number, with the branches and the legal person they belong to: labour relation and
    office are with the legal person. `named` holds those that only a name points to.
    """

    sure: dict[str, list[int]] = msgspec.field(default_factory=dict)
    named: dict[str, list[int]] = msgspec.field(default_factory=dict)

    def places(self, key: str) -> list[tuple[int, bool]]:
        """The bidders that a unit belongs to, and whether that is known by number."""
        sure = self.sure.get(key, [])
        return [(place, True) for place in sure] + [
            (place, False) for place in self.named.get(key, []) if place not in sure
        ]

    @property
    def keys(self) -> frozenset[str]:
        """All units."""
        return frozenset(self.sure) | frozenset(self.named)


class Stated(NamedTuple):
    """Somebody whom a bid names, or who bids: the bidder's place and the role there."""

    place: int
    role: str


class Around:
    """One case as the rules on people read it: the units that bid, who stands in the bids by number, and the graph."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.people = People(case)
        self._projected = bool(case.generation.manifest.slots.get("projection"))
        self.units = Units()
        self._found()
        self.stated: dict[str, list[Stated]] = {}
        for view in case.bidders:
            for code, stated in stated_in(view):
                known = self.stated.setdefault(code, [])
                if stated not in known:
                    known.append(stated)

    def _found(self) -> None:
        """The organisations that bid, with their branches and the companies whose branches they are."""
        generation, ordinals = self.people.generation, []
        for view in self.case.bidders:
            for entity in view.entities:
                for one in entity.found:
                    ordinals.append(one.ordinal)
                    known = self.units.sure if one.sure else self.units.named
                    _note(known, generation.party(one.ordinal).key, view.index)
        own = Units(sure=_copy(self.units.sure), named=_copy(self.units.named))
        for relation in self.edges(ordinals, RelationType.BRANCH_OF):
            if not self.people.holds(relation.valid):
                continue
            for key, other in ((relation.src, relation.dst), (relation.dst, relation.src)):
                for place, sure in own.places(key):
                    known = self.units.sure if sure and self.people.sure((relation,)) else self.units.named
                    _note(known, other, place)

    def edges(
        self, ordinals: Iterable[int], *types: RelationType, direction: Direction = "both"
    ) -> Iterator[PartyRelation]:
        """The relations of some types of many parties, in the order in which the generation numbers them."""
        reached = self._walk(ordinals, types, direction, 1, edges=True)
        for edge in reached.edges.tolist() if reached is not None else ():
            yield self.people.generation.projection.relation(edge)

    def reach(
        self, ordinals: Iterable[int], *types: RelationType, direction: Direction = "both", hops: int = 1
    ) -> list[int]:
        """The parties within some steps along relations of some types, whenever these held."""
        reached = self._walk(ordinals, types, direction, hops)
        return [] if reached is None else reached.ordinals

    def _walk(
        self,
        ordinals: Iterable[int],
        types: tuple[RelationType, ...],
        direction: Direction,
        hops: int,
        *,
        edges: bool = False,
    ) -> Reached | None:
        """A walk of the projection; what it leaves out, or a generation of before there was one, is noted."""
        start = list(dict.fromkeys(ordinals))
        if not start:
            return None
        if not self._projected:
            self.people.cut = True
            return None
        count = self.people.generation.relation_count
        if not any(map(count, start)):
            return None  # most bidders of a register that knows no owners
        walk = Walk.along(*types, direction=direction, known=self.case.known)
        reached = self.people.generation.projection.closure(
            start, walk, hops=hops, limit=REACHED, edges=edges
        )
        self.people.cut = self.people.cut or bool(reached.cut) or reached.total > len(reached)
        return reached

    def stated_as(self, person: str) -> Iterator[Stated]:
        """As what bids name a person of the graph, by number."""
        party = self.people.party(person)
        for identifier in party.ids if party is not None else ():
            if identifier.state == "valid":
                yield from self.stated.get(f"{identifier.scheme}:{identifier.value}", ())

    def label(self, place: int) -> str:
        """How sentences call a bidder."""
        view = self.case.bidders[place]
        return view.bidder.name or "、".join(entity.label for entity in view.entities)


def stated_in(view: BidderView) -> Iterator[tuple[str, Stated]]:
    """The numbers of persons that stand in a bid, each with the role."""
    for entity in view.entities:
        if entity.type is PartyType.PERSON:
            for key in entity.identity:
                if not key.startswith("name:"):
                    yield key, Stated(view.index, "bidder")
        for person in entity.persons:
            for code in person.codes:
                yield code, Stated(view.index, "staff" if person.role in STAFF else person.role)
    bidder = view.bidder
    if not bidder.name and not bidder.identifiers:  # of a consortium without a name nobody has read the staff
        for person_given in (bidder.agent, bidder.project_manager, *bidder.key_staff):
            for code in person_subject(person_given).codes if person_given is not None else ():
                yield code, Stated(view.index, "staff")


def _copy(known: dict[str, list[int]]) -> dict[str, list[int]]:
    return {key: list(places) for key, places in known.items()}


def _note(known: dict[str, list[int]], key: str, place: int) -> None:
    places = known.setdefault(key, [])
    if place not in places:
        places.append(place)
