"""Decisions come back as recorded, to their tenant alone, and are never half there."""

from __future__ import annotations

import concurrent.futures
import contextlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from graph.messages import catalogue
from matching.decision import Decision, to_json
from matching.ledger import Entry, Ledger, LedgerError, Viewer, open_ledger, visible


def test_a_decision_comes_back_as_recorded(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    opening = noon + timedelta(days=2)
    decision = record("d-1", request="{“标段”}".encode(), opening_at=opening)

    stored = ledger.decision("d-1", tenant="linjiang")

    assert stored is not None
    assert stored.decision == decision
    assert stored.body == to_json(decision)
    assert stored.request == "{“标段”}".encode()
    assert (stored.recorded_at, stored.opening_at, stored.actor) == (noon, opening, "platform-1")
    assert (stored.event_seq, stored.erased) == (1, False)


def test_other_tenants_find_nothing(ledger: Ledger, record: Callable[..., Decision]) -> None:
    record("d-1")
    assert ledger.decision("d-1", tenant="other") is None
    assert ledger.decisions(tenant="other", limit=10) == []
    assert ledger.decision("d-2", tenant="linjiang") is None


def test_it_survives_closing(ledger_url: str, ledger: Ledger, record: Callable[..., Decision]) -> None:
    record("d-1")
    ledger.close()
    with open_ledger(ledger_url, create=False) as again:
        stored = again.decision("d-1", tenant="linjiang")
        assert stored is not None
        assert stored.decision is not None
        assert stored.decision.decision_id == "d-1"
        assert again.verify().ok


def test_listing_goes_backwards_in_pages(ledger: Ledger, record: Callable[..., Decision]) -> None:
    for number in range(5):
        record(f"d-{number}")
    record("x-1", tenant="other")
    first = ledger.decisions(tenant="linjiang", limit=3)
    second = ledger.decisions(tenant="linjiang", limit=3, before=first[-1].event_seq)
    assert [item.decision_id for item in first + second] == ["d-4", "d-3", "d-2", "d-1", "d-0"]


def test_an_id_is_recorded_once(ledger: Ledger, record: Callable[..., Decision]) -> None:
    record("d-1", request=b"first")
    with pytest.raises(LedgerError) as caught:
        record("d-1", request=b"second")
    assert caught.value.code == "ledger.duplicate"
    stored = ledger.decision("d-1", tenant="linjiang")
    assert stored is not None
    assert stored.request == b"first"
    assert ledger.verify().events == 1


def test_a_batch_is_recorded_whole_or_not_at_all(
    ledger: Ledger, record: Callable[..., Decision], make_decision: Callable[..., Decision], noon: datetime
) -> None:
    def entry(name: str) -> Entry:
        return Entry(
            decision=make_decision(name), request=b"r", tenant="linjiang", actor="a", opening_at=None, at=noon
        )

    record("d-2")
    with pytest.raises(LedgerError):
        ledger.record_decisions([entry("d-1"), entry("d-2"), entry("d-3")])
    assert ledger.decision("d-1", tenant="linjiang") is None
    ledger.record_decisions([entry(f"b-{number}") for number in range(100)])
    ledger.record_decisions([])
    assert ledger.verify().events == 101
    assert ledger.verify().ok


def test_a_decision_without_an_id_is_refused(ledger: Ledger, record: Callable[..., Decision]) -> None:
    with pytest.raises(ValueError, match="id"):
        record("")
    assert ledger.verify().events == 0


def test_threads_share_commits_and_one_bad_caller_fails_alone(
    ledger: Ledger, record: Callable[..., Decision], make_decision: Callable[..., Decision], noon: datetime
) -> None:
    record("taken")
    failed: list[str] = []

    def many(worker: int) -> None:
        for number in range(25):
            name = "taken" if number == 10 else f"w{worker}-{number}"
            try:
                ledger.record_decision(
                    decision=make_decision(name), request=b"", tenant="t", actor="a", opening_at=None, at=noon
                )
            except LedgerError as error:
                failed.append(error.code)

    threads = [threading.Thread(target=many, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    result = ledger.verify()
    assert (result.ok, result.events) == (True, 1 + 8 * 24)
    assert failed == ["ledger.duplicate"] * 8
    for worker in range(8):
        for number in set(range(25)) - {10}:
            assert ledger.decision(f"w{worker}-{number}", tenant="t") is not None


def test_several_writers_extend_one_chain(
    ledger_url: str, ledger: Ledger, record: Callable[..., Decision]
) -> None:
    with open_ledger(ledger_url) as second:
        for number in range(10):
            record(f"a-{number}")
            second.put_document("policy", f"{number:064d}", b"x")
        assert second.verify().ok
        assert ledger.verify().events == 20


def test_who_bids_is_sealed_until_the_opening(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    opening = noon + timedelta(hours=1)
    record("d-1", opening_at=opening)
    stored = ledger.decision("d-1", tenant="linjiang")
    assert stored is not None
    before = opening - timedelta(microseconds=1)

    def sees(at: datetime, tenant: str = "linjiang", principal: str = "platform-1", *roles: str) -> bool:
        return visible(stored, Viewer(tenant=tenant, roles=frozenset(roles), principal=principal), at)

    assert sees(before, "linjiang", "platform-1", "platform")
    assert not sees(before, "linjiang", "platform-2", "platform")
    assert not sees(before, "linjiang", "platform-1", "investigator", "admin", "audit")
    assert not sees(before, "linjiang", "", "platform")
    assert sees(opening, "linjiang", "somebody")
    assert not sees(opening, "other", "platform-1", "platform", "admin")


def test_documents_stand_under_their_hash(ledger: Ledger, noon: datetime) -> None:
    ledger.put_document("policy", "aa", b"[A01]", at=noon)
    ledger.put_document("policy", "aa", b"[A01]", at=noon)
    assert ledger.document("policy", "aa") == b"[A01]"
    assert ledger.document("rule_pack", "aa") is None
    with pytest.raises(LedgerError) as caught:
        ledger.put_document("policy", "aa", b"[A02]", at=noon)
    assert caught.value.code == "ledger.document_conflict"
    assert ledger.verify().events == 1


def test_opening_says_what_is_wrong(tmp_path: Path) -> None:
    def code(url: str, *, create: bool = False) -> str:
        with pytest.raises(LedgerError) as caught:
            open_ledger(url, create=create)
        error = caught.value
        sentences = catalogue("matching")[error.code]
        assert all(sentences[lang].format_map(error.params) for lang in ("zh", "en"))
        return error.code

    foreign = tmp_path / "foreign.db"
    with contextlib.closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE t (a)")
    noise = tmp_path / "noise.db"
    noise.write_bytes(b"\x00\x01 not a database" * 400)
    (tmp_path / "file").write_text("")

    assert code(f"sqlite:///{tmp_path / 'none.db'}") == "ledger.missing"
    assert code(f"sqlite:///{foreign}") == "ledger.damaged"
    assert code(f"sqlite:///{noise}") == "ledger.damaged"
    assert code(f"sqlite:///{tmp_path / 'file' / 'l.db'}", create=True) == "ledger.unavailable"
    for url in ("sqlite://", "sqlite:///:memory:", "nonsense", "oracle9://x/y"):
        assert code(url, create=True) == "ledger.url"


def test_a_newer_ledger_is_not_touched(ledger_url: str, ledger: Ledger) -> None:
    with ledger._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    ledger.close()
    with pytest.raises(LedgerError) as caught:
        open_ledger(ledger_url)
    assert caught.value.code == "ledger.version"
    assert caught.value.params["found"] == "9999"


def test_importing_the_ledger_loads_no_database_library() -> None:
    code = "import sys, matching.ledger; sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_schema_is_the_newest_migration(ledger: Ledger) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from matching.ledger import schema
    from matching.ledger.engine import alembic_config

    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == schema.REVISION
    with ledger._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
def test_only_its_owner_can_read_the_file(
    ledger_url: str, ledger: Ledger, record: Callable[..., Decision]
) -> None:
    record("d-1")
    folder = Path(ledger_url.removeprefix("sqlite:///")).parent
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}


def test_more_threads_than_a_pool_holds_read_and_write_at_once(
    ledger: Ledger, make_decision: Callable[..., Decision], noon: datetime
) -> None:
    def decide(worker: int) -> None:
        for turn in range(5):
            ledger.reviews_seq()
            ledger.record_decisions(
                [
                    Entry(
                        decision=make_decision(f"d-{worker}-{turn}"),
                        request=b"r",
                        tenant="linjiang",
                        actor="a",
                        opening_at=None,
                        at=noon,
                    )
                ]
            )

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        list(pool.map(decide, range(40)))
    assert ledger.verify().events == 200
