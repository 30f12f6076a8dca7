"""A list of bidders that somebody uploads: told by its content, bounded before anything is unpacked, then read.

What calls itself a spreadsheet has to be one: archives, programs and old binary workbooks are refused by their first
bytes, before a reader sees them.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api import bootstrap
from api.batches import MOST_ROWS, Bad, Reading
from api.masking import mask_text
from api.problems import MAX_BODY
from api.routes.base import lang_of
from api.routes.problem import ProblemError
from api.screening import InputRow
from graph.messages import LANGS, Lang, say
from loaders.errors import FileError
from loaders.files import Limits

if TYPE_CHECKING:
    from loaders.base import Problem
    from loaders.bidders import BidderRow

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES: Final = {
    "text/csv": ("csv", "tsv"),
    "application/csv": ("csv", "tsv"),
    "text/tab-separated-values": ("csv", "tsv"),
    "application/jsonl": ("jsonl",),
    "application/x-ndjson": ("jsonl",),
    "application/x-jsonlines": ("jsonl",),
    XLSX: ("xlsx",),
}
"""Media types that are taken, and the formats that their content may have."""
MULTIPART: Final = "multipart/form-data"
LIMITS: Final = Limits(
    members=200, total=256 << 20, ratio=100, floor=8 << 20, workbook=32 << 20, cells=4_000_000
)
"""A list of 20,000 bidders with all their columns takes a few megabytes; whatever unpacks to more is no list."""
NOTES: Final = 50
_FIELD: Final = 256 * 1024
_LEFT_SECONDS: Final = 3_600
_PREFIX: Final = ".upload-"
_PACKED: Final = (b"PK\x03\x04", b"PK\x05\x06")
_BINARY: Final = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b")


class Upload(NamedTuple):
    """What was sent: a list's bytes, the formats that it may have, and the tender as JSON, where one was.

    No formats: it is said to be something that is no list.
    """

    data: bytes
    formats: tuple[str, ...]
    name: str = ""
    tender: bytes = b""
    media: str = ""
    """What its sender says it is."""


class Room:
    """How many bytes of uploads one process holds at once."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Whether so many more bytes may be held; then they are."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give(self, size: int) -> None:
        """So many bytes are held no more."""
        with self._lock:
            self._left += size


ROOM: Final = Room(4 * MAX_BODY)
_HELD: Final = "liancheng.upload"


def let_go(request: Request) -> None:
    """Whoever took an upload of a request says so when it has been answered: others may have its room."""
    ROOM.give(request.scope.pop(_HELD, 0))


