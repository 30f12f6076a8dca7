"""Objections and repairs for command line and HTTP alike: what they are about, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from api.errors import USAGE, CommandError, mask_identity
from api.masking import mask_text, mask_value
from api.restricted import ordinary
from api.reviews import evidence_in, find_pair
from graph.dates import iso
from graph.lists import BY_CODE
from matching.casework import objections
from matching.casework.base import CaseworkError, ContactDetails, NamedDocument
from matching.casework.objections import Matched, Objection, ObjectionGround, StepTaken
from matching.casework.records import Record, find
from matching.casework.terms import Deadline, Terms, load_terms
from matching.decision import Decision, Evidence
from matching.ledger import Item, Viewer, visible
from matching.marks import record_ref
from matching.request import PartyRef

if TYPE_CHECKING:
    from api.settings import Settings
    from graph.generation import Generation
    from matching.ledger import Ledger


MOST_SCANNED: Final = 5_000
"""Items looked at for one page of a queue."""


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline as shown: the first instant after its last day, its basis, and whether it has passed."""

    stage: str
    due_at: str
    basis: str
    overdue: bool
    certain: bool
    verified: bool
    informs: bool


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A step that was taken with an objection or a repair."""

    step: str
    at: str
    by: str
    reason: str
    source: str
    documents: tuple[NamedDocument, ...]


class ObjectionView(msgspec.Struct, frozen=True, kw_only=True):
    """An objection with its state, what it does to decisions, and by when somebody has to act."""

    id: str
    version: int
    state: str
    ground: str
    decision_id: str
    client_id: str
    list: str
    list_title: str
    record: str
    tier: str
    authority: str
    submitted: str
    matched: str
    text: str
    reference: str
    documents: tuple[NamedDocument, ...]
    contact: ContactDetails
    suspends: bool
    repeats: str
    received_at: str
    received_by: str
    changed_at: str
    due: DeadlineView | None
    deadlines: tuple[DeadlineView, ...]
    overdue: bool
    allowed: tuple[str, ...]
    steps: tuple[StepView, ...]


class ObjectionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Objections, last changed first; `next` is the cursor to go on from."""

    objections: tuple[ObjectionView, ...]
    next: str | None = None


def terms_of(settings: Settings) -> Terms:
    """The table of deadlines: `terms.toml` in the home where there is one, else the one that ships.

    Raises:
        CaseworkError: `terms.unreadable`.
    """
    path = settings.home / "terms.toml"
    return load_terms(path if path.is_file() else None)


def matched_in(decision: Decision, record: str, ground: ObjectionGround, key: bytes) -> Matched | None:
    """The match of a decision that somebody objects to; None for grounds that are about no record.

    Raises:
        CommandError: `review.none`, `review.several` (status 2).
    """
    if not ground.about_record:
        return None
    decision = ordinary(decision)  # officials' restricted records have a channel of their own
    found = (
        find_pair(decision, record) if ground is ObjectionGround.IDENTITY else evidence_of(decision, record)
    )
    return Matched(
        list=found.list,
        record=found.record,
        record_hash=found.record_hash,
        record_ref=record_ref(key, found.list, found.record),
        pair=found.pair,
        tier=found.tier,
        submitted=found.submitted,
        matched=found.matched,
        subject=found.subject,
        authority=found.authority,
    )


def evidence_of(decision: Decision, record: str) -> Evidence:
    """The record of a decision that somebody names by record, `LIST:record` or pair key.

    Raises:
        CommandError: `review.none`, `review.several` (status 2).
    """

    def names(one: Evidence) -> set[str]:
        plain = {one.record, f"{one.list}:{one.record}", one.document_no} | (
            {one.pair} if one.pair else set()
        )
        return {name for name in plain | {mask_text(name) for name in plain} if name}

    found = {(e.list, e.record): e for e in evidence_in(decision) if record in names(e)}
    if not found:
        raise CommandError("review.none", status=USAGE, record=mask_identity(record), id=decision.decision_id)
    if len(found) > 1:
        records = ", ".join(mask_text(f"{code}:{key}") for code, key in found)
        raise CommandError("review.several", status=USAGE, record=mask_identity(record), pairs=records)
    return next(iter(found.values()))


def now_hash(generation: Generation, now: datetime, objection: Objection) -> str:
    """The content hash of the record that an objection is about, as it stands now; empty where it is gone."""
    match = objection.match
    if match is None:
        return ""
    found = find(
        generation, generation.known(now), match.list, match.record, PartyRef(name=match.subject[:200])
    )
    return next((one.hash for one in found if one.listing.key == match.record), "")


