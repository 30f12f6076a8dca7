"""Webhooks over HTTP, for administrators: endpoints, their secrets, what was sent to them and what became of it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import bootstrap, webhooks
from api.principals import Scope
from api.routes.access import asking, needs
from api.routes.base import etag, expected_version, json_answer, read_model, service
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from api.routes.watching import refusals
from api.webhooks import DeliveryView, Event, WebhookView
from graph.dates import iso
from matching.ledger.deliveries import Delivery
from matching.request import Model, Short

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


class NewWebhook(Model):
    """An endpoint that is told of changes; `events` empty: of all."""

    url: Annotated[str, Field(max_length=webhooks.LONGEST_URL)]
    events: tuple[Event, ...] = Field(default=(), max_length=10)
    description: Short = ""


class WebhookChange(Model):
    """Switch an endpoint on or off."""

    state: Literal["active", "disabled"]


class WebhookMade(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint with its secret: the answer is the only place where that ever stands."""

    webhook: WebhookView
    secret: str


class WebhookPage(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's endpoints, last changed first."""

    webhooks: tuple[WebhookView, ...]


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages to an endpoint, newest first; `next` is the cursor to go on from."""

    deliveries: tuple[DeliveryView, ...]
    next: str | None


BODIES: tuple[Taken, ...] = (NewWebhook, WebhookChange)
ANSWERS: tuple[Given, ...] = (WebhookView, WebhookMade, WebhookPage, DeliveryView, DeliveryPage)
_WRONG = ("http.invalid", "http.media_type", "http.too_large")


@router.get("", dependencies=[needs(Scope.ADMIN)], responses={**gives(WebhookPage), **problems()})
def all_webhooks(request: Request) -> Response:
    """The tenant's endpoints. Never their secrets."""
    found = webhooks.listed(service(request).ledger, tenant=asking(request).tenant)
    return json_answer(WebhookPage(webhooks=tuple(webhooks.view(item) for item in found)))


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.ADMIN)],
    responses={
        **gives(WebhookMade, 201, headers=("Location",)),
        **problems(*_WRONG, "http.conflict"),
    },
    openapi_extra=takes(NewWebhook),
)
async def new_webhook(request: Request) -> Response:
    """Make an endpoint; its secret is shown in the answer and nowhere else."""
    given = await read_model(request, NewWebhook)
    return await run_in_threadpool(_create, request, given)


def _create(request: Request, given: NewWebhook) -> Response:
    shown, view = made(request, given)
    return json_answer(WebhookMade(webhook=view, secret=shown), 201, {"Location": f"/v1/webhooks/{view.id}"})


def made(request: Request, given: NewWebhook, name: str = "") -> tuple[str, WebhookView]:
    """Make an endpoint for the caller; its secret, and the endpoint. `name` is its id, else a new one.

    Raises:
        ProblemError: `http.invalid`, `http.conflict`.
        LedgerError: `ledger.item_exists`.
    """
    parts, who = service(request), asking(request)
    with refusals(request):
        return webhooks.create(
            parts.ledger,
            url=given.url,
            events=given.events,
            description=given.description,
            tenant=who.tenant,
            actor=who.id,
            at=bootstrap.now(),
            key=bootstrap.secret_key(parts.settings),
            allowed=parts.settings.webhook_allow,
            name=name,
        )


@router.get(
    "/{webhook_id}",
    dependencies=[needs(Scope.ADMIN)],
    responses={**gives(WebhookView, headers=("ETag",)), **problems("http.not_found")},
)
def one_webhook(request: Request, webhook_id: str) -> Response:
    """An endpoint."""
    item = webhooks.found(service(request).ledger, webhook_id, asking(request).tenant)
    return json_answer(webhooks.view(item), 200, etag(item.version))


@router.patch(
    "/{webhook_id}",
    dependencies=[needs(Scope.ADMIN)],
    responses={
        **gives(WebhookView, headers=("ETag",)),
        **problems(*_WRONG, "http.not_found", "http.precondition", "http.stale"),
    },
    openapi_extra=takes(WebhookChange),
)
async def change_webhook(request: Request, webhook_id: str) -> Response:
    """Switch an endpoint on or off. One that answered 410 was switched off by the program."""
    given = await read_model(request, WebhookChange)

    def change() -> Response:
        ledger, who = service(request).ledger, asking(request)
        item = webhooks.found(ledger, webhook_id, who.tenant)
        view = webhooks.switch(
            ledger,
            item,
            on=given.state == webhooks.ACTIVE,
            why="manual",
            actor=who.id,
            at=bootstrap.now(),
            expect=expected_version(request),
        )
        return json_answer(view, 200, etag(view.version))

    return await run_in_threadpool(change)


