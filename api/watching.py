"""The background work of watching: re-screening after changes, openings that have come, messages that wait."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from api import bootstrap, watched_tenders, webhooks
from api.work import Job, Parts

if TYPE_CHECKING:
    from api.service import Service
    from matching.ledger.deliveries import Delivery
    from matching.ledger.watchrows import Told

NAMES: Final = "watched-names"
"""Folder of the index of watched names below the home: made from the ledger, so it needs no backup."""
KEPT: Final = timedelta(days=90)
"""How long a message that was delivered or given up is kept."""


def rescreen(parts: Parts, _at: datetime) -> None:
    """Decide anew whom anything can have touched since the last turn."""
    from graph.generation import Earlier
    from graph.generation.reader import current_ref
    from matching.watch.rescreen import Rescreening

    service = parts.service
    if not service.ledger.watching.any() or current_ref(service.settings.data_root) is None:
        return
    earlier = Earlier(service.settings.data_root)
    with closing(earlier), service.held() as lease:
        Rescreening(
            lease.screener,
            service.ledger,
            folder=service.settings.home / NAMES,
            key=bootstrap.secret_key(service.settings),
            clock=bootstrap.now,
            go_on=parts.go_on,
            messages=lambda told: _messages(service, told),
            older=earlier.open,
        ).turn()


def _messages(service: Service, told: list[Told]) -> list[Delivery]:
    return webhooks.messages(service.ledger, told, bootstrap.now())


def openings(parts: Parts, at: datetime) -> None:
    """Note that the opening of tenders has come: from now on what was found is no longer sealed."""
    watched_tenders.open_due(parts.service.ledger, at, parts.go_on)


def send(parts: Parts, _at: datetime) -> None:
    """Send the webhook messages whose time has come."""
    from api.webhook_sending import send_due

    send_due(
        parts.service.ledger,
        key=bootstrap.secret_key(parts.service.settings),
        allowed=parts.service.settings.webhook_allow,
        clock=bootstrap.now,
        go_on=parts.go_on,
    )


def tidy(parts: Parts, at: datetime) -> None:
    """Forget messages that were sent or given up long ago."""
    parts.service.ledger.deliveries.forget(at - KEPT)


JOBS: Final = (
    Job("rescreen", timedelta(seconds=2), rescreen),
    Job("openings", timedelta(seconds=10), openings),
    Job("webhooks", timedelta(seconds=1), send),
    Job("tidy", timedelta(hours=6), tidy),
)
"""What `api.work` runs of watching."""
