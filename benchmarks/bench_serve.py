"""What the HTTP interface takes: `python benchmarks/bench_serve.py --home DIR`, server and generator on one machine.

Builds (or reuses, with `--home`) the store of bench_decide: N judgment defaulters and N registered companies. Starts
`liancheng serve --workers W` on it with an SQLite ledger, and sends single-bidder requests of government procurement
from another process at fixed rates; latencies count from the intended time (see load_generator.py). Every answer is a
durable decision. Then: a 50-bidder tender, the switch to another generation under load, the memory of a second worker,
a plain service to compare with (`--baseline`), and with `--soak MINUTES` a long run at 60 % of the top rate.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import baseline_server
import bench_decide
import bench_store as made
import made_register
import psutil

from graph.generation import publish
from graph.store import Batch, SnapshotInfo, open_store
from matching.index.write import write_index

HERE = Path(__file__).parent
PROGRAM = (sys.executable, "-c", "from api.cli.main import main; main()")
Result = dict[str, Any]


def bodies(path: Path, count: int, size: int, mix: str) -> None:
    """Requests, one a line; asked as of the day on which the lists were taken."""
    at = bench_decide.NOW.isoformat()
    with path.open("wb") as out:
        for request in bench_decide.requests(count, size, mix):
            asked = json.loads(request.model_dump_json(exclude_defaults=True))
            asked["tender"]["as_of"] = asked["known_at"] = at
            out.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")


def tenders(path: Path, count: int, number: int, bidders: int = 50) -> None:
    """Tenders of other bidders each, one a line; bidders with people, contacts, devices, accounts and prices."""
    at = bench_decide.NOW.isoformat()
    with path.open("wb") as out:
        for first in range(0, number * bidders, bidders):
            found = [
                {
                    "client_id": str(i),
                    "name": made.company(count + (first + i) * 997 % count),
                    "identifiers": [{"scheme": "uscc", "id": made.uscc(count + (first + i) * 997 % count)}],
                    "legal_rep": {"name": f"虚构甲{first + i}"},
                    "project_manager": {"name": f"虚构乙{first + i}"},
                    "contacts": [{"phone": f"139{first + i:08d}", "email": f"b{first + i}@example.invalid"}],
                    "bond_account": f"62220000{first + i:08d}",
                    "devices": [
                        {"mac": f"02:00:00:{first // bidders:02x}:00:{i:02x}", "disk": f"D{first + i:08d}"}
                    ],
                    "price": str(1_000_000 + i * 7_321),
                }
                for i in range(bidders)
            ]
            asked = {
                "tender": {"regime": "mandatory_tender", "object": "works", "as_of": at},
                "known_at": at,
                "bidders": found,
            }
            out.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")


@contextmanager
def served(home: Path, ledger: Path, workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """A server that is ready, and its process."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("LIANCHENG_")}
    settings = {"LIANCHENG_HOME": str(home), "LIANCHENG_LEDGER": f"sqlite:///{ledger}", "LIANCHENG_RATE": "0"}
    command = (*PROGRAM, "serve", "--port", "0", "--workers", str(workers), "--lang", "en")
    process = subprocess.Popen(command, env={**known, **settings}, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://\S+", line)))
        until_answered(address, "/readyz")
        # every worker has opened its generation before anything is measured
        time.sleep(3)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def until_answered(address: str, path: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    for _ in range(600):
        try:
            with socket.create_connection((host, int(port)), 5) as caller:
                caller.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                if caller.recv(64):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def answering(server: psutil.Process) -> list[psutil.Process]:
    """The processes that answer requests."""
    found = [one for one in server.children() if any("api.worker" in part for part in one.cmdline())]
    return found or [server]


def load(address: str, path: Path, **options: object) -> Result:
    """Run the generator, a process of its own."""
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    command = (sys.executable, str(HERE / "load_generator.py"), address, str(path), *given)
    found: Result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def at_rate(
    address: str,
    path: Path,
    server: psutil.Process,
    rate: float,
    seconds: float,
    runs: int,
    *,
    first: int = 0,
    window: int = 0,
) -> Result:
    """Several runs at one rate: medians, and the least and most of the 99th percentile.

    Each run begins with other bodies, from `first` on, so that no bidder comes again soon; with a `window` the same
    ones come again and again.
    """
    processes = answering(server)
    found, cpu = [], []
    for run in range(runs):
        begin = first if window else first + run * int(rate * seconds)
        before = sum(sum(one.cpu_times()[:2]) for one in processes)
        found.append(
            load(address, path, rate=rate, seconds=seconds, connections=32, first=begin, window=window)
        )
        spent = sum(sum(one.cpu_times()[:2]) for one in processes) - before
        cpu.append(spent / max(1, found[-1]["answered_200"]) * 1e3)
    names = (
        "answered_200_per_s",
        "p50_ms",
        "p95_ms",
        "p99_ms",
        "max_ms",
        "generator_late_ms",
        "generator_cpu_s",
    )
    return {
        "rate": rate,
        **{name: round(statistics.median(one[name] for one in found), 2) for name in names},
        "p99_ms_least_most": [min(one["p99_ms"] for one in found), max(one["p99_ms"] for one in found)],
        "not_200": sum(one["sent"] - one["answered_200"] for one in found),
        "errors": sum(one["errors"] for one in found),
        "cpu_ms_a_decision": round(statistics.median(cpu), 3),
    }


def top(steps: list[Result]) -> float:
    """The highest rate that was kept up: everything answered, the tail under a second."""
    kept = [
        one["rate"] for one in steps if not one["not_200"] and not one["errors"] and one["p99_ms"] < 1_000
    ]
    return max(kept, default=0.0)


def memory(home: Path, scratch: Path, path: Path) -> Result:
    """What a second worker costs: its own pages, beside what one worker holds with the mapped files (PSS)."""
    found = {}
    # the first run brings the files into memory; what is read then is mapped in the same pieces by those that count
    for workers in (1, 1, 2):
        with served(home, scratch / f"memory-{workers}.db", workers) as (address, server):
            load(address, path, rate=200, seconds=5, connections=16)
            sizes = [one.memory_full_info() for one in answering(server)]
            found[workers] = sum(one.pss for one in sizes)
            own = max(one.uss for one in sizes)
    return {
        "one_worker_mb": round(found[1] / 2**20),
        "two_workers_mb": round(found[2] / 2**20),
        # not the difference of the sums: the system maps and takes away pages of files as it likes
        "second_worker_share": round(own / found[1], 4),
        "own_pages_of_a_worker_mb": round(own / 2**20),
    }


def switch(home: Path, scratch: Path, path: Path, rate: float) -> Result:
    """The switch to a generation of the same size while requests come, and the same time without one."""
    current = home / "current"
    ref = current.read_text("ascii").strip()
    refs = (second(home), ref)

    with served(home, scratch / "switch.db", 2) as (address, _):
        calm = load(address, path, rate=rate, seconds=12, connections=32)

        def touch() -> None:
            for number in range(3):
                time.sleep(3)
                point(current, refs[number % 2])

        thread = threading.Thread(target=touch)
        thread.start()
        during = load(address, path, rate=rate, seconds=12, connections=32)
        thread.join()
    names = ("p50_ms", "p99_ms", "max_ms", "answered_200", "sent", "errors")
    return {
        "without": {name: calm[name] for name in names},
        "with_three": {name: during[name] for name in names},
    }


def second(home: Path) -> str:
    """Another generation with a record more; the one that was current stays so."""
    current = home / "current"
    ref = current.read_text("ascii").strip()
    store = open_store(str(home / "store.db"))
    try:
        store.begin("more", [SnapshotInfo(dataset="SXBZXR", source="more", full=False, taken_at=made.TAKEN)])
        store.write(Batch(listings=(made.listing(10**9),)))
        store.publish(bench_decide.NOW - timedelta(minutes=30))
        made_now = publish(store, home, index=write_index)
    finally:
        store.close()
    point(current, ref)
    return made_now


def point(current: Path, ref: str) -> None:
    """Make a generation the current one, as a publication does."""
    part = current.with_name("current.part")
    part.write_text(f"{ref}\n", "ascii")
    part.replace(current)


def soak(address: str, path: Path, server: psutil.Process, rate: float, minutes: float) -> Result:
    """A long run at one rate, with the memory of its processes every half minute."""
    samples: list[int] = []
    ending = threading.Event()

    def watch() -> None:
        while not ending.wait(30):
            samples.append(sum(one.memory_full_info().uss for one in answering(server)))

    thread = threading.Thread(target=watch)
    thread.start()
    found = load(address, path, rate=rate, seconds=minutes * 60, connections=32)
    ending.set()
    thread.join()
    # the first fifth fills caches of a fixed size
    settled = samples[len(samples) // 5 :] or [0]
    return {**found, "own_pages_mb": [round(one / 2**20) for one in (settled[0], max(settled), settled[-1])]}


def baseline(scratch: Path, path: Path, count: int, rates: list[float], seconds: float) -> list[Result]:
    """The plain service on the same names, two processes as ours."""
    database = scratch / "baseline.db"
    baseline_server.build(database, ((made.company(n), made.uscc(n)) for n in range(count) if n % 5 < 2))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen((sys.executable, str(HERE / "baseline_server.py"), str(database), str(port)))
    try:
        address = f"http://127.0.0.1:{port}"
        until_answered(address, "/docs")
        return [at_rate(address, path, psutil.Process(process.pid), rate, seconds, 1) for rate in rates]
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000, help="listings, and as many registered companies")
    parser.add_argument("--home", type=Path, help="keep the store and generation here and reuse them")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rates", default="250,500,750,1000,1250,1500")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--soak", type=float, default=0, help="minutes at 60 %% of the top rate")
    parser.add_argument("--mix", choices=tuple(bench_decide.MIXES), default="half", help="who bids")
    parser.add_argument("--baseline", action="store_true")
    parser.add_argument("--json", type=Path, help="also write the result here")
    made_register.option(parser)
    given = parser.parse_args()
    made_register.use(given.names, given.n)
    rates = [float(rate) for rate in given.rates.split(",")]
    with tempfile.TemporaryDirectory(dir=given.home) as folder:
        scratch = Path(folder)
        home = given.home or scratch / "home"
        home.mkdir(parents=True, exist_ok=True)
        result: Result = {
            "command": " ".join(["python", "benchmarks/bench_serve.py", *sys.argv[1:]]),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "listings": given.n,
            "registered": given.n,
            "names": given.names,
            "mix": given.mix,
            "load_average_before": round(os.getloadavg()[0], 2),
        }
        result |= {name: round(value, 1) for name, value in bench_decide.prepare(home, given.n).items()}
        path, many = scratch / "bodies.jsonl", scratch / "tender.jsonl"
        bodies(path, given.n, min(given.n, 200_000), given.mix)
        tenders(many, given.n, 80)
        with served(home, scratch / "ledger.db", given.workers) as (address, server):
            load(address, path, rate=100, seconds=3, connections=32, first=190_000)
            result["rates"], first = [], 0
            for rate in rates:
                result["rates"].append(
                    at_rate(address, path, server, rate, given.seconds, given.runs, first=first)
                )
                first += int(rate * given.seconds) * given.runs
                print(json.dumps(result["rates"][-1]), flush=True)
            result["top_per_s"] = top(result["rates"])
            result["tender_of_50"] = load(address, many, rate=4, seconds=20, connections=1)
            result["tender_of_50_again"] = load(address, many, rate=4, seconds=20, connections=1, window=1)
            # bidders of one city: the first run makes them known, the second is told
            for _ in range(2):
                result["same_3000_bidders"] = at_rate(
                    address, path, server, 500.0, given.seconds, 1, first=180_000, window=3_000
                )
            if given.soak:
                result["soak"] = soak(address, path, server, result["top_per_s"] * 0.6, given.soak)
        result["memory"] = memory(home, scratch, path)
        result["switch"] = switch(home, scratch, path, min(500.0, max(100.0, result["top_per_s"] * 0.6)))
        if given.baseline:
            result["baseline"] = baseline(scratch, path, given.n, rates[:4], given.seconds)
        result["load_average_after"] = round(os.getloadavg()[0], 2)
        shutil.rmtree(scratch / "home", ignore_errors=True)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
