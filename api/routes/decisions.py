"""Decisions over HTTP: ask, ask again with the same key, read, replay, print."""

from __future__ import annotations

import hashlib
import time
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import bootstrap, decided
from api.deciding import SMALL_BODY, Deciding, is_small
from api.errors import CommandError
from api.masking import mask_json
from api.overrides import links
from api.principals import Principal, Scope
from api.problems import Problem, RequestError, parse_request
from api.replays import replay_document
from api.restricted import checked_purpose, record_access
from api.routes.access import asking, needs
from api.routes.base import cursor, from_cursor, invalid, json_answer, lang_of, read_body, refused, service
from api.routes.problem import JSON, ProblemError, problems
from api.routes.shapes import Given, Taken, gives
from api.telemetry import Telemetry
from matching.decision import Decision, Verdict
from matching.ledger import Entry, KeyState, LedgerError, StoredDecision, visible
from matching.overrides.proposals import successor
from matching.request import Day, DecisionRequest

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
BODIES: tuple[Taken, ...] = (DecisionRequest,)


class DecisionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in a list: what it says in one word, and of how many bidders."""

    decision_id: str
    decided_at: datetime
    actor: str
    verdict: Verdict | None
    """None where what it said was erased."""
    bidders: int
    valid_until: datetime | None
    erased: bool


class DecisionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions, newest first; `next` is the cursor to go on from."""

    decisions: tuple[DecisionLine, ...]
    next: str | None = None


ANSWER: dict[str, Any] = {
    "description": "The decision; a BLOCK is a result, not an error.",
    "content": {JSON: {"schema": {"$ref": "#/components/schemas/Decision"}}},
}
_TOLD: dict[str, Any] = {
    "Content-Location": {"description": "Where the decision stands.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true`: the stored answer of an earlier request with the same key and body.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
LONGEST_KEY = 255
MOST_DAYS = 400
"""Days that are counted at once."""
SMALL_ANSWER = 262_144
"""Bytes of an answer that the event loop itself looks through."""


def stored_decision(request: Request, decision_id: str) -> StoredDecision:
    """A decision that the caller may see.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    who = asking(request)
    stored = service(request).ledger.decision(decision_id, tenant=who.tenant)
    if stored is None:
        raise ProblemError("http.not_found")
    if not visible(stored, who.viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    if stored.body is None:
        raise ProblemError("http.erased")
    return stored


def in_full(request: Request, decision_id: str) -> bool:
    """Whether the caller asked for officials' restricted findings, which is recorded before anything is shown.

    The purpose comes in the header `Purpose`: what stands in an address is logged by proxies.

    Raises:
        ProblemError: `http.scope`, `http.invalid` (a purpose without the right to look, or too long a one).
    """
    given = request.headers.get("purpose", "")
    if not given:
        return False
    who = asking(request)
    if not who.may(Scope.RESTRICTED):
        raise ProblemError("http.scope", detail=Scope.RESTRICTED.value)
    try:
        purpose = checked_purpose(True, _header_text(given))
    except CommandError:
        raise ProblemError(
            "http.invalid", errors=[Problem(pointer="", code="body.invalid").document(lang_of(request))]
        ) from None
    record_access(
        service(request).ledger,
        subject=decision_id,
        purpose=purpose,
        tenant=who.tenant,
        actor=who.id,
        at=bootstrap.now(),
    )
    return True


def _header_text(value: str) -> str:
    """A header as its sender wrote it: headers arrive as Latin-1, people write UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return value


def idempotency_key(request: Request) -> str:
    """The request's Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07); empty where none was sent.

    Raises:
        ProblemError: `http.bad_request`: longer than 255 characters, or not printable ASCII.
    """
    given = request.headers.get("idempotency-key")
    if given is None:
        return ""
    key = given.strip().strip('"')
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise ProblemError("http.bad_request", detail="Idempotency-Key")
    return key


@router.post(
    "",
    dependencies=[needs(Scope.DECIDE)],
    responses={
        200: {**ANSWER, "headers": _TOLD},
        **problems(
            "http.invalid", "http.media_type", "http.too_large", "http.bad_request", "http.in_flight",
            "http.key_reused", "http.erased", "http.busy",
        ),
    },
    openapi_extra={
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "Names one act of asking, a UUID for example. The same key and body give the stored "
                "answer, with `Idempotent-Replayed: true`, however old it is: for another look take another key.",
                "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/DecisionRequest"}}},
        },
    },
)  # fmt: skip
async def decide(request: Request) -> Response:
    """Decide whether bidders are barred; the decision is recorded before it is answered."""
    return await decide_for(request, asking(request))


