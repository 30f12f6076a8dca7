"""The ledger as first released: chain, decisions, documents, reviews, queue, keys, checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make every table. An audit chain is never taken back, so there is no downgrade."""
    op.create_table(
        "event",
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("event_seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("erased_seq", sa.BigInteger),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        sa.Column("request", sa.LargeBinary),
    )
    op.create_index("decision_by_id", "decision", ["decision_id"], unique=True)
    op.create_index("decision_by_tenant", "decision", ["tenant", "event_seq"])
    op.create_table(
        "document",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("event_seq", sa.BigInteger, nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "review",
        sa.Column("event_seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("erased_seq", sa.BigInteger),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("review_by_decision", "review", ["decision_id"])
    op.create_table(
        "answer",
        sa.Column("pair_key", sa.Text, primary_key=True),
        sa.Column("record_hash", sa.Text, nullable=False),
        sa.Column("event_seq", sa.BigInteger, nullable=False),
    )
    texts = ("list", "record", "record_hash", "subject", "tier", "role", "submitted", "matched", "rule")
    op.create_table(
        "match_queue",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("pair_key", sa.Text, primary_key=True),
        sa.Column("event_seq", sa.BigInteger, nullable=False),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("opening_at", sa.BigInteger),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
    )
    op.create_index("match_queue_by_seen", "match_queue", ["tenant", "event_seq"])
    op.create_index("match_queue_by_decision", "match_queue", ["decision_id"])
    op.create_table(
        "idempotency",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("body_hash", sa.Text, nullable=False),
        sa.Column("reserved_at", sa.BigInteger, nullable=False),
        sa.Column("decision_id", sa.Text),
    )
    op.create_table(
        "checkpoint",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("event_seq", sa.BigInteger, nullable=False),
    )
    head = sa.table("chain_head", sa.column("id"), sa.column("seq"), sa.column("hash", sa.LargeBinary))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": bytes(32)}])
