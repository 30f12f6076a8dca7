"""Walks through the graph: the projection, networkx and the stores asked the same, in one run.

    python benchmarks/bench_projection.py --nodes 830500 --out benchmarks/results/projection.json --plot

A made-up graph with power-law degrees (`graphworld.py`) is loaded into the embedded store, and into Neo4j where
`NEO4J_URI` (`NEO4J_USER`, `NEO4J_PASSWORD`) names a server or `--neo4j` starts one. A generation is published from
each; then the same parties are asked for on every side. Times are of single calls, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import networkx as nx
import numpy as np
import psutil
from graphworld import DAY, FULL, World, batches, relation, snapshots, world
from publishing import projection_timed, publish_timed

from graph import keys
from graph.generation import current_generation
from graph.generation.publish import publish
from graph.model import Source
from graph.projection import Walk
from graph.projection.read import Projection
from graph.store import Batch, SnapshotInfo, Store, open_store

HOPS = 4
CHANGED = 500
"""Relations that a day's change adds, beside as many new companies."""
Ask = Callable[[int, int], object]


def spread(ask: Ask, pairs: Sequence[tuple[int, int]], seconds: float) -> dict[str, float]:
    """Percentiles of single calls; as many of the pairs as fit into the time, at least twenty.

    `cpu_…` is processor time of the calling thread: where others use the machine, waiting for it is not the walk's.
    """
    ask(*pairs[0])
    taken: list[float] = []
    worked: list[float] = []
    end = time.perf_counter() + seconds
    for pair in pairs:
        if len(taken) >= 20 and time.perf_counter() > end:
            break
        begun, used = time.perf_counter(), time.thread_time()
        ask(*pair)
        worked.append(1000 * (time.thread_time() - used))
        taken.append(1000 * (time.perf_counter() - begun))
    p50, p99 = (round(float(np.percentile(taken, at)), 4) for at in (50, 99))
    cpu_p50, cpu_p99 = (round(float(np.percentile(worked, at)), 4) for at in (50, 99))
    return {
        "p50": p50, "p99": p99, "cpu_p50": cpu_p50, "cpu_p99": cpu_p99, "most": round(max(taken), 3),
        "calls": len(taken),
    }  # fmt: skip


def load(store: Store, made: World) -> float:
    """Load the whole graph; seconds."""
    begun = time.perf_counter()
    store.begin("bench", snapshots())
    for batch in batches(made):
        store.write(batch)
    store.publish(DAY)
    return time.perf_counter() - begun


def change(store: Store, made: World, home: Path) -> dict[str, float]:
    """A day's change, loaded and published."""
    origin = Source(dataset="REGISTER", file="虚构.csv", publisher="made")
    dice = np.random.default_rng(9)
    edges = dice.integers(0, len(made.src), CHANGED).tolist()
    later = [relation(made, edge, origin) for edge in edges]
    number = store.generation()
    changed = tuple(msgspec.structs.replace(one, key=f"new{number}-{at}") for at, one in enumerate(later))
    begun = time.perf_counter()
    day = DAY + timedelta(days=store.generation())
    taken = SnapshotInfo(dataset="REGISTER", source="made", full=False, taken_at=day)
    store.begin(f"day {store.generation()}", [taken])
    store.write(Batch(relations=changed))
    store.publish(day)
    loaded, used = time.perf_counter(), time.process_time()
    publish(store, home)
    return {
        "load_s": round(loaded - begun, 2),
        "publish_s": round(time.perf_counter() - loaded, 2),
        "publish_cpu_s": round(time.process_time() - used, 2),
    }


def store_questions(store: Store, made: World, of: Callable[[int], str]) -> dict[str, Ask]:
    """The same asked of a store: level by level, one query a level."""
    listed = {of(number) for number in made.listed.tolist()}

    def levels(start: int, hops: int = HOPS) -> Iterator[tuple[int, set[str]]]:
        seen, frontier = {of(start)}, {of(start)}
        for hop in range(1, hops + 1):
            edges, _ = store.expand(sorted(frontier), as_of=DAY, limit=200_000)
            frontier = {end for edge in edges for end in (edge.src, edge.dst)} - seen
            seen |= frontier
            yield hop, frontier
            if not frontier:
                return

    def nearest(start: int, _: int) -> bool:
        return any(frontier & listed for _, frontier in levels(start))

    return {
        "one hop": lambda start, _: store.expand([of(start)], as_of=DAY),
        "two hops": lambda start, _: list(levels(start, 2)),
        "nearest listed": nearest,
        "all listed": lambda start, _: {one for _, f in levels(start) for one in f & listed},
    }


