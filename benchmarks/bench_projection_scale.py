"""Whether walks cost more than their work as the graph grows: the same questions at each size, made graphs.

    python benchmarks/bench_projection_scale.py --sizes 83050,830500,8305000 --out FILE.json

Only the arrays are built (no documents, no store). `ns_a_relation` is the time of all walks over the relations that
they looked at; it grows only by what the processor's caches no longer hold.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from bench_projection import HOPS
from graphworld import DAY, KINDS, World, world

from graph.dates import to_micros
from graph.generation.format import Sink
from graph.generation.projected import slot_text, write_listed, write_shared, write_walks
from graph.projection import Walk, layout
from graph.projection.columns import TYPES, Array, packed
from graph.projection.read import Projection
from graph.projection.scratch import LOOKED


def rows(made: World) -> Array:
    """The table of relations, straight from the columns."""
    count = len(made.src)
    table = np.full((count, layout.COLUMNS), layout.UNKNOWN, "<i8")
    day = layout.MICROS_A_DAY
    table[:, layout.START] = to_micros(DAY) - made.start * day
    table[:, layout.END] = np.where(made.ended, to_micros(DAY) - 30 * day, layout.MOST)
    stated = made.share >= 0
    for column in (layout.SHARE_MIN, layout.SHARE_MAX):
        table[stated, column] = made.share[stated] * (layout.UNIT // 100)
    table[:, layout.GENERATIONS] = packed(np.ones(count, "<u4"), np.full(count, layout.OPEN, "<u4"))
    table[:, layout.ENDS] = packed(made.src, made.dst)
    table[:, layout.MARKS] = np.array([TYPES.index(kind) for kind in KINDS])[made.kind]
    return table


def build(folder: Path, made: World) -> tuple[Projection, float, int]:
    """Write and map the arrays; with the seconds that took, and their bytes."""
    table = rows(made)
    listed = np.zeros(made.nodes, bool)
    listed[made.listed] = True
    starts = np.concatenate([np.zeros(1, "<u8"), np.cumsum(listed, dtype="<u8")])
    count = len(made.listed)
    begun = time.perf_counter()
    with Sink(folder) as sink:
        kinds = np.repeat(
            np.array([0, 1, 5], "u1"),
            [made.companies, made.persons, made.nodes - made.companies - made.persons],
        )
        sink.put("party.kind", "kind", kinds)
        sink.put("links.starts", "starts", starts)
        write_walks(sink, table, made.nodes)
        spans = np.tile(np.array([layout.LEAST, layout.MOST], "<i8"), (count, 1))
        ones, open_ = np.ones(count, "<u4"), np.full(count, layout.OPEN, "<u4")
        write_listed(sink, np.arange(count, dtype="<u4"), spans, ones, open_, np.zeros(count, "<u2"))
        write_shared(sink, np.empty(0, "<u8"), np.empty(0, "<u4"), np.empty(0, "u1"), made.nodes)
        files = {name: sink.read(name) for name in sink.files}
        size = sum(info.size for info in sink.files.values())
    taken = time.perf_counter() - begun

    def none(number: int) -> Any:
        raise LookupError(number)

    return Projection(files, slot_text(("SXBZXR",)), 1, none, none), taken, size


def measure(projection: Projection, ask: Callable[[int], object], starts: list[int]) -> dict[str, float]:
    """Percentiles, relations looked at by a walk, and nanoseconds for each; processor time of the thread."""
    ask(starts[0])
    taken, looked = [], []
    for start in starts:
        begun = time.thread_time_ns()
        ask(start)
        taken.append(time.thread_time_ns() - begun)
        looked.append(int(projection._scratch().info[LOOKED]))
    return {
        "p50": round(float(np.percentile(taken, 50)) / 1e6, 4),
        "p99": round(float(np.percentile(taken, 99)) / 1e6, 4),
        "relations": round(float(np.mean(looked)), 1),
        "ns_a_relation": round(sum(taken) / max(1, sum(looked)), 1),
    }


def questions(projection: Projection, made: World, calls: int) -> dict[str, dict[str, float]]:
    """What is asked at each size, of companies drawn by the same dice."""
    dice = np.random.default_rng(1)
    starts, last = (dice.integers(0, made.companies, calls).tolist() for _ in range(2))
    ends = dict(zip(starts, last, strict=True))
    walk = Walk(as_of=DAY)
    return {
        "nearest listed": measure(
            projection, lambda n: projection.nearest_listed(n, walk, hops=HOPS), starts
        ),
        "all listed": measure(projection, lambda n: projection.listed_within((n,), walk, hops=HOPS), starts),
        "shortest path": measure(projection, lambda n: projection.shortest_path(n, ends[n], walk), starts),
    }


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="83050,830500")
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    told = []
    for size in map(int, options.sizes.split(",")):
        made = world(size)
        with tempfile.TemporaryDirectory() as folder:
            projection, seconds, size_bytes = build(Path(folder), made)
            one = {
                "nodes": made.nodes,
                "relations": len(made.src),
                "arrays_s": round(seconds, 1),
                "bytes": size_bytes,
                **questions(projection, made, options.calls),
            }
        told.append(one)
        sys.stderr.write(json.dumps(one) + "\n")
        if options.out:
            options.out.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
