"""The writing side of the embedded store: runs, and what a publication is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from graph.dates import from_micros, to_micros
from graph.store import Publication, SnapshotInfo, StoreError
from graph.stores import content
from graph.stores import rows as r
from graph.stores.embedded.files import WriterLock, connect, guarded
from graph.stores.embedded.stage import Run
from graph.stores.staging import Staging


class Writing(Staging[Run]):
    """`GraphWriter` without links and erasure."""

    _path: Path
    _lock: WriterLock
    _writer: sqlite3.Connection | None
    _run: Run | None

    def begin(self, token: str, snapshots: Sequence[SnapshotInfo]) -> int:
        """Stage the next generation, or go on with the run of the same token; returns its number.

        The snapshots given last are the ones that are published.

        Raises:
            StoreError: `store.busy`: another one is writing.
        """
        with self._writing() as db:
            if self._run is not None:
                self._run.settle()
                self._run = None
            staged = db.execute("SELECT number, token FROM generation WHERE recorded_at IS NULL").fetchone()
            if staged is not None and staged[1] != token:
                self._discard(db, staged[0])
                staged = None
            if staged is None:
                number = self._next_generation(db, token)
                db.execute("COMMIT")
            else:
                number = staged[0]
            self._run = Run(db, self._path, number, snapshots, self._lock)
            return number

    def publish(self, recorded_at: datetime) -> Publication:
        """Make the staged generation the newest: one small, durable transaction.

        Publications are in order of time: where the clock has gone back, the time is one microsecond after the
        last publication, and the one asked for is kept beside it.
        """
        run = self._staging()
        with self._writing() as db:
            run.settle()
            changes = tuple(run.changes())
            with self._durable(db):
                recorded, asked = self._clock(db, recorded_at)
                self._settle_pending(db, recorded)
                self._finish(db, run.number, recorded, asked)
                db.executemany(
                    "INSERT INTO snapshot (gen, position, dataset, source, doc) VALUES (?, ?, ?, ?, ?)",
                    [
                        (run.number, position, one.dataset, one.source, msgspec.json.encode(one))
                        for position, one in enumerate(run.snapshots)
                    ],
                )
                db.execute("DELETE FROM seen")
            self._leave()
        return Publication(
            number=run.number,
            recorded_at=from_micros(recorded),
            asked_at=None if asked is None else from_micros(asked),
            snapshots=run.snapshots,
            changes=changes,
        )

    def abort(self) -> None:
        """Discard the staged run, begun here or left by a process that died."""
        with self._writing() as db:
            if db.in_transaction:
                db.execute("ROLLBACK")
            if self._run is not None:
                self._run.give_up()
            self._run = None
            staged = db.execute("SELECT number FROM generation WHERE recorded_at IS NULL").fetchone()
            if staged is not None:
                self._discard(db, staged[0])
            self._leave()

    def _where(self) -> str:
        return str(self._path)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection, under the lock. A failure gives up what was not committed, and the run."""
        self._lock.acquire()
        try:
            with guarded(self._path):
                if self._writer is None:
                    self._writer = connect(self._path, write=True)
                yield self._writer
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        """Stop writing: roll back what is open, let others write."""
        if self._run is not None:
            self._run.give_up()
        self._run = None
        if self._writer is not None and self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        self._lock.release()

    @contextmanager
    def _idle(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection for a decision; what an interrupted load left staged is discarded."""
        if self._run is not None:
            raise StoreError("store.busy", path=str(self._path))
        with self._writing() as db:
            staged = db.execute("SELECT number FROM generation WHERE recorded_at IS NULL").fetchone()
            if staged is not None:
                self._discard(db, staged[0])
            yield db

    @contextmanager
    def _durable(self, db: sqlite3.Connection, *, begin: bool = True) -> Iterator[None]:
        """A transaction that has reached the disk when it returns."""
        db.execute("PRAGMA synchronous=FULL")
        try:
            if begin:
                db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
            db.execute("PRAGMA synchronous=NORMAL")

    def _next_generation(self, db: sqlite3.Connection, token: str) -> int:
        """Open a transaction and the next generation in it."""
        db.execute("BEGIN IMMEDIATE")
        last = db.execute("SELECT number, next_party FROM generation ORDER BY number DESC LIMIT 1").fetchone()
        number, party = (last[0] + 1, last[1]) if last else (1, 1)
        first = (db.execute("SELECT max(id) FROM record").fetchone()[0] or 0) + 1
        db.execute(
            "INSERT INTO generation (number, token, first_record, next_party) VALUES (?, ?, ?, ?)",
            (number, token, first, party),
        )
        return int(number)

    def _clock(self, db: sqlite3.Connection, recorded_at: datetime) -> tuple[int, int | None]:
        """The time of a publication, and the one asked for where they differ (microseconds)."""
        asked = to_micros(recorded_at)
        last = db.execute("SELECT max(recorded_at) FROM generation").fetchone()[0]
        return (asked, None) if last is None or asked > last else (last + 1, asked)

    def _finish(self, db: sqlite3.Connection, number: int, recorded: int, asked: int | None) -> None:
        db.execute(
            "UPDATE generation SET recorded_at = ?, asked_at = ? WHERE number = ?", (recorded, asked, number)
        )

    def _settle_pending(self, db: sqlite3.Connection, recorded: int) -> None:
        """Date the exits whose snapshot does not say when it was taken."""
        at = from_micros(recorded)
        rows = db.execute(
            f"SELECT {r.COLUMNS} FROM record WHERE id IN (SELECT record FROM pending) ORDER BY id"
        ).fetchall()
        for row in map(r.Row._make, rows):
            listing = r.at_publication(r.decode_listing(row.doc), at)
            own = listing.events[len(listing.events) - len(r.own_events(row)) :]
            doc, digest = content.document(listing)
            db.execute(
                "UPDATE record SET doc = ?, hash = ?, own = ? WHERE id = ?",
                (doc, digest, msgspec.json.encode(own), row.id),
            )
        db.execute("DELETE FROM pending")

    def _discard(self, db: sqlite3.Connection, number: int) -> None:
        """Undo a staged run: its rows go, what it ended is open again."""
        db.execute("BEGIN IMMEDIATE")
        first = db.execute("SELECT first_record FROM generation WHERE number = ?", (number,)).fetchone()[0]
        db.execute("DELETE FROM record WHERE id >= ?", (first,))
        db.execute("UPDATE record SET to_gen = NULL WHERE to_gen = ?", (number,))
        db.execute("DELETE FROM bond WHERE from_gen = ?", (number,))
        db.execute("UPDATE bond SET to_gen = NULL WHERE to_gen = ?", (number,))
        for table in ("ident", "name", "change"):
            db.execute(f"DELETE FROM {table} WHERE gen = ?", (number,))
        for table in ("seen", "pending"):
            db.execute(f"DELETE FROM {table}")
        db.execute("DELETE FROM generation WHERE number = ?", (number,))
        db.execute("COMMIT")
