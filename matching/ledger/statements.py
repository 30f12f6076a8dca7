"""The ledger's statements, compiled once for its database; parameters only, in the order named here."""

from __future__ import annotations

from sqlalchemy import Engine, Table, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from matching.ledger import schema
from matching.ledger.engine import Prepared
from matching.ledger.sealing import SEALED

INDEX_COLUMNS = tuple(column.name for column in schema.decision_index.columns)
QUEUE_COLUMNS = tuple(column.name for column in schema.match_queue.columns)


class Statements:
    """Every statement that the ledger runs, by what it does."""

    def __init__(self, engine: Engine) -> None:
        event, decision, review = schema.event, schema.decision, schema.review
        document, answer, queue = schema.document, schema.answer, schema.match_queue
        slot, checkpoint = schema.idempotency, schema.checkpoint
        p = bindparam

        def upsert(table: Table) -> sqlite.Insert | postgresql.Insert:
            # Both databases share the clause; SQLAlchemy has it once per dialect.
            return postgresql.insert(table) if engine.dialect.name == "postgresql" else sqlite.insert(table)

        stored = select(
            decision.c.event_seq,
            decision.c.decision_id,
            decision.c.tenant,
            decision.c.erased_seq,
            decision.c.salt,
            decision.c.body,
            decision.c.request,
            event.c.body.label("event_body"),
            SEALED,
        ).join(event, event.c.seq == decision.c.event_seq)
        self.add_decision = Prepared(
            engine,
            insert(decision),
            ("event_seq", "decision_id", "tenant", "salt", "body", "request"),
        )
        self.decision_by_id = Prepared(
            engine, stored.where(decision.c.decision_id == p("id"), decision.c.tenant == p("t")), ("id", "t")
        )
        self.decisions_before = Prepared(
            engine,
            stored.where(decision.c.tenant == p("t"), decision.c.event_seq < p("before"))
            .order_by(decision.c.event_seq.desc())
            .limit(p("n")),
            ("t", "before", "n"),
        )
        self.index_decision = Prepared(engine, insert(schema.decision_index), INDEX_COLUMNS)
        self.erase_decision = Prepared(
            engine,
            update(decision)
            .where(decision.c.decision_id == p("id"))
            .values(erased_seq=p("s"), salt=None, body=None, request=None),
            ("s", "id"),
        )
        self.erase_reviews = Prepared(
            engine,
            update(review)
            .where(review.c.decision_id == p("id"))
            .values(erased_seq=p("s"), salt=None, body=None),
            ("s", "id"),
        )
        self.erase_queue = Prepared(engine, delete(queue).where(queue.c.decision_id == p("id")), ("id",))

        self.document = Prepared(
            engine,
            select(document.c.body).where(document.c.kind == p("k"), document.c.sha256 == p("h")),
            ("k", "h"),
        )
        self.add_document = Prepared(engine, insert(document), ("kind", "sha256", "event_seq", "body"))

        self.reviews_seq = Prepared(engine, select(func.max(review.c.event_seq)), ())
        self.reviews_between = Prepared(
            engine,
            select(
                review.c.event_seq,
                review.c.erased_seq,
                review.c.salt,
                review.c.body,
                event.c.body.label("event_body"),
            )
            .join(event, event.c.seq == review.c.event_seq)
            .where(review.c.event_seq > p("a"), review.c.event_seq <= p("b"))
            .order_by(review.c.event_seq),
            ("a", "b"),
        )
        self.add_review = Prepared(
            engine,
            insert(review),
            ("event_seq", "decision_id", "salt", "body"),
        )
        new_answer = upsert(answer)
        self.set_answer = Prepared(
            engine,
            new_answer.on_conflict_do_update(
                index_elements=["tenant", "pair_key"],
                set_={name: new_answer.excluded[name] for name in ("record_hash", "event_seq")},
            ),
            ("tenant", "pair_key", "record_hash", "event_seq"),
        )

        new_match = upsert(queue)
        # One row a pair: the newest record, or the decision whose bids were (or will be) opened first.
        self.add_match = Prepared(
            engine,
            new_match.on_conflict_do_update(
                index_elements=["tenant", "pair_key"],
                set_={
                    n: new_match.excluded[n]
                    for n in QUEUE_COLUMNS
                    if n not in ("tenant", "pair_key", "event_seq")
                },
                where=or_(
                    new_match.excluded.record_hash != queue.c.record_hash,
                    func.coalesce(new_match.excluded.opening_at, -(2**62))
                    < func.coalesce(queue.c.opening_at, -(2**62)),
                ),
            ),
            QUEUE_COLUMNS,
        )
        answered = exists().where(
            answer.c.tenant == queue.c.tenant,
            answer.c.pair_key == queue.c.pair_key,
            answer.c.record_hash == queue.c.record_hash,
        )
        waiting = select(queue).where(queue.c.tenant == p("t"), ~answered)
        self.pending = Prepared(
            engine, waiting.order_by(queue.c.event_seq, queue.c.pair_key).limit(p("n")), ("t", "n")
        )
        self.pending_visible = Prepared(
            engine,
            waiting.where(
                or_(queue.c.opening_at.is_(None), queue.c.opening_at <= p("at"), queue.c.actor == p("actor"))
            )
            .order_by(queue.c.event_seq, queue.c.pair_key)
            .limit(p("n")),
            ("t", "at", "actor", "n"),
        )

        where_key = (slot.c.tenant == p("t"), slot.c.key == p("k"))
        self.key = Prepared(engine, select(slot).where(*where_key), ("t", "k"))
        self.add_key = Prepared(
            engine,
            insert(slot),
            ("tenant", "key", "body_hash", "reserved_at"),
        )
        self.retake_key = Prepared(
            engine, update(slot).where(*where_key).values(reserved_at=p("at")), ("at", "t", "k")
        )
        self.complete_key = Prepared(
            engine, update(slot).where(*where_key).values(decision_id=p("id")), ("id", "t", "k")
        )
        self.release_key = Prepared(
            engine,
            delete(slot).where(*where_key, slot.c.decision_id.is_(None), slot.c.reserved_at == p("at")),
            ("t", "k", "at"),
        )
        self.expire_keys = Prepared(engine, delete(slot).where(slot.c.reserved_at < p("before")), ("before",))

        used = upsert(schema.key_use)
        self.key_used = Prepared(
            engine,
            used.on_conflict_do_update(
                index_elements=["prefix"],
                set_={"used_at": used.excluded["used_at"]},
                where=used.excluded["used_at"] > schema.key_use.c.used_at,
            ),
            ("prefix", "used_at"),
        )
        self.key_uses = Prepared(engine, select(schema.key_use), ())
        self.checkpoint = Prepared(engine, select(checkpoint).where(checkpoint.c.day == p("d")), ("d",))
        self.add_checkpoint = Prepared(engine, insert(checkpoint), ("day", "seq", "hash", "event_seq"))
