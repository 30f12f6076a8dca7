"""Measures over HTTP: what lists allow, the tickets of a decision, feedback of what was carried out, and revocation."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import bootstrap, measures
from api.principals import Scope
from api.routes.access import asking, needs
from api.routes.base import (
    cursor,
    etag,
    expected_version,
    from_cursor,
    json_answer,
    lang_of,
    read_model,
    refused,
    service,
)
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from graph.dates import china_day
from graph.lists import code_of
from graph.messages import say
from matching.ledger import Item, visible
from matching.measures import feedback
from matching.measures.catalogue import Place, Role
from matching.measures.tickets import decision_of
from matching.request import Day, Funding, Model, ProjectObject, Regime, Short, Stage, Text

router = APIRouter(prefix="/v1", tags=["measures"])


class MeasureDocument(Model):
    """A document by its number and, where there is a file, its hash."""

    number: Annotated[Short, Field(min_length=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class NewMeasure(Model):
    """What was carried out on a ticket: its measure, the amount in CNY, by whom, when, by which document."""

    ticket: Annotated[str, Field(pattern="^[0-9A-Za-z-]{1,200}$")]
    measure: Annotated[str, Field(pattern="^[0-9A-Z_]{1,100}$")]
    amount: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)] | None = None
    implementer: Annotated[Short, Field(min_length=1)]
    date: Day
    document: MeasureDocument | None = None
    note: Text = ""


class MeasureRevocation(Model):
    """Why a measure is lifted."""

    ground: feedback.RevokeGround
    reason: Annotated[Text, Field(min_length=1)]
    document: MeasureDocument | None = None


BODIES: tuple[Taken, ...] = (NewMeasure, MeasureRevocation)
ANSWERS: tuple[Given, ...] = (
    measures.CatalogueView,
    measures.TicketList,
    measures.MeasureFile,
    measures.MeasurePage,
    measures.StandingPage,
)
_CONFLICTS = frozenset({"measures.reported", "measures.revoked", "measures.superseded"})
_TICKETS = "/decisions/{decision_id}/tickets"


def _paper(given: MeasureDocument | None) -> feedback.Paper | None:
    return None if given is None else feedback.Paper(number=given.number, sha256=given.sha256 or "")


def _refusal(request: Request, error: feedback.MeasureError) -> ProblemError:
    """What a feedback was refused for: a state that forbids it is a conflict, a value stands at its place."""
    if error.code in _CONFLICTS:
        return ProblemError(
            "http.conflict", detail=say("matching", error.code, lang_of(request), **error.params)
        )
    return refused(request, error.pointer, error.code, **error.params)


@router.get(
    "/measures/catalogue",
    dependencies=[needs(Scope.READ)],
    responses={**gives(measures.CatalogueView), **problems("http.invalid")},
)
def catalogue(
    request: Request,
    listed: Annotated[str | None, Query(alias="list", max_length=200)] = None,
    role: Role | None = None,
    regime: Regime | None = None,
    what: Annotated[ProjectObject | None, Query(alias="object")] = None,
    funding: Funding | None = None,
    stage: Stage | None = None,
    invoked: Literal["yes", "no", "unstated"] | None = None,
    as_of: Day | None = None,
) -> Response:
    """What each list allows in each scenario, by which law; what is not here may not be carried out."""
    place = Place(role=role, regime=regime, object=what, funding=funding, stage=stage, invoked=invoked)
    day = as_of or china_day(bootstrap.now())
    return json_answer(measures.catalogue_view(day, None if listed is None else code_of(listed), place))


@router.get(
    _TICKETS,
    dependencies=[needs(Scope.READ)],
    responses={**gives(measures.TicketList), **problems("http.not_found", "http.sealed", "http.erased")},
)
def tickets(request: Request, decision_id: str) -> Response:
    """What may be carried out on a decision: one ticket a party and measure, with its state."""
    stored = stored_decision(request, decision_id)
    return json_answer(measures.ticket_list(service(request).ledger, stored))


@router.post(
    "/measures",
    status_code=201,
    dependencies=[needs(Scope.DECIDE)],
    openapi_extra=takes(NewMeasure),
    responses={
        **gives(measures.MeasureFile, 201, headers=("Location", "ETag")),
        **gives(measures.MeasureFile, 200, said="The same feedback stood there already.", headers=("ETag",)),
        **problems(
            "http.invalid", "http.media_type", "http.too_large", "http.conflict", "http.sealed", "http.erased"
        ),
    },
)
async def report(request: Request) -> Response:
    """Report a punishment that was carried out on a ticket. The same feedback again is answered, not repeated."""
    given = await read_model(request, NewMeasure)
    return await run_in_threadpool(_report, request, given)


def _report(request: Request, given: NewMeasure) -> Response:
    item, there = carried_out(request, given)
    document = measures.file_of(service(request).ledger, item)
    if there:
        return json_answer(document, 200, etag(item.version))
    return json_answer(document, 201, {"Location": f"/v1/measures/{item.id}", **etag(item.version)})


def carried_out(request: Request, given: NewMeasure) -> tuple[Item, bool]:
    """Feedback on a ticket, recorded, and whether it stood there already.

    Raises:
        ProblemError: `http.sealed`, `http.erased`, `http.conflict`, `http.invalid`.
    """
    ledger, who = service(request).ledger, asking(request)
    try:
        stored = stored_decision(request, decision_of(given.ticket))
    except ProblemError as error:
        if error.code != "http.not_found":
            raise
        # another tenant's ticket is answered like one that never was
        raise refused(request, "/ticket", "measures.no_ticket") from None
    carried = feedback.Carried(
        measure=given.measure,
        amount_cny=given.amount,
        implementer=given.implementer,
        date=given.date,
        document=_paper(given.document),
        note=given.note,
    )
    try:
        return measures.report(ledger, stored, given.ticket, carried, actor=who.id, at=bootstrap.now())
    except feedback.MeasureError as error:
        raise _refusal(request, error) from None


@router.get(
    "/measures",
    dependencies=[needs(Scope.READ)],
    responses={**gives(measures.MeasurePage), **problems("http.invalid")},
)
def reported(
    request: Request,
    state: Literal["reported", "revoked"] | None = None,
    decision_id: Annotated[str, Query(pattern="^[0-9a-f-]{0,100}$")] = "",
    listed: Annotated[str, Query(alias="list", max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    start: Annotated[str, Query(alias="cursor", max_length=64)] = "",
) -> Response:
    """Measures that were carried out, last changed first; those of sealed bids only after the opening."""
    ledger, who = service(request).ledger, asking(request)
    key = f"decision:{decision_id}" if decision_id else f"list:{code_of(listed)}" if listed else None
    found = ledger.items.page(
        feedback.KIND,
        tenant=who.tenant,
        state=state,
        key=key,
        before=from_cursor(request, start),
        limit=limit,
    )
    now = bootstrap.now()
    shown = [one for one in found if one.body is not None and visible(one, who.viewer, now)]
    more = cursor(found[-1].event_seq) if len(found) == limit else None
    return json_answer(measures.MeasurePage(measures=[measures.view(one) for one in shown], next=more))


@router.get(
    "/measures/to-lift",
    dependencies=[needs(Scope.READ)],
    responses={**gives(measures.StandingPage), **problems("http.invalid")},
)
def to_lift(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    start: Annotated[str, Query(alias="cursor", max_length=64)] = "",
) -> Response:
    """Measures whose ground is gone or can't be assessed: calculated on what is published now (民营经济促进法 54)."""
    parts, who, now = service(request), asking(request), bootstrap.now()
    found = parts.ledger.items.page(
        feedback.KIND,
        tenant=who.tenant,
        state=feedback.REPORTED,
        before=from_cursor(request, start),
        limit=limit,
    )
    seen = [one for one in found if one.body is not None and visible(one, who.viewer, now)]
    more = cursor(found[-1].event_seq) if len(found) == limit else None
    told = measures.standing(parts, seen, at=now)
    return json_answer(measures.StandingPage(measures=told, examined=len(seen), next=more))


