"""Signing in over HTTP: a session in a cookie that scripts can't read, and a second token for what changes things.

A password is taken in the body alone, under the installation's own name, and from its own pages.
"""

from __future__ import annotations

import math
from datetime import datetime

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import bootstrap
from api.errors import sentence
from api.passwords import LONGEST, HashingBusyError, PasswordError
from api.principals import Principal, Role, Scope
from api.routes.access import (
    COOKIE,
    PLAIN_COOKIE,
    access_of,
    asking,
    behind_tls,
    known,
    known_host,
    refuse_other_sites,
)
from api.routes.base import json_answer, lang_of, read_model, service
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken, gives, takes
from api.sessions import IDLE, Session, SignInError, TooManyAttemptsError
from api.users import UserError
from matching.request import Model

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])
BODY = 4_000
"""Bytes of a body with passwords."""


class SignIn(Model):
    """Who signs in, and the password."""

    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=LONGEST)
    tenant: str | None = Field(default=None, max_length=100)


class NewPassword(Model):
    """A password in place of the current one."""

    current: str = Field(min_length=1, max_length=LONGEST)
    password: str = Field(min_length=1, max_length=LONGEST)


class CurrentSession(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: a person who signed in, a key, or the operator at this machine; with the CSRF token."""

    id: str
    kind: str
    name: str
    tenant: str
    roles: list[Role]
    scopes: list[Scope]
    must_change_password: bool
    csrf_token: str | None
    expires_at: datetime | None
    idle_seconds: int | None


BODIES: tuple[Taken, ...] = (SignIn, NewPassword)
ANSWERS: tuple[Given, ...] = (CurrentSession,)


def _shown(who: Principal, session: Session | None) -> CurrentSession:
    return CurrentSession(
        id=who.id,
        kind="person" if who.person else "key" if who.id.startswith("key:") else "local",
        name=who.name,
        tenant=who.tenant,
        roles=sorted(who.roles),
        scopes=sorted(who.scopes),
        must_change_password=who.must_change,
        csrf_token=None if session is None else session.csrf,
        expires_at=None if session is None else session.expires_at,
        idle_seconds=None if session is None else int(IDLE.total_seconds()),
    )


def _begun(request: Request, begun: tuple[str, Session], status: int) -> Response:
    token, session = begun
    answer = json_answer(_shown(session.principal, session), status)
    keep_session(request, answer, token)
    return answer


def keep_session(request: Request, answer: Response, token: str) -> None:
    """Give the browser a session's cookie, which no script can read."""
    secure = behind_tls(request, service(request).settings)
    answer.set_cookie(
        COOKIE if secure else PLAIN_COOKIE, token, path="/", httponly=True, samesite="strict", secure=secure
    )


def forget_session(request: Request, answer: Response) -> None:
    """Take a session's cookie from the browser."""
    secure = behind_tls(request, service(request).settings)
    answer.delete_cookie(
        COOKIE if secure else PLAIN_COOKIE, path="/", httponly=True, samesite="strict", secure=secure
    )


def caller_address(request: Request) -> str:
    """The network address of a caller; attempts to sign in are counted by it."""
    return request.client.host if request.client is not None else ""


@router.post(
    "",
    status_code=201,
    openapi_extra=takes(SignIn),
    responses={
        **gives(CurrentSession, 201, headers=("Set-Cookie",)),
        **problems(
            "http.sign_in", "http.invalid", "http.media_type", "http.too_large", "http.csrf", "http.host",
            "http.rate", "http.busy",
        ),
    },
)  # fmt: skip
async def sign_in(request: Request) -> Response:
    """Sign in. The answer is the same for a name that nobody has, a wrong password and a disabled user."""
    settings = service(request).settings
    if not known_host(request, settings):
        raise ProblemError("http.host")
    refuse_other_sites(request)
    given = await read_model(request, SignIn, limit=BODY)
    sessions = access_of(request).sessions

    def begin() -> tuple[str, Session]:
        old = sessions.find(
            request.cookies.get(COOKIE) or request.cookies.get(PLAIN_COOKIE) or "", bootstrap.now()
        )
        begun = sessions.sign_in(
            given.name,
            given.password,
            tenant=given.tenant or settings.tenant,
            address=caller_address(request),
            at=bootstrap.now(),
        )
        if old is not None:
            sessions.end(old, bootstrap.now())
        return begun

    try:
        begun = await run_in_threadpool(begin)
    except SignInError:
        raise ProblemError("http.sign_in") from None
    except (TooManyAttemptsError, HashingBusyError) as error:
        raise _later(error) from None
    return _begun(request, begun, 201)


def _later(error: TooManyAttemptsError | HashingBusyError) -> ProblemError:
    if isinstance(error, HashingBusyError):
        return ProblemError("http.busy", headers={"Retry-After": "1"})
    return ProblemError("http.rate", headers={"Retry-After": str(math.ceil(error.seconds))})


@router.get("/current", dependencies=[known()], responses={**gives(CurrentSession), **problems()})
def current(request: Request) -> Response:
    """Who asks, what they may do, and until when."""
    return json_answer(_shown(asking(request), access_of(request).session(request)))


@router.delete(
    "/current", status_code=204, dependencies=[known()], response_class=Response,
    responses=problems("http.not_found"),
)  # fmt: skip
def sign_out(request: Request) -> Response:
    """End the session at once."""
    session = _own(request)
    access_of(request).sessions.end(session, bootstrap.now())
    answer = Response(status_code=204)
    forget_session(request, answer)
    return answer


@router.post(
    "/current/password",
    dependencies=[known()],
    openapi_extra=takes(NewPassword),
    responses={
        **gives(CurrentSession, headers=("Set-Cookie",)),
        **problems(
            "http.not_found", "http.invalid", "http.media_type", "http.too_large", "http.busy", "http.stale"
        ),
    },
)
async def change_password(request: Request) -> Response:
    """Choose another password; every other session of the person ends, and this one gets new tokens."""
    given = await read_model(request, NewPassword, limit=BODY)
    session = await run_in_threadpool(_own, request)
    sessions, address = access_of(request).sessions, caller_address(request)
    try:
        begun = await run_in_threadpool(
            lambda: sessions.change_password(
                session, given.current, given.password, address=address, at=bootstrap.now()
            )
        )
    except (UserError, PasswordError) as error:
        raise _refused(request, error) from None
    except (TooManyAttemptsError, HashingBusyError) as error:
        raise _later(error) from None
    return _begun(request, begun, 200)


def _refused(request: Request, error: UserError | PasswordError) -> ProblemError:
    said = sentence(error, lang_of(request)) or ""
    place = "/current" if error.code == "users.password" else "/password"
    return ProblemError("http.invalid", errors=[{"pointer": place, "code": error.code, "message": said}])


def _own(request: Request) -> Session:
    found = access_of(request).session(request)
    if found is None or not asking(request).person:
        raise ProblemError("http.not_found")
    return found
