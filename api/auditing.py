"""How much of the chain one request may make the server read: a check of all at a time, and an export of some pages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from api.routes.problem import ProblemError
from matching.ledger import Checkpoint, events
from matching.ledger.events import Filter, Seen

if TYPE_CHECKING:
    from matching.ledger import Ledger, VerifyResult

CHECKING: Final = threading.BoundedSemaphore(1)
"""A check reads the events of all tenants: one at a time in each worker."""
AGAIN: Final = "10"
"""Seconds after which one may ask again."""
PAGES: Final = 10
"""Pages of one export: each looks through `events.SCANNED` events at most."""
OF_PAGE: Final = 1_000


class Gathered(NamedTuple):
    """Events for an export, newest first."""

    events: tuple[Seen, ...]
    next: int | None
    """The number to go on before; None at the beginning of the chain."""


def verified(ledger: Ledger, anchors: Sequence[Checkpoint]) -> VerifyResult:
    """Check every event, hash and stored body.

    Raises:
        ProblemError: `http.busy`: another check is going on.
    """
    if not CHECKING.acquire(blocking=False):
        raise ProblemError("http.busy", headers={"Retry-After": AGAIN})
    try:
        return ledger.verify(anchors)
    finally:
        CHECKING.release()


def gathered(ledger: Ledger, wanted: Filter, *, tenant: str, before: int | None) -> Gathered:
    """The next events that are wanted, from a bounded part of the chain.

    Args:
        ledger: where they stand.
        wanted: which.
        tenant: whose.
        before: the number to go on before; None: from the newest.
    """
    found: list[Seen] = []
    for _ in range(PAGES):
        page = events.page(ledger, wanted, tenant=tenant, before=before, limit=OF_PAGE)
        found += page.events
        before = page.next
        if before is None:
            break
    return Gathered(tuple(found), before)


__all__ = ["CHECKING", "Gathered", "gathered", "verified"]
