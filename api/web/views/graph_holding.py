"""What a picture of ownership says on its parties: control and economic share, two numbers that are never mixed."""

from __future__ import annotations

from api.explore.owning import State, control
from api.explore.shapes import OwnershipAnswer, ShareView
from api.explore.told import Teller
from api.web.words import Words

SAID = ("yes", "possibly")
"""Answers about control that stand on a party; `no` needs no words."""


def holdings(
    teller: Teller, ordinal: int, told: OwnershipAnswer, state: State, words: Words, limit: int
) -> dict[str, str]:
    """What stands on each party of a picture of ownership, by its id: as calculated, and nothing where nothing was.

    Args:
        teller: the view and the clocks.
        ordinal: whose owners and holdings the picture shows.
        told: its economic shares.
        state: tells whose names are the state's.
        words: the visitor's.
        limit: parties on each side.
    """
    found: dict[str, list[str]] = {}
    ruled = control(teller, ordinal, state, limit=limit)
    for one in ruled.controlled_by:
        if one.controls in SAID:
            code = "owner" if len(one.owners) == 1 else "together"
            for owner in one.owners:
                found.setdefault(owner, []).append(words(f"graph.holding.{code}.{one.controls}"))
    for one in ruled.controls:
        if one.controls in SAID:
            found.setdefault(one.owned, []).append(words(f"graph.holding.owned.{one.controls}"))
    for share in told.owned_by:
        found.setdefault(share.owner, []).append(words("graph.holding.share", share=_percent(share)))
    for share in told.owns:
        found.setdefault(share.owned, []).append(words("graph.holding.share", share=_percent(share)))
    return {party: " · ".join(dict.fromkeys(said)) for party, said in found.items()}


def _percent(one: ShareView) -> str:
    """A share or what it lies between; a question mark where a circle of holdings leaves it open."""
    low, high = one.share or "?", one.share_max or "?"
    return low if low == high else f"{low}–{high}"
