"""One's own page: language, theme, password, and where one is signed in."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Response

from api.routes.access import access_of
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.door import THEMES, Visit
from graph.messages import LANGS


class Signed(NamedTuple):
    """A session of the visitor."""

    id: str
    begun: str
    used: str
    until: str
    this: bool
    """Whether it is the one that asks."""


def show(visit: Visit) -> Response:
    """What belongs to the visitor alone."""
    found = () if visit.session is None else access_of(visit.request).sessions.of(visit.session, visit.at)
    words = visit.words
    return page(
        visit,
        "account.html",
        sessions=tuple(
            Signed(
                id=one.id,
                begun=words.time(one.begun_at),
                used=words.time(one.used_at),
                until=words.time(one.expires_at),
                this=visit.session is not None and one.id == visit.session.id,
            )
            for one in found
        ),
        name="" if visit.session is None else visit.principal.id.removeprefix("user:"),
        roles=tuple(
            words.known(f"users.role.{role.value}", role.value) for role in sorted(visit.principal.roles)
        ),
        languages=LANGS,
        themes=THEMES,
    )


def end(visit: Visit) -> Response:
    """End one of one's own other sessions, or all of them."""
    if visit.session is None:
        raise ProblemError("http.person")
    sessions = access_of(visit.request).sessions
    wanted = visit.asked("session", 60)
    known = [one.id for one in sessions.of(visit.session, visit.at) if one.id != visit.session.id]
    chosen = known if wanted == "others" else [one for one in known if one == wanted]
    if not chosen and wanted != "others":
        raise ProblemError("http.not_found")
    for one in chosen:
        sessions.end_other(visit.session, one, visit.at)
    return onward(visit, "/account", done="sessions")
