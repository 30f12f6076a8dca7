"""A staged run: rows under the next generation, invisible until published, resumable by its token.

What a run does to records is the same in every store; how a store finds, adds and ends rows is left to it.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from graph.model import Listing, Status
from graph.relations import Relation
from graph.store import Batch, Changes, SnapshotInfo, StoreError
from graph.stores import content
from graph.stores import rows as r
from graph.stores.allot import Allotment

_T = TypeVar("_T")
_Added = tuple[int, r.Formed, int, r.Row | None]
CHUNK = 20_000
ADDED, UPDATED, ENDED, UNCHANGED, IN_FORCE = range(5)
"""Places in the figures of a source."""


def chunks(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


class Run:
    """The begun run of one writer. Nothing here is seen by readers.

    Rows with a number below `_first` are of earlier generations; they are never deleted, only ended.
    """

    def __init__(
        self,
        path: str,
        number: int,
        snapshots: Sequence[SnapshotInfo],
        *,
        staged: int,
        first: int,
        last: int,
        parties: Allotment,
        sources: Mapping[tuple[str, str], int],
        figures: Mapping[int, list[int]],
    ) -> None:
        """Take up what is staged.

        Args:
            path: the store, for messages.
            number: the generation.
            snapshots: what is loaded.
            staged: how many records already are.
            first: number of the first row of this run.
            last: number of the last row of all; 0 when there is none.
            parties: gives mentions their parties.
            sources: numbers of the known sources.
            figures: those of the run so far, by source.
        """
        self._path = path
        self.number = number
        self.snapshots = tuple(snapshots)
        self.staged = staged
        self._first = first
        self._next = max(first, last + 1)
        self._parties = parties
        self._sources = dict(sources)
        self._names = {key: name for name, key in self._sources.items()}
        self._assigned: dict[tuple[str, str], int] = {}
        self._by_dataset: dict[str, list[SnapshotInfo]] = {}
        for snapshot in self.snapshots:
            self._by_dataset.setdefault(snapshot.dataset, []).append(snapshot)
        self._changes = {source: list(counts) for source, counts in figures.items()}
        self._seen = bytearray(first)
        self._named = array("q")

    # What a store does in its own way.

    def settle(self) -> None:
        """Make durable all that is staged, ready to be read by number and key."""
        raise NotImplementedError

    def commit(self) -> None:
        """Make durable what was staged so far."""
        raise NotImplementedError

    def _open(self) -> None:
        """Get ready to change rows."""
        raise NotImplementedError

    def _wrote(self) -> None:
        """A batch is staged: make it durable where it is time."""
        raise NotImplementedError

    def _current(self, kind: int, source: int, hashes: Collection[int]) -> list[tuple[int, int, int, int]]:
        """Hash of key, number, mark and state of the open rows of these keys."""
        raise NotImplementedError

    def _rows(self, ids: Iterable[int]) -> list[r.Row]:
        """Rows that `_current` has just found, by number."""
        raise NotImplementedError

    def _missing(self, source: int) -> Iterator[list[r.Row]]:
        """Open rows of earlier generations, not absent, that the run did not name."""
        raise NotImplementedError

    def _insert(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Add rows, in the order of `rows.COLUMNS`."""
        raise NotImplementedError

    def _close(self, row: r.Row) -> None:
        """End a row: an earlier one gets `to_gen`, one of this run goes."""
        raise NotImplementedError

    def _pend(self, record: int) -> None:
        """Note that a row's events wait for the time of publication."""
        raise NotImplementedError

    def _open_before(self, source: int) -> int:
        """How many records of a source were in force before this run."""
        raise NotImplementedError

    def _add_source(self, dataset: str, name: str) -> int:
        """Number a new source."""
        raise NotImplementedError

    def _remember(self, kind: int, source: int, hashes: Collection[int], first: int) -> None:
        """Take note of new rows, numbered from `first`, by the hashes of their keys, where a store keeps these."""

    def _parts(self, records: Sequence[content.Record]) -> Iterator[list[content.Record]]:
        """As many records at a time as suit the store."""
        return chunks(records, CHUNK)

    # What is the same in all of them.

    def write(self, batch: Batch) -> None:
        """Stage a batch, registers first so that lists and relations find their parties."""
        self._open()
        groups: tuple[tuple[int, Sequence[content.Record]], ...] = (
            (r.REGISTER, batch.parties),
            (r.LISTING, batch.listings),
            (r.RELATION, batch.relations),
        )
        for kind, records in groups:
            for part in self._parts(records):
                self._write(kind, part)
        self.staged += len(batch)
        self._wrote()

    def changes(self) -> list[Changes]:
        """What the run does to each source it touched."""
        names = {key: name for name, key in self._sources.items()}
        return [
            Changes(
                dataset=names[source][0],
                source=names[source][1],
                added=counts[ADDED],
                updated=counts[UPDATED],
                ended=counts[ENDED],
                unchanged=counts[UNCHANGED],
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
        ended = 0
        for rows in self._missing(key):
            for row in rows:
                ended += row.state == r.OPEN
                if row.kind == r.LISTING:
                    counts[ENDED if row.state == r.OPEN else UPDATED] += 1
                    self._exit(row, Status.REMOVED, taken, r.ABSENCE, r.ABSENT)
                else:
                    counts[ENDED] += 1
                    counts[IN_FORCE] -= 1
                    self._close(row)
        self.commit()
        return ended

    def end(self, dataset: str, keys: Iterable[str], status: Status, at: datetime, reason: str) -> int:
        """End records by key with a decision; those that are not there are not counted."""
        sources = [key for (name, _), key in self._sources.items() if name == dataset]
        found = 0
        self.settle()
        self._open()
        for part in chunks(dict.fromkeys(keys), CHUNK):
            wanted = set(part)
            for kind in r.KINDS:
                hashes = [r.natural(kind, key) for key in part]
                for source in sources:
                    ids = [one for _, one, *_ in self._current(kind, source, hashes)]
                    for row in self._rows(ids):
                        if row.kind != kind or (row.key not in wanted and not row.key.startswith(r.ERASED)):
                            continue
                        found += 1
                        self._end_one(row, status, at, reason)
        return found

    def _end_one(self, row: r.Row, status: Status, at: datetime, reason: str) -> None:
        counts = self._count(row.source)
        if row.kind != r.LISTING:
            counts[ENDED] += 1
            counts[IN_FORCE] -= 1
            self._close(row)
            return
        known = any(one.status is status and one.span.start == at for one in r.decode_listing(row.doc).events)
        if known:
            return
        final = status in r.FINAL
        counts[ENDED if final and row.state == r.OPEN else UPDATED] += 1
        self._exit(row, status, at, reason, (row.state or r.EXITED) if final else row.state)

    def _exit(self, row: r.Row, status: Status, at: datetime, reason: str, state: int) -> None:
        """Add an event to a listing: a new version, or the same one where this run made it."""
        listing = r.decode_listing(row.doc)
        own = (*r.own_events(row), r.exit_event(status, at, reason))
        doc, digest, packed = r.with_events(r.published_part(row, listing), own)
        self._count(row.source)[IN_FORCE] += (state == r.OPEN) - (row.state == r.OPEN)
        new = row._replace(doc=doc, hash=digest, own=packed, state=state)
        if row.id < self._first:
            new = new._replace(id=self._number(), from_gen=self.number)
            self._parties.carry_all(row.id, new.id)
        self._close(row)
        self._insert([new])
        if at == r.AT_PUBLICATION:
            self._pend(new.id)

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
                raise StoreError("store.collision", path=self._path)
            slots[kh] = formed
        for source, slots in by_source.items():
            self._merge(kind, source, slots)

    def _merge(self, kind: int, source: int, slots: dict[int, r.Formed]) -> None:
        counts = self._count(source)
        changed: dict[int, int] = {}
        for kh, one, mark, state in self._current(kind, source, slots):
            if mark == slots[kh].mark and state != r.ABSENT:
                del slots[kh]
                if one < self._first and not self._seen[one]:
                    counts[UNCHANGED] += 1
                    self._name(one)
            else:
                changed[kh] = one
        old = {row.kh: row for row in self._rows(changed.values())} if changed else {}
        self._parties.look_up(source, kind, slots.values())
        counts[IN_FORCE] += len(slots)
        for kh, row in old.items():
            new = slots.pop(kh)
            self._add(source, ((kh, new, self._replace(row, new), row),))
        counts[ADDED] += len(slots)
        first = self._next
        self._next += len(slots)
        self._remember(kind, source, slots, first)
        self._add(source, ((kh, new, first + at, None) for at, (kh, new) in enumerate(slots.items())))
        self._parties.store()

    def _add(self, source: int, records: Iterable[_Added]) -> None:
        """Form and add rows: hash of key, record, number, and the version before, if there is one."""
        # One row at a time: ten thousand held at once are work for the cycle collector.
        self._insert(self._form_row(source, *one) for one in records)

    def _replace(self, before: r.Row, formed: r.Formed) -> int:
        """Make room for a newer version; returns its number. Within a run the newer one takes the place."""
        if before.key != formed.record.key and not before.key.startswith(r.ERASED):
            raise StoreError("store.collision", path=self._path)
        same_run = before.id >= self._first
        self._parties.release(before.id, same_run=same_run)
        if before.state == r.OPEN:
            self._count(before.source)[IN_FORCE] -= 1
        self._close(before)
        if same_run:
            return before.id
        self._count(before.source)[UPDATED] += 1
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
                    self._pend(number)
            elif record.events:
                state = r.initial_state(record)
            if state != r.OPEN:
                self._count(source)[IN_FORCE] -= 1
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

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _name(self, record: int) -> None:
        self._seen[record] = 1
        self._named.append(record)

    def _count(self, source: int) -> list[int]:
        counts = self._changes.get(source)
        if counts is None:
            counts = self._changes[source] = [0, 0, 0, 0, self._open_before(source)]
        return counts

    def _taken_at(self, dataset: str, source: str) -> datetime:
        """When the newest of the run's snapshots of a source was taken."""
        snapshots = (one for one in self._by_dataset.get(dataset, ()) if one.source == source)
        return max((one.taken_at for one in snapshots if one.taken_at is not None), default=r.AT_PUBLICATION)

    def _name_of(self, source: int) -> tuple[str, str]:
        return self._names[source]

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
            key = self._sources[dataset, name] = self._add_source(dataset, name)
            self._names[key] = (dataset, name)
        return key
