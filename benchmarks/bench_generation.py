"""Generations at size: building, publishing the next day, opening, and every look-up of a screening.

    python benchmarks/bench_generation.py --size 1000000 --out benchmarks/results/generation.json

Fictitious records: `--size` listings on four lists (a fifth of them persons with masked numbers, a
twentieth branches) and as many registered companies, a fifth of which are linked with another. Rows are
made on the fly by seeded arithmetic; making them alone is timed too and taken off. Each step runs in a
process of its own, so that its memory is its own. Times of single calls are per call, median and range of
seven rounds.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from graph import keys
from graph.generation import current_generation
from graph.generation.build import EdgeRow, ListingRow
from graph.generation.language import house_language
from graph.generation.publish import publish_source
from graph.generation.source import Source
from graph.model import Id, Interval, Listing, Mention, Name, Party, PartyType
from graph.model import Source as Origin
from graph.relations import PartyRelation, RelationType
from graph.store import Publication, SnapshotInfo

DAY = datetime(2026, 9, 1, 9, tzinfo=UTC)
LISTS = ("SXBZXR", "ZDSS", "TQGZ", "XZCF")
NAMESAKES = 5000
"""Listings of the commonest person's name, when there are that many persons."""
ROUNDS = 7
_COLUMNS = {f"栏目{i}": "虚构内容" * 2 for i in range(12)}
_encode = msgspec.json.Encoder(order="sorted").encode


def code(number: int) -> str:
    return f"91320899MA{number:07d}X"


def company(number: int) -> str:
    return f"临江市虚构{number}号建设工程有限公司"


def subject(number: int) -> Mention:
    if number % 5 == 0:
        name = "虚构甲" if number // 5 < NAMESAKES else f"虚构{number % 90_000}"
        masked = Id(
            scheme="citizen_id", value=f"320899{1950 + number % 50}****{number % 10_000:04d}", state="masked"
        )
        return Mention(type=PartyType.PERSON, name=name, n6=name, ids=(masked,))
    name = company(number) + ("临江第一分公司" if number % 20 == 1 else "")
    return Mention(
        type=PartyType.ORGANIZATION, name=name, n6=name, ids=(Id(scheme="uscc", value=code(number)),)
    )


def listings(size: int, dataset: str, more: int = 0) -> Iterator[ListingRow]:
    own = range(LISTS.index(dataset), size, len(LISTS))
    for number in (*own, *range(size, size + more)):
        listing = Listing(
            list_code=dataset,
            key=f"{number:09d}",
            subject=subject(number),
            effect=Interval(start=DAY),
            authority="临江市虚构区人民法院",
            case_no=f"（2026）虚0899执{number}号",
            reason="有履行能力而拒不履行生效法律文书确定义务",
            raw=_COLUMNS,
            source=Origin(dataset=dataset, file="虚构.csv", row=number),
        )
        doc = _encode(listing)
        party = "" if number % 5 == 0 or number >= size else f"P{number:010d}"
        yield ListingRow(doc, hashlib.sha256(doc).digest(), 1 if number < size else 2, None, party)


def parties(size: int) -> Iterator[bytes]:
    attributes = {"founded_on": "2010-01-01", "capital_cny": "10000000", "address": "临江市虚构路12号"}
    for number in range(size):
        party = Party(
            key=f"P{number:010d}",
            type=PartyType.ORGANIZATION,
            names=(Name(text=company(number)),),
            ids=(Id(scheme="uscc", value=code(number)),),
            mentions=(f"REGISTER/city/{number}",),
            attributes=attributes,
        )
        yield _encode(party)


def edges(size: int) -> Iterator[EdgeRow]:
    for number in range(0, size, 5):
        other = (number * 7919 + 13) % size
        held = PartyRelation(type=RelationType.LEGAL_REP_OF, src=f"P{number:010d}", dst=f"P{other:010d}")
        yield EdgeRow(held, 1, None)


def source(size: int, day: int = 1) -> Source:
    """The first publication, or the next day's: one list has a hundredth more records."""
    snapshots = tuple(SnapshotInfo(dataset=name, source="city", full=True, taken_at=DAY) for name in LISTS)
    return Source(
        number=day,
        newest=lambda: day,
        publications=[
            Publication(number=n, recorded_at=DAY + timedelta(days=n), snapshots=snapshots)
            for n in range(1, day + 1)
        ],
        counts={},
        datasets=list(LISTS),
        touched=lambda dataset: f"{day if dataset == LISTS[0] else 1}",
        listings=lambda dataset: listings(
            size, dataset, size // 100 if day > 1 and dataset == LISTS[0] else 0
        ),
        parties=lambda: parties(size),
        edges=lambda: edges(size),
    )


def drain(rows: Source) -> tuple[float, float]:
    """Wall and processor seconds of making the rows alone."""
    wall, cpu = time.perf_counter(), time.process_time()
    for dataset in rows.datasets:
        for _ in rows.listings(dataset):
            pass
    for _ in rows.parties():
        pass
    for _ in rows.edges():
        pass
    return time.perf_counter() - wall, time.process_time() - cpu


def memory() -> float:
    """The most memory that was this process's own, mapped files left out, in MB."""
    status = Path("/proc/self/status").read_text().split("\n")
    values = {line.split(":")[0]: line.split()[1] for line in status if line.startswith(("RssAnon", "VmHWM"))}
    return round(int(values.get("RssAnon", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)) / 1024, 1)


