"""Rows of a list that a query meets by what is written: number, name, branch or parent; and the register beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from graph import keys, text
from matching.bulk.parties import Cells, Side
from matching.bulk.table import OTHER_CODE, Block, Table, expand, runs
from matching.bulk.verdict import CERTAIN, SAME, Found, Reason, conflict, decision_of, phrases
from matching.compare import compare
from matching.decision import Tier

Array = npt.NDArray[Any]

MOST_ROWS: Final = 50
"""Rows of the list that are looked at under one name or number."""


class Register:
    """A register of known companies; one without a table knows nobody."""

    def __init__(self, table: Table | None) -> None:
        self.table = table
        rows = np.zeros(0, np.int32) if table is None else table.code_rows
        self._by_row = np.argsort(rows, kind="stable")
        self._rows = rows[self._by_row]

    def codes(self, rows: Array) -> tuple[Array, Array]:
        """Keys of the numbers of some rows: which of the rows, and the key."""
        low = np.searchsorted(self._rows, rows, "left")
        which, places = expand(low, np.searchsorted(self._rows, rows, "right") - low)
        keys_ = np.zeros(0, np.uint64) if self.table is None else self.table.code_keys
        return which, keys_[self._by_row[places]]

    def rows(self, n6: str) -> list[int]:
        """Rows that hold exactly this name as their own."""
        if self.table is None or not n6:
            return []
        entry = int(self.table.entries_of(np.array([keys.org_name(n6)], np.uint64))[0])
        if entry < 0:
            return []
        low, high = self.table.entry_starts[entry : entry + 2].tolist()
        places = range(low, min(high, low + MOST_ROWS))
        rows = [int(self.table.entry_rows[place]) for place in places if self.table.own[place]]
        return [row for row in rows if self.side(row).read.n6 == n6]

    def side(self, row: int) -> Side:
        """A row as a party."""
        assert self.table is not None  # noqa: S101 - rows come from a table
        return Side(self.table.cells(row))

    def holds(self, n6: str) -> bool:
        """Whether a company of exactly this name is known."""
        return bool(self.rows(n6))

    def knows(self, side: Side) -> bool:
        """Whether a query is a registered company, whose code the stated one does not contradict."""
        rows = self.rows(side.read.n6)
        if not rows or not side.numbered:
            return bool(rows)
        return any(not conflict(side, self.side(row)) for row in rows)

    def surely(self, asked: Asked) -> Array:
        """Which queries are registered companies for certain, by name and by code where both state one."""
        known = np.zeros(len(asked.rows), bool)
        if self.table is None:
            return known
        names = asked.own_names()
        queries = asked.block.entry_rows[names]
        entries = self.table.entries_of(asked.block.entry_keys[names])
        queries, entries = queries[entries >= 0], entries[entries >= 0]
        first = self.table.entry_starts[entries]
        alone = (self.table.entry_starts[entries + 1] - first == 1) & self.table.own[first]
        theirs = self.table.row_code[self.table.entry_rows[first]]
        mine = asked.block.row_code[queries]
        fits = (mine == 0) | ((mine == theirs) & (mine > OTHER_CODE))
        known[queries[alone & fits]] = True
        return known


class Asked(NamedTuple):
    """A chunk of queries as it came, and as it was read."""

    rows: Sequence[Cells]
    block: Block

    def own_names(self) -> Array:
        """Which entries are a query's own name."""
        return np.flatnonzero(self.block.own)


def written(table: Table, register: Register, asked: Asked) -> set[tuple[int, int]]:
    """(query, row) worth an exact comparison: by name, number, lost characters, branch and parent."""
    block = asked.block
    own = table.entries_of(block.entry_keys)
    listed = np.flatnonzero(own >= 0)
    found = set(_pairs(block.entry_rows[listed], *_rows_of(table, own[listed]), table.entry_rows))
    found.update(_pairs(block.code_rows, *runs(table.code_keys, block.code_keys, MOST_ROWS), table.code_rows))
    stems = list(_stems(register, asked))
    entries = table.entries_of(np.fromiter((keys.org_name(stem) for _, stem in stems), np.uint64, len(stems)))
    queries = np.array([query for query, _ in stems], np.int64)
    found.update(_pairs(queries[entries >= 0], *_rows_of(table, entries[entries >= 0]), table.entry_rows))
    if len(table.branch_keys):
        found.update(_branches(table, register, asked))
    if len(table.wild_keys):
        found.update(_damaged(table, asked))
    return found


