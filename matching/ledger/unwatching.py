"""Erasing a decision where its parties are watched: whoever its request names is watched no more, and its alerts go.

A party or tender that stayed would be decided anew at the next change of a list, and everything that was erased would
stand in the ledger again.
"""

from __future__ import annotations

import os
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, and_, delete, func, literal, or_, select

from graph.dates import from_micros
from matching.ledger.chain import SALT_BYTES
from matching.ledger.erasing import erase_item
from matching.ledger.items import write_item
from matching.ledger.model import Draft
from matching.ledger.schema import item, item_key, item_version, watched
from matching.ledger.writer import Transaction

TENDER: Final = "tender"
ALERT: Final = "alert"
"""Kinds of items that name the decision with which they came to be, and are found by it."""
CLOSED: Final = "closed"


def forget_watched(
    transaction: Transaction,
    decision_id: str,
    request: bytes | None,
    *,
    tenant: str,
    actor: str,
    moment: int,
    ground: str,
) -> None:
    """Forget inside a write who is watched by a decision's request, and blank the alerts that tell of it.

    Args:
        transaction: the write.
        decision_id: the decision that is erased.
        request: what it answered; None where that was blanked before.
        tenant: whose.
        actor: who erases.
        moment: when, in microseconds.
        ground: the code of the ground.
    """
    connection = transaction.connection
    rows = _watched(connection, decision_id, request, tenant)
    for name in _alerts(connection, decision_id, [row.id for row in rows], tenant):
        _close(transaction, name, tenant=tenant, actor=actor, moment=moment)
        erase_item(transaction, ALERT, name, tenant=tenant, actor=actor, moment=moment, ground=ground)
    places: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        places.setdefault((row.kind, row.item), []).append(row.id)
    for (kind, name), numbers in places.items():
        connection.execute(delete(watched).where(watched.c.id.in_(numbers)))
        data = {"ground": ground, "watched": str(len(numbers))}
        transaction.append(
            "erasure", at=moment, tenant=tenant, actor=actor, ref=f"watched/{kind}/{name}", data=data
        )


def _watched(connection: Connection, decision_id: str, request: bytes | None, tenant: str) -> list[Any]:
    """Who was decided by it last, came to be watched with it, or is watched by the very request that it answered."""
    made_with = (
        select(item.c.id)
        .join(item_version, item_version.c.event_seq == item.c.event_seq)
        .where(
            item.c.tenant == tenant,
            item.c.kind == TENDER,
            _holds(connection, item_version.c.body, decision_id),
        )
    )
    same: list[ColumnElement[bool]] = [
        _holds(connection, watched.c.found, decision_id),
        and_(watched.c.kind == TENDER, watched.c.item.in_(made_with)),
    ]
    if request is not None:
        same.append(watched.c.party == request)
    query = select(watched.c.id, watched.c.kind, watched.c.item).where(watched.c.tenant == tenant, or_(*same))
    return list(connection.execute(query.order_by(watched.c.id)))


def _alerts(connection: Connection, decision_id: str, numbers: list[int], tenant: str) -> list[str]:
    """Alerts that name the decision in any version, or are about somebody who is forgotten."""
    naming = select(item_version.c.id).where(
        item_version.c.kind == ALERT,
        item_version.c.tenant == tenant,
        _holds(connection, item_version.c.body, decision_id),
    )
    about = select(item_key.c.id).where(
        item_key.c.kind == ALERT,
        item_key.c.tenant == tenant,
        item_key.c.key.in_([f"watched:{number}" for number in numbers]),
    )
    found = {name for query in (naming, about) for (name,) in connection.execute(query)}
    return sorted(found)


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
