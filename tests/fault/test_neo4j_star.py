"""One party that holds a million companies, in Neo4j: it is loaded, asked about and published in bounded time.

By `make neo4j-kill` and `make soak`, on a server of its own; `LIANCHENG_STAR` makes it smaller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from neo4j_server import running
from store_records import batch, day, org, relation, snapshot, uscc

from graph.generation.source import PageReader
from graph.relations import RelationType
from graph.store import Store, StoreError, TrialStore, open_trial_store
from graph.stores.bolt.server import PATIENCE

SOAK = int(os.environ.get("LIANCHENG_SOAK", "10"))
STAR = int(os.environ.get("LIANCHENG_STAR", "1000000"))
STEP = 5_000
PAGE = 50_000
REGISTER = [snapshot("register", "r")]
HUB = org("临江虚构控股有限公司", uscc(0))

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.skipif(SOAK < 200, reason="runs by `make soak` and `make neo4j-kill`"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[TrialStore]:
    """A database of its own."""
    needs("neo4j server")
    folder: Path = tmp_path_factory.mktemp("star")
    with running(folder, heap_mb=3072, cache_mb=1024) as server:
        opened = open_trial_store(server.uri, user="neo4j", password=server.password)
        with closing(opened):
            yield opened


def loaded(store: Store, token: str, at: int) -> list[int]:
    """Load the star; what that added, updated, ended and left as it was."""
    store.begin(token, REGISTER)
    for start in range(1, STAR + 1, STEP):
        store.write(
            batch(
                [
                    relation(f"E{n}", RelationType.HOLDS, HUB, org(f"临江虚构{n}号有限公司", uscc(n)))
                    for n in range(start, min(start + STEP, STAR + 1))
                ]
            )
        )
    store.end_missing("register", "r")
    changes = store.publish(day(at)).changes[0]
    return [changes.added, changes.updated, changes.ended, changes.unchanged]


def taken(what: str, work: Callable[[], object]) -> float:
    """Seconds, also said."""
    began = time.monotonic()
    try:
        work()
    finally:
        seconds = time.monotonic() - began
        print(f"{what}: {seconds:.1f} s")
    return seconds


def test_a_star_is_loaded_asked_about_and_read(store: TrialStore) -> None:
    found: list[list[int]] = []
    taken("load", lambda: found.append(loaded(store, "one", 1)))
    taken("load again", lambda: found.append(loaded(store, "two", 2)))
    assert found == [[STAR, 0, 0, 0], [0, 0, 0, STAR]]

    def ask() -> None:
        party = store.find("uscc", uscc(0))
        assert party is not None
        edges, total = store.expand([party.key], limit=100)
        assert (len(edges), total) == (100, STAR)

    try:
        assert taken("find the hub and a hundred of its companies", ask) < 2 * PATIENCE
    except StoreError as slow:  # a machine that does much else: refused in time, with a reason
        if slow.code != "store.slow":
            raise
        print("find the hub: refused as too slow")
    leaf = store.find("uscc", uscc(STAR))
    assert leaf is not None
    assert store.expand([leaf.key])[1] == 1

    sizes: list[int] = []

    def read() -> None:
        assert isinstance(store, PageReader)
        sizes.extend(len(page.docs) for page in store.graph_pages(store.generation()).edges())

    taken("read all relations", read)
    assert sum(sizes) == STAR
    assert max(sizes) <= PAGE
