"""Overrides over HTTP: one person proposes, another confirms, and a new decision is made beside the old one."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import bootstrap, overrides
from api.masking import mask_json, mask_text
from api.principals import Principal, Role, Scope
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
from api.routes.decisions import ANSWER, stored_decision
from api.routes.problem import JSON, ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from graph.lists import code_of
from graph.messages import say
from matching.decision import Decision, Paper, to_json
from matching.ledger import Item, visible
from matching.override import OverrideError
from matching.overrides import proposals
from matching.overrides.grounds import GroundCode
from matching.request import Model, Short, Text

router = APIRouter(prefix="/v1", tags=["overrides"])


class OverrideDocument(Model):
    """A document by its number and, where there is a file, its hash."""

    number: Annotated[Short, Field(min_length=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class NewOverride(Model):
    """What is to be overridden: a finding (`code`, `list`) on a bidder, with another one (`other`) or on a subject
    (`role`), every record that it rests on, the ground, the reason, and the documents that prove it."""

    client_id: Annotated[Short, Field(min_length=1)]
    role: Short = "bidder"
    other: Short = ""
    code: Annotated[str, Field(pattern="^[A-DR][0-9]{2}$")]
    list: Short = ""
    records: tuple[Text, ...] = Field(default=(), max_length=200)
    ground: GroundCode
    reason: Annotated[Text, Field(min_length=1)]
    documents: tuple[OverrideDocument, ...] = Field(min_length=1, max_length=50)


class OverrideAnswer(Model):
    """What the person who answers a proposal adds."""

    reason: Text = ""


BODIES: tuple[Taken, ...] = (NewOverride, OverrideAnswer)
ANSWERS: tuple[Given, ...] = (overrides.OverrideView, overrides.OverridePage, overrides.GroundList)
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The version that was seen.",
    "schema": {"type": "string"},
}
_STEP = problems(
    "http.invalid", "http.media_type", "http.too_large", "http.not_found", "http.conflict", "http.sealed",
    "http.erased", "http.stale", "http.precondition", "http.person", "http.second_person",
)  # fmt: skip
_CODES = {
    "override.person": "http.person",
    "override.same_person": "http.second_person",
    "override.superseded": "http.conflict",
    "override.open": "http.conflict",
    "override.answered": "http.conflict",
    "override.changed": "http.conflict",
}


def _refusal(request: Request, error: OverrideError) -> ProblemError:
    code = _CODES.get(error.code)
    if code is None:
        return refused(request, error.pointer, error.code, **error.params)
    return ProblemError(code, detail=say("matching", error.code, lang_of(request), **error.params))


def _human(request: Request, *roles: Role) -> Principal:
    """The person who asks: neither a key nor the operator at the machine, and in one of the roles.

    Raises:
        ProblemError: `http.person`, `http.second_person` (a person whose role does not confirm).
    """
    who = asking(request)
    if not who.person:
        raise ProblemError("http.person")
    if roles and not who.roles & frozenset(roles):
        raise ProblemError("http.second_person", detail=", ".join(role.value for role in roles))
    return who


@router.post(
    "/decisions/{decision_id}/override",
    status_code=202,
    dependencies=[needs(Scope.DECIDE)],
    openapi_extra=takes(NewOverride),
    responses={
        **gives(overrides.OverrideView, 202, headers=("Location", "ETag")),
        **problems(
            "http.invalid", "http.media_type", "http.too_large", "http.not_found", "http.conflict", "http.sealed",
            "http.erased", "http.person",
        ),
    },
)  # fmt: skip
async def propose(request: Request, decision_id: str) -> Response:
    """Propose to override one finding of a decision; it takes effect when another person confirms it."""
    given = await read_model(request, NewOverride)
    item = await run_in_threadpool(propose_one, request, decision_id, given)
    headers = {"Location": f"/v1/overrides/{item.id}", **etag(item.version)}
    return json_answer(overrides.view(item), 202, headers)


def propose_one(request: Request, decision_id: str, given: NewOverride) -> Item:
    """Keep a proposal.

    Raises:
        ProblemError: as the route declares.
    """
    who = _human(request)
    stored = stored_decision(request, decision_id)
    asked = proposals.Asked(
        client_id=given.client_id,
        role=given.role,
        other=given.other,
        code=given.code,
        list=code_of(given.list) if given.list else "",
        records=given.records,
        ground=given.ground,
        reason=given.reason,
        documents=tuple(Paper(number=one.number, sha256=one.sha256 or "") for one in given.documents),
    )
    try:
        return proposals.propose(
            service(request).ledger, stored, asked, by=who.id, at=bootstrap.now(), shown=mask_text
        )
    except OverrideError as error:
        raise _refusal(request, error) from None


@router.get(
    "/overrides/grounds",
    dependencies=[needs(Scope.READ)],
    responses={**gives(overrides.GroundList), **problems()},
)
def grounds(request: Request) -> Response:
    """Every ground on which a decision may be overridden, with its law; there is no other."""
    return json_answer(overrides.grounds())


@router.get(
    "/overrides",
    dependencies=[needs(Scope.READ)],
    responses={**gives(overrides.OverridePage), **problems("http.invalid")},
)
def proposed(
    request: Request,
    state: Literal["proposed", "confirmed", "rejected", "withdrawn"] | None = None,
    decision_id: Annotated[str, Query(pattern="^[0-9a-f-]{0,100}$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    start: Annotated[str, Query(alias="cursor", max_length=64)] = "",
) -> Response:
    """Proposals, last changed first; with `decision_id` those that it was overridden by or made by."""
    ledger, who, now = service(request).ledger, asking(request), bootstrap.now()
    found = ledger.items.page(
        proposals.KIND,
        tenant=who.tenant,
        state=state,
        key=f"decision:{decision_id}" if decision_id else None,
        before=from_cursor(request, start),
        limit=limit,
    )
    shown = [one for one in found if one.body is not None and visible(one, who.viewer, now)]
    more = cursor(found[-1].event_seq) if len(found) == limit else None
    return json_answer(overrides.OverridePage(overrides=[overrides.view(one) for one in shown], next=more))


def proposal(request: Request, override_id: str) -> Item:
    """A proposal that the caller may see.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    who = asking(request)
    found = service(request).ledger.items.get(proposals.KIND, override_id, tenant=who.tenant)
    if found is None:
        raise ProblemError("http.not_found")
    if not visible(found, who.viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    if found.body is None:
        raise ProblemError("http.erased")
    return found


@router.get(
    "/overrides/{override_id}",
    dependencies=[needs(Scope.READ)],
    responses={
        **gives(overrides.OverrideView, headers=("ETag",)),
        **problems("http.not_found", "http.sealed", "http.erased"),
    },
)
def one_proposal(request: Request, override_id: str) -> Response:
    """A proposal and what became of it."""
    item = proposal(request, override_id)
    return json_answer(overrides.view(item), 200, etag(item.version))


@router.post(
    "/overrides/{override_id}/confirm",
    status_code=201,
    dependencies=[needs(Scope.CASES)],
    openapi_extra=takes(OverrideAnswer, parameters=[_IF_MATCH]),
    responses={201: {**ANSWER, "headers": {"Location": {"schema": {"type": "string"}}}}, **_STEP},
)
async def confirm(request: Request, override_id: str) -> Response:
    """Confirm another person's proposal, as a supervisor: the answer is the new decision."""
    given = await read_model(request, OverrideAnswer)
    expect = expected_version(request)
    made = await run_in_threadpool(confirm_one, request, override_id, given, expect)
    before = [one.of for one in made.overrides[-1:]]
    parts, tenant = service(request), asking(request).tenant
    headers = {
        "Location": f"/v1/decisions/{made.decision_id}",
        "Link": await run_in_threadpool(overrides.links, parts, made.decision_id, tenant, before),
    }
    return Response(mask_json(to_json(made)), 201, headers, JSON)


def confirm_one(request: Request, override_id: str, given: OverrideAnswer, expect: int) -> Decision:
    """Confirm a proposal of which the version `expect` was seen; the decision that it makes.

    Raises:
        ProblemError: as the route declares.
    """
    who = _human(request, Role.SUPERVISOR)
    item = proposal(request, override_id)
    try:
        _, made = overrides.confirm(
            service(request), item, by=who.id, expect=expect, reason=given.reason, at=bootstrap.now()
        )
    except OverrideError as error:
        raise _refusal(request, error) from None
    return made


@router.post(
    "/overrides/{override_id}/reject",
    dependencies=[needs(Scope.CASES)],
    openapi_extra=takes(OverrideAnswer, parameters=[_IF_MATCH]),
    responses={**gives(overrides.OverrideView, headers=("ETag",)), **_STEP},
)
async def reject(request: Request, override_id: str) -> Response:
    """Turn down another person's proposal; the decision stands as it is."""
    return await _end(request, override_id, Role.SUPERVISOR)


@router.post(
    "/overrides/{override_id}/withdraw",
    dependencies=[needs(Scope.DECIDE)],
    openapi_extra=takes(OverrideAnswer, parameters=[_IF_MATCH]),
    responses={**gives(overrides.OverrideView, headers=("ETag",)), **_STEP},
)
async def withdraw(request: Request, override_id: str) -> Response:
    """Take one's own proposal back."""
    return await _end(request, override_id)


async def _end(request: Request, override_id: str, *roles: Role) -> Response:
    given = await read_model(request, OverrideAnswer)
    expect = expected_version(request)
    item = await run_in_threadpool(end_one, request, override_id, given, expect, *roles)
    return json_answer(overrides.view(item), 200, etag(item.version))


def end_one(request: Request, override_id: str, given: OverrideAnswer, expect: int, *roles: Role) -> Item:
    """Turn a proposal down as somebody in one of the roles; without roles, take one's own back.

    Raises:
        ProblemError: as the routes declare.
    """
    who = _human(request, *roles)
    item = proposal(request, override_id)
    if not roles and item.owner != who.id:
        raise ProblemError("http.second_person")
    try:
        return proposals.reject(
            service(request).ledger, item, by=who.id, at=bootstrap.now(), expect=expect, reason=given.reason
        )
    except OverrideError as error:
        raise _refusal(request, error) from None
