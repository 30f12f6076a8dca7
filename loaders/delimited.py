"""CSV and TSV: the delimiter by what it makes of the headings, rows that survive a broken quote."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO

from loaders.encoding import Encoding
from loaders.errors import FileError
from loaders.tables import MAX_HEADER_SEARCH, Line, Recognise, Table, find_header, unique

DELIMITERS = (",", "\t", ";", "|", "，", "\x01")
MAX_LINES = 200
"""A quoted cell over more lines than this is taken for a forgotten closing quote."""
MAX_LINE = 4_000_000


class _RunawayError(Exception):
    """A quoted cell that does not end."""


class _Feeder:
    """Physical lines for the csv module, kept until the row they belong to is accepted."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self.cut = False
        """The file ended inside a line (no line end)."""

    def __iter__(self) -> _Feeder:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.popleft()
        else:
            line = next(self._lines)
            if not line.endswith(("\n", "\r")):
                self.cut = True
        self.held.append(line)
        if len(self.held) > MAX_LINES:
            raise _RunawayError
        return line

    def release(self) -> None:
        """The held lines are used up."""
        self.held.clear()

    def push_back(self) -> str:
        """Give back all held lines but the first, which is returned."""
        first, *rest = self.held
        self._again.extendleft(reversed(rest))
        self.held.clear()
        return first


def _physical(stream: io.TextIOBase) -> Iterator[str]:
    while line := stream.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise FileError("file.line")
        yield line


def read_rows(stream: io.TextIOBase, delimiter: str, width: int = 0) -> Iterator[Line]:
    """Rows of delimited text. A row with a broken quote costs that row, not those after it.

    Args:
        stream: text.
        delimiter: one character.
        width: number of columns, once known; 0 while the headings are looked for.
    """
    feeder = _Feeder(_physical(stream))
    number = 0
    reader = csv.reader(feeder, delimiter=delimiter, strict=True)
    while True:
        number += 1
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RunawayError):
            problem = "row.quote"
        else:
            if len(feeder.held) > 1 and width and len(cells) != width:
                problem = "row.quote"
        if problem:
            held = len(feeder.held)
            feeder.push_back()
            reader = csv.reader(feeder, delimiter=delimiter, strict=True)
            if held:
                yield Line(number, [], problem)
            continue
        feeder.release()
        if not any(cells) or (len(cells) > 1 and not any(map(str.strip, cells))):
            continue
        if width:
            if len(cells) > width:
                if any(map(str.strip, cells[width:])):
                    problem = "row.columns"
                del cells[width:]
            elif len(cells) < width:
                problem = "row.cut" if feeder.cut else "row.short"
        yield Line(number, cells, problem)


def open_table(
    label: str,
    path: str,
    opener: Callable[[], BinaryIO],
    encoding: Encoding,
    sha256: str,
    recognise: Recognise,
) -> Table:
    """Find delimiter and headings of a text file.

    Raises:
        FileError: `file.no_header`, `file.columns`.
    """
    best: tuple[int, int, int, str, list[Line]] | None = None
    for delimiter in DELIMITERS:
        with text(opener, encoding) as stream:
            head = list(islice(read_rows(stream, delimiter), MAX_HEADER_SEARCH))
        index, score = find_header([line.cells for line in head], recognise)
        if score and (best is None or (score, len(head[index].cells)) > (best[0], best[1])):
            best = (score, len(head[index].cells), index, delimiter, head)
    if best is None:
        raise FileError("file.no_header")
    _, _, index, delimiter, head = best
    headings = unique(head[index].cells)
    header_row = head[index].number
    width = len(headings)

    def read() -> Iterator[Line]:
        with text(opener, encoding) as stream:
            for line in read_rows(stream, delimiter, width):
                if line.number > header_row:
                    yield line

    notes = (("file.damaged_text", {"count": str(encoding.damaged)}),) if encoding.damaged else ()
    return Table(
        label=label,
        path=path,
        format="tsv" if delimiter == "\t" else "csv",
        encoding=encoding.label,
        sha256=sha256,
        headings=headings,
        header_row=header_row,
        read=read,
        notes=notes,
        titles=tuple("".join(line.cells)[:500] for line in head[:index]),
    )


@contextmanager
def text(opener: Callable[[], BinaryIO], encoding: Encoding) -> Iterator[io.TextIOWrapper]:
    """Open as text; undecodable bytes become U+FFFD, which rows are then checked for."""
    with opener() as binary, io.TextIOWrapper(binary, encoding.codec, errors="replace", newline="") as stream:
        yield stream
