"""What the front page shows beside decisions: what is due soon, and what whoever keeps the installation has to know."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import metadata
from typing import Final, NamedTuple

from api.backup import last_backup
from api.principals import Scope
from api.repairs import repair_view
from api.web.door import Visit
from api.web.views import objections, repairs
from api.work import LEASE
from matching.ledger import Item
from matching.measures import feedback

SOON: Final = timedelta(days=5)
"""How long before its end a deadline stands on the front page: a weekend and two working days."""
SHOWN: Final = 6
"""Deadlines on the front page."""
COUNTED: Final = 1_000
DAYS_FROM: Final = 72
"""Hours from which an age is told in days."""
BACKUP_OLD: Final = timedelta(days=2)


class Near(NamedTuple):
    """An objection or repair whose deadline is near or has passed."""

    address: str
    kind: str
    """`objection` or `repair`."""
    name: str
    said: str
    tone: str
    next: str


class Desk(NamedTuple):
    """Open casework, and its next deadlines."""

    objections: int
    repairs: int
    late_objections: int
    """How many of them are overdue."""
    late_repairs: int
    near: tuple[Near, ...]
    more: int
    """How many more are near."""


class Job(NamedTuple):
    """A job of the background work whose last run failed."""

    name: str
    error: str
    at: str


class Keeping(NamedTuple):
    """What whoever keeps the installation has to know."""

    version: str
    generation: str
    backup: str
    """The age of the last backup; empty where none is known."""
    backup_bad: bool
    work: str
    """`on`, `off` (switched off) or `stopped`."""
    work_at: str
    failed: tuple[Job, ...]


def desk_of(visit: Visit) -> Desk | None:
    """Open objections and repairs with the deadlines that are near; None for who does not work on them."""
    if not visit.may(Scope.CASES):
        return None
    found = {"objection": objections.open_items(visit), "repair": repairs.open_items(visit)}
    near = sorted(
        (
            (item.due_at, kind, item)
            for kind, items in found.items()
            for item in items
            if item.due_at is not None and item.due_at - visit.at <= SOON
        ),
        key=lambda one: (one[0], one[2].id),
    )
    return Desk(
        objections=len(found["objection"]),
        repairs=len(found["repair"]),
        late_objections=sum(due <= visit.at for due, kind, _ in near if kind == "objection"),
        late_repairs=sum(due <= visit.at for due, kind, _ in near if kind == "repair"),
        near=tuple(_near(visit, kind, item) for _, kind, item in near[:SHOWN]),
        more=max(0, len(near) - SHOWN),
    )


def _near(visit: Visit, kind: str, item: Item) -> Near:
    row: objections.Row | repairs.Row
    if kind == "objection":
        row = objections.row_of(visit, item)
        name = row.about
    else:
        row = repairs.row_of(visit, repair_view(item, visit.at))
        name = row.subject or row.record
    due = row.due
    return Near(
        address=f"/{kind}s/{item.id}",
        kind=kind,
        name=name,
        said="" if due is None else f"{due.stage} · {due.said}",
        tone="" if due is None else due.tone,
        next=row.next,
    )


def in_force(visit: Visit) -> str | None:
    """How many measures have been carried out and not lifted; None for who may not see them."""
    if not visit.may(Scope.READ):
        return None
    found = visit.service.ledger.items.page(
        feedback.KIND, tenant=visit.principal.tenant, state=feedback.REPORTED, limit=COUNTED
    )
    return f"{COUNTED:,}+" if len(found) >= COUNTED else f"{len(found):,}"


def keeping_of(visit: Visit, generation: str) -> Keeping | None:
    """How the installation is; None for who does not keep it."""
    if not visit.may(Scope.ADMIN):
        return None
    leases, settings = visit.service.ledger.leases, visit.service.settings
    runs, holder = leases.runs(), leases.holder(LEASE)
    held = holder is not None and holder[1] > visit.at
    newest = max((run.started_at for run in runs.values()), default=None)
    backup = last_backup(settings)
    return Keeping(
        version=metadata.version("liancheng"),
        generation=generation,
        backup="" if backup is None else _ago(visit, backup),
        backup_bad=backup is None or visit.at - backup > BACKUP_OLD,
        work="on" if held else "stopped" if settings.work else "off",
        work_at=visit.words.time(newest),
        failed=tuple(
            Job(run.job, run.error, visit.words.time(run.started_at)) for run in runs.values() if run.error
        ),
    )


def _ago(visit: Visit, then: datetime) -> str:
    """How long ago, in hours, from three days on in days."""
    hours = max(0, round((visit.at - then).total_seconds() / 3600))
    if hours < DAYS_FROM:
        return visit.words("hours", hours=hours)
    return visit.words("days", days=f"{hours / 24:,.0f}")
