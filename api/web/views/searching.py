"""The search page. A person's name or number is sent in a body and stands in no address; an organisation's may."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Response

from api.explore import search as engine
from api.explore.shapes import SearchAnswer
from api.routes.exploring import Clocked, looking
from api.routes.parties import passed_over
from api.web.answers import onward, page
from api.web.door import Visit
from graph.model import PartyType

LONGEST: Final = 200
"""Characters of what is typed."""


class Leaf(NamedTuple):
    """Which of the results are shown, and where the others are."""

    first: int
    last: int
    total: int
    next: str
    """The cursor of the next ones; empty at the end."""
    deepest: bool
    """Whether there are more than one can page through."""


def show(visit: Visit) -> Response:
    """The search page; with `q` in the address, organisations of that name or code."""
    asked = visit.asked("q", LONGEST)
    if engine.personal(asked):
        return onward(visit, "/search")
    answer = _found(visit, asked, persons=False) if asked else None
    return _page(visit, asked, answer, persons=False)


def search(visit: Visit) -> Response:
    """Search by anything. Where organisations were found and nobody else, the result has an address of its own."""
    asked = visit.asked("q", LONGEST)
    if not asked:
        return _page(visit, "", None, persons=True) if visit.partial else onward(visit, "/search")
    answer = _found(visit, asked, persons=True)
    whole = answer.next is None and not visit.asked("cursor")
    # what finds nothing may be somebody's name
    companies = bool(answer.parties) and all(
        hit.party.type == PartyType.ORGANIZATION for hit in answer.parties
    )
    if whole and companies and not engine.personal(asked) and not visit.partial:
        return onward(visit, "/search?" + urlencode({"q": asked}))
    return _page(visit, asked, answer, persons=True)


def _found(visit: Visit, asked: str, *, persons: bool) -> SearchAnswer:
    types = frozenset(PartyType) if persons else frozenset({PartyType.ORGANIZATION})
    skip = passed_over(visit.request, visit.asked("cursor"))
    with looking(visit.request, Clocked()) as here:
        return engine.search(here.teller, here.names(), asked, skip=skip, types=types, persons=persons)


def _page(visit: Visit, asked: str, answer: SearchAnswer | None, *, persons: bool) -> Response:
    # what was typed is said again only where it is no number of a person
    said = "" if engine.personal(asked) else asked
    template = "search_results.html" if visit.partial else "search.html"
    leaf = None if answer is None else _leaf(answer, passed_over(visit.request, visit.asked("cursor")))
    return page(visit, template, query=said, answer=answer, persons=persons, leaf=leaf)


def _leaf(answer: SearchAnswer, skip: int) -> Leaf:
    last = skip + answer.seen.shown
    return Leaf(
        first=skip + 1 if answer.seen.shown else 0,
        last=last,
        total=answer.seen.total,
        next=answer.next or "",
        deepest=answer.next is None and bool(answer.seen.shown) and last < answer.seen.total,
    )
