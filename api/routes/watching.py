"""What routes of watching share: errors of their parts as problems, pages of items."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from api.alerts import AlertChangeError
from api.routes.access import asking
from api.routes.base import from_cursor, refused, service
from api.routes.problem import ProblemError
from api.watched_tenders import TenderChangeError
from api.webhooks import WebhookError
from matching.ledger import Item

_PLACES = {
    "webhook.url": "/url",
    "webhook.https": "/url",
    "webhook.address": "/url",
    "webhook.unknown": "/webhook",
    "tender.source": "",
    "tender.not_yet": "/state",
    "tender.opening_early": "/opening_at",
    "monitor.tender": "/tender",
    "alert.ground": "/ground",
}
_CONFLICTS = frozenset(
    {"tender.over", "tender.state", "tender.opened_already", "alert.state", "webhook.many"}
)


@contextmanager
def refusals(request: Request) -> Iterator[None]:
    """Turn what the parts of watching refuse into problems."""
    try:
        yield
    except (TenderChangeError, AlertChangeError, WebhookError) as error:
        if error.code == "tender.owner":
            raise ProblemError("http.sealed") from None
        if error.code in _CONFLICTS:
            raise ProblemError("http.conflict") from None
        raise refused(request, _PLACES.get(error.code, ""), error.code, **error.params) from None


def item_of(request: Request, kind: str, name: str) -> Item:
    """An item of the caller's tenant.

    Raises:
        ProblemError: `http.not_found`.
    """
    found = service(request).ledger.items.get(kind, name, tenant=asking(request).tenant)
    if found is None:
        raise ProblemError("http.not_found")
    return found


def number_after(request: Request, given: str) -> int:
    """The number that a cursor names; 0 for the start.

    Raises:
        ProblemError: `http.invalid`.
    """
    return from_cursor(request, given) or 0
