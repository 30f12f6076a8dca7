"""PostgreSQL under the ledger: two processes that start at once, a server that dies, one that is not there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from postgres_server import PostgresServer, running

from graph.dates import CST
from matching.decision import Decision, Pins, TenderResult, Verdict
from matching.ledger import Entry, Ledger, LedgerError, open_ledger

pytestmark = pytest.mark.fault
AT = datetime(2026, 11, 22, 12, tzinfo=CST)


@pytest.fixture(scope="module")
def server(postgres_tool: Callable[[str], str]) -> Iterator[PostgresServer]:
    """A server of this module's own, which it may kill."""
    with running(postgres_tool) as one:
        yield one


def entry(name: str) -> Entry:
    """A decision to record."""
    pins = Pins(
        generation="1-0", generation_hash="1", known=1, lists=(), policy_hash="2", rule_pack="3",
        rule_pack_hash="4", algorithm="1", reviews_seq=0, as_of=AT, known_at=AT, input_hash="5",
    )  # fmt: skip
    decision = Decision(
        verdict=Verdict.CLEAR, bidders=(), tender=TenderResult(verdict=Verdict.CLEAR), pins=pins,
        decision_id=name, decided_at=AT, decision_hash="6",
    )  # fmt: skip
    return Entry(decision=decision, request=b"{}", tenant="t", actor="a", opening_at=None, at=AT)


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_many_that_open_an_empty_database_at_once_make_one_ledger(server: PostgresServer) -> None:
    url = server.database()
    opened: list[Ledger | LedgerError] = []

    def start() -> None:
        try:
            opened.append(open_ledger(url))
        except LedgerError as error:
            opened.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledgers = [one for one in opened if isinstance(one, Ledger)]
    assert len(ledgers) == 6
    for number, ledger in enumerate(ledgers):
        ledger.record_decisions([entry(f"d-{number}")])
    result = ledgers[0].verify()
    assert (result.ok, result.events) == (True, 6)
    for ledger in ledgers:
        ledger.close()


def test_what_was_acknowledged_survives_the_death_of_the_server(server: PostgresServer) -> None:
    """Writers go on while the server is killed: each acknowledged decision is there, and the chain is whole."""
    with open_ledger(server.database()) as ledger:
        done: set[str] = set()
        refused: list[str] = []
        stop = threading.Event()

        def write(worker: int) -> None:
            number = 0
            while not stop.is_set():
                name = f"w{worker}-{number}"
                number += 1
                try:
                    ledger.record_decisions([entry(name)])
                except LedgerError as error:
                    refused.append(error.code)
                    time.sleep(0.05)
                else:
                    done.add(name)

        threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(done) > 4)
        server.kill()
        wait_until(lambda: len(refused) > 0)
        server.start()
        before = len(done)
        end = time.monotonic() + 90
        while len(done) < before + 20 and time.monotonic() < end:
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
        assert len(done) > before
        assert set(refused) <= {"ledger.unavailable", "ledger.busy"}
        assert refused
        result = ledger.verify()
        assert result.ok
        assert all(ledger.decision(name, tenant="t") is not None for name in done)


def test_a_ledger_goes_on_by_itself_after_the_server_was_started_again(server: PostgresServer) -> None:
    with open_ledger(server.database()) as ledger:
        ledger.record_decisions([entry("d-1")])
        assert ledger.reviews_seq() == 0
        server.stop()
        with pytest.raises(LedgerError) as caught:
            ledger.record_decisions([entry("d-2")])
        assert caught.value.code == "ledger.unavailable"
        server.start()
        ledger.record_decisions([entry("d-3")])
        assert ledger.decision("d-3", tenant="t") is not None
        assert ledger.decision("d-2", tenant="t") is None


def test_a_server_that_is_not_there_is_named_without_its_password(server: PostgresServer) -> None:
    url = "postgresql://liancheng:geheim@127.0.0.1:1/ledger"
    start = time.monotonic()
    with pytest.raises(LedgerError) as caught:
        open_ledger(url)
    assert time.monotonic() - start < 45
    assert caught.value.code == "ledger.unavailable"
    assert "geheim" not in str(caught.value.params)
    with pytest.raises(LedgerError) as missing:
        open_ledger(server.database().rsplit("/", 1)[0] + "/nowhere")
    assert missing.value.code == "ledger.unavailable"
