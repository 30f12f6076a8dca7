"""Wrong, cyclic and huge data never hangs a walk: bounded time and memory on a star, a chain and random graphs."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from projections import from_arrays

from graph.projection import Walk
from graph.projection.read import Projection
from graph.relations import RelationType

STAR, CHAIN = 1_000_000, 100_000
SECONDS = 2.0
"""Of processor time: far above what a walk takes here (0.05 s), far below a hang."""


def within(seconds: float, work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    taken = time.thread_time() - begun
    assert taken < seconds
    return taken


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Projection:
    """Party 0 holds a million companies; the last of them is listed."""
    leaves = np.arange(1, STAR + 1)
    made = from_arrays(tmp_path_factory.mktemp("star"), STAR + 1, np.zeros(STAR, "u4"), leaves, [STAR])
    made.closure((1,), hops=1)  # machine code is loaded before anything is timed
    made.shortest_path(1, 2)
    made.groups((1, 2))
    return made


def test_a_hub_of_a_million_connects_nobody_and_says_so(star: Projection) -> None:
    for _ in range(2):
        assert within(SECONDS, lambda: star.shortest_path(1, 2)) < SECONDS
    found = star.shortest_path(1, 2)
    assert found.route is None
    assert found.cut.hubs
    reached = star.closure((1,), hops=64)
    assert reached.ordinals == [0]
    assert reached.cut.hubs
    assert not star.groups(range(1, 1001)).groups


def test_a_hub_asked_for_is_read_to_its_end_or_to_the_budget(star: Projection) -> None:
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = star.neighbours(0)
    assert (told.shown, told.total) == (30, STAR)
    assert not told.cut
    reached = star.closure((0,), limit=10)
    assert (len(reached), reached.total) == (10, STAR)
    nearest = star.nearest_listed(0).route
    assert nearest is not None
    assert nearest.nodes == (0, STAR)
    poor = Walk(budget=1000)
    assert star.neighbours(0, poor).cut.spent
    assert star.closure((0,), poor).cut.spent
    assert star.closure((0,), poor).total <= 1000
    everything = Walk(hub=STAR)
    found = star.shortest_path(1, STAR, everything)
    assert found.route is not None
    assert found.route.nodes == (1, 0, STAR)
    assert within(SECONDS, lambda: star.groups(range(1, 1001), everything, limit=5000)) < SECONDS
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun
    assert grown < 400_000, "kilobytes: arrays of a thread for a million parties, and copies of an answer"


def test_a_chain_of_a_hundred_thousand_links(tmp_path: Path) -> None:
    places = np.arange(CHAIN)
    chain = from_arrays(tmp_path, CHAIN + 1, places, places + 1, [CHAIN])
    far = CHAIN + 1
    chain.shortest_path(0, 1)  # machine code is loaded before anything is timed
    within(SECONDS * 3, lambda: chain.shortest_path(0, CHAIN, hops=far))
    found = chain.shortest_path(0, CHAIN, hops=far).route
    assert found is not None
    assert found.nodes == tuple(range(CHAIN + 1))
    assert chain.shortest_path(0, CHAIN).route is None
    owners = chain.owners((CHAIN,), hops=far, limit=far)
    assert owners.hops == list(range(1, CHAIN + 1))
    assert len(owners.edges) == CHAIN
    nearest = chain.nearest_listed(0, hops=far).route
    assert nearest is not None
    assert len(nearest) == CHAIN


@pytest.mark.parametrize("seed", range(3))
def test_random_cyclic_graphs_end(tmp_path: Path, seed: int) -> None:
    dice = np.random.default_rng(seed)
    nodes, edges = 20_000, 200_000
    src, dst = dice.integers(0, nodes, edges), dice.integers(0, nodes, edges)
    made = from_arrays(tmp_path, nodes, src, dst, [7])
    walk = Walk.along(RelationType.HOLDS, direction="in")
    made.owners((1,), hops=1)  # machine code is loaded before anything is timed
    made.groups((1, 2))
    within(SECONDS, lambda: made.owners((1, 2, 3), walk, hops=1000))
    assert made.owners((1, 2, 3), walk, hops=1000, limit=nodes).total > nodes * 0.99
    within(SECONDS, lambda: made.groups(range(200), hops=3))
    assert made.groups(range(200), hops=3).cut.spent
