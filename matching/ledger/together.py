"""Decisions and the items that tell of them, recorded by one durable commit: all of it, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime

from matching.ledger.chain import SALT_BYTES
from matching.ledger.items import write_item
from matching.ledger.ledger import Ledger
from matching.ledger.model import Draft, Entry, Item
from matching.ledger.record import PreparedDecision
from matching.ledger.writer import Transaction


def record_together(
    ledger: Ledger,
    entries: Iterable[Entry],
    drafts: Sequence[tuple[Draft, int | None]],
    *,
    tenant: str,
    actor: str,
    at: datetime,
) -> list[Item]:
    """Record decisions with items; whoever dies before the end has recorded neither.

    Args:
        ledger: where.
        entries: the decisions.
        drafts: items, each with the version that the caller saw (None: a new one).
        tenant: whose the items are.
        actor: who made them.
        at: when.

    Raises:
        LedgerError: `ledger.item_stale` (somebody changed an item meanwhile) and others; nothing was kept.
    """
    prepared = [PreparedDecision(entry, ledger._sql) for entry in entries]
    salts = [os.urandom(SALT_BYTES) for _ in drafts]

    def work(transaction: Transaction) -> list[Item]:
        for one in prepared:
            one.write(transaction)
        return [
            write_item(transaction, draft, expect, salt, tenant, actor, at)
            for (draft, expect), salt in zip(drafts, salts, strict=True)
        ]

    return ledger._writer.submit(work)
