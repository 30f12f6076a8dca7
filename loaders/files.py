"""From a path to tables: archives opened within bounds, formats told by content and never by the name.

Nothing is ever written to disk; members of archives are read in memory or as streams.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from graph.model import Doc
from loaders import delimited, encoding, jsonfile, sheets
from loaders.errors import ARCHIVE_ERRORS, FileError
from loaders.foreign import ofac, un
from loaders.ocds import table as ocds
from loaders.ocds import workbook as ocds_workbook
from loaders.tables import Recognise, Table


class Limits(Doc):
    """Bounds on what a file may unpack to."""

    members: int = 1_000
    total: int = 2 << 30
    ratio: int = 200
    floor: int = 16 << 20
    """Below this size the ratio is not looked at."""
    workbook: int = 256 << 20
    """A workbook is read in memory, once packed and once unpacked."""
    cells: int = sheets.MAX_CELLS
    """Width times height of a sheet."""


class Opened(Doc):
    """The tables of one path, and what is to be reported about parts that are none."""

    tables: tuple[Table, ...]
    notes: tuple[tuple[str, dict[str, str]], ...] = ()


class _Bounded(io.RawIOBase):
    """A stream that refuses to unpack without end."""

    def __init__(self, inner: _Chained, packed: int, limits: Limits) -> None:
        self._inner = inner
        self._packed = max(packed, 1)
        self._limits = limits
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._inner.read(len(view))
        except ARCHIVE_ERRORS as error:
            raise FileError("file.damaged") from error
        view[: len(data)] = data
        self._count += len(data)
        if self._count > self._limits.total:
            raise FileError("archive.size", limit=str(self._limits.total >> 20))
        if self._count > self._limits.floor and self._count > self._packed * self._limits.ratio:
            raise FileError("archive.ratio", limit=str(self._limits.ratio))
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


BESIDE = frozenset({"file.no_header", "file.empty", "file.pdf", "file.office", "file.html", "file.xml"})
"""What may lie beside lists in an archive (a notice, a read-me): named in the report, and the lists are read."""

Opener = Callable[[], BinaryIO]


class _Part(Doc):
    """A file or an archive's member, openable any number of times."""

    label: str
    opener: Opener
    packed: int


_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"SQLite format 3", "binary"),
)


def _format(head: bytes) -> str:
    """What a file is, from its first bytes."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:200].replace(b"\x00", b"").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head")):
        return "html"
    if start.startswith((b"<?xml", b"<consolidated_list")):
        return "xml"
    if start.startswith((b"{", b"[")):
        return "json"
    return "text"


def _read_all(part: _Part, limits: Limits) -> bytes:
    with part.opener() as stream:
        data = stream.read(limits.workbook + 1)
    if len(data) > limits.workbook:
        raise FileError("archive.size", limit=str(limits.workbook >> 20))
    return data


@contextmanager
def _zip(handle: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(handle) as package:
            yield package
    except ARCHIVE_ERRORS as error:
        raise FileError("file.damaged") from error


def _workbook_format(names: list[str]) -> str:
    if "[Content_Types].xml" not in names and not any(name.startswith("xl/") for name in names):
        return ""
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    return "office"


def _checked(infos: list[zipfile.ZipInfo], limits: Limits, *, ratio: bool = True) -> None:
    """Refuse an archive by its own directory before anything is unpacked."""
    if len(infos) > limits.members:
        raise FileError("archive.members", limit=str(limits.members))
    total = sum(info.file_size for info in infos)
    if total > limits.total:
        raise FileError("archive.size", limit=str(limits.total >> 20))
    packed = max(sum(info.compress_size for info in infos), 1)
    if ratio and total > limits.floor and total > packed * limits.ratio:
        raise FileError("archive.ratio", limit=str(limits.ratio))


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the UTF-8 flag, Chinese archives mean GB18030."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _member(part: _Part, info: zipfile.ZipInfo, limits: Limits) -> Opener:
    def opener() -> BinaryIO:
        outer = part.opener()
        try:
            package = zipfile.ZipFile(outer)
            inner = package.open(info)
        except ARCHIVE_ERRORS as error:
            outer.close()
            raise FileError("file.damaged") from error
        return io.BufferedReader(
            _Bounded(_Chained(inner, package, outer), info.compress_size, limits), 1 << 18
        )

    return opener


class _Chained(io.RawIOBase):
    """A member's stream that closes its archive too."""

    def __init__(self, inner: IO[bytes] | gzip.GzipFile, *owners: zipfile.ZipFile | BinaryIO) -> None:
        self._inner = inner
        self._owners = owners

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            for owner in self._owners:
                owner.close()
        super().close()


