"""Reports over HTTP: how soon penalties and permits were collected."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import bootstrap
from api.errors import CommandError
from api.principals import Scope
from api.routes.access import needs
from api.routes.base import json_answer, refused, service
from api.routes.problem import problems
from api.routes.shapes import Given, Taken, gives
from api.timeliness import TimelinessView, check_period, chosen_lists, report_of, view
from graph.lists import code_of
from matching.request import Day

router = APIRouter(prefix="/v1/reports", tags=["reports"])
BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = (TimelinessView,)


@router.get(
    "/timeliness",
    dependencies=[needs(Scope.READ)],
    responses={**gives(TimelinessView), **problems("http.invalid")},
)
def report(
    request: Request,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    listed: Annotated[str, Query(alias="list", max_length=200)] = "",
) -> Response:
    """Whether decisions were collected within seven working days, authority by authority (双公示)."""
    try:
        lists = chosen_lists(code_of(listed) if listed else "")
        check_period(first, last)
    except CommandError as error:
        pointer = "/to" if error.code == "timeliness.period" else "/list"
        raise refused(request, pointer, error.code, **error.params) from None
    now = bootstrap.now()
    here = service(request)
    with here.generation() as generation:
        found = report_of(here.settings, generation, generation.known(now), lists, first, last)
    return json_answer(view(found))
