"""Cases over HTTP: opened, worked on with If-Match, noted on without conflict, frozen to be handed on."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
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
from api.masking import mask_value
from api.principals import Scope
from api.routes.access import asking, needs
from api.routes.base import (
    cursor,
    etag,
    expected_version,
    from_cursor,
    json_answer,
    read_model,
    refused,
    service,
)
from api.routes.casework import IF_MATCH, Documents, documents_of, item_of, refusals
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from graph.generation import GenerationError
from graph.store import StoreError
from matching.casework import cases, snapshots
from matching.casework.cases import CaseDecision, CaseFile, CaseLink, CaseNote, CaseParty, CasePin
from matching.ledger import Item
from matching.request import Model, Short, Text

router = APIRouter(prefix="/v1/cases", tags=["cases"])
STATES = Literal["open", "closed"]
Parts = Field(default=(), max_length=cases.MOST_PARTS)


class CasePartyRef(Model):
    """A party of a case, by the graph's key, code or name; `decision_id`: the case's decision that it comes from."""

    id: Short = ""
    name: Short = ""
    code: Short = ""
    role: Short = ""
    decision_id: Short = ""


class CaseDecisionRef(Model):
    """A decision that a case is about."""

    decision_id: Short
    remark: Text = ""


class CaseLinkRef(Model):
    """Something else that a case points to: `kind` (objection, repair, case, page …) and where it is found."""

    kind: Short
    ref: Short
    title: Short = ""
    decision_id: Short = ""


class CasePinRef(Model):
    """A node that is pinned in the case's picture, by the graph's key, and where it stands."""

    node: Short
    x: int = Field(0, ge=-1_000_000, le=1_000_000)
    y: int = Field(0, ge=-1_000_000, le=1_000_000)
    label: Short = ""
    decision_id: Short = ""


class NewCase(Model):
    """A case to open."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Text = ""
    assignee: Short = ""
    parties: tuple[CasePartyRef, ...] = Parts
    decisions: tuple[CaseDecisionRef, ...] = Parts
    links: tuple[CaseLinkRef, ...] = Parts
    pins: tuple[CasePinRef, ...] = Parts


