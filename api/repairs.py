"""Repairs of credit as command line and HTTP show them, and where a published list contradicts one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from api.casework import DeadlineView, StepView, deadline_view, steps_view
from graph.dates import china_day, iso
from graph.lists import BY_CODE
from graph.model import Status
from matching import marks
from matching.casework import repairs
from matching.casework.base import ContactDetails, NamedDocument
from matching.casework.records import find
from matching.casework.repairs import Conditions, Repair, State
from matching.ledger import Item, Mark
from matching.request import PartyRef

if TYPE_CHECKING:
    from graph.generation import Generation


class RulingView(msgspec.Struct, frozen=True, kw_only=True):
    """The authority's answer to an application for repair, as shown."""

    authority: str
    document_no: str
    decided_on: str
    via: str
    since: str
    until: str | None


class RepairView(msgspec.Struct, frozen=True, kw_only=True):
    """A repair with its state, its conditions, and by when somebody has to act."""

    id: str
    version: int
    state: str
    kind: str
    list: str
    list_title: str
    record: str
    subject: str
    authority: str
    gravity: str = msgspec.field(name="class")
    ground: str | None
    counted_from: str | None
    repairable_from: str | None
    published_until: str | None
    publication_over: bool
    basis: str
    complex: bool
    conditions: Conditions
    text: str
    documents: tuple[NamedDocument, ...]
    contact: ContactDetails
    ruling: RulingView | None
    in_effect: bool
    confirm_by: str | None
    contradicted: bool
    received_at: str
    received_by: str
    changed_at: str
    due: DeadlineView | None
    overdue: bool
    allowed: tuple[str, ...]
    steps: tuple[StepView, ...]


class RepairPage(msgspec.Struct, frozen=True, kw_only=True):
    """Repairs, last changed first; `next` is the cursor to go on from."""

    repairs: tuple[RepairView, ...]
    next: str | None = None


LIFTING = (State.REPAIRED, State.LIFTED, State.SYNCHRONISED)


def contradicted(generation: Generation | None, item: Item, now: datetime) -> bool:
    """Whether the list that is published now still shows a record whose repair should have arrived there."""
    if generation is None or item.state not in (State.REPAIRED, State.SYNCHRONISED):
        return False
    one = repairs.read(item)
    if one.ruling is None or one.confirm_by is None or now < one.confirm_by:
        return False
    known = generation.known(now)
    found = find(generation, known, one.list, one.record, PartyRef(name=one.subject[:200]))
    record = next((each for each in found if each.listing.key == one.record), None)
    if record is None or record.listing.status(now) is not Status.ACTIVE:
        return False
    state = marks.read(
        [_lift(item, one)],
        record.listing,
        record.hash,
        Status.ACTIVE,
        tenant=item.tenant,
        as_of=now,
        known_at=now,
        pair_of=lambda _: "",
        state=generation.lists(known).get(one.list),
    )
    return state.status is Status.ACTIVE and state.repair == item.id


def _lift(item: Item, one: Repair) -> Mark:
    assert one.ruling is not None  # noqa: S101  (narrowing only)
    return Mark(
        kind="lift",
        record_ref=one.record_ref,
        item=item.id,
        tenant=item.tenant,
        at=one.received_at,
        status=Status.REPAIRED.value,
        since=one.ruling.since,
        until=one.ruling.until,
        confirm_by=one.confirm_by,
    )


def repair_view(item: Item, now: datetime, generation: Generation | None = None) -> RepairView:
    """A repair as shown; with a generation, also whether its list contradicts it."""
    one = repairs.read(item)
    due = repairs.next_due(one, item.state)
    info, ruling = BY_CODE.get(one.list), one.ruling
    denied = contradicted(generation, item, now)
    running = ruling is not None and ruling.since <= now and (ruling.until is None or now < ruling.until)
    return RepairView(
        id=item.id,
        version=item.version,
        state=item.state,
        kind=one.kind.value,
        list=one.list,
        list_title=info.zh if info is not None else "",
        record=one.record,
        subject=one.subject,
        authority=one.authority,
        gravity=one.gravity.value,
        ground=None if one.ground is None else one.ground.value,
        counted_from=None if one.counted_from is None else one.counted_from.isoformat(),
        repairable_from=None if one.repairable_from is None else one.repairable_from.isoformat(),
        published_until=None if one.published_until is None else one.published_until.isoformat(),
        publication_over=one.published_until is not None and china_day(now) > one.published_until,
        basis=one.basis,
        complex=one.complex,
        conditions=one.conditions,
        text=one.text,
        documents=one.documents,
        contact=one.contact,
        ruling=None
        if ruling is None
        else RulingView(
            authority=ruling.authority,
            document_no=ruling.document_no,
            decided_on=ruling.decided_on.isoformat(),
            via=ruling.via,
            since=iso(ruling.since),
            until=None if ruling.until is None else iso(ruling.until),
        ),
        in_effect=item.state in LIFTING and running and not denied,
        confirm_by=None if one.confirm_by is None else iso(one.confirm_by),
        contradicted=denied,
        received_at=iso(one.received_at),
        received_by=item.owner,
        changed_at=iso(item.changed_at),
        due=deadline_view(due, now),
        overdue=due is not None and due.due_at <= now,
        allowed=repairs.allowed(one, item.state),
        steps=steps_view(one.steps),
    )
