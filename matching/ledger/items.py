"""Items: what people open, work on and close beside decisions (measures, objections, repairs, cases, monitors …).

An item has a state, a version that every change raises, and a body whose shape belongs to its kind. Each version is an
event of the chain, so that an altered, missing or invented one is found. Reading never needs the chain's whole length.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from graph.dates import from_micros, to_micros
from matching.ledger.chain import SALT_BYTES, agrees, decode, octets, salted
from matching.ledger.engine import translated
from matching.ledger.erasing import CLEAR_ITEMS, coded, erase_item, scrub
from matching.ledger.model import Draft, Item, LedgerError
from matching.ledger.schema import event, item, item_key, item_version
from matching.ledger.writer import GroupCommit, Transaction

PAGE_LIMIT = 1_000
"""Items handed out by one call."""

_FOUND = (
    select(
        item,
        item_version.c.salt,
        item_version.c.body,
        item_version.c.erased_seq,
        event.c.body.label("event_body"),
    )
    .join(item_version, item_version.c.event_seq == item.c.event_seq)
    .join(event, event.c.seq == item.c.event_seq)
)


class Items:
    """The items of a ledger."""

    def __init__(self, engine: Engine, writer: GroupCommit, where: str) -> None:
        self._engine = engine
        self._writer = writer
        self._where = where

    def put(self, draft: Draft, *, tenant: str, actor: str, at: datetime, expect: int | None = None) -> Item:
        """Record a new item, or the next version of one; it is on the disk when this returns.

        Args:
            draft: kind, id, state, body and the keys under which it is looked up.
            tenant: whose it is; another tenant's item of that id is never found or changed.
            actor: who does it (a user or key name, never a secret).
            at: when.
            expect: the version that the caller saw; None for a new item.

        Raises:
            LedgerError: `ledger.item_exists`, `ledger.item_stale` (somebody was faster), `ledger.no_item`; nothing
                was kept.
        """
        return self.put_many([(draft, expect)], tenant=tenant, actor=actor, at=at)[0]

    def put_many(
        self,
        drafts: Sequence[tuple[Draft, int | None]],
        *,
        tenant: str,
        actor: str,
        at: datetime,
        also: Callable[[Transaction], None] | None = None,
    ) -> list[Item]:
        """Record several in one durable commit: all of them or, with an error, none; `also` writes rows beside them."""
        salts = [os.urandom(SALT_BYTES) for _ in drafts]

        def work(transaction: Transaction) -> list[Item]:
            written = [
                write_item(transaction, draft, expect, salt, tenant, actor, at)
                for (draft, expect), salt in zip(drafts, salts, strict=True)
            ]
            if also is not None:
                also(transaction)
            return written

        return self._writer.submit(work) if drafts else []

    def get(self, kind: str, name: str, *, tenant: str) -> Item | None:
        """The newest version of an item, checked against the chain; None when the tenant has no such one."""
        found = self._read(_FOUND.where(item.c.kind == kind, item.c.id == name, item.c.tenant == tenant))
        return found[0] if found else None

    def page(
        self,
        kind: str,
        *,
        tenant: str,
        state: str | None = None,
        key: str | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> list[Item]:
        """Items of a kind, last changed first; `before` is the `event_seq` to go on from.

        With `after`, those changed since that event, oldest first.
        """
        query = _FOUND.where(item.c.kind == kind, item.c.tenant == tenant)
        if state is not None:
            query = query.where(item.c.state == state)
        if key is not None:
            keyed = select(item_key.c.id).where(
                item_key.c.kind == kind, item_key.c.key == key, item_key.c.tenant == tenant
            )
            query = query.where(item.c.id.in_(keyed))
        if before is not None:
            query = query.where(item.c.event_seq < before)
        if after is not None:
            query = query.where(item.c.event_seq > after)
        order = item.c.event_seq.desc() if after is None else item.c.event_seq
        return self._read(query.order_by(order).limit(max(0, min(limit, PAGE_LIMIT))))

    def due(self, kind: str, *, by: datetime, state: str, limit: int = 100) -> list[Item]:
        """Items of every tenant in a state whose time has come, the longest waiting first: for workers only."""
        query = _FOUND.where(item.c.kind == kind, item.c.state == state, item.c.due_at <= to_micros(by))
        return self._read(query.order_by(item.c.due_at, item.c.event_seq).limit(min(limit, PAGE_LIMIT)))

    def with_key(
        self, kind: str, keys: Sequence[str], *, after: int = 0, limit: int = PAGE_LIMIT
    ) -> list[Item]:
        """Items of every tenant under any of the keys, oldest change first, from `after` on: for workers only."""
        names = select(item_key.c.id).where(item_key.c.kind == kind, item_key.c.key.in_(keys))
        query = _FOUND.where(item.c.kind == kind, item.c.id.in_(names), item.c.event_seq > after)
        return self._read(query.order_by(item.c.event_seq).limit(limit))

    def last(self, kind: str, *, tenant: str) -> int:
        """The event of a tenant's newest change of a kind; 0 without any."""
        query = select(func.max(item.c.event_seq)).where(item.c.tenant == tenant, item.c.kind == kind)
        with translated(self._where), self._engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def openings(self, kind: str, *, tenant: str, after: datetime) -> list[tuple[str, datetime]]:
        """The keys of a tenant's items that are opened after an instant, each with its opening."""
        query = (
            select(item_key.c.key, item.c.opening_at)
            .join(item, (item.c.kind == item_key.c.kind) & (item.c.id == item_key.c.id))
            .where(item.c.kind == kind, item.c.tenant == tenant, item.c.opening_at > to_micros(after))
        )
        with translated(self._where), self._engine.connect() as connection:
            return [(row.key, from_micros(row.opening_at)) for row in connection.execute(query)]

    def history(self, kind: str, name: str, *, tenant: str) -> list[Item]:
        """Every version of an item, oldest first."""
        query = (
            select(item_version, event.c.body.label("event_body"))
            .join(event, event.c.seq == item_version.c.event_seq)
            .where(item_version.c.kind == kind, item_version.c.id == name, item_version.c.tenant == tenant)
            .order_by(item_version.c.event_seq)
        )
        return self._read(query)

    def erase(
        self,
        kind: str,
        name: str,
        *,
        tenant: str,
        actor: str,
        at: datetime,
        ground: str = "erasure_request",
        also: Callable[[Transaction], None] | None = None,
        last: bool = True,
    ) -> None:
        """Blank what every version of an item says; that it was there, and its states, stay in the chain.

        `also` removes rows beside it in the same commit. Of many that are erased the `last` one also clears what was
        blanked out of the files. Doing it twice changes nothing.

        Raises:
            LedgerError: `ledger.no_item`; `ledger.busy`: blanked, but the files hold it until it is erased again.
        """
        moment, why = to_micros(at), coded(ground)

        def work(transaction: Transaction) -> None:
            erase_item(transaction, kind, name, tenant=tenant, actor=actor, moment=moment, ground=why)
            if also is not None:
                also(transaction)

        self._writer.submit(work)
        if last:
            scrub(self._engine, self._where, CLEAR_ITEMS)

    def _read(self, query: Select[Any]) -> list[Item]:
        with translated(self._where), self._engine.connect() as connection:
            return [self._item(row) for row in connection.execute(query)]

    def _item(self, row: Any) -> Item:
        """A row as an item.

        Raises:
            LedgerError: `ledger.tampered` when row and event do not agree.
        """
        one = decode(octets(row.event_body))
        if (
            one is None
            or one.kind != "item"
            or (one.seq, one.ref, one.tenant) != (row.event_seq, f"{row.kind}/{row.id}", row.tenant)
            or (row.erased_seq is None and not agrees(row.salt, row.body, one.digest))
        ):
            raise LedgerError("ledger.tampered", path=self._where, seq=row.event_seq)
        data = one.data
        opening, due = data.get("opening_at"), data.get("due_at")
        return Item(
            kind=row.kind,
            id=row.id,
            tenant=row.tenant,
            version=int(data["version"]),
            state=data["state"],
            owner=data["owner"],
            actor=one.actor,
            created_at=from_micros(int(data["created_at"])),
            changed_at=from_micros(one.at),
            opening_at=from_micros(int(opening)) if opening else None,
            due_at=from_micros(int(due)) if due else None,
            event_seq=row.event_seq,
            body=None if row.erased_seq is not None else octets(row.body),
        )


