"""The HTTP interface, thin: routes read a body, ask the one front door, write the answer. No rule stands here.

Errors are RFC 9457 problems in the caller's language. Without any key the program answers only callers who address it
by a loopback name, so that no web page can reach it through somebody's browser.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api import bootstrap
from api.agencies import Agencies
from api.deciding import Deciding
from api.front import Front
from api.guard import Guard
from api.keys import KeyRing
from api.passwords import Hasher
from api.problems import of_parameters
from api.routes.access import Access
from api.routes.exploring import Explorer
from api.routes.openapi import describe
from api.routes.problem import STATUS, ProblemError, problem, request_lang
from api.routes.table import MODULES
from api.service import Service
from api.sessions import Sessions
from api.settings import Settings
from api.telemetry import Telemetry
from api.users import Users
from api.web import pages
from graph.generation import GenerationError
from graph.messages import catalogue
from graph.store import StoreError


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
        app.state.deciding = deciding = Deciding(service, telemetry, most_waiting=settings.queue)
        app.state.explorer = explorer = Explorer(settings)
        service.prepare = explorer.ready
        service.opened = telemetry.opened
        # what is published is opened before the first request; without anything, requests say what is missing
        with suppress(GenerationError, StoreError):
            await run_in_threadpool(service.refresh)
        try:
            yield
        finally:
            await deciding.close()
            service.close()

    app = FastAPI(
        title="liancheng",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # an address with one slash too many would be answered with a place made from the caller's Host
        redirect_slashes=False,
        # no variable of the environment may send errors and addresses elsewhere; what is counted stands in /metrics
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )

    app.state.agencies = Agencies()
    app.state.telemetry = telemetry = Telemetry()
    app.add_middleware(Front)
    app.add_middleware(Guard, settings=settings, telemetry=telemetry)

    @app.exception_handler(ProblemError)
    async def refused(request: Request, error: ProblemError) -> Response:
        return problem(request, error, settings.lang)

    @app.exception_handler(RequestValidationError)
    async def misused(request: Request, error: RequestValidationError) -> Response:
        lang = request_lang(request, settings.lang)
        errors = [found.document(lang) for found in of_parameters(error.errors())]
        return problem(request, ProblemError("http.invalid", errors=errors), settings.lang)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        code = {404: "http.not_found", 405: "http.method"}.get(error.status_code, "http.invalid")
        headers = {"Allow": ", ".join(taken(request.url.path))} if code == "http.method" else {}
        found = ProblemError(code, headers=headers)
        if pages.wants_page(request):
            return await run_in_threadpool(pages.refused, request, found)
        return problem(request, found, settings.lang)

    for module in MODULES:
        app.include_router(module.router)
    pages.attach(app)
    describe(app, MODULES)
    return app


def taken(path: str) -> list[str]:
    """The methods that an address takes, of all its routes (the framework names those of the first)."""
    routes = (route for module in MODULES for route in module.router.routes if isinstance(route, APIRoute))
    methods = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    return sorted(methods | ({"HEAD", "GET"} if path == "/openapi.json" else set()))


def problem_codes() -> list[str]:
    """Every problem code with a sentence: what a caller may meet."""
    return [code for code in STATUS if code in catalogue("api")]
