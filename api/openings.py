"""Until when the bids of a tender are sealed: by what was loaded, and by what the ledger knows (招标投标法 22)."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request

from api import bootstrap, watched_tenders
from api.routes.access import asking
from api.routes.base import service
from api.routes.exploring import explorer
from graph.paths import find
from graph.store import GraphReader
from matching.explore.view import opening_of
from matching.ledger import Ledger, Viewer
from matching.ledger.decided import tender_key
from matching.ledger.items import PAGE_LIMIT


def loaded_opening(request: Request, number: str) -> datetime | None:
    """The opening of a loaded tender, or of one of its lots, that has not come yet.

    Raises:
        GenerationError, StoreError: nothing has been loaded yet, or it is damaged.
    """
    with service(request).generation() as generation:
        view = explorer(request).views.of(generation, bootstrap.now())
        known = (view.sealed_until(one) for one in find(generation, f"tender:{number}"))
        return max((one for one in known if one is not None), default=None)


def stored_opening(store: GraphReader, number: str) -> datetime | None:
    """The opening of a tender as the store has it, which may know more than what is published."""
    found = store.find("tender", number, known=store.generation())
    return None if found is None else opening_of(found.attributes.get("opening_at", ""))


def ledger_opening(ledger: Ledger, number: str, viewer: Viewer, at: datetime) -> datetime | None:
    """Until when decisions and watched tenders of the viewer's tenant keep a tender's bids from the viewer."""
    if not number:
        return None
    found = ledger.items.page(
        watched_tenders.KIND, tenant=viewer.tenant, key=f"number:{number}", limit=PAGE_LIMIT
    )
    openings = [one.opening_at for one in found if not watched_tenders.may_see(one, viewer, at)]
    openings.append(ledger.decided.sealed_until(viewer, at, tender_key(number)))
    return max((one for one in openings if one is not None), default=None)


def sealed_until(request: Request, store: GraphReader, number: str) -> datetime | None:
    """Until when nobody may read a loaded tender's bids into a decision; None where they were opened.

    Which platform received them no table says, so that no role opens what was loaded before its time.

    Raises:
        GenerationError, StoreError: nothing has been loaded yet, or it is damaged.
    """
    now = bootstrap.now()
    told = (
        stored_opening(store, number),
        loaded_opening(request, number),
        ledger_opening(service(request).ledger, number.strip(), asking(request).viewer, now),
    )
    return max((one for one in told if one is not None and one > now), default=None)


__all__ = ["ledger_opening", "loaded_opening", "sealed_until", "stored_opening"]
