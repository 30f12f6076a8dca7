"""A staged run in Neo4j: rows are gathered, and sent a few thousand at a time while the next ones are read.

Each transaction has a step: it counts up the generation's `step` if that is where this writer left it. A transaction
whose answer was lost is therefore done once, and a writer that lost its lock to another one is stopped. One that only
brings new rows makes them while the one before is being committed, and takes its step when that is done.
"""

from __future__ import annotations

import contextlib
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from graph.model import Listing, PartyRecord
from graph.relations import Relation, RelationType
from graph.store import SnapshotInfo, StoreError
from graph.stores import content, run
from graph.stores import rows as r
from graph.stores.bolt import convert
from graph.stores.bolt.parties import Allotment
from graph.stores.bolt.places import Places
from graph.stores.bolt.schema import KEYS, SEARCH, Schema
from graph.stores.bolt.server import Asking, Flight, Rows, Server, Turn
from graph.stores.bolt.work import Lines, Work

T = TypeVar("T")
SEND = 5_000
"""Rows of a transaction: larger ones are no faster and need the server's memory."""
_FIRST = 500
"""Rows of the first one, each next one has twice as many: a server just started takes many times as long for a row, and
each transaction has its limit."""
_SEND_BYTES = 4_000_000
_AHEAD = 2
"""Transactions that wait for the one under way, so that the server has always something to do."""
_PAGE = 20_000
_KEPT = 4_000_000
"""New keys of a source that are remembered (about 60 bytes each) instead of asking the server for each."""
Figures = dict[int, list[int]]


class Staged(msgspec.Struct, frozen=True):
    """The begun run as the database has it."""

    number: int
    owner: str
    step: int
    staged: int
    first: int
    next_record: int
    next_party: int
    figures: Figures
    before: Figures
    """The newest published figures of each source."""
    empty: bool
    """Nothing was ever staged or published: there is nothing to look up."""


