"""How wins go round in a group: evenly and in turn, or to one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, log

import msgspec


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """The wins of a group over lots in order of time. ABCABCABC: entropy 1.0, Herfindahl 1/3, repeated 0."""

    members: int
    lots: int
    entropy: float
    """Entropy of the wins over log(members): 1 when all win equally often, 0 when one wins all."""
    herfindahl: float
    """Sum of squared shares of wins."""
    repeated: float
    """How often the winner of one lot wins the next."""


def rotation(winners: Sequence[str], members: int) -> Rotation | None:
    """Measure the wins of a group.

    Args:
        winners: who of the group won, lot after lot.
        members: how many the group has, those without a win included.

    Returns:
        None without a win, or for a group of fewer than two.
    """
    if not winners or members < 2:
        return None
    counts: dict[str, int] = {}
    for name in winners:
        counts[name] = counts.get(name, 0) + 1
    shares = [count / len(winners) for count in counts.values()]
    repeats = sum(1 for before, after in pairwise(winners) if before == after)
    return Rotation(
        members=members,
        lots=len(winners),
        # logarithms miss by a hair what is exactly 1, and 0 of a single winner comes out as -0
        entropy=abs(round(-fsum(share * log(share) for share in shares) / log(members), 12)),
        herfindahl=fsum(share * share for share in shares),
        repeated=repeats / (len(winners) - 1) if len(winners) > 1 else 0.0,
    )
