"""Who stands against whom in a tender: the bidders, and beside them buyer, agency, operator and former providers.

Everyone has a position: bidders as in the request, the others behind them. What two positions have in common becomes
a tie of two bidders, or a tie of one bidder with one of the others, whose role it carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import msgspec

from matching.decision import NotAssessable
from matching.prices import lot_key
from matching.rules.base import BidderView, Case, EntityView, Tie
from matching.rules.identity import same
from matching.rules.wording import both
from matching.ties.base import ALL_PAIRS, Ties, meeting
from matching.ties.closure import Closure, Link, Place

BRANCH_STEPS = 8
MOST_PARENTS = 20
"""Companies that are looked at for one branch; a branch has one, more are contradictions."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One entity at one position, as a node of the graph and as the legal person that it is or belongs to."""

    position: int
    entity: EntityView
    node: str
    sure: bool
    legal: str
    via: tuple[Link, ...] = ()
    """From a branch to its company."""
    contested: bool = False
    """Whether the data name several companies for the branch: none of them is certain."""


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Someone beside the bidders: buyer, agency, platform_operator or prior_service_provider."""

    role: str
    label: str
    entity: EntityView
    services: tuple[str, ...] = ()
    """What it did for the project before, as the graph says: design, specification, management, supervision …"""


class Field:
    """The positions of a tender, their units, and the ties found between them."""

    def __init__(self, case: Case, others: tuple[Other, ...] = ()) -> None:
        self.case = case
        self.closure = Closure(case)
        self.ties = Ties()
        self.bidders: Sequence[BidderView] = case.bidders
        self.count = len(case.bidders)
        self.others = others
        self._lots = [
            frozenset(filter(None, (lot_key(lot) for lot in view.bidder.lots))) for view in case.bidders
        ]
        self._any_lots = any(self._lots)
        self.units: list[Unit] = []
        self.by_legal: dict[str, list[Unit]] = {}

    def entities(self) -> Iterator[tuple[int, EntityView]]:
        """Every entity with its position."""
        for view in self.bidders:
            for entity in view.entities:
                yield view.index, entity
        for place, other in enumerate(self.others):
            yield self.count + place, other.entity

    def read(self) -> None:
        """Read what stands above everyone, and find the legal person that each unit is."""
        for position, entity in self.entities():
            self.closure.add(position, entity)
        self.closure.read()
        self.units = [unit for place in self.closure.places for unit in self._units(place)]
        for unit in self.units:
            self.by_legal.setdefault(unit.legal, []).append(unit)

    def at(self, nodes: Iterable[str]) -> list[Unit]:
        """The units that are, or belong to, one of these legal persons."""
        return [unit for node in nodes for unit in self.by_legal.get(node, ())]

    def _units(self, place: Place) -> Iterator[Unit]:
        """The legal persons that a unit is or belongs to: one, or as many as the data name for a branch."""
        ends: list[tuple[str, tuple[Link, ...]]] = []
        waiting: list[tuple[str, tuple[Link, ...]]] = [(place.node, ())]
        while waiting and len(ends) < MOST_PARENTS:
            node, via = waiting.pop(0)
            passed = {link.src for link in via}
            parents: dict[str, Link] = {}
            for link in sorted(self.closure.branches.get(node, ()), key=lambda link: link.by_name):
                if link.dst != node and link.dst not in passed and len(via) < BRANCH_STEPS:
                    parents.setdefault(link.dst, link)
            waiting.extend((parent, (*via, link)) for parent, link in parents.items())
            if not parents:
                ends.append((node, via))
        ends = list({node: (node, via) for node, via in reversed(ends)}.values())[::-1]
        for node, via in ends:
            yield Unit(
                position=place.position, entity=place.entity, node=place.node, sure=place.sure, legal=node,
                via=via, contested=len(ends) > 1,
            )  # fmt: skip

    def label(self, position: int) -> str:
        """How sentences call a position."""
        if position >= self.count:
            return self.others[position - self.count].label
        view = self.bidders[position]
        return view.bidder.name or "、".join(entity.label for entity in view.entities)

    def pairs(self, positions: Iterable[int]) -> Iterator[tuple[int, int]]:
        """The pairs of those who share something: bidders that are opponents, and each bidder with each other one."""
        places = sorted(set(positions))
        bidders = [p for p in places if p < self.count]
        others = [p for p in places if p >= self.count]
        yield from self._bidder_pairs(bidders)
        yield from product(bidders, others)

    def _bidder_pairs(self, bidders: Sequence[int]) -> Iterable[tuple[int, int]]:
        if len(bidders) <= ALL_PAIRS or not self._any_lots:
            return meeting(bidders, self.opponents)
        # of many, each with the next one of the same lot, so that nobody is paired only with those he never meets
        lots = sorted(frozenset().union(*(self._lots[p] for p in bidders)))
        pairs: dict[tuple[int, int], None] = {}
        for lot in lots:
            group = [p for p in bidders if not self._lots[p] or lot in self._lots[p]]
            pairs |= dict.fromkeys(meeting(group, self.opponents))
        return pairs

    def opponents(self, i: int, j: int) -> bool:
        """Whether two bids meet: in one lot, or in a project that a bid without lots is for; rows of one bid don't."""
        if i == j:
            return False
        a, b = self._lots[i], self._lots[j]
        if a and b and not a & b:
            return False
        one, other = self.bidders[i], self.bidders[j]
        if one.bidder.consortium is None or other.bidder.consortium is None:
            return True
        number = lot_key(one.bidder.consortium.id)
        if number and number == lot_key(other.bidder.consortium.id):
            return False
        return not (_among(one, other) and _among(other, one))

    def differ(self, a: EntityView, b: EntityView) -> bool:
        """Whether two entities are different units: a unit is not connected with itself."""
        return same(a.identity, b.identity) == "no" and (a.party is None or a.party != b.party)

    def add(self, i: int, j: int, tie: Tie) -> None:
        """Keep a tie between two positions, of which one at least is a bidder."""
        low, high = min(i, j), max(i, j)
        if high < self.count:
            self.ties.pair(low, high, tie)
        elif low < self.count:
            other = self.others[high - self.count]
            notes = (
                *tie.notes,
                f"party:{other.label}",
                *(f"service:{service}" for service in other.services),
            )
            self.ties.bidders.setdefault(low, []).append(
                msgspec.structs.replace(tie, role=other.role, notes=notes)
            )

    def gap(self, position: int | None, code: str, reason: str = "not_supplied", **params: str) -> None:
        """Report relations that could not be read or are not there; it decides nothing."""
        found = NotAssessable(
            code="RELATIONS",
            what="relation:HOLDS",
            reason="not_covered" if reason == "not_covered" else "not_supplied",
            detail=both(f"relations.{code}", **params),
        )
        self.ties.gaps.append((position, found))


def _among(a: BidderView, b: BidderView) -> bool:
    """Whether every unit of one bid stands in the other."""
    return all(any(same(x.identity, y.identity) != "no" for y in b.entities) for x in a.entities)
