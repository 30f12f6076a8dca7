"""Alerts: what a person has to look at because of a change; opened by the program, worked on and closed by people.

One is open for a watched party or tender at a time: further changes are added to it. When nothing is left that asks
for a person, because a record was removed or repaired, it is closed by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import uuid_utils

from graph.model import Doc
from matching.decision import Effect
from matching.ledger.items import read_body
from matching.ledger.model import Draft, Item
from matching.watch.compare import Difference, Found

if TYPE_CHECKING:
    from matching.ledger.watchrows import Watched

KIND: Final = "alert"
AlertState = Literal["open", "acknowledged", "closed"]
LIFTED: Final = "lifted"
"""The ground on which the program itself closes an alert."""


class Alert(Doc):
    """What an alert is about, and what people did with it."""

    kind: str
    """`monitor`, `tender`, or `repair`: a list shows a record whose repair should have arrived there."""
    item: str
    ref: str
    watched: int
    effect: Effect
    """The strictest effect that stands now."""
    codes: tuple[str, ...]
    """Rules that fire now and ask for a person."""
    decision_id: str
    changes: int
    """How many changes it stands for."""
    assignee: str = ""
    note: str = ""
    ground: str = ""
    """Why it was closed: `lifted` by the program; else what a person chose."""


def read_alert(item: Item) -> Alert:
    """The alert of an item."""
    found: Alert = read_body(item, Alert)
    return found


def opened(alert: Alert, sealed: Item) -> Draft:
    """A new alert, sealed like the item that it is about."""
    return _draft(str(uuid_utils.uuid7()), alert, "open", sealed)


def draft_of(item: Item, alert: Alert, state: str) -> Draft:
    """The next version of an alert."""
    return _draft(item.id, alert, state, item)


def alert_draft(
    row: Watched, found: Found, differences: Sequence[Difference], known: Item | None
) -> tuple[Draft, int | None] | None:
    """The alert that changes open, add to or close, with the version that was seen; None where none is needed.

    Args:
        row: who was decided.
        found: what was found now.
        differences: what changed.
        known: the alert that is open already.
    """
    if not differences:
        return None
    asking = [seen for seen in found.findings if seen.effect.rank >= Effect.REVIEW.rank]
    raised = any(
        one.now is not None
        and one.now.effect.rank >= Effect.REVIEW.rank
        and (one.before is None or one.now.effect.rank >= one.before.effect.rank)
        for one in differences
    )
    if not asking and known is None:
        return None
    if known is None and not raised:
        return None
    effect = max((seen.effect for seen in asking), key=lambda one: one.rank, default=Effect.INFO)
    codes = tuple(sorted({seen.code for seen in asking}))
    if known is None:
        alert = Alert(
            kind=row.kind, item=row.item, ref=row.ref, watched=row.id, effect=effect, codes=codes,
            decision_id=found.decision_id, changes=len(differences),
        )  # fmt: skip
        return _draft(str(uuid_utils.uuid7()), alert, "open", row), None
    before = read_alert(known)
    alert = msgspec.structs.replace(
        before,
        effect=effect,
        codes=codes,
        decision_id=found.decision_id,
        changes=before.changes + len(differences),
        ground="" if asking else LIFTED,
    )
    # somebody who has acknowledged it has not seen what is worse now
    state = "closed" if not asking else "open" if raised else known.state
    return _draft(known.id, alert, state, row), known.version


def _draft(name: str, alert: Alert, state: str, sealed: Watched | Item) -> Draft:
    keys = [f"watched:{alert.watched}", f"{alert.kind}:{alert.item}"]
    if state != "closed":
        keys.append(f"open:{alert.watched}")
    if alert.assignee:
        keys.append(f"assignee:{alert.assignee}")
    return Draft(
        kind=KIND, id=name, state=state, body=msgspec.json.encode(alert), keys=tuple(keys),
        opening_at=sealed.opening_at,
    )  # fmt: skip
