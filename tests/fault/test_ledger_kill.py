"""kill -9 and a full disk: what was acknowledged is there, the rest left no trace, the chain is whole.

`LIANCHENG_SOAK` sets how often a writer is killed (10 by default; 5 in CI, 200 by `make soak`).
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from matching.ledger import LedgerError, open_ledger

ROUNDS = int(os.environ.get("LIANCHENG_SOAK", "10"))

pytestmark = pytest.mark.fault

WRITER = """
import sys, threading
from datetime import datetime
from graph.dates import CST
from matching.decision import Decision, Pins, TenderResult, Verdict
from matching.ledger import Entry, LedgerError, open_ledger

url, name, threads, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
at = datetime(2026, 11, 22, 12, tzinfo=CST)
pins = Pins(
    generation="1-0", generation_hash="1", known=1, lists=(), policy_hash="2", rule_pack="3",
    rule_pack_hash="4", algorithm="1", reviews_seq=0, as_of=at, known_at=at, input_hash="5",
)
ledger = open_ledger(url)
lock = threading.Lock()

def entry(number):
    decision = Decision(
        verdict=Verdict.CLEAR, bidders=(), tender=TenderResult(verdict=Verdict.CLEAR), pins=pins,
        decision_id=number,
    )
    return Entry(decision=decision, request=b"x" * 3000, tenant="t", actor="a", opening_at=None, at=at)

def work(thread):
    number = 0
    while True:
        ids = [f"{name}-{thread}-{number + k}" for k in range(batch)]
        number += batch
        try:
            ledger.record_decisions([entry(i) for i in ids])
        except LedgerError as error:
            with lock:
                print("error", error.code, flush=True)
            return
        with lock:
            print(" ".join(ids), flush=True)

workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
"""


def start(url: str, name: str, threads: int, batch: int, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, name, str(threads), str(batch)],
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def acknowledged(output: str) -> list[str]:
    """The ids in whole lines: a line that the kill cut short acknowledged nothing."""
    whole = output[: output.rfind("\n") + 1]
    return [name for line in whole.splitlines() if not line.startswith("error") for name in line.split()]


def test_nothing_acknowledged_is_lost_when_a_writer_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url).close()
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    promised: list[str] = []
    for round_number in range(ROUNDS):
        writers = [
            start(url, f"r{round_number}p{process}", threads=rng.choice([1, 4]), batch=rng.choice([1, 7]))
            for process in range(rng.choice([1, 2]))
        ]
        first = [writer.stdout.readline() for writer in writers if writer.stdout is not None]
        time.sleep(rng.uniform(0, 0.1))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer, line in zip(writers, first, strict=True):
            rest, _ = writer.communicate()
            assert "error" not in line + rest
            promised += acknowledged(line + rest)

    with open_ledger(url) as ledger:
        result = ledger.verify()
        kept = [ledger.decision(name, tenant="t") for name in promised]
        ledger.put_document("policy", "after", b"still writable")
        assert ledger.verify().ok
    assert result.problems == ()
    assert len(promised) >= ROUNDS
    assert all(stored is not None and len(stored.request or b"") == 3000 for stored in kept)
    assert result.events >= len(promised)


def test_a_full_disk_is_said_and_leaves_nothing_half(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with open_ledger(url) as ledger:
        ledger.put_document("policy", "aa", b"x" * 1000)
        writer = ledger._writer
        connection = ledger._engine.connect().execution_options(ledger_write=True)
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
        connection.commit()
        writer._connection = connection

        with pytest.raises(LedgerError) as caught:
            ledger.put_document("rule_pack", "bb", b"x" * 100_000)
        assert caught.value.code == "ledger.full"
        assert ledger.document("rule_pack", "bb") is None
        assert ledger.verify().events == 1
        assert ledger.verify().ok

        ledger.put_document("rule_pack", "bb", b"x" * 100_000)
        assert ledger.document("rule_pack", "bb") is not None
        assert ledger.verify().ok


def test_a_file_that_may_not_grow_stops_the_writer_with_an_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url).close()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    writer = start(url, "w", 2, 3, preexec_fn=limit)
    output, _ = writer.communicate(timeout=180)
    lines = output.splitlines()
    names = acknowledged(output)
    assert lines[-1].split()[0] == "error"
    assert lines[-1].split()[1] in ("ledger.full", "ledger.unavailable")
    with open_ledger(url) as ledger:
        result = ledger.verify()
        assert result.problems == ()
        assert result.events >= len(names) > 0
        assert all(ledger.decision(name, tenant="t") is not None for name in names)
        ledger.put_document("policy", "after", b"there is room again")
        assert ledger.verify().ok


def test_a_writer_that_is_locked_out_says_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.ledger.engine.BUSY_SECONDS", 0.2)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with open_ledger(url) as holder, open_ledger(url) as other:
        with holder._engine.connect().execution_options(ledger_write=True) as connection, connection.begin():
            connection.exec_driver_sql("DELETE FROM idempotency")
            with pytest.raises(LedgerError) as caught:
                other.put_document("policy", "aa", b"x")
            assert caught.value.code == "ledger.busy"
            assert other.document("policy", "aa") is None
        other.put_document("policy", "aa", b"x")
        assert other.verify().ok


def test_many_processes_may_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    code = "import sys\nfrom matching.ledger import open_ledger\nopen_ledger(sys.argv[1]).close()"
    starts = [
        subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [process.communicate()[1] for process in starts] == [""] * 4
    with open_ledger(url, create=False) as ledger:
        assert ledger.verify().ok
