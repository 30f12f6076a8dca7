"""A staged run in the file."""

from __future__ import annotations

import sqlite3
import sys
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from graph.store import SnapshotInfo
from graph.stores import rows as r
from graph.stores import run
from graph.stores.embedded.apart import Apart, Statements
from graph.stores.embedded.files import WRITER_CACHE, WriterLock
from graph.stores.embedded.fresh import Fresh
from graph.stores.embedded.parties import Allotment

COMMIT_EVERY = 100_000
"""Records between two commits: each commit writes every changed index page, so that fewer are faster."""
_FRESH_AT_MOST = 20_000_000
"""Records of a first load whose numbers are kept in memory (16 bytes each) instead of an index."""
APART_FROM = 20_000
"""Records of a first load from which on a process of its own writes: fewer are written before it is there."""
_SORTING = "PRAGMA cache_size=-32768"
"""Sorting reads each page once: a cache that holds them all costs a fifth of the time, and is of no use."""
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS record_key ON record (source, kh, to_gen, mark, state)",
    "CREATE INDEX IF NOT EXISTS record_party ON record (party)",
    "CREATE INDEX IF NOT EXISTS record_other ON record (other) WHERE other IS NOT NULL",
)
_NO_INDEXES = (
    "DROP INDEX IF EXISTS record_key",
    "DROP INDEX IF EXISTS record_party",
    "DROP INDEX IF EXISTS record_other",
)
"""Made anew after a first load: kept up to date by a million rows in random order they would cost more than these."""
_INSERT = f"INSERT INTO record ({r.COLUMNS}) VALUES ({', '.join('?' * len(r.Row._fields))})"


def numbers(values: Iterable[int]) -> str:
    """Whole numbers as one parameter for `json_each`."""
    return f"[{','.join(map(str, values))}]"


