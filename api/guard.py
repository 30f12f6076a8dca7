"""The first and last door of every HTTP request: bounds how many are open, adds headers, answers what failed.

Written against ASGI itself: a middleware of the framework's own kind costs each request as much as a small decision.
"""

from __future__ import annotations

import os
import re
import sys
import time
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deciding import busy
from api.errors import log_unexpected, sentence
from api.routes.access import known_host
from api.routes.problem import ProblemError, from_known_error, problem, request_lang
from api.settings import Settings
from api.telemetry import Telemetry

SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
MOST_OPEN: Final = 1_000
"""Requests open at once in one process, long-lived ones included; more are refused (503, Retry-After)."""
ALWAYS: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What is answered however many are open: those who watch have to see it."""
_TRACE: Final = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?"
)
"""A caller's place in a trace (W3C Trace Context); of versions to come what begins like the first."""
_NUL: Final = re.compile(rb"%00|\x00")

_HEADERS = tuple(
    (name.lower().encode(), name.encode(), text.encode()) for name, text in SECURITY_HEADERS.items()
)


class Guard:
    """The outermost middleware. While `app.state.draining` is set, callers are sent to a new connection.

    So are as many as `app.state.surplus` says: another process has too few.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, telemetry: Telemetry, *, most_open: int = MOST_OPEN
    ) -> None:
        self._app = app
        self._settings = settings
        self._telemetry = telemetry
        self._most_open = most_open
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 0
        trace = _trace(scope)

        async def out(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _headers(scope, message)
                if trace:
                    message["headers"].append((b"traceparent", trace))
            await send(message)

        self._open += 1
        try:
            failed = await self._answer(scope, receive, out, trace)
            if failed is not None and status == 0:
                await problem(Request(scope), failed, self._settings.lang)(scope, receive, out)
        finally:
            self._open -= 1
            self._telemetry.request(scope, status, time.perf_counter() - begun)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """From start to end; where a part can't be opened, its sentence is what the server says."""
        known = ""

        async def out(message: Message) -> None:
            nonlocal known
            if message["type"] == "lifespan.startup.failed":
                error = sys.exc_info()[1]
                known = sentence(error, self._settings.lang) or "" if isinstance(error, Exception) else ""
                message = {**message, "message": known or message["message"]}
            await send(message)

        try:
            await self._app(scope, receive, out)
        except Exception:
            if not known:
                raise

    async def _answer(self, scope: Scope, receive: Receive, out: Send, trace: bytes) -> ProblemError | None:
        """Let the application answer; the problem to tell where it could not."""
        request = Request(scope)
        try:
            if self._open > self._most_open and scope["path"] not in ALWAYS:
                raise busy()
            if self._settings.host_names and not known_host(request, self._settings):
                raise ProblemError("http.host")
            if "\x00" in scope["path"] or _NUL.search(scope["query_string"]) is not None:
                # no name, number or id has one, and a database may refuse the whole statement for it
                raise ProblemError("http.bad_request", detail="%00")
            if any(
                name == b"content-encoding" and value.strip().lower() != b"identity"
                for name, value in scope["headers"]
            ):
                # nothing that a caller packed is unpacked: what arrives is what is bounded
                raise ProblemError("http.media_type")
            await self._app(scope, receive, out)
        except ClientDisconnect:
            # who left while sending can't be answered
            return None
        except ProblemError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the last door: callers get a problem, never a traceback
            self._telemetry.failed(error)
            known = from_known_error(error, request_lang(request, self._settings.lang))
            if known is None:
                log_unexpected(error, self._settings.logs, trace=trace[3:35].decode())
            return known or ProblemError("http.internal")
        return None


def _trace(scope: Scope) -> bytes:
    """The trace that a caller asks in, with this answer's own place in it; empty where there is none."""
    given = [value for name, value in scope["headers"] if name == b"traceparent"]
    found = _TRACE.fullmatch(given[0]) if len(given) == 1 else None
    return b"" if found is None else b"00-%s-%s-%s" % (found[1], os.urandom(8).hex().encode(), found[2])


def _headers(scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
    headers = list(message.get("headers", ()))
    present = {name.lower() for name, _ in headers}
    headers += [(name, text) for lower, name, text in _HEADERS if lower not in present]
    for name, text in scope.get("state", {}).get("limits", {}).items():
        if name.lower().encode() not in present:
            headers.append((name.encode(), text.encode()))
    state = scope["app"].state
    if getattr(state, "draining", False):
        headers.append((b"Connection", b"close"))
    elif getattr(state, "surplus", 0):
        state.surplus -= 1
        headers.append((b"Connection", b"close"))
    return headers
