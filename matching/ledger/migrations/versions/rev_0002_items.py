"""Items: whatever is opened, worked on and closed beside decisions, each version chained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of items. An audit chain is never taken back, so there is no downgrade."""
    op.create_table(
        "item",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("event_seq", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("opening_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
    )
    op.create_index("item_by_tenant", "item", ["tenant", "kind", "event_seq"])
    op.create_index("item_by_state", "item", ["tenant", "kind", "state", "event_seq"])
    op.create_index("item_by_due", "item", ["kind", "due_at"])
    op.create_table(
        "item_key",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
    )
    op.create_index("item_key_by_key", "item_key", ["kind", "key", "tenant"])
    op.create_table(
        "key_use",
        sa.Column("prefix", sa.Text, primary_key=True),
        sa.Column("used_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "item_version",
        sa.Column("event_seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("erased_seq", sa.BigInteger),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("item_version_by_item", "item_version", ["kind", "id", "event_seq"])
