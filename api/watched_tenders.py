"""Tenders that are watched from the first check until the contract is signed (条例 38, 56)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import uuid_utils

from graph.model import Doc
from matching.ledger import Draft, Item, LedgerError, Viewer, visible
from matching.ledger.decided import tender_key
from matching.ledger.items import read_body
from matching.ledger.sealing import Resealed
from matching.request import DecisionRequest
from matching.watch import compare, traces
from matching.watch.alerts import KIND as ALERT
from matching.watch.alerts import AlertState, draft_of, read_alert

if TYPE_CHECKING:
    from matching.decision import Decision
    from matching.ledger import Ledger
    from matching.ledger.watchrows import NewWatched, Watched

KIND: Final = "tender"
TenderState = Literal["open", "opened", "signed", "void"]
WATCHED: Final = ("open", "opened")
NEXT: Final = {"open": ("opened", "void"), "opened": ("signed", "void"), "signed": (), "void": ()}
"""What a tender may become. Signed and void ones are watched no more."""
_BATCH: Final = 100


class TenderChangeError(Exception):
    """A tender can't be changed so. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class TenderRecord(Doc):
    """What is kept of a tender; what is asked about it stands in the row that is watched."""

    reference: str = ""
    number: str = ""
    decision_id: str = ""
    """The decision with which it came to be watched."""
    bidders: int = 0


class TenderView(msgspec.Struct, frozen=True, kw_only=True):
    """A tender as answers show it. Before the opening nobody but the deciding platform learns what tells who bids."""

    id: str
    state: TenderState
    reference: str
    number: str
    version: int
    created_at: datetime
    created_by: str
    opening_at: datetime | None
    sealed: bool
    decision_id: str | None = None
    """The newest decision that was recorded of it."""
    verdict: str | None = None
    bidders: int | None = None
    codes: tuple[str, ...] | None = None


def create(
    ledger: Ledger,
    request: DecisionRequest,
    decision: Decision | None,
    *,
    reference: str,
    number: str,
    tenant: str,
    actor: str,
    at: datetime,
) -> Item:
    """Watch a tender from now on; `decision` is the one already made of it, that the next is compared with.

    That one is sealed until the tender's opening, too, where this is later than the opening it was made with.

    Raises:
        LedgerError: nothing was kept.
    """
    opening = request.tender.opening_at
    record = TenderRecord(
        reference=reference,
        number=number or request.tender.id,
        decision_id="" if decision is None else decision.decision_id,
        bidders=len(request.bidders),
    )
    state = "opened" if opening is not None and opening <= at else "open"
    draft = _draft(str(uuid_utils.uuid7()), record, state, opening)
    rows = [_row(request, decision, reference or record.number)]
    sealed = None if decision is None else Resealed(key="", ids=(decision.decision_id,), owner=actor)
    return ledger.watching.add(draft, rows, tenant=tenant, actor=actor, at=at, decisions=sealed)


def replace(
    ledger: Ledger,
    item: Item,
    request: DecisionRequest,
    decision: Decision,
    *,
    actor: str,
    at: datetime,
    expect: int,
) -> Item:
    """Watch a tender with other bids: what was found of those before is compared no more.

    Raises:
        TenderChangeError: `tender.over`.
        LedgerError: as `Items.put`.
    """
    record = _watched(item)
    record = msgspec.structs.replace(record, decision_id=decision.decision_id, bidders=len(request.bidders))
    request = with_opening(request, item.opening_at)
    rows = [_row(request, decision, record.reference or record.number)]
    return ledger.watching.add(
        _draft(item.id, record, item.state, item.opening_at), rows, tenant=item.tenant, actor=actor, at=at,
        expect=expect, replace=True, owner=item.owner,
    )  # fmt: skip


def change(
    ledger: Ledger,
    item: Item,
    *,
    state: TenderState | None,
    opening_at: datetime | None,
    reference: str | None,
    loaded: datetime | None,
    actor: str,
    at: datetime,
    expect: int,
) -> Item:
    """Move a tender on, or put its opening at another time, which is never now or before what tables say of it.

    Raises:
        TenderChangeError: `tender.over`, `tender.state` (it can't become that), `tender.not_yet` (opened before its
            opening), `tender.opened_already`, `tender.owner` (another than the deciding platform moves the opening),
            `tender.opening_early`.
        LedgerError: as `Items.put`.
    """
    record = _watched(item)
    if reference is not None:
        record = msgspec.structs.replace(record, reference=reference)
    wanted = item.state if state is None else state
    if wanted != item.state and wanted not in NEXT[item.state]:
        raise TenderChangeError("tender.state", state=item.state, wanted=wanted)
    opening = item.opening_at if opening_at is None else opening_at
    if wanted in ("opened", "signed") and opening is not None and at < opening:
        raise TenderChangeError("tender.not_yet")
    if opening != item.opening_at:
        if item.state != "open" or (item.opening_at is not None and item.opening_at <= at):
            raise TenderChangeError("tender.opened_already")
        if actor != item.owner:
            # whoever may move it back could unseal the bids
            raise TenderChangeError("tender.owner")
        if opening is None or opening <= at or (loaded is not None and opening < loaded):
            raise TenderChangeError("tender.opening_early")
    moved = opening != item.opening_at
    draft = _draft(item.id, record, wanted, opening)
    over = wanted not in WATCHED
    if over:
        return ledger.watching.end(draft, tenant=item.tenant, actor=actor, at=at, expect=expect)
    return ledger.watching.reseal(
        draft,
        tenant=item.tenant,
        actor=actor,
        at=at,
        expect=expect,
        decisions=_decided(ledger, item) if moved else None,
        alerts=_alerts(ledger, item, opening) if moved else (),
    )


