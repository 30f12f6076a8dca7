"""Tenders over HTTP: decided at the start, then watched until the contract is signed (条例 38, 56)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bootstrap, watched_tenders
from api.errors import sentence
from api.masking import mask_value
from api.openings import loaded_opening, sealed_until
from api.principals import Scope
from api.problems import MAX_BODY, RequestError, parse_request
from api.routes.access import asking, needs
from api.routes.base import (
    cursor,
    etag,
    expected_version,
    from_cursor,
    invalid,
    json_answer,
    lang_of,
    read_model,
    refused,
    service,
)
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from api.routes.watching import item_of, refusals
from api.watched_tenders import TenderView, with_opening
from matching.decision import Decision
from matching.ledger import Item
from matching.request import DecisionRequest, Instant, Model, Short

router = APIRouter(prefix="/v1/tenders", tags=["tenders"])
States = Literal["open", "opened", "signed", "void"]


class NewTender(Model):
    """A tender to watch: from a decision already made, from a decision request, or by the number of a loaded one.

    Exactly one of `decision_id`, `request` and `number` is given; `lot` narrows a loaded one. `opening_at` seals who
    bids until then; without it the request's own counts.
    """

    reference: Short = ""
    decision_id: Short = ""
    request: DecisionRequest | None = None
    number: Short = ""
    lot: Short = ""
    opening_at: Instant | None = None


class TenderChange(Model):
    """What changes of a tender: its state, its opening, or its bids (`request`), which are decided at once."""

    state: States | None = None
    opening_at: Instant | None = None
    reference: Short | None = None
    request: DecisionRequest | None = None


class TenderPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tenders, last changed first, and where to go on."""

    tenders: tuple[TenderView, ...]
    next: str | None


BODIES: tuple[Taken, ...] = (NewTender, TenderChange)
ANSWERS: tuple[Given, ...] = (TenderView, TenderPage)
_WRONG = ("http.invalid", "http.media_type", "http.too_large")


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.DECIDE)],
    responses={
        **gives(TenderView, 201, headers=("ETag", "Location")),
        **problems(*_WRONG, "http.sealed", "http.erased", "http.busy"),
    },
    openapi_extra=takes(NewTender),
)
async def new_tender(request: Request) -> Response:
    """Watch a tender. One that was not decided before is decided now, and that decision is recorded."""
    given = await read_model(request, NewTender, limit=MAX_BODY)
    made = await run_in_threadpool(create, request, given)
    return _answer(request, made, 201, {"Location": f"/v1/tenders/{made.id}"})


def create(request: Request, given: NewTender) -> Item:
    """Watch a tender, decided now where it was not before.

    Raises:
        ProblemError: as the route declares.
    """
    parts, who, now = service(request), asking(request), bootstrap.now()
    if sum((bool(given.decision_id), given.request is not None, bool(given.number))) != 1:
        raise refused(request, "", "tender.source")
    asked, decision = _source(request, given)
    if given.opening_at is not None:
        known = None if given.request is not None else asked.tender.opening_at
        if known is not None and given.opening_at < known:
            raise refused(request, "/opening_at", "tender.opening_early")
        asked = with_opening(asked, given.opening_at)
    if decision is None:
        decision = parts.decide(asked, who.id, who.tenant)
    with refusals(request):
        return watched_tenders.create(
            parts.ledger,
            asked,
            decision,
            reference=given.reference,
            number=given.number,
            tenant=who.tenant,
            actor=who.id,
            at=now,
        )


def _source(request: Request, given: NewTender) -> tuple[DecisionRequest, Decision | None]:
    """What is asked about the tender, and the decision that was made of it already."""
    if given.request is not None:
        return given.request, None
    if given.decision_id:
        try:
            stored = stored_decision(request, given.decision_id)
        except ProblemError as error:
            if error.code != "http.not_found":
                raise
            raise refused(request, "/decision_id", "tender.no_decision") from None
        if stored.decision is None or stored.request is None:
            raise ProblemError("http.erased")
        asked = DecisionRequest.model_validate_json(stored.request)
        # its opening may have been put off since it was made
        return with_opening(asked, stored.opening_at or asked.tender.opening_at), stored.decision
    return _loaded(request, given.number, given.lot), None


