"""Loading a generated graph into both stores: `python benchmarks/bench_neo4j.py --nodes 100000 --relations 250000`.

Companies and persons with holdings, offices and accounts (few parties have many of them), in one load as the command
line does it. Neo4j is the server of `NEO4J_URI` (its database is emptied first, and has to be one for trials), or one
that is started for it. The same load follows once more: it must change nothing and take less time. Beside the clock
stands what processors did, here and in the server: on a machine that others use too, only that can be compared. Making
the records, which a load reads from files instead, is part of the clock and of the processors here, and shown apart.
`--json FILE` writes the figures, with the machine's load. Full size: `--nodes 1000000 --relations 2000000`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
from bench_store import BATCH, TAKEN, company, uscc
from publishing import projection_timed, publish_timed

from graph.model import Id, Interval, Mention, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from graph.store import Batch, GraphReader, SnapshotInfo, Store, open_store, open_trial_store

DATASET = "register"
SOURCE = Source(dataset=DATASET, file="graph.csv", file_sha256="0" * 64, row=2, taken_at=TAKEN)
KINDS = (RelationType.HOLDS, RelationType.HOLDS, RelationType.LEGAL_REP_OF, RelationType.DIRECTOR_OF,
         RelationType.BRANCH_OF, RelationType.EMPLOYED_BY)  # fmt: skip


@lru_cache(maxsize=200_000)
def mention(number: int) -> Mention:
    """Party `number`: two of three are companies, the others persons known by a passport."""
    if number % 3:
        name = company(number)
        return Mention(
            type=PartyType.ORGANIZATION, name=name, n6=name, ids=(Id(scheme="uscc", value=uscc(number)),)
        )
    name = f"虚构{company(number)[3:7]}"
    return Mention(
        type=PartyType.PERSON, name=name, n6=name, ids=(Id(scheme="passport", value=f"T{number:08d}"),)
    )


def batches(nodes: int, relations: int) -> Iterator[Batch]:
    """The graph in batches, always the same one."""
    for start in range(0, nodes, BATCH):
        numbers = range(start, min(start + BATCH, nodes))
        yield Batch(
            parties=tuple(
                PartyRecord(
                    key=f"N{number}", subject=mention(number), attributes={"status": "存续"}, source=SOURCE
                )
                for number in numbers
            )
        )
    chance = random.Random(7)
    for start in range(0, relations, BATCH):
        rows = []
        for number in range(start, min(start + BATCH, relations)):
            kind = KINDS[chance.randrange(len(KINDS))]
            share = Decimal(chance.randrange(1, 101)) if kind is RelationType.HOLDS else None
            rows.append(
                Relation(
                    type=kind,
                    key=f"E{number}",
                    src=mention(int(nodes * chance.random() ** 3)),
                    dst=mention(int(nodes * chance.random() ** 2)),
                    share=share,
                    valid=Interval(start=TAKEN - timedelta(days=chance.randrange(3000))),
                    source=SOURCE,
                )
            )
        yield Batch(relations=tuple(rows))


class Processors:
    """Seconds that processors worked: here, in processes begun from here, and in the server that was started."""

    def __init__(self, server: int | None = None) -> None:
        """From now on.

        Args:
            server: its process, where it is known.
        """
        self._server = None if server is None else psutil.Process(server)
        self._before = self._now()

    def _now(self) -> tuple[float, float]:
        own = sum(os.times()[:4])
        server = self._server.cpu_times() if self._server is not None else None
        return own, 0.0 if server is None else server.user + server.system

    def taken(self) -> dict[str, float]:
        """Since the last question, or since the beginning."""
        before, self._before = self._before, self._now()
        here, there = (round(now - then, 2) for now, then in zip(self._before, before, strict=True))
        return {"processor s, here": here} | ({} if self._server is None else {"processor s, server": there})


def load(
    store: Store, nodes: int, relations: int, token: str, day: int, processors: Processors
) -> dict[str, float]:
    """One load; the time that making the records takes is told apart."""
    mention.cache_clear()
    gc.collect()
    gc.disable()  # as the command line does for a load
    processors.taken()
    began = time.perf_counter()
    making = worked = 0.0
    store.begin(token, [SnapshotInfo(dataset=DATASET, source="bench", full=True, taken_at=TAKEN)])
    source = batches(nodes, relations)
    done = 0
    while True:
        before, worked_before = time.perf_counter(), time.thread_time()
        batch = next(source, None)
        making += time.perf_counter() - before
        worked += time.thread_time() - worked_before
        if batch is None:
            break
        store.write(batch)
        done += len(batch)
        if done % 200_000 < BATCH:
            print(f"  {done:>10,} rows {time.perf_counter() - began:7.1f} s", file=sys.stderr, flush=True)
    store.end_missing(DATASET, "bench")
    publication = store.publish(TAKEN + timedelta(days=day))
    total = time.perf_counter() - began
    gc.enable()
    changes = publication.changes[0]
    return {
        "seconds": round(total, 2),
        "of which making records": round(making, 2),
        **processors.taken(),
        "processor s, making records": round(worked, 2),
        "rows a second": round((nodes + relations) / (total - making)),
        "added": changes.added,
        "updated": changes.updated,
        "ended": changes.ended,
        "unchanged": changes.unchanged,
    }


def timed(call: Callable[[], object], processors: Processors) -> dict[str, float]:
    """Seconds that a call takes."""
    processors.taken()
    began = time.perf_counter()
    call()
    return {"seconds": round(time.perf_counter() - began, 2)} | processors.taken()


def exhaust(rows: Iterator[object]) -> int:
    """Take everything."""
    return sum(1 for _ in rows)


def measure(name: str, store: Store, nodes: int, relations: int, processors: Processors) -> dict[str, Any]:
    """Both loads and the reads that a generation is built from."""
    print(name, file=sys.stderr)
    found: dict[str, Any] = {"store": name}
    found["first load"] = load(store, nodes, relations, "one", 1, processors)
    found["second load"] = load(store, nodes, relations, "two", 2, processors)
    found["read relations"] = timed(lambda: exhaust(store.iter_edges()), processors)
    found["read parties"] = timed(lambda: exhaust(store.iter_party_rows()), processors)
    found["publish a generation"] = publishing(store, processors)
    found["one hop, ms"] = hops(store, nodes)
    print(json.dumps(found, ensure_ascii=False), flush=True)
    return found


def publishing(store: Store, processors: Processors) -> dict[str, float]:
    """Seconds that a generation takes that decisions read, and the projection alone."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        taken = timed(lambda: found.update(publish_timed(store, Path(folder))), processors)
        found |= projection_timed(store, Path(folder))
    return taken | {name: value for name, value in found.items() if not name.startswith("publish_")}


