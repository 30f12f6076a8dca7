"""Compile what control and economic shares need, on four invented companies."""

from __future__ import annotations

from graph.control.answers import control
from graph.control.economic import Economics
from graph.control.holdings import Holdings
from graph.control.shares import PERCENT, UNKNOWN


def warm() -> None:
    """Ask once for everything, so that the machine code is kept beside the modules."""
    owner, owned = (1, 2, 3, 2, 4), (2, 3, 2, 4, 4)
    share = [60 * PERCENT, 55 * PERCENT, 30 * PERCENT, UNKNOWN, 5 * PERCENT]
    votes = [UNKNOWN, 70 * PERCENT, UNKNOWN, UNKNOWN, UNKNOWN]
    holdings = Holdings.of(owner, owned, share, [*share[:3], 100 * PERCENT, share[4]], votes)
    found = control(holdings, groups=[(1, 3)])
    for answer in found:
        found.proof(answer)
    Economics.of(holdings).of_owner(1)


__all__ = ["warm"]