async def take(request: Request) -> Upload:
    """The uploaded list, by its media type or as a part called `file` of a form; `let_go` follows in every case.

    Raises:
        ProblemError: `http.media_type`, `http.too_large`, `http.bad_request` (a form that can't be read), `http.busy`
            (too much is being uploaded).
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in TYPES and media != MULTIPART:
        raise ProblemError("http.media_type", detail=", ".join((*TYPES, MULTIPART)))
    data = await _received(request)
    if media != MULTIPART:
        return Upload(data, TYPES[media])
    async with _parsed(request, data, files=2, fields=2) as form:
        file, tender = form.get("file"), form.get("tender", "")
        if not isinstance(file, UploadFile):
            raise ProblemError("http.bad_request", detail="file")
        told = await tender.read() if isinstance(tender, UploadFile) else tender.encode()
        return await _upload(file, told)


async def take_form(request: Request, fields: int) -> tuple[dict[str, str], Upload | None]:
    """The fields of a page's form, the first of each name, and the list where one was chosen; `let_go` follows.

    Args:
        request: of the media type `MULTIPART`.
        fields: the most that a form may have.

    Raises:
        ProblemError: `http.too_large`, `http.bad_request`, `http.busy`.
    """
    data = await _received(request)
    async with _parsed(request, data, files=1, fields=fields) as form:
        said = {name: value for name, value in reversed(form.multi_items()) if isinstance(value, str)}
        file = form.get("file")
        chosen = isinstance(file, UploadFile) and file.filename
        return said, await _upload(file) if chosen and isinstance(file, UploadFile) else None


async def _received(request: Request) -> bytes:
    received = bytearray()
    async for part in request.stream():
        if not ROOM.take(len(part)):
            raise ProblemError("http.busy", headers={"Retry-After": "5"})
        request.scope[_HELD] = request.scope.get(_HELD, 0) + len(part)
        received += part
        if len(received) > MAX_BODY:
            raise ProblemError("http.too_large", detail=f"≤ {MAX_BODY >> 20} MiB")
    return bytes(received)


@asynccontextmanager
async def _parsed(
    request: Request, data: bytes, *, files: int, fields: int
) -> AsyncGenerator[FormData, None]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield data

    try:
        parser = MultiPartParser(
            request.headers, stream(), max_files=files, max_fields=fields, max_part_size=_FIELD
        )
        form = await parser.parse()
    except (MultiPartException, KeyError, AssertionError, UnicodeDecodeError):
        raise ProblemError("http.bad_request", detail=say("api", "upload.form", lang_of(request))) from None
    try:
        for name, value in form.multi_items():
            told = (value.filename or "") if isinstance(value, UploadFile) else value
            if "\x00" in name + told:
                # a database may keep none: refused as in every other form
                raise ProblemError("http.bad_request", detail="%00")
        yield form
    finally:
        await form.close()


async def _upload(file: UploadFile, tender: bytes = b"") -> Upload:
    media = (file.content_type or "").partition(";")[0].strip().lower()
    suffix = Path(file.filename or "").suffix.lower()
    formats = TYPES.get(media) or _BY_SUFFIX.get(suffix, ())
    return Upload(await file.read(), formats, Path(file.filename or "").name[:200], tender, media)


_BY_SUFFIX: Final = {
    ".csv": ("csv", "tsv"), ".tsv": ("csv", "tsv"), ".txt": ("csv", "tsv"), ".jsonl": ("jsonl",), ".ndjson": ("jsonl",),
    ".xlsx": ("xlsx",),
}  # fmt: skip
"""Browsers call a file by its ending where they do not know its type."""


def strange(upload: Upload) -> bool:
    """Whether it is nothing that is taken, or its first bytes are others: told before any reader sees it."""
    packed = upload.data.startswith(_PACKED)
    other = packed != ("xlsx" in upload.formats) or upload.data.startswith(_BINARY)
    return not upload.formats or other


def read(upload: Upload, home: Path, lang: Lang) -> Reading:
    """The rows of an uploaded list, good and bad; nothing of the file stays on the disk.

    Args:
        upload: what was sent.
        home: a folder that only the program may read.
        lang: the caller's language.

    Raises:
        FileError: the file is no list of bidders, of another format than was said, can't be read, or unpacks to more
            than a list may.
        ProblemError: `http.too_large` (more rows than are taken).
    """
    from loaders.bidders import read_bidders
    from loaders.report import MAX_LISTED

    _tidy(home)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=home) as folder:
        path = Path(folder) / f"list.{upload.formats[0]}"
        path.write_bytes(upload.data)
        found = read_bidders(path, lang, LIMITS)
        if found.format not in upload.formats:
            raise FileError("bidders.not_bidders")
        if len(found.rows) + len(found.rejected) > min(MOST_ROWS, MAX_LISTED):
            raise ProblemError("http.too_large", detail=str(MOST_ROWS))
    return Reading(
        format=found.format,
        rows=[_row(row) for row in found.rows],
        bad=_bad(found.refused),
        unknown=found.columns["unknown"],
        mapped=found.columns["mapped"],
        ignored=found.columns["ignored"],
        notes=[_note(problem, str(path), upload.name) for problem in found.noted[:NOTES]],
    )


def _note(problem: Problem, path: str, name: str) -> dict[str, Any]:
    """A note, which names the file as its sender does."""
    from loaders.report import entry

    said = {lang: mask_text(entry(problem, lang)["message"].replace(path, name)) for lang in LANGS}
    return {**entry(problem, "en"), "message": said}


def _row(row: BidderRow) -> InputRow:
    doubt: dict[str, str] = {}
    if not row.complete:
        doubt = {lang: "; ".join(_sentences(row.warned, lang)) or "-" for lang in LANGS}
    return InputRow(
        row=row.row, client_id=row.client_id, fields=row.fields, project=row.project, lot=row.lot,
        incomplete=doubt.get("en", ""), incomplete_in=doubt,
    )  # fmt: skip


def _sentences(problems: Sequence[Problem], lang: Lang) -> list[str]:
    from loaders.report import entry

    return [entry(problem, lang)["message"] for problem in problems]


def _bad(refused: Sequence[Problem]) -> list[Bad]:
    from loaders.report import entry

    return [
        Bad(
            row=one["row"] or 0,
            column=one["column"] or "",
            code=one["code"],
            message={lang: entry(problem, lang)["message"] for lang in LANGS},
        )
        for problem in refused
        for one in (entry(problem, "en"),)
    ]


def _tidy(home: Path) -> None:
    """Remove what a process left that was killed while it read."""
    for left in home.glob(f"{_PREFIX}*"):
        try:
            if bootstrap.now().timestamp() - left.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(left)
        except FileNotFoundError:
            continue