class Watch(threading.Thread):
    """The largest anonymous memory, looked at every 50 ms."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, memory())

    def stop(self) -> float:
        self._over.set()
        self.join()
        return self.peak


def build(home: Path, size: int) -> dict[str, Any]:
    rows = source(size)
    house_language().fingerprint()
    row_wall, row_cpu = drain(rows)
    watch = Watch()
    watch.start()
    wall, cpu = time.perf_counter(), time.process_time()
    publish_source(lambda: rows, home)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = watch.stop()
    with current_generation(home) as generation:
        sizes = {name: info.size for name, info in generation.manifest.files.items()}
    listed = sum(value for name, value in sizes.items() if name.startswith("list"))
    evidence = sum(
        value for name, value in sizes.items() if name.startswith("list0") and name.endswith(".docs")
    )
    known = sum(value for name, value in sizes.items() if name.startswith("party"))
    return {
        "seconds": round(wall - row_wall, 2),
        "processor_seconds": round(cpu - row_cpu, 2),
        "row_making_seconds": round(row_wall, 2),
        "memory_mb": peak,
        "bytes_per_listing": round(listed / size),
        "bytes_per_listing_documents": round(evidence / size),
        "bytes_per_party": round(known / size),
    }


def next_day(home: Path, size: int) -> dict[str, Any]:
    rows = source(size, day=2)
    one_list = dataclasses.replace(rows, datasets=[LISTS[0]], parties=lambda: (), edges=lambda: edges(size))
    row_wall, _ = drain(one_list)
    before = sum(path.stat().st_size for path in (home / "segments").iterdir())
    wall = time.perf_counter()
    publish_source(lambda: rows, home)
    wall = time.perf_counter() - wall
    after = sum(path.stat().st_size for path in (home / "segments").iterdir())
    return {
        "seconds": round(wall - row_wall, 2),
        "new_mb": round((after - before) / 1e6, 1),
        "all_mb": round(after / 1e6, 1),
    }


def timed(calls: Iterable[Any], action: Callable[[Any], object]) -> dict[str, float]:
    calls = list(calls)
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for one in calls:
            action(one)
        rounds.append((time.perf_counter() - begun) / len(calls) * 1e6)
    return {
        "median_us": round(statistics.median(rounds), 2),
        "min_us": round(min(rounds), 2),
        "max_us": round(max(rounds), 2),
    }


def read(home: Path, size: int) -> dict[str, Any]:
    house_language().fingerprint()
    opening = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        current_generation(home).close()
        opening.append(time.perf_counter() - begun)
    dice = random.Random(20260901)
    with current_generation(home) as g:
        own = memory()
        some = [dice.randrange(size) for _ in range(20_000)]
        firms = [number for number in some if number % 5][:10_000]
        misses = [dice.getrandbits(64) for _ in some]
        ordinals = [dice.randrange(len(g)) for _ in some]
        common = keys.person_name("虚构甲")
        namesakes = len(g.persons(common, ""))
        results = {
            "key_of_a_code": timed(firms, lambda n: keys.identifier("uscc", code(n))),
            "listings_hit": timed([keys.identifier("uscc", code(n)) for n in firms], g.listings),
            "listings_miss": timed(misses, g.listings),
            "listing_uncached": timed(ordinals, g._read_listing),
            "listing_cached": timed(ordinals[:1000] * 5, g.listing),
            "listing_hash": timed(ordinals, g.listing_hash),
            "recorded": timed(ordinals, lambda o: g.recorded(o, 1)),
            "list_code": timed(ordinals, g.list_code),
            "persons_all_namesakes": timed([""] * 200, lambda n: g.persons(common, n)),
            "persons_court_mask": timed(["3208991975****0025"] * 200, lambda n: g.persons(common, n)),
            "persons_full_number": timed(["320899197502281239"] * 200, lambda n: g.persons(common, n)),
            "parties_hit": timed([keys.identifier("uscc", code(n)) for n in firms], g.parties),
            "party_uncached": timed(firms, g._read_party),
            "party_ordinal": timed([f"P{n:010d}" for n in firms], g.party_ordinal),
            "party_listings": timed(firms, g.party_listings),
            "relations": timed(firms, lambda o: g.relations(o, 1)),
            "registered_hit": timed([company(n) for n in firms], g.registered),
            "registered_miss": timed([company(n + size) for n in firms], g.registered),
            "lists": timed([1] * 1000, g.lists),
            "known": timed([DAY + timedelta(days=1)] * 1000, g.known),
        }
        begun = time.perf_counter()
        g.verify(full=True)
        full = time.perf_counter() - begun
    return {
        "open_seconds": {
            "median": round(statistics.median(opening), 3),
            "min": round(min(opening), 3),
            "max": round(max(opening), 3),
        },
        "verify_full_seconds": round(full, 2),
        "own_memory_mb": own,
        "namesakes": namesakes,
        "calls": results,
    }


STEPS: dict[str, Callable[[Path, int], dict[str, Any]]] = {"build": build, "next_day": next_day, "read": read}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--size", type=int, default=100_000, help="listings, and companies in the register")
    parser.add_argument("--out", type=Path, help="write the results here as JSON")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(STEPS[asked.step](asked.home, asked.size)))
        return
    home = Path(tempfile.mkdtemp(prefix="liancheng-bench-"))
    results: dict[str, Any] = {
        "size": asked.size,
        "machine": {
            "processors": os.cpu_count(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
            "load_average_before": round(os.getloadavg()[0], 2),
        },
    }
    try:
        for step in STEPS:
            command = [
                sys.executable,
                __file__,
                "--step",
                step,
                "--home",
                str(home),
                "--size",
                str(asked.size),
            ]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            results[step] = json.loads(done.stdout)
            print(step, json.dumps(results[step], indent=1, ensure_ascii=False))
    finally:
        shutil.rmtree(home)
    if asked.out:
        asked.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
