"""The review queue: possible matches that wait for a person's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from graph.dates import from_micros, to_micros
from matching.decision import Tier
from matching.ledger.model import PendingMatch, Viewer
from matching.ledger.statements import Statements


def pending(
    sql: Statements,
    connection: Connection,
    tenant: str,
    limit: int,
    viewer: Viewer | None,
    at: datetime | None,
) -> list[PendingMatch]:
    """The unanswered matches of a tenant, oldest first; for a viewer, those not sealed at `at`."""
    count = max(0, limit)
    if viewer is None:
        rows = sql.pending.run(connection, (tenant, count)).all()
    else:
        if at is None:
            raise ValueError("what a viewer may see depends on the time")
        if viewer.tenant != tenant:
            return []
        actor = viewer.principal if "platform" in viewer.roles else ""
        rows = sql.pending_visible.run(connection, (tenant, to_micros(at), actor, count)).all()
    return [_match(row) for row in rows]


def _match(row: Any) -> PendingMatch:
    return PendingMatch(
        pair_key=row.pair_key,
        tenant=row.tenant,
        actor=row.actor,
        decision_id=row.decision_id,
        opening_at=None if row.opening_at is None else from_micros(row.opening_at),
        seen_at=from_micros(row.seen_at),
        list=row.list,
        record=row.record,
        record_hash=row.record_hash,
        subject=row.subject,
        tier=Tier(row.tier),
        role=row.role,
        submitted=row.submitted,
        matched=row.matched,
        rule=row.rule,
    )
