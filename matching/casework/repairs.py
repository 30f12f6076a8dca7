"""Repairs of credit and temporary lifts: what was applied for, who decided it, and from when the record is lifted.

Whoever recognised the misconduct decides its repair (谁认定、谁修复), and 信用中国 prevails over a third party. One
that a person with the right role enters with the deciding document counts as the record's status at once; a list
that is published after the time for synchronising and still shows the record prevails again. Lists of courts are not
repaired: the court deletes from them by its own rules (令36 does not govern them), and may lift a record for a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

from graph import text
from graph.dates import china_day, start_of_day
from graph.model import Doc, Listing, Status
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
    not_later,
    steps_from,
)
from matching.casework.objections import StepTaken
from matching.casework.terms import Deadline, Terms
from matching.ledger import Draft, Item, Ledger, Mark
from matching.ledger.items import read_body
from matching.rules.common import REPAIRABLE, event_day

KIND: Final = "repair"
COURT: Final = frozenset({"SXBZXR", "XZXF"})
"""Lists of the courts: 信用修复管理办法 does not govern them (SPEC 4.4)."""


class RepairKind(StrEnum):
    """What is asked for."""

    REPAIR = "repair"
    """The end of the record's effect, after its conditions are met."""
    TEMPORARY = "temporary"
    """The pause of its effect until a day."""


class Gravity(StrEnum):
    """How grave the misconduct is: 轻微, 一般, 严重."""

    MINOR = "minor"
    ORDINARY = "ordinary"
    SERIOUS = "serious"


class LiftGround(StrEnum):
    """Why a record is lifted for a time."""

    REORGANISATION = "reorganisation"
    """A court's ruling that approves a reorganisation or settlement in bankruptcy."""
    GRACE = "grace"
    """宽限期 that the executing court allows."""
    SINGLE = "single"
    """单次解禁 that the executing court allows."""


