"""Repairs of credit over HTTP: applied for, accepted, decided by the recognising authority, synchronised."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import bootstrap, casework
from api.principals import Principal, Role, Scope
from api.repairs import RepairPage, RepairView, repair_view
from api.routes.access import asking, needs
from api.routes.base import (
    cursor,
    etag,
    expected_version,
    from_cursor,
    json_answer,
    read_model,
    service,
)
from api.routes.casework import IF_MATCH, Documents, contact_of, documents_of, human, item_of, refusals
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from graph.generation import GenerationError
from graph.lists import code_of
from graph.store import StoreError
from matching.casework import repairs
from matching.casework.base import CaseworkError
from matching.casework.objections import StepTaken
from matching.casework.repairs import Conditions, Gravity, LiftGround, Repair, RepairKind, Ruling
from matching.ledger import Item
from matching.marks import record_ref
from matching.request import Contact, Day, Instant, Model, PartyRef, Short, Text

router = APIRouter(prefix="/v1/repairs", tags=["repairs"])
STATES = Literal[
    "received", "accepted", "repaired", "lifted", "refused", "synchronised", "restored", "withdrawn"
]
STEPS = Literal["accept", "repair", "lift", "refuse", "withdraw", "synchronise", "restore"]


class RepairConditions(Model):
    """The conditions of a repair as a checklist: duties performed, public commitment made, others of the sector."""

    duties_performed: bool = False
    committed: bool = False
    other: Text = ""


class NewRepair(Model):
    """An application for a repair, or notice of one: which record of whom, of which class, on which documents.

    `record` is the record's key, decision number or case number; `decided_on` the day of the decision behind it,
    where the record does not say it. `temporary` needs a `ground`.
    """

    kind: RepairKind = RepairKind.REPAIR
    list: Short
    record: Text
    party: PartyRef
    gravity: Gravity = Field(Gravity.SERIOUS, alias="class")
    ground: LiftGround | None = None
    decided_on: Day | None = None
    conditions: RepairConditions = RepairConditions()
    text: Text = ""
    documents: Documents = ()
    contact: Contact = Contact()


class RepairRuling(Model):
    """The authority's answer: who decided, its number and day, from when it holds and, if for a time, until when."""

    authority: Short
    document_no: Short
    decided_on: Day
    via: Literal["authority", "credit_china"] = "authority"
    since: Instant | None = None
    until: Instant | None = None


class RepairStep(Model):
    """A step with a repair; to repair, lift or restore needs the deciding document and a supervisor."""

    step: STEPS
    reason: Text = ""
    source: Short = ""
    documents: Documents = ()
    conditions: RepairConditions | None = None
    complex: bool | None = None
    ruling: RepairRuling | None = None


BODIES: tuple[Taken, ...] = (NewRepair, RepairStep)
ANSWERS: tuple[Given, ...] = (RepairView, RepairPage)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.CASES)],
    responses={
        **gives(RepairView, 201, headers=("ETag", "Location")),
        **problems("http.invalid", "http.media_type", "http.too_large"),
    },
    openapi_extra=takes(NewRepair),
)
async def enter(request: Request) -> Response:
    """Enter an application for a repair; it changes no decision before it is decided. Lists of courts are refused."""
    given = await read_model(request, NewRepair)
    return await run_in_threadpool(_made, request, given)


def _made(request: Request, given: NewRepair) -> Response:
    return _answer(request, entered(request, given), 201)


def entered(request: Request, given: NewRepair) -> Item:
    """An application for a repair, recorded.

    Raises:
        ProblemError: `http.invalid`.
        GenerationError, StoreError: nothing is published, or it can't be read.
    """
    parts, who, now = service(request), asking(request), bootstrap.now()
    list_code = code_of(given.list)
    with refusals(request):
        if given.kind is RepairKind.REPAIR and list_code in repairs.COURT:
            raise CaseworkError("repair.court", field="/list")
        with parts.generation() as generation:
            record = casework.the_record(generation, now, list_code, given.record, given.party)
        listing = record.listing
        key = bootstrap.secret_key(parts.settings)
        return repairs.receive(
            parts.ledger,
            casework.terms_of(parts.settings),
            Repair(
                kind=given.kind,
                list=list_code,
                record=listing.key,
                record_ref=record_ref(key, list_code, listing.key),
                record_hash=record.hash,
                subject=listing.subject.name,
                gravity=given.gravity,
                ground=given.ground,
                conditions=_conditions(given.conditions),
                text=given.text,
                documents=documents_of(given.documents),
                contact=contact_of(given.contact),
                received_at=now,
            ),
            listing,
            decided_on=given.decided_on,
            tenant=who.tenant,
            actor=who.id,
            at=now,
        )