class CasePatch(Model):
    """Changed fields of a case; `step` closes it or opens it again, with a reason. Parts hidden from you stay."""

    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    summary: Text | None = None
    assignee: Short | None = None
    parties: Annotated[tuple[CasePartyRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    decisions: Annotated[tuple[CaseDecisionRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    links: Annotated[tuple[CaseLinkRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    pins: Annotated[tuple[CasePinRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    step: Literal["close", "reopen"] | None = None
    reason: Text = ""


class NewNote(Model):
    """A note on a case; `decision_id` says which of the case's decisions it is about, and is sealed with it."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    documents: Documents = ()
    decision_id: Short = ""


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
    return await run_in_threadpool(_open, request, given)


def _open(request: Request, given: NewCase) -> Response:
    parts, who, now = service(request), asking(request), bootstrap.now()
    changes = _parts(request, given, None, frozenset())
    case = CaseFile(
        title=given.title, summary=given.summary, assignee=given.assignee, opened_at=now, **changes
    )
    case = _sealed_with(request, case, changes, None)
    with refusals(request):
        item = cases.open_case(parts.ledger, case, tenant=who.tenant, actor=who.id, at=now)
    return _answer(request, item, 201)


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
    return await run_in_threadpool(_change, request, case_id, given)


def _change(request: Request, case_id: str, given: CasePatch) -> Response:
    parts, who, now = service(request), asking(request), bootstrap.now()
    item = item_of(request, cases.KIND, case_id)
    expect = expected_version(request)
    if expect != item.version:
        raise ProblemError("http.stale")
    before = cases.read(item)
    sealed = cases.sealed_decisions(before, item, who.viewer, now)
    changes = _parts(request, given, before, sealed)
    for name in ("title", "summary", "assignee"):
        if (value := getattr(given, name)) is not None:
            changes[name] = value
    if given.step:
        changes["reason"] = given.reason
    merged = _sealed_with(request, msgspec.structs.replace(before, **changes), changes, before)
    with refusals(request):
        changed = cases.change(
            parts.ledger,
            item,
            {name: getattr(merged, name) for name in changes},
            step=given.step or "",
            actor=who.id,
            at=now,
            expect=expect,
        )
    return _answer(request, changed)


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
    return await run_in_threadpool(_note, request, case_id, given)


def _note(request: Request, case_id: str, given: NewNote) -> Response:
    parts, who, now = service(request), asking(request), bootstrap.now()
    item = item_of(request, cases.KIND, case_id)
    case = cases.read(item)
    about = given.decision_id or cases.last_sealed(case.decisions, item.tenant, who.viewer, now)
    decision = next((one for one in case.decisions if one.decision_id == about), None)
    if about and (decision is None or about in cases.sealed_decisions(case, item, who.viewer, now)):
        raise refused(request, "/decision_id", "body.invalid")
    with refusals(request):
        made = cases.add_note(
            parts.ledger,
            item,
            CaseNote(
                case_id=item.id, text=given.text, documents=documents_of(given.documents), decision_id=about
            ),
            actor=who.id,
            at=now,
            opening_at=None if decision is None else decision.opening_at,
        )
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
    parts, who, now = service(request), asking(request), bootstrap.now()
    item = item_of(request, cases.KIND, case_id)
    generation = ""
    with suppress(GenerationError, StoreError), parts.generation() as current:
        generation = current.ref
    made = snapshots.freeze(
        parts.ledger,
        item,
        viewer=who.viewer,
        lookup=lambda name: parts.ledger.decision(name, tenant=who.tenant),
        clean=mask_value,
        generation=generation,
        actor=who.id,
        at=now,
    )
    headers = {"Location": f"/v1/cases/{item.id}/snapshots/{made.id}"}
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


def _parts(
    request: Request, given: NewCase | CasePatch, before: CaseFile | None, sealed: frozenset[str]
) -> dict[str, Any]:
    """The given parts as they are recorded; those that the caller may not see stay as they are."""
    found: dict[str, Any] = {}
    if given.decisions is not None:
        kept = () if before is None else tuple(d for d in before.decisions if d.decision_id in sealed)
        named = tuple(_decision(request, one) for one in given.decisions if one.decision_id not in sealed)
        found["decisions"] = tuple({one.decision_id: one for one in (*kept, *named)}.values())
    shapes: dict[str, type[Any]] = {"parties": CaseParty, "links": CaseLink, "pins": CasePin}
    known = {one.decision_id for one in found.get("decisions", before.decisions if before else ())} - sealed
    for name, shape in shapes.items():
        values = getattr(given, name)
        if values is None:
            continue
        for place, one in enumerate(values):
            if one.decision_id and one.decision_id not in known:
                raise refused(request, f"/{name}/{place}/decision_id", "body.invalid")
        hidden = () if before is None else tuple(p for p in getattr(before, name) if p.decision_id in sealed)
        found[name] = (*hidden, *(shape(**one.model_dump()) for one in values))
    return found


def _decision(request: Request, given: CaseDecisionRef) -> CaseDecision:
    stored = stored_decision(request, given.decision_id)
    return CaseDecision(
        decision_id=stored.decision_id,
        remark=given.remark,
        opening_at=stored.opening_at,
        actor=stored.actor,
    )


def _sealed_with(
    request: Request, case: CaseFile, changes: dict[str, Any], before: CaseFile | None
) -> CaseFile:
    """The case with new parts sealed together with a decision that only the caller may see yet."""
    who = asking(request)
    last = cases.last_sealed(case.decisions, who.tenant, who.viewer, bootstrap.now())
    return msgspec.structs.replace(case, **cases.tied(case, changes, before, last))


def _answer(request: Request, item: Item, status: int = 200) -> Response:
    who, headers = asking(request), etag(item.version)
    if status == 201:
        headers["Location"] = f"/v1/cases/{item.id}"
    view = shown_cases.case_view(service(request).ledger, item, who.viewer, bootstrap.now())
    return json_answer(casework.shown(view), status, headers)
