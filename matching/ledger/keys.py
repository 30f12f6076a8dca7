"""Idempotency-Key slots (draft-ietf-httpapi-idempotency-key-header-07): same key and body, same answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from matching.ledger.model import KeyState, LedgerError
from matching.ledger.statements import Statements
from matching.ledger.writer import Transaction

LEASE: Final = timedelta(seconds=60)
"""After this a slot whose holder never finished is free again: it must have died."""


def state(row: Any, body_hash: str) -> KeyState:
    """What a slot says to a caller with that body."""
    if row is None:
        return KeyState("new")
    if row.body_hash != body_hash:
        return KeyState("conflict")
    return KeyState("in_flight") if row.decision_id is None else KeyState("done", row.decision_id)


def reserve(
    sql: Statements, transaction: Transaction, slot: tuple[str, str, str], at: int, stale: int
) -> KeyState:
    """Take a slot (tenant, key, body hash), or say why not. Under the write lock, so one caller wins."""
    tenant, key, body_hash = slot
    row = sql.key.run(transaction.connection, (tenant, key)).first()
    found = state(row, body_hash)
    if row is None:
        sql.add_key.run(transaction.connection, (tenant, key, body_hash, at))
    elif found.state == "in_flight" and row.reserved_at <= stale:
        sql.retake_key.run(transaction.connection, (at, tenant, key))
        return KeyState("new")
    return found


def take(sql: Statements, transaction: Transaction, slot: tuple[str, str, str], at: int) -> None:
    """Take a slot in the commit that also answers it.

    Raises:
        LedgerError: `ledger.key_taken`: somebody has it; what it stands for has to be looked up.
    """
    tenant, key, body_hash = slot
    if sql.key.run(transaction.connection, (tenant, key)).first() is not None:
        raise LedgerError("ledger.key_taken")
    sql.add_key.run(transaction.connection, (tenant, key, body_hash, at))


def open_still(sql: Statements, transaction: Transaction, tenant: str, key: str) -> None:
    """Make sure that nobody has answered a slot that was reserved: whoever took longer than `LEASE` may be second.

    Raises:
        LedgerError: `ledger.key_taken`: what answers it has to be looked up; a second decision is not recorded.
    """
    row = sql.key.run(transaction.connection, (tenant, key)).first()
    if row is not None and row.decision_id is not None:
        raise LedgerError("ledger.key_taken")
