"""The HTTP interface, thin: routes read a body, ask the one front door, write the answer. No rule stands here.

Errors are RFC 9457 problems in the caller's language. Without any key the program answers only callers who address it
by a loopback name, so that no web page can reach it through somebody's browser.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from api import bootstrap
from api.errors import log_unexpected
from api.keys import KeyRing
from api.passwords import Hasher
from api.routes.access import Access, known_host
from api.routes.openapi import describe
from api.routes.problem import STATUS, ProblemError, from_known_error, problem, request_lang
from api.routes.table import MODULES
from api.service import Service
from api.sessions import Sessions
from api.settings import Settings, read_settings
from api.users import Users
from graph.messages import catalogue

Next = Callable[[Request], Awaitable[Response]]

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(settings: Settings) -> FastAPI:
    """The application for one installation; its parts are opened at its start and closed at its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service(settings)
        app.state.service = service
        people = Users(service.ledger, Hasher())
        sessions = Sessions(service.ledger, people, bootstrap.secret_key(settings))
        app.state.users = people
        app.state.access = Access(settings, KeyRing(service.ledger), sessions)
        try:
            yield
        finally:
            service.close()

    app = FastAPI(
        title="liancheng",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )

    @app.middleware("http")
    async def guard(request: Request, call_next: Next) -> Response:
        try:
            if settings.host_names and not known_host(request, settings):
                raise ProblemError("http.host")
            response = await call_next(request)
        except ProblemError as error:
            response = problem(request, error, settings.lang)
        except Exception as error:  # noqa: BLE001 - the last door: callers get a problem, never a traceback
            known = from_known_error(error, request_lang(request, settings.lang))
            if known is None:
                log_unexpected(error, settings.logs)
                known = ProblemError("http.internal")
            response = problem(request, known, settings.lang)
        for name, value in {**SECURITY_HEADERS, **getattr(request.state, "limits", {})}.items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(ProblemError)
    async def refused(request: Request, error: ProblemError) -> Response:
        return problem(request, error, settings.lang)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        code = {404: "http.not_found", 405: "http.method"}.get(error.status_code, "http.invalid")
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        return problem(request, ProblemError(code, headers=headers), settings.lang)

    for module in MODULES:
        app.include_router(module.router)
    describe(app, MODULES)
    return app


def from_environment() -> FastAPI:
    """The application as worker processes make it."""
    return create_app(read_settings(os.environ))


def problem_codes() -> list[str]:
    """Every problem code with a sentence: what a caller may meet."""
    return [code for code in STATUS if code in catalogue("api")]
