"""Control and economic shares of all owners, at size: generated holdings, with circles, pyramids and hubs.

    liancheng bench control -- --holdings 10000000 --json benchmarks/results/control.json

Holdings follow power laws: most companies have one to three owners, some dozens; some owners hold thousands. Three in
ten owners are companies, of groups that are up to a dozen levels deep; one company in two hundred takes part in a
circle of two to five. `all owners` is what `liancheng control` works out: for every owner all companies it controls or
might, with economic share and proof. Beside it, at a size they can do: the same by plain Python over networkx, and by
scipy's sparse solver for economic shares where scipy is installed. With `--command` the whole command, file to file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from graph.control import PERCENT, WHOLE, Holdings
from graph.control.bulk import pieces
from graph.control.economic import Economics
from graph.control.engine import Engine
from graph.control.votes import POSSIBLE, SUM
from graph.control.warm import warm

SEED = 20_261_122
LEVELS = 12

Made = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any], int]


def make(count: int) -> Made:
    """Owner, owned, share in units, and how many parties there are; the first ones are companies."""
    rng = np.random.default_rng(SEED)
    companies = max(count * 2 // 5, 16)
    owners = np.where(rng.random(companies) < 0.4, 1, np.minimum(rng.zipf(2.1, companies) + 1, 60))
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(owners)])
    companies = int(np.searchsorted(first, count))
    owners, first = owners[:companies], first[: companies + 1]
    owned = np.repeat(np.arange(companies), owners)
    weight = rng.exponential(1.0, len(owned)) ** 2 + 1e-3
    share = np.floor(weight / np.repeat(np.add.reduceat(weight, first[:-1]), owners) * 10_000).astype(
        np.int64
    )
    share[first[:-1]] += 10_000 - np.add.reduceat(share, first[:-1])
    level = np.minimum(rng.geometric(0.45, companies), LEVELS)
    by_level = [np.flatnonzero(level == n) for n in range(LEVELS + 1)]
    persons = companies * 3 // 2
    owner = companies + (rng.random(len(owned)) ** 2.5 * persons).astype(np.int64)
    inside = (level[owned] > 1) & (rng.random(len(owned)) < 0.45)
    for n in range(2, LEVELS + 1):
        places, above = np.flatnonzero(inside & (level[owned] == n)), by_level[n - 1]
        if len(above):
            owner[places] = above[(rng.random(len(places)) ** 2 * len(above)).astype(np.int64)]
    circled = rng.permutation(np.flatnonzero(owners > 1))[: companies // 200]
    for size, start in ((2, 0), (3, len(circled) // 2), (5, 3 * len(circled) // 4)):
        ring = circled[start : start + len(circled) // 4 // size * size].reshape(-1, size)
        for k in range(size):
            owner[first[ring[:, (k + 1) % size]]] = ring[:, k]
    # a parent beside one of its subsidiaries: together they may have what neither has
    majority = np.full(companies, -1)
    majority[owned[share > 5_000]] = owner[share > 5_000]
    held, below = np.flatnonzero(majority >= 0), np.flatnonzero((owners > 1) & (level > 1))
    below = rng.permutation(below)[: companies // 25]
    beside = held[rng.integers(0, len(held), len(below))]
    higher = level[beside] < level[below]
    below, beside = below[higher], beside[higher]
    owner[first[below]], owner[first[below] + 1] = beside, majority[beside]
    return owner, owned, share * (PERCENT // 100), companies + persons


@contextmanager
def timed(result: dict[str, Any], name: str) -> Iterator[None]:
    begun, used = time.perf_counter(), processor()
    yield
    result[name] = round(time.perf_counter() - begun, 3)
    result[f"{name}, processor"] = round(processor() - used, 3)
    print(f"{name:>28} {result[name]:>9.3f} s, processor {result[f'{name}, processor']:>9.3f} s", flush=True)


def processor() -> float:
    """Processor seconds of this process and of those that it waited for: what a busy machine does not change."""
    mine, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + others.ru_utime + others.ru_stime


def ours(made: Made, workers: int) -> dict[str, Any]:
    """All owners, from arrays to the last proof."""
    result: dict[str, Any] = {"holdings": len(made[0]), "parties": made[3], "workers": workers}
    begun = time.perf_counter()
    with timed(result, "build"):
        holdings = Holdings.of(*made[:3], nodes=made[3])
    with timed(result, "prepare"):
        engine = Engine.of(holdings)
    asked = engine.owners()
    levels = np.zeros(POSSIBLE + 2, np.int64)
    steps = unsolved = 0
    with timed(result, "all owners"):
        for piece in pieces(engine, asked, workers=workers):
            levels += np.bincount(piece.answers.rows.level, minlength=len(levels))
            steps += int(piece.proofs.ptr[-1])
            unsolved += int(np.isnan(piece.least).sum())
    result |= {
        "total": round(time.perf_counter() - begun, 3), "owners": len(asked), "control": int(levels[1 : SUM + 1].sum()),
        "only by adding up": int(levels[SUM]), "proof steps": steps, "without solution": unsolved,
        "in circles": int(engine.parts.cyclic.sum()), "largest circle": int(np.diff(engine.parts.first).max()),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip
    print(json.dumps(result), flush=True)
    return result


def plain_control(graph: nx.DiGraph) -> int:
    """How many pairs are under control: the fixpoint over networkx, a work-list for each owner."""
    pairs = 0
    for seed in graph:
        if not graph.out_degree(seed):
            continue
        held: dict[int, int] = {}
        mine, waiting = {seed}, [seed]
        while waiting:
            for _, company, share in graph.out_edges(waiting.pop(), data="share"):
                held[company] = held.get(company, 0) + share
                if company not in mine and 2 * held[company] > WHOLE:
                    mine.add(company)
                    waiting.append(company)
        pairs += len(mine) - 1
    return pairs


def peers(made: Made) -> dict[str, Any]:
    """The same questions by general tools."""
    result: dict[str, Any] = {"holdings": len(made[0]), "networkx": nx.__version__}
    with timed(result, "networkx build"):
        graph = nx.DiGraph()
        for a, b, s in zip(*(column.tolist() for column in made[:3]), strict=True):
            if graph.has_edge(a, b):
                graph[a][b]["share"] += s
            else:
                graph.add_edge(a, b, share=s)
    with timed(result, "networkx control"):
        result["control pairs"] = plain_control(graph)
    holdings = Holdings.of(*made[:3], nodes=made[3])
    engine = Engine.of(holdings)
    with timed(result, "ours control"):
        rows = sum(
            int(np.count_nonzero((p.answers.rows.level > 0) & (p.answers.rows.level <= SUM)))
            for p in pieces(engine, engine.owners())
        )
    if rows != result["control pairs"]:
        raise SystemExit(f"answers differ: {rows} and {result['control pairs']}")
    try:
        from scipy.sparse import csr_matrix, identity
        from scipy.sparse.linalg import splu
    except ImportError:
        result["scipy"] = "not installed"
        return result
    seeds = np.flatnonzero(np.diff(holdings.out_ptr))[:: max(1, holdings.nodes // 300)][:200]
    with timed(result, "scipy 200 owners"):
        matrix = csr_matrix((holdings.share_lo / WHOLE, (holdings.src, holdings.dst)), (holdings.nodes,) * 2)
        solve = splu(identity(holdings.nodes, format="csc") - matrix.T.tocsc())
        theirs = []
        for seed in seeds.tolist():
            unit = np.zeros(holdings.nodes)
            unit[seed] = 1.0
            row = solve.solve(unit)
            theirs.append(row / row[seed])
    economics = Economics.of(holdings, engine.parts)
    with timed(result, "ours 200 owners"):
        mine = [economics.of_owner(seed) for seed in seeds.tolist()]
    gap = max(
        (
            abs(e.least - row[e.owned])
            for found, row in zip(mine, theirs, strict=True)
            for e in found
            if e.least is not None
        ),
        default=0.0,
    )
    result["largest difference"] = float(gap)
    if gap > 1e-9:
        raise SystemExit(f"economic shares differ by {gap}")
    return result


def command(made: Made) -> dict[str, Any]:
    """`liancheng control` on a CSV file, from start to the last line written."""
    result: dict[str, Any] = {"holdings": len(made[0])}
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "holdings.csv", Path(folder) / "control.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.write("owner,owned,share\n")
            for a, b, s in zip(*(column.tolist() for column in made[:3]), strict=True):
                file.write(f"虚构主体{a:08d},虚构主体{b:08d},{s / PERCENT:.2f}\n")
        result["input MB"] = path.stat().st_size >> 20
        with timed(result, "command"):
            subprocess.run(
                [sys.executable, "-c", "from api.cli.main import main; main()", "control", path, "-o", out],
                check=True,
                stderr=subprocess.DEVNULL,
            )
        result["output MB"] = out.stat().st_size >> 20
        result["peak MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(json.dumps(result), flush=True)
    return result


def main() -> None:
    """Measure and, if asked, write the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--holdings", type=int, default=1_000_000)
    parser.add_argument("--peers", type=int, default=100_000, help="size at which others are measured")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--command", action="store_true", help="also the whole command, from file to file")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    warm()
    list(pieces(*(lambda engine: (engine, engine.owners()))(Engine.of(Holdings.of([0], [1], [WHOLE])))))
    result: dict[str, Any] = {
        "machine": platform.machine(), "processors": os.cpu_count(), "python": platform.python_version(),
        "peers": peers(make(given.peers)),
    }  # fmt: skip
    made = make(given.holdings)
    result["ours"] = ours(made, given.workers)
    if given.command:
        result["command"] = command(made)
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
