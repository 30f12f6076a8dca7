"""Every page with what it takes to see it, and how they join the application. None stands in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.principals import Scope
from api.routes.access import SAFE_METHODS, refuse_other_sites
from api.routes.problem import ProblemError
from api.uploads import let_go
from api.web import assets
from api.web.answers import failure, problem_page
from api.web.case_pages import PAGES as CASE_PAGES
from api.web.casework_pages import PAGES as CASEWORK_PAGES
from api.web.door import Page, Visit, enter, read_form, read_upload
from api.web.settings_pages import PAGES as SETTINGS_PAGES
from api.web.tender_pages import PAGES as TENDER_PAGES
from api.web.views import (
    account,
    among,
    batch,
    connecting,
    deciding,
    decisions,
    front,
    graph,
    graph_files,
    lists,
    loads,
    owning,
    party,
    queue,
    searching,
)

_POST: Final = ("POST",)
_OWN: Final = "People end their own session and choose their own password, before anything else."
PAGES: Final[tuple[Page, ...]] = (
    Page("/", front.show, open_to="everyone", reason="Shows each visitor the parts that their scopes allow."),
    Page("/search", searching.show, scope=Scope.GRAPH),
    Page("/search", searching.search, _POST, scope=Scope.GRAPH),
    Page("/parties/{party_id}", party.show, scope=Scope.GRAPH),
    Page("/parties/{party_id}", party.show, _POST, scope=Scope.RESTRICTED),
    Page("/parties/{party_id}/ownership", owning.show, scope=Scope.GRAPH),
    Page("/paths", connecting.show, scope=Scope.GRAPH),
    Page("/paths", connecting.find, _POST, scope=Scope.GRAPH),
    Page("/paths/suggest", connecting.suggest, _POST, scope=Scope.GRAPH),
    Page("/paths/restricted", connecting.restricted, _POST, scope=Scope.RESTRICTED),
    Page("/paths/among", among.show, scope=Scope.GRAPH),
    Page("/paths/among", among.find, _POST, scope=Scope.GRAPH),
    Page("/graph", graph.show, scope=Scope.GRAPH),
    Page("/graph/data", graph.data, _POST, scope=Scope.GRAPH),
    Page("/graph/export", graph_files.export, _POST, scope=Scope.GRAPH),
    Page("/decisions", decisions.show, scope=Scope.READ),
    Page("/decisions", decisions.show, _POST, scope=Scope.READ),
    Page("/decisions/{decision_id}", deciding.show, scope=Scope.READ),
    Page("/decisions/{decision_id}", deciding.show, _POST, scope=Scope.RESTRICTED),
    Page("/decisions/{decision_id}/replay", deciding.replay, _POST, scope=Scope.READ),
    Page("/decisions/{decision_id}/certificate", deciding.certificate, scope=Scope.READ),
    Page("/reviews", queue.show, scope=Scope.CASES),
    Page("/reviews/{decision_id}/{pair}", queue.one, scope=Scope.CASES),
    Page("/reviews/{decision_id}/{pair}", queue.answer, _POST, scope=Scope.CASES),
    *TENDER_PAGES,
    *CASE_PAGES,
    *CASEWORK_PAGES,
    Page("/lists", lists.show, scope=Scope.READ),
    Page("/lists/loads/{load_id}", loads.show, scope=Scope.READ),
    Page("/batches", batch.listed, scope=Scope.READ),
    Page("/batches", batch.hand_in, _POST, scope=Scope.DECIDE, takes_file=True),
    Page("/batches/template.{format}", batch.template, scope=Scope.READ),
    Page("/batches/{batch_id}", batch.show, scope=Scope.READ),
    Page("/batches/{batch_id}", batch.act, _POST, scope=Scope.DECIDE),
    Page("/batches/{batch_id}/results.{format}", batch.download, scope=Scope.READ),
    Page("/batches/{batch_id}/report", batch.printed, scope=Scope.READ),
    *SETTINGS_PAGES,
    Page("/set-up", account.set_up, scope=Scope.ADMIN),
    Page("/set-up", account.first_administrator, _POST, scope=Scope.ADMIN),
    Page("/sign-in", account.sign_in_form, open_to="anybody", reason="People say here who they are."),
    Page("/sign-in", account.sign_in, _POST, open_to="anybody", reason="People say here who they are."),
    Page("/sign-out", account.sign_out, _POST, open_to="pending", reason=_OWN),
    Page("/account/password", account.password_form, open_to="pending", reason=_OWN),
    Page("/account/password", account.change_password, _POST, open_to="pending", reason=_OWN),
    Page(
        "/preferences", account.preferences, _POST, open_to="anybody",
        reason="Language and theme are cookies of the browser and change nothing here.",
    ),
)  # fmt: skip
"""Every page; tests ask each for its scope, its status and what it looks like."""

NOWHERE: Final = Page("/", front.show, open_to="anybody", reason="An address that leads nowhere.")


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something to look at, outside the HTTP interface."""
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/v1/", "/openapi"))


def refused(request: Request, error: ProblemError) -> Response:
    """The page for an address that leads nowhere."""
    return problem_page(request, NOWHERE, error)


def _endpoint(page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def visit(request: Request) -> Response:
        entered: Visit | None = None
        try:
            form: dict[str, str] = {}
            upload = None
            if request.method not in SAFE_METHODS:
                if page.open_to == "anybody":
                    refuse_other_sites(request)
                if page.takes_file:
                    form, upload = await read_upload(page, request)
                else:
                    form = await read_form(request)
            entered = await run_in_threadpool(enter, page, request, form, upload)
            return await run_in_threadpool(page.view, entered)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - a visitor gets a page in their language, never a traceback
            return await run_in_threadpool(failure, request, page, error, entered)
        finally:
            if page.takes_file:
                let_go(request)

    return visit


async def _asset(request: Request) -> Response:
    return assets.serve(request)


def attach(app: FastAPI) -> None:
    """Put the pages into the application."""
    for page in PAGES:
        app.add_route(page.path, _endpoint(page), methods=list(page.methods), include_in_schema=False)
    app.add_route("/assets/{name:path}", _asset, methods=["GET"], include_in_schema=False)
