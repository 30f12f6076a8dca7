"""Monitors over HTTP: parties that are decided anew whenever a list, a relation or an answer about them changes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import uuid_utils
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator
from starlette.concurrency import run_in_threadpool

from api import bootstrap, monitors, webhooks
from api.explore.search import personal
from api.masking import mask_value
from api.monitors import MOST_AT_ONCE, MonitorView, WatchedView
from api.principals import Scope
from api.problems import MAX_BODY
from api.routes.access import asking, needs
from api.routes.base import cursor, from_cursor, json_answer, read_model, refused, service
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from api.routes.watching import item_of, number_after, refusals
from graph.identifiers import parse_person
from matching.ledger import LedgerError
from matching.request import Model, PartyRef, Short, Tender

router = APIRouter(prefix="/v1/monitors", tags=["monitors"])
_LONGEST = 200
"""Characters of a name."""
_CONTEXT = frozenset({"regime", "object", "funding", "region", "method", "invoked_lists", "extra_conditions"})


class WatchedParty(PartyRef):
    """A party to watch: by identifier, or by name with what tells it from its namesakes."""

    @model_validator(mode="after")
    def _named(self) -> WatchedParty:
        if not self.name and not self.identifiers:
            raise ValueError("monitor.party_unnamed")
        return self


def person_typed(request: Request, name: str, number: str) -> WatchedParty:
    """A person to watch as somebody typed it: nobody is watched by the name alone.

    Raises:
        ProblemError: `http.invalid`: no name, or no whole and valid number.
    """
    if not name or len(name) > _LONGEST or personal(name):
        raise refused(request, "/person", "monitor.person_name")
    read = parse_person(number[:_LONGEST])
    numbers = [(read.scheme, read.value)] if read.state == "valid" else []
    return person_numbered(request, name, numbers, "/identity")


def person_numbered(
    request: Request, name: str, numbers: list[tuple[str, str]], pointer: str
) -> WatchedParty:
    """A person to watch by numbers (scheme and value), under a reference that tells nothing.

    Raises:
        ProblemError: `http.invalid`: there is no number.
    """
    if not numbers:
        raise refused(request, pointer, "monitor.person_number")
    ids = [{"scheme": scheme, "id": value} for scheme, value in numbers]
    called = f"person-{uuid_utils.uuid7().hex[-12:]}"
    return WatchedParty.model_validate(
        {"client_id": called, "type": "person", "name": name[:_LONGEST], "identifiers": ids}
    )


class NewMonitor(Model):
    """Parties to watch, and what each is asked about (`tender`: regime, object, invoked lists …).

    `webhook` is the one endpoint that is told; without it all of the tenant's are. More parties can be added later.
    """

    reference: Short = ""
    webhook: Short = ""
    tender: Tender = Tender()
    parties: tuple[WatchedParty, ...] = Field(default=(), max_length=MOST_AT_ONCE)


class MoreParties(Model):
    """Parties to watch beside those that a monitor has."""

    parties: tuple[WatchedParty, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class MonitorPage(msgspec.Struct, frozen=True, kw_only=True):
    """Monitors, last changed first, and where to go on."""

    monitors: tuple[MonitorView, ...]
    next: str | None


class WatchedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The parties of a monitor, and where to go on."""

    parties: tuple[WatchedView, ...]
    next: str | None


BODIES: tuple[Taken, ...] = (NewMonitor, MoreParties)
ANSWERS: tuple[Given, ...] = (MonitorView, MonitorPage, WatchedView, WatchedPage)
_WRONG = ("http.invalid", "http.media_type", "http.too_large")


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.DECIDE)],
    responses={**gives(MonitorView, 201, headers=("Location",)), **problems(*_WRONG, "http.busy")},
    openapi_extra=takes(NewMonitor),
)
async def new_monitor(request: Request) -> Response:
    """Watch parties. Each is decided once at first, and what is found then is told as a change, too."""
    given = await read_model(request, NewMonitor, limit=MAX_BODY)
    return await run_in_threadpool(_create, request, given)


def _create(request: Request, given: NewMonitor) -> Response:
    who, ledger = asking(request), service(request).ledger
    if given.tender.model_fields_set - _CONTEXT:
        raise refused(request, "/tender", "monitor.tender")
    if given.webhook:
        try:
            webhooks.found(ledger, given.webhook, who.tenant)
        except LedgerError:
            raise refused(request, "/webhook", "webhook.unknown") from None
    with refusals(request):
        made = monitors.create(
            ledger,
            given.parties,
            reference=given.reference,
            webhook=given.webhook,
            tender=given.tender,
            tenant=who.tenant,
            actor=who.id,
            at=bootstrap.now(),
        )
    return _answer(made, 201, {"Location": f"/v1/monitors/{made.id}"})


