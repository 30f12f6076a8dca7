"""The posts, shares and relatives of one person, read from the graph for the rules on recusal and officials.

A person is found by a strong number only; nobody is looked up by name. Whatever ties a person to a unit that bids is
read from the person's own few relations, so that the cost does not grow with the number of bidders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from graph import keys
from graph.dates import add_years, china_day, end_of_day, start_of_day, within_years_before
from graph.kinship_codes import Relative, relatives, words_of
from graph.model import Interval, Party, PartyType
from graph.projection import Direction, Walk
from graph.relations import PartyRelation, RelationType
from matching.decision import Bilingual, Fact, PathEdge, PathNode, RelationPath
from matching.rules.base import BidderView, Case
from matching.subjects import Subject, person_subject

POSTS: dict[RelationType, str] = {
    RelationType.EMPLOYED_BY: "employed",
    RelationType.DIRECTOR_OF: "director",
    RelationType.SUPERVISOR_OF: "supervisor",
    RelationType.LEGAL_REP_OF: "legal_rep",
    RelationType.HEAD_OF: "principal",
    RelationType.EXEC_OF: "executive",
    RelationType.OPERATES: "operator",
    RelationType.INVESTS_ALONE: "investor",
    RelationType.PARTNER_IN: "partner",
    RelationType.ACTS_FOR: "staff",
    RelationType.UBO_OF: "owner",
}
"""What a relation makes of a person in a unit, beside shares and control."""

STAFF = frozenset({"agent", "project_manager", "key_staff"})
"""Roles in a bid that are no post in the company: `staff`."""
REACHED = 1_000_000
"""People around all bidders that are looked at; what is left out is reported."""
HALF = Decimal(50)
MAX_LINKS = 8
"""Links of a chain of control that are followed; longer ones are for `graph.control`."""
LOOKBACK_YEARS = 3
"""采条例 9(一)-(三): years before the activity."""


class Post(NamedTuple):
    """What a person is or was in a unit: the edges to it and the interval in which all of them held."""

    kind: str
    """A value of `POSTS`, `controller` (more than half, or stated control) or `shareholder`."""
    unit: str
    edges: tuple[PartyRelation, ...]
    span: Interval
    share: Decimal | None = None

    @property
    def sure(self) -> bool:
        """Whether every edge is known by strong identifiers."""
        return all(edge.by != "name" for edge in self.edges)


class People:
    """Reads persons at one case's clocks; keeps what it read, notes what it left out."""

    def __init__(self, case: Case) -> None:
        self.generation = case.generation
        self.activity = case.activity
        self._floating = case.request.tender.activity_date is None
        self._as_of = case.as_of
        self._known = case.known
        self._cap = case.policy.option("relation_cap")
        self._relations: dict[str, tuple[PartyRelation, ...]] = {}
        self.cut = False
        """Whether a hub had more relations than are read for one decision."""
        self.boundaries: list[datetime] = []

    def ordinals(self, subject: Subject) -> list[int]:
        """The parties that a person is by a strong number."""
        found = []
        for code in subject.codes:
            scheme, value = code.split(":", 1)
            for ordinal in self.generation.parties(keys.identifier(scheme, value)):
                party = self.generation.party(ordinal)
                if any(i.scheme == scheme and i.value == value for i in party.ids) and ordinal not in found:
                    found.append(ordinal)
        return found

    def party(self, key: str) -> Party | None:
        """A party by its key."""
        ordinal = self.generation.party_ordinal(key)
        return None if ordinal is None else self.generation.party(ordinal)

    def label(self, key: str) -> str:
        """How sentences call a party."""
        party = self.party(key)
        return party.names[0].text if party is not None and party.names else key

    def relations(self, key: str) -> tuple[PartyRelation, ...]:
        """Every relation of a party, whenever it held; none of a hub's, which is noted."""
        known = self._relations.get(key)
        if known is not None:
            return known
        ordinal = self.generation.party_ordinal(key)
        found: tuple[PartyRelation, ...] = ()
        if ordinal is not None:
            if self.generation.relation_count(ordinal) > self._cap:
                self.cut = True
            else:
                found = tuple(self.generation.relations(ordinal, self._known))
        self._relations[key] = found
        return found

    def holds(self, span: Interval) -> bool:
        """Whether an interval covers any moment of the day of the activity; notes when that changes."""
        self._watch(span)
        begins, ends = start_of_day(self.activity), end_of_day(self.activity)
        return (span.start is None or span.start < ends) and (span.end is None or span.end > begins)

    def _watch(self, span: Interval) -> None:
        later = [t for t in (span.start, span.end) if t is not None]
        if self._floating:
            if span.end is not None:
                later.extend(start_of_day(day) for day in turning_days(last_day_of(span.end)))
            self.boundaries.extend(t for t in later if t > self._as_of)

    def posts(self, key: str, units: Collection[str]) -> Iterator[Post]:
        """Everything that a person is or was in any of the units, directly or through control of companies."""
        for relation in self.relations(key):
            if relation.src != key or relation.dst not in units:
                continue
            kind = POSTS.get(relation.type)
            if kind is not None:
                self._watch(relation.valid)
                yield Post(kind, relation.dst, (relation,), relation.valid, relation.share)
            elif relation.type is RelationType.HOLDS and not majority(relation):
                self._watch(relation.valid)
                yield Post("shareholder", relation.dst, (relation,), relation.valid, relation.share)
        yield from self._controls(key, units)

    def _controls(self, key: str, units: Collection[str]) -> Iterator[Post]:
        """Chains of majorities and stated control, each with the interval that its links have in common."""
        layer: list[tuple[str, tuple[PartyRelation, ...], Interval]] = [(key, (), Interval())]
        seen = {key}
        for _ in range(MAX_LINKS):
            following = []
            for at, path, span in layer:
                for relation in self.relations(at):
                    if relation.src != at or (relation.dst in seen and relation.dst not in units):
                        continue
                    if not majority(relation):
                        continue
                    common = _overlap(span, relation.valid)
                    if common is None or any(edge.dst == relation.dst for edge in path):
                        continue
                    edges = (*path, relation)
                    if relation.dst in units:
                        self._watch(common)
                        yield Post("controller", relation.dst, edges, common, relation.share)
                    if relation.dst not in seen:
                        seen.add(relation.dst)
                        following.append((relation.dst, edges, common))
            layer = following

    def relatives(self, key: str) -> list[Relative[PartyRelation]]:
        """The relatives whom edges that hold on the day of the activity make out."""

        def edges(person: str) -> Iterator[tuple[str, frozenset[str], PartyRelation]]:
            for relation in self.relations(person):
                if relation.type is not RelationType.KIN_OF or not self.holds(relation.valid):
                    continue
                if relation.dst == person:
                    yield relation.src, words_of(relation.role), relation
                else:
                    yield relation.dst, words_of(relation.role, backwards=True), relation

        found, cut = relatives(key, edges)
        self.cut = self.cut or cut
        return found

    def path(self, start: str, edges: tuple[PartyRelation, ...], words: Bilingual) -> RelationPath:
        """Edges from a party on, in order, as a path to show."""
        at, nodes = start, [start]
        for edge in edges:
            at = edge.dst if edge.src == at else edge.src
            nodes.append(at)
        return RelationPath(
            nodes=tuple(self._node(node) for node in nodes),
            edges=tuple(path_edge(edge) for edge in edges),
            sentence=words,
        )

    def _node(self, key: str) -> PathNode:
        party = self.party(key)
        kind = PartyType.ORGANIZATION if party is None else party.type
        return PathNode(id=key, name=self.label(key), type=kind.value)

    def facts(self, edges: Iterable[PartyRelation]) -> tuple[Fact, ...]:
        """The values of edges as recorded: who, of what type, to whom."""
        return tuple(
            Fact(field=f"relation.{edge.type.value}", a=self.label(edge.src), b=self.label(edge.dst))
            for edge in edges
        )


