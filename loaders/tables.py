"""A table as read from any format: headings, then rows with the numbers that a person sees in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from loaders.errors import FileError

MAX_COLUMNS = 500
MAX_HEADER_SEARCH = 30
"""Title lines above the headings are skipped; headings further down are not looked for."""
CHUNK_ROWS = 2_000

_VALUE = re.compile(r"\d+(?:[.,]\d+)*")

Recognise = Callable[[Sequence[str]], int]
"""How many cells of a row are known headings."""


class Line(NamedTuple):
    """A row as read: its number, its cells, and what is wrong with it as a whole (a message code)."""

    number: int
    cells: list[str]
    problem: str = ""


class Chunk(NamedTuple):
    """Rows that travel together, with the headings they stand under (JSON may add some on the way)."""

    headings: tuple[str, ...]
    lines: list[Line]


@dataclass(frozen=True)
class Table:
    """One table of one file: where it stands, how it was read, and its rows, which can be read repeatedly."""

    label: str
    """Path as given, with `!member` and `#sheet` where there are any."""
    path: str
    format: str
    encoding: str
    sha256: str
    headings: tuple[str, ...]
    header_row: int
    titles: tuple[str, ...]
    read: Callable[[], Iterator[Line]]
    """Rows below the headings; JSON tables yield cells for `headings` and then for `extra` as it grows."""
    extra: list[str] = field(default_factory=list)
    notes: tuple[tuple[str, dict[str, str]], ...] = ()
    """Things to report about the file as a whole: message code and parameters."""

    @property
    def name(self) -> str:
        """The label without folders: what records keep, beside the hash of the file."""
        return PurePath(self.path).name + self.label.removeprefix(self.path)

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """The rows in groups; blank rows are left out, their numbers are kept."""
        lines: list[Line] = []
        for line in self.read():
            lines.append(line)
            if len(lines) >= size:
                yield Chunk((*self.headings, *self.extra), lines)
                lines = []
        if lines:
            yield Chunk((*self.headings, *self.extra), lines)


def unique(headings: Sequence[str]) -> tuple[str, ...]:
    """Headings as written, trimmed; repeated ones get a number, nameless ones are called by their position.

    Raises:
        FileError: `file.columns`, more than `MAX_COLUMNS`.
    """
    trimmed = [" ".join(h.split()) for h in headings]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    if len(trimmed) > MAX_COLUMNS:
        raise FileError("file.columns", limit=str(MAX_COLUMNS))
    seen: dict[str, int] = {}
    result = []
    for index, heading in enumerate(trimmed, 1):
        name = heading[:200] or f"#{index}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(result)


def find_header(rows: Sequence[Sequence[str]], recognise: Recognise) -> tuple[int, int]:
    """Which of the first rows holds the headings, and how many of them are known; (-1, 0) when none does."""
    best, score = -1, 0
    for index, row in enumerate(rows[:MAX_HEADER_SEARCH]):
        if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
            raise FileError("file.columns", limit=str(MAX_COLUMNS))
        # A row of values may hold words that are headings elsewhere (a dictionary of fields); headings hold no numbers.
        known = recognise(row) - sum(1 for cell in row if _VALUE.fullmatch(cell.strip()))
        if known > score:
            best, score = index, known
    return best, score
