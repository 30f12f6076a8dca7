"""Stored rows as what the ledger hands out, each compared with its event in the chain before it is used."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from graph.dates import from_micros
from matching.decision import Decision
from matching.ledger.chain import Event, agrees, decode, octets
from matching.ledger.marks import mark_of
from matching.ledger.model import LedgerError, Mark, Review, StoredDecision

_DECISIONS: msgspec.json.Decoder[Decision] = msgspec.json.Decoder(Decision)
_REVIEWS: msgspec.json.Decoder[Review] = msgspec.json.Decoder(Review)


def stored_decision(row: Any, where: str) -> StoredDecision:
    """A decision row with its event as a stored decision, sealed until the later of the openings known of it.

    Raises:
        LedgerError: `ledger.tampered` when row and event do not agree.
    """
    event = _event(row, "decision", where)
    if event.ref != row.decision_id or event.tenant != row.tenant:
        raise LedgerError("ledger.tampered", path=where, seq=row.event_seq)
    stated = event.data.get("opening_at")
    openings = [one for one in (int(stated) if stated else None, row.sealed_until) if one is not None]
    body = request = decision = None
    if row.erased_seq is None:
        body = _body(row, row.body, event.digest, where)
        request = _body(row, row.request, event.data.get("request", ""), where)
        decision = _DECISIONS.decode(body)
    return StoredDecision(
        decision_id=event.ref,
        tenant=event.tenant,
        actor=event.actor,
        event_seq=row.event_seq,
        recorded_at=from_micros(event.at),
        opening_at=from_micros(max(openings)) if openings else None,
        decision=decision,
        body=body,
        request=request,
        erased=row.erased_seq is not None,
    )


def stored_answer(row: Any, where: str) -> Review | Mark:
    """A row of the reviews with its event: a person's answer, or the mark of an objection or a repair.

    Raises:
        LedgerError: `ledger.tampered` when row and event do not agree.
    """
    event = _event(row, "review", where)
    mark = mark_of(event)
    if mark is None:
        return stored_review(row, where)
    if row.erased_seq is None:
        _body(row, row.body, event.digest, where)
    return mark


def stored_review(row: Any, where: str) -> Review:
    """A review row with its event as a review; after erasure the answer still counts, its words are gone.

    Raises:
        LedgerError: `ledger.tampered` when row and event do not agree.
    """
    event = _event(row, "review", where)
    if row.erased_seq is None:
        return msgspec.structs.replace(
            _REVIEWS.decode(_body(row, row.body, event.digest, where)), seq=row.event_seq
        )
    data = event.data
    return Review(
        seq=event.seq,
        pair_key=event.ref,
        answer=cast(Any, data["answer"]),
        reviewer=event.actor,
        reason="",
        decision_id=data["decision"],
        list=data["list"],
        record="",
        record_hash=data["record_hash"],
        subject="",
        tier=data["tier"],
        tenant=event.tenant,
        at=from_micros(event.at),
    )


def _event(row: Any, kind: str, where: str) -> Event:
    event = decode(octets(row.event_body))
    if event is None or event.kind != kind or event.seq != row.event_seq:
        raise LedgerError("ledger.tampered", path=where, seq=row.event_seq)
    return event


def _body(row: Any, value: Any, digest: str, where: str) -> bytes:
    if not agrees(row.salt, value, digest):
        raise LedgerError("ledger.tampered", path=where, seq=row.event_seq)
    return octets(value)