def _rows_of(table: Table, entries: Array) -> tuple[Array, Array]:
    low = table.entry_starts[entries]
    return expand(low, np.minimum(table.entry_starts[entries + 1] - low, MOST_ROWS))


def _pairs(queries: Array, which: Array, places: Array, rows: Array) -> Iterator[tuple[int, int]]:
    return zip(queries[which].tolist(), rows[places].tolist(), strict=True)


def _damaged(table: Table, asked: Asked) -> Iterator[tuple[int, int]]:
    """Listed names that are the query's but for lost characters."""
    for query in asked.block.entry_rows[asked.own_names()].tolist():
        n6 = text.org_key(asked.rows[query].name)
        if text.WILDCARD not in n6:
            wanted = np.array(keys.org_wildcard(n6), np.uint64)
            _, places = runs(table.wild_keys, wanted, MOST_ROWS)
            yield from ((query, row) for row in table.wild_rows[places].tolist())


def _stems(register: Register, asked: Asked) -> Iterator[tuple[int, str]]:
    """Names that a branch may be named after: the longest that the register knows, and longer ones (A14)."""
    for query in np.unique(asked.block.branch_rows).tolist():
        parts = text.branch(Side(asked.rows[query]).read.n6)
        if parts is not None:
            known = next(filter(register.holds, parts.stem_candidates), "")
            yield from ((query, stem) for stem in parts.stem_candidates if len(stem) >= len(known))


def _branches(table: Table, register: Register, asked: Asked) -> Iterator[tuple[int, int]]:
    """Listed branches that are named after a query and not after a longer registered name (A15)."""
    queries = asked.block.entry_rows[asked.own_names()].tolist()
    names = [text.org_key(asked.rows[query].name) for query in queries]
    wanted = np.fromiter(map(keys.branch_parent, names), np.uint64, len(names))
    which, places = runs(table.branch_keys, wanted, MOST_ROWS)
    for at, row in zip(which.tolist(), table.branch_rows[places].tolist(), strict=True):
        parts = text.branch(Side(table.cells(row)).read.n6)
        stems = parts.stem_candidates if parts is not None else ()
        if next((stem for stem in stems if stem == names[at] or register.holds(stem)), "") == names[at]:
            yield queries[at], row


def by_register(table: Table, register: Register, asked: Asked) -> Iterator[tuple[int, int, Found]]:
    """Records of a query under another name, by the codes that the register knows it by: at most a REVIEW.

    A code that the query states itself and that holds decides instead.
    """
    known = register.table
    if known is None:
        return
    names = asked.own_names()
    queries = asked.block.entry_rows[names]
    entries = known.entries_of(asked.block.entry_keys[names])
    wanted = np.flatnonzero((entries >= 0) & (asked.block.row_code[queries] <= OTHER_CODE))
    bearer, places = _rows_of(known, entries[wanted])
    queries, bearers = queries[wanted[bearer]], known.entry_rows[places]
    holder, codes = register.codes(bearers)
    which, places = runs(table.code_keys, codes, MOST_ROWS)
    for at, row in zip(holder[which].tolist(), table.code_rows[places].tolist(), strict=True):
        query, party = int(queries[at]), Side(known.cells(int(bearers[at])))
        asking = Side(asked.rows[query])
        if party.read.n6 != asking.read.n6 or asking.subject.codes:
            continue
        listing = Side(table.cells(row)).listing
        subject = msgspec.structs.replace(party.subject, derived=True)
        found = compare(subject, listing.subject, listing)
        if found.tier is not None and found.tier is not Tier.X:
            reasons = (Reason("by_register"), *phrases(found))
            yield query, row, Found(SAME, found.tier.value, CERTAIN, decision_of(found.tier, False), reasons)
