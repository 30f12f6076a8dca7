"""The match queue over HTTP: what waits for a person, and that person's answer."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bootstrap, reviews
from api.errors import CommandError, sentence
from api.masking import mask_value
from api.principals import Scope
from api.problems import RequestError, parse
from api.routes.access import asking, needs
from api.routes.base import invalid, json_answer, lang_of, read_body, service
from api.routes.decisions import stored_decision
from api.routes.problem import JSON, ProblemError, problems
from api.routes.shapes import Given, Taken
from matching.request import Model, Short, Text

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])


class NewReview(Model):
    """An answer to a possible match: `record` is the record, `LIST:record`, or the pair that evidence names.

    `correct` says that it corrects the other answer, which stands; without it that is refused (409).
    """

    decision_id: Short
    record: Text
    answer: Literal["confirm", "reject"]
    reason: Text
    correct: bool = False


BODIES: tuple[Taken, ...] = (NewReview,)
ANSWERS: tuple[Given, ...] = ()


@router.get("", dependencies=[needs(Scope.CASES)], responses=problems("http.invalid"))
def waiting(request: Request, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> Response:
    """The matches that nobody has answered, oldest first; those of sealed bids only after the opening."""
    who = asking(request)
    found = service(request).ledger.pending_matches(who.tenant, limit, viewer=who.viewer, at=bootstrap.now())
    names = reviews.names_of(service(request).ledger, found, who.tenant)
    rows = [reviews.row_of(match, names.get(match.pair_key, "")) for match in found]
    return json_answer({"matches": mask_value(rows)})


@router.post(
    "",
    status_code=201,
    dependencies=[needs(Scope.CASES)],
    responses={
        200: {"description": "This answer stands already; nothing was recorded."},
        **problems(
            "http.invalid",
            "http.media_type",
            "http.too_large",
            "http.not_found",
            "http.sealed",
            "http.erased",
            "http.conflict",
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/NewReview"}}},
        }
    },
)
async def answer(request: Request) -> Response:
    """Confirm or reject a match. A rejection is remembered until the record or the party changes."""
    body = await read_body(request, limit=100_000)
    try:
        given = parse(NewReview, body)
    except RequestError as error:
        raise invalid(request, error) from None
    return await run_in_threadpool(_answer, request, given)


def _answer(request: Request, given: NewReview) -> Response:
    who, lang = asking(request), lang_of(request)
    stored = stored_decision(request, given.decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    if not given.reason.strip():
        raise ProblemError("http.invalid", errors=[])
    try:
        done = reviews.add(
            service(request).ledger,
            stored.decision,
            given.record,
            given.answer,
            reviewer=who.id,
            reason=given.reason,
            tenant=who.tenant,
            at=bootstrap.now(),
            correct=given.correct,
        )
    except CommandError as error:
        code = "http.conflict" if error.code in reviews.ANSWERED else "http.invalid"
        raise ProblemError(code, detail=sentence(error, lang) or "") from None
    made = done.review
    document = {
        "seq": made.seq,
        "answer": made.answer,
        "pair": made.pair_key,
        "list": made.list,
        "record": made.record,
        "decision_id": made.decision_id,
        "recorded": done.recorded,
    }
    return json_answer(mask_value(document), 201 if done.recorded else 200)
