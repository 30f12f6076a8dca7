"""Who bids together how often: the same lots in what the graph knows, each pair of a set of parties counted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

from api.explore.told import Teller
from graph.dates import iso
from graph.relations import RelationType

MOST_BIDS: Final = 2_000
"""Bids of each party that are compared."""
MEMBERS: Final = 100
"""Parties that are compared: 4,950 pairs."""


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
    bids: dict[int, dict[int, int]] = {}
    cut = len(parties) > MEMBERS
    for place, ordinal in enumerate(parties[:MEMBERS]):
        if ordinal is None:
            continue
        found = teller.projection.neighbours(ordinal, walk, limit=MOST_BIDS)
        cut = cut or bool(found.cut) or found.shown < found.total
        mine = {edge.peer: edge.edge for tally in found for edge in tally.edges if edge.out}
        bids[place] = {peer: edge for peer, edge in mine.items() if peer not in without}
    pairs = []
    for a, b in combinations(bids, 2):
        common = bids[a].keys() & bids[b].keys()
        if common and parties[a] != parties[b]:
            whens = [teller.generation.relation(bids[a][peer]).valid.start for peer in common]
            known = [when for when in whens if when is not None]
            last = iso(max(known)) if known else None
            pairs.append(Together(a, b, len(common), len(bids[a]), len(bids[b]), last))
    pairs.sort(key=lambda one: (-one.times, one.a, one.b))
    return CoBidding(tuple(pairs), len(bids), cut)


__all__ = ["CoBidding", "Together", "together"]
