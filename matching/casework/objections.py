"""Objections: against a match, a listing or a tender's conduct; who has to answer by when, and what follows meanwhile.

While an objection about an identity is open, a match of tier E2 asks for a review instead of barring anybody; E1
stays. An objection to the listing itself suspends nothing (法释〔2017〕7号 art. 12: enforcement goes on). An upheld
identity objection is remembered as a rejection of that pair; any other end gives the record its effect back at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from graph.model import Doc
from matching.casework.base import (
    CaseworkError,
    ContactDetails,
    NamedDocument,
    Step,
    Workflow,
    advance,
    needs_documents,
    needs_text,
    new_id,
    steps_from,
)
from matching.casework.terms import Deadline, Terms
from matching.decision import Tier
from matching.ledger import Draft, Item, Ledger, Mark, Review
from matching.ledger.items import read_body

KIND: Final = "objection"


class ObjectionGround(StrEnum):
    """What an objection is about."""

    IDENTITY = "identity"
    """“This is not me”: the record is about somebody else."""
    LISTING = "listing"
    """The listing itself is wrong: only its authority can correct it."""
    OUTDATED = "outdated"
    """The record was corrected, revoked or ended, and this does not show it."""
    PREQUALIFICATION = "prequalification_objection"
    DOCUMENTS = "documents_objection"
    OPENING = "opening_objection"
    RESULT = "result_objection"
    """异议 under 招标投标法实施条例 22, 44 and 54, by reference."""
    TENDER_COMPLAINT = "tender_complaint"
    """投诉 under 招标投标法实施条例 60, by reference."""
    QUERY = "procurement_query"
    """质疑 under 政府采购法 52, by reference."""
    PROCUREMENT_COMPLAINT = "procurement_complaint"
    """投诉 under 政府采购法 55, by reference."""

    @property
    def about_record(self) -> bool:
        """Whether it is about a record of a decision."""
        return self in (ObjectionGround.IDENTITY, ObjectionGround.LISTING, ObjectionGround.OUTDATED)


class State(StrEnum):
    """Where an objection stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    VERIFYING = "verifying"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN: Final = (State.RECEIVED, State.ACKNOWLEDGED, State.VERIFYING)
DECIDING: Final = frozenset({"uphold", "reject"})
"""Steps that only a human being takes."""

WORKFLOW: Final[Workflow] = {
    "acknowledge": Step((State.RECEIVED,), State.ACKNOWLEDGED),
    "verify": Step((State.RECEIVED, State.ACKNOWLEDGED), State.VERIFYING),
    "uphold": Step(OPEN, State.UPHELD),
    "reject": Step(OPEN, State.REJECTED),
    "withdraw": Step(OPEN, State.WITHDRAWN),
}


class Matched(Doc):
    """The match of a decision that an objection is about."""

    list: str
    record: str
    record_hash: str
    record_ref: str
    pair: str
    tier: Tier
    submitted: str = ""
    matched: str = ""
    subject: str = ""
    """How the list calls whom the record is about."""
    authority: str = ""


class StepTaken(Doc):
    """A step that was taken: by whom, when, why, on which documents."""

    step: str
    at: datetime
    by: str
    reason: str = ""
    source: str = ""
    documents: tuple[NamedDocument, ...] = ()


class Objection(Doc):
    """An objection as recorded."""

    ground: ObjectionGround
    decision_id: str
    client_id: str = ""
    match: Matched | None = None
    text: str
    reference: str = ""
    documents: tuple[NamedDocument, ...] = ()
    contact: ContactDetails = ContactDetails()
    suspends: bool = False
    repeats: str = ""
    """An earlier, rejected objection about the same pair that this one adds no document to: it suspends nothing."""
    received_at: datetime
    steps: tuple[StepTaken, ...] = ()
    due: tuple[Deadline, ...] = ()


def read(item: Item) -> Objection:
    """The objection in an item.

    Raises:
        LedgerError: `ledger.erased`.
    """
    found: Objection = read_body(item, Objection)
    return found


def next_due(objection: Objection, state: str) -> Deadline | None:
    """The deadline that binds now; None where nothing is left to do."""
    if state == State.RECEIVED:
        stages: tuple[str, ...] = ("acknowledge", "decide")
    elif state == State.ACKNOWLEDGED:
        stages = ("decide",)
    elif state == State.VERIFYING:
        stages = ("verify", "decide")
    elif state == State.UPHELD:
        stages = ("correct",)
    else:
        stages = ()
    by_stage = {due.stage: due for due in objection.due if not due.informs}
    return next((by_stage[stage] for stage in stages if stage in by_stage), None)


def receive(
    ledger: Ledger,
    terms: Terms,
    given: Objection,
    *,
    tenant: str,
    actor: str,
    at: datetime,
    opening_at: datetime | None = None,
) -> Item:
    """Record a new objection; from now on it stands in the decisions that it is about.

    Args:
        ledger: where it is recorded.
        terms: the table of deadlines.
        given: ground, decision, match, text, documents and contact.
        tenant: whose it is.
        actor: who enters it.
        at: when it arrived.
        opening_at: the opening until which the decision's bids are sealed (招标投标法 22).

    Raises:
        CaseworkError: `casework.blank` (no text; no reference where one is needed), `objection.record`.
        LedgerError: nothing was kept.
    """
    needs_text(given.text, "/text")
    if given.ground.about_record and given.match is None:
        raise CaseworkError("objection.record", field="/record")
    if not given.ground.about_record:
        needs_text(given.reference, "/reference")
    match = given.match if given.ground.about_record else None
    repeats = _repeats(ledger, given, tenant) if match is not None else ""
    disputed = given.ground is ObjectionGround.IDENTITY and match is not None and not repeats
    name = new_id()
    objection = msgspec.structs.replace(
        given,
        match=match,
        repeats=repeats,
        suspends=disputed and match is not None and match.tier is Tier.E2,
        received_at=at,
        steps=(),
        due=terms.due(given.ground, match.list if match is not None else "", {"received": at}),
    )
    marks: tuple[Mark, ...] = ()
    if disputed and match is not None:
        marks = (_mark("dispute", name, objection, match, tenant, at),)
    draft = _draft(name, State.RECEIVED, objection, opening_at)
    return ledger.put_marked(draft, marks, tenant=tenant, actor=actor, at=at)


