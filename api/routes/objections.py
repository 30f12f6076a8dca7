"""Objections over HTTP: enter one, see what waits and until when, and decide it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bootstrap, casework
from api.casework import ObjectionPage, ObjectionView, objection_view
from api.principals import Scope
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
from api.routes.casework import (
    IF_MATCH,
    Documents,
    contact_of,
    documents_of,
    human,
    item_of,
    refusals,
)
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from matching.casework import objections
from matching.casework.objections import Objection, ObjectionGround, StepTaken
from matching.ledger import Item
from matching.request import Contact, Model, Short, Text

router = APIRouter(prefix="/v1/objections", tags=["objections"])
STATES = Literal["received", "acknowledged", "verifying", "upheld", "rejected", "withdrawn"]
STEPS = Literal["acknowledge", "verify", "uphold", "reject", "withdraw"]


class NewObjection(Model):
    """An objection to a decision or to a record in it: `record` is the record, `LIST:record`, or the evidence's pair.

    `reference` is the number of an 异议, 质疑 or 投诉 that runs elsewhere. Documents are named by their SHA-256.
    """

    decision_id: Short
    ground: ObjectionGround
    record: Text = ""
    client_id: Short = ""
    text: Text
    reference: Short = ""
    documents: Documents = ()
    contact: Contact = Contact()


class ObjectionStep(Model):
    """A step with an objection. `source` is whom the record is to be verified with; to uphold needs a document."""

    step: STEPS
    reason: Text = ""
    source: Short = ""
    documents: Documents = ()


BODIES: tuple[Taken, ...] = (NewObjection, ObjectionStep)
ANSWERS: tuple[Given, ...] = (ObjectionView, ObjectionPage)


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.CASES)],
    responses={
        **gives(ObjectionView, 201, headers=("ETag", "Location")),
        **problems(
            "http.invalid",
            "http.media_type",
            "http.too_large",
            "http.not_found",
            "http.sealed",
            "http.erased",
        ),
    },
    openapi_extra=takes(NewObjection),
)
async def enter(request: Request) -> Response:
    """Enter an objection. While one about an identity is open, a match of tier E2 asks for a review and bars nobody."""
    given = await read_model(request, NewObjection)
    return _answer(await run_in_threadpool(entered, request, given), 201)


def entered(request: Request, given: NewObjection) -> Item:
    """An objection, recorded.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`, `http.invalid`.
    """
    parts, who, now = service(request), asking(request), bootstrap.now()
    stored = stored_decision(request, given.decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    with refusals(request):
        match = casework.matched_in(
            stored.decision, given.record, given.ground, bootstrap.secret_key(parts.settings)
        )
        return objections.receive(
            parts.ledger,
            casework.terms_of(parts.settings),
            Objection(
                ground=given.ground,
                decision_id=stored.decision_id,
                client_id=given.client_id,
                match=match,
                text=given.text,
                reference=given.reference,
                documents=documents_of(given.documents),
                contact=contact_of(given.contact),
                received_at=now,
            ),
            tenant=who.tenant,
            actor=who.id,
            at=now,
            opening_at=stored.opening_at,
        )


@router.get(
    "",
    dependencies=[needs(Scope.CASES)],
    responses={**gives(ObjectionPage), **problems("http.invalid")},
)
def waiting(
    request: Request,
    state: Annotated[STATES | None, Query()] = None,
    overdue: bool = False,
    after: Annotated[str, Query(alias="cursor", max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Objections with their deadlines, last changed first; those of sealed bids only after the opening."""
    who, now = asking(request), bootstrap.now()
    found, seq = casework.queue(
        service(request).ledger,
        objections.KIND,
        tenant=who.tenant,
        viewer=who.viewer,
        at=now,
        state=state,
        overdue=overdue,
        before=from_cursor(request, after),
        limit=limit,
    )
    page = ObjectionPage(objections=tuple(objection_view(item, now) for item in found), next=cursor(seq))
    return json_answer(casework.shown(page))


@router.get(
    "/{objection_id}",
    dependencies=[needs(Scope.CASES)],
    responses={
        **gives(ObjectionView, headers=("ETag",)),
        **problems("http.not_found", "http.sealed", "http.erased"),
    },
)
def one(request: Request, objection_id: str) -> Response:
    """An objection with every step that was taken."""
    return _answer(item_of(request, objections.KIND, objection_id))


@router.patch(
    "/{objection_id}",
    dependencies=[needs(Scope.CASES)],
    responses={
        **gives(ObjectionView, headers=("ETag",)),
        **problems(
            "http.invalid", "http.media_type", "http.too_large", "http.not_found", "http.sealed", "http.erased",
            "http.conflict", "http.stale", "http.precondition", "http.person",
        ),
    },
    openapi_extra=takes(ObjectionStep, parameters=[IF_MATCH]),
)  # fmt: skip
async def take(request: Request, objection_id: str) -> Response:
    """Acknowledge, ask the source to verify, uphold, reject or withdraw; needs `If-Match`. Keys decide nothing."""
    given = await read_model(request, ObjectionStep)
    expect = expected_version(request)
    return _answer(await run_in_threadpool(taken, request, objection_id, given, expect))


def taken(request: Request, objection_id: str, given: ObjectionStep, expect: int) -> Item:
    """An objection after a step; `expect` is the version that the caller saw.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`, `http.person`, `http.conflict`, `http.invalid`.
        LedgerError: `ledger.item_stale`: somebody was faster.
    """
    parts, now = service(request), bootstrap.now()
    item = item_of(request, objections.KIND, objection_id)
    who = human(request) if given.step in objections.DECIDING else asking(request)
    seen = ""
    if given.step == "uphold":
        with parts.generation() as generation:
            seen = casework.now_hash(generation, now, objections.read(item))
    with refusals(request):
        return objections.take(
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
            record_hash=seen,
        )


def _answer(item: Item, status: int = 200) -> Response:
    headers = etag(item.version)
    if status == 201:
        headers["Location"] = f"/v1/objections/{item.id}"
    return json_answer(casework.shown(objection_view(item, bootstrap.now())), status, headers)
