"""Decisions over HTTP: ask, read again, replay."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bootstrap
from api.masking import mask_json
from api.principals import Scope
from api.problems import RequestError, parse_request
from api.replays import replay_document
from api.routes.access import asking, needs
from api.routes.base import invalid, lang_of, read_body, service
from api.routes.problem import JSON, ProblemError, problems
from matching.decision import to_json
from matching.ledger import StoredDecision, visible
from matching.request import DecisionRequest

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
ANSWER: dict[str, Any] = {
    "description": "The decision; a BLOCK is a result, not an error.",
    "content": {JSON: {"schema": {"$ref": "#/components/schemas/Decision"}}},
}


def stored_decision(request: Request, decision_id: str) -> StoredDecision:
    """A decision that the caller may see.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    who = asking(request)
    stored = service(request).ledger.decision(decision_id, tenant=who.tenant)
    if stored is None:
        raise ProblemError("http.not_found")
    if not visible(stored, who.viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    if stored.body is None:
        raise ProblemError("http.erased")
    return stored


@router.post(
    "",
    dependencies=[needs(Scope.DECIDE)],
    responses={200: ANSWER, **problems("http.invalid", "http.media_type", "http.too_large")},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/DecisionRequest"}}},
        }
    },
)
async def decide(request: Request) -> Response:
    """Decide whether bidders are barred; the decision is recorded before it is answered."""
    body = await read_body(request)
    try:
        asked: DecisionRequest = await run_in_threadpool(parse_request, body)
    except RequestError as error:
        raise invalid(request, error) from None
    who = asking(request)
    decision = await run_in_threadpool(service(request).decide, asked, who.id, who.tenant)
    headers = {"Content-Location": f"/v1/decisions/{decision.decision_id}"}
    return Response(mask_json(to_json(decision)), 200, headers, JSON)


@router.get(
    "/{decision_id}",
    dependencies=[needs(Scope.READ)],
    responses={200: ANSWER, **problems("http.not_found", "http.sealed", "http.erased")},
)
def get_decision(request: Request, decision_id: str) -> Response:
    """A decision as it was answered."""
    return Response(mask_json(stored_decision(request, decision_id).body or b""), 200, None, JSON)


@router.post(
    "/{decision_id}/replay",
    dependencies=[needs(Scope.READ)],
    responses=problems("http.not_found", "http.sealed", "http.erased"),
)
def replay(request: Request, decision_id: str) -> Response:
    """Calculate a decision again from what it pins: identical, or the difference."""
    stored_decision(request, decision_id)
    result = service(request).replay(decision_id, asking(request).tenant)
    return Response(msgspec.json.encode(replay_document(result, lang_of(request))), 200, None, JSON)
