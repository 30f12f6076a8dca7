"""Decisions by party, verdict and day: an index, filled from the decisions that are there."""

from __future__ import annotations

import json

import msgspec
import sqlalchemy as sa
from alembic import op

from matching.decision import Decision
from matching.ledger.decided import ALL, keys_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHUNK = 1_000
"""Decisions read at a time."""


def upgrade() -> None:
    """Make and fill the index. There is no downgrade."""
    index = op.create_table(
        "decision_index",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("event_seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("opening_at", sa.BigInteger),
        sa.Column("actor", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("decision_index_by_at", "decision_index", ["tenant", "key", "at", "verdict", "event_seq"])
    connection, last = op.get_bind(), 0
    query = sa.text(
        "SELECT d.event_seq, d.tenant, d.body, d.request, e.body AS event FROM decision d"
        " JOIN event e ON e.seq = d.event_seq WHERE d.event_seq > :last ORDER BY d.event_seq LIMIT :many"
    )
    while rows := connection.execute(query, {"last": last, "many": CHUNK}).all():
        last = rows[-1].event_seq
        op.bulk_insert(index, [one for row in rows for one in _entries(row)])


def _entries(row: sa.Row[tuple[object, ...]]) -> list[dict[str, object]]:
    event = json.loads(bytes(row.event))
    opening = event["data"].get("opening_at")
    verdict = ""
    keys: tuple[str, ...] = (ALL,)
    if row.body is not None:
        decision = msgspec.json.decode(bytes(row.body), type=Decision)
        verdict, keys = decision.verdict.value, (ALL, *keys_of(decision, bytes(row.request or b"")))
    return [
        {
            "tenant": row.tenant,
            "key": key,
            "event_seq": row.event_seq,
            "at": event["at"],
            "verdict": verdict,
            "opening_at": int(opening) if opening else None,
            "actor": event["actor"],
        }
        for key in keys
    ]
