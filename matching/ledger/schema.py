"""The ledger's tables. Instants are whole microseconds since 1970 UTC: exact in every database."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

REVISION = "0001"
"""The migration that this program writes for; a test compares it with the newest script."""

metadata = MetaData()

# SQLite makes a column its row number only for the exact type INTEGER.
SEQ = BigInteger().with_variant(Integer, "sqlite")

event = Table(
    "event",
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

chain_head = Table(
    "chain_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("event_seq", SEQ, primary_key=True, autoincrement=False),
    Column("decision_id", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("erased_seq", BigInteger),
    Column("salt", LargeBinary),
    Column("body", LargeBinary),
    Column("request", LargeBinary),
    Index("decision_by_id", "decision_id", unique=True),
    Index("decision_by_tenant", "tenant", "event_seq"),
)

document = Table(
    "document",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("event_seq", BigInteger, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
)

review = Table(
    "review",
    metadata,
    Column("event_seq", SEQ, primary_key=True, autoincrement=False),
    Column("decision_id", Text, nullable=False),
    Column("erased_seq", BigInteger),
    Column("salt", LargeBinary),
    Column("body", LargeBinary),
    Index("review_by_decision", "decision_id"),
)

answer = Table(
    "answer",
    metadata,
    Column("pair_key", Text, primary_key=True),
    Column("record_hash", Text, nullable=False),
    Column("event_seq", BigInteger, nullable=False),
)

match_queue = Table(
    "match_queue",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("pair_key", Text, primary_key=True),
    Column("event_seq", BigInteger, nullable=False),
    Column("decision_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("opening_at", BigInteger),
    Column("seen_at", BigInteger, nullable=False),
    Column("list", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("record_hash", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("submitted", Text, nullable=False),
    Column("matched", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Index("match_queue_by_seen", "tenant", "event_seq"),
    Index("match_queue_by_decision", "decision_id"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("reserved_at", BigInteger, nullable=False),
    Column("decision_id", Text),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("day", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("event_seq", BigInteger, nullable=False),
)
