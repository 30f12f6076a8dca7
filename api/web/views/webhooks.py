"""Webhooks for administrators: which endpoints are told, their secrets once, what waits, and sending it again."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, get_args

from fastapi import Response

from api import webhooks
from api.routes import webhooks as http
from api.routes.problem import ProblemError
from api.web import once
from api.web.answers import onward, page
from api.web.casework import NO_TROUBLE, Asked, Trouble, checked, text, ticked, trouble_of, version
from api.web.door import Visit
from api.webhooks import DeliveryView, WebhookView
from graph.dates import iso
from matching.ledger import Item, LedgerError
from matching.ledger.deliveries import DEAD, DELIVERED, PENDING

STATES: Final = (PENDING, DELIVERED, DEAD)
COUNTED: Final = 1_000
"""How far the messages of a state are counted."""
SHOWN: Final = 20
TOLD: Final[tuple[str, ...]] = get_args(webhooks.Event)
"""Kinds of event that an endpoint may choose."""


class Message(NamedTuple):
    """A message in words."""

    view: DeliveryView
    state: str
    event: str
    created: str
    tried: str
    following: str


class Endpoint(NamedTuple):
    """An endpoint with how many messages are in each state, and the newest of them."""

    view: WebhookView
    counts: tuple[tuple[str, str, str], ...]
    messages: tuple[Message, ...]
    cut: bool


def show(visit: Visit) -> Response:
    """The endpoints of the tenant and their messages. Never their secrets."""
    return _shown(visit, NO_TROUBLE)


def _shown(
    visit: Visit,
    trouble: Trouble,
    *,
    again: bool = False,
    secret: str = "",
    made: str = "",
    status: int = 200,
) -> Response:
    state = visit.asked("state") if visit.asked("state") in STATES else ""
    found = webhooks.listed(visit.service.ledger, tenant=visit.principal.tenant)
    return page(
        visit,
        "webhooks.html",
        status=trouble.status if trouble.said else status,
        secret=secret,
        made=made,
        asked=Asked(visit.form if again else {}),
        once=once.mark(visit, again=again),
        told=tuple((one, visit.words.known(f"webhook.event.{one}", one)) for one in TOLD),
        endpoints=tuple(_endpoint(visit, item, state) for item in found),
        state=state,
        states=_words(visit),
        trouble=trouble,
    )


def _words(visit: Visit) -> dict[str, str]:
    words = visit.words
    return {
        PENDING: words("webhook.state.pending"),
        DELIVERED: words("webhook.state.delivered"),
        DEAD: words("webhook.state.dead"),
    }


def _endpoint(visit: Visit, item: Item, state: str) -> Endpoint:
    deliveries, said = visit.service.ledger.deliveries, _words(visit)
    counts = []
    for one in STATES:
        number = len(deliveries.page(item.id, tenant=item.tenant, state=one, limit=COUNTED))
        counts.append((one, said[one], f"{number:,}+" if number == COUNTED else f"{number:,}"))
    rows = deliveries.page(item.id, tenant=item.tenant, state=state, limit=SHOWN)
    time = visit.words.time
    messages = []
    for view in map(webhooks.delivery_view, rows):
        messages.append(
            Message(
                view=view,
                state=said[view.state],
                event=visit.words.known(f"webhook.event.{view.event}", view.event),
                created=time(iso(view.created_at)),
                tried=time(None if view.tried_at is None else iso(view.tried_at)),
                following=time(None if view.next_at is None else iso(view.next_at)),
            )
        )
    return Endpoint(webhooks.view(item), tuple(counts), tuple(messages), len(rows) == SHOWN)


def changed(visit: Visit) -> Response:
    """Make an endpoint, give it a new secret, switch it on or off, remove it, send a test or a message once more."""
    ledger, who, what = visit.service.ledger, visit.principal, visit.asked("do", 20)
    try:
        if what == "make":
            given = checked(visit, http.NewWebhook, _asked(visit))
            return _made(visit, *http.made(visit.request, given, once.name(visit)))
        item = webhooks.found(ledger, visit.asked("webhook", 100), who.tenant)
        if what == "redeliver":
            one = ledger.deliveries.get(visit.asked("delivery", 100), tenant=who.tenant)
            if one is None or one.webhook != item.id:
                raise ProblemError("http.not_found")
            ledger.deliveries.again(one, visit.at)
            return onward(visit, "/webhooks", done="webhook_again")
        if what == "test":
            data = {"sent_at": iso(visit.at)}
            ledger.deliveries.put([webhooks.message(item.id, who.tenant, "webhook.test", data, visit.at)])
            return onward(visit, "/webhooks", done="webhook_test")
        if what == "rotate":
            # a page that is loaded anew sends its form again: the secret that was just entered elsewhere stays
            return _made(visit, *http.rotated(visit.request, item.id, version(visit)))
        if what == "remove":
            if not ticked(visit, "sure"):
                return _shown(visit, Trouble((visit.words("webhook.remove.unsure"),), frozenset(), 422))
            webhooks.remove(ledger, item.id, tenant=who.tenant, actor=who.id, at=visit.at)
            return onward(visit, "/webhooks", done="webhook_removed")
        if what not in ("on", "off"):
            raise ProblemError("http.bad_request", detail="do")
        webhooks.switch(
            ledger, item, on=what == "on", why="manual", actor=who.id, at=visit.at, expect=version(visit)
        )
    except (ProblemError, LedgerError) as error:
        if error.code == "ledger.item_exists":
            return _shown(visit, once.trouble(visit.words("webhook.made_already")))
        return _shown(visit, trouble_of(visit, error), again=True)
    return onward(visit, "/webhooks", done="webhook_switched")


def _asked(visit: Visit) -> dict[str, Any]:
    """The endpoint that a form describes, as the interface takes it."""
    return {
        "url": text(visit, "url"),
        "description": text(visit, "description"),
        "events": [one for one in TOLD if ticked(visit, f"event_{one}")],
    }


def _made(visit: Visit, secret: str, view: WebhookView) -> Response:
    """The page with a secret, which stands there this once."""
    return _shown(visit, NO_TROUBLE, secret=secret, made=view.description or view.url, status=201)