def _decided(ledger: Ledger, item: Item) -> Resealed:
    """The decisions about a tender: of its number, the one it came with, and those that watching made."""
    record: TenderRecord = read_body(item, TenderRecord)
    row = row_of(ledger, item)
    known = compare.decode(row.found) if row is not None and row.found is not None else None
    ids = {record.decision_id, "" if known is None else known.decision_id} - {""}
    key = tender_key(record.number) if record.number else ""
    return Resealed(key=key, ids=tuple(ids), owner=item.owner)


def _alerts(ledger: Ledger, item: Item, opening: datetime | None) -> list[tuple[Draft, int]]:
    """The next versions of a tender's alerts, sealed until its opening."""
    found: list[Item] = []
    more: int | None = None
    while page := ledger.items.page(
        ALERT, tenant=item.tenant, key=f"{KIND}:{item.id}", before=more, limit=_BATCH
    ):
        found += page
        more = page[-1].event_seq
    drafts = []
    for one in found:
        if one.body is not None and one.opening_at != opening:
            state: AlertState = one.state  # type: ignore[assignment]
            draft = draft_of(one, read_alert(one), state)
            drafts.append((msgspec.structs.replace(draft, opening_at=opening), one.version))
    return drafts


def open_due(ledger: Ledger, at: datetime, go_on: Callable[[], None]) -> None:
    """Note the openings that have come.

    Raises:
        LedgerError: the ledger can't be written.
    """
    while due := ledger.items.due(KIND, by=at, state="open", limit=_BATCH):
        for item in due:
            go_on()
            draft = _draft(item.id, read_body(item, TenderRecord), "opened", item.opening_at)
            try:
                ledger.items.put(draft, tenant=item.tenant, actor="watch", at=at, expect=item.version)
            except LedgerError as error:
                if error.code != "ledger.item_stale":  # somebody changed it just now: it is seen again
                    raise
        if len(due) < _BATCH:
            return


def view(ledger: Ledger, item: Item, viewer: Viewer, at: datetime) -> TenderView:
    """A tender as a viewer may see it at an instant."""
    record: TenderRecord = read_body(item, TenderRecord)
    shown = TenderView(
        id=item.id,
        state=state_at(item, at),
        reference=record.reference,
        number=record.number,
        version=item.version,
        created_at=item.created_at,
        created_by=item.owner,
        opening_at=item.opening_at,
        sealed=not may_see(item, viewer, at),
    )
    if shown.sealed:
        return shown
    rows = ledger.watching.of(KIND, item.id, tenant=item.tenant, limit=1)
    known = compare.decode(rows[0].found) if rows and rows[0].found is not None else None
    return msgspec.structs.replace(
        shown,
        decision_id=(known.decision_id if known is not None else "") or record.decision_id,
        verdict=None if known is None else known.verdict.value,
        bidders=record.bidders,
        codes=None
        if known is None
        else tuple(sorted({one.code for one in known.findings if not one.restricted})),
    )


def state_at(item: Item, at: datetime) -> TenderState:
    """The state at an instant: an opening that has come needs nobody to say so."""
    if item.state == "open" and item.opening_at is not None and item.opening_at <= at:
        return "opened"
    state: TenderState = item.state  # type: ignore[assignment]
    return state


def may_see(item: Item, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer may know who bids; before the opening only the platform that decided."""
    return visible(_Sealed(tenant=item.tenant, actor=item.owner, opening_at=item.opening_at), viewer, at)


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    actor: str
    opening_at: datetime | None


def with_opening(request: DecisionRequest, opening: datetime | None) -> DecisionRequest:
    """The request with the tender's opening, by which its decisions are sealed."""
    if opening == request.tender.opening_at:
        return request
    return request.model_copy(update={"tender": request.tender.model_copy(update={"opening_at": opening})})


def number_of(item: Item) -> str:
    """The number by which tables and requests name a tender; empty where it has none."""
    return str(read_body(item, TenderRecord).number)


def row_of(ledger: Ledger, item: Item) -> Watched | None:
    """What is watched of a tender; None where it is over."""
    rows = ledger.watching.of(KIND, item.id, tenant=item.tenant, limit=1)
    return rows[0] if rows else None


def _watched(item: Item) -> TenderRecord:
    if item.state not in WATCHED:
        raise TenderChangeError("tender.over")
    record: TenderRecord = read_body(item, TenderRecord)
    return record


def _draft(name: str, record: TenderRecord, state: str, opening: datetime | None) -> Draft:
    return Draft(
        kind=KIND,
        id=name,
        state=state,
        body=msgspec.json.encode(record),
        keys=(f"number:{record.number}",) if record.number else (),
        opening_at=opening,
        due_at=opening if state == "open" else None,
    )


def _row(request: DecisionRequest, decision: Decision | None, ref: str) -> NewWatched:
    from matching.ledger.watchrows import NewWatched

    known = None
    if decision is not None:
        known = msgspec.structs.replace(compare.found(decision), decision_id=decision.decision_id)
    return NewWatched(
        ref=ref,
        traces=traces.encode(traces.read(request)),
        party=request.model_dump_json(exclude_defaults=True).encode(),
        found=None if known is None else compare.encode(known),
    )


__all__ = [
    "KIND", "LedgerError", "TenderChangeError", "TenderRecord", "TenderView", "change", "create", "open_due", "replace",
    "view",
]  # fmt: skip
