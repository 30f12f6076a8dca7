"""The events of the chain for people who audit it: newest first, by who, what and when, read page by page.

Each event is read from its canonical bytes. The chain has no index but its order, so a page looks through a bounded
number of events and says how far it came; a day is found by halving, because time goes on with the order.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import Connection, func, select

from graph.dates import to_micros
from matching.ledger.chain import Event, decode, octets
from matching.ledger.model import Checkpoint, LedgerError
from matching.ledger.schema import checkpoint, event

if TYPE_CHECKING:
    from matching.ledger.ledger import Ledger

KINDS: Final = ("decision", "review", "item", "watch", "document", "erasure", "checkpoint")
"""Kinds of event."""
SCANNED: Final = 20_000
"""Events that one page looks through at most."""
SLACK: Final = 1_000
"""Events around a day's ends that are looked through too: a clock may have stepped."""
_CHUNK: Final = 2_000


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events are wanted; empty fields ask for nothing. `subject` is a part of what an event is about."""

    kind: str = ""
    actor: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, one: Event) -> bool:
        """Whether an event is wanted."""
        return (
            (not self.kind or one.kind == self.kind or one.ref.startswith(f"{self.kind}/"))
            and (not self.actor or one.actor == self.actor)
            and (not self.subject or self.subject in one.ref or self.subject in one.data.values())
            and (self.since is None or one.at >= to_micros(self.since))
            and (self.until is None or one.at < to_micros(self.until))
        )


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its hash in hex."""

    event: Event
    hash: str


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events, newest first. `next` is the number to go on before; None at the beginning of the chain.

    `reached` is the oldest event that was looked at: a page may hold none and yet not be the last.
    """

    events: tuple[Seen, ...]
    next: int | None
    reached: int
    head: int


def page(
    ledger: Ledger, wanted: Filter, *, tenant: str, before: int | None = None, limit: int = 50
) -> EventPage:
    """Events of a tenant, and those of the installation itself (documents, checkpoints), newest first.

    Args:
        ledger: where they stand.
        wanted: which.
        tenant: whose; another tenant's are never handed out.
        before: the number to go on before; None: from the newest.
        limit: events at most.

    Raises:
        LedgerError: `ledger.tampered`: the stored bytes are no event; whether all is whole is what `verify` finds.
    """
    found: list[Seen] = []
    with ledger._read() as connection:
        head = int(connection.execute(select(func.max(event.c.seq))).scalar() or 0)
        end = head + 1 if before is None else before
        if wanted.until is not None:
            end = min(end, _place(connection, to_micros(wanted.until), head) + SLACK)
        first = 1
        if wanted.since is not None:
            first = max(1, _place(connection, to_micros(wanted.since), head) - SLACK)
        reached, lowest = end, max(first, end - SCANNED)
        while reached > lowest and len(found) < limit:
            query = select(event).where(event.c.seq < reached, event.c.seq >= max(lowest, reached - _CHUNK))
            rows = connection.execute(query.order_by(event.c.seq.desc())).all()
            reached = max(lowest, reached - _CHUNK)
            for row in rows:
                one = decode(octets(row.body))
                if one is None or one.seq != row.seq:
                    raise LedgerError("ledger.tampered", path=ledger.where, seq=row.seq)
                if one.tenant in ("", tenant) and wanted.fits(one):
                    found.append(Seen(event=one, hash=octets(row.hash).hex()))
                    if len(found) == limit:
                        reached = row.seq
                        break
    return EventPage(
        events=tuple(found), next=reached if reached > first else None, reached=reached, head=head
    )


def last_checkpoint(ledger: Ledger) -> Checkpoint | None:
    """The newest daily checkpoint; None before the first."""
    with ledger._read() as connection:
        row = connection.execute(
            select(checkpoint).order_by(checkpoint.c.event_seq.desc()).limit(1)
        ).one_or_none()
    if row is None:
        return None
    return Checkpoint(day=row.day, seq=row.seq, hash=row.hash, event_seq=row.event_seq)


def _place(connection: Connection, at: int, head: int) -> int:
    """The first event that is not before an instant, as far as their order is that of time."""
    low, high = 1, head + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            select(event.c.seq, event.c.body).where(event.c.seq >= middle).order_by(event.c.seq).limit(1)
        ).one_or_none()
        one = None if row is None else decode(octets(row.body))
        if one is None or one.at >= at:
            high = middle
        else:
            low = middle + 1
    return low
