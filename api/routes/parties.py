"""Parties over HTTP: search, dossier, who is around one, who controls whom, what belongs to whom."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.explore import around as pictures
from api.explore import owning, search
from api.explore.dossier import MOST as MOST_RELATIONS
from api.explore.dossier import SHOWN as RELATIONS
from api.explore.dossier import dossier
from api.explore.shapes import ControlAnswer, Dossier, NeighbourhoodAnswer, OwnershipAnswer, SearchAnswer
from api.principals import Scope
from api.routes.access import needs
from api.routes.base import from_cursor, json_answer, read_model, refused, service
from api.routes.exploring import PURPOSE, Clocked, Walked, checked_types, looking, one_party
from api.routes.problem import problems
from api.routes.query import asks, read_query
from api.routes.shapes import Given, Taken, gives, takes
from graph.model import PartyType
from matching.request import Short

router = APIRouter(prefix="/v1/parties", tags=["parties"])


class PartySearch(Clocked):
    """What is looked for: a name or a part of it, pinyin initials, a code, a case number, a person's number."""

    query: Annotated[Short, Field(min_length=1)]
    types: Annotated[
        tuple[PartyType, ...],
        Field(description="What is looked for; everything without it."),
    ] = ()
    limit: Annotated[int, Field(ge=1, le=search.MOST)] = search.SHOWN
    cursor: Short = ""


class NameSearch(Clocked):
    """A name of an organisation, or a part of it, in an address."""

    name: Annotated[
        Short, Field(min_length=1, description="An organisation's name, part of it, or its code.")
    ]
    limit: Annotated[int, Field(ge=1, le=search.MOST)] = search.SHOWN
    cursor: Short = ""


class DossierAsked(Clocked):
    """How much of each kind of relation a dossier shows."""

    limit: Annotated[int, Field(ge=0, le=MOST_RELATIONS, description="Relations of each kind.")] = RELATIONS


class AroundAsked(Walked):
    """How far a picture reaches."""

    depth: Annotated[int, Field(ge=1, le=pictures.DEPTH)] = 1
    limit: Annotated[
        int, Field(ge=0, le=pictures.MOST_SHOWN, description="Relations of each type and direction.")
    ] = pictures.SHOWN
    nodes: Annotated[int, Field(ge=1, le=pictures.MOST_NODES, description="Parties at most.")] = (
        pictures.NODES
    )


class OwningAsked(Clocked):
    """Upward, downward, or both."""

    direction: Literal["up", "down", "both"] = "both"
    limit: Annotated[int, Field(ge=1, le=owning.MOST)] = owning.SHOWN


BODIES: tuple[Taken, ...] = (PartySearch,)
ANSWERS: tuple[Given, ...] = (SearchAnswer, Dossier, NeighbourhoodAnswer, ControlAnswer, OwnershipAnswer)
_GRAPH = [needs(Scope.GRAPH)]


def _asks(model: type[Clocked]) -> dict[str, Any]:
    extra = asks(model)
    return {"parameters": [*extra["parameters"], PURPOSE]}


@router.post(
    "/search",
    dependencies=_GRAPH,
    responses={
        **gives(SearchAnswer),
        **problems("http.invalid", "http.media_type", "http.too_large"),
    },
    openapi_extra=takes(PartySearch, parameters=[PURPOSE]),
)
async def find(request: Request) -> Response:
    """Search by a name in any form, pinyin initials, a code, a case number, or a person's number."""
    asked = await read_model(request, PartySearch)
    types = frozenset(asked.types) or frozenset(PartyType)
    return await run_in_threadpool(_search, request, asked, asked.query, types, True)


@router.get(
    "/search",
    dependencies=_GRAPH,
    responses={**gives(SearchAnswer), **problems("http.invalid")},
    openapi_extra=asks(NameSearch),
)
def find_organization(request: Request) -> Response:
    """Search organisations by name or code; persons are asked for in a body only."""
    asked = read_query(request, NameSearch)
    types = frozenset({PartyType.ORGANIZATION})
    return _search(request, asked, asked.name, types, False)