async def decide_for(request: Request, who: Principal) -> Response:
    """The same, for a principal who was let in and may decide.

    Raises:
        ProblemError: as the route declares.
        LedgerError, GenerationError, StoreError: a part is away; nothing was decided.
    """
    key = idempotency_key(request)
    body = await read_body(request)
    begun = time.perf_counter()
    try:
        asked = (
            parse_request(body) if len(body) <= SMALL_BODY else await run_in_threadpool(parse_request, body)
        )
    except RequestError as error:
        raise invalid(request, error) from None
    deciding: Deciding = request.app.state.deciding
    deciding.check(asked, len(body))
    small = is_small(asked, len(body))
    if not key and small:
        return await _told(request, await deciding.small(asked, who.id, who.tenant), begun)
    if not key:
        return await _told(request, await deciding.large(asked, who.id, who.tenant), begun)
    # a key belongs to the one who sent it: two platforms of a tenant never meet in one
    slot, digest = f"{who.id}/{key}", hashlib.sha256(body).hexdigest()
    if not small:
        return await _decide_large(request, who, asked, slot, digest, begun)
    known = await _known(request, who, slot, digest)
    if known is not None:
        return known
    try:
        entry = await deciding.small(asked, who.id, who.tenant, slot, digest)
    except LedgerError as error:
        # the same key was answered meanwhile, by another process
        known = await _known(request, who, slot, digest) if error.code == "ledger.key_taken" else None
        if known is None:
            raise
        return known
    return await _told(request, entry, begun)


async def _known(request: Request, who: Principal, slot: str, digest: str) -> Response | None:
    """What a key stands for already; None where nobody has used it.

    Raises:
        ProblemError: `http.key_reused`, `http.in_flight`, `http.erased`.
    """
    ledger = service(request).ledger
    if ledger.local:
        state = ledger.lookup_key(who.tenant, slot, digest)
    else:
        state = await run_in_threadpool(ledger.lookup_key, who.tenant, slot, digest)
    return await _from_slot(request, who, state)


async def _from_slot(request: Request, who: Principal, state: KeyState) -> Response | None:
    if state.state == "conflict":
        raise ProblemError("http.key_reused")
    if state.state == "in_flight":
        raise ProblemError("http.in_flight", headers={"Retry-After": "1"})
    if state.state == "new":
        return None
    stored = await run_in_threadpool(service(request).ledger.decision, state.decision_id, tenant=who.tenant)
    if stored is None or stored.body is None:
        raise ProblemError("http.erased")
    return _answer(mask_json(stored.body), state.decision_id, replayed=True)


async def _decide_large(
    request: Request, who: Principal, asked: DecisionRequest, slot: str, digest: str, begun: float
) -> Response:
    """With a key: it is reserved first, so that a request that takes seconds is not worked on twice."""
    ledger = service(request).ledger
    deciding: Deciding = request.app.state.deciding
    at = bootstrap.now()
    state = await run_in_threadpool(ledger.reserve_key, who.tenant, slot, digest, at=at)
    known = await _from_slot(request, who, state)
    if known is not None:
        return known
    try:
        entry = await deciding.large(asked, who.id, who.tenant, slot)
    except Exception as error:
        # it took so long that somebody asked again and was answered first
        if isinstance(error, LedgerError) and error.code == "ledger.key_taken":
            known = await _known(request, who, slot, digest)
            if known is not None:
                return known
        # nothing was decided: the same key may be tried again at once
        await run_in_threadpool(ledger.release_key, who.tenant, slot, at=at)
        raise
    return await _told(request, entry, begun)


async def _told(request: Request, entry: Entry, begun: float) -> Response:
    """The answer, and its place in what the server counts."""
    telemetry: Telemetry = request.app.state.telemetry
    body, decision = entry.body, entry.decision
    answer = mask_json(body) if len(body) <= SMALL_ANSWER else await run_in_threadpool(mask_json, body)
    telemetry.decided(decision.verdict, time.perf_counter() - begun)
    return _answer(answer, decision.decision_id)


def _answer(body: bytes, decision_id: str, *, replayed: bool = False) -> Response:
    headers = {"Content-Location": f"/v1/decisions/{decision_id}"}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(body, 200, headers, JSON)


class DecisionCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many decisions of one verdict were recorded on one day in China."""

    day: date
    verdict: Verdict
    decisions: int


class DecisionCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions by day and verdict; days and verdicts without any are left out."""

    since: date
    until: date
    counts: tuple[DecisionCount, ...]


