"""What stands around every page: where one can go, who is here, which language and theme, what has just been done."""

from __future__ import annotations

from typing import Final, NamedTuple

from api.principals import Scope
from api.web.door import Visit
from api.web.words import TAGS
from graph.messages import catalogue


class Place(NamedTuple):
    """An entry of the navigation."""

    path: str
    name: str
    """Its words: `page.nav.<name>`."""
    current: bool


class Layout(NamedTuple):
    """The frame of a page."""

    tag: str
    other_tag: str
    """The language that one can change to."""
    other: str
    theme: str
    next_theme: str
    places: tuple[Place, ...]
    visitor: str
    """Who is here; empty before signing in."""
    person: bool
    local: bool
    """Whether nobody has to sign in yet, because only this machine can ask."""
    csrf: str
    here: str
    casework: bool
    """Whether the visitor works on objections and repairs."""
    settings: bool
    """Whether the visitor keeps users and keys."""
    done: str
    """What was just done: `page.done.<code>`; empty for nothing."""


PLACES: Final = (
    ("/", "front", None),
    ("/search", "search", Scope.GRAPH),
    ("/paths", "paths", Scope.GRAPH),
    ("/batches", "batches", Scope.READ),
    ("/tenders", "tenders", Scope.READ),
    ("/decisions", "decisions", Scope.READ),
    ("/reviews", "reviews", Scope.CASES),
    ("/cases", "cases", Scope.CASES),
    ("/alerts", "alerts", Scope.READ),
    ("/measures", "measures", Scope.READ),
    ("/lists", "lists", Scope.READ),
    ("/audit", "audit", Scope.AUDIT),
)
UNDER: Final = {"decisions": ("/overrides",), "measures": ("/objections", "/repairs", "/reports")}
"""Other addresses that belong to an entry."""
_NEXT_THEME: Final = {"auto": "dark", "dark": "light", "light": "auto"}


def layout(visit: Visit) -> Layout:
    """The frame of a visit's page."""
    who, path = visit.who, visit.request.url.path
    places = tuple(
        Place(address, name, _within(path, address, *UNDER.get(name, ())))
        for address, name, scope in PLACES
        if who is not None and not who.must_change and (scope is None or who.may(scope))
    )
    done = visit.request.query_params.get("done", "")
    other = "en" if visit.lang == "zh" else "zh"
    return Layout(
        tag=visit.words.tag,
        other_tag=TAGS["en" if visit.lang == "zh" else "zh"],
        other=other,
        theme=visit.theme,
        next_theme=_NEXT_THEME[visit.theme],
        places=places,
        visitor=_name(visit),
        person=who is not None and who.person,
        local=who is not None and who.id == "local",
        csrf="" if visit.session is None else visit.session.csrf,
        here=visit.address if "GET" in visit.page.methods and visit.request.method == "GET" else "/",
        casework=visit.may(Scope.CASES),
        settings=visit.may(Scope.ADMIN) and not visit.principal.must_change,
        done=done if f"page.done.{done}" in catalogue("api.web") else "",
    )


def _within(path: str, *addresses: str) -> bool:
    return any(path == one or (one != "/" and path.startswith(f"{one}/")) for one in addresses)


def _name(visit: Visit) -> str:
    if visit.who is None:
        return ""
    if visit.who.id == "local":
        return visit.words("local")
    return visit.who.name or visit.who.id
