"""A list of bidders handed in: what all its rows share, the file read under a bound, and the batch recorded.

The HTTP interface and the page hand in alike.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Request
from pydantic import Field, field_validator

from api import batches, bootstrap, uploads
from api.masking import mask_text
from api.problems import RequestError, read_json
from api.routes.access import asking
from api.routes.base import invalid, lang_of, refused, service
from api.routes.problem import ProblemError
from graph.dates import iso
from graph.lists import BY_CODE
from graph.messages import Lang
from loaders.errors import FileError
from matching.ledger import Item
from matching.request import Instant, Model, Short

READING: Final = threading.BoundedSemaphore(2)
"""Lists read at once in one process: a list takes memory while it is read."""


class BatchOptions(Model):
    """What all rows of a list share. Without `tender` rows are decided by their project, or each alone."""

    name: Annotated[Short, Field(description="What people call the batch.")] = ""
    tender: Annotated[Short, Field(description="Number of the tender in which all rows bid.")] = ""
    regime: Short | None = None
    object: Short | None = None
    stage: Short | None = None
    as_of: Instant | None = None
    known_at: Instant | None = None
    opening_at: Annotated[
        Instant | None, Field(description="Until then nobody else sees the batch (招标投标法 22).")
    ] = None
    invoked: Annotated[
        tuple[str, ...],
        Field(
            description="Lists that the tender documents invoke; `none` for none.",
            json_schema_extra={"items": {"type": "string", "enum": [*BY_CODE, "none"]}},
        ),
    ] = ()

    @field_validator("invoked")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple(one.strip().upper() for one in value if one.strip())
        if any(code not in BY_CODE and code != "NONE" for code in codes):
            raise ValueError("query.list")
        return codes


def handed_in(request: Request, asked: BatchOptions, upload: uploads.Upload) -> Item:
    """Record a batch of what was uploaded; the background work begins with it.

    Args:
        request: who asks, and in which language.
        asked: what all rows share.
        upload: the list.

    Raises:
        ProblemError: `http.invalid` with every error at its place, `http.too_large` (more rows than are taken),
            `http.busy` (too many lists are being read).
    """
    if uploads.strange(upload):
        raise refused(request, "/file", "batch.format")
    parts, who, lang = service(request), asking(request), lang_of(request)
    frame = _frame(request, asked, upload)
    if not READING.acquire(timeout=1):
        raise ProblemError("http.busy", headers={"Retry-After": "2"})
    try:
        reading = uploads.read(upload, parts.settings.home, lang)
    except FileError as error:
        raise ProblemError("http.invalid", errors=[_file_error(error, lang)]) from None
    finally:
        READING.release()
    opening = frame["tender"].get("opening_at")
    try:
        return batches.create(
            parts.ledger,
            reading,
            name=mask_text(asked.name or upload.name),
            frame=frame,
            together=bool(asked.tender or upload.tender.strip()),
            tenant=who.tenant,
            actor=who.id,
            at=bootstrap.now(),
            opening_at=_instant(request, opening),
        )
    except RequestError as error:
        raise invalid(request, error) from None


def _frame(request: Request, asked: BatchOptions, upload: uploads.Upload) -> dict[str, Any]:
    """What all rows share: the tender of the form, with the parameters on top."""
    tender: dict[str, Any] = {}
    if upload.tender.strip():
        try:
            given = read_json(upload.tender)
        except RequestError as error:
            raise invalid(request, error) from None
        if not isinstance(given, dict):
            raise refused(request, "/tender", "body.object")
        tender = given
    stated = {
        "id": asked.tender or None,
        "regime": asked.regime,
        "object": asked.object,
        "stage": asked.stage,
        "as_of": asked.as_of and iso(asked.as_of),
        "opening_at": asked.opening_at and iso(asked.opening_at),
    }
    tender |= {name: value for name, value in stated.items() if value is not None}
    if asked.invoked:
        tender["invoked_lists"] = [code for code in asked.invoked if code != "NONE"]
    frame: dict[str, Any] = {"tender": tender}
    if asked.known_at is not None:
        frame["known_at"] = iso(asked.known_at)
    return frame


def _instant(request: Request, given: object) -> datetime | None:
    """The opening by which a batch is sealed; the frame's own check says what is wrong with another value."""
    from pydantic import TypeAdapter, ValidationError

    try:
        found: datetime | None = TypeAdapter(Instant | None).validate_python(given)
    except ValidationError:
        raise refused(request, "/tender/opening_at", "body.time") from None
    return found


def _file_error(error: FileError, lang: Lang) -> dict[str, str]:
    from loaders.report import sentence

    return {"pointer": "/file", "code": error.code, "message": sentence(error.code, error.params, lang)}
