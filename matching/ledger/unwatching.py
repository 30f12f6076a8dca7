"""Erasing a decision where its parties are watched: whoever its request names is watched no more, and what alerts and
changes told of them goes.

A party or tender that stayed would be decided anew at the next change of a list, and everything that was erased would
stand in the ledger again.
"""

from __future__ import annotations

import os
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
)

from graph.dates import from_micros
from matching.ledger.chain import SALT_BYTES
from matching.ledger.erasing import erase_item
from matching.ledger.items import write_item
from matching.ledger.model import Draft
from matching.ledger.schema import item, item_key, item_version, watch_change, watched
from matching.ledger.untelling import untell
from matching.ledger.writer import Transaction

TENDER: Final = "tender"
ALERT: Final = "alert"
"""Kinds of items that name the decision with which they came to be, and are found by it."""
CLOSED: Final = "closed"


class Sought(NamedTuple):
    """Who and what an erasure concerns, as it was found before the write: looking through all takes its time."""

    watched: frozenset[int] = frozenset()
    tenders: frozenset[str] = frozenset()
    alerts: frozenset[str] = frozenset()
    changes: frozenset[int] = frozenset()
    newest: tuple[int, int, int] = (0, 0, 0)
    """The last of those watched, of items' versions and of changes when it was looked: later ones are looked at in
    the write."""


def look(
    connection: Connection, decision_id: str, request: bytes | None, tenant: str, before: Sought | None = None
) -> Sought:
    """Find who is watched by a decision's request, and what alerts and changes say of it.

    Args:
        connection: any, while others write; or that of the write.
        decision_id: the decision.
        request: what it answered; None where that was blanked before.
        tenant: whose.
        before: what was found before; only what came since is looked at, and both are answered.
    """
    before = before or Sought()
    rows, versions, told = before.newest
    found = _texts(connection, select(watched.c.id).where(
        watched.c.tenant == tenant, watched.c.id > rows,
        or_(_holds(connection, watched.c.found, decision_id),
            *([] if request is None else [watched.c.party == request])),
    ))  # fmt: skip
    tenders = _texts(connection, select(item.c.id).join(
        item_version, item_version.c.event_seq == item.c.event_seq
    ).where(
        item.c.tenant == tenant, item.c.kind == TENDER, item.c.event_seq > versions,
        _holds(connection, item_version.c.body, decision_id),
    ))  # fmt: skip
    alerts = _texts(connection, select(item_version.c.id).where(
        item_version.c.kind == ALERT, item_version.c.tenant == tenant, item_version.c.event_seq > versions,
        _holds(connection, item_version.c.body, decision_id),
    ))  # fmt: skip
    changes = _texts(connection, select(watch_change.c.seq).where(
        watch_change.c.tenant == tenant, watch_change.c.seq > told,
        _holds(connection, watch_change.c.body, decision_id),
    ))  # fmt: skip
    return Sought(
        before.watched | found, before.tenders | tenders, before.alerts | alerts, before.changes | changes
    )


def look_first(connection: Connection, decision_id: str, request: bytes | None, tenant: str) -> Sought:
    """The same before the write: what is recorded while this looks is left to the write."""
    places = (watched.c.id, item_version.c.event_seq, watch_change.c.seq)
    rows, versions, told = (connection.execute(select(func.max(one))).scalar() or 0 for one in places)
    return look(connection, decision_id, request, tenant)._replace(newest=(rows, versions, told))


def _texts(connection: Connection, query: Select[Any]) -> frozenset[Any]:
    return frozenset(connection.execute(query).scalars())


def forget_watched(
    transaction: Transaction,
    decision_id: str,
    request: bytes | None,
    *,
    tenant: str,
    actor: str,
    moment: int,
    ground: str,
    sought: Sought | None = None,
) -> None:
    """Forget inside a write who is watched by a decision's request, and blank the alerts and changes that tell of it.

    Args:
        transaction: the write.
        decision_id: the decision that is erased.
        request: what it answered; None where that was blanked before.
        tenant: whose.
        actor: who erases.
        moment: when, in microseconds.
        ground: the code of the ground.
        sought: what `look_first` found before the write.
    """
    connection = transaction.connection
    found = look(connection, decision_id, request, tenant, sought)
    mine = or_(
        watched.c.id.in_(found.watched), and_(watched.c.kind == TENDER, watched.c.item.in_(found.tenders))
    )
    query = select(watched.c.id, watched.c.kind, watched.c.item).where(watched.c.tenant == tenant, mine)
    rows = list(connection.execute(query.order_by(watched.c.id)))
    numbers = [row.id for row in rows]
    about = select(item_key.c.id).where(
        item_key.c.kind == ALERT,
        item_key.c.tenant == tenant,
        item_key.c.key.in_([f"watched:{number}" for number in numbers]),
    )
    for name in sorted(found.alerts | _texts(connection, about)):
        _close(transaction, name, tenant=tenant, actor=actor, moment=moment)
        erase_item(transaction, ALERT, name, tenant=tenant, actor=actor, moment=moment, ground=ground)
    untell(
        transaction, found.changes, [(row.kind, row.item, row.id) for row in rows],
        tenant=tenant, actor=actor, moment=moment, ground=ground,
    )  # fmt: skip
    places: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        places.setdefault((row.kind, row.item), []).append(row.id)
    for (kind, name), numbers in places.items():
        connection.execute(delete(watched).where(watched.c.id.in_(numbers)))
        data = {"ground": ground, "watched": str(len(numbers))}
        transaction.append(
            "erasure", at=moment, tenant=tenant, actor=actor, ref=f"watched/{kind}/{name}", data=data
        )


def _close(transaction: Transaction, name: str, *, tenant: str, actor: str, moment: int) -> None:
    """An alert that says nothing any more waits for nobody; whoever has seen what it said can't write that again."""
    row = transaction.connection.execute(
        select(item).where(item.c.kind == ALERT, item.c.id == name, item.c.tenant == tenant)
    ).one()
    opening = None if row.opening_at is None else from_micros(row.opening_at)
    draft = Draft(kind=ALERT, id=name, state=CLOSED, body=b"{}", opening_at=opening)
    salt = os.urandom(SALT_BYTES)
    write_item(transaction, draft, row.version, salt, tenant, actor, from_micros(moment))


def _holds(connection: Connection, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a document holds a name as a text, as the database at hand looks for it."""
    wanted = literal(f'"{name}"'.encode(), LargeBinary)
    if connection.dialect.name == "postgresql":
        return func.position(wanted.op("IN")(column)) > 0
    return func.instr(column, wanted) > 0