def projection_questions(projection: Projection) -> dict[str, Ask]:
    """Everything that is measured, of the projection."""
    walk = Walk(as_of=DAY)
    return {
        "one hop": lambda start, _: projection.neighbours(start, walk),
        "two hops": lambda start, _: projection.closure((start,), walk, hops=2),
        "nearest listed": lambda start, _: projection.nearest_listed(start, walk, hops=HOPS),
        "all listed": lambda start, _: projection.listed_within((start,), walk, hops=HOPS),
        "shortest path": lambda start, end: projection.shortest_path(start, end, walk),
        "all owners": lambda start, _: projection.owners((start,)),
    }


def networkx_questions(made: World) -> tuple[dict[str, Ask], dict[str, float | None]]:
    """The same of networkx in memory, which knows no dates and no hubs: relations that have ended are left out."""
    process = psutil.Process()
    begun, before = time.perf_counter(), process.memory_info().rss
    net: Any = nx.Graph()
    net.add_nodes_from(range(made.nodes))
    holds = ~made.ended
    net.add_edges_from(zip(made.src[holds].tolist(), made.dst[holds].tolist(), strict=True))
    grown = process.memory_info().rss - before
    listed = set(made.listed.tolist())

    def nearest(start: int, _: int) -> int | None:
        return next((b for _, b in nx.bfs_edges(net, start, depth_limit=HOPS) if b in listed), None)

    def path(start: int, end: int) -> object:
        try:
            return nx.bidirectional_shortest_path(net, start, end)
        except nx.NetworkXNoPath:
            return None

    asked: dict[str, Ask] = {
        "one hop": lambda start, _: list(net.adj[start]),
        "two hops": lambda start, _: nx.single_source_shortest_path_length(net, start, cutoff=2),
        "nearest listed": nearest,
        "all listed": lambda start, _: (
            listed & nx.single_source_shortest_path_length(net, start, cutoff=HOPS).keys()
        ),
        "shortest path": path,
    }
    told: dict[str, float | None] = {
        "build_s": round(time.perf_counter() - begun, 2),
        "bytes_a_node": round(grown / made.nodes) if grown > 0 else None,  # freed memory was enough for it
    }
    return asked, told


def sizes(files: dict[str, int], made: World) -> dict[str, float]:
    """Bytes of the projection's files, a node and a relation."""
    nodes = sum(files[name] for name in ("walk.starts", "party.kind", "links.starts"))
    edges = sum(files[name] for name in ("walk.places", "walk.tags", "walk.rows"))
    listed = files["listed.spans"] + files["listed.lists"] + files["links.items"]
    shared = sum(size for name, size in files.items() if name.startswith("shared."))
    return {
        "bytes_a_node": round(nodes / made.nodes, 1),
        "bytes_a_relation": round(edges / len(made.src), 1),
        "bytes_a_node_and_relation": round(nodes / made.nodes + edges / len(made.src), 1),
        "walks_mb": round((nodes + edges + listed) / 1e6, 1),
        "shared_mb": round(shared / 1e6, 1),
    }


