"""Frozen pictures of cases: what was known when one was made, under the hash of its content, to be handed on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from graph.model import Doc
from matching.casework.base import NamedDocument, new_id
from matching.casework.cases import (
    CaseDecision,
    CaseLink,
    CaseParty,
    CasePin,
    notes_of,
    read,
    read_note,
    sealed_decisions,
    unsealed,
)
from matching.casework.pictures import Picture
from matching.ledger import Draft, Item, Ledger, StoredDecision, Viewer, visible
from matching.ledger.items import read_body

SNAPSHOT: Final = "case_snapshot"
Lookup = Callable[[str], StoredDecision | None]


class FrozenDecision(Doc):
    """A decision as it was known when a snapshot was made."""

    decision_id: str
    decision_hash: str = ""
    verdict: str = ""
    as_of: datetime | None = None
    bidders: tuple[tuple[str, str, str], ...] = ()
    """Bidder, masked code and verdict of each."""
    opening_at: datetime | None = None
    actor: str = ""


class FrozenNote(Doc):
    """A note as it stood when a snapshot was made."""

    id: str
    by: str
    at: datetime
    text: str
    documents: tuple[NamedDocument, ...] = ()
    decision_id: str = ""


class Snapshot(Doc):
    """A case frozen: what was known at `taken_at`. Its hash is over everything in it."""

    case_id: str
    case_version: int
    state: str
    taken_at: datetime
    taken_by: str
    title: str
    summary: str = ""
    assignee: str = ""
    parties: tuple[CaseParty, ...] = ()
    decisions: tuple[FrozenDecision, ...] = ()
    links: tuple[CaseLink, ...] = ()
    pins: tuple[CasePin, ...] = ()
    notes: tuple[FrozenNote, ...] = ()
    generation: str = ""
    due_on: str = ""
    picture: Picture | None = None
    """The parties where they were put, and the relations between them as they were known."""
    withheld: int = 0
    """Parts that were sealed for whoever took the snapshot: they are not in it."""


def freeze(
    ledger: Ledger,
    item: Item,
    *,
    viewer: Viewer,
    lookup: Lookup,
    clean: Callable[[Any], Any],
    generation: str,
    actor: str,
    at: datetime,
    picture: Picture | None = None,
) -> Item:
    """Freeze a case as its taker sees it now; what is sealed for the taker is not in it.

    Args:
        ledger: where it is recorded.
        item: the case as it stands.
        viewer: who takes the snapshot, as the ledger sees them.
        lookup: a recorded decision of the tenant, by id.
        clean: masks numbers of persons in plain values: a snapshot is handed on.
        generation: the generation of records that was current.
        actor: who takes it.
        at: when.
        picture: what the case's picture shows now, as its taker may see it; the pins stand in it.

    Raises:
        LedgerError: nothing was kept.
    """
    whole = read(item)
    sealed = sealed_decisions(whole, item, viewer, at)
    case, withheld = unsealed(whole, sealed)
    notes = notes_of(ledger, item)
    seen = [note for note in notes if visible(note, viewer, at)]
    snapshot = Snapshot(
        case_id=item.id,
        case_version=item.version,
        state=item.state,
        taken_at=at,
        taken_by=actor,
        title=case.title,
        summary=case.summary,
        assignee=case.assignee,
        parties=tuple(_handed(one) for one in case.parties),
        decisions=tuple(_frozen(one, lookup) for one in whole.decisions if one.decision_id not in sealed),
        links=case.links,
        pins=() if picture is not None else case.pins,
        notes=tuple(_frozen_note(note) for note in seen),
        generation=generation,
        due_on=case.due_on,
        picture=picture,
        withheld=withheld + len(notes) - len(seen),
    )
    openings = [
        one.opening_at for one in snapshot.decisions if one.opening_at is not None and one.opening_at > at
    ]
    openings += [note.opening_at for note in seen if note.opening_at is not None and note.opening_at > at]
    body = msgspec.json.encode(clean(msgspec.to_builtins(snapshot)), order="sorted")
    draft = Draft(
        kind=SNAPSHOT,
        id=new_id(),
        state="frozen",
        body=body,
        keys=(f"case:{item.id}", f"sha256:{content_hash(body)}", *_about(snapshot)),
        opening_at=max(openings, default=None),
    )
    return ledger.items.put(draft, tenant=item.tenant, actor=actor, at=at)


def snapshots_of(ledger: Ledger, case: Item, limit: int = 100) -> list[Item]:
    """The snapshots of a case, newest first."""
    return ledger.items.page(SNAPSHOT, tenant=case.tenant, key=f"case:{case.id}", limit=limit)


def shared(ledger: Ledger, content: str, *, tenant: str) -> Item | None:
    """The snapshot of a tenant whose content has this hash; None without one, or after its erasure."""
    found = ledger.items.page(SNAPSHOT, tenant=tenant, key=f"sha256:{content}", limit=1)
    return found[0] if found and found[0].body is not None else None


def read_snapshot(item: Item) -> Snapshot:
    """The snapshot in an item."""
    found: Snapshot = read_body(item, Snapshot)
    return found


def content_hash(body: bytes) -> str:
    """SHA-256 of a snapshot's canonical bytes, in hex: what a copy that was handed on can be compared with."""
    return hashlib.sha256(body).hexdigest()


def _handed(party: CaseParty) -> CaseParty:
    """A party as it is handed on: the graph's key means nothing elsewhere, so it stands for nobody who has a name."""
    return msgspec.structs.replace(party, id="") if party.name or party.code else party


def _frozen(one: CaseDecision, lookup: Lookup) -> FrozenDecision:
    stored = lookup(one.decision_id)
    if stored is None or stored.decision is None:
        return FrozenDecision(decision_id=one.decision_id, opening_at=one.opening_at, actor=one.actor)
    decision = stored.decision
    return FrozenDecision(
        decision_id=one.decision_id,
        decision_hash=decision.decision_hash,
        verdict=decision.verdict.value,
        as_of=decision.pins.as_of,
        bidders=tuple((b.name or b.client_id, b.code, b.verdict.value) for b in decision.bidders),
        opening_at=one.opening_at,
        actor=one.actor,
    )


def _about(snapshot: Snapshot) -> list[str]:
    """Keys of the decisions that it tells of: with one of them what is said of it is erased."""
    named = {
        *(one.decision_id for one in snapshot.decisions),
        *(one.decision_id for one in snapshot.notes),
        *(one.decision_id for one in snapshot.links),
    }
    return sorted(f"decision:{one}" for one in named if one)


def _frozen_note(item: Item) -> FrozenNote:
    note = read_note(item)
    return FrozenNote(
        id=item.id,
        by=item.actor,
        at=item.changed_at,
        text=note.text,
        documents=note.documents,
        decision_id=note.decision_id,
    )
