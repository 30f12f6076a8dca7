"""Cases: what an investigator gathers about parties and decisions, and the notes on it.

Notes are items of their own, so that two people who write at once lose nothing; fields are changed only by whoever saw
the newest version. What tells who bids is sealed until the opening (招标投标法 22), part by part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from graph.dates import end_of_day
from graph.model import Doc
from matching.casework.base import CaseworkError, NamedDocument, Step, Workflow, advance, needs_text, new_id
from matching.ledger import Draft, Item, Ledger, Viewer, visible
from matching.ledger.items import read_body

KIND: Final = "case"
NOTE: Final = "case_note"
MOST_PARTS: Final = 500
"""Parties, decisions, links or pins in one case: what a picture can show, and a page can hold."""


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLOSED = "closed"


WORKFLOW: Final[Workflow] = {
    "close": Step((CaseState.OPEN,), CaseState.CLOSED),
    "reopen": Step((CaseState.CLOSED,), CaseState.OPEN),
}


class CaseParty(Doc):
    """A party of a case: by the graph's key, by code or by name. `decision_id`: the decision that it comes from."""

    id: str = ""
    name: str = ""
    code: str = ""
    role: str = ""
    decision_id: str = ""


class CaseDecision(Doc):
    """A decision that a case is about. `opening_at` and `actor` say until when and for whom it is not sealed."""

    decision_id: str
    remark: str = ""
    opening_at: datetime | None = None
    actor: str = ""


class CaseLink(Doc):
    """Something else that a case points to: an objection, a repair, another case, a page; never a person's number."""

    kind: str
    ref: str
    title: str = ""
    decision_id: str = ""


class CasePin(Doc):
    """A node that is pinned in the picture of a case, by the graph's key, where it stands."""

    node: str
    x: int = 0
    y: int = 0
    label: str = ""
    decision_id: str = ""
    pinned: bool = True
    """Whether somebody put it there; others stand where the layout put them."""


class CaseFile(Doc):
    """A case as recorded."""

    title: str
    summary: str = ""
    assignee: str = ""
    parties: tuple[CaseParty, ...] = ()
    decisions: tuple[CaseDecision, ...] = ()
    links: tuple[CaseLink, ...] = ()
    pins: tuple[CasePin, ...] = ()
    reason: str = ""
    """Why it was last closed or opened again."""
    opened_at: datetime
    closed_at: datetime | None = None
    due_on: str = ""
    """The last day on which it should be done, in China; empty without one."""
    as_of: datetime | None = None
    """The facts of which instant the picture shows; None: of now."""


class CaseNote(Doc):
    """A note on a case; it is never changed, only answered by another."""

    case_id: str
    text: str
    documents: tuple[NamedDocument, ...] = ()
    decision_id: str = ""


def read(item: Item) -> CaseFile:
    """The case in an item.

    Raises:
        LedgerError: `ledger.erased`.
    """
    found: CaseFile = read_body(item, CaseFile)
    return found


def open_case(ledger: Ledger, given: CaseFile, *, tenant: str, actor: str, at: datetime) -> Item:
    """Open a case.

    Raises:
        CaseworkError: `casework.blank` (no title), `case.parts` (more parts than a case holds), `case.day`.
        LedgerError: nothing was kept.
    """
    given = msgspec.structs.replace(given, opened_at=at, closed_at=None)
    return ledger.items.put(_draft(new_id(), CaseState.OPEN, given), tenant=tenant, actor=actor, at=at)


def change(
    ledger: Ledger,
    item: Item,
    changes: dict[str, Any],
    *,
    step: str = "",
    actor: str,
    at: datetime,
    expect: int,
) -> Item:
    """Change fields of a case, close it or open it again.

    Args:
        ledger: where it is recorded.
        item: the case as it stands.
        changes: new values by field.
        step: `close`, `reopen` or nothing; both need a `reason` among the changes.
        actor: who does it.
        at: when.
        expect: the version that the caller saw: somebody else's change since then is never overwritten.

    Raises:
        CaseworkError: `casework.step`, `casework.blank`, `case.closed`, `case.parts`, `case.day`.
        LedgerError: `ledger.item_stale`, `ledger.erased`; nothing was kept.
    """
    state = advance(WORKFLOW, item.state, step) if step else item.state
    if not step and state == CaseState.CLOSED:
        raise CaseworkError("case.closed")
    if step:
        needs_text(changes.get("reason", ""), "/reason")
    changed = msgspec.structs.replace(read(item), **changes)
    if step:
        changed = msgspec.structs.replace(changed, closed_at=at if step == "close" else None)
    return ledger.items.put(
        _draft(item.id, state, changed), tenant=item.tenant, actor=actor, at=at, expect=expect
    )