def the_record(
    generation: Generation,
    now: datetime,
    list_code: str,
    record: str,
    party: PartyRef,
    field: str = "/record",
) -> Record:
    """The one record of a list that a repair is about.

    Raises:
        CaseworkError: `casework.no_record`, `casework.records`.
    """
    found = find(generation, generation.known(now), list_code, record, party)
    if not found:
        raise CaseworkError("casework.no_record", field=field, list=list_code)
    if len(found) > 1:
        raise CaseworkError("casework.records", field=field, count=len(found))
    return found[0]


def queue(
    ledger: Ledger,
    kind: str,
    *,
    tenant: str,
    viewer: Viewer,
    at: datetime,
    state: str | None = None,
    open_states: Sequence[str] = (),
    overdue: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> tuple[list[Item], int | None]:
    """Items of a kind that the viewer may see, last changed first, and where to go on from.

    Sealed ones are left out until the opening (招标投标法 22); `overdue` keeps those whose deadline has passed. After
    `MOST_SCANNED` the answer ends, with a place to go on from.
    """
    found: list[Item] = []
    scanned = 0
    while scanned < MOST_SCANNED:
        page = ledger.items.page(kind, tenant=tenant, state=state, before=before, limit=limit)
        scanned += len(page)
        for item in page:
            before = item.event_seq
            late = (
                item.due_at is not None
                and item.due_at <= at
                and (not open_states or item.state in open_states)
            )
            if item.body is not None and visible(item, viewer, at) and (late or not overdue):
                found.append(item)
                if len(found) == limit:
                    return found, before
        if len(page) < limit:
            return found, None
    return found, before


def objection_view(item: Item, now: datetime) -> ObjectionView:
    """An objection as shown."""
    one = objections.read(item)
    match = one.match
    due = objections.next_due(one, item.state)
    info = BY_CODE.get(match.list) if match is not None else None
    return ObjectionView(
        id=item.id,
        version=item.version,
        state=item.state,
        ground=one.ground.value,
        decision_id=one.decision_id,
        client_id=one.client_id,
        list=match.list if match is not None else "",
        list_title=info.zh if info is not None else "",
        record=match.record if match is not None else "",
        tier=match.tier.value if match is not None else "",
        authority=match.authority if match is not None else "",
        submitted=match.submitted if match is not None else "",
        matched=match.matched if match is not None else "",
        text=one.text,
        reference=one.reference,
        documents=one.documents,
        contact=one.contact,
        suspends=one.suspends,
        repeats=one.repeats,
        received_at=iso(one.received_at),
        received_by=item.owner,
        changed_at=iso(item.changed_at),
        due=None if due is None else _deadline(due, now),
        deadlines=tuple(_deadline(each, now) for each in one.due),
        overdue=due is not None and due.due_at <= now,
        allowed=objections.allowed(item.state),
        steps=steps_view(one.steps),
    )


def _deadline(due: Deadline, now: datetime) -> DeadlineView:
    return DeadlineView(
        stage=due.stage,
        due_at=iso(due.due_at),
        basis=due.basis,
        overdue=due.due_at <= now and not due.informs,
        certain=due.certain,
        verified=due.verified,
        informs=due.informs,
    )


def deadline_view(due: Deadline | None, now: datetime) -> DeadlineView | None:
    """A deadline as shown; None where there is none."""
    return None if due is None else _deadline(due, now)


def steps_view(steps: Iterable[StepTaken]) -> tuple[StepView, ...]:
    """Steps as shown, oldest first."""
    return tuple(
        StepView(
            step=one.step,
            at=iso(one.at),
            by=one.by,
            reason=one.reason,
            source=one.source,
            documents=one.documents,
        )
        for one in steps
    )


def shown(view: msgspec.Struct) -> Any:
    """A view as plain values, numbers of persons masked."""
    return mask_value(msgspec.to_builtins(view))


MOST_URGENT: Final = 1_000
"""Items of one state that are put in the order of their deadlines."""


def urgent(
    ledger: Ledger, kind: str, states: Sequence[str], *, tenant: str, viewer: Viewer, at: datetime
) -> list[Item]:
    """Items in states that somebody has to end, the soonest deadline first; those without one last.

    Sealed ones are left out until the opening (招标投标法 22). Of each state the last changed `MOST_URGENT` count.
    """
    found = [
        item
        for state in states
        for item in ledger.items.page(kind, tenant=tenant, state=state, limit=MOST_URGENT)
        if item.body is not None and visible(item, viewer, at)
    ]
    return sorted(found, key=lambda item: (item.due_at is None, item.due_at or at, item.event_seq))
