"""Repairs that a published list contradicts: each opens an alert, which closes by itself once the list has followed.

Whoever recognised the misconduct decides its repair, and every list has to follow (信用修复管理办法; 民营经济促进法
54). A list that shows the record after its time prevails in decisions; a person has to ask its authority why.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from api.repairs import contradicted
from api.work import Parts
from graph.generation.reader import current_ref
from matching.casework import repairs
from matching.casework.repairs import COURT, State
from matching.decision import Effect
from matching.ledger import Item, LedgerError
from matching.rules.common import REPAIRABLE
from matching.watch import alerts

if TYPE_CHECKING:
    from matching.ledger import Ledger

ALERT_KIND: Final = "repair"
ACTOR: Final = "watch"
RULE: Final = "A23"
"""The rule by which repairs count in decisions, or no longer do."""
PAGE: Final = 500


def work(parts: Parts, at: datetime) -> None:
    """Open an alert for each repair that is contradicted now, and close those whose list has followed since."""
    service = parts.service
    if current_ref(service.settings.data_root) is None:
        return
    with service.generation() as generation:
        for item in _counted(service.ledger):
            parts.go_on()
            note(service.ledger, item, contradicted(generation, item, at), at)


def _counted(ledger: Ledger) -> Iterator[Item]:
    """The repairs of every tenant that should have arrived on their lists."""
    keys = [f"list:{code}" for code in sorted(REPAIRABLE | COURT)]
    after = 0
    while True:
        page = ledger.items.with_key(repairs.KIND, keys, after=after, limit=PAGE)
        yield from (
            item
            for item in page
            if item.state in (State.REPAIRED, State.SYNCHRONISED, State.RESTORED) and item.body
        )
        if len(page) < PAGE:
            return
        after = page[-1].event_seq


def note(ledger: Ledger, item: Item, denied: bool, at: datetime) -> None:
    """Bring the alert of a repair to what the published list says; what a person closed stays closed."""
    known = next(
        iter(ledger.items.page(alerts.KIND, tenant=item.tenant, key=f"{ALERT_KIND}:{item.id}", limit=1)), None
    )
    body = None if known is None or known.body is None else alerts.read_alert(known)
    if known is not None and body is None:
        return
    lifted = (
        body is not None and known is not None and known.state == "closed" and body.ground == alerts.LIFTED
    )
    if denied and (known is None or lifted):
        one = repairs.read(item)
        alert = alerts.Alert(
            kind=ALERT_KIND, item=item.id, ref=one.list, watched=0, effect=Effect.REVIEW, codes=(RULE,),
            decision_id="", changes=1,
        )  # fmt: skip
        ledger.items.put(alerts.opened(alert, item), tenant=item.tenant, actor=ACTOR, at=at)
    elif not denied and known is not None and body is not None and known.state != "closed":
        closed = msgspec.structs.replace(body, ground=alerts.LIFTED, changes=body.changes + 1)
        try:
            ledger.items.put(
                alerts.draft_of(known, closed, "closed"),
                tenant=item.tenant, actor=ACTOR, at=at, expect=known.version,
            )  # fmt: skip
        except LedgerError as error:
            # somebody works on it just now: the next turn looks again
            if error.code != "ledger.item_stale":
                raise
