"""Alerts over changes: who looks into one, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from matching.ledger import Item, Viewer, visible
from matching.watch.alerts import KIND, AlertState, draft_of, read_alert

if TYPE_CHECKING:
    from matching.ledger import Ledger

NEXT: Final = {"open": ("acknowledged", "closed"), "acknowledged": ("open", "closed"), "closed": ("open",)}
GROUNDS: Final = ("handled", "false_match", "duplicate", "no_action")
"""Why people close an alert; the program itself closes one as `lifted`."""


class AlertChangeError(Exception):
    """An alert can't be changed so. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as answers show it."""

    id: str
    state: AlertState
    version: int
    kind: str
    item: str
    ref: str
    watched: str
    effect: str
    codes: tuple[str, ...]
    decision_id: str
    changes: int
    assignee: str
    note: str
    ground: str
    created_at: datetime
    changed_at: datetime
    changed_by: str
    opening_at: datetime | None


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    actor: str
    opening_at: datetime | None


def may_see(item: Item, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer may see an alert: one of sealed bids only the deciding platform, till the opening."""
    return visible(_Sealed(tenant=item.tenant, actor=item.owner, opening_at=item.opening_at), viewer, at)


def change(
    ledger: Ledger,
    item: Item,
    *,
    state: AlertState | None,
    assignee: str | None,
    note: str | None,
    ground: str | None,
    actor: str,
    at: datetime,
    expect: int,
) -> Item:
    """Take an alert over, note something, close it or open it again.

    Raises:
        AlertChangeError: `alert.state` (it can't become that), `alert.ground` (closed without a known ground).
        LedgerError: as `Items.put`.
    """
    alert = read_alert(item)
    wanted = item.state if state is None else state
    if wanted != item.state and wanted not in NEXT[item.state]:
        raise AlertChangeError("alert.state", state=item.state, wanted=wanted)
    if wanted == "closed" and item.state != "closed" and ground not in GROUNDS:
        raise AlertChangeError("alert.ground", grounds=", ".join(GROUNDS))
    alert = msgspec.structs.replace(
        alert,
        assignee=alert.assignee if assignee is None else assignee,
        note=alert.note if note is None else note,
        ground=(ground or alert.ground) if wanted == "closed" else "",
    )
    draft = draft_of(item, alert, wanted)
    return ledger.items.put(draft, tenant=item.tenant, actor=actor, at=at, expect=expect)


def view(item: Item) -> AlertView:
    """An alert as answers show it."""
    alert = read_alert(item)
    state: AlertState = item.state  # type: ignore[assignment]
    return AlertView(
        id=item.id,
        state=state,
        version=item.version,
        kind=alert.kind,
        item=alert.item,
        ref=alert.ref,
        watched=str(alert.watched),
        effect=alert.effect.value,
        codes=alert.codes,
        decision_id=alert.decision_id,
        changes=alert.changes,
        assignee=alert.assignee,
        note=alert.note,
        ground=alert.ground,
        created_at=item.created_at,
        changed_at=item.changed_at,
        changed_by=item.actor,
        opening_at=item.opening_at,
    )


__all__ = ["GROUNDS", "KIND", "AlertChangeError", "AlertView", "change", "may_see", "view"]
