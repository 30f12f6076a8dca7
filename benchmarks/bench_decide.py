"""How fast one process decides, by code and by exact name, ledger included: `python benchmarks/bench_decide.py`.

Builds (or reuses, with `--home`) a store with N judgment defaulters and N registered companies, publishes the
generation and decides single-bidder requests of government procurement: a quarter each of listed by code, listed by
name only, registered and clean, unknown. Every decision is durable in the ledger before the next one is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import bench_store as made
import made_register

from graph.dates import CST
from graph.generation import current_generation, publish
from graph.store import Batch, SnapshotInfo, open_store
from matching.index.write import write_index
from matching.ledger import open_ledger
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import BATCH, Screener

NOW = datetime(2024, 6, 1, 12, tzinfo=CST)
OTHER_LISTS = ("ZDSS", "ZFCG", "ZDWF", "ZTBJ")


def prepare(home: Path, count: int) -> dict[str, float]:
    """Fill the store and publish the generation, unless the home already holds one."""
    if (home / "current").exists():
        return {}
    store = open_store(str(home / "store.db"), create=True)
    seconds = {}
    try:
        start = time.perf_counter()
        for dataset in ("SXBZXR", "register"):
            store.begin(
                dataset, [SnapshotInfo(dataset=dataset, source="bench", full=True, taken_at=made.TAKEN)]
            )
            for batch in made.batches(count, dataset):
                # a register of other companies than the listed ones: the numbers above the lists'
                store.write(batch if dataset == "SXBZXR" else _shifted(batch, count))
            store.publish(NOW - timedelta(hours=1))
        store.begin("others", [SnapshotInfo(dataset=code, source="bench", full=True, taken_at=made.TAKEN)
                               for code in OTHER_LISTS])  # fmt: skip
        store.publish(NOW - timedelta(minutes=59))
        seconds["load_s"] = time.perf_counter() - start
        start = time.perf_counter()
        publish(store, home, index=write_index)
        seconds["publish_s"] = time.perf_counter() - start
    finally:
        store.close()
    return seconds


def _shifted(batch: Batch, count: int) -> Batch:
    first = int(batch.parties[0].source.row) - 2
    return Batch(
        parties=tuple(made.party(number + count) for number in range(first, first + len(batch.parties)))
    )


MIXES = {
    "half": (0, 1, 2, 3),
    "usual": (0, 0, 0, 1, 1, *[2] * 90, *[3] * 5),
}
"""Who asks, repeated: 0 a listed bidder with its code, 1 one by its name only, 2 a registered company that is on no
list, 3 a name that nobody knows. `half` of them listed, the hard case; `usual`: nine in ten registered and on no list,
which is what we take tenders to be."""


def requests(count: int, size: int, mix: str = "half") -> Iterator[DecisionRequest]:
    """Single-bidder requests, deterministic, spread over the lists; no bidder comes twice."""
    step = max(1, count // size)
    kinds = MIXES[mix]
    for position in range(size):
        number = position * step % count
        # 37 has no divisor in common with 4 and 100: the kinds are spread
        kind = kinds[position * 37 % len(kinds)]
        if kind == 0:
            number -= number % 5
            bidder = {
                "name": made.company(number),
                "identifiers": [{"scheme": "uscc", "id": made.uscc(number)}],
            }
        elif kind == 1:
            bidder = {"name": made.company(number - number % 5)}
        elif kind == 2:
            clean = number + count
            bidder = {
                "name": made.company(clean),
                "identifiers": [{"scheme": "uscc", "id": made.uscc(clean)}],
            }
        else:
            bidder = {"name": made.unknown(number)}
        yield DecisionRequest.model_validate(
            {"tender": {"id": f"T{position}", "regime": "procurement_tender"}, "bidders": [bidder]}
        )


def percentiles(samples: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(samples)

    def pick(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3

    return {"p50_ms": pick(0.5), "p90_ms": pick(0.9), "p99_ms": pick(0.99), "max_ms": ordered[-1] * 1e3}


def middle(values: list[dict[str, float]]) -> dict[str, float]:
    """The median of every figure over the repetitions."""
    return {name: round(statistics.median(one[name] for one in values), 3) for name in values[0]}


def spread(values: list[float]) -> list[int]:
    """Least, median and most."""
    return [round(min(values)), round(statistics.median(values)), round(max(values))]


def measure(home: Path, count: int, size: int, runs: int, where: str = "") -> dict[str, object]:
    """Latencies and rates over `runs` repetitions; `where` is the address of a ledger other than a file beside."""
    start = time.perf_counter()
    generation = current_generation(home)
    opened = time.perf_counter() - start
    wanted = list(requests(count, size))
    result: dict[str, object] = {"open_generation_s": round(opened, 3), "decisions": size, "runs": runs}
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        ledger = open_ledger(where or f"sqlite:///{scratch}/ledger.db")
        screener = Screener(generation, load_policy(), ledger, pseudonym_key=b"k" * 32)
        pure = Screener(generation, load_policy(), None, pseudonym_key=b"k" * 32)
        start = time.perf_counter()
        screener.screen(wanted[0], now=NOW)
        result["first_decision_s"] = round(time.perf_counter() - start, 4)
        verdicts: dict[str, int] = {}
        alone, durable, rates, threaded, engine = [], [], [], [], []
        spent, together = [], []
        for _ in range(runs):
            laps = []
            for request in wanted:
                start = time.perf_counter()
                pure.screen(request, now=NOW)
                laps.append(time.perf_counter() - start)
            alone.append(percentiles(laps))
            engine.append(size / sum(laps))
            laps = []
            begun = time.process_time()
            for request in wanted:
                start = time.perf_counter()
                decision = screener.screen(request, now=NOW)
                laps.append(time.perf_counter() - start)
                verdicts[decision.verdict] = verdicts.get(decision.verdict, 0) + 1
            spent.append((time.process_time() - begun) / size)
            durable.append(percentiles(laps))
            start, begun = time.perf_counter(), time.process_time()
            for _ in screener.screen_many(wanted, now=NOW):
                pass
            rates.append(size / (time.perf_counter() - start))
            together.append((time.process_time() - begun) / size)
            with ThreadPoolExecutor(16) as pool:
                start = time.perf_counter()
                list(pool.map(lambda request: screener.screen(request, now=NOW), wanted))
                threaded.append(size / (time.perf_counter() - start))
        ledger.close()
    result |= {
        "verdicts": verdicts,
        "engine_only": middle(alone),
        "engine_only_per_s_min_median_max": spread(engine),
        "durable_one_by_one": middle(durable),
        "durable_one_by_one_cpu_ms": round(statistics.median(spent) * 1e3, 3),
        f"durable_groups_of_{BATCH}_per_s_min_median_max": spread(rates),
        f"durable_groups_of_{BATCH}_cpu_ms": round(statistics.median(together) * 1e3, 3),
        "durable_16_threads_per_s_min_median_max": spread(threaded),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    generation.close()
    return result


def cold_start(home: Path) -> float:
    """Seconds from a new process to its first decision, interpreter start included."""
    code = (
        "import sys;sys.path.insert(0, sys.argv[2])\n"
        "import bench_decide as b\nfrom pathlib import Path\n"
        "g=b.current_generation(Path(sys.argv[1]));s=b.Screener(g,b.load_policy(),None,pseudonym_key=b'k'*32)\n"
        "s.screen(next(b.requests(1000,4)),now=b.NOW)\n"
    )
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(home), str(Path(__file__).parent)], check=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000, help="listings, and as many registered companies")
    parser.add_argument("--size", type=int, default=4_000, help="decisions a run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--home", type=Path, help="keep the store and generation here and reuse them")
    parser.add_argument(
        "--ledger", default="", help="an empty ledger's address, such as postgresql://…; else a file"
    )
    parser.add_argument("--json", type=Path, help="also write the result here")
    made_register.option(parser)
    given = parser.parse_args()
    made_register.use(given.names, given.n)
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        result: dict[str, object] = {
            "command": " ".join(["python", "benchmarks/bench_decide.py", *sys.argv[1:]]),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "listings": given.n,
            "registered": given.n,
            "names": given.names,
        }
        result |= {k: round(v, 1) for k, v in prepare(home, given.n).items()}
        result |= measure(home, given.n, given.size, given.runs, given.ledger)
        starts = [cold_start(home) for _ in range(3)]
        result["cold_start_to_first_decision_s"] = round(statistics.median(starts), 2)
        result["load_average_after"] = round(os.getloadavg()[0], 2)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