class State(StrEnum):
    """Where a repair stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    LIFTED = "lifted"
    REFUSED = "refused"
    SYNCHRONISED = "synchronised"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"


WORKFLOW: Final[Workflow] = {
    "accept": Step((State.RECEIVED,), State.ACCEPTED),
    "repair": Step((State.ACCEPTED,), State.REPAIRED),
    "lift": Step((State.ACCEPTED,), State.LIFTED),
    "refuse": Step((State.RECEIVED, State.ACCEPTED), State.REFUSED),
    "withdraw": Step((State.RECEIVED, State.ACCEPTED), State.WITHDRAWN),
    "synchronise": Step((State.REPAIRED,), State.SYNCHRONISED),
    "restore": Step((State.REPAIRED, State.LIFTED, State.SYNCHRONISED), State.RESTORED),
}
EFFECTIVE: Final = frozenset({"repair", "lift", "restore"})
"""Steps that change what decisions say: only a person with the right role takes them."""


class Conditions(Doc, omit_defaults=False):
    """The conditions of a repair as a checklist (SPEC 4.4)."""

    duties_performed: bool = False
    """The misconduct was corrected and every duty of the decision performed."""
    committed: bool = False
    """A public commitment to good credit was made."""
    other: str = ""
    """Further conditions of the sector, and how they are met."""


class Ruling(Doc):
    """The authority's answer: by whom, under which number, from when, and until when if only for a time.

    `via` is `authority` where the recognising authority itself decided, `credit_china` where 信用中国 published it.
    """

    authority: str
    document_no: str
    decided_on: date
    via: str = "authority"
    since: datetime
    until: datetime | None = None


class Repair(Doc):
    """A repair or temporary lift of one record, as recorded."""

    kind: RepairKind
    list: str
    record: str
    record_ref: str
    record_hash: str
    subject: str = ""
    authority: str = ""
    gravity: Gravity = Gravity.SERIOUS
    ground: LiftGround | None = None
    counted_from: date | None = None
    repairable_from: date | None = None
    published_until: date | None = None
    basis: str = ""
    complex: bool = False
    conditions: Conditions = Conditions()
    text: str = ""
    documents: tuple[NamedDocument, ...] = ()
    contact: ContactDetails = ContactDetails()
    ruling: Ruling | None = None
    confirm_by: datetime | None = None
    received_at: datetime
    steps: tuple[StepTaken, ...] = ()
    due: tuple[Deadline, ...] = ()


def read(item: Item) -> Repair:
    """The repair in an item.

    Raises:
        LedgerError: `ledger.erased`.
    """
    found: Repair = read_body(item, Repair)
    return found


def next_due(repair: Repair, state: str) -> Deadline | None:
    """The deadline that binds now; None where nothing is left to do."""
    stage = {State.ACCEPTED: "decide", State.REPAIRED: "synchronise"}.get(State(state))
    return next((due for due in repair.due if due.stage == stage), None)


def receive(
    ledger: Ledger,
    terms: Terms,
    given: Repair,
    listing: Listing,
    *,
    decided_on: date | None,
    tenant: str,
    actor: str,
    at: datetime,
) -> Item:
    """Record an application for, or a notice of, a repair. It changes no decision yet.

    Args:
        ledger: where it is recorded.
        terms: the table of deadlines and periods.
        given: what is asked for, with documents and contact.
        listing: the record as it stands on its list.
        decided_on: the day of the decision behind the record, where the record itself does not say it.
        tenant: whose it is.
        actor: who enters it.
        at: when it arrived.

    Raises:
        CaseworkError: `repair.court`, `repair.not_repairable`, `repair.ground`, `repair.undated`, `casework.document`.
        LedgerError: nothing was kept.
    """
    _permitted(given)
    needs_documents(given.documents, "/documents")
    start = event_day(listing) or decided_on
    name = new_id()
    repair = msgspec.structs.replace(
        given, counted_from=start, authority=listing.authority, received_at=at, steps=(), due=(), ruling=None
    )
    if given.kind is RepairKind.REPAIR:
        if start is None:
            raise CaseworkError("repair.undated", field="/decided_on")
        earliest, basis = terms.repairable_from(given.gravity, given.list, start)
        until = terms.published_until(given.gravity, start)
        repair = msgspec.structs.replace(repair, repairable_from=earliest, published_until=until, basis=basis)
    return ledger.items.put(_draft(name, State.RECEIVED, repair), tenant=tenant, actor=actor, at=at)


def take(
    ledger: Ledger,
    terms: Terms,
    item: Item,
    taken: StepTaken,
    *,
    expect: int,
    conditions: Conditions | None = None,
    complex_case: bool | None = None,
    ruling: Ruling | None = None,
) -> Item:
    """Take a step with a repair; one that is decided counts in decisions from this commit on.

    Args:
        ledger: where it is recorded.
        terms: the table of deadlines and periods.
        item: the repair as it stands.
        taken: the step, by whom, when, why; to repair, lift or restore it brings the deciding document.
        expect: the version that the caller saw.
        conditions: the checklist as it stands now; None leaves it.
        complex_case: whether the longer time to decide runs; None leaves it.
        ruling: the authority's answer, for a repair or a lift.

    Raises:
        CaseworkError: `casework.step`, `casework.blank`, `casework.document`, `casework.future`, `repair.too_early`,
            `repair.condition`, `repair.authority`, `repair.until`, `repair.kind`, `repair.ruling`.
        LedgerError: `ledger.item_stale` (somebody was faster), `ledger.erased`; nothing was kept.
    """
    repair = read(item)
    state = advance(WORKFLOW, item.state, taken.step)
    if taken.step not in ("accept", "synchronise"):
        needs_text(taken.reason, "/reason")
    repair = msgspec.structs.replace(
        repair,
        conditions=conditions or repair.conditions,
        complex=repair.complex if complex_case is None else complex_case,
        steps=(*repair.steps, taken),
    )
    if taken.step == "accept":
        _old_enough(repair, taken.at)
    if taken.step in EFFECTIVE:
        needs_documents(taken.documents, "/documents")
    if taken.step in ("repair", "lift"):
        if (taken.step == "repair") != (repair.kind is RepairKind.REPAIR):
            raise CaseworkError("repair.kind", field="/step")
        repair = msgspec.structs.replace(repair, ruling=_ruling(repair, ruling, taken.at))
    about = "repair_complex" if repair.complex else "repair"
    reached = _reached(repair)
    due = [d for d in terms.due(about, repair.list, reached) if d.stage == "decide"]
    due += [d for d in terms.due("repair", repair.list, reached) if d.stage == "synchronise"]
    confirm_by = next((d.due_at for d in due if d.stage == "synchronise"), None)
    repair = msgspec.structs.replace(
        repair, due=tuple(due), confirm_by=confirm_by if repair.kind is RepairKind.REPAIR else None
    )
    return ledger.put_marked(
        _draft(item.id, state, repair),
        _marks(item, repair, taken),
        tenant=item.tenant,
        actor=taken.by,
        at=taken.at,
        expect=expect,
    )


def allowed(repair: Repair, state: str) -> tuple[str, ...]:
    """The steps that may be taken in a state."""
    other = "lift" if repair.kind is RepairKind.REPAIR else "repair"
    return tuple(step for step in steps_from(WORKFLOW, state) if step != other)


def _permitted(given: Repair) -> None:
    """Whether the law has such a repair for the list at all."""
    if given.kind is RepairKind.REPAIR:
        if given.list in COURT:
            raise CaseworkError("repair.court", field="/list")
        if given.list not in REPAIRABLE:
            raise CaseworkError("repair.not_repairable", field="/list", list=given.list)
        return
    if given.ground is None:
        raise CaseworkError("repair.ground", field="/ground")
    courts = given.list in COURT
    if not courts and given.list not in REPAIRABLE:
        raise CaseworkError("repair.not_repairable", field="/list", list=given.list)
    if not courts and given.ground is not LiftGround.REORGANISATION:
        raise CaseworkError("repair.ground", field="/ground")


def _old_enough(repair: Repair, at: datetime) -> None:
    first = repair.repairable_from
    if repair.kind is RepairKind.REPAIR and (first is None or china_day(at) < first):
        raise CaseworkError(
            "repair.too_early", field="/record", day=first.isoformat() if first else "-", basis=repair.basis
        )


def _ruling(repair: Repair, ruling: Ruling | None, at: datetime) -> Ruling:
    """The authority's answer, checked: a record is never lifted by anybody else, too early, or for no stated time."""
    if ruling is None:
        raise CaseworkError("repair.ruling", field="/ruling")
    needs_text(ruling.authority, "/ruling/authority")
    needs_text(ruling.document_no, "/ruling/document_no")
    not_later(ruling.since, at, "/ruling/since")
    not_later(start_of_day(ruling.decided_on), at, "/ruling/decided_on")
    recognised = text.org_key(repair.authority)
    # a court's ruling on a reorganisation is no decision of the authority that listed
    own = ruling.via == "authority" and repair.ground is not LiftGround.REORGANISATION
    if own and recognised and text.org_key(ruling.authority) != recognised:
        raise CaseworkError("repair.authority", field="/ruling/authority", authority=repair.authority)
    if repair.kind is RepairKind.REPAIR:
        _old_enough(repair, ruling.since)
        if not repair.conditions.duties_performed:
            raise CaseworkError("repair.condition", field="/conditions/duties_performed")
        if not repair.conditions.committed:
            raise CaseworkError("repair.condition", field="/conditions/committed")
        return msgspec.structs.replace(ruling, until=None)
    if ruling.until is None or ruling.until <= ruling.since:
        raise CaseworkError("repair.until", field="/ruling/until")
    return ruling


