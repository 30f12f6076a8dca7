"""The owners, managers and officers of everyone in a tender, and all who stand above them, read in one go.

Relations are followed upward only (holdings, declared control, management, branches), so that what is read stays
small: whoever two bidders have in common stands above both. Parties are known by their surrogate keys; organisations
without a number of which a name is all that is known are one node by name, and such links never block.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from graph import keys
from graph.dates import add_years, china_day, end_of_day
from graph.generation import GenerationError
from graph.model import Party, PartyType
from graph.projection import Walk
from graph.relations import PartyRelation, RelationType
from matching.kinship import OFFICER_ROLES
from matching.rules.base import Case, EntityView
from matching.subjects import from_party

OWNING = frozenset({RelationType.HOLDS, RelationType.PARTNER_IN, RelationType.INVESTS_ALONE})
DECLARED = frozenset({RelationType.CONTROLS, RelationType.UBO_OF})
OFFICES = {**OFFICER_ROLES, RelationType.EMPLOYED_BY: "employee"}
INWARD = (
    OWNING
    | DECLARED
    | frozenset({RelationType.MANAGES, RelationType.IN_CONCERT, *OFFICES, RelationType.KIN_OF})
)
OUTWARD = frozenset(
    {RelationType.BRANCH_OF, RelationType.IN_CONCERT, RelationType.KIN_OF, RelationType.SERVED}
)
FEW = 200
"""Up to so many relations of a party are read without asking of which kind they are."""
MAX_PARTIES = 20_000
"""Parties looked at for one decision; what lies beyond is reported as cut."""
MAX_RELATIONS = 400_000
MAX_STEPS = 64
"""Relations upward from a unit; longer chains of owners are errors of a register."""
OFFICE_YEARS = 3
"""Years in which a former post still counts (SPEC 3 B07)."""


class Link(NamedTuple):
    """A relation between two nodes."""

    src: str
    dst: str
    relation: PartyRelation

    @property
    def by_name(self) -> bool:
        """Whether an end is known by name only."""
        return self.relation.by == "name"


class Place(NamedTuple):
    """An entity of the request as a node of the graph."""

    position: int
    """As `matching.ties.field` counts: bidders first, the others behind them."""
    entity: EntityView
    node: str
    sure: bool
    """By number; else it only bears the name."""


class Closure:
    """Everything read for one decision. `owners`, `declared`, `managers` and `offices` are by the lower end."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._generation = case.generation
        self._cap = case.policy.option("relation_cap")
        self._office_since = add_years(case.activity, -OFFICE_YEARS)
        self._ordinals: dict[str, int | None] = {}
        self._named: dict[str, str] = {}
        self._canonical: dict[str, str] = {}
        self._read: set[str] = set()
        self._relations = 0
        self.places: list[Place] = []
        self.owners: dict[str, list[Link]] = {}
        self.declared: dict[str, list[Link]] = {}
        self.managers: dict[str, list[Link]] = {}
        self.offices: dict[str, list[Link]] = {}
        self.former: dict[str, list[Link]] = {}
        """Posts that ended within the last years before the activity."""
        self.branches: dict[str, list[Link]] = {}
        self.kin: dict[tuple[str, str, str], Link] = {}
        self.concert: list[Link] = []
        self.served: dict[str, list[Link]] = {}
        """What organisations did for tenders, by organisation."""
        self.cut: dict[str, int] = {}
        """Names of parties with too many relations to be read, with how many; "" for what lies beyond the limits."""
        self.boundaries: set[datetime] = set()

    def add(self, position: int, entity: EntityView) -> None:
        """Take an entity of the request in."""
        for found in entity.found:
            party = self._generation.party(found.ordinal)
            node = self._node(party, found.ordinal)
            self.places.append(Place(position, entity, node, found.sure))

    def read(self) -> None:
        """Read everything above the entities taken in."""
        waiting = deque((node, 0) for node in dict.fromkeys(place.node for place in self.places))
        while waiting:
            node, steps = waiting.popleft()
            if node in self._read:
                continue
            enough = len(self._read) >= MAX_PARTIES or self._relations >= MAX_RELATIONS
            if enough or steps > MAX_STEPS:
                self.cut[""] = len(self._read)
                if enough:
                    return
                continue
            self._read.add(node)
            waiting.extend((above, steps + 1) for above in self._expand(node))

    def read_people(self, people: Iterable[str]) -> None:
        """Read the relatives and the concerts of persons who were only met in an office."""
        for node in people:
            if node not in self._read and len(self._read) < MAX_PARTIES:
                self._read.add(node)
                for _ in self._expand(node):
                    pass

    def party(self, node: str) -> Party | None:
        """The party of a node; the first of those that share a name."""
        ordinal = self.ordinal(node)
        return None if ordinal is None else self._generation.party(ordinal)

    def ordinal(self, node: str) -> int | None:
        """The place of a node's party in the generation."""
        if node not in self._ordinals:
            key = self._named.get(node, node)
            self._ordinals[node] = self._generation.party_ordinal(key)
        return self._ordinals[node]

    def label(self, node: str) -> str:
        """How messages call a node."""
        party = self.party(node)
        return party.names[0].text if party is not None and party.names else node

    def person(self, node: str) -> bool:
        """Whether the node is a natural person."""
        party = self.party(node)
        return party is not None and party.type is PartyType.PERSON

    def numbered(self, node: str) -> bool:
        """Whether the node has a valid number, so that two mentions of it are certainly one party."""
        party = self.party(node)
        return party is not None and any(i.state == "valid" for i in party.ids)

    def state(self, node: str) -> bool:
        """Whether the node is a state investor, through which nobody is related (公司法 265(4))."""
        party = self.party(node)
        return party is not None and self._case.policy.state_investor(tuple(n.text for n in party.names))

    def find(self, codes: Iterable[str]) -> str | None:
        """The node of a party with one of these numbers (`scheme:value`)."""
        for code in codes:
            scheme, value = code.split(":", 1)
            for ordinal in self._generation.parties(keys.identifier(scheme, value)):
                party = self._generation.party(ordinal)
                if any(i.scheme == scheme and i.value == value and i.state == "valid" for i in party.ids):
                    self._ordinals.setdefault(party.key, ordinal)
                    return party.key
        return None

    def bearers(self, n6: str) -> int:
        """How many persons of the register bear a name: how common it is."""
        return len(self._generation.parties(keys.person_name(n6)))

    def _node(self, party: Party, ordinal: int) -> str:
        node = self._canonical.get(party.key)
        if node is None:
            node = party.key
            if party.type is PartyType.ORGANIZATION and not any(i.state == "valid" for i in party.ids):
                name = from_party(party).n6
                if name:
                    node = f"name:{name}"
                    self._named.setdefault(node, party.key)
            self._canonical[party.key] = node
            self._ordinals.setdefault(node, ordinal)
        return node

    def _end(self, key: str) -> str:
        """The node of a relation's end."""
        node = self._canonical.get(key)
        if node is None:
            ordinal = self._generation.party_ordinal(key)
            node = key if ordinal is None else self._node(self._generation.party(ordinal), ordinal)
        return node

    def _mentions(self, node: str) -> Sequence[int]:
        """The places of the parties that a node stands for: one, or all without a number that bear its name."""
        if not node.startswith("name:"):
            ordinal = self.ordinal(node)
            return () if ordinal is None else (ordinal,)
        found = []
        for ordinal in self._generation.parties(keys.org_name(node[5:]))[: self._cap]:
            party = self._generation.party(ordinal)
            if party.type is PartyType.ORGANIZATION and self._node(party, ordinal) == node:
                found.append(ordinal)
        return found

    def _expand(self, node: str) -> Iterable[str]:
        """Read one node; gives those that stand above it."""
        for ordinal in self._mentions(node):
            relations = self._upward(node, ordinal)
            self._relations += len(relations)
            me = self._generation.party(ordinal).key
            for relation in relations:
                yield from self._take(node, me, relation)

    def _upward(self, node: str, ordinal: int) -> Sequence[PartyRelation]:
        """The relations that lead upward from a party; of one with many others only these are read."""
        if self._generation.relation_count(ordinal) <= FEW:
            return self._generation.relations(ordinal, self._case.known)
        walk = Walk(out=OUTWARD, into=INWARD, known=self._case.known)
        try:
            found = self._generation.projection.neighbours(ordinal, walk, limit=self._cap)
        except GenerationError:  # published by an earlier program: nothing says of which kind they are
            total = self._generation.relation_count(ordinal)
            if total <= self._cap:
                return self._generation.relations(ordinal, self._case.known)
        else:
            total = found.total
        if total > self._cap:
            self.cut[self.label(node)] = total
            return ()
        return [self._generation.relation(edge.edge) for tally in found for edge in tally.edges]

    def _take(self, node: str, me: str, relation: PartyRelation) -> Iterable[str]:
        kind, incoming = relation.type, relation.dst == me
        if kind in OFFICES:
            if incoming:
                self._office(node, relation)
            if kind not in OWNING:
                return
        if kind in OWNING or kind in DECLARED or kind is RelationType.MANAGES:
            if not incoming or not self._holds(relation):
                return
            src = self._end(relation.src)
            table = self.owners if kind in OWNING else self.declared if kind in DECLARED else self.managers
            table.setdefault(node, []).append(Link(src, node, relation))
            yield src
        elif kind is RelationType.BRANCH_OF:
            if not incoming and self._holds(relation):
                dst = self._end(relation.dst)
                self.branches.setdefault(node, []).append(Link(node, dst, relation))
                yield dst
        elif kind is RelationType.IN_CONCERT:
            if self._holds(relation):
                link = self._link(relation)
                self.concert.append(link)
                yield link.src if link.dst == node else link.dst
        elif kind is RelationType.KIN_OF:
            if self._holds(relation):
                self.kin[relation.src, relation.dst, relation.role] = self._link(relation)
        elif kind is RelationType.SERVED and not incoming:
            self.served.setdefault(node, []).append(Link(node, relation.dst, relation))

    def _link(self, relation: PartyRelation) -> Link:
        return Link(self._end(relation.src), self._end(relation.dst), relation)

    def _office(self, node: str, relation: PartyRelation) -> None:
        valid = relation.valid
        if self._holds(relation):
            self.offices.setdefault(node, []).append(Link(relation.src, node, relation))
            return
        if valid.end is None or valid.end > self._case.as_of:
            return
        last = china_day(valid.end - timedelta(microseconds=1))
        if last >= self._office_since:
            self.former.setdefault(node, []).append(Link(relation.src, node, relation))
            until = end_of_day(add_years(last, OFFICE_YEARS))
            if until > self._case.as_of:
                self.boundaries.add(until)

    def _holds(self, relation: PartyRelation) -> bool:
        """Whether a relation holds at `as_of`; when that changes is noted."""
        start, end = relation.valid.start, relation.valid.end
        if start is not None and start > self._case.as_of:
            self.boundaries.add(start)
            return False
        if end is None:
            return True
        if end > self._case.as_of:
            self.boundaries.add(end)
            return True
        return False
