"""Which party a mention belongs to: identifiers give a base party, bonds join parties, humans overrule.

A row's base party never changes, so that nothing is rewritten when parties turn out to be one: a bond (one record
that bears identifiers of both) joins them for the generations in which that record says so, under the older key.
Stores read bonds and verdicts in their own way; what follows from them is worked out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

Place = tuple[int, int, int]
"""A mention: source number, hash of the record's key, role (0 subject or src, 1 dst)."""


class VerdictRow(NamedTuple):
    """What a human said, as stored: a link, or that a mention is not of a party (`differs`)."""

    source: int
    kh: int
    role: int
    mention: str
    party: int
    differs: bool
    own: int | None
    tier: str
    decided_by: str


class BondRow(NamedTuple):
    """Two parties joined by the mention of a record, as stored."""

    a: int
    b: int
    source: int
    kh: int
    role: int


class Verdict(msgspec.Struct):
    """What humans said of one mention."""

    mention: str
    same: int | None = None
    own: int | None = None
    tier: str = ""
    decided_by: str = ""
    differs: set[int] = msgspec.field(default_factory=set)


class Links:
    """The links visible to one generation, and the names of its sources.

    Small: it holds only what is not plainly one identifier, one party.
    """

    def __init__(
        self,
        sources: Mapping[int, tuple[str, str]],
        verdicts: Iterable[VerdictRow],
        bonds: Iterable[BondRow],
    ) -> None:
        """Work out the links of one generation.

        Args:
            sources: data set and source by number.
            verdicts: in the order in which they were given, those in force.
            bonds: those in force.
        """
        self.sources = dict(sources)
        self.verdicts: dict[Place, Verdict] = {}
        for row in verdicts:
            verdict = self.verdicts.setdefault((row.source, row.kh, row.role), Verdict(mention=row.mention))
            if row.differs:
                verdict.differs.add(row.party)
                verdict.own = row.own if row.own is not None else verdict.own
            else:
                verdict.same, verdict.tier, verdict.decided_by = row.party, row.tier, row.decided_by
        bonds = list(bonds)
        self._join((bond.a, bond.b) for bond in bonds)
        if self.verdicts and bonds:
            kept = [
                (one.a, one.b) for one in bonds if not self._denied(one.a, (one.source, one.kh, one.role))
            ]
            self._join(kept)
        self.moved: dict[int, list[Place]] = {}
        for place, verdict in self.verdicts.items():
            for target in (verdict.same, verdict.own):
                if target is not None:
                    self.moved.setdefault(self.of(target), []).append(place)

    def _join(self, pairs: Iterable[tuple[int, int]]) -> None:
        parent: dict[int, int] = {}

        def root(one: int) -> int:
            while parent.setdefault(one, one) != one:
                parent[one] = one = parent[parent[one]]
            return one

        for a, b in pairs:
            first, second = sorted((root(a), root(b)))
            parent[second] = first
        self._canon = {one: root(one) for one in parent}
        self._members: dict[int, list[int]] = {}
        for one, first in self._canon.items():
            self._members.setdefault(first, []).append(one)

    def _denied(self, party: int, place: Place) -> bool:
        """Whether the record that gives a bond was said not to be of that party at all."""
        verdict = self.verdicts.get(place)
        return verdict is not None and any(self.of(one) == self.of(party) for one in verdict.differs)

    @property
    def plain(self) -> bool:
        """Whether every row's base party is its party."""
        return not self._canon and not self.verdicts

    @property
    def judged(self) -> frozenset[int]:
        """Hashes of the keys of the records whose mentions humans judged."""
        return frozenset(kh for _, kh, _ in self.verdicts)

    def of(self, party: int) -> int:
        """The party that a number stands for now: the oldest of those joined."""
        return self._canon.get(party, party)

    def members(self, party: int) -> list[int]:
        """All numbers that stand for the party."""
        return self._members.get(party, [party])

    def resolve(self, base: int, place: Place) -> int:
        """The party of a mention: a human's link, else its identifiers'; never one it was separated from."""
        verdict = self.verdicts.get(place)
        party = self.of(base)
        if verdict is None:
            return party
        apart = {self.of(one) for one in verdict.differs}
        if verdict.same is not None and self.of(verdict.same) not in apart:
            return self.of(verdict.same)
        return self.of(verdict.own) if party in apart and verdict.own is not None else party

    def linked(self, place: Place) -> Verdict | None:
        """The human link in force for a mention, if any."""
        verdict = self.verdicts.get(place)
        if verdict is None or verdict.same is None:
            return None
        return None if self.of(verdict.same) in {self.of(one) for one in verdict.differs} else verdict

    def special(self, bases: Callable[[Place], Iterable[int]]) -> set[int]:
        """Parties whose rows do not all stand under their own number, sorted out one by one by readers.

        Args:
            bases: gives the base parties that a mention ever had.
        """
        found = set(self._members)
        for place, verdict in self.verdicts.items():
            found.update(self.of(one) for one in (verdict.same, verdict.own) if one is not None)
            found.update(self.of(base) for base in bases(place))
        return found
