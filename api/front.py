"""The short way to a decision: the blocking path does without the framework's routing and dependencies.

What is answered is the same function as behind the route; the route stays, for the documentation and for whatever is
not ordinary (people who signed in, with a cookie). Who a key belongs to is remembered for half a second: looking it up
may ask the ledger, which the event loop must not wait for.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.principals import Principal
from api.principals import Scope as Right
from api.routes.access import Access
from api.routes.decisions import decide_for
from api.routes.problem import ProblemError

PATH: Final = "/v1/decisions"
REMEMBERED_SECONDS: Final = 0.5
MOST_REMEMBERED: Final = 1_024

_ROUTE = SimpleNamespace(path=PATH)
_Caller = tuple[str, ...]
_TELLS_WHO = ("authorization", "host", "origin", "sec-fetch-site", "x-csrf-token")


class Front:
    """Answers `POST /v1/decisions` of callers without a cookie; everything else goes on to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._known: dict[_Caller, tuple[float, Principal]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if "cookie" in request.headers:
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        access: Access = request.app.state.access
        who = access.admit(request, await self._principal(access, request))
        request.state.principal = who
        if not who.may(Right.DECIDE):
            raise ProblemError("http.scope", detail=Right.DECIDE.value)
        response = await decide_for(request, who)
        await response(scope, receive, send)

    async def _principal(self, access: Access, request: Request) -> Principal:
        caller = tuple(request.headers.get(name, "") for name in _TELLS_WHO)
        now = time.monotonic()
        kept = self._known.get(caller)
        if kept is not None and now < kept[0]:
            return kept[1]
        found = await run_in_threadpool(access.identify, request)
        if not caller[0]:
            # the operator at this machine is known by more than fields, and by each request anew
            return found
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[caller] = (now + REMEMBERED_SECONDS, found)
        return found
