"""An OCDS file as a table: one row a contracting process, one column a path, as loads and reports want it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from loaders.delimited import text
from loaders.encoding import Encoding
from loaders.ocds.paths import collect
from loaders.ocds.stream import Found, is_lines, releases
from loaders.tables import Line, Table

DOCUMENT = "OCDS release"
"""The column that holds the whole release; the others, named by path, say only that a field is there."""
_SNIFF = 1 << 20
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True)
class OcdsTable(Table):
    """A table over releases, which can also be had as they are."""

    found: Callable[[], Iterable[Found]] = tuple


def _looks(opener: Callable[[], BinaryIO], encoding: Encoding) -> bool:
    """Whether an `ocid` stands in the first megabyte."""
    with text(opener, encoding) as stream:
        return '"ocid"' in stream.read(_SNIFF)


def open_json(
    label: str, path: str, opener: Callable[[], BinaryIO], encoding: Encoding, sha256: str
) -> Table | None:
    """The table of a JSON file of OCDS; None for any other JSON.

    Raises:
        FileError: `file.json`, the file is damaged before its first release.
    """
    if not _looks(opener, encoding):
        return None
    with text(opener, encoding) as stream:
        lines = is_lines(stream)
    with text(opener, encoding) as stream:
        first = next(releases(stream, lines=lines), None)
    if first is None or first.problem == "ocds.no_release":
        return None

    def found() -> Iterator[Found]:
        with text(opener, encoding) as stream:
            yield from releases(stream, lines=lines)

    return made_table(
        label,
        path,
        found,
        format="ocds-jsonl" if lines else "ocds-json",
        encoding=encoding.label,
        sha256=sha256,
    )


def made_table(
    label: str,
    path: str,
    found: Callable[[], Iterable[Found]],
    *,
    format: str,
    encoding: str,
    sha256: str,
    notes: tuple[tuple[str, dict[str, str]], ...] = (),
) -> OcdsTable:
    """A table over releases, however they are read."""
    extra: list[str] = []

    def read() -> Iterator[Line]:
        extra.clear()
        known: set[str] = set()
        for one in found():
            if one.release is None:
                yield Line(one.number, [], one.problem)
                continue
            paths: set[str] = set()
            collect(one.release, paths)
            if fresh := paths - known:
                known |= fresh
                extra.extend(sorted(_shown(path) for path in fresh))
            document = _document(one.release)
            if document is None:
                yield Line(one.number, [], "row.json")
            else:
                yield Line(one.number, [document], "row.json_repeated" if one.repeated else "")

    return OcdsTable(
        label=label,
        path=path,
        format=format,
        encoding=encoding,
        sha256=sha256,
        headings=(DOCUMENT,),
        header_row=0,
        titles=(),
        read=read,
        extra=extra,
        notes=notes,
        found=found,
    )


def _document(release: dict[str, Any]) -> str | None:
    """The release as text; None where it holds what no file can hold (half of a surrogate pair)."""
    try:
        return _encode(release).decode()
    except (UnicodeError, msgspec.EncodeError):
        return None


def _shown(path: str) -> str:
    """A path as a heading: one line, of bounded length, whatever a key holds."""
    flat = " ".join(path.encode("utf-8", "replace").decode().split())
    return flat[:200] or "#"
