"""What connects those who take part in a tender: read once while a case is built, so that rules only look.

Each module reads one kind of connection from the request or from the generation and gives `Ties`; `READERS` names
them. Whatever compares bidders does so by grouping on equal values, never each with each.
"""

from __future__ import annotations

from collections.abc import Callable

from matching.rules.base import Case
from matching.ties import bids, brands, identity, officials, ownership, past, shells
from matching.ties.base import Ties

READERS: tuple[Callable[[Case], Ties], ...] = (
    identity.read,
    ownership.read,
    brands.read,
    officials.read,
    bids.read,
    shells.read,
    past.read,
)
"""In the order in which a pair shows its ties."""


def read(case: Case) -> Ties:
    """Every connection of a case."""
    found = Ties()
    for reader in READERS:
        found.add(reader(case))
    return found


__all__ = ["READERS", "Ties", "read"]
