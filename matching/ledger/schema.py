"""The ledger's tables. Instants are whole microseconds since 1970 UTC: exact in every database."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

REVISION = "0006"
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

decision_index = Table(
    "decision_index",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("event_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("opening_at", BigInteger),
    Column("actor", Text, nullable=False),
    Index("decision_index_by_at", "tenant", "key", "at", "verdict", "event_seq"),
    sqlite_with_rowid=False,
)
"""Decisions by party, verdict and day: made of the decisions, no part of the chain. The empty key stands for all."""

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
    Column("tenant", Text, primary_key=True),
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

item = Table(
    "item",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("event_seq", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("opening_at", BigInteger),
    Column("due_at", BigInteger),
    Index("item_by_tenant", "tenant", "kind", "event_seq"),
    Index("item_by_state", "tenant", "kind", "state", "event_seq"),
    Index("item_by_due", "kind", "due_at"),
)

item_key = Table(
    "item_key",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Index("item_key_by_key", "kind", "key", "tenant"),
)

key_use = Table(
    "key_use",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("used_at", BigInteger, nullable=False),
)
"""When an API key was last used: a help for the administrator, no part of the chain."""

credential = Table(
    "credential",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""Password hashes, apart from the chain: a replaced one must not stay. The user's item holds its digest."""

session_use = Table(
    "session_use",
    metadata,
    Column("session", Text, primary_key=True),
    Column("used_at", BigInteger, nullable=False),
)
"""When a session was last used, so that an idle one ends: no part of the chain."""

attempt = Table(
    "attempt",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Index("attempt_by_last", "last_at"),
)
"""Attempts to sign in, by keyed digests of names and addresses: no part of the chain, forgotten after a time."""

item_version = Table(
    "item_version",
    metadata,
    Column("event_seq", SEQ, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("erased_seq", BigInteger),
    Column("salt", LargeBinary),
    Column("body", LargeBinary),
    Index("item_version_by_item", "kind", "id", "event_seq"),
)

work_lease = Table(
    "work_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)
"""Which process runs the background work: no part of the chain."""

work_run = Table(
    "work_run",
    metadata,
    Column("job", Text, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("done", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)
"""When each job last ran, and how often it ended well or badly: no part of the chain."""

watch_state = Table(
    "watch_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False),
)
"""How far watching has come, so that nothing is lost or told twice: no part of the chain."""

watched = Table(
    "watched",
    metadata,
    Column("id", SEQ, primary_key=True, autoincrement=False),
    Column("tenant", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("opening_at", BigInteger),
    Column("state", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("keys", LargeBinary, nullable=False),
    Column("party", LargeBinary),
    Column("found", LargeBinary),
    Index("watched_by_item", "tenant", "kind", "item", "id"),
    Index("watched_by_state", "state", "id"),
    Index("watched_by_due", "due_at"),
)
"""Parties and tenders that are watched; an upload of many is one event of the chain."""

watch_change = Table(
    "watch_change",
    metadata,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("tenant", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("watched", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("opening_at", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary),
    Index("watch_change_by_tenant", "tenant", "seq"),
    Index("watch_change_by_item", "tenant", "kind", "item", "seq"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("webhook", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger),
    Column("status", BigInteger),
    Column("error", Text, nullable=False),
    Index("delivery_by_due", "state", "next_at"),
    Index("delivery_by_webhook", "tenant", "webhook", "created_at"),
)
"""Webhook messages to send: no part of the chain (what they tell of is)."""
