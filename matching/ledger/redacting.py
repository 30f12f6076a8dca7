"""Erasing a decision where it is told of: what is about it alone goes whole, what is about others, too, stays without.

A part of a batch has the rows of many decisions, and a frozen picture of a case more than one. Their versions are
blanked like everything else that is erased; what was said of other decisions is recorded anew beside the erasure.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from graph.dates import from_micros
from matching.ledger.chain import SALT_BYTES, Event, decode, octets
from matching.ledger.erasing import ABOUT_DECISION, erase_item
from matching.ledger.items import write_item
from matching.ledger.model import Draft, LedgerError
from matching.ledger.schema import event, item, item_key, item_version
from matching.ledger.writer import Transaction

TELL_OF_DECISIONS: Final = ("batch_part", "case_snapshot")
"""Kinds of items that tell of several decisions; they are found under the key of each."""
_HASHED: Final = "sha256:"
_STAYS: Final = frozenset(
    {"decision_id", "row", "id", "kind", "ref", "by", "actor", "at", "as_of", "opening_at"}
)
"""What stays of what was said of a decision: that it was there, where, when and by whom."""


def erase_about(
    transaction: Transaction, decision_id: str, *, tenant: str, actor: str, moment: int, ground: str
) -> None:
    """Blank inside a write what items say of a decision, its measures, overrides and objections whole.

    Raises:
        LedgerError: `ledger.tampered`.
    """
    connection, by = transaction.connection, {"actor": actor, "moment": moment, "ground": ground}
    for kind, name in _under(connection, ABOUT_DECISION, decision_id, tenant):
        erase_item(transaction, kind, name, tenant=tenant, **by)  # type: ignore[arg-type]
    for kind, name in _under(connection, TELL_OF_DECISIONS, decision_id, tenant):
        _redact(transaction, kind, name, decision_id, tenant=tenant, **by)  # type: ignore[arg-type]


def _under(
    connection: Connection, kinds: tuple[str, ...], decision_id: str, tenant: str
) -> list[tuple[str, str]]:
    query = (
        select(item_key.c.kind, item_key.c.id)
        .where(
            item_key.c.kind.in_(kinds),
            item_key.c.key == f"decision:{decision_id}",
            item_key.c.tenant == tenant,
        )
        .order_by(item_key.c.kind, item_key.c.id)
    )
    return [(row.kind, row.id) for row in connection.execute(query)]


def _redact(
    transaction: Transaction,
    kind: str,
    name: str,
    decision_id: str,
    *,
    tenant: str,
    actor: str,
    moment: int,
    ground: str,
) -> None:
    """Blank all versions of an item, and record what the newest says of other decisions as its author's again.

    Who erases is on record with the erasure; whose a version is decides who may see it before the bids are opened.
    """
    connection = transaction.connection
    row = connection.execute(
        select(item, item_version.c.body)
        .join(item_version, item_version.c.event_seq == item.c.event_seq)
        .where(item.c.kind == kind, item.c.id == name, item.c.tenant == tenant)
    ).one()
    recorded = _event(transaction, row.event_seq)
    query = select(item_key.c.key).where(item_key.c.kind == kind, item_key.c.id == name)
    keys = {key for (key,) in connection.execute(query)} - {f"decision:{decision_id}"}
    body = msgspec.json.encode(redacted(msgspec.json.decode(octets(row.body)), decision_id), order="sorted")
    if any(key.startswith(_HASHED) for key in keys):
        # whoever has the address of before still finds what is left
        keys.add(_HASHED + hashlib.sha256(body).hexdigest())
    erase_item(transaction, kind, name, tenant=tenant, actor=actor, moment=moment, ground=ground)
    draft = Draft(
        kind=kind, id=name, state=row.state, body=body, keys=tuple(sorted(keys)),
        opening_at=None if row.opening_at is None else from_micros(row.opening_at),
        due_at=None if row.due_at is None else from_micros(row.due_at),
    )  # fmt: skip
    salt = os.urandom(SALT_BYTES)
    write_item(transaction, draft, row.version, salt, tenant, recorded.actor, from_micros(moment), anew=True)


def _event(transaction: Transaction, seq: int) -> Event:
    """An event of the chain, also one of this write, which reaches the table only at its end."""
    body = next((body for number, body, _ in transaction.events if number == seq), None)
    if body is None:
        body = transaction.connection.execute(select(event.c.body).where(event.c.seq == seq)).scalar_one()
    found = decode(octets(body))
    if found is None:
        raise LedgerError("ledger.tampered", path="", seq=seq)
    return found


def redacted(value: Any, decision_id: str) -> Any:
    """A document without what it says of a decision: the places where that stood are blank."""
    if isinstance(value, dict):
        if value.get("decision_id") == decision_id:
            return {key: one if key in _STAYS else _blank(one) for key, one in value.items()}
        return {key: redacted(one, decision_id) for key, one in value.items()}
    return [redacted(one, decision_id) for one in value] if isinstance(value, list) else value


def _blank(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    if isinstance(value, dict):
        return {key: _blank(one) for key, one in value.items()}
    return [] if isinstance(value, list) else value
