"""The co-bidding projection: bidders joined by the lots in which both bid, with Jaccard weight and lift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import msgspec

MAX_BIDDERS = 200
"""A lot with more bidders says little about any two of them: it is left out and counted."""
MAX_MEETINGS = 1_000_000
"""Meetings of two bidders that are counted, those of small lots first; what lies beyond is left out and counted."""


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
    """All pairs that met often enough; `crowded` lots were left out for having too many bidders."""

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
    max_meetings: int = MAX_MEETINGS,
) -> CoBidding:
    """Join bidders by the lots they share. O(lots × bidders²), bounded by the last two arguments.

    Args:
        lots: the bidders of each lot.
        support: pairs with fewer lots in common are left out.
        among: only pairs of these bidders; the counts are over all lots.
        universe: how many lots the market has; default: those given.
        max_bidders: lots with more bidders (of `among`, where given) are left out.
        max_meetings: how many meetings are counted; a lot beyond is left out as if it had not been.
    """
    chosen = None if among is None else frozenset(among)
    bids: dict[str, int] = {}
    together: dict[tuple[str, str], int] = {}
    sets = [
        sorted(set(bidders) if chosen is None else chosen.intersection(bidders)) for bidders in lots.values()
    ]
    count = crowded = meetings = 0
    for members in sorted(sets, key=len):
        size = len(members)
        meetings += size * (size - 1) // 2
        if size > max_bidders or meetings > max_meetings:
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
