"""Webhook messages that wait to be sent, with every attempt: an outbox, written in the commit that it tells of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, delete, func, insert, select, update

from graph.dates import from_micros, to_micros
from matching.ledger.engine import translated
from matching.ledger.schema import delivery
from matching.ledger.writer import GroupCommit, Transaction

PENDING: Final = "pending"
DELIVERED: Final = "delivered"
DEAD: Final = "dead"
"""Given up after the last attempt; somebody can send it again by hand."""
_PAGE: Final = 1_000


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one endpoint. `body` is sent as it is, at every attempt the same."""

    id: str
    tenant: str
    webhook: str
    event: str
    body: bytes
    created_at: datetime
    next_at: datetime
    state: str = PENDING
    attempts: int = 0
    tried_at: datetime | None = None
    status: int | None = None
    error: str = ""
    """What kept it from being delivered: a code, never the endpoint's own words."""


class Deliveries:
    """The outbox of a ledger."""

    def __init__(self, engine: Engine, writer: GroupCommit, where: str) -> None:
        self._engine = engine
        self._writer = writer
        self._where = where

    def put(self, messages: Sequence[Delivery]) -> None:
        """Keep messages to be sent."""
        if messages:
            self._writer.submit(lambda t: insert_deliveries(t.connection, messages))

    def get(self, name: str, *, tenant: str) -> Delivery | None:
        """One message of a tenant."""
        found = self._read(select(delivery).where(delivery.c.id == name, delivery.c.tenant == tenant))
        return found[0] if found else None

    def page(
        self, webhook: str, *, tenant: str, state: str = "", before: str = "", limit: int = 50
    ) -> list[Delivery]:
        """The messages to one endpoint, newest first; `before` is the id to go on from (ids are ordered by time)."""
        query = select(delivery).where(delivery.c.tenant == tenant, delivery.c.webhook == webhook)
        if state:
            query = query.where(delivery.c.state == state)
        if before:
            query = query.where(delivery.c.id < before)
        return self._read(query.order_by(delivery.c.id.desc()).limit(max(0, min(limit, _PAGE))))

    def due(self, by: datetime, limit: int) -> list[Delivery]:
        """Messages of every tenant whose time has come, the longest waiting first: for the worker only."""
        query = select(delivery).where(delivery.c.state == PENDING, delivery.c.next_at <= to_micros(by))
        return self._read(query.order_by(delivery.c.next_at, delivery.c.id).limit(limit))

    def tried(self, results: Sequence[Delivery]) -> None:
        """Record what became of attempts; one that somebody changed meanwhile is left as it is."""

        def work(transaction: Transaction) -> None:
            for one in results:
                place = (delivery.c.id == one.id) & (delivery.c.attempts == one.attempts - 1)
                transaction.connection.execute(update(delivery).where(place).values(_changing(one)))

        if results:
            self._writer.submit(work)

    def again(self, one: Delivery, at: datetime) -> Delivery:
        """Send a message once more from now on, whatever became of it."""
        fresh = msgspec.structs.replace(one, state=PENDING, next_at=at, error="", attempts=0)

        def work(transaction: Transaction) -> None:
            place = (delivery.c.id == one.id) & (delivery.c.tenant == one.tenant)
            transaction.connection.execute(update(delivery).where(place).values(_changing(fresh)))

        self._writer.submit(work)
        return fresh

    def forget(self, before: datetime) -> int:
        """Remove what was delivered or given up before an instant; how many."""

        def work(transaction: Transaction) -> int:
            old = (delivery.c.state != PENDING) & (delivery.c.created_at < to_micros(before))
            return int(transaction.connection.execute(delete(delivery).where(old)).rowcount)

        return self._writer.submit(work)

    def drop(self, webhook: str, *, tenant: str) -> None:
        """Send nothing more to an endpoint that was removed."""

        def work(transaction: Transaction) -> None:
            waiting = (
                (delivery.c.webhook == webhook)
                & (delivery.c.tenant == tenant)
                & (delivery.c.state == PENDING)
            )
            transaction.connection.execute(
                update(delivery).where(waiting).values(state=DEAD, error="removed")
            )

        self._writer.submit(work)

    def counts(self) -> dict[str, int]:
        """How many messages of all tenants stand in each state."""
        query = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        with translated(self._where), self._engine.connect() as connection:
            found = {str(state): int(count) for state, count in connection.execute(query)}
        return {state: found.get(state, 0) for state in (PENDING, DELIVERED, DEAD)}

    def _read(self, query: Any) -> list[Delivery]:
        with translated(self._where), self._engine.connect() as connection:
            return [_delivery(row) for row in connection.execute(query)]


def insert_deliveries(connection: Any, messages: Sequence[Delivery]) -> None:
    """Keep messages inside a transaction."""
    if messages:
        connection.execute(
            insert(delivery),
            [
                {
                    "id": one.id,
                    "tenant": one.tenant,
                    "webhook": one.webhook,
                    "event": one.event,
                    "body": one.body,
                    "created_at": to_micros(one.created_at),
                    **_changing(one),
                }
                for one in messages
            ],
        )


def _changing(one: Delivery) -> dict[str, Any]:
    return {
        "state": one.state,
        "attempts": one.attempts,
        "next_at": to_micros(one.next_at),
        "tried_at": None if one.tried_at is None else to_micros(one.tried_at),
        "status": one.status,
        "error": one.error,
    }


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        tenant=row.tenant,
        webhook=row.webhook,
        event=row.event,
        body=bytes(row.body),
        created_at=from_micros(row.created_at),
        next_at=from_micros(row.next_at),
        state=row.state,
        attempts=row.attempts,
        tried_at=None if row.tried_at is None else from_micros(row.tried_at),
        status=row.status,
        error=row.error,
    )
