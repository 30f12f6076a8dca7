"""Monitors: lists of parties that are decided anew when anything about them changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
import uuid_utils

from graph.model import Doc
from matching.ledger import Draft, Item, LedgerError
from matching.ledger.items import read_body
from matching.request import PartyRef, Tender
from matching.watch import compare, traces

if TYPE_CHECKING:
    from matching.ledger import Ledger
    from matching.ledger.watchrows import NewWatched, Watched

KIND: Final = "monitor"
ACTIVE: Final = "active"
ENDED: Final = "ended"
MOST_AT_ONCE: Final = 50_000
"""Parties of one request: some ten seconds of reading names."""
_ATTEMPTS: Final = 20


class MonitorRecord(Doc):
    """What is kept of a monitor; its parties stand in rows of their own."""

    reference: str = ""
    webhook: str = ""
    tender: dict[str, Any] = {}
    """What every party of it is asked about: regime, object, invoked lists (fields of a decision request)."""
    uploads: int = 0
    count: int = 0
    """Parties of the last upload, and the digest of what was uploaded, so that the chain proves it."""
    sha256: str = ""


class MonitorView(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor as answers show it."""

    id: str
    state: str
    reference: str
    webhook: str
    tender: dict[str, Any]
    created_at: datetime
    created_by: str
    parties: int | None = None
    """How many parties are watched; only where one monitor is asked for."""


class WatchedView(msgspec.Struct, frozen=True, kw_only=True):
    """A watched party: what its owner calls it, and what was found last."""

    id: str
    ref: str
    name: str
    screened: bool
    verdict: str | None
    codes: tuple[str, ...]
    decision_id: str
    """The decision that was recorded when something changed last; empty where nothing ever was found."""
    due_at: datetime | None


def create(
    ledger: Ledger,
    parties: Sequence[PartyRef],
    *,
    reference: str,
    webhook: str,
    tender: Tender,
    tenant: str,
    actor: str,
    at: datetime,
) -> MonitorView:
    """Watch parties from now on.

    Raises:
        LedgerError: nothing was kept.
    """
    context = tender.model_dump(mode="json", exclude_defaults=True)
    rows = _rows(parties, context)
    record = MonitorRecord(
        reference=reference, webhook=webhook, tender=context, uploads=1, count=len(rows), sha256=_digest(rows)
    )
    draft = _draft(str(uuid_utils.uuid7()), record, ACTIVE)
    return view(ledger.watching.add(draft, rows, tenant=tenant, actor=actor, at=at), parties=len(rows))


def add(
    ledger: Ledger, name: str, parties: Sequence[PartyRef], *, tenant: str, actor: str, at: datetime
) -> MonitorView:
    """Watch more parties.

    Raises:
        LedgerError: `ledger.no_item`: no such monitor, or it has ended.
    """
    rows: list[NewWatched] | None = None
    for attempt in range(_ATTEMPTS):
        item, record = _active(ledger, name, tenant)
        rows = _rows(parties, record.tender) if rows is None else rows
        grown = msgspec.structs.replace(
            record, uploads=record.uploads + 1, count=len(rows), sha256=_digest(rows)
        )
        try:
            changed = ledger.watching.add(
                _draft(name, grown, ACTIVE), rows, tenant=tenant, actor=actor, at=at, expect=item.version
            )
        except LedgerError as error:
            # somebody else uploads to the same monitor: both uploads count
            if error.code != "ledger.item_stale" or attempt + 1 == _ATTEMPTS:
                raise
            continue
        return view(changed, parties=ledger.watching.count(KIND, name, tenant=tenant))
    raise AssertionError("unreachable")


def end(ledger: Ledger, name: str, *, tenant: str, actor: str, at: datetime) -> None:
    """Watch nobody of a monitor any more, and forget them; what was told stays.

    Raises:
        LedgerError: `ledger.no_item`.
    """
    item, record = _active(ledger, name, tenant)
    ledger.watching.end(_draft(name, record, ENDED), tenant=tenant, actor=actor, at=at, expect=item.version)


def remove(ledger: Ledger, name: str, party: int, *, tenant: str, actor: str, at: datetime) -> None:
    """Watch one party of a monitor no more.

    Raises:
        LedgerError: `ledger.no_item`: no such monitor, or no such party in it.
    """
    item, record = _active(ledger, name, tenant)
    ledger.watching.remove(
        _draft(name, record, ACTIVE), party, tenant=tenant, actor=actor, at=at, expect=item.version
    )


def view(item: Item, *, parties: int | None = None) -> MonitorView:
    """A monitor as answers show it."""
    record: MonitorRecord = read_body(item, MonitorRecord)
    return MonitorView(
        id=item.id,
        state=item.state,
        reference=record.reference,
        webhook=record.webhook,
        tender=record.tender,
        created_at=item.created_at,
        created_by=item.owner,
        parties=parties,
    )


def party_view(row: Watched) -> WatchedView:
    """A watched party as answers show it; numbers are masked where answers leave."""
    asked = msgspec.json.decode(row.party) if row.party is not None else {}
    bidder = (asked.get("bidders") or [{}])[0]
    known = None if row.found is None else compare.decode(row.found)
    return WatchedView(
        id=str(row.id),
        ref=row.ref,
        name=bidder.get("name", ""),
        screened=known is not None,
        verdict=None if known is None else known.verdict.value,
        codes=()
        if known is None
        else tuple(sorted({one.code for one in known.findings if not one.restricted})),
        decision_id="" if known is None else known.decision_id,
        due_at=row.due_at,
    )


def _active(ledger: Ledger, name: str, tenant: str) -> tuple[Item, MonitorRecord]:
    item = ledger.items.get(KIND, name, tenant=tenant)
    if item is None or item.state != ACTIVE:
        raise LedgerError("ledger.no_item", kind=KIND, id=name)
    return item, read_body(item, MonitorRecord)


def _draft(name: str, record: MonitorRecord, state: str) -> Draft:
    keys = (f"webhook:{record.webhook}",) if record.webhook and state == ACTIVE else ()
    return Draft(kind=KIND, id=name, state=state, body=msgspec.json.encode(record), keys=keys)


def _rows(parties: Sequence[PartyRef], context: dict[str, Any]) -> list[NewWatched]:
    from matching.ledger.watchrows import NewWatched

    tender = msgspec.json.encode(context)
    rows = []
    for number, party in enumerate(parties, 1):
        asked = party.model_dump_json(exclude_defaults=True).encode()
        rows.append(
            NewWatched(
                ref=party.client_id or str(number),
                traces=traces.encode(traces.of([party])),
                party=b'{"tender":' + tender + b',"bidders":[' + asked + b"]}",
            )
        )
    return rows


def _digest(rows: Sequence[NewWatched]) -> str:
    whole = hashlib.sha256()
    for row in rows:
        whole.update(len(row.party).to_bytes(8, "big") + row.party)
    return whole.hexdigest()
