"""Connections over HTTP: how A and B are connected, and which bidders of a tender are connected with which."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, model_validator
from starlette.concurrency import run_in_threadpool

from api.explore import paths
from api.explore.search import personal
from api.explore.shapes import PathMatrix, PathsAnswer
from api.principals import Scope
from api.routes.access import needs
from api.routes.base import json_answer, read_model, refused
from api.routes.exploring import PURPOSE, Walked, checked_types, looking, one_party
from api.routes.problem import ProblemError, problems
from api.routes.query import asks, read_query
from api.routes.shapes import Given, Taken, gives, takes
from graph.model import PartyType
from matching.request import Short

router = APIRouter(prefix="/v1/paths", tags=["paths"])


class PathAsked(Walked):
    """Two parties, and how far they may be apart."""

    from_: Annotated[Short, Field(alias="from", min_length=1)]
    to: Annotated[Short, Field(min_length=1)]
    hops: Annotated[int, Field(ge=1, le=paths.MOST_HOPS)] = paths.HOPS
    limit: Annotated[int, Field(ge=1, le=paths.MOST, description="Paths at most.")] = paths.SHOWN
    longer: Annotated[bool, Field(description="Longer paths too, after those of the shortest length.")] = (
        False
    )


class PathsWanted(Walked):
    """A set of parties, or the bidders of a tender after its opening."""

    parties: Annotated[tuple[Short, ...], Field(max_length=paths.MEMBERS)] = ()
    tender: Short | None = None
    hops: Annotated[int, Field(ge=1, le=paths.MOST_HOPS)] = paths.HOPS

    @model_validator(mode="after")
    def _one(self) -> PathsWanted:
        if bool(self.parties) == bool(self.tender):
            raise ValueError("query.members")
        return self


BODIES: tuple[Taken, ...] = (PathsWanted,)
ANSWERS: tuple[Given, ...] = (PathsAnswer, PathMatrix)


def _extra() -> dict[str, Any]:
    return {"parameters": [*asks(PathAsked)["parameters"], PURPOSE]}


@router.get(
    "",
    dependencies=[needs(Scope.GRAPH)],
    responses={**gives(PathsAnswer), **problems("http.invalid", "http.not_found")},
    openapi_extra=_extra(),
)
def between(request: Request) -> Response:
    """How two parties are connected: the shortest paths, as data and in one sentence each."""
    return json_answer(connect(request, read_query(request, PathAsked)))


def connect(request: Request, asked: PathAsked) -> PathsAnswer:
    """How two parties are connected, as the caller may see it.

    Raises:
        ProblemError: `http.invalid`, `http.not_found`, `http.scope`.
    """
    checked_types(request, asked)
    with looking(request, asked, subject=f"paths:{asked.from_}:{asked.to}") as here:
        source = one_party(request, here.teller, asked.from_, "/from")
        target = one_party(request, here.teller, asked.to, "/to")
        walk = here.teller.walk(asked.kinds, former=asked.former, by_name=asked.possibly_same)
        return paths.paths(
            here.teller, source, target, walk, hops=asked.hops, limit=asked.limit, longer=asked.longer
        )


@router.post(
    "",
    dependencies=[needs(Scope.GRAPH)],
    responses={
        **gives(PathMatrix),
        **problems("http.invalid", "http.media_type", "http.too_large", "http.not_found", "http.sealed"),
    },
    openapi_extra=takes(PathsWanted, parameters=[PURPOSE]),
)
async def among(request: Request) -> Response:
    """Which of many parties are connected with which: a tender's bidders after its opening, or a list of them."""
    asked = await read_model(request, PathsWanted)
    return json_answer(await run_in_threadpool(connect_all, request, asked))


def connect_all(request: Request, asked: PathsWanted) -> PathMatrix:
    """Which of many parties are connected with which, as the caller may see it.

    Raises:
        ProblemError: `http.invalid`, `http.not_found`, `http.scope`, `http.sealed`.
    """
    checked_types(request, asked)
    if any(map(personal, asked.parties)) or personal(asked.tender or ""):
        raise refused(request, "/parties", "query.personal")
    about = asked.tender or f"{len(asked.parties)} parties"
    with looking(request, asked, subject=f"paths:{about}") as here:
        teller = here.teller
        if asked.tender:
            tender = one_party(request, teller, asked.tender, "/tender")
            if teller.projection.kind(tender) not in (PartyType.TENDER, PartyType.LOT):
                raise refused(request, "/tender", "query.tender")
            if teller.view.sealed_until(tender) is not None:
                raise ProblemError("http.sealed")
            members = paths.bidders(teller, tender)
            if len(members) > paths.MEMBERS:
                raise refused(request, "/tender", "query.many", limit=paths.MEMBERS)
            named = teller.party(tender).id
        else:
            named = None
            members = [
                one_party(request, teller, one, f"/parties/{place}")
                for place, one in enumerate(asked.parties)
            ]
            members = list(dict.fromkeys(members))
        walk = teller.walk(asked.kinds, former=asked.former, by_name=asked.possibly_same)
        return paths.matrix(teller, members, walk, hops=asked.hops, tender=named)
