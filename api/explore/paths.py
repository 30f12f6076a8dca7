"""How two parties are connected, and which of many are: the shortest paths, as data and in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

from api.explore.shapes import Pair, PathMatrix, PathsAnswer, Way
from api.explore.told import Teller, both, cutting, seen
from graph.model import PartyType
from graph.projection import Walk
from graph.projection.model import Cut, Route
from graph.relations import RelationType
from matching.decision import Bilingual
from matching.explore.ways import best, shortest

HOPS: Final = 6
MOST_HOPS: Final = 16
SHOWN: Final = 3
MOST: Final = 20
MEMBERS: Final = 100
"""Members of one matrix: 4,950 pairs."""
LOTS: Final = 1_000


def paths(
    teller: Teller,
    source: int,
    target: int,
    walk: Walk,
    *,
    hops: int = HOPS,
    limit: int = SHOWN,
    longer: bool = False,
) -> PathsAnswer:
    """The shortest paths between two parties; with `longer`, the next best ones after them."""
    ways = (best if longer else shortest)(teller.projection, source, target, walk, hops=hops, limit=limit)
    first, last = teller.party(source), teller.party(target)
    shown = tuple(way(teller, route) for route in ways.routes)
    code = "explore.path.found" if shown else "explore.path.none"
    if source == target:
        code = "explore.path.same"
    length = shown[0].hops if shown else hops
    shortest_ones = max(ways.total, sum(one.hops == length for one in shown))
    return PathsAnswer(
        clocks=teller.clocks,
        source=first.id,
        target=last.id,
        found=bool(shown),
        paths=shown,
        seen=seen(len(shown), max(ways.total, len(shown))),
        nodes=teller.nodes(),
        cut=cutting(ways.cut),
        sentence=both(
            code,
            a=first.name,
            b=last.name,
            steps=_steps(length),
            ways=_counted(shortest_ones, length, ways.cut),
        ),
        notice=both("explore.notice"),
    )


def _steps(hops: int) -> Bilingual:
    return both("explore.path.step" if hops == 1 else "explore.path.steps", hops=hops)


def _counted(count: int, hops: int, cut: Cut) -> Bilingual:
    """How many shortest paths there are. Up to two steps each middle makes one; beyond, several may share a middle."""
    if hops <= 2 and not cut:
        return both("explore.path.only" if count == 1 else "explore.path.exactly", count=count)
    return both("explore.path.once" if count == 1 else "explore.path.least", count=count)


def way(teller: Teller, route: Route) -> Way:
    """A path as data and in one sentence."""
    parties = [teller.party(node).id for node in route.nodes]
    links = tuple(teller.relation(edge) for edge in route.edges)
    return Way(
        parties=tuple(parties),
        relations=links,
        forward=route.out,
        hops=len(route),
        by_name=any(link.by == "name" for link in links),
        sentence=teller.chain(parties, links, route.out),
    )


def matrix(
    teller: Teller, members: Sequence[int], walk: Walk, *, hops: int = HOPS, tender: str | None = None
) -> PathMatrix:
    """Which members of a set are connected with which, each pair by its shortest path."""
    pairs = []
    cuts: list[Cut] = []
    named = tuple(teller.party(one) for one in members)
    for a, b in combinations(members, 2):
        found = teller.projection.shortest_path(a, b, walk, hops=hops)
        cuts.append(found.cut)
        if found.route is not None:
            pairs.append(
                Pair(source=teller.party(a).id, target=teller.party(b).id, path=way(teller, found.route))
            )
    asked = len(members) * (len(members) - 1) // 2
    pairs.sort(key=lambda pair: pair.path.hops)
    return PathMatrix(
        clocks=teller.clocks,
        tender=tender,
        members=named,
        pairs=tuple(pairs),
        asked=asked,
        nodes=teller.nodes(),
        cut=cutting(*cuts),
        sentence=both(
            "explore.matrix", members=len(members), pairs=len(pairs), asked=asked, steps=_steps(hops)
        ),
        notice=both("explore.notice"),
    )


def bidders(teller: Teller, tender: int) -> list[int]:
    """Who bids in a tender or lot, as far as it may be told now."""
    scopes = [tender]
    if teller.projection.kind(tender) is PartyType.TENDER:
        inside = Walk.along(RelationType.LOT_OF, direction="in", known=teller.walk().known)
        lots = teller.projection.neighbours(tender, inside, limit=LOTS)
        scopes += [edge.peer for tally in lots for edge in tally.edges]
    into = Walk.along(RelationType.BID_IN, direction="in", known=teller.walk().known)
    found = (
        edge.peer
        for scope in scopes
        for tally in teller.projection.neighbours(scope, into, limit=LOTS)
        for edge in tally.edges
    )
    return list(dict.fromkeys(found))


__all__ = ["HOPS", "MEMBERS", "MOST", "MOST_HOPS", "SHOWN", "bidders", "matrix", "paths", "way"]
