"""Cases as command line and HTTP show them: without what is sealed, numbers of persons masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from graph.dates import iso
from matching.casework import cases, snapshots
from matching.casework.base import NamedDocument
from matching.casework.cases import CaseFile, CaseLink, CaseParty, CasePin
from matching.ledger import Item, Viewer, visible

if TYPE_CHECKING:
    from matching.ledger import Ledger


class CaseDecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that a case is about; of a sealed one only that it is there, and until when."""

    decision_id: str
    remark: str
    opening_at: str | None
    sealed: bool


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A case as a list shows it. `sealed`: how many parts are hidden from the caller until an opening."""

    id: str
    version: int
    state: str
    title: str
    assignee: str
    parties: int
    decisions: int
    sealed: int
    opened_at: str
    opened_by: str
    changed_at: str
    due_on: str = ""
    overdue: bool = False


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Cases, last changed first; `next` is the cursor to go on from."""

    cases: tuple[CaseSummary, ...]
    next: str | None = None


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A note on a case."""

    id: str
    at: str
    by: str
    text: str
    documents: tuple[NamedDocument, ...]
    decision_id: str


class SnapshotRef(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen picture of a case: its id, when and by whom it was taken, and the SHA-256 of its content."""

    id: str
    case_id: str
    taken_at: str
    taken_by: str
    content_hash: str


class SnapshotView(SnapshotRef, frozen=True, kw_only=True):
    """A frozen picture of a case with its content; the hash is over the content as canonical JSON (RFC 8785)."""

    content: dict[str, Any]


class SnapshotPage(msgspec.Struct, frozen=True, kw_only=True):
    """The frozen pictures of a case, newest first."""

    snapshots: tuple[SnapshotRef, ...]


class NotePage(msgspec.Struct, frozen=True, kw_only=True):
    """The notes of a case, oldest first; `sealed` counts those that are hidden until an opening."""

    notes: tuple[NoteView, ...]
    sealed: int


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its parts and notes. `sealed`: how many are hidden from the caller until an opening."""

    id: str
    version: int
    state: str
    title: str
    summary: str
    assignee: str
    parties: tuple[CaseParty, ...]
    decisions: tuple[CaseDecisionView, ...]
    links: tuple[CaseLink, ...]
    pins: tuple[CasePin, ...]
    reason: str
    opened_at: str
    opened_by: str
    closed_at: str | None
    changed_at: str
    changed_by: str
    sealed: int
    notes: tuple[NoteView, ...]
    snapshots: tuple[SnapshotRef, ...]
    due_on: str = ""
    overdue: bool = False
    """Whether it is open and its last day has passed."""
    as_of: str | None = None
    """The facts of which instant the picture shows; None: of now."""


class CaseChange(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a case: who made it and which fields it changed."""

    version: int
    state: str
    at: str
    by: str
    changed: tuple[str, ...]


class CaseHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of a case, oldest first."""

    case_id: str
    versions: tuple[CaseChange, ...]


def summary_view(item: Item, viewer: Viewer, at: datetime) -> CaseSummary:
    """A case as a list shows it."""
    whole = cases.read(item)
    case, left = cases.unsealed(whole, cases.sealed_decisions(whole, item, viewer, at))
    return CaseSummary(
        id=item.id,
        version=item.version,
        state=item.state,
        title=case.title,
        assignee=case.assignee,
        parties=len(case.parties),
        decisions=len(case.decisions),
        sealed=left,
        opened_at=iso(case.opened_at),
        opened_by=item.owner,
        changed_at=iso(item.changed_at),
        due_on=case.due_on,
        overdue=_overdue(item, at),
    )


def _overdue(item: Item, at: datetime) -> bool:
    return item.due_at is not None and item.due_at <= at


def case_view(ledger: Ledger, item: Item, viewer: Viewer, at: datetime) -> CaseView:
    """A case with its notes and snapshots, without what is sealed for the viewer."""
    whole = cases.read(item)
    sealed = cases.sealed_decisions(whole, item, viewer, at)
    case, left = cases.unsealed(whole, sealed)
    notes = note_page(ledger, item, viewer, at)
    frozen = snapshot_refs(ledger, item, viewer, at)
    return CaseView(
        id=item.id,
        version=item.version,
        state=item.state,
        title=case.title,
        summary=case.summary,
        assignee=case.assignee,
        parties=case.parties,
        decisions=tuple(
            CaseDecisionView(
                decision_id=one.decision_id,
                remark=one.remark,
                opening_at=None if one.opening_at is None else iso(one.opening_at),
                sealed=one.decision_id in sealed,
            )
            for one in case.decisions
        ),
        links=case.links,
        pins=case.pins,
        reason=case.reason,
        opened_at=iso(case.opened_at),
        opened_by=item.owner,
        closed_at=None if case.closed_at is None else iso(case.closed_at),
        changed_at=iso(item.changed_at),
        changed_by=item.actor,
        sealed=left + notes.sealed,
        notes=notes.notes,
        snapshots=frozen,
        due_on=case.due_on,
        overdue=_overdue(item, at),
        as_of=None if case.as_of is None else iso(case.as_of),
    )


def note_view(item: Item) -> NoteView:
    """A note as shown."""
    note = cases.read_note(item)
    return NoteView(
        id=item.id,
        at=iso(item.changed_at),
        by=item.actor,
        text=note.text,
        documents=note.documents,
        decision_id=note.decision_id,
    )


def note_page(ledger: Ledger, case: Item, viewer: Viewer, at: datetime) -> NotePage:
    """The notes of a case that a viewer may see."""
    found = cases.notes_of(ledger, case)
    seen = [item for item in found if visible(item, viewer, at)]
    return NotePage(notes=tuple(note_view(item) for item in seen), sealed=len(found) - len(seen))


def snapshot_ref(item: Item) -> SnapshotRef:
    """A snapshot as lists show it."""
    one = snapshots.read_snapshot(item)
    return SnapshotRef(
        id=item.id,
        case_id=one.case_id,
        taken_at=iso(one.taken_at),
        taken_by=one.taken_by,
        content_hash=snapshots.content_hash(item.body or b""),
    )


def snapshot_refs(ledger: Ledger, case: Item, viewer: Viewer, at: datetime) -> tuple[SnapshotRef, ...]:
    """The snapshots of a case that a viewer may see, newest first."""
    found = snapshots.snapshots_of(ledger, case)
    return tuple(snapshot_ref(item) for item in found if item.body is not None and visible(item, viewer, at))


def snapshot_view(item: Item) -> SnapshotView:
    """A snapshot with its content, exactly as it was hashed."""
    ref = snapshot_ref(item)
    return SnapshotView(**msgspec.structs.asdict(ref), content=msgspec.json.decode(item.body or b"{}"))


def history_view(versions: Sequence[Item]) -> CaseHistory:
    """The versions of a case with the names of the fields that each changed; erased ones name none."""
    found: list[CaseChange] = []
    before: CaseFile | None = None
    for item in versions:
        now = None if item.body is None else cases.read(item)
        names = () if now is None else CaseFile.__struct_fields__
        changed = tuple(
            name for name in names if before is None or getattr(before, name) != getattr(now, name)
        )
        found.append(
            CaseChange(
                version=item.version,
                state=item.state,
                at=iso(item.changed_at),
                by=item.actor,
                changed=changed,
            )
        )
        before = now
    return CaseHistory(case_id=versions[0].id, versions=tuple(found))
