"""Cases over HTTP: opened, worked on with If-Match, noted on without conflict, frozen to be handed on."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bootstrap, casework
from api import cases as shown_cases
from api.cases import (
    CaseHistory,
    CasePage,
    CaseView,
    NotePage,
    NoteView,
    SnapshotPage,
    SnapshotRef,
    SnapshotView,
)
from api.principals import Scope
from api.routes import case_steps
from api.routes.access import asking, needs
from api.routes.base import cursor, etag, expected_version, from_cursor, json_answer, read_model, service
from api.routes.case_steps import CasePatch, NewCase, NewNote
from api.routes.casework import IF_MATCH, item_of
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from matching.casework import cases, snapshots
from matching.ledger import Item

router = APIRouter(prefix="/v1/cases", tags=["cases"])
STATES = Literal["open", "closed"]

BODIES: tuple[Taken, ...] = (NewCase, CasePatch, NewNote)
ANSWERS: tuple[Given, ...] = (
    CaseView, CasePage, CaseHistory, NoteView, NotePage, SnapshotRef, SnapshotView, SnapshotPage,
)  # fmt: skip
SCOPE = [needs(Scope.CASES)]
FOUND = ("http.not_found", "http.sealed", "http.erased")
BODY = ("http.invalid", "http.media_type", "http.too_large")


@router.post(
    "",
    status_code=201,
    dependencies=SCOPE,
    responses={**gives(CaseView, 201, headers=("ETag", "Location")), **problems(*BODY, *FOUND)},
    openapi_extra=takes(NewCase),
)
async def open_case(request: Request) -> Response:
    """Open a case about parties and decisions."""
    given = await read_model(request, NewCase)
    return await run_in_threadpool(lambda: _answer(request, case_steps.open_case(request, given), 201))


@router.get("", dependencies=SCOPE, responses={**gives(CasePage), **problems("http.invalid")})
def all_cases(
    request: Request,
    state: Annotated[STATES | None, Query()] = None,
    assignee: Annotated[str, Query(max_length=200)] = "",
    decision: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str, Query(alias="cursor", max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Cases, last changed first, of an assignee or about a decision."""
    who, now = asking(request), bootstrap.now()
    key = f"decision:{decision}" if decision else f"assignee:{assignee}" if assignee else None
    found = service(request).ledger.items.page(
        cases.KIND, tenant=who.tenant, state=state, key=key, before=from_cursor(request, after), limit=limit
    )
    seen = [shown_cases.summary_view(item, who.viewer, now) for item in found if item.body is not None]
    if decision and assignee:
        seen = [one for one in seen if one.assignee == assignee]
    last = found[-1].event_seq if len(found) == limit else None
    return json_answer(casework.shown(CasePage(cases=tuple(seen), next=cursor(last))))


@router.get(
    "/{case_id}",
    dependencies=SCOPE,
    responses={**gives(CaseView, headers=("ETag",)), **problems(*FOUND)},
)
def one_case(request: Request, case_id: str) -> Response:
    """A case with its parts, notes and snapshots; what is sealed is counted and not shown."""
    return _answer(request, item_of(request, cases.KIND, case_id))


@router.patch(
    "/{case_id}",
    dependencies=SCOPE,
    responses={
        **gives(CaseView, headers=("ETag",)),
        **problems(*BODY, *FOUND, "http.conflict", "http.stale", "http.precondition"),
    },
    openapi_extra=takes(CasePatch, parameters=[IF_MATCH]),
)
async def change(request: Request, case_id: str) -> Response:
    """Change fields, close or reopen a case; needs `If-Match`, and a change unseen by the caller answers 412."""
    given = await read_model(request, CasePatch)
    expect = expected_version(request)
    return await run_in_threadpool(
        lambda: _answer(request, case_steps.change_case(request, case_id, given, expect))
    )


@router.get("/{case_id}/history", dependencies=SCOPE, responses={**gives(CaseHistory), **problems(*FOUND)})
def history(request: Request, case_id: str) -> Response:
    """Every version of a case: who changed which fields, when."""
    item = item_of(request, cases.KIND, case_id)
    versions = service(request).ledger.items.history(cases.KIND, item.id, tenant=item.tenant)
    return json_answer(casework.shown(shown_cases.history_view(versions)))


@router.get("/{case_id}/notes", dependencies=SCOPE, responses={**gives(NotePage), **problems(*FOUND)})
def notes(request: Request, case_id: str) -> Response:
    """The notes of a case, oldest first."""
    who = asking(request)
    item = item_of(request, cases.KIND, case_id)
    page = shown_cases.note_page(service(request).ledger, item, who.viewer, bootstrap.now())
    return json_answer(casework.shown(page))


@router.post(
    "/{case_id}/notes",
    status_code=201,
    dependencies=SCOPE,
    responses={**gives(NoteView, 201), **problems(*BODY, *FOUND, "http.conflict")},
    openapi_extra=takes(NewNote),
)
async def add_note(request: Request, case_id: str) -> Response:
    """Append a note; two people who write at once lose nothing, so no `If-Match` is needed."""
    given = await read_model(request, NewNote)
    made = await run_in_threadpool(case_steps.note_case, request, case_id, given)
    return json_answer(casework.shown(shown_cases.note_view(made)), 201)


@router.get("/{case_id}/snapshots", dependencies=SCOPE, responses={**gives(SnapshotPage), **problems(*FOUND)})
def all_snapshots(request: Request, case_id: str) -> Response:
    """The frozen pictures of a case, newest first."""
    who = asking(request)
    item = item_of(request, cases.KIND, case_id)
    refs = shown_cases.snapshot_refs(service(request).ledger, item, who.viewer, bootstrap.now())
    return json_answer(casework.shown(SnapshotPage(snapshots=refs)))


@router.post(
    "/{case_id}/snapshots",
    status_code=201,
    dependencies=SCOPE,
    responses={**gives(SnapshotView, 201, headers=("Location",)), **problems(*FOUND)},
)
def freeze(request: Request, case_id: str) -> Response:
    """Freeze a case as you see it now: its fields, notes and what its decisions said, under the hash of all that."""
    made = case_steps.freeze_case(request, case_id)
    headers = {"Location": f"/v1/cases/{case_id}/snapshots/{made.id}"}
    return json_answer(shown_cases.snapshot_view(made), 201, headers)


@router.get(
    "/{case_id}/snapshots/{snapshot_id}",
    dependencies=SCOPE,
    responses={**gives(SnapshotView), **problems(*FOUND)},
)
def one_snapshot(request: Request, case_id: str, snapshot_id: str) -> Response:
    """A frozen picture: what was known then, whatever happened since."""
    item_of(request, cases.KIND, case_id)
    item = item_of(request, snapshots.SNAPSHOT, snapshot_id)
    if snapshots.read_snapshot(item).case_id != case_id:
        raise ProblemError("http.not_found")
    return json_answer(shown_cases.snapshot_view(item))


def _answer(request: Request, item: Item, status: int = 200) -> Response:
    who, headers = asking(request), etag(item.version)
    if status == 201:
        headers["Location"] = f"/v1/cases/{item.id}"
    view = shown_cases.case_view(service(request).ledger, item, who.viewer, bootstrap.now())
    return json_answer(casework.shown(view), status, headers)
