"""Group commit: many callers, one writer at a time, one durable commit for everything that waits.

The first caller commits at once, without another thread; whoever comes while it writes waits, and one of
them then commits for all. The chain is extended only under the database's write lock, after its head was read
again, so that several processes may write one ledger.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from matching.ledger import schema
from matching.ledger.chain import Event, canonical, link
from matching.ledger.engine import Prepared, Row, impatient, is_duplicate, translate
from matching.ledger.model import LedgerError

T = TypeVar("T")

MAX_GROUP: Final = 256
"""Callers served by one commit; bounds how long the one who commits works for others."""


class Transaction:
    """An open write: the chain as it grows, and rows that go to the driver together when it ends."""

    def __init__(self, connection: Connection, seq: int, head: bytes) -> None:
        self.connection = connection
        self.seq = seq
        self.head = head
        self.events: list[Row] = []
        self.rows: dict[Prepared, list[Row]] = {}

    def append(
        self,
        kind: str,
        *,
        at: int,
        tenant: str,
        actor: str,
        ref: str,
        digest: str = "",
        data: dict[str, str] | None = None,
    ) -> int:
        """Add an event to the chain and return its number."""
        seq = self.seq + 1
        body = canonical(
            Event(
                seq=seq, kind=kind, at=at, tenant=tenant, actor=actor, ref=ref, digest=digest, data=data or {}
            )
        )
        head = link(self.head, body)
        self.events.append((seq, body, head))
        self.seq, self.head = seq, head
        return seq

    def add(self, statement: Prepared, row: Row) -> None:
        """Keep a row for the end of the transaction, where all rows of a statement go out in one call."""
        self.rows.setdefault(statement, []).append(row)


class _Ticket:
    """One caller's work, and where it waits for the outcome."""

    __slots__ = ("error", "gate", "promoted", "result", "work")

    def __init__(self, work: Callable[[Transaction], Any]) -> None:
        self.work = work
        self.gate: threading.Lock | None = None
        self.promoted = False
        self.result: Any = None
        self.error: BaseException | None = None


class GroupCommit:
    """The one way to write to the ledger."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where
        self._mutex = threading.Lock()
        self._queue: deque[_Ticket] = deque()
        self._leading = False
        self._connection: Connection | None = None
        head, event = schema.chain_head, schema.event
        self._read_head = Prepared(
            engine,
            select(head.c.seq, head.c.hash).where(head.c.id == bindparam("one")).with_for_update(),
            ("one",),
        )
        self._write_head = Prepared(
            engine,
            update(head).where(head.c.id == bindparam("one")).values(seq=bindparam("n"), hash=bindparam("h")),
            ("n", "h", "one"),
        )
        self._add_event = Prepared(engine, insert(event), ("seq", "body", "hash"))

    def submit(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction and return its result once that is on the disk.

        `work` may run twice (alone, when another caller's work in the same commit failed), so it has no
        effects but on the transaction.

        Raises:
            LedgerError: the database refused; nothing of `work` was kept.
        """
        ticket = _Ticket(work)
        with self._mutex:
            leads = not self._leading
            if leads:
                self._leading = True
            else:
                ticket.gate = threading.Lock()
                ticket.gate.acquire()
                self._queue.append(ticket)
        if ticket.gate is not None:
            ticket.gate.acquire()
            leads = ticket.promoted
        if leads:
            self._lead(ticket)
        if ticket.error is not None:
            if isinstance(ticket.error, LedgerError) and not leads:
                raise LedgerError(ticket.error.code, **ticket.error.params) from ticket.error
            raise ticket.error
        return cast(T, ticket.result)

    def close(self) -> None:
        """Release the writer's connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _lead(self, own: _Ticket) -> None:
        with self._mutex:
            group = [own]
            while self._queue and len(group) < MAX_GROUP:
                group.append(self._queue.popleft())
        try:
            self._commit(group)
        except BaseException as error:
            for ticket in group:
                ticket.error = error
            raise
        finally:
            with self._mutex:
                heir = self._queue.popleft() if self._queue else None
                if heir is None:
                    self._leading = False
                else:
                    heir.promoted = True
            for ticket in ([heir] if heir else []) + group[1:]:
                if ticket.gate is not None:
                    ticket.gate.release()

    def _commit(self, group: list[_Ticket]) -> None:
        try:
            self._attempt(group)
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
            if not is_duplicate(error):
                self._drop_connection()
            elif len(group) > 1:
                self._one_by_one(group)
                return
            failed = translate(error, self._where)
            failed.__cause__ = error
            for ticket in group:
                ticket.error = failed
        except Exception as error:  # noqa: BLE001 - one caller's failure is handed to that caller alone
            if len(group) > 1:
                self._one_by_one(group)
            else:
                group[0].error = error

    def _one_by_one(self, group: list[_Ticket]) -> None:
        for ticket in group:
            self._commit([ticket])

    def _attempt(self, group: list[_Ticket]) -> None:
        connection = self._connected()
        with connection.begin():
            cursor = connection.connection.cursor()
            head = self._read_head.first(cursor, (1,))
            if head is None:
                raise LedgerError("ledger.damaged", path=self._where, detail="chain_head")
            transaction = Transaction(connection, head[0], bytes(head[1]))
            results = [ticket.work(transaction) for ticket in group]
            if transaction.events:
                self._add_event.run_many(cursor, transaction.events)
                self._write_head.run_many(cursor, [(transaction.seq, transaction.head, 1)])
            for statement, rows in transaction.rows.items():
                statement.run_many(cursor, rows)
            cursor.close()
        for ticket, result in zip(group, results, strict=True):
            ticket.result = result

    def _connected(self) -> Connection:
        """The writer's connection; a new one where the server has closed it meanwhile: nothing was sent yet."""
        if self._connection is not None and not self._alive(self._connection):
            self._drop_connection()
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(ledger_write=True)
            impatient(self._connection)
        return self._connection

    def _alive(self, connection: Connection) -> bool:
        if self._engine.dialect.name == "sqlite":
            return True
        try:
            raw: Any = connection.connection.dbapi_connection
            return bool(self._engine.dialect.do_ping(raw))
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            return False

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
