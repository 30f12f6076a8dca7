"""Decisions and possible matches sealed anew when an opening is put off (招标投标法 22), in the same commit.

The event of a decision says until when it was sealed when it was recorded, and stays. The index says until when it is
sealed now; what is read of a decision takes the later of both, so that nothing written here can open a bid.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, or_, select, update

from graph.dates import to_micros
from matching.ledger import schema

_INDEX, _QUEUE, _STORED = schema.decision_index, schema.match_queue, schema.decision
_ALL = ""

SEALED = (
    select(_INDEX.c.opening_at)
    .where(
        _INDEX.c.tenant == _STORED.c.tenant, _INDEX.c.key == _ALL, _INDEX.c.event_seq == _STORED.c.event_seq
    )
    .scalar_subquery()
    .label("sealed_until")
)
"""Until when the index says that a decision is sealed, beside its row."""


class Resealed(msgspec.Struct, frozen=True, kw_only=True):
    """Which decisions are sealed with a tender.

    `key` finds those about it that are still sealed, or that its `owner` recorded without an opening; `ids` are its
    own.
    """

    key: str
    ids: Sequence[str]
    owner: str


def reseal(
    connection: Connection, which: Resealed, *, tenant: str, opening: datetime | None, at: datetime
) -> None:
    """Seal decisions and the matches that they ask about until an opening.

    Those that were opened stay open, and those that are sealed for longer stay so.
    """
    if opening is None:
        return
    wanted, now = to_micros(opening), to_micros(at)
    by_number = select(_INDEX.c.event_seq).where(
        _INDEX.c.tenant == tenant,
        _INDEX.c.key == which.key,
        or_(_INDEX.c.opening_at.is_not(None), _INDEX.c.actor == which.owner),
    )
    query = (
        select(_STORED.c.event_seq, _STORED.c.decision_id, _INDEX.c.opening_at)
        .join(_INDEX, _INDEX.c.event_seq == _STORED.c.event_seq)
        .where(_INDEX.c.tenant == tenant, _INDEX.c.key == _ALL, _STORED.c.tenant == tenant)
        .where(
            or_(
                _STORED.c.event_seq.in_(by_number) if which.key else _STORED.c.event_seq.is_(None),
                _STORED.c.decision_id.in_(list(which.ids)),
            )
        )
    )
    for row in connection.execute(query).all():
        known = row.opening_at
        if known is not None and (known <= now or known >= wanted):
            continue
        connection.execute(
            update(_INDEX)
            .where(_INDEX.c.tenant == tenant, _INDEX.c.event_seq == row.event_seq)
            .values(opening_at=wanted)
        )
        connection.execute(
            update(_QUEUE)
            .where(_QUEUE.c.tenant == tenant, _QUEUE.c.decision_id == row.decision_id)
            .values(opening_at=wanted)
        )


__all__ = ["SEALED", "Resealed", "reseal"]
