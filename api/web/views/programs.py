"""Settings for administrators: the keys of platforms and other programs. A key is shown once, when it is made."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from api import keys as book
from api.keys import KeyView
from api.principals import Scope
from api.routes import keys as http
from api.routes.problem import ProblemError
from api.web import once
from api.web.answered import name_of
from api.web.answers import onward, page
from api.web.casework import NO_TROUBLE, Asked, Trouble, checked, trouble_of
from api.web.door import Visit
from matching.ledger import LedgerError


def listed(visit: Visit) -> Response:
    """Every key: prefix, name, scopes, until when, when last used. Never the keys."""
    return _listed(visit, NO_TROUBLE)


def _listed(
    visit: Visit, trouble: Trouble, *, again: bool = False, key: str = "", made: str = "", status: int = 200
) -> Response:
    keys = book.listed(visit.service.ledger, tenant=visit.principal.tenant)
    gives = visit.principal.gives
    return page(
        visit,
        "settings_keys.html",
        status=trouble.status if trouble.said else status,
        trouble=trouble,
        asked=Asked(visit.form if again else {}),
        once=once.mark(visit, again=again),
        keys=tuple(_row(visit, one) for one in keys),
        scopes=tuple((one.value, _scope(visit, one)) for one in Scope if one in gives),
        withheld=tuple(_scope(visit, one) for one in Scope if one not in gives),
        key=key,
        made=made,
    )


def _scope(visit: Visit, scope: Scope) -> str:
    return visit.words.known(f"scope.{scope.value.replace(':', '.')}", scope.value)


def _row(visit: Visit, one: KeyView) -> dict[str, Any]:
    words = visit.words
    ended = one.expires_at is not None and one.expires_at <= visit.at
    state = "revoked" if one.state == "revoked" else "expired" if ended else "active"
    return {
        "prefix": one.prefix,
        "name": one.name,
        "scopes": tuple(_scope(visit, scope) for scope in one.scopes),
        "state": state,
        "state_word": words.known(f"keys.state.{state}", state),
        "made": f"{words.time(one.created_at)} · {name_of(visit, one.created_by)}",
        "expires": words.time(one.expires_at),
        "used": words.time(one.last_used_at) if one.last_used_at is not None else words("keys.unused"),
        "successor": one.successor,
        "rotates": state == "active" and not one.successor and set(one.scopes) <= visit.principal.gives,
    }


def make(visit: Visit) -> Response:
    """Make a key, which is shown this once."""
    body: dict[str, Any] = {
        "name": visit.form.get("name", "").strip(),
        "scopes": [scope.value for scope in Scope if visit.form.get(f"scope_{scope.value}") == "yes"],
    }
    if visit.form.get("expires_at", "").strip():
        body["expires_at"] = visit.form["expires_at"].strip()
    try:
        key, made = http.made(visit.request, checked(visit, http.NewKey, body), once.name(visit))
    except ProblemError as error:
        return _listed(visit, trouble_of(visit, error), again=True)
    except LedgerError as error:
        if error.code != "ledger.item_exists":
            raise
        return _listed(visit, once.trouble(visit.words("keys.made_already")))
    return _listed(visit, NO_TROUBLE, key=key, made=made.name, status=201)


def change(visit: Visit) -> Response:
    """Make the successor of a key, which is shown this once; or end a key at once."""
    prefix, step = str(visit.request.path_params["prefix"]), visit.form.get("step", "")
    try:
        if step == "rotate":
            if book.find(visit.service.ledger, prefix, tenant=visit.principal.tenant).successor:
                return _listed(visit, once.trouble(visit.words("keys.rotated_already")))
            key, made = http.rotated(visit.request, prefix)
            return _listed(visit, NO_TROUBLE, key=key, made=made.name, status=201)
        if step != "revoke":
            raise ProblemError("http.bad_request", detail="step")
        http.revoked(visit.request, prefix)
    except book.ApiKeyError:
        raise ProblemError("http.not_found") from None
    except (ProblemError, LedgerError) as error:
        return _listed(visit, trouble_of(visit, error))
    return onward(visit, "/settings/keys", done="key_revoke")