def take(
    ledger: Ledger,
    terms: Terms,
    item: Item,
    taken: StepTaken,
    *,
    expect: int,
    record_hash: str = "",
) -> Item:
    """Take a step with an objection.

    Args:
        ledger: where it is recorded.
        terms: the table of deadlines.
        item: the objection as it stands.
        taken: the step, by whom, when, why. To ask a source it names the source; to uphold it brings a document.
        expect: the version that the caller saw.
        record_hash: the record as it stands now, where it is known: an upheld objection is about this one, too.

    Raises:
        CaseworkError: `casework.step`, `casework.blank`, `casework.document`.
        LedgerError: `ledger.item_stale` (somebody was faster), `ledger.erased`; nothing was kept.
    """
    objection = read(item)
    state = advance(WORKFLOW, item.state, taken.step)
    if taken.step != "acknowledge":
        needs_text(taken.reason, "/reason")
    if taken.step == "verify":
        needs_text(taken.source, "/source")
    if taken.step == "uphold":
        needs_documents((*objection.documents, *taken.documents), "/documents")
    steps = (*objection.steps, taken)
    objection = msgspec.structs.replace(
        objection,
        steps=steps,
        suspends=objection.suspends and state in OPEN,
        due=terms.due(
            objection.ground, objection.match.list if objection.match else "", _reached(objection, steps)
        ),
    )
    marks, review = _consequences(item, objection, taken, state, record_hash)
    return ledger.put_marked(
        _draft(item.id, state, objection, item.opening_at),
        marks,
        tenant=item.tenant,
        actor=taken.by,
        at=taken.at,
        expect=expect,
        review=review,
    )


def allowed(state: str) -> tuple[str, ...]:
    """The steps that may be taken in a state."""
    return steps_from(WORKFLOW, state)


def _consequences(
    item: Item, objection: Objection, taken: StepTaken, state: str, record_hash: str
) -> tuple[tuple[Mark, ...], Review | None]:
    match = objection.match
    if state in OPEN or match is None or objection.ground is not ObjectionGround.IDENTITY:
        return (), None
    if state != State.UPHELD:
        marks = (
            () if objection.repeats else (_mark("settle", item.id, objection, match, item.tenant, taken.at),)
        )
        return marks, None
    mark = _mark("uphold", item.id, objection, match, item.tenant, taken.at)
    mark = msgspec.structs.replace(mark, now_hash=record_hash or match.record_hash)
    review = Review(
        seq=0,
        pair_key=match.pair,
        answer="reject",
        reviewer=taken.by,
        reason=taken.reason,
        decision_id=objection.decision_id,
        list=match.list,
        record=match.record,
        record_hash=match.record_hash,
        subject=match.submitted,
        tier=match.tier.value,
        tenant=item.tenant,
        at=taken.at,
    )
    return (mark,), review


def _mark(kind: str, name: str, objection: Objection, match: Matched, tenant: str, at: datetime) -> Mark:
    return Mark(
        kind=kind,  # type: ignore[arg-type]
        record_ref=match.record_ref,
        item=name,
        tenant=tenant,
        at=at,
        decision_id=objection.decision_id,
        pair_key=match.pair,
        record_hash=match.record_hash,
    )


def _reached(objection: Objection, steps: Sequence[StepTaken]) -> dict[str, datetime]:
    reached = {"received": objection.received_at}
    for step in steps:
        if step.step in ("acknowledge", "verify"):
            reached.setdefault("acknowledged", step.at)
        elif step.step in DECIDING:
            reached.setdefault("acknowledged", step.at)
            reached["decided"] = step.at
    return reached


def _repeats(ledger: Ledger, given: Objection, tenant: str) -> str:
    """An objection about the same pair that was rejected, where the new one brings no document that it lacked."""
    if given.ground is not ObjectionGround.IDENTITY or given.match is None:
        return ""
    key = f"pair:{given.match.pair}"
    for item in ledger.items.page(KIND, tenant=tenant, key=key, state=State.REJECTED, limit=100):
        if item.body is None:
            continue
        earlier = read(item)
        known = {document.sha256 for document in earlier.documents}
        if earlier.ground is ObjectionGround.IDENTITY and {d.sha256 for d in given.documents} <= known:
            return item.id
    return ""


def _draft(name: str, state: str, objection: Objection, opening_at: datetime | None) -> Draft:
    due = next_due(objection, state)
    keys = [f"decision:{objection.decision_id}", f"ground:{objection.ground.value}"]
    if objection.match is not None:
        keys += [f"pair:{objection.match.pair}", f"record:{objection.match.record_ref}"]
    return Draft(
        kind=KIND,
        id=name,
        state=state,
        body=msgspec.json.encode(objection, order="sorted"),
        keys=tuple(keys),
        opening_at=opening_at,
        due_at=None if due is None else due.due_at,
    )