def _gzip(part: _Part, limits: Limits) -> Opener:
    def opener() -> BinaryIO:
        outer = part.opener()
        inner = gzip.GzipFile(fileobj=outer)
        return io.BufferedReader(_Bounded(_Chained(inner, outer), part.packed, limits), 1 << 18)

    return opener


def _tables(part: _Part, path: str, recognise: Recognise, limits: Limits, *, inside: bool) -> Opened:
    """The tables of one part. `inside`: it already comes out of an archive, so it may not be one."""
    with part.opener() as stream:
        kind = _format(stream.read(4096))
    if kind in ("pdf", "html", "archive", "binary"):
        raise FileError(f"file.{kind}")
    if kind == "xml":
        return Opened(tables=(un.open_table(part.label, path, part.opener),))
    if kind == "gzip":
        if inside:
            raise FileError("archive.nested")
        inner = _Part(label=part.label, opener=_gzip(part, limits), packed=part.packed)
        return _tables(inner, path, recognise, limits, inside=True)
    if kind == "zip":
        return _package(part, path, recognise, limits, inside=inside)
    if kind == "xls":
        return _workbook(part, path, recognise, limits, xlsx=False)
    with part.opener() as stream:
        chosen, digest = encoding.detect(stream)
    if kind == "json" and (found := ocds.open_json(part.label, path, part.opener, chosen, digest)):
        return Opened(tables=(found,))
    if kind == "text" and (found := ofac.headless(part.label, path, part.opener, chosen, digest)):
        return Opened(tables=(found,))
    module = jsonfile if kind == "json" else delimited
    return Opened(tables=(module.open_table(part.label, path, part.opener, chosen, digest, recognise),))


def _workbook(part: _Part, path: str, recognise: Recognise, limits: Limits, *, xlsx: bool) -> Opened:
    data = _read_all(part, limits)
    digest = hashlib.sha256(data).hexdigest()
    if xlsx and (flat := ocds_workbook.open_workbook(part.label, path, data, digest)):
        return Opened(tables=(flat,))
    found, notes = sheets.open_tables(
        part.label, path, data, digest, recognise, xlsx=xlsx, cells=limits.cells
    )
    return Opened(tables=tuple(found), notes=tuple(notes))


def _package(part: _Part, path: str, recognise: Recognise, limits: Limits, *, inside: bool) -> Opened:
    """A ZIP: a workbook, or an archive of files."""
    with (
        part.opener() as handle,
        _zip(io.BytesIO(handle.read(limits.workbook)) if inside else handle) as package,
    ):
        infos = [info for info in package.infolist() if not info.is_dir()]
    kind = _workbook_format([info.filename for info in infos])
    if kind == "office":
        raise FileError("file.office")
    if kind == "xlsx":
        _checked(infos, limits)
        if sum(info.file_size for info in infos) > limits.workbook * 8:
            raise FileError("archive.size", limit=str(limits.workbook >> 17))
        return _workbook(part, path, recognise, limits, xlsx=True)
    if inside:
        raise FileError("archive.nested")
    infos = [info for info in infos if not _litter(info.filename)]
    _checked(infos, limits)
    if not infos:
        raise FileError("file.empty")
    if any(info.flag_bits & 1 for info in infos):
        raise FileError("file.password")
    tables: list[Table] = []
    notes: list[tuple[str, dict[str, str]]] = []
    for info in infos:
        name = _name(info)
        member = _Part(
            label=f"{part.label}!{name}", opener=_member(part, info, limits), packed=info.compress_size
        )
        try:
            opened = _tables(member, path, recognise, limits, inside=True)
        except FileError as error:
            if error.code in BESIDE:
                notes.append(("archive.member", {**error.params, "member": name[:200], "reason": error.code}))
                continue
            raise FileError(
                "archive.member", **{**error.params, "member": name[:200], "reason": error.code}
            ) from error
        tables += opened.tables
        notes += opened.notes
    if not tables:
        raise FileError("file.no_header")
    return Opened(tables=tuple(tables), notes=tuple(notes))


def _litter(name: str) -> bool:
    """What archivers add of their own."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db") or parts[-1].startswith("._")


def open_tables(path: Path, recognise: Recognise, limits: Limits | None = None) -> Opened:
    """The tables of a file: one for text and JSON, one per sheet of a workbook, all of an archive's members.

    Args:
        path: the file.
        recognise: how many cells of a row are known headings; finds headings and delimiter.
        limits: bounds for archives.

    Raises:
        FileError: the file as a whole can't be used; says why.
    """
    limits = limits or Limits()
    try:
        if not path.is_file():
            raise FileError("file.missing")
        size = path.stat().st_size
        if size == 0:
            raise FileError("file.empty")
        return _tables(
            _Part(label=str(path), opener=lambda: path.open("rb"), packed=size),
            str(path),
            recognise,
            limits,
            inside=False,
        )
    except OSError as error:
        raise FileError("file.unreadable") from error