def _search(
    request: Request, asked: PartySearch | NameSearch, text: str, types: frozenset[PartyType], persons: bool
) -> Response:
    if not text.strip():
        raise refused(request, "/query" if persons else "/name", "body.empty")
    skip = passed_over(request, asked.cursor)
    with looking(request, asked, subject="search" if persons else "") as here:
        return json_answer(
            search.search(
                here.teller, here.names(), text, limit=asked.limit, skip=skip, types=types, persons=persons
            )
        )


def passed_over(request: Request, cursor: str) -> int:
    """How many results a cursor of ours passes over.

    Raises:
        ProblemError: `http.invalid`: not one of ours.
    """
    skip = from_cursor(request, cursor) or 0
    if skip > search.DEEPEST:
        raise refused(request, "/cursor", "body.invalid")
    return skip


@router.get(
    "/{party_id}",
    dependencies=_GRAPH,
    responses={**gives(Dossier), **problems("http.invalid", "http.not_found")},
    openapi_extra=_asks(DossierAsked),
)
def read(request: Request, party_id: str) -> Response:
    """The dossier of a party: who it is, its records with their law, its relations by kind with counts."""
    asked = read_query(request, DossierAsked)
    with looking(request, asked, subject=_subject(request, party_id)) as here:
        ordinal = one_party(request, here.teller, party_id, "/party_id")
        return json_answer(dossier(here.teller, here.names(), ordinal, limit=asked.limit))


@router.get(
    "/{party_id}/neighbourhood",
    dependencies=_GRAPH,
    responses={**gives(NeighbourhoodAnswer), **problems("http.invalid", "http.not_found")},
    openapi_extra=_asks(AroundAsked),
)
def neighbourhood(request: Request, party_id: str) -> Response:
    """Who is around a party, by type of relation, with counts; hubs are one node."""
    asked = read_query(request, AroundAsked)
    checked_types(request, asked)
    with looking(request, asked, subject=_subject(request, party_id)) as here:
        ordinal = one_party(request, here.teller, party_id, "/party_id")
        walk = here.teller.walk(asked.kinds, former=asked.former, by_name=asked.possibly_same)
        return json_answer(
            pictures.around(
                here.teller,
                ordinal,
                walk,
                depth=asked.depth,
                limit=asked.limit,
                nodes=asked.nodes,
                possibly_same=asked.possibly_same,
            )
        )


@router.get(
    "/{party_id}/control",
    dependencies=_GRAPH,
    responses={**gives(ControlAnswer), **problems("http.invalid", "http.not_found")},
    openapi_extra=asks(OwningAsked),
)
def control(request: Request, party_id: str) -> Response:
    """Who controls a party and whom it controls, by votes, with the holdings that prove it."""
    asked = read_query(request, OwningAsked)
    with looking(request, asked) as here:
        ordinal = one_party(request, here.teller, party_id, "/party_id")
        state = service(request).policy.state_investor
        return json_answer(
            owning.control(here.teller, ordinal, state, direction=asked.direction, limit=asked.limit)
        )


@router.get(
    "/{party_id}/ownership",
    dependencies=_GRAPH,
    responses={**gives(OwnershipAnswer), **problems("http.invalid", "http.not_found")},
    openapi_extra=asks(OwningAsked),
)
def ownership(request: Request, party_id: str) -> Response:
    """What of a party finally belongs to whom, and what belongs to it: economic shares."""
    asked = read_query(request, OwningAsked)
    with looking(request, asked) as here:
        ordinal = one_party(request, here.teller, party_id, "/party_id")
        return json_answer(
            owning.ownership(here.teller, ordinal, direction=asked.direction, limit=asked.limit)
        )


def _subject(request: Request, party_id: str) -> str:
    """What the record of a look at restricted content names; never a number of a person."""
    if search.personal(party_id):
        raise refused(request, "/party_id", "query.personal")
    return f"party:{party_id}"
