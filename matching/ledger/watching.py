"""Who is watched, what was found of them last, and what has changed since: rows that a million may stand in.

An upload of many is one event of the chain (the version of the monitor or tender that it belongs to), and so is every
step of re-screening with what it told. A step is one commit: the changes that it tells, what was found, how far the
work has come. So nothing is lost and nothing told twice, wherever a process dies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, bindparam, delete, func, insert, select, update

from graph.dates import from_micros, to_micros
from matching.ledger.chain import SALT_BYTES
from matching.ledger.deliveries import Delivery, insert_deliveries
from matching.ledger.engine import translated
from matching.ledger.items import Items, write_item
from matching.ledger.model import Draft, Item, LedgerError
from matching.ledger.record import PreparedDecision
from matching.ledger.schema import watch_change, watch_state, watched
from matching.ledger.sealing import Resealed, reseal
from matching.ledger.statements import Statements
from matching.ledger.watchrows import (
    CHANGE_BITS,
    Change,
    NewWatched,
    Outcome,
    Progress,
    Told,
    Watched,
    digest,
)
from matching.ledger.writer import GroupCommit, Transaction

WAITING: Final = 0
"""Added, and not yet screened."""
SCREENED: Final = 1
_BITS: Final = 20
"""Rows of one upload: their numbers are those of its event with so many bits behind."""
MOST_ROWS: Final = 1 << _BITS
_PAGE: Final = 1_000


class Watching:
    """The watched parties and tenders of a ledger, and their changes."""

    def __init__(
        self, engine: Engine, writer: GroupCommit, sql: Statements, items: Items, where: str
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._sql = sql
        self._items = items
        self._where = where

    # who is watched

    def add(
        self,
        draft: Draft,
        rows: Sequence[NewWatched],
        *,
        tenant: str,
        actor: str,
        at: datetime,
        expect: int | None = None,
        replace: bool = False,
        owner: str = "",
        decisions: Resealed | None = None,
    ) -> Item:
        """Record a version of a monitor or tender together with those who are watched from now on; one commit.

        Args:
            draft: the version; `kind` and `id` name what the rows belong to.
            rows: at most `MOST_ROWS`.
            tenant: whose.
            actor: who does it.
            at: when.
            expect: the version that the caller saw; None for a new one.
            replace: the rows stand instead of those that were there before.
            owner: who may see before the opening what is found of them; `actor` unless given.
            decisions: those that are sealed until the version's opening from now on.

        Raises:
            ValueError: too many rows.
            LedgerError: as `Items.put`; nothing was kept.
        """
        if len(rows) > MOST_ROWS:
            raise ValueError("too many rows for one upload")

        def also(transaction: Transaction) -> None:
            if decisions is not None:
                reseal(transaction.connection, decisions, tenant=tenant, opening=draft.opening_at, at=at)
            if replace:
                transaction.connection.execute(delete(watched).where(_of(draft.kind, draft.id, tenant)))
            base = transaction.seq << _BITS
            opening = None if draft.opening_at is None else to_micros(draft.opening_at)
            for begin in range(0, len(rows), 10_000):
                transaction.connection.execute(
                    insert(watched),
                    [
                        {
                            "id": base + begin + place,
                            "tenant": tenant,
                            "kind": draft.kind,
                            "item": draft.id,
                            "ref": row.ref,
                            "owner": owner or actor,
                            "opening_at": opening,
                            "state": WAITING,
                            "version": 1,
                            "due_at": None,
                            "keys": row.traces,
                            "party": row.party,
                            "found": row.found,
                        }
                        for place, row in enumerate(rows[begin : begin + 10_000])
                    ],
                )

        return self._items.put_many([(draft, expect)], tenant=tenant, actor=actor, at=at, also=also)[0]

    def end(self, draft: Draft, *, tenant: str, actor: str, at: datetime, expect: int) -> Item:
        """Record the last version of a monitor or tender and forget those who were watched for it.

        Raises:
            LedgerError: as `Items.put`.
        """

        def also(transaction: Transaction) -> None:
            transaction.connection.execute(delete(watched).where(_of(draft.kind, draft.id, tenant)))

        return self._items.put_many([(draft, expect)], tenant=tenant, actor=actor, at=at, also=also)[0]

    def reseal(
        self,
        draft: Draft,
        *,
        tenant: str,
        actor: str,
        at: datetime,
        expect: int,
        decisions: Resealed | None = None,
        alerts: Sequence[tuple[Draft, int]] = (),
    ) -> Item:
        """Record a version of a tender whose opening was put at another time; what was found is sealed until then.

        With `decisions` its decisions, the matches that they ask about and its alerts are so too, and who is watched
        is screened again: what a step that is under way found was sealed until the time before.

        Raises:
            LedgerError: as `Items.put`.
        """
        opening = None if draft.opening_at is None else to_micros(draft.opening_at)

        def also(transaction: Transaction) -> None:
            for table in (watched, watch_change):
                place = (table.c.tenant == tenant) & (table.c.kind == draft.kind) & (table.c.item == draft.id)
                transaction.connection.execute(update(table).where(place).values(opening_at=opening))
            if decisions is not None:
                again = {"state": WAITING, "version": watched.c.version + 1}
                transaction.connection.execute(
                    update(watched).where(_of(draft.kind, draft.id, tenant)).values(again)
                )
                reseal(transaction.connection, decisions, tenant=tenant, opening=draft.opening_at, at=at)

        versions: list[tuple[Draft, int | None]] = [(draft, expect), *alerts]
        return self._items.put_many(versions, tenant=tenant, actor=actor, at=at, also=also)[0]

    def remove(
        self, draft: Draft, number: int, *, tenant: str, actor: str, at: datetime, expect: int
    ) -> Item:
        """Record the version of a monitor in which one of its parties is no longer watched.

        Raises:
            LedgerError: `ledger.no_item`: no such party there; else as `Items.put`.
        """

        def also(transaction: Transaction) -> None:
            gone = transaction.connection.execute(
                delete(watched).where(_of(draft.kind, draft.id, tenant), watched.c.id == number)
            )
            if not gone.rowcount:
                raise LedgerError("ledger.no_item", kind=draft.kind, id=draft.id)

        return self._items.put_many([(draft, expect)], tenant=tenant, actor=actor, at=at, also=also)[0]

    def of(self, kind: str, name: str, *, tenant: str, after: int = 0, limit: int = 50) -> list[Watched]:
        """Those watched for one monitor or tender, in the order in which they came."""
        query = select(watched).where(_of(kind, name, tenant), watched.c.id > after)
        return self._rows(query.order_by(watched.c.id).limit(max(0, min(limit, _PAGE))))

    def count(self, kind: str, name: str, *, tenant: str) -> int:
        """How many are watched for one monitor or tender."""
        with translated(self._where), self._engine.connect() as connection:
            query = select(func.count()).select_from(watched).where(_of(kind, name, tenant))
            return int(connection.execute(query).scalar_one())

    # for the re-screening, over all tenants

    def any(self) -> bool:
        """Whether anybody is watched."""
        with translated(self._where), self._engine.connect() as connection:
            return connection.execute(select(watched.c.id).limit(1)).first() is not None

    def traces(self) -> Iterator[tuple[int, bytes]]:
        """By what everybody watched is found, a million in a few seconds."""
        with translated(self._where), self._engine.connect() as connection:
            query = select(watched.c.id, watched.c["keys"]).order_by(watched.c.id)
            for part in connection.execution_options(yield_per=20_000).execute(query).partitions():
                yield from ((number, bytes(found)) for number, found in part)

    def take(self, numbers: Sequence[int]) -> list[Watched]:
        """The rows of these numbers that are still watched, in order."""
        return self._rows(select(watched).where(watched.c.id.in_(list(numbers))).order_by(watched.c.id))

    def waiting(self, limit: int) -> list[Watched]:
        """Those not yet screened, the first come first."""
        query = select(watched).where(watched.c.state == WAITING).order_by(watched.c.id)
        return self._rows(query.limit(limit))

    def due(self, by: datetime, limit: int) -> list[Watched]:
        """Those for whom time alone may have changed something, the longest waiting first."""
        query = select(watched).where(watched.c.due_at <= to_micros(by)).order_by(watched.c.due_at)
        return self._rows(query.limit(limit))

    def after(self, number: int, limit: int) -> list[Watched]:
        """Everybody watched, in the order of their numbers: for a change that can touch all."""
        return self._rows(select(watched).where(watched.c.id > number).order_by(watched.c.id).limit(limit))

    def progress(self, name: str) -> Progress | None:
        """How far a piece of work has come."""
        with translated(self._where), self._engine.connect() as connection:
            row = connection.execute(select(watch_state).where(watch_state.c.name == name)).one_or_none()
        return None if row is None else Progress(row.version, bytes(row.value))

    def step(
        self,
        outcomes: Sequence[Outcome],
        *,
        at: datetime,
        progress: tuple[str, int, bytes] | None = None,
        messages: Callable[[list[Told]], list[Delivery]] = lambda _: [],
    ) -> list[Told]:
        """Record what a step of re-screening found and how far the work has come; all of it or, with an error, none.

        Whoever was changed, removed or decided by another process since the outcome's row was read is left as it is.

        Args:
            outcomes: of the parties and tenders that were decided.
            at: when.
            progress: name, version that was seen (0: none yet) and new value; `ledger.stale_work` if not.
            messages: makes the webhook messages of what was told, to be kept in the same commit.

        Raises:
            LedgerError: `ledger.stale_work`; nothing was kept.
        """
        moment = to_micros(at)
        prepared = {o.row.id: PreparedDecision(o.entry, self._sql) for o in outcomes if o.entry is not None}

        def work(transaction: Transaction) -> list[Told]:
            connection = transaction.connection
            if progress is not None:
                _advance(connection, *progress)
            numbers = [outcome.row.id for outcome in outcomes]
            query = select(watched.c.id, watched.c.version).where(watched.c.id.in_(numbers))
            known = {row.id: row.version for row in connection.execute(query)}
            mine = [outcome for outcome in outcomes if known.get(outcome.row.id) == outcome.row.version]
            told = _tell(transaction, mine, moment)
            for outcome in mine:
                decided = prepared.get(outcome.row.id)
                if decided is not None:
                    decided.write(transaction)
                for draft, expect in outcome.drafts:
                    own, salt = outcome.row, os.urandom(SALT_BYTES)
                    write_item(transaction, draft, expect, salt, own.tenant, own.owner, at)
            if mine:
                connection.execute(_KEEP, [_kept(outcome) for outcome in mine])
            insert_deliveries(connection, messages(told))
            return told

        return self._writer.submit(work)

    # what changed

    def changes(
        self, *, tenant: str, after: int = 0, limit: int = 50, kind: str = "", item: str = "", watched: int = 0,
        newest: bool = False,
    ) -> list[Change]:  # fmt: skip
        """A tenant's changes after one, oldest first; `kind` and `item` narrow them to one monitor or tender.

        `watched` narrows them to one party of it; with `newest` they are the last ones, the newest first.
        """
        query = select(watch_change).where(watch_change.c.tenant == tenant, watch_change.c.seq > after)
        if item:
            query = query.where(watch_change.c.kind == kind, watch_change.c.item == item)
        if watched:
            query = query.where(watch_change.c.watched == watched)
        query = query.order_by(watch_change.c.seq.desc() if newest else watch_change.c.seq)
        query = query.limit(max(0, min(limit, _PAGE)))
        with translated(self._where), self._engine.connect() as connection:
            return [_change(row) for row in connection.execute(query)]

    def last_change(self, *, tenant: str) -> int:
        """The newest change's number; 0 without any: where somebody begins who wants only what comes."""
        with translated(self._where), self._engine.connect() as connection:
            query = select(func.max(watch_change.c.seq)).where(watch_change.c.tenant == tenant)
            return int(connection.execute(query).scalar() or 0)

    def _rows(self, query: Any) -> list[Watched]:
        with translated(self._where), self._engine.connect() as connection:
            return [_watched(row) for row in connection.execute(query)]