def add_note(
    ledger: Ledger,
    case: Item,
    note: CaseNote,
    *,
    actor: str,
    at: datetime,
    opening_at: datetime | None = None,
) -> Item:
    """Append a note to an open case; notes never stand in each other's way.

    Raises:
        CaseworkError: `casework.blank`, `case.closed`.
        LedgerError: nothing was kept.
    """
    if case.state == CaseState.CLOSED:
        raise CaseworkError("case.closed")
    needs_text(note.text, "/text")
    draft = Draft(
        kind=NOTE,
        id=new_id(),
        state="noted",
        body=msgspec.json.encode(note, order="sorted"),
        keys=(f"case:{case.id}",),
        opening_at=opening_at,
    )
    return ledger.items.put(draft, tenant=case.tenant, actor=actor, at=at)


def notes_of(ledger: Ledger, case: Item) -> list[Item]:
    """The notes of a case, oldest first; erased ones are left out."""
    found: list[Item] = []
    before: int | None = None
    while True:
        page = ledger.items.page(NOTE, tenant=case.tenant, key=f"case:{case.id}", before=before, limit=500)
        found += [item for item in page if item.body is not None]
        if len(page) < 500:
            return sorted(found, key=lambda item: item.event_seq)
        before = page[-1].event_seq


def read_note(item: Item) -> CaseNote:
    """The note in an item."""
    found: CaseNote = read_body(item, CaseNote)
    return found


def sealed_decisions(case: CaseFile, item: Item, viewer: Viewer, at: datetime) -> frozenset[str]:
    """The decisions of a case that are sealed for a viewer at an instant."""
    return frozenset(
        one.decision_id
        for one in case.decisions
        if not visible(_Seal(tenant=item.tenant, actor=one.actor, opening_at=one.opening_at), viewer, at)
    )


def unsealed(case: CaseFile, sealed: frozenset[str]) -> tuple[CaseFile, int]:
    """A case without what is sealed, and how many parts were left out. A sealed decision keeps its id alone."""
    kept = {
        name: tuple(part for part in getattr(case, name) if part.decision_id not in sealed)
        for name in ("parties", "links", "pins")
    }
    left = sum(len(getattr(case, name)) - len(parts) for name, parts in kept.items())
    decisions = tuple(
        CaseDecision(decision_id=one.decision_id, opening_at=one.opening_at)
        if one.decision_id in sealed
        else one
        for one in case.decisions
    )
    return msgspec.structs.replace(case, decisions=decisions, **kept), left + len(sealed)


def tied(
    case: CaseFile, changes: dict[str, Any], before: CaseFile | None, sealed_for_others: str
) -> dict[str, Any]:
    """Changes whose new parts belong to a decision that is still sealed for others, so that they are sealed with it.

    Args:
        case: the case with the changes.
        changes: new values by field.
        before: the case as it stood; None for a new one.
        sealed_for_others: the decision whose bids are opened last among those that only the caller may see; or empty.
    """
    if not sealed_for_others:
        return changes
    found = dict(changes)
    for name in ("parties", "links", "pins"):
        if name in changes:
            known = set(getattr(before, name)) if before is not None else set()
            found[name] = tuple(
                part
                if part.decision_id or part in known
                else msgspec.structs.replace(part, decision_id=sealed_for_others)
                for part in getattr(case, name)
            )
    return found


class _Seal(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    actor: str
    opening_at: datetime | None


def last_sealed(decisions: Iterable[CaseDecision], item_tenant: str, viewer: Viewer, at: datetime) -> str:
    """The decision whose bids are opened last among those that are sealed for everybody but the viewer; or empty."""
    stranger = Viewer(tenant=item_tenant)
    hidden = [
        one
        for one in decisions
        if not visible(_Seal(tenant=item_tenant, actor=one.actor, opening_at=one.opening_at), stranger, at)
        and visible(_Seal(tenant=item_tenant, actor=one.actor, opening_at=one.opening_at), viewer, at)
    ]
    last = max(hidden, key=lambda one: one.opening_at or at, default=None)
    return "" if last is None else last.decision_id


def _draft(name: str, state: str, case: CaseFile) -> Draft:
    needs_text(case.title, "/title")
    parts: Sequence[tuple[str, Sequence[object]]] = (
        ("parties", case.parties),
        ("decisions", case.decisions),
        ("links", case.links),
        ("pins", case.pins),
    )
    for field, values in parts:
        if len(values) > MOST_PARTS:
            raise CaseworkError("case.parts", field=f"/{field}", most=MOST_PARTS)
    keys = [f"decision:{one.decision_id}" for one in case.decisions]
    keys += [f"assignee:{case.assignee}"] if case.assignee else []
    return Draft(
        kind=KIND,
        id=name,
        state=state,
        body=msgspec.json.encode(case, order="sorted"),
        keys=tuple(keys),
        due_at=_due(case) if state == CaseState.OPEN else None,
    )


def _due(case: CaseFile) -> datetime | None:
    """The first instant after the day on which a case should be done."""
    if not case.due_on:
        return None
    try:
        return end_of_day(date.fromisoformat(case.due_on))
    except (ValueError, OverflowError):
        raise CaseworkError("case.day", field="/due_on") from None
