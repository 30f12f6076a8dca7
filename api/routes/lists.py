"""The lists that decisions are made from, with their ages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api import bootstrap, load_reports
from api.liststate import list_rows
from api.principals import Scope
from api.routes.access import needs
from api.routes.base import cursor, from_cursor, json_answer, lang_of, service
from api.routes.problem import ProblemError, problems
from api.routes.query import asks, read_query
from api.routes.shapes import Given, Taken
from graph.dates import iso
from matching.request import Model, Short

router = APIRouter(prefix="/v1/lists", tags=["lists"])
BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = ()


def list_document(request: Request) -> dict[str, Any]:
    """The lists that decisions are made from now, and what the ledger's answer shows that it can be used."""
    parts = service(request)
    parts.ledger.reviews_seq()
    now = bootstrap.now()
    with parts.generation() as generation:
        states = generation.lists(generation.known(now))
        rows = list_rows(states, parts.policy, now, lang_of(request))
        return {"generation": generation.ref, "at": iso(now), "lists": rows}


@router.get("", dependencies=[needs(Scope.READ)], responses=problems())
def lists(request: Request) -> Response:
    """Every list with its source, snapshot, age and counts, and whether it is stale."""
    return json_answer(list_document(request))


class LoadsAsked(Model):
    """A page of load reports."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Short = ""


@router.get(
    "/loads",
    dependencies=[needs(Scope.READ)],
    responses=problems("http.invalid"),
    openapi_extra=asks(LoadsAsked),
)
def loads(request: Request) -> Response:
    """What was loaded when, newest first: files, rows, rejects, and whether it went live."""
    asked = read_query(request, LoadsAsked)
    found = load_reports.page(
        service(request).ledger, before=from_cursor(request, asked.cursor), limit=asked.limit + 1
    )
    more = cursor(found[asked.limit - 1].event_seq) if len(found) > asked.limit else None
    told = [load_reports.summary(one) for one in found[: asked.limit]]
    return json_answer({"loads": told, "next": more})


@router.get("/loads/{load_id}", dependencies=[needs(Scope.READ)], responses=problems("http.not_found"))
def load(request: Request, load_id: str) -> Response:
    """One load as `liancheng load --format json` told it: every rejected row that is kept, columns, changes."""
    found = load_reports.one(service(request).ledger, load_id)
    if found is None:
        raise ProblemError("http.not_found")
    return json_answer(load_reports.document(found, lang_of(request)))
