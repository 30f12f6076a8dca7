"""Batches over HTTP: a list of bidders handed in, decided in the background, its results as a table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import batches, bootstrap, uploads
from api.batch_pages import results as parts_of
from api.batch_rows import note_in, shown
from api.handing_in import BatchOptions, handed_in
from api.masking import mask_text, mask_value
from api.output import Column, Table, render
from api.principals import Principal, Scope
from api.routes.access import asking, needs
from api.routes.base import cursor, from_cursor, json_answer, lang_of, service
from api.routes.problem import ProblemError, problems
from api.routes.query import asks, read_query
from api.routes.shapes import Given, Taken, gives
from api.rows import COLUMNS
from graph.dates import iso
from graph.messages import Lang
from matching.ledger import Item, Ledger
from matching.ledger.items import read_body
from matching.request import Model, Short

router = APIRouter(prefix="/v1/batches", tags=["batches"])
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": uploads.XLSX,
    "jsonl": "application/jsonl",
}
PAGE = 1_000
POLL_SECONDS = 0.5
BEAT_SECONDS = 15.0
LONGEST_SECONDS = 600.0
"""After this a stream of events ends; its reader comes back with the number of the last event."""


class PageAsked(Model):
    """A page of batches."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Short = ""


class ResultsAsked(Model):
    """Results as a page of JSON, or all of them as a file."""

    format: Literal["json", "csv", "xlsx", "jsonl"] = "json"
    limit: Annotated[int, Field(ge=1, le=PAGE, description="Rows of a page of JSON.")] = 100
    cursor: Short = ""


class BatchShown(msgspec.Struct, frozen=True, kw_only=True):
    """A batch and how far it is."""

    id: str
    name: str
    state: Literal["working", "done", "cancelled"]
    format: str
    rows: int
    decided: int
    rejected: int
    """Rows that can't be decided: each is among the results, with its number and column; it counts as UNDETERMINED."""
    remaining: int
    verdicts: dict[str, int]
    verdict: str | None
    """The strictest so far."""
    created_at: str
    changed_at: str
    opening_at: str | None
    unknown_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    mapped_columns: dict[str, str]
    """By heading, the field that it was read as."""
    notes: tuple[dict[str, Any], ...]
    results: str


class BatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Batches, last changed first."""

    batches: tuple[BatchShown, ...]
    next: str | None


class ResultPage(msgspec.Struct, frozen=True, kw_only=True):
    """Rows with their verdicts in the order of the list; rows of one project stand together."""

    rows: tuple[dict[str, Any], ...]
    next: str | None
    state: str


BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = (BatchShown, BatchPage, ResultPage)


def _body() -> dict[str, Any]:
    """What an upload may be, for the OpenAPI document."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    form = {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "string", "format": "binary"},
                "tender": {"type": "string", "description": "The tender as in a decision request, as JSON."},
            },
        }
    }
    content = {**dict.fromkeys(uploads.TYPES, binary), uploads.MULTIPART: form}
    return {**asks(BatchOptions), "requestBody": {"required": True, "content": content}}


@router.post(
    "",
    status_code=202,
    dependencies=[needs(Scope.DECIDE)],
    responses={
        **gives(BatchShown, 202, headers=("Location",)),
        **problems("http.invalid", "http.media_type", "http.too_large", "http.bad_request", "http.busy"),
    },
    openapi_extra=_body(),
)
async def hand_in(request: Request) -> Response:
    """Hand in a list of bidders (CSV, XLSX, JSON Lines); it is decided in the background."""
    asked = read_query(request, BatchOptions)
    try:
        upload = await uploads.take(request)
        return await run_in_threadpool(_create, request, asked, upload)
    finally:
        uploads.let_go(request)


def _create(request: Request, asked: BatchOptions, upload: uploads.Upload) -> Response:
    item = handed_in(request, asked, upload)
    return json_answer(show(item, lang_of(request)), 202, {"Location": f"/v1/batches/{item.id}"})


