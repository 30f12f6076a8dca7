"""Alerts over HTTP: what a person has to look at, who does, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import alerts, bootstrap
from api.alerts import AlertView
from api.masking import mask_value
from api.principals import Scope
from api.routes.access import asking, needs
from api.routes.base import cursor, etag, expected_version, from_cursor, json_answer, read_model, service
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from api.routes.watching import item_of, refusals
from matching.ledger import Item
from matching.request import Model, Short, Text

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])
States = Literal["open", "acknowledged", "closed"]


class AlertChange(Model):
    """What a person does with an alert. Closing one needs a ground: handled, false_match, duplicate or no_action."""

    state: States | None = None
    assignee: Short | None = None
    note: Text | None = None
    ground: Literal["handled", "false_match", "duplicate", "no_action"] | None = None


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts, last changed first, and where to go on. Those of sealed bids are left out."""

    alerts: tuple[AlertView, ...]
    next: str | None


BODIES: tuple[Taken, ...] = (AlertChange,)
ANSWERS: tuple[Given, ...] = (AlertView, AlertPage)


@router.get("", dependencies=[needs(Scope.READ)], responses={**gives(AlertPage), **problems("http.invalid")})
def all_alerts(
    request: Request,
    state: Annotated[States | None, Query()] = None,
    assignee: Annotated[str, Query(max_length=200)] = "",
    monitor: Annotated[str, Query(max_length=100)] = "",
    tender: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The tenant's alerts: of one state, of one assignee, or of one monitor or tender."""
    who, now = asking(request), bootstrap.now()
    key = (
        f"assignee:{assignee}"
        if assignee
        else f"monitor:{monitor}"
        if monitor
        else f"tender:{tender}"
        if tender
        else None
    )
    found = service(request).ledger.items.page(
        alerts.KIND,
        tenant=who.tenant,
        state=state,
        key=key,
        before=from_cursor(request, cursor),
        limit=limit,
    )
    shown = tuple(
        alerts.view(item) for item in found if item.body is not None and alerts.may_see(item, who.viewer, now)
    )
    return _answer(AlertPage(alerts=shown, next=_next(found, limit)))


def _next(found: list[Item], limit: int) -> str | None:
    return cursor(found[-1].event_seq) if len(found) == limit else None


@router.get(
    "/{alert_id}",
    dependencies=[needs(Scope.READ)],
    responses={
        **gives(AlertView, headers=("ETag",)),
        **problems("http.not_found", "http.sealed", "http.erased"),
    },
)
def one_alert(request: Request, alert_id: str) -> Response:
    """An alert."""
    item = _seen(request, alert_id)
    return _answer(alerts.view(item), etag(item.version))


@router.patch(
    "/{alert_id}",
    dependencies=[needs(Scope.CASES)],
    responses={
        **gives(AlertView, headers=("ETag",)),
        **problems(
            "http.not_found",
            "http.sealed",
            "http.erased",
            "http.invalid",
            "http.media_type",
            "http.too_large",
            "http.conflict",
            "http.precondition",
            "http.stale",
        ),
    },
    openapi_extra=takes(AlertChange),
)
async def change_alert(request: Request, alert_id: str) -> Response:
    """Take an alert over, note something, close it or open it again; with the version that was seen in `If-Match`."""
    given = await read_model(request, AlertChange)
    return await run_in_threadpool(_change, request, alert_id, given)


def _change(request: Request, alert_id: str, given: AlertChange) -> Response:
    item, who = _seen(request, alert_id), asking(request)
    expect = expected_version(request)
    with refusals(request):
        changed = alerts.change(
            service(request).ledger,
            item,
            state=given.state,
            assignee=given.assignee,
            note=given.note,
            ground=given.ground,
            actor=who.id,
            at=bootstrap.now(),
            expect=expect,
        )
    return _answer(alerts.view(changed), etag(changed.version))


def _seen(request: Request, alert_id: str) -> Item:
    item = item_of(request, alerts.KIND, alert_id)
    if not alerts.may_see(item, asking(request).viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    return item


def _answer(value: Any, headers: dict[str, str] | None = None) -> Response:
    return json_answer(mask_value(msgspec.to_builtins(value)), 200, headers)
