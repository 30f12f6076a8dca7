"""A staged run: rows under the next generation, invisible until published, resumable by its token."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from graph.model import Listing, Status
from graph.relations import Relation
from graph.store import Batch, Changes, SnapshotInfo, StoreError
from graph.stores import content
from graph.stores.embedded import rows as r
from graph.stores.embedded.parties import Allotment

_T = TypeVar("_T")
COMMIT_EVERY = 100_000
"""Records between two commits: each commit writes every changed index page, so that fewer are faster."""
_FRESH_AT_MOST = 2_000_000
"""Records of a first load whose numbers are kept in memory (about 140 bytes each) instead of an index."""
_CHUNK = 20_000
_ADDED, _UPDATED, _ENDED, _UNCHANGED, _OPEN = range(5)
_KEY_INDEX = "CREATE INDEX IF NOT EXISTS record_key ON record (source, kh, to_gen, mark, state)"
"""Made anew after a first load: kept up to date by a million rows in random order it would cost more than they."""
_INSERT = f"INSERT INTO record ({r.COLUMNS}) VALUES ({', '.join('?' * len(r.Row._fields))})"


def chunks(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def numbers(values: Iterable[int]) -> str:
    """Whole numbers as one parameter for `json_each`."""
    return f"[{','.join(map(str, values))}]"


class Run:
    """The begun run of one writer. All of it is one connection's work; nothing here is seen by readers."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, number: int, snapshots: Sequence[SnapshotInfo]
    ):
        self._db = connection
        self._path = path
        self.number = number
        self.snapshots = tuple(snapshots)
        row = connection.execute(
            "SELECT staged, first_record, next_party FROM generation WHERE number = ?", (number,)
        ).fetchone()
        self.staged: int = row[0]
        self._first: int = row[1]
        self._committed = self.staged
        last = connection.execute("SELECT max(id) FROM record").fetchone()[0]
        self._next: int = max(self._first, (last or 0) + 1)
        self._parties = Allotment(connection, number, row[2])
        self._sources: dict[tuple[str, str], int] = {
            (dataset, source): key for key, dataset, source in connection.execute("SELECT * FROM source")
        }
        self._assigned: dict[tuple[str, str], int] = {}
        self._by_dataset: dict[str, list[SnapshotInfo]] = {}
        for snapshot in self.snapshots:
            self._by_dataset.setdefault(snapshot.dataset, []).append(snapshot)
        self._changes: dict[int, list[int]] = {
            source: list(counts)
            for source, *counts in connection.execute(
                "SELECT source, added, updated, ended, unchanged, open FROM change WHERE gen = ?", (number,)
            )
        }
        self._fresh: dict[int, dict[int, int]] | None = None
        if last is None:
            self._fresh = {}
        else:
            connection.execute(_KEY_INDEX)
        self._seen = bytearray(self._first)
        for (blob,) in connection.execute("SELECT records FROM seen"):
            for one in array("q", blob):
                self._seen[one] = 1
        self._named = array("q")

    def write(self, batch: Batch) -> None:
        """Stage a batch, registers first so that lists and relations find their parties."""
        self._open()
        groups: tuple[tuple[int, Sequence[content.Record]], ...] = (
            (r.REGISTER, batch.parties),
            (r.LISTING, batch.listings),
            (r.RELATION, batch.relations),
        )
        for kind, records in groups:
            for part in chunks(records, _CHUNK):
                self._write(kind, part)
        self.staged += len(batch)
        if self.staged - self._committed >= COMMIT_EVERY:
            if self.staged > _FRESH_AT_MOST:
                self.settle()
            self.commit()

    def settle(self) -> None:
        """Make durable all that is staged, with the index that a first load does without."""
        if self._fresh is not None:
            self._open()
            self._db.execute(_KEY_INDEX)
            self._fresh = None
        self.commit()

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

    def changes(self) -> list[Changes]:
        """What the run does to each source it touched."""
        names = {key: name for name, key in self._sources.items()}
        return [
            Changes(
                dataset=names[source][0],
                source=names[source][1],
                added=counts[_ADDED],
                updated=counts[_UPDATED],
                ended=counts[_ENDED],
                unchanged=counts[_UNCHANGED],
            )
            for source, counts in sorted(self._changes.items())
        ]

    def end_missing(self, dataset: str, source: str) -> int:
        """End what a full snapshot no longer names; a listing gets REMOVED, other records just end."""
        key = self._sources.get((dataset, source))
        if key is None:
            return 0
        self.settle()
        self._open()
        counts = self._count(key)
        taken = self._taken_at(dataset, source)
        gone = self._db.execute(
            "SELECT id FROM record WHERE source = ? AND to_gen IS NULL AND state != ? AND id < ?",
            (key, r.ABSENT, self._first),
        )
        ended = 0
        missing = array("q", (one for (one,) in gone if not self._seen[one]))
        for part in chunks(missing, _CHUNK):
            for row in self._rows(part):
                ended += row.state == r.OPEN
                if row.kind == r.LISTING:
                    counts[_ENDED if row.state == r.OPEN else _UPDATED] += 1
                    self._exit(row, Status.REMOVED, taken, r.ABSENCE, r.ABSENT)
                else:
                    counts[_ENDED] += 1
                    counts[_OPEN] -= 1
                    self._close(row.id)
        self.commit()
        return ended

    def end(self, dataset: str, keys: Iterable[str], status: Status, at: datetime, reason: str) -> int:
        """End records by key with a decision; those that are not there are not counted."""
        sources = [key for (name, _), key in self._sources.items() if name == dataset]
        found = 0
        self.settle()
        self._open()
        for part in chunks(dict.fromkeys(keys), _CHUNK):
            wanted = set(part)
            for kind in r.KINDS:
                hashes = [r.natural(kind, key) for key in part]
                for source in sources:
                    ids = [one for _, one, *_ in self._current(source, hashes)]
                    for row in self._rows(ids):
                        if row.kind != kind or (row.key not in wanted and not row.key.startswith(r.ERASED)):
                            continue
                        found += 1
                        self._end_one(row, status, at, reason)
        return found

    def _end_one(self, row: r.Row, status: Status, at: datetime, reason: str) -> None:
        counts = self._count(row.source)
        if row.kind != r.LISTING:
            counts[_ENDED] += 1
            counts[_OPEN] -= 1
            self._close(row.id)
            return
        known = any(one.status is status and one.span.start == at for one in r.decode_listing(row.doc).events)
        if known:
            return
        final = status in r.FINAL
        counts[_ENDED if final and row.state == r.OPEN else _UPDATED] += 1
        self._exit(row, status, at, reason, (row.state or r.EXITED) if final else row.state)

    def _exit(self, row: r.Row, status: Status, at: datetime, reason: str, state: int) -> None:
        """Add an event to a listing: a new version, or the same one where this run made it."""
        listing = r.decode_listing(row.doc)
        own = (*r.own_events(row), r.exit_event(status, at, reason))
        doc, digest, packed = r.with_events(r.published_part(row, listing), own)
        self._count(row.source)[_OPEN] += (state == r.OPEN) - (row.state == r.OPEN)
        new = row._replace(doc=doc, hash=digest, own=packed, state=state)
        if row.id < self._first:
            new = new._replace(id=self._number(), from_gen=self.number)
            self._close(row.id)
            self._parties.carry_all(row.id, new.id)
        else:
            self._db.execute("DELETE FROM record WHERE id = ?", (row.id,))
        self._db.execute(_INSERT, new)
        if at == r.AT_PUBLICATION:
            self._db.execute("INSERT OR IGNORE INTO pending (record) VALUES (?)", (new.id,))

    def _write(self, kind: int, records: Sequence[content.Record]) -> None:
        by_source: dict[int, dict[int, r.Formed]] = {}
        for record in records:
            formed = r.form(record)
            source = self._source_of(record)
            slots = by_source.get(source)
            if slots is None:
                slots = by_source[source] = {}
            kh = r.natural(kind, record.key)
            if kh in slots and slots[kh].record.key != record.key:
                raise StoreError("store.collision", path=str(self._path))
            slots[kh] = formed
        for source, slots in by_source.items():
            self._merge(kind, source, slots)

    def _merge(self, kind: int, source: int, slots: dict[int, r.Formed]) -> None:
        counts = self._count(source)
        changed: dict[int, int] = {}
        for kh, one, mark, state in self._current(source, slots):
            if mark == slots[kh].mark and state != r.ABSENT:
                del slots[kh]
                if one < self._first and not self._seen[one]:
                    counts[_UNCHANGED] += 1
                    self._name(one)
            else:
                changed[kh] = one
        old = {row.kh: row for row in self._rows(changed.values())} if changed else {}
        self._parties.look_up(source, kind, slots.values())
        counts[_OPEN] += len(slots)
        if old:
            again = [(kh, slots.pop(kh), row) for kh, row in old.items()]
            self._db.executemany(
                _INSERT,
                [self._form_row(source, kh, new, self._replace(row, new), row) for kh, new, row in again],
            )
        counts[_ADDED] += len(slots)
        first = self._next
        self._next += len(slots)
        if self._fresh is not None:
            self._fresh.setdefault(source, {}).update(zip(slots, range(first, self._next), strict=True))
        # One row at a time: ten thousand held at once are work for the cycle collector.
        self._db.executemany(
            _INSERT,
            (self._form_row(source, kh, new, first + at, None) for at, (kh, new) in enumerate(slots.items())),
        )
        self._parties.store()

    def _replace(self, before: r.Row, formed: r.Formed) -> int:
        """Make room for a newer version; returns its number. Within a run the newer one takes the place."""
        if before.key != formed.record.key and not before.key.startswith(r.ERASED):
            raise StoreError("store.collision", path=str(self._path))
        same_run = before.id >= self._first
        self._parties.release(before.id, same_run=same_run)
        if before.state == r.OPEN:
            self._count(before.source)[_OPEN] -= 1
        self._close(before.id)
        if same_run:
            return before.id
        self._count(before.source)[_UPDATED] += 1
        self._name(before.id)
        return self._number()

    def _form_row(
        self, source: int, kh: int, formed: r.Formed, number: int, before: r.Row | None
    ) -> tuple[object, ...]:
        record, doc, digest = formed.record, formed.doc, formed.digest
        if isinstance(record, Relation):
            return self._form_relation(source, kh, formed, record, number, before)
        kind, state = r.REGISTER, r.OPEN
        own: bytes | None = None
        if isinstance(record, Listing):
            kind = r.LISTING
            if before is not None:
                events, state = r.carried(before, record, self._taken_at(*self._name_of(source)))
                doc, digest, own = r.with_events(record, events)
                if any(r.AT_PUBLICATION in (one.span.start, one.span.end) for one in events):
                    self._db.execute("INSERT OR IGNORE INTO pending (record) VALUES (?)", (number,))
            elif record.events:
                state = r.initial_state(record)
            if state != r.OPEN:
                self._count(source)[_OPEN] -= 1
        ids = formed.ids[0]
        return (
            number, kind, source, kh, record.key, formed.mark, digest, self.number, None, state,
            self._parties.place(record.subject, ids, number, 0, before), 1 if ids else 0,
            None, None, None, None, own, doc,
        )  # fmt: skip

    def _form_relation(
        self, source: int, kh: int, formed: r.Formed, record: Relation, number: int, before: r.Row | None
    ) -> tuple[object, ...]:
        ids = formed.ids
        src = self._parties.place(record.src, ids[0], number, 0, before)
        dst = self._parties.place(record.dst, ids[1], number, 1, before)
        return (
            number, r.RELATION, source, kh, record.key, formed.mark, formed.digest, self.number, None, r.OPEN, src,
            bool(ids[0]) | bool(ids[1]) << 1, dst, record.type.value, r.micros(record.valid.start),
            r.micros(record.valid.end), None, formed.doc,
        )  # fmt: skip

    def _open(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
            if self._fresh is not None:
                self._db.execute("DROP INDEX IF EXISTS record_key")

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _name(self, record: int) -> None:
        self._seen[record] = 1
        self._named.append(record)

    def _close(self, record: int) -> None:
        if record < self._first:
            self._db.execute("UPDATE record SET to_gen = ? WHERE id = ?", (self.number, record))
        else:
            self._db.execute("DELETE FROM record WHERE id = ?", (record,))

    def _current(self, source: int, hashes: Iterable[int]) -> list[tuple[int, int, int, int]]:
        if self._fresh is not None:
            numbered = self._fresh.get(source, {})
            again = [one for kh in hashes if (one := numbered.get(kh)) is not None]
            return [(row.kh, row.id, row.mark, row.state) for row in self._rows(again)] if again else []
        return self._db.execute(
            "SELECT kh, id, mark, state FROM record WHERE source = ? AND to_gen IS NULL"
            " AND kh IN (SELECT value FROM json_each(?))",
            (source, numbers(hashes)),
        ).fetchall()

    def _rows(self, ids: Iterable[int]) -> list[r.Row]:
        query = f"SELECT {r.COLUMNS} FROM record WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return [r.Row(*row) for row in self._db.execute(query, (numbers(ids),))]

    def _count(self, source: int) -> list[int]:
        counts = self._changes.get(source)
        if counts is None:
            before = self._db.execute(
                "SELECT open FROM change WHERE source = ? AND gen < ? ORDER BY gen DESC LIMIT 1",
                (source, self.number),
            ).fetchone()
            counts = self._changes[source] = [0, 0, 0, 0, before[0] if before else 0]
        return counts

    def _taken_at(self, dataset: str, source: str) -> datetime:
        """When the newest of the run's snapshots of a source was taken."""
        snapshots = (one for one in self._by_dataset.get(dataset, ()) if one.source == source)
        return max((one.taken_at for one in snapshots if one.taken_at is not None), default=r.AT_PUBLICATION)

    def _name_of(self, source: int) -> tuple[str, str]:
        return next(name for name, key in self._sources.items() if key == source)

    def _source_of(self, record: content.Record) -> int:
        """The source that a record belongs to: named by itself, or the only one of the run."""
        source = record.source
        dataset = record.list_code if isinstance(record, Listing) else source.dataset
        key = self._assigned.get((dataset, source.publisher))
        if key is None:
            key = self._assigned[dataset, source.publisher] = self._assign(dataset, source.publisher)
        return key

    def _assign(self, dataset: str, name: str) -> int:
        if not name:
            given = {snapshot.source for snapshot in self._by_dataset.get(dataset, ())}
            if len(given) > 1:
                raise StoreError("store.source", dataset=dataset)
            name = given.pop() if given else ""
        key = self._sources.get((dataset, name))
        if key is None:
            cursor = self._db.execute("INSERT INTO source (dataset, source) VALUES (?, ?)", (dataset, name))
            key = self._sources[dataset, name] = int(cursor.lastrowid or 0)
        return key
