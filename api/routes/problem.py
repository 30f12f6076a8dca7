"""Problems as callers get them (RFC 9457): one table of statuses, sentences in their language, no value repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from fastapi import Request, Response

from api.errors import mask_identity, sentence
from graph.messages import Lang, say

JSON = "application/json"
PROBLEM = "application/problem+json"

STATUS: Mapping[str, int] = {
    "http.bad_request": 400,
    "http.auth": 401,
    "http.sign_in": 401,
    "http.scope": 403,
    "http.csrf": 403,
    "http.password": 403,
    "http.person": 403,
    "http.second_person": 403,
    "http.sealed": 403,
    "http.not_found": 404,
    "http.method": 405,
    "http.conflict": 409,
    "http.in_flight": 409,
    "http.erased": 410,
    "http.stale": 412,
    "http.too_large": 413,
    "http.media_type": 415,
    "http.host": 421,
    "http.invalid": 422,
    "http.key_reused": 422,
    "http.precondition": 428,
    "http.rate": 429,
    "http.head": 431,
    "http.internal": 500,
    "http.unavailable": 503,
    "http.busy": 503,
}
"""The one place where a problem gets its status."""


class ProblemError(Exception):
    """A request that is answered with a problem. `code` is a key of `STATUS`."""

    def __init__(
        self,
        code: str,
        *,
        errors: list[dict[str, str]] | None = None,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors
        self.detail = detail
        self.headers = dict(headers or {})


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
    """The problem document."""
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
    headers = {"Content-Language": "zh-CN" if lang == "zh" else "en", **error.headers}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(msgspec.json.encode(document), status, headers, PROBLEM)


_FROM_LEDGER: Mapping[str, str] = {
    "ledger.no_decision": "http.not_found",
    "ledger.no_item": "http.not_found",
    "ledger.item_exists": "http.conflict",
    "ledger.item_stale": "http.stale",
    "ledger.answered": "http.conflict",
    "ledger.erased": "http.erased",
    "ledger.busy": "http.busy",
}


def from_known_error(error: Exception, lang: Lang) -> ProblemError | None:
    """A part of the installation that is missing or unreadable, as a problem; None for anything else."""
    said = sentence(error, lang)
    if said is None:
        return None
    code = getattr(error, "code", None)
    found = _FROM_LEDGER.get(code if isinstance(code, str) else "", "http.unavailable")
    retry = {"Retry-After": "1"} if found == "http.busy" else {}
    return ProblemError(found, detail=said, headers=retry)


PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "instance", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "instance": {"type": "string"},
        "code": {"type": "string", "enum": list(STATUS)},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
"""The shape of a problem, for the OpenAPI document."""


_RETRY = "稍后再试的秒数。 After how many seconds to come back, where that is known."


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for the problems that it may answer with, beside those of every route."""
    every = (
        "http.auth", "http.scope", "http.csrf", "http.password", "http.host", "http.rate", "http.internal",
        "http.unavailable",
    )  # fmt: skip
    return problems_of((*codes, *every))


def problems_of(codes: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """The responses of just these problems, by their status."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in dict.fromkeys(codes):
        status = STATUS[code]
        named = found.setdefault(
            status,
            {"description": "", "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        )
        named["description"] = ", ".join(filter(None, (named["description"], code)))
        if status in (429, 503):
            named["headers"] = {"Retry-After": {"description": _RETRY, "schema": {"type": "integer"}}}
    return found