def _of(kind: str, name: str, tenant: str) -> Any:
    return (watched.c.tenant == tenant) & (watched.c.kind == kind) & (watched.c.item == name)


def _advance(connection: Any, name: str, version: int, value: bytes) -> None:
    known = connection.execute(select(watch_state.c.version).where(watch_state.c.name == name)).scalar()
    if (known or 0) != version:
        raise LedgerError("ledger.stale_work", name=name)
    if known is None:
        connection.execute(insert(watch_state).values(name=name, version=1, value=value))
    else:
        row = update(watch_state).where(watch_state.c.name == name)
        connection.execute(row.values(version=version + 1, value=value))


def _tell(transaction: Transaction, outcomes: Sequence[Outcome], moment: int) -> list[Told]:
    """Record the changes, one event for each monitor or tender (and for every few thousand)."""
    groups: dict[tuple[str, str, str], list[tuple[Outcome, bytes]]] = {}
    for outcome in outcomes:
        row = outcome.row
        for change in outcome.changes:
            groups.setdefault((row.tenant, row.kind, row.item), []).append((outcome, change))
    told = []
    for (tenant, kind, item), every in groups.items():
        for begin in range(0, len(every), 1 << CHANGE_BITS):
            part = every[begin : begin + (1 << CHANGE_BITS)]
            seq = transaction.append(
                "watch",
                at=moment,
                tenant=tenant,
                actor="watch",
                ref=f"{kind}/{item}",
                digest=digest(change for _, change in part),
                data={"changes": str(len(part))},
            )
            rows = [
                {
                    "seq": (seq << CHANGE_BITS) + place,
                    "tenant": tenant,
                    "kind": kind,
                    "item": item,
                    "watched": outcome.row.id,
                    "owner": outcome.row.owner,
                    "opening_at": None
                    if outcome.row.opening_at is None
                    else to_micros(outcome.row.opening_at),
                    "at": moment,
                    "body": change,
                }
                for place, (outcome, change) in enumerate(part)
            ]
            transaction.connection.execute(insert(watch_change), rows)
            told.append(
                Told(
                    tenant=tenant,
                    kind=kind,
                    item=item,
                    opening_at=part[0][0].row.opening_at,
                    changes=len(part),
                    first=seq << CHANGE_BITS,
                    last=(seq << CHANGE_BITS) + len(part) - 1,
                )
            )
    return told


