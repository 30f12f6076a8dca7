"""What rows need of each other: whatever a kind reads beforehand, and records that stand in two rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import xxhash

from loaders.base import Kind, Problem
from loaders.mapping import Outcome
from loaders.tables import Table


class Contexts:
    """What kinds prepare before their first row, once a load."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def of(self, kind: Kind, tables: Iterable[tuple[str, Table]]) -> Any:
        """The context of a kind; None for one that reads each row by itself.

        Args:
            kind: whose rows are to be read.
            tables: all tables of the load with the names of their kinds.

        Raises:
            FileError: the tables don't belong together.
        """
        if kind.prepare is None:
            return None
        if kind.name not in self._made:
            by_kind: dict[str, list[Table]] = {}
            for name, table in tables:
                by_kind.setdefault(name, []).append(table)
            self._made[kind.name] = kind.prepare(by_kind)
        return self._made[kind.name]


class Repeats:
    """Notices records of one table that stand in two rows."""

    def __init__(self, kind: Kind) -> None:
        self._relations = kind.once
        self._seen: set[int] = set()

    def among(self, outcome: Outcome) -> Iterator[Outcome]:
        """A warning for each record that an earlier row had."""
        for listing in outcome.batch.listings:
            yield from self._look(f"{listing.list_code}\x1f{listing.key}", listing.source.row)
        if self._relations:
            for relation in outcome.batch.relations:
                yield from self._look(relation.key, relation.source.row)

    def _look(self, text: str, row: int) -> Iterator[Outcome]:
        key = xxhash.xxh3_64_intdigest(text.encode())
        if key in self._seen:
            yield Outcome(warned=(Problem(row=row, code="row.repeated"),))
        self._seen.add(key)


Prepared = Mapping[str, Sequence[Table]]
"""The tables of a load by kind name: what `Kind.prepare` is given."""