class Run(run.Run):
    """The begun run of one writer. Nothing here is seen by readers.

    All of it is one connection's work: the writer's own, and while a first load goes on, that of another process.
    """

    _parties: Allotment

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        number: int,
        snapshots: Sequence[SnapshotInfo],
        lock: WriterLock,
    ):
        self._db: Statements = connection
        self._own = connection
        self._file = path
        self._lock = lock
        self._apart: Apart | None = None
        self._asked_for = False
        staged, first, next_party = connection.execute(
            "SELECT staged, first_record, next_party FROM generation WHERE number = ?", (number,)
        ).fetchone()
        last = connection.execute("SELECT max(id) FROM record").fetchone()[0]
        super().__init__(
            str(path),
            number,
            snapshots,
            staged=staged,
            first=first,
            last=last or 0,
            parties=Allotment(connection, number, next_party),
            sources={
                (dataset, source): key for key, dataset, source in connection.execute("SELECT * FROM source")
            },
            figures={
                source: list(counts)
                for source, *counts in connection.execute(
                    "SELECT source, added, updated, ended, unchanged, open FROM change WHERE gen = ?",
                    (number,),
                )
            },
        )
        self._committed = self.staged
        self._fresh: dict[int, Fresh] | None = None
        if last is None:
            self._fresh = {}
        else:
            self._index()
        for (blob,) in connection.execute("SELECT records FROM seen"):
            for one in array("q", blob):
                self._seen[one] = 1

    def settle(self) -> None:
        """Make durable all that is staged, with the index that a first load does without."""
        if self._apart is not None:
            self.commit()
            apart, self._apart = self._apart, None
            self._use(self._own)
            try:
                apart.finish()
            finally:
                apart.close()
        if self._fresh is not None:
            self._open()
            self._db.execute(_SORTING)
            self._index()
            self._db.execute(WRITER_CACHE)
            self._fresh = None
        self.commit()

    def give_up(self) -> None:
        """Give up what is not durable: the process that writes, if there is one, ends."""
        if self._apart is not None:
            apart, self._apart = self._apart, None
            self._use(self._own)
            apart.close()

    def commit(self) -> None:
        """Make durable what was staged so far."""
        if not self._db.in_transaction:
            return
        if self._named:
            self._db.execute("INSERT INTO seen (records) VALUES (?)", (self._named.tobytes(),))
            self._named = array("q")
        self._db.executemany(
            "INSERT INTO change (gen, source, added, updated, ended, unchanged, open) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET added = excluded.added, updated = excluded.updated, ended = excluded.ended,"
            " unchanged = excluded.unchanged, open = excluded.open",
            [(self.number, source, *counts) for source, counts in self._changes.items()],
        )
        self._db.execute(
            "UPDATE generation SET staged = ?, next_party = ? WHERE number = ?",
            (self.staged, self._parties.next, self.number),
        )
        self._db.execute("COMMIT")
        self._committed = self.staged

    def _index(self) -> None:
        for statement in _INDEXES:
            self._db.execute(statement)

    def _open(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
            if self._fresh is not None:
                for statement in _NO_INDEXES:
                    self._db.execute(statement)

    def _use(self, connection: Statements) -> None:
        self._db = connection
        self._parties.use(connection)

    def _hand_over(self) -> None:
        """Let another process write from here on, where the system has what that takes."""
        if sys.platform == "win32" or self._lock.number is None or not sys.executable:
            return
        self.commit()
        try:
            self._apart = Apart(self._file, self._lock.number)
        except (OSError, sqlite3.Error):
            return  # slower by itself, and a broken file is met again
        self._use(self._apart)

    def _wrote(self) -> None:
        if self._fresh is not None and not self._asked_for and self.staged >= APART_FROM:
            self._asked_for = True
            self._hand_over()
        if self.staged - self._committed >= COMMIT_EVERY:
            if self.staged > _FRESH_AT_MOST:
                self.settle()
            self.commit()

    def _remember(self, kind: int, source: int, hashes: Collection[int], first: int) -> None:
        if self._fresh is not None:
            self._fresh.setdefault(source, Fresh()).add(hashes, first)

    def _insert(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._db.executemany(_INSERT, rows)

    def _pend(self, record: int) -> None:
        self._db.execute("INSERT OR IGNORE INTO pending (record) VALUES (?)", (record,))

    def _close(self, row: r.Row) -> None:
        if row.id < self._first:
            self._db.execute("UPDATE record SET to_gen = ? WHERE id = ?", (self.number, row.id))
        else:
            self._db.execute("DELETE FROM record WHERE id = ?", (row.id,))

    def _current(self, kind: int, source: int, hashes: Collection[int]) -> list[tuple[int, int, int, int]]:
        if self._fresh is not None:
            known = self._fresh.get(source)
            again = list(known.find(hashes)) if known is not None and hashes else []
            return [(row.kh, row.id, row.mark, row.state) for row in self._rows(again)] if again else []
        return self._db.execute(
            "SELECT kh, id, mark, state FROM record WHERE source = ? AND to_gen IS NULL"
            " AND kh IN (SELECT value FROM json_each(?))",
            (source, numbers(hashes)),
        ).fetchall()

    def _rows(self, ids: Iterable[int]) -> list[r.Row]:
        query = f"SELECT {r.COLUMNS} FROM record WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return [r.Row(*row) for row in self._db.execute(query, (numbers(ids),))]

    def _missing(self, source: int) -> Iterator[list[r.Row]]:
        gone = self._db.execute(
            "SELECT id FROM record WHERE source = ? AND to_gen IS NULL AND state != ? AND id < ?",
            (source, r.ABSENT, self._first),
        )
        missing = array("q", (one for (one,) in gone if not self._seen[one]))
        for part in run.chunks(missing, run.CHUNK):
            yield self._rows(part)

    def _open_before(self, source: int) -> int:
        before = self._db.execute(
            "SELECT open FROM change WHERE source = ? AND gen < ? ORDER BY gen DESC LIMIT 1",
            (source, self.number),
        ).fetchone()
        return before[0] if before else 0

    def _add_source(self, dataset: str, name: str) -> int:
        cursor = self._db.execute("INSERT INTO source (dataset, source) VALUES (?, ?)", (dataset, name))
        return int(cursor.lastrowid or 0)