@router.delete(
    "/{webhook_id}",
    status_code=204,
    dependencies=[needs(Scope.ADMIN)],
    responses={**problems("http.not_found", "http.stale")},
)
def remove_webhook(request: Request, webhook_id: str) -> Response:
    """Send nothing more to an endpoint; what waits is given up."""
    who = asking(request)
    webhooks.remove(service(request).ledger, webhook_id, tenant=who.tenant, actor=who.id, at=bootstrap.now())
    return Response(status_code=204)


@router.post(
    "/{webhook_id}/rotate",
    status_code=201,
    dependencies=[needs(Scope.ADMIN)],
    responses={**gives(WebhookMade, 201), **problems("http.not_found", "http.stale")},
)
def rotate_webhook(request: Request, webhook_id: str) -> Response:
    """Give an endpoint a new secret; for a day messages bear a signature of each."""
    shown, view = rotated(request, webhook_id)
    return json_answer(WebhookMade(webhook=view, secret=shown), 201)


def rotated(request: Request, webhook_id: str, expect: int | None = None) -> tuple[str, WebhookView]:
    """Give an endpoint of the caller a new secret; the secret, and the endpoint. `expect` is the version that was seen.

    Raises:
        LedgerError: `ledger.no_item` and as `Items.put`.
    """
    parts, who = service(request), asking(request)
    return webhooks.rotate(
        parts.ledger,
        webhook_id,
        tenant=who.tenant,
        actor=who.id,
        at=bootstrap.now(),
        key=bootstrap.secret_key(parts.settings),
        expect=expect,
    )


@router.post(
    "/{webhook_id}/test",
    status_code=202,
    dependencies=[needs(Scope.ADMIN)],
    responses={**gives(DeliveryView, 202), **problems("http.not_found")},
)
def send_test(request: Request, webhook_id: str) -> Response:
    """Send a message of kind `webhook.test`, to see whether it arrives."""
    ledger, who, now = service(request).ledger, asking(request), bootstrap.now()
    item = webhooks.found(ledger, webhook_id, who.tenant)
    made = webhooks.message(item.id, who.tenant, "webhook.test", {"sent_at": iso(now)}, now)
    ledger.deliveries.put([made])
    return json_answer(webhooks.delivery_view(made), 202)


@router.get(
    "/{webhook_id}/deliveries",
    dependencies=[needs(Scope.ADMIN)],
    responses={**gives(DeliveryPage), **problems("http.not_found", "http.invalid")},
)
def deliveries(
    request: Request,
    webhook_id: str,
    state: Annotated[Literal["pending", "delivered", "dead"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The messages to an endpoint: what was taken, what waits, and what was given up (`dead`)."""
    ledger, who = service(request).ledger, asking(request)
    item = webhooks.found(ledger, webhook_id, who.tenant)
    found = ledger.deliveries.page(item.id, tenant=who.tenant, state=state or "", before=cursor, limit=limit)
    after = found[-1].id if len(found) == limit else None
    return json_answer(
        DeliveryPage(deliveries=tuple(webhooks.delivery_view(one) for one in found), next=after)
    )


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    dependencies=[needs(Scope.ADMIN)],
    responses={**gives(DeliveryView), **problems("http.not_found")},
)
def one_delivery(request: Request, webhook_id: str, delivery_id: str) -> Response:
    """A message to an endpoint."""
    return json_answer(webhooks.delivery_view(_delivery(request, webhook_id, delivery_id)))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    dependencies=[needs(Scope.ADMIN)],
    responses={**gives(DeliveryView, 202), **problems("http.not_found")},
)
def redeliver(request: Request, webhook_id: str, delivery_id: str) -> Response:
    """Send a message once more, whatever became of it: with the same id, so that its receiver can tell."""
    one = _delivery(request, webhook_id, delivery_id)
    fresh = service(request).ledger.deliveries.again(one, bootstrap.now())
    return json_answer(webhooks.delivery_view(fresh), 202)


def _delivery(request: Request, webhook_id: str, delivery_id: str) -> Delivery:
    ledger, tenant = service(request).ledger, asking(request).tenant
    item = webhooks.found(ledger, webhook_id, tenant)
    one = ledger.deliveries.get(delivery_id, tenant=tenant)
    if one is None or one.webhook != item.id:
        raise ProblemError("http.not_found")
    return one