def threads(projection: Projection, pairs: Sequence[tuple[int, int]], count: int = 2) -> float:
    """Nearest-listed walks a second with several threads on one projection."""
    walk = Walk(as_of=DAY)
    done = [0] * count
    end = time.perf_counter() + 2

    def work(at: int) -> None:
        while time.perf_counter() < end:
            projection.nearest_listed(pairs[done[at] % len(pairs)][0], walk, hops=HOPS)
            done[at] += 1

    running = [threading.Thread(target=work, args=(at,)) for at in range(count)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    return round(sum(done) / 2)


def on_store(
    name: str, url: str, made: World, folder: Path, options: argparse.Namespace, **login: str
) -> dict[str, Any]:
    """Load, publish, change and ask one store and the projection made from it."""
    told: dict[str, Any] = {}
    store = open_store(url, create=True, **login)
    if not store.generation():
        told["load_s"] = round(load(store, made), 1)
    home = folder / name
    if not (home / "current").exists():
        told["publish"] = publish_timed(store, home)
        told["publish"] |= projection_timed(store, home)
    begun = time.perf_counter()
    with current_generation(home) as generation:
        told["open_ms"] = round(1000 * (time.perf_counter() - begun), 1)
        begun = time.perf_counter()
        projection = generation.projection
        told["open_projection_ms"] = round(1000 * (time.perf_counter() - begun), 1)
        found = generation.parties(keys.identifier("org_code", f"{7:09d}"))
        shift = found[0] - 7
        pairs = sample(made, shift, options.calls)
        told["questions"] = {"projection": {}, name: {}}
        for question, ask in projection_questions(projection).items():
            told["questions"]["projection"][question] = spread(ask, pairs, options.seconds)
        keys_of = {start: generation.party(start).key for pair in pairs for start in pair}
        everyone = {number: generation.party(number + shift).key for number in made.listed.tolist()}

        def of(number: int) -> str:
            return keys_of.get(number) or everyone.get(number) or generation.party(number).key

        for question, ask in store_questions(store, made, of).items():
            told["questions"][name][question] = spread(ask, pairs, options.seconds)
        told["sizes"] = sizes({n: info.size for n, info in generation.manifest.files.items()}, made)
        told["two_threads_per_s"] = threads(projection, pairs)
    told["change"] = change(store, made, home)
    store.close()
    return told


def sample(made: World, shift: int, count: int) -> list[tuple[int, int]]:
    """Pairs of companies to ask about, by ordinal."""
    dice = np.random.default_rng(1)
    starts, ends = (dice.integers(0, made.companies, count) + shift for _ in range(2))
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def plot(told: dict[str, Any], path: Path) -> None:
    """Medians and 99th percentiles of every side, one group of bars a question."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    sides = list(told["questions"])
    questions = list(told["questions"]["projection"])
    figure, axes = pyplot.subplots(figsize=(9, 4.8), layout="constrained")
    width = 0.8 / len(sides)
    for at, side in enumerate(sides):
        asked = [
            (n, told["questions"][side][q]) for n, q in enumerate(questions) if q in told["questions"][side]
        ]
        places = [n + (at - (len(sides) - 1) / 2) * width for n, _ in asked]
        p50, p99 = ([one[which] for _, one in asked] for which in ("p50", "p99"))
        bars = axes.bar(places, p50, width * 0.9, label=side)
        axes.errorbar(places, p50, yerr=[[0] * len(p50), [max(0, b - a) for a, b in zip(p50, p99, strict=True)]],
                      fmt="none", ecolor="black", elinewidth=0.8, capsize=2)  # fmt: skip
        axes.bar_label(bars, [f"{one:.3g}" for one in p50], fontsize=7)
    axes.set_yscale("log")
    axes.set_xticks(range(len(questions)), questions)
    axes.set_ylabel("milliseconds a call: median, line up to the 99th percentile")
    axes.set_title(f"{told['nodes']:,} parties, {told['relations']:,} relations, listed within {HOPS} hops")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else {"Software": None})


def main() -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nodes", type=int, default=FULL)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=10.0, help="at most, for each question and side")
    parser.add_argument("--neo4j", action="store_true", help="start a server of our own, without NEO4J_URI")
    parser.add_argument("--heap", type=int, default=3072, help="MB, of that server")
    parser.add_argument("--cache", type=int, default=2048, help="MB of page cache, likewise")
    parser.add_argument("--no-networkx", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep store and generation here, and use what is there")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    made = world(options.nodes)
    told: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "nodes": made.nodes, "relations": len(made.src), "listed": len(made.listed), "questions": {},
    }  # fmt: skip
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        runs: list[tuple[str, str, dict[str, str]]] = [("embedded", str(folder / "store.db"), {})]
        if uri := os.environ.get("NEO4J_URI"):
            login = {
                "user": os.environ.get("NEO4J_USER", ""),
                "password": os.environ.get("NEO4J_PASSWORD", ""),
            }
            runs.append(("neo4j", uri, login))
        elif options.neo4j:
            sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
            from neo4j_server import running

            server = stack.enter_context(
                running(folder / "neo4j-server", heap_mb=options.heap, cache_mb=options.cache)
            )
            runs.append(("neo4j", server.uri, {"user": "neo4j", "password": server.password}))
        for name, url, login in runs:
            one = on_store(name, url, made, folder, options, **login)
            asked = one.pop("questions")
            told["questions"].setdefault("projection", asked.pop("projection"))
            told["questions"] |= asked
            told[name] = one
            sys.stderr.write(f"{name}: {json.dumps(one)}\n")
    if not options.no_networkx:
        asked_nx, told["networkx"] = networkx_questions(made)
        pairs = sample(made, 0, options.calls)
        told["questions"]["networkx"] = {
            q: spread(ask, pairs, options.seconds) for q, ask in asked_nx.items()
        }
    print(json.dumps(told, indent=1))
    if options.out:
        options.out.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    if options.plot:
        plot(told, options.plot)


if __name__ == "__main__":
    main()
