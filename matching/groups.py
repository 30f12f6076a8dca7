"""Companies under one control with a party of the register, for the rules about listed relatives (A16, R20).

Control is counted, not multiplied: who holds more than half of a company together with all that he controls. Only
shares that are certain count here (the lower end of a range); what may be is for the rules about bidders themselves,
which ask `graph.control`. Each owner is walked once for a decision, however many bidders it stands above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from graph.control import half_is_control
from graph.dates import china_day
from graph.generation import Generation
from graph.model import Party, PartyType
from graph.relations import PartyRelation, RelationType

HALF, ALL, QUARTER = Decimal(50), Decimal(100), Decimal(25)
MOST_OWNERS = 64
"""Companies whose owners are read above one company, the largest owners first."""
Relations = Callable[[int], Sequence[PartyRelation]]


class Under(NamedTuple):
    """A company under somebody's control, with the holdings that make it so, the controller's first."""

    key: str
    edges: tuple[PartyRelation, ...]


class Groups:
    """Walks holdings up and down for one decision. `relations` gives those that hold at its moment."""

    def __init__(
        self,
        generation: Generation,
        relations: Relations,
        *,
        as_of: datetime,
        cap: int,
        cut: Callable[[], None],
    ) -> None:
        """Set up.

        Args:
            generation: what is read.
            relations: the relations of a party that hold.
            as_of: the decision's moment, with a zone: exactly half was control before 2024-07-01.
            cap: most companies under one owner that are looked at.
            cut: called when there were more.
        """
        self._generation = generation
        self._relations = relations
        self._inclusive = half_is_control(china_day(as_of))
        self._cap = cap
        self._cut = cut
        self._below: dict[str, dict[str, Under]] = {}
        self._above: dict[str, tuple[Under, ...]] = {}
        self._holdings: dict[str, list[PartyRelation]] = {}
        self._places: dict[str, int | None] = {}

    def below(self, owner: str) -> dict[str, Under]:
        """Every company that a party controls, nearest first."""
        found = self._below.get(owner)
        if found is None:
            found = self._below[owner] = self._walk(owner)
        return found

    def above(self, company: str) -> tuple[Under, ...]:
        """Everybody who controls a company, nearest first; the edges lead from the controller down to it."""
        found = self._above.get(company)
        if found is None:
            found = self._above[company] = tuple(self._upward(company))
        return found

    def _upward(self, company: str) -> Iterator[Under]:
        owners: dict[str, list[PartyRelation]] = {}
        waiting, seen, read = [company], {company}, 0
        while waiting and read < MOST_OWNERS:
            held, read = waiting.pop(0), read + 1
            for relation in self._holders(held):
                owners.setdefault(relation.src, []).append(relation)
                if relation.src not in seen:
                    seen.add(relation.src)
                    if not self._person(relation.src):
                        waiting.append(relation.src)
        if waiting:
            self._cut()
        for owner, edges in owners.items():
            if len(edges) == 1 and (share_of(edges[0]) or 0) < HALF:
                continue  # nobody controls anything without more than half of something
            found = self._within(owner, owners).get(company)
            if found is not None and owner != company:
                yield found._replace(key=owner)

    def _holders(self, company: str) -> list[PartyRelation]:
        """The holdings in a company; worked out once, for some owners hold shares of thousands."""
        found = self._holdings.get(company)
        if found is None:
            found = [r for r in self.of(company) if r.dst == company and share_of(r) is not None]
            found.sort(key=lambda relation: -(share_of(relation) or 0))  # whoever may control comes first
            self._holdings[company] = found
        return found

    def of(self, key: str) -> Sequence[PartyRelation]:
        """The relations of a party by its key."""
        place = self.place(key)
        return () if place is None else self._relations(place)

    def place(self, key: str) -> int | None:
        """Where a party stands in the generation."""
        if key not in self._places:
            self._places[key] = self._generation.party_ordinal(key)
        return self._places[key]

    def party(self, key: str) -> Party | None:
        """A party by its key."""
        place = self.place(key)
        return None if place is None else self._generation.party(place)

    def _person(self, key: str) -> bool:
        party = self.party(key)
        return party is not None and party.type is PartyType.PERSON

    def _walk(self, owner: str) -> dict[str, Under]:
        def held(key: str) -> Iterator[PartyRelation]:
            return (relation for relation in self.of(key) if relation.src == key)

        return self._fixpoint(owner, held)

    def _within(self, owner: str, owners: dict[str, list[PartyRelation]]) -> dict[str, Under]:
        return self._fixpoint(owner, lambda key: iter(owners.get(key, ())))

    def _fixpoint(self, owner: str, held: Callable[[str], Iterator[PartyRelation]]) -> dict[str, Under]:
        votes: dict[str, Decimal] = {}
        edges: dict[str, list[PartyRelation]] = {}
        ways: dict[str, tuple[PartyRelation, ...]] = {owner: ()}
        found: dict[str, Under] = {}
        waiting = [owner]
        while waiting:
            holder = waiting.pop(0)
            for relation in held(holder):
                share, company = share_of(relation), relation.dst
                if share is None or company in ways:
                    continue
                votes[company] = votes.get(company, Decimal(0)) + share
                edges.setdefault(company, []).append(relation)
                if votes[company] > HALF or (self._inclusive and votes[company] == HALF):
                    if len(found) >= self._cap:
                        self._cut()
                        return found
                    above = [edge for each in edges[company] for edge in ways[each.src]]
                    ways[company] = tuple({id(e): e for e in (*above, *edges[company])}.values())
                    found[company] = Under(company, ways[company])
                    waiting.append(company)
        return found


def share_of(relation: PartyRelation) -> Decimal | None:
    """The share that is certain, in percent; None where a relation is no holding or states none."""
    if relation.type is RelationType.INVESTS_ALONE:
        return relation.share or ALL
    if relation.type is not RelationType.HOLDS:
        return None
    return relation.share if relation.share is not None else relation.share_min
