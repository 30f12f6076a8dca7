"""The HTTP interface, thin: it reads a body, asks the one front door, writes the answer. No rule stands here.

Errors are RFC 9457 problems in the caller's language. Without an API key the program answers only callers who
address it by a loopback name, so that no web page can reach it through somebody's browser.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api import bootstrap
from api.errors import log_unexpected, mask_identity, sentence
from api.liststate import list_rows
from api.masking import mask_json
from api.problems import MAX_BODY, RequestError, parse_request
from api.replays import replay_document
from api.service import Service
from api.settings import Settings, read_settings
from graph.dates import iso
from graph.messages import Lang, catalogue, say
from matching.decision import to_json
from matching.ledger import StoredDecision, Viewer, visible

JSON = "application/json"
PROBLEM = "application/problem+json"
PRINCIPAL = "api"
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})

STATUS: dict[str, int] = {
    "http.auth": 401,
    "http.host": 421,
    "http.sealed": 403,
    "http.not_found": 404,
    "http.method": 405,
    "http.too_large": 413,
    "http.media_type": 415,
    "http.invalid": 422,
    "http.erased": 410,
    "http.unavailable": 503,
    "http.internal": 500,
}
"""The one place where a problem gets its status."""

Next = Callable[[Request], Awaitable[Response]]


class ProblemError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, code: str, *, errors: list[dict[str, str]] | None = None, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors
        self.detail = detail


def request_lang(request: Request, default: Lang) -> Lang:
    """The language that Accept-Language prefers among zh and en."""
    best: tuple[float, Lang] = (0.0, default)
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        primary = tag.lower().split("-")[0]
        if weight > best[0] and primary in ("zh", "en"):
            best = (weight, "zh" if primary == "zh" else "en")
    return best[1]


def problem(request: Request, error: ProblemError, default: Lang) -> Response:
    """The problem document (RFC 9457)."""
    lang = request_lang(request, default)
    status = STATUS[error.code]
    document: dict[str, Any] = {
        "type": f"urn:liancheng:problem:{error.code}",
        "title": say("api", error.code, lang),
        "status": status,
        "instance": mask_identity(request.url.path),
        "code": error.code,
    }
    if error.detail:
        document["detail"] = error.detail
    if error.errors is not None:
        document["errors"] = error.errors
    headers = {"Content-Language": "zh-CN" if lang == "zh" else "en"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(msgspec.json.encode(document), status, headers, PROBLEM)


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it is larger than a request may be.

    Raises:
        ProblemError: `http.media_type`, `http.too_large`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise ProblemError("http.media_type")
    received = bytearray()
    async for part in request.stream():
        received += part
        if len(received) > MAX_BODY:
            raise ProblemError("http.too_large")
    return bytes(received)


def authorised(request: Request, settings: Settings) -> None:
    """Let a request pass, or raise.

    Raises:
        ProblemError: `http.auth`, `http.host`.
    """
    if not settings.api_key:
        name = (request.url.hostname or "").lower()
        if name not in LOOPBACK_NAMES:
            raise ProblemError("http.host")
        return
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    # equal lengths for the comparison, so that its time says nothing about the key
    given = hashlib.sha256(token.strip().encode()).digest()
    wanted = hashlib.sha256(settings.api_key.encode()).digest()
    if scheme.lower() != "bearer" or not hmac.compare_digest(given, wanted):
        raise ProblemError("http.auth")


def stored_decision(service: Service, decision_id: str) -> StoredDecision:
    """A decision that the caller may see.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    stored = service.ledger.decision(decision_id, tenant=service.settings.tenant)
    if stored is None:
        raise ProblemError("http.not_found")
    viewer = Viewer(tenant=service.settings.tenant, roles=frozenset({"platform"}), principal=PRINCIPAL)
    if not visible(stored, viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    if stored.body is None:
        raise ProblemError("http.erased")
    return stored


def from_known_error(error: Exception, lang: Lang) -> ProblemError | None:
    """A part of the installation that is missing or unreadable, as a problem; None for anything else."""
    code = getattr(error, "code", None)
    said = sentence(error, lang)
    if said is None:
        return None
    return ProblemError("http.not_found" if code == "ledger.no_decision" else "http.unavailable", detail=said)


def create_app(settings: Settings) -> FastAPI:
    """The application for one installation; its parts are opened at its start and closed at its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = Service(settings)
        app.state.service = service
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
            if request.url.path not in ("/healthz", "/readyz"):
                authorised(request, settings)
            response = await call_next(request)
        except ProblemError as error:
            response = problem(request, error, settings.lang)
        except Exception as error:  # noqa: BLE001 - the last door: callers get a problem, never a traceback
            known = from_known_error(error, request_lang(request, settings.lang))
            if known is None:
                log_unexpected(error, settings.logs)
                known = ProblemError("http.internal")
            response = problem(request, known, settings.lang)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        code = {404: "http.not_found", 405: "http.method"}.get(error.status_code, "http.invalid")
        return problem(request, ProblemError(code), settings.lang)

    add_routes(app, settings)
    return app


def add_routes(app: FastAPI, settings: Settings) -> None:
    """The routes of the first issue; the others of API.md come with theirs."""

    def service(request: Request) -> Service:
        found: Service = request.app.state.service
        return found

    @app.post("/v1/decisions", openapi_extra={"requestBody": request_schema()})
    async def decide(request: Request) -> Response:
        body = await read_body(request)
        try:
            asked = await run_in_threadpool(parse_request, body)
        except RequestError as error:
            lang = request_lang(request, settings.lang)
            raise ProblemError("http.invalid", errors=[p.document(lang) for p in error.problems]) from None
        decision = await run_in_threadpool(service(request).decide, asked, PRINCIPAL)
        headers = {"Content-Location": f"/v1/decisions/{decision.decision_id}"}
        return Response(mask_json(to_json(decision)), 200, headers, JSON)

    @app.get("/v1/decisions/{decision_id}")
    def get_decision(request: Request, decision_id: str) -> Response:
        body = stored_decision(service(request), decision_id).body or b""
        return Response(mask_json(body), 200, None, JSON)

    @app.post("/v1/decisions/{decision_id}/replay")
    def replay(request: Request, decision_id: str) -> Response:
        stored_decision(service(request), decision_id)
        result = service(request).replay(decision_id)
        return Response(
            msgspec.json.encode(replay_document(result, request_lang(request, settings.lang))),
            200,
            None,
            JSON,
        )

    @app.get("/v1/lists")
    def lists(request: Request) -> Response:
        return Response(
            msgspec.json.encode(list_document(service(request), request, settings)), 200, None, JSON
        )

    @app.get("/healthz")
    def healthz() -> Response:
        return Response(b'{"status":"ok"}', 200, None, JSON)

    @app.get("/readyz")
    def readyz(request: Request) -> Response:
        document = list_document(service(request), request, settings)
        rows = document["lists"]
        ages = {row["code"]: row["age_hours"] for row in rows}
        stale = [row["code"] for row in rows if row["stale"] and row["required"]]
        ready = {
            "status": "ready",
            "generation": document["generation"],
            "list_age_hours": ages,
            "stale": stale,
        }
        return Response(msgspec.json.encode(ready), 200, None, JSON)


def list_document(service: Service, request: Request, settings: Settings) -> dict[str, Any]:
    """The lists that decisions are made from now, and what the ledger's answer shows that it can be used."""
    service.ledger.reviews_seq()
    now = bootstrap.now()
    with service.generation() as generation:
        states = generation.lists(generation.known(now))
        rows = list_rows(states, service.policy, now, request_lang(request, settings.lang))
        return {"generation": generation.ref, "at": iso(now), "lists": rows}


def request_schema() -> dict[str, Any]:
    """The schema of a decision request, for the OpenAPI document."""
    from matching.request import DecisionRequest

    return {"required": True, "content": {JSON: {"schema": DecisionRequest.model_json_schema()}}}


def from_environment() -> FastAPI:
    """The application as worker processes make it."""
    return create_app(read_settings(os.environ))


def problem_codes() -> list[str]:
    """Every problem code with a sentence: what a caller may meet."""
    return [code for code in STATUS if code in catalogue("api")]
