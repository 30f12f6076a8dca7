"""Signing in and out, the password, the first administrator, language and theme."""

from __future__ import annotations

import math

from fastapi import Response

from api.errors import sentence
from api.passwords import HashingBusyError, PasswordError
from api.principals import Role
from api.routes.access import access_of, behind_tls, known_host
from api.routes.problem import ProblemError
from api.routes.sessions import caller_address, forget_session, keep_session
from api.sessions import Session, SignInError, TooManyAttemptsError
from api.users import UserError, Users
from api.web.answers import onward, page
from api.web.door import LANG_COOKIE, THEME_COOKIE, THEMES, Visit, local_path
from graph.messages import LANGS

YEAR = 31_536_000


def sign_in_form(visit: Visit) -> Response:
    """The form; where nobody can sign in yet, how to make the first user."""
    return _form(visit, "", "", 200)


def _form(visit: Visit, name: str, trouble: str, status: int) -> Response:
    back = local_path(visit.asked("next", 2_000) or "/")
    anybody = access_of(visit.request).sessions.any()
    return page(visit, "sign_in.html", status=status, name=name, trouble=trouble, back=back, anybody=anybody)


def sign_in(visit: Visit) -> Response:
    """Begin a session. The answer is the same for an unknown name, a wrong password and a disabled user."""
    settings = visit.service.settings
    if not known_host(visit.request, settings):
        raise ProblemError("http.host")
    sessions = access_of(visit.request).sessions
    name, password = visit.asked("name", 100), visit.form.get("password", "")
    try:
        token, session = sessions.sign_in(
            name, password, tenant=settings.tenant, address=caller_address(visit.request), at=visit.at
        )
    except SignInError:
        return _form(visit, name, visit.words("signin.wrong"), 401)
    except TooManyAttemptsError as error:
        return _form(visit, name, visit.words("signin.wait", seconds=math.ceil(error.seconds)), 429)
    except HashingBusyError:
        return _form(visit, name, visit.words("signin.busy"), 503)
    back = local_path(visit.asked("next", 2_000) or "/")
    answer = onward(visit, "/account/password" if session.principal.must_change else back)
    keep_session(visit.request, answer, token)
    return answer


def sign_out(visit: Visit) -> Response:
    """End the session at once."""
    answer = onward(visit, "/sign-in", done="signed_out")
    if visit.session is not None:
        access_of(visit.request).sessions.end(visit.session, visit.at)
        forget_session(visit.request, answer)
    return answer


def password_form(visit: Visit) -> Response:
    """The form to choose another password."""
    _own(visit)
    return page(visit, "password.html", trouble="")


def change_password(visit: Visit) -> Response:
    """Choose another password; every other session of the person ends."""
    session = _own(visit)
    new = visit.form.get("password", "")
    if new != visit.form.get("again", ""):
        return page(visit, "password.html", status=422, trouble=visit.words("password.again.wrong"))
    try:
        token, _ = access_of(visit.request).sessions.change_password(
            session,
            visit.form.get("current", ""),
            new,
            address=caller_address(visit.request),
            at=visit.at,
        )
    except (UserError, PasswordError) as error:
        return page(visit, "password.html", status=422, trouble=sentence(error, visit.lang) or "")
    except TooManyAttemptsError as error:
        said = visit.words("signin.wait", seconds=math.ceil(error.seconds))
        return page(visit, "password.html", status=429, trouble=said)
    except HashingBusyError:
        return page(visit, "password.html", status=503, trouble=visit.words("signin.busy"))
    answer = onward(visit, "/", done="password")
    keep_session(visit.request, answer, token)
    return answer


def _own(visit: Visit) -> Session:
    if visit.session is None:
        raise ProblemError("http.person")
    return visit.session


def set_up(visit: Visit) -> Response:
    """How the operator at this machine makes the first administrator."""
    _operator(visit)
    return page(visit, "set_up.html", made="", password="", name="", trouble="")


def first_administrator(visit: Visit) -> Response:
    """Make the first administrator; the first password is shown this once, and from now on everybody signs in."""
    _operator(visit)
    name = visit.asked("name", 100)
    people: Users = visit.request.app.state.users
    try:
        password, made = people.add(
            name,
            tenant=visit.principal.tenant,
            roles=(Role.ADMINISTRATOR,),
            display=visit.asked("display", 100),
            actor=visit.principal.id,
            at=visit.at,
        )
    except UserError as error:
        said = sentence(error, visit.lang) or ""
        return page(visit, "set_up.html", status=422, made="", password="", name=name, trouble=said)
    except HashingBusyError:
        said = visit.words("signin.busy")
        return page(visit, "set_up.html", status=503, made="", password="", name=name, trouble=said)
    return page(visit, "set_up.html", status=201, made=made.name, password=password, name="", trouble="")


def _operator(visit: Visit) -> None:
    if visit.principal.id != "local":
        raise ProblemError("http.not_found")


def preferences(visit: Visit) -> Response:
    """Keep the language or the theme in the browser and go back."""
    answer = onward(visit, local_path(visit.form.get("back", "/")))
    secure = behind_tls(visit.request, visit.service.settings)
    for name, field, allowed in ((LANG_COOKIE, "lang", LANGS), (THEME_COOKIE, "theme", THEMES)):
        value = visit.form.get(field, "")
        if value in allowed:
            answer.set_cookie(
                name, value, max_age=YEAR, path="/", httponly=True, samesite="strict", secure=secure
            )
    return answer
