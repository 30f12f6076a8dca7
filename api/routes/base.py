"""What every route shares: the service behind it, bodies read under a bound, answers as canonical JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import Request, Response

from api.problems import MAX_BODY, RequestError, read_json
from api.routes.problem import JSON, ProblemError, request_lang
from api.service import Service
from graph.messages import Lang


def service(request: Request) -> Service:
    """The long-lived parts of this process."""
    found: Service = request.app.state.service
    return found


def lang_of(request: Request) -> Lang:
    """The caller's language."""
    return request_lang(request, service(request).settings.lang)


async def read_body(request: Request, *, limit: int = MAX_BODY, media: str = JSON) -> bytes:
    """The body, refused as soon as it is larger than a request may be.

    Raises:
        ProblemError: `http.media_type`, `http.too_large`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media:
        raise ProblemError("http.media_type")
    received = bytearray()
    async for part in request.stream():
        received += part
        if len(received) > limit:
            raise ProblemError("http.too_large")
    return bytes(received)


def invalid(request: Request, error: RequestError) -> ProblemError:
    """A body's errors, each with its place, as one problem."""
    lang = lang_of(request)
    return ProblemError("http.invalid", errors=[found.document(lang) for found in error.problems])


def json_answer(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer: keys sorted, no spaces."""
    return Response(msgspec.json.encode(value, order="sorted"), status, headers, JSON)


def json_object(request: Request, body: bytes) -> dict[str, Any]:
    """A body that must be a JSON object, read strictly (no key twice, no NaN).

    Raises:
        ProblemError: `http.invalid`.
    """
    try:
        value = read_json(body)
    except RequestError as error:
        raise invalid(request, error) from None
    if not isinstance(value, dict):
        raise ProblemError("http.invalid", errors=[])
    return value
