"""API keys over HTTP, for administrators: list, make, rotate, revoke. A key is shown once, when it is made."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import bootstrap, keys
from api.errors import sentence
from api.principals import Scope
from api.problems import RequestError, parse
from api.routes.access import asking, needs
from api.routes.base import invalid, json_answer, lang_of, read_body, refused, service
from api.routes.problem import JSON, ProblemError, problems
from api.routes.shapes import Given, Taken
from matching.request import Instant, Model, Short

router = APIRouter(prefix="/v1/keys", tags=["keys"])


class NewKey(Model):
    """A key to make."""

    name: Short
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=len(Scope))
    expires_at: Instant | None = None


BODIES: tuple[Taken, ...] = (NewKey,)
ANSWERS: tuple[Given, ...] = (keys.KeyView,)


_PLACE = {"keys.name": "/name", "keys.scopes": "/scopes", "keys.expired": "/expires_at"}


def _refused(request: Request, error: keys.ApiKeyError) -> ProblemError:
    code = {"keys.unknown": "http.not_found", "keys.ended": "http.conflict"}.get(error.code)
    if code is not None:
        return ProblemError(code, detail=sentence(error, lang_of(request)) or "")
    return refused(request, _PLACE[error.code], error.code, **error.params)


def _shown(key: str, view: keys.KeyView) -> dict[str, Any]:
    return {"key": key, **msgspec.to_builtins(view)}


@router.get("", dependencies=[needs(Scope.ADMIN)], responses=problems())
def all_keys(request: Request) -> Response:
    """The tenant's keys: prefix, name, scopes, state, when made and last used. Never the keys."""
    return json_answer({"keys": keys.listed(service(request).ledger, tenant=asking(request).tenant)})


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.ADMIN)],
    responses=problems("http.invalid", "http.media_type", "http.too_large"),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/NewKey"}}},
        }
    },
)
async def new_key(request: Request) -> Response:
    """Make a key; the answer is the only place where it ever stands."""
    body = await read_body(request, limit=100_000)
    try:
        asked = parse(NewKey, body)
    except RequestError as error:
        raise invalid(request, error) from None
    key, view = await run_in_threadpool(made, request, asked)
    return json_answer(_shown(key, view), 201)


def made(request: Request, asked: NewKey, seed: str = "") -> tuple[str, keys.KeyView]:
    """A new key, and how lists show it; nothing is made of the same `seed` twice.

    Raises:
        ProblemError: `http.scope` (whoever asks may not give these scopes), `http.invalid`.
        LedgerError: `ledger.item_exists`.
    """
    who = asking(request)
    if not set(asked.scopes) <= who.gives:
        raise ProblemError("http.scope")
    try:
        return keys.make(
            service(request).ledger,
            tenant=who.tenant,
            name=asked.name,
            scopes=asked.scopes,
            actor=who.id,
            at=bootstrap.now(),
            expires_at=asked.expires_at,
            seed=seed,
        )
    except keys.ApiKeyError as error:
        raise _refused(request, error) from None


@router.post(
    "/{prefix}/rotate",
    status_code=201,
    dependencies=[needs(Scope.ADMIN)],
    responses=problems("http.not_found", "http.conflict"),
)
def rotate_key(request: Request, prefix: str) -> Response:
    """Make a successor; the old key goes on for a day. Who may not give its scopes may not have its successor."""
    key, view = rotated(request, prefix)
    return json_answer(_shown(key, view), 201)


def rotated(request: Request, prefix: str) -> tuple[str, keys.KeyView]:
    """The successor of a key, and how lists show it.

    Raises:
        ProblemError: `http.not_found`, `http.scope`, `http.conflict`.
    """
    who, ledger = asking(request), service(request).ledger
    try:
        if not set(keys.find(ledger, prefix, tenant=who.tenant).scopes) <= who.gives:
            raise ProblemError("http.scope")
        return keys.rotate(ledger, prefix, tenant=who.tenant, actor=who.id, at=bootstrap.now())
    except keys.ApiKeyError as error:
        raise _refused(request, error) from None


@router.post("/{prefix}/revoke", dependencies=[needs(Scope.ADMIN)], responses=problems("http.not_found"))
def revoke_key(request: Request, prefix: str) -> Response:
    """End a key; every worker refuses it within seconds."""
    return json_answer(revoked(request, prefix))


def revoked(request: Request, prefix: str) -> keys.KeyView:
    """A key that was ended.

    Raises:
        ProblemError: `http.not_found`.
    """
    who = asking(request)
    try:
        return keys.revoke(
            service(request).ledger, prefix, tenant=who.tenant, actor=who.id, at=bootstrap.now()
        )
    except keys.ApiKeyError as error:
        raise _refused(request, error) from None
