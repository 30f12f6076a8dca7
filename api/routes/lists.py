"""The lists that decisions are made from, with their ages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api import bootstrap
from api.liststate import list_rows
from api.principals import Scope
from api.routes.access import needs
from api.routes.base import json_answer, lang_of, service
from api.routes.problem import problems
from api.routes.shapes import Given, Taken
from graph.dates import iso

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
