"""Answers belong to the tenant whose people gave them: which pairs are answered is kept by tenant."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew from the events that it is derived from. There is no downgrade."""
    op.drop_table("answer")
    answer = op.create_table(
        "answer",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("pair_key", sa.Text, primary_key=True),
        sa.Column("record_hash", sa.Text, nullable=False),
        sa.Column("event_seq", sa.BigInteger, nullable=False),
    )
    rows = op.get_bind().execute(
        sa.text("SELECT e.body FROM event e JOIN review r ON r.event_seq = e.seq ORDER BY e.seq")
    )
    found = {}
    for (body,) in rows:
        event = json.loads(bytes(body))
        if event["data"].get("answer") in ("confirm", "reject"):
            found[event["tenant"], event["ref"]] = {
                "tenant": event["tenant"],
                "pair_key": event["ref"],
                "record_hash": event["data"]["record_hash"],
                "event_seq": event["seq"],
            }
    if found:
        op.bulk_insert(answer, list(found.values()))
