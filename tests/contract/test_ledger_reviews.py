"""Reviews, the queue of open questions, erasure, and idempotency keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from matching.decision import Decision, Effect, Evidence, Tier
from matching.ledger import Ledger, LedgerError, Review, Viewer, open_ledger, schema


def answer(ledger: Ledger, pair: str, text: str, noon: datetime, **changes: Any) -> Review:
    fields: dict[str, Any] = {
        "pair_key": pair,
        "answer": text,
        "reviewer": "reviewer-1",
        "reason": "同名不同人",
        "decision_id": "d-1",
        "list": "SXBZXR",
        "record": "（2024）临0001执12号",
        "record_hash": "ab" * 32,
        "subject": "虚构甲某",
        "tier": "E2",
        "tenant": "linjiang",
        "at": noon,
    }
    return ledger.add_review(**(fields | changes))


def test_a_review_book_is_what_was_answered_by_then(ledger: Ledger, noon: datetime) -> None:
    assert ledger.reviews_seq() == 0
    assert ledger.reviews(0).answer("pair-1", "linjiang") is None
    first = answer(ledger, "pair-1", "reject", noon)
    second = answer(ledger, "pair-1", "confirm", noon + timedelta(hours=1))
    other = answer(ledger, "pair-2", "reject", noon)

    assert (first.seq, second.seq, ledger.reviews_seq()) == (1, 2, 3)
    assert ledger.reviews(3).answer("pair-1", "linjiang") == second
    assert ledger.reviews(3).answer("pair-2", "linjiang") == other
    assert ledger.reviews(1).answer("pair-1", "linjiang") == first
    assert ledger.reviews(1).answer("pair-2", "linjiang") is None
    assert len(ledger.reviews(3)) == 2


def test_an_answer_counts_for_the_tenant_whose_people_gave_it(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime, make_evidence: Callable[..., Evidence]
) -> None:
    for tenant in ("linjiang", "elsewhere"):
        record(f"d-{tenant}", make_evidence(), tenant=tenant)
    answer(ledger, "pair-1", "reject", noon, tenant="elsewhere")
    book = ledger.reviews(ledger.reviews_seq())
    assert book.of("linjiang").answer("pair-1") is None
    theirs = book.of("elsewhere").answer("pair-1")
    assert theirs is not None
    assert theirs.answer == "reject"
    assert [match.tenant for match in ledger.pending_matches("linjiang")] == ["linjiang"]
    assert ledger.pending_matches("elsewhere") == []
    answer(ledger, "pair-1", "confirm", noon)
    book = ledger.reviews(ledger.reviews_seq())
    assert [one.answer for t in ("linjiang", "elsewhere") if (one := book.answer("pair-1", t))] == [
        "confirm",
        "reject",
    ]


def test_a_book_once_handed_out_does_not_change(ledger_url: str, ledger: Ledger, noon: datetime) -> None:
    answer(ledger, "pair-1", "reject", noon)
    book = ledger.reviews(1)
    with open_ledger(ledger_url) as other:
        answer(other, "pair-1", "confirm", noon)
    assert ledger.reviews_seq() == 2
    later, earlier = ledger.reviews(2).answer("pair-1", "linjiang"), book.answer("pair-1", "linjiang")
    assert later is not None
    assert later.answer == "confirm"
    assert earlier is not None
    assert earlier.answer == "reject"


def test_a_review_needs_an_answer_and_an_opaque_key(ledger: Ledger, noon: datetime) -> None:
    for pair, text in (("pair-1", "maybe"), ("虚构甲某", "reject"), ("", "reject"), ("p" * 201, "reject")):
        with pytest.raises(ValueError, match=r"review|pair key"):
            answer(ledger, pair, text, noon)
    assert ledger.reviews_seq() == 0


@pytest.mark.parametrize(
    ("effect", "tier", "asks"),
    [
        (Effect.REVIEW, Tier.E2, True), (Effect.REVIEW, Tier.E3, True), (Effect.REVIEW, Tier.E5, True),
        (Effect.FLAG, Tier.E4, True), (Effect.FLAG, Tier.E2, False), (Effect.REVIEW, Tier.E1, False),
        (Effect.INFO, Tier.E4, False), (Effect.BLOCK, Tier.E2, False),
    ],
)  # fmt: skip
def test_questions_come_from_findings(
    ledger: Ledger,
    record: Callable[..., Decision],
    make_evidence: Callable[..., Evidence],
    effect: Effect,
    tier: Tier,
    asks: bool,
) -> None:
    record("d-1", make_evidence(tier=tier), effect=effect)
    assert len(ledger.pending_matches("linjiang", 10)) == asks


def test_only_unconfirmed_pairs_are_questions(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence]
) -> None:
    record("d-1", make_evidence(pair=""), make_evidence(pair="p", confirmed_by="reviewer-1"))
    assert ledger.pending_matches("linjiang", 10) == []


def test_the_queue_holds_a_pair_once_until_it_is_answered(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence], noon: datetime
) -> None:
    record("d-1", make_evidence(pair="pair-1"), make_evidence(pair="pair-2", subject="虚构乙某"))
    record("d-2", make_evidence(pair="pair-1"))
    waiting = ledger.pending_matches("linjiang", 10)
    assert [(item.pair_key, item.decision_id, item.rule) for item in waiting] == [
        ("pair-1", "d-1", "A12"),
        ("pair-2", "d-1", "A12"),
    ]
    assert ledger.pending_matches("linjiang", 1) == waiting[:1]
    assert ledger.pending_matches("other", 10) == []

    answer(ledger, "pair-1", "reject", noon)
    assert [item.pair_key for item in ledger.pending_matches("linjiang", 10)] == ["pair-2"]


def test_a_changed_record_asks_again(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence], noon: datetime
) -> None:
    record("d-1", make_evidence())
    answer(ledger, "pair-1", "reject", noon)
    record("d-2", make_evidence())
    assert ledger.pending_matches("linjiang", 10) == []
    record("d-3", make_evidence(record_hash="cd" * 32))
    assert [item.decision_id for item in ledger.pending_matches("linjiang", 10)] == ["d-3"]


def test_questions_are_sealed_until_the_opening(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence], noon: datetime
) -> None:
    record("d-1", make_evidence(), opening_at=noon + timedelta(days=1))
    clerk = Viewer(tenant="linjiang", roles=frozenset({"reviewer"}), principal="clerk")
    platform = Viewer(tenant="linjiang", roles=frozenset({"platform"}), principal="platform-1")

    def seen(viewer: Viewer, at: datetime) -> list[str]:
        return [m.decision_id for m in ledger.pending_matches("linjiang", 10, viewer=viewer, at=at)]

    assert seen(clerk, noon) == []
    assert seen(platform, noon) == ["d-1"]
    assert seen(clerk, noon + timedelta(days=1)) == ["d-1"]
    assert seen(Viewer(tenant="other", roles=frozenset({"platform"}), principal="platform-1"), noon) == []
    with pytest.raises(ValueError, match="time"):
        ledger.pending_matches("linjiang", 10, viewer=clerk)

    record(
        "d-2", make_evidence(), opening_at=noon
    )  # the same pair in a tender that was opened: no secret any more
    assert seen(clerk, noon) == ["d-2"]


def test_erasure_takes_the_words_and_leaves_the_chain(
    ledger_url: str,
    ledger: Ledger,
    record: Callable[..., Decision],
    make_evidence: Callable[..., Evidence],
    noon: datetime,
) -> None:
    record("d-1", make_evidence(subject="虚构被遗忘者"), request="虚构被遗忘者".encode())
    record("d-2", make_evidence(pair="pair-2"))
    answer(ledger, "pair-1", "reject", noon, subject="虚构被遗忘者", reason="虚构被遗忘者另有其人")

    for _ in range(2):
        ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer-1", at=noon)

    stored = ledger.decision("d-1", tenant="linjiang")
    assert stored is not None
    assert (stored.erased, stored.decision, stored.body, stored.request) == (True, None, None, None)
    kept = ledger.reviews(ledger.reviews_seq()).answer("pair-1", "linjiang")
    assert kept is not None
    assert (kept.answer, kept.reviewer, kept.subject, kept.reason) == ("reject", "reviewer-1", "", "")
    assert [item.pair_key for item in ledger.pending_matches("linjiang", 10)] == ["pair-2"]
    result = ledger.verify()
    assert (result.ok, result.events) == (True, 4)
    with ledger._engine.connect() as connection:
        for table in schema.metadata.sorted_tables:
            assert "被遗忘者" not in str(connection.execute(select(table)).all())
    ledger.close()
    if ledger_url.startswith("sqlite"):
        files = Path(ledger_url.removeprefix("sqlite:///")).parent.iterdir()
        assert not any("被遗忘者".encode() in path.read_bytes() for path in files)


def test_erasure_needs_the_tenants_decision_and_a_code(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    record("d-1")
    with pytest.raises(LedgerError) as caught:
        ledger.erase_decision_subject("d-1", tenant="other", actor="a", at=noon)
    assert caught.value.code == "ledger.no_decision"
    with pytest.raises(ValueError, match="code"):
        ledger.erase_decision_subject("d-1", tenant="linjiang", actor="a", at=noon, ground="虚构甲某 asked")
    stored = ledger.decision("d-1", tenant="linjiang")
    assert stored is not None
    assert stored.erased is False


def test_a_key_answers_the_same_body_with_the_same_decision(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    assert ledger.lookup_key("linjiang", "k", "h1").state == "new"
    assert ledger.reserve_key("linjiang", "k", "h1", at=noon).state == "new"
    assert ledger.reserve_key("linjiang", "k", "h1", at=noon).state == "in_flight"
    assert ledger.reserve_key("linjiang", "k", "h2", at=noon).state == "conflict"
    assert ledger.reserve_key("other", "k", "h2", at=noon).state == "new"

    record("d-1", idempotency_key="k")
    done = ledger.reserve_key("linjiang", "k", "h1", at=noon + timedelta(days=1))
    assert (done.state, done.decision_id) == ("done", "d-1")
    assert ledger.lookup_key("linjiang", "k", "h2").state == "conflict"


def test_who_took_too_long_with_a_key_makes_no_second_decision(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    for seconds in (0, 60):
        assert ledger.reserve_key("linjiang", "k", "h", at=noon + timedelta(seconds=seconds)).state == "new"
    record("d-2", idempotency_key="k")
    with pytest.raises(LedgerError) as caught:
        record("d-1", idempotency_key="k")
    assert caught.value.code == "ledger.key_taken"
    assert ledger.decision("d-1", tenant="linjiang") is None
    assert ledger.lookup_key("linjiang", "k", "h").decision_id == "d-2"


def test_a_key_is_free_again_after_failure_death_or_expiry(ledger: Ledger, noon: datetime) -> None:
    ledger.reserve_key("t", "k", "h", at=noon)
    ledger.release_key("t", "k", at=noon - timedelta(seconds=1))  # of another who had it
    assert ledger.reserve_key("t", "k", "h", at=noon).state == "in_flight"
    ledger.release_key("t", "k", at=noon)
    assert ledger.reserve_key("t", "k", "h", at=noon).state == "new"
    assert ledger.reserve_key("t", "k", "h", at=noon + timedelta(seconds=59)).state == "in_flight"
    assert ledger.reserve_key("t", "k", "h", at=noon + timedelta(seconds=60)).state == "new"
    ledger.complete_key("t", "k", "d-1")
    ledger.release_key("t", "k", at=noon + timedelta(seconds=60))
    assert ledger.lookup_key("t", "k", "h").state == "done"
    ledger.expire_keys(noon + timedelta(days=1))
    assert ledger.lookup_key("t", "k", "h").state == "new"
