"""Settings for administrators: the people who sign in. A first password is shown once, on the page that made it."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from api.errors import sentence
from api.passwords import HashingBusyError
from api.principals import Role
from api.routes.access import access_of
from api.routes.problem import ProblemError
from api.users import ACTIVE, DISABLED, ERASED, UserError, Users, UserView, view
from api.web.answers import onward, page
from api.web.casework import version
from api.web.door import Visit
from matching.ledger import LedgerError

ROLES: Final = tuple(role.value for role in Role)
STEPS: Final = ("change", "disable", "enable", "password", "erase")


def _book(visit: Visit) -> Users:
    found: Users = visit.request.app.state.users
    return found


def _administrator(visit: Visit) -> str:
    """Who administers: a person who signed in. A key makes no people, and the operator makes the first one only.

    Raises:
        ProblemError: `http.person`.
    """
    if not visit.principal.person:
        raise ProblemError("http.person")
    return visit.principal.id


def listed(visit: Visit) -> Response:
    """Everybody who may sign in, by name, and the form to make another."""
    return _listed(visit, "", 200)


def _listed(visit: Visit, trouble: str, status: int, made: str = "", password: str = "") -> Response:
    people = _book(visit).listed(tenant=visit.principal.tenant)
    return page(
        visit,
        "settings_users.html",
        status=status,
        people=tuple(_row(visit, one) for one in people),
        roles=ROLES,
        chosen=frozenset(role for role in ROLES if visit.form.get(f"role_{role}") == "yes"),
        name=visit.form.get("name", "") if trouble else "",
        display=visit.form.get("display", "") if trouble else "",
        trouble=trouble,
        made=made,
        password=password,
    )


def _row(visit: Visit, one: UserView) -> dict[str, object]:
    words = visit.words
    return {
        "name": one.name,
        "display": one.display,
        "roles": tuple(words.known(f"users.role.{role.value}", role.value) for role in one.roles),
        "state": one.state,
        "state_word": words.known(f"users.state.{one.state}", one.state),
        "first": one.must_change_password,
        "changed_at": words.time(one.changed_at),
        "changed_by": one.changed_by,
        "own": visit.principal.id == f"user:{one.name}",
    }


def make(visit: Visit) -> Response:
    """Make a user; the first password is shown this once."""
    actor = _administrator(visit)
    try:
        password, made = _book(visit).add(
            visit.asked("name", 100),
            tenant=visit.principal.tenant,
            roles=_roles(visit),
            display=visit.asked("display", 200),
            actor=actor,
            at=visit.at,
        )
    except UserError as error:
        return _listed(visit, sentence(error, visit.lang) or "", 422)
    except HashingBusyError:
        return _listed(visit, visit.words("signin.busy"), 503)
    return _listed(visit, "", 201, made=made.name, password=password)


def _roles(visit: Visit) -> list[Role]:
    return [Role(role) for role in ROLES if visit.form.get(f"role_{role}") == "yes"]


def one(visit: Visit) -> Response:
    """A user, and what may be changed of them."""
    return _one(visit, "", 200)


def _one(visit: Visit, trouble: str, status: int, password: str = "") -> Response:
    name = str(visit.request.path_params["name"])
    try:
        item = _book(visit).item(name, tenant=visit.principal.tenant)
    except UserError:
        raise ProblemError("http.not_found") from None
    found = view(item)
    held = frozenset(role.value for role in found.roles)
    return page(
        visit,
        "settings_user.html",
        status=status,
        one=_row(visit, found),
        roles=ROLES,
        chosen=frozenset(role.value for role in _roles(visit)) if trouble else held,
        display=visit.form.get("display", found.display) if trouble else found.display,
        erased=found.state == ERASED,
        active=found.state == ACTIVE,
        made=f"{visit.words.time(found.created_at)} · {found.created_by}",
        trouble=trouble,
        password=password,
        person=visit.principal.person,
        version=found.version,
    )


def change(visit: Visit) -> Response:
    """Change what a user is, lock or unlock, give a new first password, or erase."""
    actor, step = _administrator(visit), visit.form.get("step", "")
    name, tenant, at = str(visit.request.path_params["name"]), visit.principal.tenant, visit.at
    book, sessions = _book(visit), access_of(visit.request).sessions
    try:
        if step == "password":
            # a page that is loaded anew sends its form again: the password that was handed over stays
            password, found = book.reset(name, tenant=tenant, actor=actor, at=at, expect=version(visit))
            sessions.unlock(tenant, found.name)
            return _one(visit, "", 201, password)
        if step == "erase":
            if visit.form.get("sure") != "yes":
                return _one(visit, visit.words("users.sure"), 422)
            book.erase(name, tenant=tenant, actor=actor, at=at)
        elif step in ("disable", "enable"):
            state = DISABLED if step == "disable" else ACTIVE
            found = book.change(name, tenant=tenant, actor=actor, at=at, state=state, expect=version(visit))
            if state == ACTIVE:
                sessions.unlock(tenant, found.name)
        elif step == "change":
            book.change(
                name, tenant=tenant, actor=actor, at=at, roles=_roles(visit),
                display=visit.asked("display", 200) or None, expect=version(visit),
            )  # fmt: skip
        else:
            raise ProblemError("http.bad_request", detail="step")
    except UserError as error:
        if error.code == "users.unknown":
            raise ProblemError("http.not_found") from None
        return _one(visit, sentence(error, visit.lang) or "", 422)
    except LedgerError as error:
        if error.code != "ledger.item_stale":
            raise
        return _one(visit, visit.words("casework.stale"), 412)
    except HashingBusyError:
        return _one(visit, visit.words("signin.busy"), 503)
    return onward(visit, f"/settings/users/{name}", done=f"user_{step}")
