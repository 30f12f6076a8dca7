"""Every way of tampering that we could think of is found, and each finding has its sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from graph.messages import catalogue
from matching.decision import Decision, Evidence
from matching.ledger import Checkpoint, Ledger, LedgerError, schema
from matching.ledger.chain import GENESIS, decode

FORGED_VERDICT = "UPDATE decision SET body = replace(body, 'CLEAR', 'BLOCK') WHERE event_seq = 6"
FORGED_BYTES = "UPDATE decision SET body = CAST(replace(body, 'CLEAR', 'BLOCK') AS BLOB) WHERE event_seq = 6"
FORGED_DECISION = "INSERT INTO decision (event_seq, decision_id, tenant) VALUES (4, 'd-7', 't')"
INVENTED_KEY = """INSERT INTO decision_index (tenant, key, event_seq, at, verdict, actor)
    SELECT tenant, 'code:x', event_seq, at, 'BLOCK', actor FROM decision_index WHERE event_seq = 6"""


@pytest.fixture
def filled(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence], noon: datetime
) -> Ledger:
    """A ledger with seven events: three decisions, a document, a review, a checkpoint, an erasure."""
    record("d-1", make_evidence())
    ledger.put_document("policy", "aa", b"[A01]", at=noon)
    record("d-2")
    ledger.add_review(
        pair_key="pair-1",
        answer="reject",
        reviewer="r",
        reason="x",
        decision_id="d-1",
        list="SXBZXR",
        record="n",
        record_hash="ab",
        subject="s",
        tier="E2",
        tenant="linjiang",
        at=noon,
    )
    ledger.checkpoint(date(2026, 11, 22), at=noon)
    record("d-3")
    ledger.erase_decision_subject("d-2", tenant="linjiang", actor="o", at=noon)
    assert ledger.verify().ok
    return ledger


def spoken(ledger: Ledger, statement: str) -> str:
    """A statement written for SQLite as the ledger's database says it."""
    if ledger._engine.dialect.name == "sqlite":
        return statement
    statement = re.sub(r"zeroblob\((\d+)\)", r"decode(repeat('00', \1), 'hex')", statement)
    replacing = r"replace\(body, ('[^']+'), ('[^']+')\)"
    given = r"convert_to(replace(convert_from(body, 'UTF8'), \1, \2), 'UTF8')"
    return re.sub(rf"CAST\({replacing} AS BLOB\)|{replacing}", lambda m: re.sub(
        replacing, given, m[0].removeprefix("CAST(").removesuffix(" AS BLOB)")
    ), statement)  # fmt: skip


def tamper(ledger: Ledger, *statements: str) -> list[tuple[int, str]]:
    with ledger._engine.begin() as connection:
        for statement in statements:
            assert connection.exec_driver_sql(spoken(ledger, statement)).rowcount == 1
    result = ledger.verify()
    assert result.ok is (not result.problems)
    sentences = catalogue("matching")
    for problem in result.problems:
        assert str(problem.seq) in sentences[problem.code]["zh"].format(seq=problem.seq)
        assert str(problem.seq) in sentences[problem.code]["en"].format(seq=problem.seq)
    return [(problem.seq, problem.code) for problem in result.problems]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE event SET body = replace(body, 'platform-1', 'platform-9') WHERE seq = 3",
            (3, "audit.altered"),
        ),
        ("UPDATE event SET body = 'x' WHERE seq = 3", (3, "audit.altered")),
        ("UPDATE event SET hash = zeroblob(32) WHERE seq = 3", (3, "audit.altered")),
        ("DELETE FROM event WHERE seq = 3", (3, "audit.missing")),
        ("DELETE FROM event WHERE seq = 1", (1, "audit.missing")),
        ("DELETE FROM event WHERE seq = 7", (7, "audit.tail")),
        ("UPDATE event SET seq = 99 WHERE seq = 3", (99, "audit.order")),
        ("DELETE FROM chain_head", (7, "audit.tail")),
        ("UPDATE chain_head SET seq = 6", (7, "audit.tail")),
        ("DELETE FROM decision WHERE decision_id = 'd-1'", (1, "audit.decision_missing")),
        (FORGED_VERDICT, (6, "audit.decision_altered")),
        (FORGED_BYTES, (6, "audit.decision_altered")),
        ("UPDATE decision SET request = 'x' WHERE event_seq = 6", (6, "audit.decision_altered")),
        ("UPDATE decision SET salt = zeroblob(16) WHERE event_seq = 6", (6, "audit.decision_altered")),
        ("UPDATE decision SET tenant = 'other' WHERE event_seq = 6", (6, "audit.decision_altered")),
        ("UPDATE decision SET decision_id = 'd-9' WHERE event_seq = 6", (6, "audit.decision_altered")),
        ("UPDATE decision SET body = NULL WHERE event_seq = 6", (6, "audit.decision_altered")),
        (
            "UPDATE decision SET erased_seq=7, body=NULL, request=NULL, salt=NULL WHERE event_seq = 6",
            (6, "audit.erasure"),
        ),
        ("UPDATE decision SET erased_seq = 7 WHERE event_seq = 6", (6, "audit.decision_altered")),
        ("UPDATE decision SET event_seq = 50 WHERE event_seq = 6", (50, "audit.decision_unrecorded")),
        (FORGED_DECISION, (4, "audit.decision_unrecorded")),
        ("DELETE FROM decision_index WHERE event_seq = 6", (6, "audit.decision_index")),
        ("UPDATE decision_index SET verdict = 'BLOCK' WHERE event_seq = 6", (6, "audit.decision_index")),
        ("UPDATE decision_index SET opening_at = 1 WHERE event_seq = 6", (6, "audit.decision_index")),
        ("UPDATE decision_index SET at = at + 1 WHERE event_seq = 3", (3, "audit.decision_index")),
        ("UPDATE decision_index SET actor = 'user:x' WHERE event_seq = 6", (6, "audit.decision_index")),
        ("UPDATE decision_index SET event_seq = 77 WHERE event_seq = 6", (77, "audit.decision_index")),
        ("UPDATE decision_index SET tenant = 'other' WHERE event_seq = 6", (6, "audit.decision_index")),
        (INVENTED_KEY, (6, "audit.decision_index")),
        ("UPDATE review SET body = replace(body, 'reject', 'confirm')", (4, "audit.review_altered")),
        ("DELETE FROM review", (4, "audit.review_missing")),
        ("UPDATE review SET event_seq = 5", (5, "audit.review_unrecorded")),
        ("UPDATE document SET body = '[A99]'", (2, "audit.document_altered")),
        ("UPDATE document SET sha256 = 'bb'", (2, "audit.document_altered")),
        ("DELETE FROM document", (2, "audit.document_missing")),
        ("UPDATE document SET event_seq = 90", (90, "audit.document_unrecorded")),
    ],
)
def test_tampering_is_found(filled: Ledger, statement: str, problem: tuple[int, str]) -> None:
    assert problem in tamper(filled, statement)


