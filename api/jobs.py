"""Every job of the background work, in one tuple: nothing runs that does not stand here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from api import batches, contradictions, watching
from api.work import Job, Parts


def checkpoint(parts: Parts, at: datetime) -> None:
    """Write the day's head of the audit chain into it (once a day; asking again changes nothing)."""
    parts.service.ledger.checkpoint(at.date(), at=at)


JOBS: Final[tuple[Job, ...]] = (
    Job("checkpoint", timedelta(minutes=10), checkpoint),
    Job("batches", timedelta(seconds=1), batches.work),
    Job("repairs", timedelta(minutes=1), contradictions.work),
    *watching.JOBS,
)