@router.get(
    "",
    dependencies=[needs(Scope.READ)],
    responses={**gives(MonitorPage), **problems("http.invalid")},
)
def all_monitors(
    request: Request,
    state: Annotated[str, Query(pattern="^(active|ended)$")] = "active",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The tenant's monitors, last changed first."""
    found = service(request).ledger.items.page(
        monitors.KIND,
        tenant=asking(request).tenant,
        state=state,
        before=from_cursor(request, cursor),
        limit=limit,
    )
    return _answer(
        MonitorPage(monitors=tuple(monitors.view(item) for item in found), next=_next(found, limit))
    )


def _next(found: list[Any], limit: int) -> str | None:
    return cursor(found[-1].event_seq) if len(found) == limit else None


@router.get(
    "/{monitor_id}",
    dependencies=[needs(Scope.READ)],
    responses={**gives(MonitorView), **problems("http.not_found")},
)
def one_monitor(request: Request, monitor_id: str) -> Response:
    """A monitor, with how many parties it watches."""
    item = item_of(request, monitors.KIND, monitor_id)
    count = service(request).ledger.watching.count(monitors.KIND, item.id, tenant=item.tenant)
    return _answer(monitors.view(item, parties=count))


@router.delete(
    "/{monitor_id}",
    status_code=204,
    dependencies=[needs(Scope.DECIDE)],
    responses={**problems("http.not_found", "http.stale", "http.busy")},
)
def end_monitor(request: Request, monitor_id: str) -> Response:
    """Watch these parties no more and forget them; the changes that were told stay."""
    who = asking(request)
    monitors.end(service(request).ledger, monitor_id, tenant=who.tenant, actor=who.id, at=bootstrap.now())
    return Response(status_code=204)


@router.post(
    "/{monitor_id}/parties",
    dependencies=[needs(Scope.DECIDE)],
    responses={**gives(MonitorView), **problems(*_WRONG, "http.not_found", "http.stale", "http.busy")},
    openapi_extra=takes(MoreParties),
)
async def more_parties(request: Request, monitor_id: str) -> Response:
    """Watch more parties. A million are watched by twenty such requests."""
    given = await read_model(request, MoreParties, limit=MAX_BODY)
    who = asking(request)

    def add() -> MonitorView:
        return monitors.add(
            service(request).ledger,
            monitor_id,
            given.parties,
            tenant=who.tenant,
            actor=who.id,
            at=bootstrap.now(),
        )

    return _answer(await run_in_threadpool(add))


@router.get(
    "/{monitor_id}/parties",
    dependencies=[needs(Scope.READ)],
    responses={**gives(WatchedPage), **problems("http.not_found", "http.invalid")},
)
def parties(
    request: Request,
    monitor_id: str,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The parties of a monitor, in the order in which they came, with what was found of each."""
    item = item_of(request, monitors.KIND, monitor_id)
    rows = service(request).ledger.watching.of(
        monitors.KIND, item.id, tenant=item.tenant, after=number_after(request, cursor), limit=limit
    )
    after = rows[-1].id if len(rows) == limit else None
    return _answer(WatchedPage(parties=tuple(monitors.party_view(row) for row in rows), next=_cursor(after)))


def _cursor(number: int | None) -> str | None:
    return cursor(number)


@router.delete(
    "/{monitor_id}/parties/{party_id}",
    status_code=204,
    dependencies=[needs(Scope.DECIDE)],
    responses={**problems("http.not_found", "http.stale", "http.busy")},
)
def remove_party(request: Request, monitor_id: str, party_id: str) -> Response:
    """Watch one party no more."""
    who = asking(request)
    if not (party_id.isascii() and party_id.isdigit() and len(party_id) < 19):
        raise ProblemError("http.not_found")
    monitors.remove(
        service(request).ledger,
        monitor_id,
        int(party_id),
        tenant=who.tenant,
        actor=who.id,
        at=bootstrap.now(),
    )
    return Response(status_code=204)


def _answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_answer(mask_value(msgspec.to_builtins(value)), status, headers)
