"""The search page. A person's name or number is sent in a body and stands in no address; an organisation's may."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import Response

from api.explore import search as engine
from api.explore.shapes import SearchAnswer
from api.routes.exploring import Clocked, looking
from api.web.answers import onward, page
from api.web.door import Visit
from graph.model import PartyType

LONGEST: Final = 200
"""Characters of what is typed."""

def show(visit: Visit) -> Response:
    """The search page; with `q` in the address, organisations of that name or code."""
    asked = visit.asked("q", LONGEST)
    if engine.personal(asked):
        return onward(visit, "/search")
    answer = _found(visit, asked, persons=False) if asked else None
    return _page(visit, asked, answer, persons=False)


def search(visit: Visit) -> Response:
    """Search by anything. Where only organisations and tenders were found, the result has an address of its own."""
    asked = visit.asked("q", LONGEST)
    if not asked:
        return _page(visit, "", None, persons=True) if visit.partial else onward(visit, "/search")
    answer = _found(visit, asked, persons=True)
    shareable = not engine.personal(asked) and all(hit.party.type == PartyType.ORGANIZATION for hit in answer.parties)
    if shareable and not visit.partial:
        return onward(visit, "/search?" + urlencode({"q": asked}))
    return _page(visit, asked, answer, persons=True)


def _found(visit: Visit, asked: str, *, persons: bool) -> SearchAnswer:
    types = frozenset(PartyType) if persons else frozenset({PartyType.ORGANIZATION})
    with looking(visit.request, Clocked()) as here:
        return engine.search(here.teller, here.names(), asked, types=types, persons=persons)


def _page(visit: Visit, asked: str, answer: SearchAnswer | None, *, persons: bool) -> Response:
    # what was typed is said again only where it is no number of a person
    said = "" if engine.personal(asked) else asked
    template = "search_results.html" if visit.partial else "search.html"
    return page(visit, template, query=said, answer=answer, persons=persons)