def test_swapped_events_are_found(filled: Ledger) -> None:
    found = tamper(
        filled,
        "UPDATE event SET seq = -3 WHERE seq = 3",
        "UPDATE event SET seq = 3 WHERE seq = 6",
        "UPDATE event SET seq = 6 WHERE seq = -3",
    )
    assert {(3, "audit.order"), (6, "audit.order")} <= set(found)


def test_a_tail_cut_together_with_its_head_shows_against_a_checkpoint(filled: Ledger, noon: datetime) -> None:
    anchor = filled.checkpoint(date(2026, 11, 23), at=noon)
    assert filled.verify([anchor]).ok
    before = filled.verify()
    with filled._engine.begin() as connection:
        previous = connection.exec_driver_sql("SELECT hash FROM event WHERE seq = 5").scalar_one()
        connection.exec_driver_sql("DELETE FROM event WHERE seq > 5")
        connection.exec_driver_sql("DELETE FROM decision WHERE event_seq > 5")
        connection.exec_driver_sql("UPDATE decision SET event_seq = event_seq")
        connection.execute(update(schema.chain_head).values(seq=5, hash=previous))
    assert "audit.checkpoint" in {problem.code for problem in filled.verify([anchor]).problems}
    assert before.head_seq == 8


def test_a_forged_chain_breaks_its_checkpoint(filled: Ledger) -> None:
    found = tamper(filled, "UPDATE event SET hash = zeroblob(32) WHERE seq = 4")
    assert (5, "audit.checkpoint") in found


def test_the_chain_can_be_checked_by_hand(filled: Ledger) -> None:
    head = GENESIS
    with filled._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT seq, body, hash FROM event ORDER BY seq").all()
    for _seq, body, stored in rows:
        head = hashlib.sha256(head + body).digest()
        assert head == stored
        assert decode(body) is not None
    assert filled.verify().head_hash == head.hex()


def test_a_checkpoint_is_made_once_a_day(filled: Ledger, noon: datetime) -> None:
    again = filled.checkpoint(date(2026, 11, 22), at=noon + timedelta(hours=1))
    assert (again.day, again.seq, again.event_seq) == ("2026-11-22", 4, 5)
    assert filled.verify([again]).events == 7
    assert not filled.verify([Checkpoint(day="x", seq=4, hash="00", event_seq=5)]).ok
    assert not filled.verify([Checkpoint(day="x", seq=400, hash="00", event_seq=5)]).ok


def test_what_was_tampered_with_is_not_handed_out(filled: Ledger) -> None:
    tamper(filled, FORGED_VERDICT)
    with pytest.raises(LedgerError) as caught:
        filled.decision("d-3", tenant="linjiang")
    assert caught.value.code == "ledger.tampered"
    tamper(filled, "UPDATE review SET body = replace(body, 'reject', 'confirm')")
    with pytest.raises(LedgerError):
        filled.reviews(filled.reviews_seq())


def test_the_chain_holds_no_bodies(filled: Ledger) -> None:
    with filled._engine.connect() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM event").scalars().all()
    text = b"".join(bodies).decode()
    assert "虚构" not in text
    assert "临江" not in text


def test_an_empty_ledger_is_valid(ledger: Ledger) -> None:
    result = ledger.verify()
    assert (result.ok, result.events, result.head_hash) == (True, 0, GENESIS.hex())