def measure_of(request: Request, measure_id: str) -> Item:
    """A measure that the caller may see.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    who = asking(request)
    found = service(request).ledger.items.get(feedback.KIND, measure_id, tenant=who.tenant)
    if found is None:
        raise ProblemError("http.not_found")
    if not visible(found, who.viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    if found.body is None:
        raise ProblemError("http.erased")
    return found


@router.get(
    "/measures/{measure_id}",
    dependencies=[needs(Scope.READ)],
    responses={
        **gives(measures.MeasureFile, headers=("ETag",)),
        **problems("http.not_found", "http.sealed", "http.erased"),
    },
)
def one_measure(request: Request, measure_id: str) -> Response:
    """A measure with every version of it, as the audit chain has them."""
    item = measure_of(request, measure_id)
    return json_answer(measures.file_of(service(request).ledger, item), 200, etag(item.version))


@router.post(
    "/measures/{measure_id}/revoke",
    dependencies=[needs(Scope.DECIDE)],
    openapi_extra=takes(
        MeasureRevocation,
        parameters=[
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The version that was seen.",
                "schema": {"type": "string"},
            }
        ],
    ),
    responses={
        **gives(measures.MeasureFile, headers=("ETag",)),
        **problems(
            "http.invalid", "http.media_type", "http.too_large", "http.not_found", "http.conflict", "http.sealed",
            "http.erased", "http.stale", "http.precondition",
        ),
    },
)  # fmt: skip
async def revoke(request: Request, measure_id: str) -> Response:
    """Lift a measure: its ground is gone, or it was a mistake. What was carried out stays on record."""
    given = await read_model(request, MeasureRevocation)
    expect = expected_version(request)
    return await run_in_threadpool(_revoke, request, measure_id, given, expect)


def _revoke(request: Request, measure_id: str, given: MeasureRevocation, expect: int) -> Response:
    item = lifted(request, measure_id, given, expect)
    return json_answer(measures.file_of(service(request).ledger, item), 200, etag(item.version))


def lifted(request: Request, measure_id: str, given: MeasureRevocation, expect: int) -> Item:
    """A measure that was lifted; `expect` is the version that the caller saw.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`, `http.conflict`, `http.invalid`.
        LedgerError: `ledger.item_stale`: somebody was faster.
    """
    ledger, who = service(request).ledger, asking(request)
    measure_of(request, measure_id)
    why = feedback.Revocation(ground=given.ground, reason=given.reason, document=_paper(given.document))
    try:
        item, _ = feedback.revoke(
            ledger, measure_id, why, tenant=who.tenant, actor=who.id, at=bootstrap.now(), expect=expect
        )
    except feedback.MeasureError as error:
        raise _refusal(request, error) from None
    return item
