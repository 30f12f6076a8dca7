"""Groups of bidders that keep to each other, with coherence and exclusivity (Wachs and Kertész 2019)."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, fsum, log
from typing import TYPE_CHECKING

import msgspec

from graph.cobidding.pairs import CoBid

if TYPE_CHECKING:
    import networkx as nx

SEED = 20_260_101
"""The order in which the search looks at bidders: fixed, so that equal data gives equal groups."""
MAX_EDGES = 200_000
"""Pairs that are looked at; the strongest are kept, and the answer says how many were cut."""


class Community(msgspec.Struct, frozen=True, kw_only=True):
    """A group of bidders. `density` is the share of its pairs that ever met."""

    members: tuple[str, ...]
    coherence: float
    """Geometric over arithmetic mean of the weights between members that met: 1 when all meet equally often."""
    exclusivity: float
    """Weight inside over all weight of the members: 1 when they meet nobody else."""
    density: float
    cut: int = 0
    """Pairs that were left out of the search because there were too many."""


def communities(
    pairs: Iterable[CoBid], *, least: int = 3, max_edges: int = MAX_EDGES
) -> tuple[Community, ...]:
    """Groups by modularity (Louvain) over Jaccard weights, largest first.

    Args:
        pairs: co-bidding pairs; which of them count is the caller's choice of support and weight.
        least: smaller groups are left out.
        max_edges: a bound on the search.
    """
    edges = sorted(pairs, key=lambda pair: (-pair.jaccard, pair.first, pair.second))
    cut = max(0, len(edges) - max_edges)
    edges = edges[:max_edges]
    if not edges:
        return ()
    # most decisions have no such pairs and need not wait for the library
    import networkx as nx

    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(sorted({name for pair in edges for name in (pair.first, pair.second)}))
    graph.add_weighted_edges_from((pair.first, pair.second, pair.jaccard) for pair in edges)
    groups = nx.community.louvain_communities(graph, weight="weight", seed=SEED)
    found = [_measured(graph, sorted(group), cut) for group in groups if len(group) >= least]
    return tuple(sorted(found, key=lambda one: (-len(one.members), one.members)))


def _measured(graph: nx.Graph, members: list[str], cut: int) -> Community:
    inside_of = set(members)
    inside: list[float] = []
    outside: list[float] = []
    for name in members:
        for other, data in graph.adj[name].items():
            if other not in inside_of:
                outside.append(data["weight"])
            elif name < other:
                inside.append(data["weight"])
    possible = len(members) * (len(members) - 1) / 2
    total = fsum(inside)
    geometric = exp(fsum(log(weight) for weight in inside) / len(inside)) if inside else 0.0
    return Community(
        members=tuple(members),
        coherence=geometric / (total / len(inside)) if inside else 0.0,
        exclusivity=total / (total + fsum(outside)) if inside else 0.0,
        density=len(inside) / possible,
        cut=cut,
    )
