"""Which party a mention belongs to: identifiers give a base party, bonds join parties, humans overrule.

A row's base party never changes, so that nothing is rewritten when parties turn out to be one: a bond (one record
that bears identifiers of both) joins them for the generations in which that record says so, under the older key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

Place = tuple[int, int, int]
"""A mention: source number, hash of the record's key, role (0 subject or src, 1 dst)."""
VISIBLE = "from_gen <= :known AND (to_gen IS NULL OR to_gen > :known)"


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

    def __init__(self, connection: sqlite3.Connection, known: int) -> None:
        self.sources: dict[int, tuple[str, str]] = {
            key: (dataset, source) for key, dataset, source in connection.execute("SELECT * FROM source")
        }
        self.verdicts: dict[Place, Verdict] = {}
        rows = connection.execute(
            f"SELECT source, kh, role, mention, party, differs, own, tier, decided_by FROM verdict WHERE {VISIBLE}"
            " ORDER BY id",
            {"known": known},
        )
        for source, kh, role, mention, party, differs, own, tier, decided_by in rows:
            verdict = self.verdicts.setdefault((source, kh, role), Verdict(mention=mention))
            if differs:
                verdict.differs.add(party)
                verdict.own = own if own is not None else verdict.own
            else:
                verdict.same, verdict.tier, verdict.decided_by = party, tier, decided_by
        bonds = connection.execute(
            "SELECT a, b, source, kh, role FROM (SELECT a, b, bond.role AS role, source, kh, bond.from_gen AS from_gen,"
            f" bond.to_gen AS to_gen FROM bond JOIN record ON record.id = bond.record) WHERE {VISIBLE}",
            {"known": known},
        ).fetchall()
        self._join((a, b) for a, b, *_ in bonds)
        if self.verdicts and bonds:
            kept = [(a, b) for a, b, *place in bonds if not self._denied(a, (place[0], place[1], place[2]))]
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

    def special(self, connection: sqlite3.Connection) -> set[int]:
        """Parties whose rows do not all stand under their own number, sorted out one by one by readers."""
        found = set(self._members)
        for (source, kh, role), verdict in self.verdicts.items():
            found.update(self.of(one) for one in (verdict.same, verdict.own) if one is not None)
            column = "other" if role else "party"
            query = f"SELECT DISTINCT {column} FROM record WHERE source = ? AND kh = ?"
            found.update(self.of(base) for (base,) in connection.execute(query, (source, kh)))
        return found
