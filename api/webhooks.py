"""Webhooks (Standard Webhooks 1.0): endpoints that are told of changes, their secrets, and the messages to them.

A secret is made from the installation's key, the endpoint's id and a number, so that it stands nowhere: neither the
database nor a backup of it can sign. It is shown when the endpoint is made or its secret rotated, and never again.
A message tells which monitor or tender changed and from where to read on; whoever reads has to be let in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
import uuid_utils

from graph.dates import iso
from graph.model import Doc
from matching.ledger import Draft, Item, LedgerError
from matching.ledger.deliveries import Delivery
from matching.ledger.items import read_body

if TYPE_CHECKING:
    from matching.ledger import Ledger
    from matching.ledger.watchrows import Told

KIND: Final = "webhook"
ACTIVE: Final = "active"
DISABLED: Final = "disabled"
"""Answered 410 Gone, or switched off by hand: nothing is sent till somebody switches it on."""
REMOVED: Final = "removed"
EVENTS: Final = ("monitor.changed", "tender.changed", "webhook.test")
Event = Literal["monitor.changed", "tender.changed"]
GRACE: Final = timedelta(hours=24)
"""How long after a rotation messages bear the old secret's signature beside the new one's."""
TOLERANCE_SECONDS: Final = 300
"""A receiver refuses messages whose timestamp is further from its clock (Standard Webhooks)."""
MOST: Final = 100
"""Endpoints of a tenant."""
LONGEST_URL: Final = 2_000


class WebhookError(Exception):
    """An endpoint can't be made or changed so. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class WebhookRecord(Doc):
    """What is kept of an endpoint: no secret."""

    url: str
    events: tuple[str, ...] = ()
    """Kinds of event that are sent; empty: all."""
    description: str = ""
    secret: int = 1
    """Which secret signs; the one before signs beside it until `rotated_until`."""
    rotated_until: datetime | None = None
    disabled: str = ""
    """Why nothing is sent: `gone` (it answered 410), `manual`."""


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint as answers show it."""

    id: str
    state: str
    version: int
    url: str
    events: tuple[str, ...]
    description: str
    disabled: str
    rotated_until: datetime | None
    created_at: datetime
    created_by: str


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """A message as answers show it; `id` is the header `webhook-id`."""

    id: str
    event: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime | None
    tried_at: datetime | None
    status: int | None
    error: str


def secret(key: bytes, tenant: str, name: str, number: int) -> bytes:
    """The 32 bytes by which messages to an endpoint are signed."""
    return hmac.new(key, f"webhook\x1f{tenant}\x1f{name}\x1f{number}".encode(), hashlib.sha256).digest()


def shown(value: bytes) -> str:
    """A secret as it is handed over."""
    return "whsec_" + base64.b64encode(value).decode()


def signature(secrets: Iterable[bytes], name: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one signature for each secret, separated by spaces."""
    signed = f"{name}.{timestamp}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.new(one, signed, hashlib.sha256).digest()).decode() for one in secrets
    )


def secrets_of(item: Item, key: bytes, at: datetime) -> list[bytes]:
    """The secrets that sign for an endpoint now, the newest first."""
    record: WebhookRecord = read_body(item, WebhookRecord)
    numbers = [record.secret]
    if record.rotated_until is not None and at < record.rotated_until:
        numbers.append(record.secret - 1)
    return [secret(key, item.tenant, item.id, number) for number in numbers]


