"""The short way to a decision: the blocking path does without the framework's routing and dependencies.

What is answered is the same function as behind the route; the route stays, for the documentation and for whatever is
not ordinary (people who signed in, with a cookie). Who a key belongs to is remembered for a second at most: looking it
up may ask the ledger, which the event loop must not wait for.
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
_Caller = tuple[tuple[bytes, bytes], ...]
_TELLS_WHO = frozenset({b"authorization", b"host", b"origin", b"sec-fetch-site", b"x-csrf-token"})


class Front:
    """Answers `POST /v1/decisions` of callers without a cookie; everything else goes on to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._known: dict[_Caller, tuple[float, Principal]] = {}
        self._asking: set[_Caller] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if any(name == b"cookie" for name, _ in scope["headers"]):
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
        caller = tuple(pair for pair in request.scope["headers"] if pair[0] in _TELLS_WHO)
        now = time.monotonic()
        kept = self._known.get(caller)
        if kept is None or now >= kept[0] + REMEMBERED_SECONDS:
            return await self._look_up(access, request, caller)
        if now >= kept[0] and caller not in self._asking:
            # one request asks again, the others go on with what is known: half a second more
            self._asking.add(caller)
            try:
                return await self._look_up(access, request, caller)
            finally:
                self._asking.discard(caller)
        return kept[1]

    async def _look_up(self, access: Access, request: Request, caller: _Caller) -> Principal:
        try:
            found = await run_in_threadpool(access.identify, request)
        except BaseException:
            self._known.pop(caller, None)
            raise
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[caller] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found