def _loaded(request: Request, number: str, lot: str) -> DecisionRequest:
    from api.tenders import TenderError, request_of

    with bootstrap.opened_store(service(request).settings) as store:
        if sealed_until(request, store, number) is not None:
            # before anything is read of its bids: not even whether there are any may be told
            raise ProblemError("http.sealed")
        try:
            body = request_of(store, number, lot)
        except TenderError as error:
            said = sentence(error, lang_of(request)) or ""
            raise ProblemError("http.invalid", detail=said, errors=[]) from None
    try:
        return parse_request(msgspec.json.encode(body, enc_hook=str))
    except RequestError as error:
        raise invalid(request, error) from None


@router.get("", dependencies=[needs(Scope.READ)], responses={**gives(TenderPage), **problems("http.invalid")})
def all_tenders(
    request: Request,
    state: Annotated[States | None, Query()] = None,
    number: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The tenant's tenders, last changed first; of sealed ones nothing that tells who bids."""
    who, now, ledger = asking(request), bootstrap.now(), service(request).ledger
    found = ledger.items.page(
        watched_tenders.KIND,
        tenant=who.tenant,
        state=state,
        key=f"number:{number}" if number else None,
        before=from_cursor(request, cursor),
        limit=limit,
    )
    page = TenderPage(
        tenders=tuple(watched_tenders.view(ledger, item, who.viewer, now) for item in found),
        next=_next(found, limit),
    )
    return json_answer(mask_value(msgspec.to_builtins(page)))


def _next(found: list[Item], limit: int) -> str | None:
    return cursor(found[-1].event_seq) if len(found) == limit else None


@router.get(
    "/{tender_id}",
    dependencies=[needs(Scope.READ)],
    responses={**gives(TenderView, headers=("ETag",)), **problems("http.not_found")},
)
def one_tender(request: Request, tender_id: str) -> Response:
    """A tender with its newest decision; before the opening that only to the platform that decided."""
    return _answer(request, item_of(request, watched_tenders.KIND, tender_id))


@router.patch(
    "/{tender_id}",
    dependencies=[needs(Scope.DECIDE)],
    responses={
        **gives(TenderView, headers=("ETag",)),
        **problems(
            *_WRONG,
            "http.not_found",
            "http.sealed",
            "http.conflict",
            "http.precondition",
            "http.stale",
            "http.busy",
        ),
    },
    openapi_extra=takes(TenderChange),
)
async def change_tender(request: Request, tender_id: str) -> Response:
    """Move a tender on (opened, signed, void), put its opening at another time, or replace its bids."""
    given = await read_model(request, TenderChange, limit=MAX_BODY)

    def made() -> Item:
        item = item_of(request, watched_tenders.KIND, tender_id)
        return change(request, item, given, expected_version(request))

    return _answer(request, await run_in_threadpool(made))


def change(request: Request, item: Item, given: TenderChange, expect: int) -> Item:
    """Change a tender of which the version `expect` was seen.

    Raises:
        ProblemError: as the route declares.
    """
    parts, who, now = service(request), asking(request), bootstrap.now()
    if item.version != expect:
        raise ProblemError("http.stale")
    with refusals(request):
        if given.state is not None or given.opening_at is not None or given.reference is not None:
            item = watched_tenders.change(
                parts.ledger,
                item,
                state=given.state,
                opening_at=given.opening_at,
                reference=given.reference,
                loaded=_loaded_opening(request, item) if given.opening_at is not None else None,
                actor=who.id,
                at=now,
                expect=expect,
            )
        if given.request is not None:
            if not watched_tenders.may_see(item, who.viewer, now):
                raise ProblemError("http.sealed")
            asked = with_opening(given.request, item.opening_at)
            decision = parts.decide(asked, who.id, who.tenant)
            item = watched_tenders.replace(
                parts.ledger, item, asked, decision, actor=who.id, at=now, expect=item.version
            )
    return item


def _loaded_opening(request: Request, item: Item) -> datetime | None:
    number = watched_tenders.number_of(item)
    return loaded_opening(request, number) if number else None


def _answer(
    request: Request, item: Item, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    who = asking(request)
    shown = watched_tenders.view(service(request).ledger, item, who.viewer, bootstrap.now())
    document: Any = mask_value(msgspec.to_builtins(shown))
    return json_answer(document, status, {**etag(item.version), **(headers or {})})
