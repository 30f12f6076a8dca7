"""Marks of objections and repairs: pinned with the reviews, recorded with their item or not at all, erasure-proof."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from matching.ledger import Draft, Ledger, LedgerError, Mark, Review, open_ledger, schema

REF = "c" * 64


def draft(name: str = "o-1", state: str = "received") -> Draft:
    return Draft(kind="objection", id=name, state=state, body=b"{}")


def mark(noon: datetime, kind: str = "dispute", **changes: Any) -> Mark:
    fields: dict[str, Any] = {
        "kind": kind,
        "record_ref": REF,
        "item": "o-1",
        "tenant": "linjiang",
        "at": noon,
        "decision_id": "d-1",
        "pair_key": "pair-1",
        "record_hash": "ab" * 32,
    }
    return Mark(**(fields | changes))


def put(ledger: Ledger, noon: datetime, *marks: Mark, **options: Any) -> Any:
    what = options.pop("draft", draft())
    return ledger.put_marked(what, marks, tenant="linjiang", actor="user:a", at=noon, **options)


def review(noon: datetime) -> Review:
    return Review(
        seq=0, pair_key="pair-1", answer="reject", reviewer="user:a", reason="另一家单位", decision_id="d-1",
        list="SXBZXR", record="r", record_hash="ab" * 32, subject="x", tier="E2", tenant="linjiang", at=noon,
    )  # fmt: skip


def test_a_book_has_the_marks_recorded_by_then(ledger_url: str, ledger: Ledger, noon: datetime) -> None:
    put(ledger, noon, mark(noon))
    first = ledger.reviews_seq()
    later = noon + timedelta(hours=1)
    until = noon + timedelta(days=3)
    lift = mark(later, "lift", status="TEMP_LIFTED", since=noon, until=until, confirm_by=until, item="r-1")
    put(ledger, later, lift, draft=draft("r-1"))
    assert ledger.reviews_seq() > first
    with open_ledger(ledger_url) as other:
        for one in (ledger, other):
            book = one.reviews(one.reviews_seq())
            assert [m.kind for m in book.marks(REF)] == ["dispute", "lift"]
            found = book.marks(REF)[1]
            assert (found.since, found.until, found.confirm_by) == (noon, until, until)
            assert (found.status, found.item, found.tenant, found.at) == (
                "TEMP_LIFTED",
                "r-1",
                "linjiang",
                later,
            )
            assert [m.kind for m in one.reviews(first).marks(REF)] == ["dispute"]
            assert book.marked
            assert not one.reviews(0).marked
            assert book.answer("pair-1", "linjiang") is None


def test_an_upheld_objection_is_a_rejection_and_a_mark_in_one_commit(ledger: Ledger, noon: datetime) -> None:
    put(ledger, noon, mark(noon))
    made = put(ledger, noon, mark(noon, "uphold"), draft=draft(state="upheld"), expect=1, review=review(noon))
    book = ledger.reviews(ledger.reviews_seq())
    answer = book.answer("pair-1", "linjiang")
    assert answer is not None
    assert answer.answer == "reject"
    assert answer.seq > book.marks(REF)[-1].seq > made.event_seq
    assert ledger.verify().ok


def test_of_two_who_decide_at_once_one_leaves_no_trace(ledger: Ledger, noon: datetime) -> None:
    put(ledger, noon, mark(noon))
    put(ledger, noon, mark(noon, "settle"), draft=draft(state="rejected"), expect=1)
    before = ledger.reviews_seq()
    with pytest.raises(LedgerError, match="item_stale"):
        put(ledger, noon, mark(noon, "uphold"), draft=draft(state="upheld"), expect=1, review=review(noon))
    assert ledger.reviews_seq() == before
    assert [m.kind for m in ledger.reviews(before).marks(REF)] == ["dispute", "settle"]
    assert ledger.verify().ok


@pytest.mark.parametrize(
    "changes",
    [
        {"record_ref": "虚构甲某"},
        {"record_ref": ""},
        {"status": "ACTIVE"},
        {"tenant": "other"},
        {"record_ref": "x" * 201},
    ],
)
def test_a_mark_names_its_record_by_a_hash_and_belongs_to_its_item(
    ledger: Ledger, noon: datetime, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"mark|tenant"):
        put(ledger, noon, mark(noon, **changes))
    assert ledger.items.get("objection", "o-1", tenant="linjiang") is None


def test_marks_survive_the_erasure_of_their_decision(
    ledger: Ledger, noon: datetime, make_decision: Any
) -> None:
    ledger.record_decision(
        decision=make_decision("d-1"), request=b"{}", tenant="linjiang", actor="a", opening_at=None, at=noon
    )
    put(ledger, noon, mark(noon, "lift", status="REPAIRED", since=noon))
    seq = ledger.reviews_seq()
    before = ledger.reviews(seq).marks(REF)
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="a", at=noon)
    assert ledger.reviews(seq).marks(REF) == before
    assert ledger.verify().ok


def test_an_altered_mark_is_found(ledger: Ledger, noon: datetime) -> None:
    put(ledger, noon, mark(noon))
    seq = ledger.reviews_seq()
    with ledger._engine.connect() as connection, connection.begin():
        connection.execute(update(schema.review).where(schema.review.c.event_seq == seq).values(body=b"{}"))
    with pytest.raises(LedgerError, match="tampered"):
        ledger.reviews(seq)
    assert not ledger.verify().ok
