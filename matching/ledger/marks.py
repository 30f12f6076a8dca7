"""Marks: what an objection that is open, or a repair that was decided, does to a record in decisions.

A mark is an event of the chain beside the reviews, so that a decision that pins the newest of them pins both. All
that a decision reads of it stands in the event itself: erasing what people wrote changes no replay.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from graph.dates import from_micros, to_micros
from graph.model import Status
from matching.decision import to_json
from matching.ledger.chain import SALT_BYTES, Event, salted
from matching.ledger.model import LedgerError, Mark, Review
from matching.ledger.schema import answer
from matching.ledger.statements import Statements
from matching.ledger.writer import Transaction

KINDS = ("dispute", "settle", "uphold", "lift", "restore")


_WHEN = ("since", "until", "confirm_by")
_WORDS = ("pair_key", "record_hash", "now_hash", "status", "item")
_STATES = frozenset({Status.REPAIRED.value, Status.TEMP_LIFTED.value, ""})


def mark_of(event: Event) -> Mark | None:
    """The mark that an event records; None for a review."""
    data = event.data
    if data.get("answer") not in KINDS:
        return None
    values: dict[str, Any] = {name: data[name] for name in _WORDS if name in data}
    values |= {name: from_micros(int(data[name])) for name in _WHEN if name in data}
    return Mark(
        seq=event.seq,
        kind=cast(Any, data["answer"]),
        record_ref=event.ref,
        tenant=event.tenant,
        at=from_micros(event.at),
        decision_id=data["decision"],
        **values,
    )


def mark_write(
    sql: Statements,
    marks: Sequence[Mark],
    review: Review | None,
    *,
    tenant: str,
    actor: str,
    at: datetime,
) -> Callable[[Transaction], None]:
    """The write of marks, and of the answer that a decision about an objection gives, beside their item.

    Raises:
        ValueError: a mark of no known state, of another tenant or time, or whose record is no short ASCII key.
    """
    for mark in marks:
        if mark.status not in _STATES or not (mark.record_ref.isascii() and 0 < len(mark.record_ref) <= 200):
            raise ValueError("a mark names its record by a hash, and lifts it by repair or for a time")
        if (mark.tenant, mark.at) != (tenant, at):
            raise ValueError("what is recorded together has one tenant and one time")
    reply = None if review is None else review_write(sql, review)

    def work(transaction: Transaction) -> None:
        for mark in marks:
            _add(sql, transaction, mark, actor)
        if reply is not None:
            reply(transaction)

    return work


def _add(sql: Statements, transaction: Transaction, mark: Mark, actor: str) -> None:
    words: Mapping[str, str] = {name: getattr(mark, name) for name in _WORDS if getattr(mark, name)}
    times = {name: str(to_micros(at)) for name in _WHEN if (at := getattr(mark, name)) is not None}
    body, salt = to_json(mark), os.urandom(SALT_BYTES)
    seq = transaction.append(
        "review",
        at=to_micros(mark.at),
        tenant=mark.tenant,
        actor=actor,
        ref=mark.record_ref,
        digest=salted(salt, body),
        data={"answer": mark.kind, "decision": mark.decision_id, **words, **times},
    )
    transaction.add(sql.add_review, (seq, mark.decision_id, salt, body))


def review_write(sql: Statements, draft: Review, expect: int | None = None) -> Callable[[Transaction], int]:
    """The write of a person's answer to a possible match; its result is the event's number.

    `expect` is the answer about this pair that whoever answers has seen, 0 for none: with another one standing,
    `ledger.answered`. None asks for nothing.
    """
    body, salt, moment = to_json(draft), os.urandom(SALT_BYTES), to_micros(draft.at)
    data = {
        "answer": draft.answer,
        "decision": draft.decision_id,
        "list": draft.list,
        "record_hash": draft.record_hash,
        "tier": draft.tier,
    }

    def work(transaction: Transaction) -> int:
        if expect is not None:
            of_pair = (answer.c.tenant == draft.tenant) & (answer.c.pair_key == draft.pair_key)
            newest = transaction.connection.execute(select(answer.c.event_seq).where(of_pair)).scalar()
            if (newest or 0) != expect:
                raise LedgerError("ledger.answered")
        seq = transaction.append(
            "review",
            at=moment,
            tenant=draft.tenant,
            actor=draft.reviewer,
            ref=draft.pair_key,
            digest=salted(salt, body),
            data=data,
        )
        transaction.add(sql.add_review, (seq, draft.decision_id, salt, body))
        sql.set_answer.run(transaction.connection, (draft.tenant, draft.pair_key, draft.record_hash, seq))
        return seq

    return work