def path_edge(edge: PartyRelation) -> PathEdge:
    """A relation as paths show it."""
    return PathEdge(
        src=edge.src,
        dst=edge.dst,
        type=edge.type.value,
        share="" if edge.share is None else f"{edge.share.normalize():f}",
        valid_from=edge.valid.start,
        valid_to=edge.valid.end,
        by=edge.by,
        source=edge.source,
        role=edge.role,
    )


def last_day_of(end: datetime) -> date:
    """The last day of a period that ends before the instant `end`."""
    return china_day(end - datetime.resolution)


def first_day_after(day: date, years: int) -> date:
    """The first day on which `day` is no longer within `years` before: 29 February included."""
    last = add_years(day, years)
    following = date.fromordinal(last.toordinal() + 1)
    if within_years_before(day, following, years):
        following = date.fromordinal(following.toordinal() + 1)
    return following


def turning_days(last: date) -> tuple[date, ...]:
    """The days on which a post that ended on `last` leaves the three years before (采条例 9), or its holder the two or
    three years after (公务员法 107)."""
    after = [date.fromordinal(add_years(last, years).toordinal() + 1) for years in (2, LOOKBACK_YEARS)]
    return tuple(dict.fromkeys((*after, first_day_after(last, LOOKBACK_YEARS))))


def majority(relation: PartyRelation) -> bool:
    """Whether an edge alone gives control: stated control, or more than half of the shares or votes."""
    if relation.type is RelationType.CONTROLS:
        return True
    if relation.type is not RelationType.HOLDS:
        return False
    parts = (relation.share, relation.share_min, relation.votes)
    return any(part is not None and part > HALF for part in parts)


def _overlap(one: Interval, other: Interval) -> Interval | None:
    """The time that two intervals have in common; None without any."""
    starts = [t for t in (one.start, other.start) if t is not None]
    ends = [t for t in (one.end, other.end) if t is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    if start is not None and end is not None and start >= end:
        return None
    return Interval(start=start, end=end)


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
                    known = self.units.sure if sure and relation.by != "name" else self.units.named
                    _note(known, other, place)

    def edges(
        self, ordinals: Iterable[int], *types: RelationType, direction: Direction = "both"
    ) -> Iterator[PartyRelation]:
        """The relations of some types of many parties, in the order in which the generation numbers them."""
        start = list(dict.fromkeys(ordinals))
        if not start:
            return
        walk = Walk.along(*types, direction=direction, known=self.case.known)
        projection = self.people.generation.projection
        reached = projection.closure(start, walk, hops=1, limit=REACHED, edges=True)
        self.people.cut = self.people.cut or bool(reached.cut) or reached.total > len(reached)
        for edge in reached.edges.tolist():
            yield projection.relation(edge)

    def reach(
        self, ordinals: Iterable[int], *types: RelationType, direction: Direction = "both", hops: int = 1
    ) -> list[int]:
        """The parties within some steps along relations of some types, whenever these held."""
        start = list(dict.fromkeys(ordinals))
        if not start:
            return []
        walk = Walk.along(*types, direction=direction, known=self.case.known)
        reached = self.people.generation.projection.closure(start, walk, hops=hops, limit=REACHED)
        self.people.cut = self.people.cut or bool(reached.cut) or reached.total > len(reached)
        return reached.ordinals

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
