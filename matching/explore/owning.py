"""Who stands above a party and what stands below it: control and economic share, two numbers that are never mixed.

Reads holdings from the projection, upward and downward, and asks `graph.control`. What several data sets say of one
holding is brought together exactly as for the rules (`matching.ties.holdings`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal, NamedTuple

from graph.control import (
    BeneficialOwner,
    Control,
    Controls,
    Economic,
    Economics,
    Holdings,
    beneficial_owners,
    control,
    controllers_of,
    groups_of,
)
from graph.generation import Generation
from graph.model import PartyType
from graph.projection import Walk
from graph.projection.read import Projection
from graph.relations import PartyRelation, RelationType
from matching.ties.closure import DECLARED, OWNING, Link
from matching.ties.holdings import Row, rows

Side = Literal["up", "down"]
MOST: Final = 5_000
"""Parties above or below that are looked at; what lies beyond is said to be cut."""
OWNERS: Final = 1_000
"""Owners of one company that are read."""
ALONE: Final = 50
"""Concert partners of one party that are read."""


class Said(NamedTuple):
    """An answer on control, with the relations that prove it; `by_name` where an end is known by its name only."""

    control: Control
    links: tuple[Link, ...]

    @property
    def by_name(self) -> bool:
        """Whether one of the relations rests on a name."""
        return any(link.by_name for link in self.links)


class Share(NamedTuple):
    """What finally belongs to one party of another, with the holdings on the way."""

    share: Economic
    links: tuple[Link, ...]


class Owning:
    """The holdings above or below one party, as they stand on a day. Parties are ordinals of the generation."""

    def __init__(
        self, generation: Generation, projection: Projection, party: int, side: Side, walk: Walk, day: date
    ) -> None:
        """Read them.

        Args:
            generation: whose documents tell shares and sources.
            projection: what may be walked.
            party: the party asked about.
            side: `up` for those above it, `down` for those below.
            walk: the clocks; which relations are followed is set here.
            day: whose law counts.
        """
        self._generation = generation
        self._projection = projection
        self._walk = walk
        self._day = day
        self.party = party
        self.side = side
        self.cut = False
        self._ordinals: dict[str, int] = {}
        links = self._up() if side == "up" else self._down()
        owners: dict[str, list[Link]] = {}
        for link in links:
            owners.setdefault(link.dst, []).append(link)
        self.rows: list[Row] = list(rows(owners))
        self.groups = groups_of(self._concerts())
        self._between: dict[int, list[Row]] = {}
        for row in self.rows:
            self._between.setdefault(self._ordinals[row.owner], []).append(row)

    def _terms(self, types: Iterable[RelationType], direction: Literal["in", "out", "both"]) -> Walk:
        w = self._walk
        return Walk.along(*types, direction=direction, as_of=w.as_of, known=w.known, by_name=w.by_name)

    def _up(self) -> list[Link]:
        above = self._terms(OWNING, "in")
        found = self._projection.closure((self.party,), above, hops=64, limit=MOST, edges=True)
        self.cut |= found.total > len(found.ordinals) or bool(found.cut)
        return [self._link(int(edge)) for edge in found.edges]

    def _down(self) -> list[Link]:
        below = self._projection.closure((self.party,), self._terms(OWNING, "out"), hops=64, limit=MOST)
        self.cut |= below.total > len(below.ordinals) or bool(below.cut)
        edges: set[int] = set()
        # the party's own owners as well: a circle back to it changes what belongs to it
        for company in dict.fromkeys((*below.ordinals, self.party)):
            held = self._projection.neighbours(company, self._terms(OWNING, "in"), limit=OWNERS)
            self.cut |= held.total > held.shown or bool(held.cut)
            edges.update(edge.edge for tally in held for edge in tally.edges)
        return [self._link(edge) for edge in sorted(edges)]

    def _link(self, edge: int) -> Link:
        relation: PartyRelation = self._projection.relation(edge)
        for end in (relation.src, relation.dst):
            if end not in self._ordinals:
                ordinal = self._generation.party_ordinal(end)
                self._ordinals[end] = -len(self._ordinals) - 1 if ordinal is None else ordinal
        return Link(relation.src, relation.dst, relation)

    def _concerts(self) -> Iterator[tuple[int, int]]:
        along = self._terms((RelationType.IN_CONCERT,), "both")
        parties = {self.party, *self._ordinals.values()}
        for ordinal in sorted(one for one in parties if one >= 0):
            for tally in self._projection.neighbours(ordinal, along, limit=ALONE):
                yield from ((ordinal, edge.peer) for edge in tally.edges)

    def _holdings(self, found: list[Row]) -> Holdings:
        return Holdings.of(
            [self._ordinals[row.owner] for row in found],
            [self._ordinals[row.owned] for row in found],
            [row.share_lo for row in found],
            [row.share_hi for row in found],
            [row.vote_lo for row in found],
            [row.vote_hi for row in found],
        )

    def controls(self) -> list[Said]:
        """Who has a say in the party, or in whom it has one, nearest the whole first; also where it is no control."""
        if not self.rows:
            return []
        deciding = self._holdings([row.for_control() for row in self.rows])
        if self.side == "up":
            answers = controllers_of(deciding, [self.party], groups=self.groups, as_of=self._day, held=True)
            found = answers.by(self.party)
        else:
            groups = [group for group in self.groups if self.party in group]
            answers = control(deciding, [self.party], groups=groups, as_of=self._day, held=True)
            found = answers.of(self.party)
        told = [Said(one, self._proof(answers, one)) for one in found if one.owner != (one.owned,)]
        return sorted(told, key=_by_weight)

    def _proof(self, answers: Controls, found: Control) -> tuple[Link, ...]:
        links: list[Link] = []
        for step in answers.proof(found):
            links.extend(link for row in step.rows for link in self.rows[row].links)
        return tuple(links)

    def shares(self) -> list[Share]:
        """What finally belongs to whom: the owners of the party, or what belongs to it, largest first."""
        if not self.rows:
            return []
        economics = Economics.of(self._holdings(self.rows))
        if self.side == "down":
            found = economics.of_owner(self.party)
        else:
            owners = dict.fromkeys(self._ordinals[row.owner] for row in self.rows)
            found = [economics.share(owner, self.party) for owner in owners if owner != self.party]
        kept = [one for one in found if one.most is None or one.most > 0]
        kept.sort(key=lambda one: (-(one.most or 0.0), one.owner, one.owned))
        return [Share(one, self._way(one.owner, one.owned)) for one in kept]

    def beneficial(self) -> list[BeneficialOwner]:
        """The natural persons to whom the party finally belongs (令〔2024〕3号): 25 % or more, or control."""
        if not self.rows or self.side != "up":
            return []
        persons = [
            ordinal
            for ordinal in {self._ordinals[row.owner] for row in self.rows}
            if ordinal >= 0 and self._generation.party(ordinal).type is PartyType.PERSON
        ]
        return beneficial_owners(
            self._holdings(self.rows), self.party, persons=persons, groups=self.groups, as_of=self._day
        )

    def declared(self) -> list[Link]:
        """Control and beneficial ownership as a register states them outright."""
        way: Literal["in", "out"] = "in" if self.side == "up" else "out"
        told = self._projection.neighbours(self.party, self._terms(DECLARED, way), limit=OWNERS)
        return [self._link(edge.edge) for tally in told for edge in tally.edges]

    def ordinal(self, key: str) -> int:
        """The ordinal of a party that a relation names; below 0 for one that this generation does not have."""
        return self._ordinals[key]

    def _way(self, owner: int, company: int, most: int = 20) -> tuple[Link, ...]:
        """The holdings on the shortest way from an owner down to a company."""
        before: dict[int, tuple[int, Row] | None] = {owner: None}
        front = [owner]
        while front and company not in before:
            further = []
            for node in front:
                for row in self._between.get(node, ()):
                    owned = self._ordinals[row.owned]
                    if owned not in before:
                        before[owned] = (node, row)
                        further.append(owned)
            front = further
        links: list[Link] = []
        step = before.get(company)
        while step is not None:
            links[:0] = step[1].links
            step = before[step[0]]
        return tuple(links[:most])


def _by_weight(said: Said) -> tuple[int, int, tuple[int, ...], int]:
    one = said.control
    return ({"yes": 0, "possibly": 1}.get(one.answer, 2), -one.votes_hi, one.owner, one.owned)


__all__ = ["Owning", "Said", "Share", "Side"]