def checked_url(url: str, allowed: Sequence[str]) -> str:
    """An address to which messages may be sent, as far as can be told without asking for its number.

    Raises:
        WebhookError: `webhook.url` (no http(s) address, or one with a name and password in it), `webhook.https`.
    """
    from api.outbound import OutboundError, check_literal

    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebhookError("webhook.url") from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise WebhookError("webhook.url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise WebhookError("webhook.url")
    if parts.scheme == "http" and not allowed:
        raise WebhookError("webhook.https")
    try:
        check_literal(parts.hostname, parts.scheme, allowed)
    except OutboundError as error:
        raise WebhookError(f"webhook.{error.code}") from None
    return url


def create(
    ledger: Ledger,
    *,
    url: str,
    events: Sequence[str],
    description: str,
    tenant: str,
    actor: str,
    at: datetime,
    key: bytes,
    allowed: Sequence[str],
    name: str = "",
) -> tuple[str, WebhookView]:
    """Make an endpoint; the first value is its secret, which is shown this once. `name` is its id, else a new one.

    Raises:
        WebhookError: as `checked_url`, and `webhook.many`.
        LedgerError: `ledger.item_exists`: there is or was one of that id; nothing was kept.
    """
    if len(listed(ledger, tenant=tenant)) >= MOST:
        raise WebhookError("webhook.many", limit=MOST)
    record = WebhookRecord(
        url=checked_url(url, allowed), events=tuple(dict.fromkeys(events)), description=description
    )
    name = name or str(uuid_utils.uuid7())
    item = ledger.items.put(_draft(name, record, ACTIVE), tenant=tenant, actor=actor, at=at)
    return shown(secret(key, tenant, name, record.secret)), view(item)


def rotate(
    ledger: Ledger,
    name: str,
    *,
    tenant: str,
    actor: str,
    at: datetime,
    key: bytes,
    expect: int | None = None,
) -> tuple[str, WebhookView]:
    """Give an endpoint a new secret; for `GRACE` messages bear both signatures.

    Raises:
        LedgerError: `ledger.no_item`; `ledger.item_stale`: it is not the expected version.
    """
    item = found(ledger, name, tenant)
    record: WebhookRecord = read_body(item, WebhookRecord)
    record = msgspec.structs.replace(record, secret=record.secret + 1, rotated_until=at + GRACE)
    item = ledger.items.put(
        _draft(name, record, item.state), tenant=tenant, actor=actor, at=at,
        expect=item.version if expect is None else expect,
    )  # fmt: skip
    return shown(secret(key, tenant, name, record.secret)), view(item)


def switch(
    ledger: Ledger, item: Item, *, on: bool, why: str, actor: str, at: datetime, expect: int | None = None
) -> WebhookView:
    """Switch an endpoint on or off.

    Raises:
        LedgerError: as `Items.put`.
    """
    record: WebhookRecord = read_body(item, WebhookRecord)
    record = msgspec.structs.replace(record, disabled="" if on else why)
    changed = ledger.items.put(
        _draft(item.id, record, ACTIVE if on else DISABLED), tenant=item.tenant, actor=actor, at=at,
        expect=item.version if expect is None else expect,
    )  # fmt: skip
    return view(changed)


def remove(ledger: Ledger, name: str, *, tenant: str, actor: str, at: datetime) -> None:
    """Send nothing more to an endpoint, and forget its address's secret.

    Raises:
        LedgerError: `ledger.no_item`.
    """
    item = found(ledger, name, tenant)
    record: WebhookRecord = read_body(item, WebhookRecord)
    ledger.items.put(_draft(name, record, REMOVED), tenant=tenant, actor=actor, at=at, expect=item.version)
    ledger.deliveries.drop(name, tenant=tenant)


def found(ledger: Ledger, name: str, tenant: str) -> Item:
    """An endpoint that was not removed.

    Raises:
        LedgerError: `ledger.no_item`.
    """
    item = ledger.items.get(KIND, name, tenant=tenant)
    if item is None or item.state == REMOVED:
        raise LedgerError("ledger.no_item", kind=KIND, id=name)
    return item


def listed(ledger: Ledger, *, tenant: str) -> list[Item]:
    """A tenant's endpoints that were not removed, last changed first."""
    return ledger.items.page(KIND, tenant=tenant, key="listed", limit=1_000)


def view(item: Item) -> WebhookView:
    """An endpoint as answers show it."""
    record: WebhookRecord = read_body(item, WebhookRecord)
    return WebhookView(
        id=item.id,
        state=item.state,
        version=item.version,
        url=record.url,
        events=record.events,
        description=record.description,
        disabled=record.disabled,
        rotated_until=record.rotated_until,
        created_at=item.created_at,
        created_by=item.owner,
    )


def delivery_view(one: Delivery) -> DeliveryView:
    """A message as answers show it."""
    return DeliveryView(
        id=one.id,
        event=one.event,
        state=one.state,
        attempts=one.attempts,
        created_at=one.created_at,
        next_at=one.next_at if one.state == "pending" else None,
        tried_at=one.tried_at,
        status=one.status,
        error=one.error,
    )


def message(webhook: str, tenant: str, event: str, data: dict[str, Any], at: datetime) -> Delivery:
    """A message to one endpoint: what happened and where to read it, never who bids."""
    body = msgspec.json.encode({"type": event, "timestamp": iso(at), "data": data}, order="sorted")
    return Delivery(
        id=f"msg_{uuid_utils.uuid7().hex}",
        tenant=tenant,
        webhook=webhook,
        event=event,
        body=body,
        created_at=at,
        next_at=at,
    )


def messages(ledger: Ledger, told: Sequence[Told], at: datetime) -> list[Delivery]:
    """The messages about changes that were just told, one to each endpoint that wants them."""
    from api.routes.base import cursor

    endpoints: dict[str, list[Item]] = {}
    made = []
    for one in told:
        if one.tenant not in endpoints:
            endpoints[one.tenant] = [
                item for item in listed(ledger, tenant=one.tenant) if item.state == ACTIVE
            ]
        wanted = endpoints[one.tenant]
        if not wanted:
            continue
        named = _named(ledger, one) if one.kind == "monitor" else ""
        event = f"{one.kind}.changed"
        data: dict[str, Any] = {f"{one.kind}_id": one.item, "since": cursor(one.first - 1)}
        if one.opening_at is None or at >= one.opening_at:
            data["changes"] = one.changes
        for item in wanted:
            record: WebhookRecord = read_body(item, WebhookRecord)
            if (named and item.id != named) or (record.events and event not in record.events):
                continue
            made.append(message(item.id, one.tenant, event, data, at))
    return made


def _named(ledger: Ledger, told: Told) -> str:
    """The endpoint that a monitor names for itself; empty where all are told."""
    from api.monitors import MonitorRecord

    item = ledger.items.get(told.kind, told.item, tenant=told.tenant)
    if item is None:
        return ""
    record: MonitorRecord = read_body(item, MonitorRecord)
    return record.webhook


def _draft(name: str, record: WebhookRecord, state: str) -> Draft:
    keys = () if state == REMOVED else ("listed",)
    return Draft(kind=KIND, id=name, state=state, body=msgspec.json.encode(record), keys=keys)
