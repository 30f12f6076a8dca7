"""Bids in which one unit stands twice: `identity` ties, for B13 (条例 37(3))."""

from __future__ import annotations

from matching.rules.base import Case, Tie
from matching.ties.base import Ties, grouped, together


def read(case: Case) -> Ties:
    """Pairs of bids with a unit of the same number, or of the same name."""
    ties = Ties()
    if len(case.bidders) < 2:
        return ties
    keys = (
        (key, view.index) for view in case.bidders for entity in view.entities for key in entity.identity
    )
    for key, places in grouped(keys):
        by_name = key.startswith("name:")
        tie = Tie(kind="identity", by="name" if by_name else "code", size=len(places))
        for i, j in together(places):
            ties.pair(i, j, tie)
    return ties