@router.get(
    "",
    dependencies=[needs(Scope.CASES)],
    responses={**gives(RepairPage), **problems("http.invalid")},
)
def waiting(
    request: Request,
    state: Annotated[STATES | None, Query()] = None,
    overdue: bool = False,
    after: Annotated[str, Query(alias="cursor", max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Repairs with their deadlines, last changed first; `contradicted` where the published list says otherwise."""
    who, now, parts = asking(request), bootstrap.now(), service(request)
    found, seq = casework.queue(
        parts.ledger,
        repairs.KIND,
        tenant=who.tenant,
        viewer=who.viewer,
        at=now,
        state=state,
        overdue=overdue,
        before=from_cursor(request, after),
        limit=limit,
    )
    return json_answer(casework.shown(RepairPage(repairs=views_of(request, found), next=cursor(seq))))


@router.get(
    "/{repair_id}",
    dependencies=[needs(Scope.CASES)],
    responses={
        **gives(RepairView, headers=("ETag",)),
        **problems("http.not_found", "http.sealed", "http.erased"),
    },
)
def one(request: Request, repair_id: str) -> Response:
    """A repair with every step that was taken."""
    return _answer(request, item_of(request, repairs.KIND, repair_id))


@router.patch(
    "/{repair_id}",
    dependencies=[needs(Scope.CASES)],
    responses={
        **gives(RepairView, headers=("ETag",)),
        **problems(
            "http.invalid", "http.media_type", "http.too_large", "http.not_found", "http.sealed", "http.erased",
            "http.conflict", "http.stale", "http.precondition", "http.person",
        ),
    },
    openapi_extra=takes(RepairStep, parameters=[IF_MATCH]),
)  # fmt: skip
async def take(request: Request, repair_id: str) -> Response:
    """Accept, repair, lift, refuse, synchronise, restore or withdraw; needs `If-Match`. Decided by supervisors only."""
    given = await read_model(request, RepairStep)
    expect = expected_version(request)

    def take_it() -> Response:
        return _answer(request, taken(request, repair_id, given, expect))

    return await run_in_threadpool(take_it)


def taken(request: Request, repair_id: str, given: RepairStep, expect: int) -> Item:
    """A repair after a step; `expect` is the version that the caller saw.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`, `http.person`, `http.conflict`, `http.invalid`.
        LedgerError: `ledger.item_stale`: somebody was faster.
    """
    parts, now = service(request), bootstrap.now()
    item = item_of(request, repairs.KIND, repair_id)
    who = _entitled(request, given.step)
    with refusals(request):
        return repairs.take(
            parts.ledger,
            casework.terms_of(parts.settings),
            item,
            StepTaken(
                step=given.step,
                at=now,
                by=who.id,
                reason=given.reason,
                source=given.source,
                documents=documents_of(given.documents),
            ),
            expect=expect,
            conditions=None if given.conditions is None else _conditions(given.conditions),
            complex_case=given.complex,
            ruling=None
            if given.ruling is None
            else Ruling(
                authority=given.ruling.authority,
                document_no=given.ruling.document_no,
                decided_on=given.ruling.decided_on,
                via=given.ruling.via,
                since=given.ruling.since or now,
                until=given.ruling.until,
            ),
        )


def _entitled(request: Request, step: str) -> Principal:
    """Whoever may take a step: what changes decisions, a supervisor or the operator at this machine."""
    if step not in repairs.EFFECTIVE and step != "refuse":
        return asking(request)
    who = human(request)
    if step in repairs.EFFECTIVE and who.person and Role.SUPERVISOR not in who.roles:
        raise ProblemError("http.person", detail=Role.SUPERVISOR.value)
    return who


def _conditions(given: RepairConditions) -> Conditions:
    return Conditions(duties_performed=given.duties_performed, committed=given.committed, other=given.other)


def views_of(request: Request, items: list[Item]) -> tuple[RepairView, ...]:
    """Repairs as shown; without a readable generation nothing is said of what its lists show."""
    now = bootstrap.now()
    with suppress(GenerationError, StoreError), service(request).generation() as generation:
        return tuple(repair_view(item, now, generation) for item in items)
    return tuple(repair_view(item, now) for item in items)


def _answer(request: Request, item: Item, status: int = 200) -> Response:
    headers = etag(item.version)
    if status == 201:
        headers["Location"] = f"/v1/repairs/{item.id}"
    return json_answer(casework.shown(views_of(request, [item])[0]), status, headers)
