"""Sends webhook messages: again and again at growing intervals, until they are taken or given up."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from api import webhooks
from api.outbound import WHOLE_SECONDS, OutboundError, Resolver, post, resolve
from api.webhooks import WebhookRecord
from matching.ledger import Item, LedgerError
from matching.ledger.deliveries import DEAD, DELIVERED, PENDING, Delivery
from matching.ledger.items import read_body

if TYPE_CHECKING:
    from matching.ledger import Ledger

Post = Callable[[str, bytes, dict[str, str]], Awaitable[tuple[int, str]]]
SCHEDULE: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each failed attempt the next one follows; after the last a message is given up (three days)."""
JITTER: Final = 0.2
"""Part by which an interval is lengthened at random, so that what failed together does not come back together."""
LONGEST_WAIT: Final = timedelta(hours=24)
AT_ONCE: Final = 16
_BATCH: Final = 64
_GONE: Final = 410


def send_due(
    ledger: Ledger,
    *,
    key: bytes,
    allowed: Sequence[str],
    clock: Callable[[], datetime],
    go_on: Callable[[], None] = lambda: None,
    resolver: Resolver = resolve,
    verify: bool | ssl.SSLContext = True,
    whole: float = WHOLE_SECONDS,
) -> int:
    """Send every message whose time has come; how many attempts were made.

    Args:
        ledger: the outbox, and the endpoints.
        key: the installation's, from which secrets are made.
        allowed: ranges beyond the public internet that may be asked.
        clock: the time.
        go_on: raises when the work has to stop.
        resolver: finds addresses of names.
        verify: certificates: the system's authorities, or those of a context.
        whole: seconds that one attempt may take in all.

    Raises:
        LedgerError: the ledger can't be written: attempts that were made may be repeated.
    """
    made = 0
    while due := ledger.deliveries.due(clock(), _BATCH):
        go_on()
        endpoints = {(one.tenant, one.webhook): _endpoint(ledger, one) for one in due}

        async def attempt_all(
            due: list[Delivery] = due, endpoints: dict[tuple[str, str], Item | None] = endpoints
        ) -> list[Delivery]:
            gate = asyncio.Semaphore(AT_ONCE)

            async def one_by_one(one: Delivery) -> Delivery:
                async with gate:
                    return await _attempt(
                        one,
                        endpoints[one.tenant, one.webhook],
                        key,
                        clock,
                        lambda url, body, headers: post(
                            url, body, headers, allowed=allowed, resolver=resolver, verify=verify, whole=whole
                        ),
                    )

            return list(await asyncio.gather(*(one_by_one(one) for one in due)))

        results = asyncio.run(attempt_all())
        ledger.deliveries.tried(results)
        for one in results:
            endpoint = endpoints[one.tenant, one.webhook]
            if one.status == _GONE and endpoint is not None:
                _switch_off(ledger, endpoint, clock())
        made += len(results)
        if len(due) < _BATCH:
            break
    return made


def _endpoint(ledger: Ledger, one: Delivery) -> Item | None:
    item = ledger.items.get(webhooks.KIND, one.webhook, tenant=one.tenant)
    return item if item is not None and item.state == webhooks.ACTIVE else None


def _switch_off(ledger: Ledger, endpoint: Item, at: datetime) -> None:
    try:
        webhooks.switch(ledger, endpoint, on=False, why="gone", actor="watch", at=at)
    except LedgerError as error:
        if error.code != "ledger.item_stale":  # somebody changed it just now
            raise


async def _attempt(
    one: Delivery,
    endpoint: Item | None,
    key: bytes,
    clock: Callable[[], datetime],
    post_to: Post,
) -> Delivery:
    at = clock()
    tried = msgspec.structs.replace(one, attempts=one.attempts + 1, tried_at=at, status=None, error="")
    if endpoint is None:
        return msgspec.structs.replace(tried, state=DEAD, error="disabled")
    record: WebhookRecord = read_body(endpoint, WebhookRecord)
    stamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "liancheng-webhooks",
        "webhook-id": one.id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": webhooks.signature(
            webhooks.secrets_of(endpoint, key, at), one.id, stamp, one.body
        ),
    }
    wait = ""
    try:
        status, wait = await post_to(record.url, one.body, headers)
    except OutboundError as error:
        tried = msgspec.structs.replace(tried, error=error.code)
    else:
        tried = msgspec.structs.replace(tried, status=status)
        if 200 <= status < 300:
            return msgspec.structs.replace(tried, state=DELIVERED)
        tried = msgspec.structs.replace(tried, error="redirect" if 300 <= status < 400 else "refused")
    if tried.attempts > len(SCHEDULE) or tried.status == _GONE:
        return msgspec.structs.replace(tried, state=DEAD)
    return msgspec.structs.replace(tried, state=PENDING, next_at=clock() + _pause(tried.attempts, wait))


def _pause(attempts: int, wait: str) -> timedelta:
    """How long until the next attempt: by the schedule, or longer where the endpoint asks for it."""
    pause = SCHEDULE[attempts - 1] * (1 + JITTER * random.random())  # noqa: S311 - spreads attempts, hides nothing
    asked = (
        timedelta(seconds=int(wait)) if wait.isascii() and wait.isdigit() and len(wait) < 6 else timedelta()
    )
    return max(pause, min(asked, LONGEST_WAIT))
