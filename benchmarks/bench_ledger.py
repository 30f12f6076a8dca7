"""The ledger: one durable decision at a time, threads that share commits, batches, reading, checking.

    python benchmarks/bench_ledger.py --out benchmarks/results/ledger.json

Fictitious decisions of about 3 kB. Each commit is on the disk when it returns (SQLite WAL, synchronous=FULL),
so the disk's own flush is timed beside it. Times of single calls are per call; rates are the median and range
of five rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from graph.dates import CST
from matching.decision import (
    Bilingual,
    Decision,
    Effect,
    Evidence,
    Finding,
    ListPin,
    Pins,
    SubjectResult,
    TenderResult,
    Tier,
    Verdict,
    to_json,
)
from matching.ledger import Entry, Ledger, open_ledger

AT = datetime(2026, 11, 22, 12, tzinfo=CST)
BATCH = 64
ROUNDS = 5


def entry(number: int) -> Entry:
    """A decision with one finding and its evidence: about 3 kB."""
    evidence = Evidence(
        list="SXBZXR",
        record=f"（2024）临99执{number}号",
        record_hash="a" * 64,
        subject="临江市虚构建设有限公司",
        status="ACTIVE",
        tier=Tier.E1,
        role="sole",
        submitted="91329900LJ0000000X",
        matched="91329900LJ0000000X",
        field="uscc",
        row={f"栏目{i}": "虚构内容" * 3 for i in range(15)},
    )
    finding = Finding(
        code="A02",
        effect=Effect.BLOCK,
        title=Bilingual(zh="测试", en="test"),
        detail=Bilingual(zh="虚构的说明" * 8, en="An invented explanation. " * 8),
        legal_basis=(),
        evidence=(evidence,),
    )
    bidder = SubjectResult(
        client_id="1",
        role="bidder",
        name="临江市虚构建设有限公司",
        code="91329900LJ0000000X",
        verdict=Verdict.BLOCK,
        reasons=(finding,),
    )
    lists = tuple(
        ListPin(code=code, sha256="b" * 64, taken_at=AT, records=1_000, stale=False)
        for code in ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ", "TQGZ")
    )
    pins = Pins(
        generation="1-0123456789ab",
        generation_hash="c" * 64,
        known=1,
        lists=lists,
        policy_hash="d" * 64,
        rule_pack="1",
        rule_pack_hash="e" * 64,
        algorithm="1",
        reviews_seq=0,
        as_of=AT,
        known_at=AT,
        input_hash="f" * 64,
    )
    decision = Decision(
        verdict=Verdict.BLOCK,
        bidders=(bidder,),
        tender=TenderResult(verdict=Verdict.CLEAR),
        pins=pins,
        decision_id=f"{number:036d}",
        decided_at=AT,
        decision_hash="0" * 64,
    )
    return Entry(decision=decision, request=b"{}" * 300, tenant="t", actor="bench", opening_at=None, at=AT)


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds at the median, the 99th percentile and the maximum."""
    ordered = sorted(seconds)
    return {
        "p50_ms": round(ordered[len(ordered) // 2] * 1e3, 3),
        "p99_ms": round(ordered[len(ordered) * 99 // 100] * 1e3, 3),
        "max_ms": round(ordered[-1] * 1e3, 3),
    }


def timed(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def flush(folder: Path) -> dict[str, float]:
    """What the disk itself takes to make one page durable."""
    handle = os.open(folder / "probe", os.O_CREAT | os.O_WRONLY)
    try:
        found = []
        for _ in range(300):
            os.write(handle, b"x" * 4096)
            found.append(timed(lambda: os.fdatasync(handle)))
        return quantiles(found)
    finally:
        os.close(handle)


def one_by_one(ledger: Ledger, count: int) -> dict[str, float]:
    """One caller, one decision per commit."""
    entries = [entry(number) for number in range(count)]
    return quantiles([timed(lambda e=e: ledger.record_decisions((e,))) for e in entries])  # type: ignore[misc]


def threads(ledger: Ledger, workers: int, each: int, base: int) -> float:
    """Decisions a second when many threads record one at a time and share commits."""
    work = [[entry(base + worker * each + number) for number in range(each)] for worker in range(workers)]

    def run(entries: list[Entry]) -> None:
        for item in entries:
            ledger.record_decisions((item,))

    started = [threading.Thread(target=run, args=(entries,)) for entries in work]

    def go() -> None:
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()

    return workers * each / timed(go)


def batches(ledger: Ledger, count: int, base: int) -> float:
    """Decisions a second in batches of 64."""
    entries = [entry(base + number) for number in range(count * BATCH)]

    def go() -> None:
        for start in range(0, len(entries), BATCH):
            ledger.record_decisions(entries[start : start + BATCH])

    return len(entries) / timed(go)


def main() -> None:
    """Run and print; with `--out` also into a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=3_000, help="decisions recorded one by one")
    parser.add_argument("--folder", type=Path, help="where to put the ledger: the disk to measure")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ledger.db'}"
        first_open = timed(lambda: open_ledger(url).close())
        with open_ledger(url) as ledger:
            single = one_by_one(ledger, options.count)
            shared = [threads(ledger, 8, 150, 10**6 + 10**5 * n) for n in range(ROUNDS)]
            batched = [batches(ledger, 40, 10**7 + 10**5 * n) for n in range(ROUNDS)]
            reads = quantiles(
                [timed(lambda n=n: ledger.decision(f"{n:036d}", tenant="t")) for n in range(1_000)]  # type: ignore[misc]
            )
            positions = quantiles([timed(ledger.reviews_seq) for _ in range(1_000)])
            check = time.perf_counter()
            result = ledger.verify()
            check = time.perf_counter() - check
        found: dict[str, Any] = {
            "benchmark": "ledger",
            "machine": {
                "processor": platform.processor() or platform.machine(),
                "cpus": os.cpu_count(),
                "python": platform.python_version(),
                "sqlite": sqlite3.sqlite_version,
            },
            "body_bytes": len(to_json(entry(1).decision)),
            "disk_flush": flush(folder),
            "first_open_ms": round(first_open * 1e3),
            "record_one": {"count": options.count, **single},
            "record_8_threads_per_s": {
                "median": round(statistics.median(shared)),
                "range": [round(min(shared)), round(max(shared))],
            },
            "record_batches_of_64_per_s": {
                "median": round(statistics.median(batched)),
                "range": [round(min(batched)), round(max(batched))],
            },
            "read_decision": reads,
            "reviews_seq": positions,
            "verify": {
                "events": result.events,
                "ok": result.ok,
                "events_per_s": round(result.events / check),
            },
        }
    text = json.dumps(found, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
