"""The co-bidding projection: bidders joined by the lots in which both bid, with Jaccard weight and lift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import msgspec

MAX_BIDDERS = 200
"""A lot with more bidders says little about any two of them: it is left out and counted."""


class CoBid(msgspec.Struct, frozen=True, kw_only=True):
    """Two bidders that met. `together` lots of `first_bids` and `second_bids`, out of `lots` looked at."""

    first: str
    second: str
    together: int
    first_bids: int
    second_bids: int
    lots: int

    @property
    def jaccard(self) -> float:
        """Lots in common over lots of either."""
        return self.together / (self.first_bids + self.second_bids - self.together)

    @property
    def lift(self) -> float:
        """How many times as often they meet as they would if they bid independently of each other."""
        return self.together * self.lots / (self.first_bids * self.second_bids)


class CoBidding(msgspec.Struct, frozen=True, kw_only=True):
    """All pairs that met often enough, and how many lots were left out for having too many bidders."""

    pairs: tuple[CoBid, ...]
    lots: int
    crowded: int


def co_bidding(
    lots: Mapping[str, Iterable[str]],
    *,
    support: int = 1,
    among: Sequence[str] | None = None,
    universe: int | None = None,
    max_bidders: int = MAX_BIDDERS,
) -> CoBidding:
    """Join bidders by the lots they share. O(lots × bidders²), bounded by `max_bidders`.

    Args:
        lots: the bidders of each lot.
        support: pairs with fewer lots in common are left out.
        among: only pairs of these bidders; the counts are over all lots.
        universe: how many lots the market has; default: those given.
        max_bidders: lots with more bidders (of `among`, where given) are left out.
    """
    chosen = None if among is None else frozenset(among)
    bids: dict[str, int] = {}
    together: dict[tuple[str, str], int] = {}
    count = crowded = 0
    for bidders in lots.values():
        members = sorted(set(bidders))
        if chosen is not None:
            members = [one for one in members if one in chosen]
        if len(members) > max_bidders:
            crowded += 1
            continue
        count += 1
        for one in members:
            bids[one] = bids.get(one, 0) + 1
        for pair in combinations(members, 2):
            together[pair] = together.get(pair, 0) + 1
    total = count if universe is None else universe
    pairs = tuple(
        CoBid(first=a, second=b, together=times, first_bids=bids[a], second_bids=bids[b], lots=total)
        for (a, b), times in sorted(together.items())
        if times >= support
    )
    return CoBidding(pairs=pairs, lots=total, crowded=crowded)