def hops(store: GraphReader, nodes: int) -> dict[str, float]:
    """Lookup by code and one hop, median and slowest of a hundred."""
    spent = []
    for number in range(1, 301, 3):
        began = time.perf_counter()
        party = store.find("uscc", uscc(nodes // 301 * number // 3 * 3 + 1))
        if party is not None:
            store.expand([party.key])
        spent.append((time.perf_counter() - began) * 1000)
    spent.sort()
    return {"p50": round(spent[50], 2), "p99": round(spent[98], 2)}


def neo4j(stack: ExitStack, heap_mb: int, cache_mb: int) -> tuple[Store, int | None]:
    """The emptied database of `NEO4J_URI`, or of a server that is started for it, and that server's process."""
    environment = dict(os.environ)
    process = None
    if not environment.get("NEO4J_URI"):
        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
        from neo4j_server import running

        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(running(Path(folder), heap_mb=heap_mb, cache_mb=cache_mb))
        environment |= server.environment()
        process = server.process.pid if server.process is not None else None
    store = open_trial_store(
        environment["NEO4J_URI"],
        user=environment.get("NEO4J_USER", ""),
        password=environment.get("NEO4J_PASSWORD", ""),
    )
    stack.callback(store.close)
    store.empty()
    return store, process


def main() -> None:
    """Measure the stores asked for, one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--relations", type=int, default=200_000)
    parser.add_argument("--stores", default="embedded,neo4j", help="which, with commas")
    parser.add_argument("--heap", type=int, default=3072, help="MB, of a server that is started for it")
    parser.add_argument("--cache", type=int, default=2048, help="MB of page cache, likewise")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    runs = []
    for name in options.stores.split(","):
        with ExitStack() as stack:
            if name == "embedded":
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                store = open_store(str(Path(folder) / "store.sqlite3"), create=True)
                stack.callback(store.close)
                server = None
            else:
                store, server = neo4j(stack, options.heap, options.cache)
            runs.append(measure(name, store, options.nodes, options.relations, Processors(server)))
    document = {
        "nodes": options.nodes,
        "relations": options.relations,
        "processors": os.cpu_count(),
        "server": f"{options.heap} MB heap, {options.cache} MB page cache, just started",
        "machine load": [round(one, 1) for one in os.getloadavg()],
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "stores": runs,
    }
    if options.json:
        options.json.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