_KEEP: Final = (
    update(watched)
    .where(watched.c.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "version", "due_at", "found", "keys")})
)


def _kept(outcome: Outcome) -> dict[str, Any]:
    return {
        "row": outcome.row.id,
        "new_state": SCREENED,
        "new_version": outcome.row.version + 1,
        "new_due_at": None if outcome.due_at is None else to_micros(outcome.due_at),
        "new_found": outcome.found,
        "new_keys": outcome.traces,
    }


def _when(value: int | None) -> datetime | None:
    return None if value is None else from_micros(value)


def _watched(row: Any) -> Watched:
    return Watched(
        id=row.id,
        tenant=row.tenant,
        kind=row.kind,
        item=row.item,
        ref=row.ref,
        owner=row.owner,
        opening_at=_when(row.opening_at),
        state=row.state,
        version=row.version,
        due_at=_when(row.due_at),
        traces=bytes(row._mapping["keys"]),
        party=None if row.party is None else bytes(row.party),
        found=None if row.found is None else bytes(row.found),
    )


def _change(row: Any) -> Change:
    return Change(
        seq=row.seq,
        tenant=row.tenant,
        kind=row.kind,
        item=row.item,
        watched=row.watched,
        owner=row.owner,
        opening_at=_when(row.opening_at),
        at=from_micros(row.at),
        body=None if row.body is None else bytes(row.body),
    )
