"""The writing side of the store in Neo4j: runs, and what a publication is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import msgspec

from graph.dates import from_micros, iso, to_micros
from graph.store import Publication, SnapshotInfo, StoreError
from graph.stores import content
from graph.stores import rows as r
from graph.stores.bolt import convert, state
from graph.stores.bolt.schema import KEYS, SEARCH, Schema
from graph.stores.bolt.server import Asking, Held, Server
from graph.stores.bolt.stage import Run, Staged
from graph.stores.staging import Staging

T = TypeVar("T")
_BUSY_AFTER = 2.0
"""Seconds for which another writer is waited for."""
_UNDO = 5_000
_UNDO_PAGE = 20_000
_encode = msgspec.json.encode


class Writing(Staging[Run]):
    """`GraphWriter` without links and erasure."""

    _server: Server
    _schema: Schema
    _held: Held | None
    _run: Run | None

    def begin(self, token: str, snapshots: Sequence[SnapshotInfo]) -> int:
        """Stage the next generation, or go on with the run of the same token; returns its number.

        The snapshots given last are the ones that are published.

        Raises:
            StoreError: `store.busy`: another one is writing.
        """
        with self._writing():
            if self._run is not None:
                self._run.settle()
                self._run = None
            found = self._server.read(state.generations)
            staged = found[-1] if found and found[-1].recorded_at is None else None
            if staged is not None and staged.token != token:
                self._discard(staged.number)
                found, staged = found[:-1], None
            owner = uuid.uuid4().hex
            if staged is None:
                number = self._server.write(lambda ask: self._next_generation(ask, token, owner))
                found = self._server.read(state.generations)
                staged = found[-1]
            else:
                number = staged.number
                self._server.write(lambda ask: ask("own_generation", number=number, owner=owner))
            self._run = Run(
                self._server,
                self._schema,
                Staged(
                    number=number,
                    owner=owner,
                    step=staged.step,
                    staged=staged.staged,
                    first=staged.first_record,
                    next_record=staged.next_record,
                    next_party=staged.next_party,
                    figures=dict(staged.figures),
                    before=state.newest_figures(found[:-1]),
                    empty=staged.next_record == 1,
                ),
                snapshots,
            )
            return number

    def publish(self, recorded_at: datetime) -> Publication:
        """Make the staged generation the newest: one small transaction, after the indexes that readers need.

        Publications are in order of time: where the clock has gone back, the time is one microsecond after the
        last publication, and the one asked for is kept beside it.
        """
        run = self._staging()
        with self._writing():
            run.settle()
            changes = tuple(run.changes())
            self._schema.indexes(SEARCH)
            self._schema.indexes(KEYS, run.record_types(), wait=False)

            def finish(ask: Asking) -> tuple[int, int | None]:
                recorded, asked = clock(ask, recorded_at)
                _settle_pending(ask, from_micros(recorded))
                ask("delete_seen")
                finish_generation(ask, run.number, recorded, asked, run.snapshots)
                return recorded, asked

            recorded, asked = run.finish(finish)
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
        with self._writing():
            self._abandon()
            self._discard_staged()
            self._leave()

    def _where(self) -> str:
        return self._server.url

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Under the writer's lock. A failure gives up what was not committed, and the run."""
        if self._held is None:
            self._held = self._server.hold("lock_writer", _BUSY_AFTER)
        try:
            yield
        except BaseException:
            self._leave()
            raise

    def _abandon(self) -> None:
        """Give up the run; what is on its way arrives or fails first, so that nothing comes after."""
        run, self._run = self._run, None
        if run is not None:
            run.drain()

    def _leave(self) -> None:
        """Stop writing, let others write."""
        try:
            self._abandon()
        finally:
            held, self._held = self._held, None
            if held is not None:
                self._server.release(held)

    @contextmanager
    def _idle(self) -> Iterator[None]:
        """Under the lock, for a decision; what an interrupted load left staged is discarded."""
        if self._run is not None:
            raise StoreError("store.busy", path=self._server.url)
        with self._writing():
            self._discard_staged()
            yield
            self._leave()

    def _discard_staged(self) -> None:
        found = self._server.read(state.generations)
        if found and found[-1].recorded_at is None:
            self._discard(found[-1].number)

    def _next_generation(self, ask: Asking, token: str, owner: str) -> int:
        """Add the next generation, staged."""
        last = ask("last_generation")
        number, record, party = (last[0][0] + 1, last[0][1], last[0][2]) if last else (1, 1, 1)
        ask("create_generation", number=number, token=token, record=record, party=party, owner=owner)
        return int(number)

    def _discard(self, number: int) -> None:
        """Undo a staged run, a few thousand rows at a time: what it wrote goes, what it ended is open again.

        Interrupted, it is gone on with by whoever writes next, because nobody can resume the run.
        """
        first, end, party = self._server.write(lambda ask: ask("forget_token", number=number))[0]
        for low in range(first, end, _UNDO_PAGE):
            self._repeat("discard_records", low=low, high=low + _UNDO_PAGE)
        self._repeat("reopen_records", gen=number)
        last = self._server.ask("last_party")[0][0]
        if any(types for *_, types in self._server.ask("sources")):
            for low in range(0, last, _UNDO_PAGE):
                page = {"gen": number, "low": low, "high": low + _UNDO_PAGE}
                self._repeat("discard_relations", **page)
                self._repeat("reopen_relations", **page)
        self._repeat("discard_identifiers", gen=number)
        self._repeat("discard_names", gen=number)
        self._repeat("discard_parties", first=party)

        def rest(ask: Asking) -> None:
            ask("discard_bonds", gen=number)
            ask("reopen_bonds", gen=number)
            ask("delete_seen")
            ask("delete_generation", number=number)

        self._server.write(rest)

    def _repeat(self, name: str, **parameters: object) -> None:
        while self._server.write(lambda ask: ask(name, size=_UNDO, **parameters))[0][0] >= _UNDO:
            pass

    def _decided(self, token: str, recorded_at: datetime, work: Callable[[Asking, int, int], T]) -> T:
        """Publish a generation that one decision makes, with `work` in its transaction."""
        owner = uuid.uuid4().hex

        def unit(ask: Asking) -> T:
            recorded, asked = clock(ask, recorded_at)
            number = self._next_generation(ask, token, owner)
            result = work(ask, number, recorded)
            finish_generation(ask, number, recorded, asked, ())
            return result

        return self._server.write(unit)


def clock(ask: Asking, recorded_at: datetime) -> tuple[int, int | None]:
    """The time of a publication, and the one asked for where they differ (microseconds)."""
    asked = to_micros(recorded_at)
    last = ask("last_recorded")[0][0]
    return (asked, None) if last is None or asked > last else (last + 1, asked)


def finish_generation(
    ask: Asking, number: int, recorded: int, asked: int | None, snapshots: Sequence[SnapshotInfo]
) -> None:
    """Publish a generation."""
    ask(
        "finish_generation",
        number=number,
        recorded=recorded,
        asked=asked,
        snapshots=_encode(list(snapshots)).decode(),
        published=iso(from_micros(recorded)),
    )


def _settle_pending(ask: Asking, at: datetime) -> None:
    """Date the exits whose snapshot does not say when it was taken."""
    changed = []
    for row in map(convert.record, ask("pending_records")):
        listing = r.at_publication(r.decode_listing(row.doc), at)
        own = listing.events[len(listing.events) - len(r.own_events(row)) :]
        doc, digest = content.document(listing)
        changed.append([row.id, doc.decode(), digest, _encode(own)])
    if changed:
        ask("date_records", rows=changed)
