"""The public look-up of agencies, for anybody, where it is switched on (SPEC 1 #27)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import Response

from api import agencies
from api.explore.search import personal
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.door import Visit

LONGEST: Final = 100
PATH: Final = "/public/agencies"


def show(visit: Visit) -> Response:
    """The agencies that a name or code finds, with what of them is public."""
    text, start = visit.asked("q", LONGEST), visit.asked("from", 7)
    if not visit.service.settings.public_agencies:
        raise ProblemError("http.not_found")
    if personal(text):
        return page(
            visit, "agencies.html", status=422, text="", found=None, start=0, further="", personal=True
        )
    if visit.request.method == "POST":
        return onward(visit, PATH + (f"?{urlencode({'q': text})}" if text else ""))
    first = int(start) if start.isascii() and start.isdigit() else 0
    found = agencies.found(visit.request, text, first)
    after = first + len(found.agencies)
    further = (
        f"{PATH}?{urlencode({'q': text, 'from': after})}" if after < found.total and found.agencies else ""
    )
    return page(visit, "agencies.html", text=text, found=found, start=first, further=further, personal=False)


__all__ = ["show"]
