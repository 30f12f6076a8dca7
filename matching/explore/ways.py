"""How two parties are connected: the shortest ways, several of them, each through another party in its middle.

Longer ways follow where they are wanted, each the shortest through some other party. One walk from either end is
enough: where both meet, a path leads through. Parties with too many relations of a kind connect nobody, as in every
walk.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from graph.projection import Walk
from graph.projection.model import Cut, Route
from graph.projection.read import Projection

MEETING: Final = 100_000
"""Parties that a walk from one end keeps; the middle of a path is always among the nearest."""
TRIED: Final = 2_000
"""Parties through which longer paths are looked for."""


class Ways(NamedTuple):
    """Paths between two parties, the shortest first, and what the walks left out."""

    routes: tuple[Route, ...]
    total: int
    """How many parties stand in the middle of a shortest path: at least so many of them there are."""
    cut: Cut


def shortest(projection: Projection, source: int, target: int, walk: Walk, *, hops: int, limit: int) -> Ways:
    """The shortest paths between two parties, one through each party in the middle.

    Args:
        projection: where.
        source: where the paths begin.
        target: where they end.
        walk: what is followed.
        hops: relations at most.
        limit: paths at most; `total` says how many middles there are.
    """
    first = projection.shortest_path(source, target, walk, hops=hops)
    if first.route is None or len(first.route) < 2:
        found = () if first.route is None else (first.route,)
        return Ways(found, len(found), first.cut)
    length = len(first.route)
    ahead, back = (length + 1) // 2, length // 2
    one = projection.closure((source,), walk, hops=ahead, limit=MEETING)
    other = projection.closure((target,), walk, hops=back, limit=MEETING)
    near = {ordinal: at for at, ordinal in enumerate(one.ordinals) if one.hops[at] == ahead}
    far = {ordinal: at for at, ordinal in enumerate(other.ordinals) if other.hops[at] == back}
    routes = [first.route]
    middle = first.route.nodes[ahead]
    total = 1
    for ordinal in sorted(near.keys() & far.keys() - {middle, source, target}):
        start, end = one.route(near[ordinal]), other.route(far[ordinal])
        if not _open(projection, ordinal, start, end, walk):
            continue
        total += 1
        if len(routes) < limit:
            rest = end.reversed()
            routes.append(Route(start.nodes + rest.nodes[1:], start.edges + rest.edges, start.out + rest.out))
    cut = Cut(
        max(first.cut.hubs, one.cut.hubs, other.cut.hubs),
        first.cut.spent or one.cut.spent or other.cut.spent,
    )
    return Ways(tuple(routes), total, cut)


def best(projection: Projection, source: int, target: int, walk: Walk, *, hops: int, limit: int) -> Ways:
    """The shortest paths and then longer ones: each the shortest through some party that no path before it meets so.

    Args:
        projection: where.
        source: where the paths begin.
        target: where they end.
        walk: what is followed.
        hops: relations at most, of the longest path.
        limit: paths at most.
    """
    ways = shortest(projection, source, target, walk, hops=hops, limit=limit)
    if not ways.routes or source == target or len(ways.routes) >= limit or len(ways.routes[0]) >= hops:
        return ways
    one = projection.closure((source,), walk, hops=(hops + 1) // 2, limit=MEETING)
    other = projection.closure((target,), walk, hops=hops // 2, limit=MEETING)
    both, here, there = np.intersect1d(one.ordinals, other.ordinals, assume_unique=True, return_indices=True)
    length = np.asarray(one.hops)[here] + np.asarray(other.hops)[there]
    wanted = (length > len(ways.routes[0])) & (length <= hops)
    routes = list(ways.routes)
    known = {route.nodes for route in routes}
    candidates = np.flatnonzero(wanted)
    for at in candidates[np.lexsort((both[candidates], length[candidates]))][:TRIED].tolist():
        start, end = one.route(int(here[at])), other.route(int(there[at]))
        if not start.edges or not end.edges or not _open(projection, int(both[at]), start, end, walk):
            continue
        rest = end.reversed()
        whole = Route(start.nodes + rest.nodes[1:], start.edges + rest.edges, start.out + rest.out)
        if len(set(whole.nodes)) == len(whole.nodes) and whole.nodes not in known:
            known.add(whole.nodes)
            routes.append(whole)
        if len(routes) >= limit:
            break
    hubs = max(ways.cut.hubs, one.cut.hubs, other.cut.hubs)
    spent = ways.cut.spent or one.cut.spent or other.cut.spent or len(candidates) > TRIED
    return Ways(tuple(routes), ways.total, Cut(hubs, spent))


def _open(projection: Projection, ordinal: int, start: Route, end: Route, walk: Walk) -> bool:
    """Whether a path may go through a party: it has not too many relations of the kinds by which it is met."""
    cap = walk.hub_of_thing if projection.kind(ordinal).thing else walk.hub
    met = set()
    for route in (start, end):
        kind = projection.relation(route.edges[-1]).type
        met.add((kind, not route.out[-1]))
    around = projection.neighbours(ordinal, walk, limit=0)
    return all(one.total <= cap for one in around if (one.type, one.out) in met)


__all__ = ["Ways", "best", "shortest"]
