"""Times of a publication, for several benchmarks: as a whole, and of the projection alone."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from graph.generation import current_generation
from graph.generation.build import PARTY_FILES
from graph.generation.format import Sink
from graph.generation.publish import publish
from graph.generation.relationpages import write_pages
from graph.generation.source import PageReader
from graph.store import GraphReader


def processors() -> float:
    """Seconds that processors worked for this process, and for those begun from here that have ended."""
    return sum(os.times()[:4])


def publish_timed(store: GraphReader, home: Path) -> dict[str, float]:
    """Publish a generation: seconds by the clock and of processor time, and from the first to the last party."""
    clock: dict[str, float] = {}

    def told(step: str, done: int, total: int) -> None:
        if step == "parties":
            clock.setdefault("begun", time.perf_counter())
            if done and done == total:
                clock["done"] = time.perf_counter()

    begun, used = time.perf_counter(), processors()
    publish(store, home, progress=told)
    found = {
        "publish_s": round(time.perf_counter() - begun, 2),
        "publish_cpu_s": round(processors() - used, 2),
    }
    if "done" in clock:
        found["parties_s"] = round(clock["done"] - clock["begun"], 2)
    return found


def projection_timed(store: GraphReader, home: Path) -> dict[str, float]:
    """Build only what walks read, over the parties of the current generation, and not in another process: all
    relations read, their documents written, adjacency in both directions."""
    if not isinstance(store, PageReader):
        return {}
    with current_generation(home) as generation, tempfile.TemporaryDirectory(dir=home) as folder:
        manifest = generation.manifest
        begun, used = time.perf_counter(), processors()
        with Sink(Path(folder), home / "segments") as sink:
            for part in PARTY_FILES:
                sink.adopt(f"party.{part}", manifest.files[f"party.{part}"])
            relations = write_pages(sink, store.graph_pages(generation.number).edges(named=False))
            relations.close(sink, manifest.parties)
        return {
            "projection_s": round(time.perf_counter() - begun, 2),
            "projection_cpu_s": round(processors() - used, 2),
        }