def found(request: Request, identity: str) -> Item:
    """A batch that the caller may see.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    who = asking(request)
    return _found(service(request).ledger.items.get(batches.BATCH, identity, tenant=who.tenant), who)


def _found(item: Item | None, who: Principal) -> Item:
    if item is None:
        raise ProblemError("http.not_found")
    if not batches.may_see(item, who.viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    if item.body is None:
        raise ProblemError("http.erased")
    return item


def show(item: Item, lang: Lang) -> BatchShown:
    """A batch as answers show it."""
    body: batches.Batch = read_body(item, batches.Batch)
    strictest = batches.verdict(body)
    state: Any = item.state
    return BatchShown(
        id=item.id,
        name=mask_text(body.name),
        state=state,
        format=body.format,
        rows=body.rows,
        decided=body.decided,
        rejected=body.rejected,
        remaining=body.rows - body.decided - body.rejected,
        verdicts=body.verdicts,
        verdict=None if strictest is None else strictest.value,
        created_at=iso(item.created_at),
        changed_at=iso(item.changed_at),
        opening_at=None if item.opening_at is None else iso(item.opening_at),
        unknown_columns=tuple(mask_text(heading) for heading in body.unknown_columns),
        ignored_columns=tuple(mask_text(heading) for heading in body.ignored_columns),
        mapped_columns={mask_text(heading): field for heading, field in body.mapped_columns.items()},
        notes=tuple(mask_value(note_in(note, lang)) for note in body.notes),
        results=f"/v1/batches/{item.id}/results",
    )


@router.get(
    "",
    dependencies=[needs(Scope.READ)],
    responses={**gives(BatchPage), **problems("http.invalid")},
    openapi_extra=asks(PageAsked),
)
def listed(request: Request) -> Response:
    """The batches that the caller may see, last changed first."""
    asked, who = read_query(request, PageAsked), asking(request)
    before = from_cursor(request, asked.cursor)
    page = service(request).ledger.items.page(
        batches.BATCH, tenant=who.tenant, before=before, limit=asked.limit
    )
    now, lang = bootstrap.now(), lang_of(request)
    seen = [
        show(item, lang) for item in page if item.body is not None and batches.may_see(item, who.viewer, now)
    ]
    more = page[-1].event_seq if len(page) == asked.limit else None
    return json_answer(BatchPage(batches=tuple(seen), next=cursor(more)))


@router.get(
    "/{batch_id}",
    dependencies=[needs(Scope.READ)],
    responses={**gives(BatchShown), **problems("http.not_found", "http.sealed", "http.erased")},
)
def read(request: Request, batch_id: str) -> Response:
    """How far a batch is."""
    return json_answer(show(found(request, batch_id), lang_of(request)))


@router.get(
    "/{batch_id}/results",
    dependencies=[needs(Scope.READ)],
    responses={
        200: {
            **gives(ResultPage)[200],
            "content": {
                **gives(ResultPage)[200]["content"],
                **{media.partition(";")[0]: {"schema": {"type": "string"}} for media in FORMATS.values()},
            },
        },
        **problems("http.invalid", "http.not_found", "http.sealed", "http.erased"),
    },
    openapi_extra=asks(ResultsAsked),
)
def results(request: Request, batch_id: str) -> Response:
    """What came of the rows so far: a page of JSON, or everything as CSV, XLSX or JSON Lines."""
    asked, lang = read_query(request, ResultsAsked), lang_of(request)
    item, ledger = found(request, batch_id), service(request).ledger
    if asked.format == "json":
        part, row = divmod(from_cursor(request, asked.cursor) or 0, batches.MOST_ROWS)
        rows: list[dict[str, Any]] = []
        at = None
        for number, told in parts_of(ledger, item, first=part):
            start = row if number == part else 0
            room = asked.limit - len(rows)
            rows += [shown(one, lang) for one in told[start : start + room]]
            if len(rows) >= asked.limit:
                at = number * batches.MOST_ROWS + start + room
                break
        return json_answer(ResultPage(rows=tuple(rows), next=cursor(at), state=item.state))
    return results_file(item, ledger, asked.format, lang)


def results_file(item: Item, ledger: Ledger, format: str, lang: Lang) -> Response:
    """All results so far as one file, in the order of the list."""
    everything = [one for _, told in parts_of(ledger, item) for one in told]
    everything.sort(key=lambda one: int(one["row"]))
    columns = tuple(Column(key, key, wide) for key, wide in (*COLUMNS, ("column", 0), ("error", 0)))
    table = Table(columns=columns, rows=[shown(one, lang) for one in everything])
    name = f'attachment; filename="batch-{item.id}.{format}"'
    return Response(render(table, format, to_file=True), 200, {"Content-Disposition": name}, FORMATS[format])


@router.get(
    "/{batch_id}/events",
    dependencies=[needs(Scope.READ)],
    response_class=Response,
    responses={
        200: {
            "description": "`progress` with the batch at each change, at the end `done` or `cancelled`.",
            "content": {EventSourceResponse.media_type: {"schema": {"type": "string"}}},
        },
        **problems("http.not_found", "http.sealed", "http.erased"),
    },
    openapi_extra={
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "description": "The last event that was seen: only what changed since is told.",
                "schema": {"type": "string"},
            }
        ]
    },
)
async def events(request: Request, batch_id: str) -> Response:
    """Progress as server-sent events, until the batch has ended."""
    who, parts, lang = asking(request), service(request), lang_of(request)
    await run_in_threadpool(found, request, batch_id)
    last = request.headers.get("last-event-id", "")
    seen = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0

    async def stream() -> AsyncIterator[bytes]:
        told, waited, lived = seen, 0.0, 0.0
        yield format_sse_event(retry=2_000)
        # a server that is being renewed does not wait for its readers: they come back to another
        while lived < LONGEST_SECONDS and not getattr(request.app.state, "draining", False):
            item = await run_in_threadpool(parts.ledger.items.get, batches.BATCH, batch_id, tenant=who.tenant)
            if item is None or item.body is None:
                return
            if item.version > told or item.state != batches.WORKING:
                ended = item.state != batches.WORKING
                yield format_sse_event(
                    event=item.state if ended else "progress",
                    data_str=msgspec.json.encode(show(item, lang), order="sorted").decode(),
                    id=str(item.version),
                )
                told, waited = item.version, 0.0
                if ended:
                    return
            await asyncio.sleep(POLL_SECONDS)
            waited, lived = waited + POLL_SECONDS, lived + POLL_SECONDS
            if waited >= BEAT_SECONDS:
                waited = 0.0
                yield format_sse_event(comment="working")

    return EventSourceResponse(stream(), headers={"X-Accel-Buffering": "no"})


@router.post(
    "/{batch_id}/cancel",
    dependencies=[needs(Scope.DECIDE)],
    responses={**gives(BatchShown), **problems("http.not_found", "http.sealed", "http.erased", "http.busy")},
)
def cancel(request: Request, batch_id: str) -> Response:
    """End a batch; rows that were decided keep their decisions and results."""
    found(request, batch_id)
    who = asking(request)
    item = batches.cancel(
        service(request).ledger, batch_id, tenant=who.tenant, actor=who.id, at=bootstrap.now()
    )
    return json_answer(show(item, lang_of(request)))


@router.post(
    "/{batch_id}/resume",
    dependencies=[needs(Scope.DECIDE)],
    responses={**gives(BatchShown), **problems("http.not_found", "http.sealed", "http.erased", "http.busy")},
)
def resume(request: Request, batch_id: str) -> Response:
    """Go on with a batch that was cancelled, from the first row that is not decided."""
    found(request, batch_id)
    who = asking(request)
    item = batches.resume(
        service(request).ledger, batch_id, tenant=who.tenant, actor=who.id, at=bootstrap.now()
    )
    return json_answer(show(item, lang_of(request)))


@router.delete(
    "/{batch_id}",
    status_code=204,
    dependencies=[needs(Scope.DECIDE)],
    response_class=Response,
    responses={
        204: {"description": "Its rows and results are gone; its decisions stay in the ledger."},
        **problems("http.not_found", "http.sealed", "http.erased", "http.busy"),
    },
)
def delete(request: Request, batch_id: str) -> Response:
    """End a batch and forget its rows and results."""
    found(request, batch_id)
    who = asking(request)
    batches.delete(service(request).ledger, batch_id, tenant=who.tenant, actor=who.id, at=bootstrap.now())
    return Response(status_code=204)


__all__ = ["ANSWERS", "BODIES", "router"]
