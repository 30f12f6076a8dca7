"""Users over HTTP, for administrators: list, make, change, give a new first password. A key can't do it: people only.

A first password is shown once, when it is made. Nobody changes their own roles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import bootstrap
from api.errors import sentence
from api.passwords import HashingBusyError
from api.principals import Principal, Role, Scope
from api.routes.access import access_of, asking, needs
from api.routes.base import etag, expected_version, json_answer, lang_of, read_model
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from api.users import ACTIVE, UserError, Users, UserView
from matching.request import Model

T = TypeVar("T")
router = APIRouter(prefix="/v1/users", tags=["users"])


class NewUser(Model):
    """A person who may sign in from now on."""

    name: str = Field(min_length=1, max_length=40)
    display: str = Field(default="", max_length=60)
    roles: tuple[Role, ...] = Field(min_length=1, max_length=len(Role))


class UserChange(Model):
    """What changes of a user; what is left out stays."""

    display: str | None = Field(default=None, min_length=1, max_length=60)
    roles: tuple[Role, ...] | None = Field(default=None, min_length=1, max_length=len(Role))
    state: Literal["active", "disabled"] | None = None


class UserList(msgspec.Struct, frozen=True, kw_only=True):
    """The users of a tenant by name."""

    users: list[UserView]


class UserMade(msgspec.Struct, frozen=True, kw_only=True):
    """A user and the first password, which is shown this once."""

    user: UserView
    password: str


BODIES: tuple[Taken, ...] = (NewUser, UserChange)
ANSWERS: tuple[Given, ...] = (UserView, UserList, UserMade)

_STATUS = {
    "users.erased": "http.erased",
    "users.unknown": "http.not_found",
    "users.exists": "http.conflict",
    "users.own": "http.conflict",
    "users.last": "http.conflict",
}
_PLACE = {"users.name": "/name", "users.display": "/display"}


def _book(request: Request) -> Users:
    found: Users = request.app.state.users
    return found


def _person(request: Request) -> Principal:
    """The administrator, or the operator at this machine; a key makes no people."""
    who = asking(request)
    if who.id.startswith("key:"):
        raise ProblemError("http.person")
    return who


def _done(request: Request, work: Callable[[], T]) -> T:
    try:
        return work()
    except UserError as error:
        said = sentence(error, lang_of(request)) or ""
        code = _STATUS.get(error.code, "http.invalid")
        if code != "http.invalid":
            raise ProblemError(code, detail=said) from None
        place = _PLACE.get(error.code, "/roles")
        raise ProblemError(code, errors=[{"pointer": place, "code": error.code, "message": said}]) from None
    except HashingBusyError:
        raise ProblemError("http.busy", headers={"Retry-After": "1"}) from None


def _answer(view: UserView, status: int = 200, document: Any = None) -> Response:
    headers = {**etag(view.version), "Content-Location": f"/v1/users/{view.name}"}
    return json_answer(view if document is None else document, status, headers)


@router.get("", dependencies=[needs(Scope.ADMIN)], responses={**gives(UserList), **problems()})
def all_users(request: Request) -> Response:
    """The tenant's users: names, roles, states, and who changed them last."""
    return json_answer(UserList(users=_book(request).listed(tenant=asking(request).tenant)))


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.ADMIN)],
    openapi_extra=takes(NewUser),
    responses={
        **gives(UserMade, 201, headers=("ETag",)),
        **problems(
            "http.person", "http.invalid", "http.media_type", "http.too_large", "http.conflict", "http.busy"
        ),
    },
)
async def new_user(request: Request) -> Response:
    """Make a user; the first password in the answer is replaced at the first sign-in."""
    who = _person(request)
    asked = await read_model(request, NewUser)

    def make() -> tuple[str, UserView]:
        return _book(request).add(
            asked.name,
            tenant=who.tenant,
            roles=asked.roles,
            display=asked.display,
            actor=who.id,
            at=bootstrap.now(),
        )

    password, view = await run_in_threadpool(_done, request, make)
    return _answer(view, 201, UserMade(user=view, password=password))


@router.get(
    "/{name}",
    dependencies=[needs(Scope.ADMIN)],
    responses={**gives(UserView, headers=("ETag",)), **problems("http.not_found")},
)
def one_user(request: Request, name: str) -> Response:
    """A user, with the version that a change has to name."""
    from api.users import view

    who = asking(request)
    return _answer(_done(request, lambda: view(_book(request).item(name, tenant=who.tenant))))


@router.patch(
    "/{name}",
    dependencies=[needs(Scope.ADMIN)],
    openapi_extra=takes(UserChange),
    responses={
        **gives(UserView, headers=("ETag",)),
        **problems(
            "http.person", "http.not_found", "http.invalid", "http.media_type", "http.too_large", "http.conflict",
            "http.stale", "http.precondition", "http.erased",
        ),
    },
)  # fmt: skip
async def change_user(request: Request, name: str) -> Response:
    """Change roles, or disable or enable a user: sessions of a disabled one end. Needs `If-Match`."""
    who = _person(request)
    expect = expected_version(request)
    asked = await read_model(request, UserChange)

    def change() -> UserView:
        view = _book(request).change(
            name,
            tenant=who.tenant,
            actor=who.id,
            at=bootstrap.now(),
            roles=asked.roles,
            state=asked.state,
            display=asked.display,
            expect=expect,
        )
        if asked.state == ACTIVE:
            access_of(request).sessions.unlock(who.tenant, view.name)
        return view

    return _answer(await run_in_threadpool(_done, request, change))


@router.post(
    "/{name}/password",
    status_code=201,
    dependencies=[needs(Scope.ADMIN)],
    responses={
        **gives(UserMade, 201, headers=("ETag",)),
        **problems("http.person", "http.not_found", "http.erased", "http.conflict", "http.busy"),
    },
)
def new_password(request: Request, name: str) -> Response:
    """Give a user a new first password, shown once; every session of the user ends."""
    who = _person(request)
    password, view = _done(
        request, lambda: _book(request).reset(name, tenant=who.tenant, actor=who.id, at=bootstrap.now())
    )
    access_of(request).sessions.unlock(who.tenant, view.name)
    return _answer(view, 201, UserMade(user=view, password=password))


@router.post(
    "/{name}/erase",
    dependencies=[needs(Scope.ADMIN)],
    responses={
        **gives(UserView, headers=("ETag",)),
        **problems("http.person", "http.not_found", "http.conflict"),
    },
)
def erase_user(request: Request, name: str) -> Response:
    """Erase what is kept of a user: display name, roles, password; the name stays in the chain, for nobody else."""
    who = _person(request)
    return _answer(
        _done(
            request, lambda: _book(request).erase(name, tenant=who.tenant, actor=who.id, at=bootstrap.now())
        )
    )
