"""Who bids together how often: the same lots in what the graph knows, each pair of a set of parties counted."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from itertools import combinations
from operator import itemgetter
from typing import Final, NamedTuple

from api.explore.told import Teller
from graph.dates import from_micros, iso
from graph.projection import layout
from graph.relations import RelationType

MOST_BIDS: Final = 2_000
"""Bids of each party that are compared, the newest."""
MEMBERS: Final = 100
"""Parties that are compared: 4,950 pairs."""
READ: Final = 200_000
"""Bids of all parties that are looked at; each party has an even part of them."""
COMPARED: Final = 50_000
"""Bids of all parties that are compared; each party has an even part of them."""


class Together(NamedTuple):
    """How often two parties bid in the same place, a lot or a tender without lots, beside this one."""

    a: int
    b: int
    """Places in the given sequence."""
    times: int
    of_a: int
    of_b: int
    """How many bids each made elsewhere."""
    last: str | None
    """When their last common bids were made; None where no record says."""


class CoBidding(NamedTuple):
    """Every pair that bid together elsewhere, most often first."""

    pairs: tuple[Together, ...]
    compared: int
    """How many parties were compared."""
    cut: bool
    """Whether somebody's bids, or some of the parties, were too many to compare."""


def together(
    teller: Teller, parties: Sequence[int | None], *, without: frozenset[int] = frozenset()
) -> CoBidding:
    """Count the common bids of parties; those of tenders that are sealed now are in no count.

    Args:
        teller: the view and the clocks.
        parties: ordinals; None for one whom the graph does not know.
        without: the tender that is looked at, and its lots.
    """
    walk = teller.walk((RelationType.BID_IN,), former=True)
    starts = teller.projection.table
    bids: dict[int, dict[int, int]] = {}
    cut = len(parties) > MEMBERS
    each = min(len(parties), MEMBERS) or 1
    most = max(1, min(MOST_BIDS, COMPARED // each))
    for place, ordinal in enumerate(parties[:MEMBERS]):
        if ordinal is None:
            continue
        found = teller.projection.neighbours(ordinal, walk, limit=max(1, min(10 * MOST_BIDS, READ // each)))
        mine = {
            edge.peer: int(starts[edge.edge, layout.START])
            for tally in found
            for edge in tally.edges
            if edge.out and edge.peer not in without
        }
        cut = cut or bool(found.cut) or found.shown < found.total or len(mine) > most
        bids[place] = dict(nlargest(most, mine.items(), key=itemgetter(1)))
    pairs = []
    for a, b in combinations(bids, 2):
        common = bids[a].keys() & bids[b].keys()
        if common and parties[a] != parties[b]:
            newest = max(bids[a][peer] for peer in common)
            last = None if newest == layout.LEAST else iso(from_micros(newest))
            pairs.append(Together(a, b, len(common), len(bids[a]), len(bids[b]), last))
    pairs.sort(key=lambda one: (-one.times, one.a, one.b))
    return CoBidding(tuple(pairs), len(bids), cut)


__all__ = ["CoBidding", "Together", "together"]
