"""The ledger: what was decided, on which request, and what people answered; append-only and chained."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy import Connection

from graph.dates import from_micros, to_micros
from matching.decision import Decision
from matching.ledger import keys, queue
from matching.ledger.chain import salted
from matching.ledger.decided import Decided
from matching.ledger.deliveries import Deliveries
from matching.ledger.engine import autocommitting, connect, display, fold, parse, translate, translated
from matching.ledger.erasing import CLEAR_DECISIONS, coded, scrub
from matching.ledger.families import Families
from matching.ledger.indexed import complete
from matching.ledger.items import Items
from matching.ledger.leases import Leases
from matching.ledger.marks import mark_write, review_write
from matching.ledger.model import (
    Checkpoint,
    Draft,
    Entry,
    Item,
    KeyState,
    LedgerError,
    Mark,
    PendingMatch,
    Review,
    ReviewBook,
    StoredDecision,
    VerifyResult,
    Viewer,
)
from matching.ledger.people import People
from matching.ledger.read import stored_answer, stored_decision
from matching.ledger.record import PreparedDecision
from matching.ledger.statements import Statements
from matching.ledger.verify import verify_chain
from matching.ledger.watching import Watching
from matching.ledger.writer import GroupCommit, Transaction

LIST_LIMIT = 1_000
"""Decisions handed out by one call of `Ledger.decisions`."""


class Ledger:
    """An open ledger. Threads may share it, and several processes may open the same database.

    Use it as a context manager, or `close` it.
    """

    def __init__(self, url: str, *, create: bool = True, reading: bool = False) -> None:
        parsed = parse(url)
        self.where = display(parsed)
        """How messages call it: the file, or the address without its password."""
        self.local = parsed.get_backend_name() == "sqlite"
        """Whether it is a file of this machine, which answers at once, and no server."""
        self._engine = connect(parsed, create=create and not reading, reading=reading)
        self._writer = GroupCommit(self._engine, self.where)
        self._sql = Statements(self._engine)
        if not reading:
            complete(self._engine, self._writer, self.where)
        self.items = Items(self._engine, self._writer, self.where)
        """What people open, work on and close beside decisions."""
        self.decided = Decided(self._engine, self.where)
        """Its decisions by party, verdict and day, and their number."""
        self.people = People(self._engine, self._writer, self.where)
        """What signing in needs beside the chain."""
        self.leases = Leases(self._engine, self._writer, self.where)
        """Which process does the background work, and when each job ran."""
        self.watching = Watching(self._engine, self._writer, self._sql, self.items, self.where)
        """Who is watched, and what changed for them."""
        self.deliveries = Deliveries(self._engine, self._writer, self.where)
        """Webhook messages to send."""
        self._book = ReviewBook(0, {})
        self._book_lock = threading.Lock()
        self._idle: deque[Connection] = deque()

    def __enter__(self) -> Ledger:
        """The ledger itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Release every connection."""
        self._writer.close()
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()

    def fold(self) -> None:
        """Now and then, in a thread of its own: spare those who record the upkeep of the database's log."""
        fold(self._engine)

    # Decisions

    def record_decision(
        self,
        *,
        decision: Decision,
        request: bytes,
        tenant: str,
        actor: str,
        opening_at: datetime | None,
        at: datetime,
        idempotency_key: str = "",
    ) -> None:
        """Record one decision; it is on the disk when this returns.

        Raises:
            LedgerError: nothing was kept; the decision must not be answered.
        """
        entry = Entry(
            decision=decision, request=request, tenant=tenant, actor=actor, opening_at=opening_at, at=at,
            idempotency_key=idempotency_key,
        )  # fmt: skip
        self.record_decisions((entry,))

    def record_decisions(self, batch: Iterable[Entry]) -> None:
        """Record many decisions in one durable commit: all of them or, with an error, none.

        Raises:
            LedgerError: nothing was kept; none of the decisions may be answered.
        """
        prepared = [PreparedDecision(entry, self._sql) for entry in batch]
        if not prepared:
            return

        def work(transaction: Transaction) -> None:
            for item in prepared:
                item.write(transaction)

        self._writer.submit(work)

    def decision_writer(self, entry: Entry) -> Callable[[Transaction], None]:
        """What records a decision in the same commit as items (`Items.put_many`, `also`)."""
        return PreparedDecision(entry, self._sql).write

    def decision(self, decision_id: str, *, tenant: str) -> StoredDecision | None:
        """A recorded decision of a tenant, checked against the chain; None when there is no such one.

        Raises:
            LedgerError: `ledger.tampered` when the stored bytes are not the ones that were recorded.
        """
        with self._read() as connection:
            row = self._sql.decision_by_id.run(connection, (decision_id, tenant)).first()
        return None if row is None else stored_decision(row, self.where)

    def decisions(self, *, tenant: str, limit: int = 50, before: int | None = None) -> list[StoredDecision]:
        """A tenant's decisions, newest first; `before` is the `event_seq` to go on from."""
        with self._read() as connection:
            rows = self._sql.decisions_before.run(
                connection, (tenant, before if before is not None else 2**62, max(0, min(limit, LIST_LIMIT)))
            ).all()
        return [stored_decision(row, self.where) for row in rows]

    def erase_decision_subject(
        self, decision_id: str, *, tenant: str, actor: str, at: datetime, ground: str = "erasure_request"
    ) -> tuple[str, ...]:
        """Blank what a decision says of persons: body, request and salt, queue rows, its reviews' words.

        Its measures, overrides, objections and alerts are blanked with it, and what batches and frozen cases say of
        it; who is watched by its request is so no more. So are the decisions of the same request blanked that
        overrides made of it or it was made of. Returned are all decisions that
        were blanked. The event and its digest stay, so the chain stays valid; without the salt the digest tells
        nothing. Each erasure is an event of its own. Doing it twice changes nothing. `ground` is a code such as
        `erasure_request`: the chain can't forget, so it takes no free text (个人信息保护法 47).

        Raises:
            LedgerError: `ledger.no_decision` when the tenant has no such decision; `ledger.busy`: blanked, but the
                files hold it until it is erased again.
        """
        moment, why = to_micros(at), coded(ground)
        family = Families(self._engine, self._writer, self._sql, self.where)
        names = family.erase(decision_id, tenant=tenant, actor=actor, moment=moment, ground=why)
        with self._book_lock:
            self._book = ReviewBook(0, {})
        scrub(self._engine, self.where, CLEAR_DECISIONS)
        return names

    # Documents that pins name by hash

    def put_document(self, kind: str, sha256: str, body: bytes, *, at: datetime | None = None) -> None:
        """Keep a policy or rule pack under the hash by which decisions name it; again is no change.

        Raises:
            LedgerError: `ledger.document_conflict` when other bytes stand under that hash.
        """
        if self.document(kind, sha256) == body:
            return
        moment = to_micros(at) if at is not None else 0

        def work(transaction: Transaction) -> None:
            row = self._sql.document.run(transaction.connection, (kind, sha256)).first()
            if row is None:
                seq = transaction.append(
                    "document",
                    at=moment,
                    tenant="",
                    actor="",
                    ref=sha256,
                    digest=salted(b"", body),
                    data={"kind": kind},
                )
                self._sql.add_document.run(transaction.connection, (kind, sha256, seq, body))
            elif bytes(row.body) != body:
                raise LedgerError("ledger.document_conflict", kind=kind, sha256=sha256)

        self._writer.submit(work)

    def document(self, kind: str, sha256: str) -> bytes | None:
        """The bytes of a policy or rule pack by hash, or None."""
        with self._read() as connection:
            row = self._sql.document.run(connection, (kind, sha256)).first()
        return None if row is None else bytes(row.body)

    # Reviews

    def reviews_seq(self) -> int:
        """The event number of the newest review or mark, 0 without any: what a decision pins."""
        with translated(self.where), self._idle_reader() as connection:
            try:
                cursor = connection.connection.cursor()
                try:
                    row = self._sql.reviews_seq.first(cursor)
                finally:
                    cursor.close()
            except self._engine.dialect.loaded_dbapi.Error as error:
                # the driver's own error: the server has gone, and this connection with it
                connection.invalidate()
                raise translate(error, self.where) from error
            return int(row[0] or 0) if row is not None else 0

    def reviews(self, upto_seq: int) -> ReviewBook:
        """All answers and marks up to an event, as an immutable view; new ones are added to what was read before."""
        with self._book_lock:
            known = self._book
        if known.seq == upto_seq:
            return known
        start = known if known.seq < upto_seq else ReviewBook(0, {})
        with self._read() as connection:
            rows = self._sql.reviews_between.run(connection, (start.seq, upto_seq)).all()
        answers, marks = start.answers(), start.all_marks()
        for row in rows:
            found = stored_answer(row, self.where)
            if isinstance(found, Mark):
                marks[found.record_ref] = (*marks.get(found.record_ref, ()), found)
            else:
                answers[found.tenant, found.pair_key] = found
        book = ReviewBook(upto_seq, answers, marks)
        with self._book_lock:
            if book.seq > self._book.seq:
                self._book = book
        return book

    def add_review(
        self,
        *,
        pair_key: str,
        answer: Literal["confirm", "reject"],
        reviewer: str,
        reason: str,
        decision_id: str,
        list: str,
        record: str,
        record_hash: str,
        subject: str,
        tier: str,
        tenant: str,
        at: datetime,
        expect: int | None = None,
    ) -> Review:
        """Record a person's answer to a possible match; it is on the disk when this returns.

        Args:
            pair_key: the opaque key of record and party (`Evidence.pair`). It stays in the chain for
                good, so it is a hash and never holds a name or number.
            expect: the `seq` of the answer about the pair that was seen, 0 for none; None asks for nothing.

        Raises:
            ValueError: no such answer, nobody who gave it, no reason, or a pair key that is not a short ASCII key.
            LedgerError: nothing was kept; `ledger.answered`: another answer stands than the expected one.
        """
        if answer not in ("confirm", "reject"):
            raise ValueError("a review confirms or rejects")
        if not (reviewer.strip() and reason.strip()):
            raise ValueError("a review names who answered and why")
        if not (pair_key.isascii() and pair_key.isprintable() and 0 < len(pair_key) <= 200):
            raise ValueError("a pair key is a short ASCII key")
        draft = Review(
            seq=0,
            pair_key=pair_key,
            answer=answer,
            reviewer=reviewer,
            reason=reason,
            decision_id=decision_id,
            list=list,
            record=record,
            record_hash=record_hash,
            subject=subject,
            tier=tier,
            tenant=tenant,
            at=at,
        )
        return msgspec.structs.replace(draft, seq=self._writer.submit(review_write(self._sql, draft, expect)))

    def put_marked(
        self,
        draft: Draft,
        marks: Sequence[Mark] = (),
        *,
        tenant: str,
        actor: str,
        at: datetime,
        expect: int | None = None,
        review: Review | None = None,
    ) -> Item:
        """Record an item's version together with what it does to decisions, in one durable commit.

        Raises:
            LedgerError: as `Items.put`; nothing was kept.
        """
        also = mark_write(self._sql, marks, review, tenant=tenant, actor=actor, at=at)
        return self.items.put_many([(draft, expect)], tenant=tenant, actor=actor, at=at, also=also)[0]

    def pending_matches(
        self, tenant: str, limit: int = 100, *, viewer: Viewer | None = None, at: datetime | None = None
    ) -> list[PendingMatch]:
        """Possible matches of a tenant that nobody has answered, oldest first.

        With `viewer` and `at`, only those that the viewer may see at that instant.
        """
        with self._read() as connection:
            return queue.pending(self._sql, connection, tenant, limit, viewer, at)

    # Idempotency keys

    def reserve_key(
        self, tenant: str, key: str, body_hash: str, *, at: datetime, lease: timedelta = keys.LEASE
    ) -> KeyState:
        """Take an Idempotency-Key before deciding (draft-ietf-httpapi-idempotency-key-header-07).

        `new`: decide, then record with the key, or `release_key`. `done`: answer the stored decision.
        `conflict`: the key was used with another body. `in_flight`: still being decided. A slot whose holder
        died is free again after `lease`.
        """
        moment = to_micros(at)
        stale = to_micros(at - lease)
        return self._writer.submit(
            lambda t: keys.reserve(self._sql, t, (tenant, key, body_hash), moment, stale)
        )

    def lookup_key(self, tenant: str, key: str, body_hash: str) -> KeyState:
        """What a key stands for, without taking it."""
        with self._read() as connection:
            return keys.state(self._sql.key.run(connection, (tenant, key)).first(), body_hash)

    def complete_key(self, tenant: str, key: str, decision_id: str) -> None:
        """Tie a taken key to the decision that answers it."""
        self._writer.submit(lambda t: t.add(self._sql.complete_key, (decision_id, tenant, key)))

    def release_key(self, tenant: str, key: str, *, at: datetime) -> None:
        """Give a key back that was taken at a moment, when no decision was made, so that the caller may try again."""
        moment = to_micros(at)
        self._writer.submit(lambda t: t.add(self._sql.release_key, (tenant, key, moment)))

    def expire_keys(self, before: datetime) -> None:
        """Forget keys that were taken before an instant."""
        moment = to_micros(before)
        self._writer.submit(lambda t: t.add(self._sql.expire_keys, (moment,)))

    # API keys

    def key_used(self, prefix: str, at: datetime) -> None:
        """Note that a key was used: a help for the administrator, no part of the chain."""
        moment = to_micros(at)
        self._writer.submit(lambda t: t.add(self._sql.key_used, (prefix, moment)))

    def key_uses(self) -> dict[str, datetime]:
        """When each key was last used, by prefix."""
        with self._read() as connection:
            return {row.prefix: from_micros(row.used_at) for row in self._sql.key_uses.run(connection)}

    # The chain

    def checkpoint(self, day: date, *, at: datetime) -> Checkpoint:
        """Write the day's head of the chain into it, once a day, and return it for keeping elsewhere."""
        moment, name = to_micros(at), day.isoformat()

        def work(transaction: Transaction) -> Checkpoint:
            row = self._sql.checkpoint.run(transaction.connection, (name,)).first()
            if row is not None:
                return Checkpoint(day=name, seq=row.seq, hash=row.hash, event_seq=row.event_seq)
            seq, head = transaction.seq, transaction.head.hex()
            number = transaction.append(
                "checkpoint", at=moment, tenant="", actor="", ref=name, data={"seq": str(seq), "hash": head}
            )
            self._sql.add_checkpoint.run(transaction.connection, (name, seq, head, number))
            return Checkpoint(day=name, seq=seq, hash=head, event_seq=number)

        return self._writer.submit(work)

    def verify(self, anchors: Iterable[Checkpoint] = ()) -> VerifyResult:
        """Check every event, hash and stored body; `anchors` are checkpoints kept elsewhere.

        Finds altered, missing and reordered events, a tail that was cut, decisions, reviews and documents
        whose digest differs, and rows that no event speaks of.
        """
        with self._read() as connection:
            return verify_chain(connection, tuple(anchors))

    @contextmanager
    def _read(self, *, begin: bool = True) -> Iterator[Connection]:
        """A connection with a snapshot of its own, database errors turned into the ledger's."""
        with translated(self.where), self._engine.connect() as connection:
            yield connection if begin else autocommitting(connection)

    @contextmanager
    def _idle_reader(self) -> Iterator[Connection]:
        """A kept connection without a transaction: every decision reads one number through it."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = autocommitting(self._engine.connect())
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
