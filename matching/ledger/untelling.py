"""Erasing what changes told of somebody: that something changed stays, when and for which monitor or tender, not what.

The event of a step has one digest over all changes that it told. What is left of them is digested anew in the event of
the erasure, so that each of the others can still be checked; every change holds a random name, and so neither digest
tells what was blanked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, select, update

from matching.ledger.chain import octets
from matching.ledger.schema import watch_change
from matching.ledger.watchrows import CHANGE_BITS, digest
from matching.ledger.writer import Transaction

UNTOLD: Final = "watch/"
"""An erasure of changes refers to the event that told them by this and its number."""


def untell(
    transaction: Transaction,
    changes: Collection[int],
    parties: Sequence[tuple[str, str, int]],
    *,
    tenant: str,
    actor: str,
    moment: int,
    ground: str,
) -> None:
    """Blank changes inside a write.

    Args:
        transaction: the write.
        changes: those to blank, by number.
        parties: monitor or tender, and number, of parties whose every change is blanked.
        tenant: whose.
        actor: who erases.
        moment: when, in microseconds.
        ground: the code of the ground.
    """
    connection, table = transaction.connection, watch_change
    which: list[ColumnElement[bool]] = [table.c.seq.in_(changes)]
    which += [and_(table.c.kind == k, table.c.item == i, table.c.watched == n) for k, i, n in parties]
    own = table.c.tenant == tenant, table.c.body.is_not(None)
    gone = {
        number
        for one in which
        for number in connection.execute(select(table.c.seq).where(*own, one)).scalars()
    }
    steps: dict[int, list[int]] = {}
    for number in sorted(gone):
        steps.setdefault(number >> CHANGE_BITS, []).append(number)
    for step, numbers in steps.items():
        connection.execute(update(table).where(table.c.seq.in_(numbers)).values(body=None))
        span = table.c.seq.between(step << CHANGE_BITS, ((step + 1) << CHANGE_BITS) - 1)
        left = connection.execute(select(table.c.body).where(span).order_by(table.c.seq)).scalars()
        transaction.append(
            "erasure",
            at=moment,
            tenant=tenant,
            actor=actor,
            ref=f"{UNTOLD}{step}",
            digest=digest(b"" if body is None else octets(body) for body in left),
            data={"ground": ground, "changes": str(len(numbers))},
        )
