"""Background work and watching: who runs the jobs, what is watched, what changed, which webhooks are to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of background work and watching. There is no downgrade: an audit chain is never taken back."""
    op.create_table(
        "work_lease",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "work_run",
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_table(
        "watch_state",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "watched",
        sa.Column("id", SEQ, primary_key=True, autoincrement=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("opening_at", sa.BigInteger),
        sa.Column("state", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        sa.Column("party", sa.LargeBinary),
        sa.Column("found", sa.LargeBinary),
    )
    op.create_index("watched_by_item", "watched", ["tenant", "kind", "item", "id"])
    op.create_index("watched_by_state", "watched", ["state", "id"])
    op.create_index("watched_by_due", "watched", ["due_at"])
    op.create_table(
        "watch_change",
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("watched", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("opening_at", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("watch_change_by_tenant", "watch_change", ["tenant", "seq"])
    op.create_index("watch_change_by_item", "watch_change", ["tenant", "kind", "item", "seq"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("webhook", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("status", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("delivery_by_due", "delivery", ["state", "next_at"])
    op.create_index("delivery_by_webhook", "delivery", ["tenant", "webhook", "created_at"])
