"""What every route shares: the service behind it, bodies read under a bound, answers as canonical JSON."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, TypeVar

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel

from api.problems import MAX_BODY, Problem, RequestError, parse, read_json
from api.routes.problem import JSON, ProblemError, request_lang
from api.service import Service
from graph.messages import Lang

M = TypeVar("M", bound=BaseModel)
SMALL_BODY = 200_000
"""Bytes of a body that is no decision request."""
_ETAG = re.compile(r'(?:W/)?"v([0-9]{1,9})"')


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


async def read_model(request: Request, model: type[M], *, limit: int = SMALL_BODY) -> M:
    """The body as the shape that a route takes.

    Raises:
        ProblemError: `http.media_type`, `http.too_large`, `http.invalid` with every error at its place.
    """
    body = await read_body(request, limit=limit)
    try:
        return parse(model, body)
    except RequestError as error:
        raise invalid(request, error) from None


def refused(request: Request, pointer: str, code: str, **params: object) -> ProblemError:
    """One value that can't be taken, at its place (RFC 6901); `code` is a message of api or matching."""
    error = Problem(pointer=pointer, code=code, params=params)
    return ProblemError("http.invalid", errors=[error.document(lang_of(request))])


def cursor(seq: int | None) -> str | None:
    """An opaque place to go on from; None at the end."""
    return None if seq is None else base64.urlsafe_b64encode(str(seq).encode()).decode().rstrip("=")


def from_cursor(request: Request, given: str) -> int | None:
    """The place that a cursor of ours names; None for the start.

    Raises:
        ProblemError: `http.invalid`.
    """
    if not given:
        return None
    try:
        text = base64.urlsafe_b64decode(given.encode() + b"=" * (-len(given) % 4)).decode()
    except (ValueError, binascii.Error):
        text = ""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise refused(request, "/cursor", "body.invalid")
    return int(text)


def etag(version: int) -> dict[str, str]:
    """The header by which an item's version goes out."""
    return {"ETag": f'"v{version}"'}


def expected_version(request: Request) -> int:
    """The version that the caller saw, from `If-Match`; a change without one could overwrite another's unseen.

    Raises:
        ProblemError: `http.precondition` (none was sent), `http.stale` (not one of ours).
    """
    given = request.headers.get("if-match", "").strip()
    if not given:
        raise ProblemError("http.precondition")
    found = _ETAG.fullmatch(given)
    if found is None:
        raise ProblemError("http.stale")
    return int(found[1])