class Run(run.Run):
    """The begun run of one writer. Nothing here is seen by readers."""

    def __init__(
        self, server: Server, schema: Schema, staged: Staged, snapshots: Sequence[SnapshotInfo]
    ) -> None:
        self._server = server
        self._schema = schema
        self._step = staged.step
        self._owner = staged.owner
        self._before = staged.before
        self._work = Work()
        self._places = Places(staged.next_party)
        self._flights: deque[Flight[None]] = deque()
        self._turns: deque[Turn] = deque(maxlen=_AHEAD + 2)
        self._party_bounds = staged.next_party, staged.next_party
        """Numbers of the parties that the last transaction made: the next one can't rely on these before its turn."""
        self._removes = False
        """Whether the last transaction takes rows away: it could wait for the locks of one ahead of its turn."""
        self._sent: dict[str, object] = {}
        self._warm = _FIRST
        self._origins = convert.Origins(self._ask("origins"))
        sources = self._ask("sources")
        self._types = {number: dict.fromkeys(types or ()) for number, _, _, types in sources}
        self._fresh: dict[int, set[int]] = {
            number: set()
            for number, *_ in sources
            if number not in staged.before and number not in staged.figures
        }
        self._kinds: dict[int, str] = {}
        self._keys: dict[int, int] = {}
        self._indexes = staged.empty
        if not staged.empty:
            schema.indexes(SEARCH)
        self._allotted = Allotment(
            self._ask,
            self._work,
            staged.next_party,
            self._ask("open_bonds"),
            self._ask("last_bond")[0][0],
            empty=staged.empty,
        )
        super().__init__(
            server.url,
            staged.number,
            snapshots,
            staged=staged.staged,
            first=staged.first,
            last=staged.next_record - 1,
            parties=self._allotted,
            sources={(dataset, source): number for number, dataset, source, _ in sources},
            figures=staged.figures,
        )
        for (blob,) in self._ask("seen"):
            for one in array("q", zlib.decompress(blob)):
                self._seen[one] = 1

    def settle(self) -> None:
        """Make durable all that is staged."""
        self.commit()

    def commit(self) -> None:
        """Make durable what was staged so far, and wait until it is."""
        self._flush()
        self._arrive()

    def drain(self) -> None:
        """Let what is under way arrive or fail; nothing more is begun."""
        flights = list(self._flights)
        self._flights.clear()
        self._call_off()
        # One after the other, whichever of them is under way: the last one ends when all have.
        for flight in flights[-1:]:
            with contextlib.suppress(Exception):
                self._server.landed(flight)

    def finish(self, work: Callable[[Asking], T]) -> T:
        """Do the last transaction of the run."""
        self.commit()
        step = self._step
        self._step += 1
        return self._server.write(lambda ask: self._stepped(ask, step, work))

    def record_types(self) -> set[RelationType]:
        """The relation types that any source holds."""
        return {convert.TYPES[one] for types in self._types.values() for one in types if one in convert.TYPES}

    def _ask(self, name: str, relation: RelationType | None = None, /, **parameters: object) -> Rows:
        return self._server.ask(name, relation, **parameters)

    def _stepped(self, ask: Asking, step: int, work: Callable[[Asking], T]) -> T:
        asked = {"number": self.number, "owner": self._owner, "step": step}
        if not ask("step", **asked) and not ask("step_done", **asked):
            raise StoreError("store.busy", path=self._path)
        return work(ask)

    def _create(self, work: Work, ask: Asking) -> None:
        if not work.create(ask, self.number, self._places):
            raise StoreError("store.damaged", path=self._path, detail="party")

    def _call_off(self) -> None:
        for turn in self._turns:
            turn.call_off()

    def _flush(self) -> None:
        """Send what was gathered: it goes when what is on its way has arrived, and little enough waits."""
        self._arrive(len(self._flights) - _AHEAD)
        if self._named:
            self._work.seen = zlib.compress(self._named.tobytes(), 1)
            self._named = array("q")
        if self._indexes and self._work.relations and self._parties.next == self._party_bounds[1]:
            # Parties have come: their indexes are filled while relations are written. An index is begun with nothing
            # under way, whose locks it would wait for.
            self._arrive()
            self._schema.indexes(SEARCH, wait=False)
            self._indexes = False
        self._work.origins = self._origins.taken()
        work, step = self._work.taken(), self._step
        early = bool(self._flights) and not self._removes and work.only_new(*self._party_bounds)
        progress = {
            "staged": self.staged,
            "record": self._next,
            "party": self._parties.next,
            "changes": msgspec.json.encode({str(key): one for key, one in self._changes.items()}).decode(),
        }

        def send(ask: Asking) -> None:
            nonlocal early
            asked = {"number": self.number, "owner": self._owner, "step": step}
            ahead, early = early, False  # tried again, it may have been done already
            if ahead:
                self._create(work, ask)
            if turn.early:
                turn.come()
            if not ask("step", **asked):
                if not ahead and ask("step_done", **asked):
                    return
                raise StoreError("store.busy", path=self._path)
            if not ahead:
                work.end(ask, self.number)
                self._create(work, ask)
            work.add(ask, self.number)
            ask("progress", number=self.number, **progress)

        if work.empty and progress == self._sent:
            return
        self._sent = progress
        self._warm = min(SEND, self._warm * 2)
        self._step += 1
        turn = Turn(self._turns[-1] if self._flights else None, early=early)
        self._turns.append(turn)
        self._party_bounds = self._party_bounds[1], self._parties.next
        self._places.grow(self._parties.next)
        self._removes = bool(work.removed or work.removed_relations)
        self._flights.append(self._server.start_writing(send, turn))

    def _arrive(self, count: int | None = None) -> None:
        """Wait for all that is on its way, or for the first ones of it."""
        for _ in range(len(self._flights) if count is None else count):
            try:
                self._server.landed(self._flights[0])
            except BaseException as error:
                self._call_off()
                # An interruption says nothing about what is under way: `drain` waits for it.
                if isinstance(error, Exception):
                    self._flights.clear()
                raise
            self._flights.popleft()

    @property
    def _full(self) -> int:
        """Rows of the next transaction."""
        return min(SEND, self._warm)

    def _flush_when_full(self) -> None:
        work = self._work
        rows = len(work.listings) + len(work.register)
        for lines in (work.register_parties, work.relations):
            rows += sum(map(len, lines.values()))
        if max(rows, len(self._named), len(work.ended)) >= self._full or work.size >= _SEND_BYTES:
            self._flush()

    def _open(self) -> None:
        pass

    def _wrote(self) -> None:
        self._flush_when_full()

    def _parts(self, records: Sequence[content.Record]) -> Iterator[list[content.Record]]:
        """Few enough for one transaction, also where each brings a book."""
        part: list[content.Record] = []
        size = 0
        for record in records:
            part.append(record)
            raw = record.raw if isinstance(record, Listing | PartyRecord) else {}
            size += 500 + sum(map(len, raw.values()))
            if len(part) >= self._full or size >= _SEND_BYTES:
                yield part
                part, size = [], 0
        if part:
            yield part

    def _write(self, kind: int, records: Sequence[content.Record]) -> None:
        super()._write(kind, records)
        self._flush_when_full()

    def _remember(self, kind: int, source: int, hashes: Collection[int], first: int) -> None:
        known = self._fresh.get(source)
        if known is not None:
            known.update(hashes)
            if len(known) > _KEPT:
                del self._fresh[source]

    def _add(self, source: int, records: Iterable[tuple[int, r.Formed, int, r.Row | None]]) -> None:
        parties, origins, work = self._allotted, self._origins, self._work
        lines: dict[RelationType, Lines] = {}
        for kh, formed, number, before in records:
            record = formed.record
            if isinstance(record, Relation):
                of_type = lines.get(record.type)
                if of_type is None:
                    of_type = lines[record.type] = self._lines_of(source, record.type)
                of_type.append(self._relation_line(source, kh, formed, record, number, before))
                continue
            row = r.Row._make(self._form_row(source, kh, formed, number, before))
            parties.located(number, source, kh)
            work.size += len(row.doc)
            if isinstance(record, Listing):
                self._add_listing(row)
                continue
            doc, origin, at = convert.register_row(record, row.doc, origins)
            line = [number, source, kh, row.key, row.mark, row.state, row.strong, doc, origin, at]
            if not parties.seat(row.party, line):
                work.register.append([row.party, *line])

    def _insert(self, rows: Iterable[tuple[object, ...]]) -> None:
        # Only listings are changed by an exit, which is what adds rows that are no records of the run.
        for row in map(r.Row._make, rows):
            self._allotted.located(row.id, row.source, row.kh)
            self._work.size += len(row.doc)
            self._add_listing(row)

    def _add_listing(self, row: r.Row) -> None:
        self._work.listings.append(
            [row.id, row.source, row.kh, row.key, row.mark, row.hash, row.state, row.party, row.strong, row.own,
             row.doc.decode(), row.from_gen]
        )  # fmt: skip

    def _lines_of(self, source: int, kind: RelationType) -> Lines:
        """Where relations of a type are gathered; the source is noted to hold some."""
        types = self._types.setdefault(source, {})
        if kind.value not in types:
            types[kind.value] = None
            self._work.sources.append([source, *self._names[source], list(types)])
        return self._work.relations.setdefault(kind, [])

    def _relation_line(
        self, source: int, kh: int, formed: r.Formed, record: Relation, number: int, before: r.Row | None
    ) -> list[object]:
        parties, (first, second) = self._allotted, formed.ids
        src = parties.place(record.src, first, number, 0, before)
        dst = parties.place(record.dst, second, number, 1, before)
        parties.located(number, source, kh)
        edge = convert.edge(record, formed.doc, self._origins)
        self._work.size += len(edge.ends)
        strong = bool(first) | bool(second) << 1
        return [src, dst, number, source, kh, record.key, formed.mark, strong, *edge]

    def _pend(self, record: int) -> None:
        self._work.pending.append(record)

    def _close(self, row: r.Row) -> None:
        earlier = row.id < self._first
        if row.kind != r.RELATION:
            (self._work.ended if earlier else self._work.removed).append(row.id)
            return
        lines = self._work.ended_relations if earlier else self._work.removed_relations
        lines.setdefault(row.type or "", []).append([row.id, row.kh])

    def _current(self, kind: int, source: int, hashes: Collection[int]) -> list[tuple[int, int, int, int]]:
        keys = list(hashes)
        fresh = self._fresh.get(source)
        if fresh is not None:
            keys = [kh for kh in keys if kh in fresh]
        if not keys:
            return []
        if not self._work.empty:
            self._flush()
        self._arrive()
        self._kinds.clear()
        self._keys.clear()
        if kind != r.RELATION:
            self._schema.indexes(KEYS)
            rows = self._ask("current_records", keys=keys, source=source)
            return [(kh, one, mark, state) for kh, one, mark, state in convert.columns(rows)]
        found: list[tuple[int, int, int, int]] = []
        types = [convert.TYPES[one] for one in self._types.get(source, ()) if one in convert.TYPES]
        self._schema.indexes((), types)
        for relation in types:
            if not keys:
                break
            rows = self._ask("current_relations", relation, keys=keys, source=source)
            for kh, one, mark in convert.columns(rows):
                found.append((kh, one, mark, r.OPEN))
                self._kinds[one], self._keys[one] = relation.value, kh
            here = {kh for kh, *_ in found}
            keys = [kh for kh in keys if kh not in here]
        return found

    def _rows(self, ids: Iterable[int]) -> list[r.Row]:
        plain: list[int] = []
        related: dict[str, list[list[int]]] = {}
        for one in ids:
            if one in self._kinds:
                related.setdefault(self._kinds[one], []).append([one, self._keys[one]])
            else:
                plain.append(one)
        found: list[r.Row] = []
        for part in run.chunks(plain, 1_000):
            rows = self._ask("rows_of_records", ids=part)
            found += map(convert.record, rows)
        for kind, pairs in related.items():
            for slice_ in run.chunks(pairs, 2_000):
                rows = self._ask("rows_of_relations", convert.TYPES[kind], rows=slice_)
                found += map(convert.relation, rows)
        return sorted(found, key=lambda row: row.id)

    def _missing(self, source: int) -> Iterator[list[r.Row]]:
        if self._first == 1:
            return
        self._schema.indexes(KEYS)
        after = 0
        while True:
            rows = self._ask(
                "open_records", after=after, first=self._first, source=source, absent=r.ABSENT, size=_PAGE
            )
            ids = rows[0][0]
            if not ids:
                break
            after = ids[-1]
            for part in run.chunks((one for one in ids if not self._seen[one]), 1_000):
                self._kinds.clear()
                yield self._rows(part)
                self._flush_when_full()
        types = [convert.TYPES[one] for one in self._types.get(source, ()) if one in convert.TYPES]
        if not types:
            return
        self._schema.indexes((), types)
        last = self._ask("last_party")[0][0]
        for low in range(0, last, _PAGE // 2):
            rows = self._ask(
                "open_relations", low=low, high=low + _PAGE // 2, source=source, first=self._first
            )
            gone = [(one, kh, kind) for one, kh, kind in convert.columns(rows) if not self._seen[one]]
            for slice_ in run.chunks(gone, 2_000):
                self._kinds = {one: kind for one, _, kind in slice_}
                self._keys = {one: kh for one, kh, _ in slice_}
                yield self._rows([one for one, *_ in slice_])
                self._flush_when_full()

    def _open_before(self, source: int) -> int:
        before = self._before.get(source)
        return before[run.IN_FORCE] if before else 0

    def _add_source(self, dataset: str, name: str) -> int:
        number = max(self._names, default=0) + 1
        self._work.sources.append([number, dataset, name, []])
        self._types[number] = {}
        self._fresh[number] = set()
        return number
