"""A party that everybody is connected with: asked for in bounded time and memory, and what is cut is said."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

import pytest
from store_records import batch, day, listing, org, row, snapshot, uscc

from graph.model import Source
from graph.relations import Relation, RelationType
from graph.store import Store
from graph.stores.assemble import RELATIONS_TOLD

T = TypeVar("T")
STAR = 50_000
SECONDS = 40.0
MEMORY = 60_000_000
HUB = org("临江市虚构中心有限公司", uscc(0))

pytestmark = pytest.mark.slow


def spoke(number: int) -> Relation:
    """A company that holds something of the hub, every tenth the other way round."""
    other = org(f"临江市{number}有限公司", uscc(number + 1))
    ends = (HUB, other) if number % 10 == 0 else (other, HUB)
    return Relation(
        type=RelationType.HOLDS, key=f"E{number}", src=ends[0], dst=ends[1], source=Source(dataset="register")
    )


@pytest.fixture
def star(store: Store) -> Store:
    """A store with the star in it; the hub is registered and listed too."""
    store.begin("star", [snapshot("register", "r"), snapshot()])
    store.write(batch([row("H", HUB), listing("L", HUB)]))
    for start in range(0, STAR, 10_000):
        store.write(batch([spoke(number) for number in range(start, start + 10_000)]))
    store.publish(day(1))
    return store


def bounded(call: Callable[[], T]) -> T:
    """What a call returns, within its time and memory."""
    tracemalloc.start()
    begun = time.monotonic()
    found = call()
    took = time.monotonic() - begun
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < SECONDS
    assert peak < MEMORY
    return found


def test_a_star_is_asked_for_in_bounded_time(star: Store) -> None:
    hub = bounded(lambda: star.find("uscc", uscc(0)))
    assert hub is not None
    assert [name.text for name in hub.names] == [HUB.name]
    assert len(hub.mentions) == RELATIONS_TOLD + 2
    assert hub.more_mentions == STAR - RELATIONS_TOLD
    assert hub.mentions[:3] == ("register/r/H", "SXBZXR/court/L", "register/r/E0#src")
    edges, total = bounded(lambda: star.expand([hub.key], limit=25))
    assert total == STAR
    assert len(edges) == 25
    assert {edge.src for edge in edges} | {edge.dst for edge in edges} >= {hub.key}
    # asked for with some of the others, each relation is still counted once
    others = [edge.src for edge in edges if edge.src != hub.key][:5]
    again, total = bounded(
        lambda: star.expand([hub.key, *others], types=[RelationType.HOLDS], as_of=day(1), limit=30)
    )
    assert (len(again), total) == (30, STAR)
    assert star.expand([hub.key], types=[RelationType.WON], limit=5) == ([], 0)
    assert len(bounded(lambda: star.listings_of(hub.key))) == 1
    spoke_of = bounded(lambda: star.expand([others[0]]))
    assert spoke_of[1] == 1
    assert sum(1 for _ in star.iter_edges()) == STAR
    told = dict(star.iter_party_rows())[hub.key]
    assert len(told) < 400 * RELATIONS_TOLD