def write_item(
    transaction: Transaction,
    draft: Draft,
    expect: int | None,
    salt: bytes,
    tenant: str,
    actor: str,
    at: datetime,
    *,
    anew: bool = False,
) -> Item:
    """Write a version inside a transaction that records other things with it.

    A version that was erased is seen by nobody: whoever read it before can't write again what it said. Only the
    erasure itself records `anew` what is left of it.

    Raises:
        LedgerError: as `Items.put`.
    """
    connection, moment = transaction.connection, to_micros(at)
    place = (item.c.kind == draft.kind) & (item.c.id == draft.id)
    # Rows wait for the end of the transaction; what this one wrote before has to be seen here.
    before = connection.execute(select(item).where(place)).one_or_none()
    if before is not None and (expect is None or before.tenant != tenant):
        raise LedgerError("ledger.item_exists", kind=draft.kind, id=draft.id)
    if before is None and expect is not None:
        raise LedgerError("ledger.no_item", kind=draft.kind, id=draft.id)
    if before is not None and (
        before.version != expect or (not anew and _erased(connection, before.event_seq))
    ):
        raise LedgerError("ledger.item_stale", kind=draft.kind, id=draft.id, version=before.version)
    version = 1 if before is None else before.version + 1
    owner = actor if before is None else before.owner
    created = moment if before is None else before.created_at
    opening = None if draft.opening_at is None else to_micros(draft.opening_at)
    due = None if draft.due_at is None else to_micros(draft.due_at)
    data = {"version": str(version), "state": draft.state, "owner": owner, "created_at": str(created)}
    data |= {} if opening is None else {"opening_at": str(opening)}
    data |= {} if due is None else {"due_at": str(due)}
    seq = transaction.append(
        "item",
        at=moment,
        tenant=tenant,
        actor=actor,
        ref=f"{draft.kind}/{draft.id}",
        digest=salted(salt, draft.body),
        data=data,
    )
    row = {"event_seq": seq, "version": version, "state": draft.state, "opening_at": opening, "due_at": due}
    name = {"kind": draft.kind, "id": draft.id, "tenant": tenant}
    connection.execute(insert(item_version).values(**name, event_seq=seq, salt=salt, body=draft.body))
    if before is None:
        connection.execute(insert(item).values(**name, **row, owner=owner, created_at=created))
    else:
        connection.execute(update(item).where(place).values(**row))
        connection.execute(delete(item_key).where(item_key.c.kind == draft.kind, item_key.c.id == draft.id))
    keys = [{**name, "key": key} for key in dict.fromkeys(draft.keys)]
    if keys:
        connection.execute(insert(item_key), keys)
    return Item(
        kind=draft.kind,
        id=draft.id,
        tenant=tenant,
        version=version,
        state=draft.state,
        owner=owner,
        actor=actor,
        created_at=from_micros(created),
        changed_at=from_micros(moment),
        opening_at=draft.opening_at,
        due_at=draft.due_at,
        event_seq=seq,
        body=draft.body,
    )


def _erased(connection: Connection, event_seq: int) -> bool:
    """Whether a version was blanked; one that this transaction writes is not there yet, and was not."""
    query = select(item_version.c.erased_seq).where(item_version.c.event_seq == event_seq)
    return connection.execute(query).scalar() is not None


def read_body(found: Item, shape: type[Any]) -> Any:
    """An item's body as the document that its kind says it is.

    Raises:
        LedgerError: `ledger.erased`.
    """
    if found.body is None:
        raise LedgerError("ledger.erased", kind=found.kind, id=found.id)
    return msgspec.json.decode(found.body, type=shape)