ANSWERS: tuple[Given, ...] = (Decision, DecisionPage, DecisionCounts)


@router.get(
    "",
    dependencies=[needs(Scope.READ)],
    responses={**gives(DecisionPage), **problems("http.invalid")},
)
def decisions(
    request: Request,
    party: Annotated[str, Query(max_length=decided.LONGEST_PARTY)] = "",
    verdict: Annotated[Verdict | None, Query()] = None,
    since: Annotated[Day | None, Query()] = None,
    until: Annotated[Day | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str, Query(alias="cursor", max_length=40)] = "",
) -> Response:
    """The tenant's decisions, newest first, without their findings; those of sealed bids only after the opening.

    `party` is a unified social credit code or the key of a party: decisions in which it takes any part. `since` and
    `until` are days in China.
    """
    wanted = decided.Wanted(party.strip(), verdict, since, until)
    stored, going_on = decided.found(
        request, asking(request), wanted, before=from_cursor(request, after), limit=limit
    )
    return json_answer(DecisionPage(decisions=tuple(map(_line, stored)), next=cursor(going_on)))


@router.get(
    "/counts",
    dependencies=[needs(Scope.READ)],
    responses={**gives(DecisionCounts), **problems("http.invalid")},
)
def counts(request: Request, since: Annotated[Day, Query()], until: Annotated[Day, Query()]) -> Response:
    """How many decisions of each day in China, by verdict, the caller may see: at most of 400 days, no sealed ones."""
    if until < since or (until - since).days >= MOST_DAYS:
        raise refused(request, "/until", "body.invalid")
    found = decided.counted(service(request), asking(request).viewer, bootstrap.now(), since, until)
    rows = tuple(
        DecisionCount(day=day, verdict=verdict, decisions=many)
        for (day, verdict), many in sorted(found.items(), key=lambda one: (one[0][0], -one[0][1].rank))
    )
    return json_answer(DecisionCounts(since=since, until=until, counts=rows))


def _line(stored: StoredDecision) -> DecisionLine:
    decision = stored.decision
    return DecisionLine(
        decision_id=stored.decision_id,
        decided_at=stored.recorded_at,
        actor=stored.actor,
        verdict=None if decision is None else decision.verdict,
        bidders=0 if decision is None else len(decision.bidders),
        valid_until=None if decision is None else decision.valid_until,
        erased=stored.erased,
    )


@router.get(
    "/{decision_id}",
    dependencies=[needs(Scope.READ)],
    responses={200: ANSWER, **problems("http.not_found", "http.sealed", "http.erased", "http.invalid")},
)
def get_decision(request: Request, decision_id: str) -> Response:
    """A decision as it was answered."""
    stored = stored_decision(request, decision_id)
    before = [one.of for one in stored.decision.overrides[-1:]] if stored.decision is not None else []
    link = links(service(request), decision_id, stored.tenant, before)
    shown = mask_json(stored.body or b"", restricted=in_full(request, decision_id))
    return Response(shown, 200, {"Link": link} if link else None, JSON)


@router.post(
    "/{decision_id}/replay",
    dependencies=[needs(Scope.READ)],
    responses=problems("http.not_found", "http.sealed", "http.erased"),
)
def replay(request: Request, decision_id: str) -> Response:
    """Calculate a decision again from what it pins: identical, or the difference."""
    stored_decision(request, decision_id)
    result = service(request).replay(decision_id, asking(request).tenant)
    return Response(msgspec.json.encode(replay_document(result, lang_of(request))), 200, None, JSON)


@router.get(
    "/{decision_id}/certificate",
    dependencies=[needs(Scope.READ)],
    response_class=Response,
    responses={
        200: {"description": "A page to print.", "content": {"text/html": {"schema": {"type": "string"}}}},
        **problems("http.not_found", "http.sealed", "http.erased"),
    },
)
def certificate(request: Request, decision_id: str) -> Response:
    """A printable proof of the query, with its place in the audit chain (采购文件 are kept for 15 years)."""
    from api.report import report

    stored = stored_decision(request, decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    newer = successor(service(request).ledger, decision_id, tenant=stored.tenant)
    replaced = {decision_id: newer} if newer else {}
    page = report([stored.decision], lang_of(request), made_at=bootstrap.now(), replaced=replaced)
    name = f"decision-{decision_id}.html"
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    }
    return Response(page, 200, headers, "text/html; charset=utf-8")