def _marks(item: Item, repair: Repair, taken: StepTaken) -> Sequence[Mark]:
    mark = Mark(
        kind="lift",
        record_ref=repair.record_ref,
        item=item.id,
        tenant=item.tenant,
        at=taken.at,
        record_hash=repair.record_hash,
    )
    if taken.step == "restore":
        return (msgspec.structs.replace(mark, kind="restore"),)
    if taken.step not in ("repair", "lift") or repair.ruling is None:
        return ()
    status = Status.REPAIRED if repair.kind is RepairKind.REPAIR else Status.TEMP_LIFTED
    return (
        msgspec.structs.replace(
            mark,
            status=status.value,
            since=repair.ruling.since,
            until=repair.ruling.until,
            confirm_by=repair.confirm_by,
        ),
    )


def _reached(repair: Repair) -> dict[str, datetime]:
    reached = {"received": repair.received_at}
    for step in repair.steps:
        if step.step == "accept":
            reached["accepted"] = step.at
        elif step.step == "repair":
            reached["decided"] = step.at
    return reached


def _draft(name: str, state: str, repair: Repair) -> Draft:
    due = next_due(repair, state)
    return Draft(
        kind=KIND,
        id=name,
        state=state,
        body=msgspec.json.encode(repair, order="sorted"),
        keys=(f"record:{repair.record_ref}", f"list:{repair.list}"),
        due_at=None if due is None else due.due_at,
    )
