"""The index of names at size: building, opening, finding misspelt names, and the next day's update.

    python benchmarks/bench_index.py --names 1000000 --json benchmarks/results/index.json

Listed are the names of a generated world (`namelab`, fictitious). Queries are written variants of listed names, as
many of each kind as `--queries` says (fewer where a kind rarely applies), drawn with another seed. A variant counts
as found when the name it was made from is among the first 12 candidates of the variant or of a name that the variant
itself states (曾用名 …). Latency is of one call after another in one process, wall clock and own processor time; each
step runs in a process of its own, so that its memory is its own. The update removes and adds 10,000 names each.
"""

from __future__ import annotations

import argparse
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
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from namelab.variants import KINDS
from namelab.world import companies

from graph.generation.format import Sink, map_file
from graph.generation.manifest import Manifest
from graph.keys import org_name
from graph.text import index_text, organization_name
from matching.index.names import LIMIT, NameIndex
from matching.index.write import write_index

WORLD, DRAWS = 20_260_901, 77
CHANGED = 10_000
ROUNDS = 5
REWRITTEN = ("abbreviation", "english", "mojibake", "pinyin", "short_name")
"""Kinds that keep few or none of the name's characters; reported, and apart from the rest."""


def make(home: Path, names: int, queries: int) -> dict[str, Any]:
    """The listed names, the names of another day, and the queries, as files."""
    begun = time.perf_counter()
    rng = random.Random(DRAWS)
    left = dict.fromkeys(KINDS, queries)
    often = max(1, names // (queries * len(KINDS) * 2))
    with (
        (home / "names.txt").open("w", encoding="utf-8") as listed,
        (home / "queries.jsonl").open("wb") as asked,
    ):
        for number, company in enumerate(companies(WORLD, names + CHANGED)):
            listed.write(index_text(company.name) + "\n")
            if number >= names or rng.randrange(often) or not any(left.values()):
                continue
            kind = rng.choice([kind for kind, count in left.items() if count])
            written = KINDS[kind].make(rng, company)
            if written is None:
                continue
            left[kind] -= 1
            stated = [index_text(alias.text) for alias in organization_name(written).aliases]
            row = (kind, index_text(company.name), [index_text(written), *stated])
            asked.write(msgspec.json.encode(row) + b"\n")
    return {"seconds": round(time.perf_counter() - begun, 1)}


def build(home: Path, names: int, queries: int) -> dict[str, Any]:
    """Build and write the index, as the publication of a generation does."""
    texts = (home / "names.txt").read_text(encoding="utf-8").splitlines()
    texts, keys = in_order(texts[:names])
    with Sink(folder(home, 0)) as sink:
        write_index(sink, texts[:100], keys[:100])  # compiled before the clock starts
    before = _memory()
    begun = time.perf_counter()
    manifest = write(home, 1, texts, keys, None)
    seconds = time.perf_counter() - begun
    sizes = {name: info.size for name, info in manifest.files.items()}
    return {
        "seconds": round(seconds, 2),
        "names_per_second": round(len(texts) / seconds),
        "names": len(texts),
        "bytes_per_name": round(sum(sizes.values()) / len(texts), 1),
        "parts": {name: round(size / len(texts), 1) for name, size in sizes.items()},
        "memory_mb": {"names_alone": before, "peak": _memory()},
    }


def start(home: Path, names: int, queries: int) -> dict[str, Any]:
    """A new process from its first line to its first answer, and of that opening with all checksums."""
    script = (
        "import time, sys; begun = time.perf_counter()\n"
        "from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "import bench_index as b\n"
        "imported = time.perf_counter()\n"
        "index = b.opened(Path(sys.argv[2]), 1)\n"
        "opened = time.perf_counter()\n"
        "index.search('临江市恒舟建材有限公司')\n"
        "print(imported - begun, opened - imported, time.perf_counter() - opened)"
    )
    runs = []
    for _ in range(ROUNDS + 1):
        command = [sys.executable, "-c", script, str(Path(__file__).parent), str(home)]
        runs.append([float(each) for each in subprocess.check_output(command, text=True).split()])
    rows = runs[1:]
    return {
        "seconds": spread([sum(row) for row in rows]),
        "imports": spread([row[0] for row in rows]),
        "open": spread([row[1] for row in rows]),
        "first_answer": spread([row[2] for row in rows]),
    }


def search(home: Path, names: int, queries: int) -> dict[str, Any]:
    """Latency and recall of all queries one by one, and many at once on all processors."""
    index = opened(home, 1)
    asked = read_queries(home)
    warm_up(index, asked)
    found: dict[str, list[int]] = defaultdict(list)
    walls, owns = [], []
    for kind, target, texts in asked:
        rank = LIMIT
        for text in texts:
            wall, own = time.perf_counter(), time.thread_time()
            candidates = index.search(text)
            walls.append(time.perf_counter() - wall)
            owns.append(time.thread_time() - own)
            rank = min([rank, *(place for place, one in enumerate(candidates) if one.text == target)])
        found[kind].append(rank)
    every = [text for _, _, texts in asked for text in texts]
    rates = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        index.search_many(every)
        rates.append(len(every) / (time.perf_counter() - begun))
    spelt = [rank for kind, ranks in found.items() if kind not in REWRITTEN for rank in ranks]
    return {
        "latency_ms": percentiles(walls),
        "own_time_ms": percentiles(owns),
        "many_per_second": spread(rates),
        "recall": share([rank for ranks in found.values() for rank in ranks]),
        "recall_without_rewritten": share(spelt),
        "kinds": {kind: share(found[kind]) for kind in KINDS if kind in found},
        "memory_mb": _memory(),
    }


def update(home: Path, names: int, queries: int) -> dict[str, Any]:
    """The next day: as many names removed as added, over the same base; then latency with the delta."""
    texts = (home / "names.txt").read_text(encoding="utf-8").splitlines()
    texts, keys = in_order(texts[CHANGED:])
    previous = msgspec.json.decode((home / "manifest1.json").read_bytes(), type=Manifest)
    seconds, manifest = [], previous
    for number in range(2, 2 + ROUNDS):
        begun = time.perf_counter()
        manifest = write(home, number, texts, keys, previous)
        index = opened(home, number)
        index.search(texts[0])
        seconds.append(time.perf_counter() - begun)
    asked = read_queries(home)
    warm_up(index, asked)
    walls = []
    for _, _, told in asked:
        begun = time.perf_counter()
        index.search(told[0])
        walls.append(time.perf_counter() - begun)
    return {
        "seconds_to_visible": spread(seconds[1:]),
        "added": manifest.files["index.delta.keys"].count,
        "latency_ms": percentiles(walls),
    }


def in_order(texts: list[str]) -> tuple[list[str], Any]:
    """Names and keys in the order of the keys, each key once, as a generation hands them over."""
    keyed = np.fromiter(map(org_name, texts), "<u8", len(texts))
    keys, first = np.unique(keyed, return_index=True)
    return [texts[place] for place in first.tolist()], keys


def folder(home: Path, number: int) -> Path:
    """A new folder of a generation."""
    made = home / str(number)
    made.mkdir()
    return made


def write(home: Path, number: int, texts: list[str], keys: Any, previous: Manifest | None) -> Manifest:
    """One index among others that share contents."""
    segments = home / "segments"
    segments.mkdir(exist_ok=True)
    with Sink(folder(home, number), segments) as sink:
        value = write_index(sink, texts, keys, previous)
        manifest = Manifest(number=number, files=dict(sink.files), slots={"index": value})
    (home / f"manifest{number}.json").write_bytes(msgspec.json.encode(manifest))
    return manifest


def opened(home: Path, number: int) -> NameIndex:
    """The index, every header and checksum compared."""
    manifest = msgspec.json.decode((home / f"manifest{number}.json").read_bytes(), type=Manifest)
    files = {name: map_file(home / str(number) / name, info) for name, info in manifest.files.items()}
    return NameIndex(files, str(manifest.slots["index"]))


def read_queries(home: Path) -> list[tuple[str, str, list[str]]]:
    """(kind, the listed name, the texts that are asked)."""
    lines = (home / "queries.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=tuple[str, str, list[str]]) for line in lines]


def warm_up(index: NameIndex, asked: list[tuple[str, str, list[str]]]) -> None:
    """Every page and compiled function once."""
    index.search_many([texts[0] for _, _, texts in asked], threads=1)


def spread(values: list[float]) -> dict[str, float]:
    """Median and range."""
    return {
        "median": float(f"{statistics.median(values):.4g}"),
        "low": float(f"{min(values):.4g}"),
        "high": float(f"{max(values):.4g}"),
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    named = {"p50": 50, "p90": 90, "p99": 99, "max": 100}
    return {name: round(float(np.percentile(seconds, part)) * 1e3, 3) for name, part in named.items()}


def share(ranks: list[int]) -> dict[str, float]:
    """How many were among the first 12 candidates, and how many the first."""
    count = max(1, len(ranks))
    return {
        "queries": len(ranks),
        "at_12": round(sum(rank < LIMIT for rank in ranks) / count, 4),
        "at_1": round(sum(rank == 0 for rank in ranks) / count, 4),
    }


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


STEPS: dict[str, Callable[[Path, int, int], dict[str, Any]]] = {
    "make": make, "build": build, "start": start, "search": search, "update": update,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--names", type=int, default=1_000_000, help="listed names")
    parser.add_argument("--queries", type=int, default=300, help="queries of each kind")
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument(
        "--home", type=Path, help="keep the files here and leave out steps whose files are there"
    )
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(STEPS[asked.step](asked.home, asked.names, asked.queries)))
        return
    home = asked.home or Path(tempfile.mkdtemp(prefix="liancheng-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {
        "names": asked.names,
        "machine": {
            "processors": os.cpu_count(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
            "load_average_before": round(os.getloadavg()[0], 2),
        },
    }
    try:
        for step in STEPS:
            if step == "make" and (home / "queries.jsonl").exists():
                continue
            if step != "make":
                for old in [*home.glob("[0-9]")] if step == "build" else [*home.glob("[02-9]")]:
                    shutil.rmtree(old)
            command = [sys.executable, __file__, "--step", step, "--home", str(home)]
            command += ["--names", str(asked.names), "--queries", str(asked.queries)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            results[step] = json.loads(done.stdout)
            print(step, json.dumps(results[step], indent=1, ensure_ascii=False), flush=True)
    finally:
        if asked.home is None:
            shutil.rmtree(home)
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
