"""Files of `liancheng match`: rows in as they stand, whatever their size; answers out in any format, in one step."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from api.errors import USAGE, CommandError, mask_identity
from loaders.delimited import DELIMITERS
from loaders.encoding import Encoding, detect
from loaders.files import open_tables
from loaders.headers import common, names

MAX_LINES = 200
"""A quoted cell over more lines than this is taken for a forgotten closing quote."""
MAX_CELL = 1_000_000
_XLSX = b"PK\x03\x04"
_BLOCK = 1 << 20


Row = tuple[list[str], str]
"""Cells as they stand, and what is wrong with the row as a whole (a message code) or nothing."""


class Column(NamedTuple):
    """A column that the program reads: its field, and the headings it is known by."""

    field: str
    headings: tuple[str, ...]
    needed: bool = False
    several: bool = False
    """A file may have it more than once: a credit code and an organisation code."""


class Opened(NamedTuple):
    """A file of rows, as it was found."""

    path: Path
    headings: tuple[str, ...]
    places: dict[str, tuple[int, ...]]
    """Field to positions, the preferred one first."""
    sha256: str
    lines: int
    """About how many rows there are."""
    rows: Callable[[], Iterator[Row]]

    @property
    def unknown(self) -> list[str]:
        """Headings that no field claims."""
        used = {place for places in self.places.values() for place in places}
        return [heading for place, heading in enumerate(self.headings) if place not in used]


class Chunk(NamedTuple):
    """Rows that travel together: cells, and what is wrong with a row as a whole, by its place in the chunk."""

    number: int
    first: int
    """Number of the first row among the rows of data, from 1."""
    rows: list[list[str]]
    problems: dict[int, str]


def pair_columns() -> tuple[Column, ...]:
    """Columns of `match pairs`."""
    return (
        Column("left", ("left",), needed=True),
        Column("right", ("right",), needed=True),
        Column("left_code", ("left_code",)),
        Column("right_code", ("right_code",)),
        Column("left_legal_rep", ("left_legal_rep",)),
        Column("right_legal_rep", ("right_legal_rep",)),
    )


def party_columns() -> tuple[Column, ...]:
    """Columns of the files of `match list`, with the headings under which lists are published."""
    table = common()
    codes = ("code", *table["uscc"], *table["org_code"], *table["reg_no"], *table["person_id"])
    return (
        Column("name", ("name", *table["org_name"], *table["person_name"]), needed=True),
        Column("code", codes, several=True),
        Column("legal_rep", ("legal_rep", *table["legal_rep"])),
    )


def open_rows(path: Path, columns: Sequence[Column]) -> Opened:
    """Find encoding, delimiter and columns of a file of rows.

    Raises:
        CommandError: `match.column`: a needed column is missing; `match.twice`: two columns for one field.
        FileError: the file can't be read.
    """
    with path.open("rb") as handle:
        workbook = handle.read(4) == _XLSX
    return _open_workbook(path, columns) if workbook else _open_text(path, columns)


def _open_text(path: Path, columns: Sequence[Column]) -> Opened:
    encoding, digest, lines = _encoding(path)
    best: tuple[int, str, list[str]] = (-1, ",", [])
    for delimiter in DELIMITERS:
        with _text(path, encoding) as stream:
            head = next((cells for cells, _ in _rows(stream, delimiter) if any(cells)), [])
        score = len(_places(head, columns))
        if score > best[0]:
            best = (score, delimiter, head)
    _, delimiter, head = best

    def read() -> Iterator[Row]:
        with _text(path, encoding) as stream:
            found = _rows(stream, delimiter)
            next((cells for cells, _ in found if any(cells)), None)
            yield from found

    return _opened(path, head, columns, digest, max(lines - 1, 0), read)


def _open_workbook(path: Path, columns: Sequence[Column]) -> Opened:
    known = {names(heading)[0] for column in columns for heading in column.headings}

    def recognise(cells: Sequence[str]) -> int:
        return sum(names(cell)[0] in known for cell in cells)

    tables = open_tables(path, recognise).tables
    if not tables:
        raise CommandError(
            "match.column", status=USAGE, path=_shown(path), column=columns[0].headings[0], known="-"
        )
    table = tables[0]

    def read() -> Iterator[Row]:
        return ((line.cells, "") for line in table.read())

    return _opened(path, list(table.headings), columns, table.sha256, 0, read)


def _opened(
    path: Path,
    head: list[str],
    columns: Sequence[Column],
    digest: str,
    lines: int,
    read: Callable[[], Iterator[Row]],
) -> Opened:
    places = _places(head, columns)
    for column in columns:
        if column.needed and column.field not in places:
            raise CommandError(
                "match.column", status=USAGE, path=_shown(path), column=column.headings[0],
                known=", ".join(map(_plain, head[:12])) or "-",
            )  # fmt: skip
    return Opened(path, tuple(head), places, digest, lines, read)


def _places(head: Sequence[str], columns: Sequence[Column]) -> dict[str, tuple[int, ...]]:
    """Where each field stands, by its headings in their order; a heading written exactly comes first."""
    exact = [cell.strip().lstrip("\ufeff") for cell in head]
    keys = [names(cell)[0] if cell.strip() else "" for cell in head]
    taken: set[int] = set()
    found: dict[str, tuple[int, ...]] = {}
    for column in columns:
        mine: list[int] = []
        for heading in column.headings:
            for known, sought in ((exact, heading), (keys, names(heading)[0])):
                mine += [
                    p for p, cell in enumerate(known) if cell == sought and p not in taken and p not in mine
                ]
            if mine and not column.several:
                break
        if mine:
            found[column.field] = tuple(mine) if column.several else (mine[0],)
            taken.update(found[column.field])
    return found


def _plain(heading: str) -> str:
    return mask_identity("".join(c if c.isprintable() else " " for c in heading))[:40]


def _shown(path: Path) -> str:
    return mask_identity(str(path))


def _encoding(path: Path) -> tuple[Encoding, str, int]:
    """How a file is encoded, its hash, and about how many lines it has; UTF-8 is told in one quick pass."""
    import codecs

    digest, lines = hashlib.sha256(), 0
    decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
    with path.open("rb") as handle:
        try:
            while block := handle.read(_BLOCK):
                digest.update(block)
                lines += block.count(b"\n")
                if b"\0" in block:
                    break
                decoder.decode(block)
            else:
                decoder.decode(b"", True)
                if lines or handle.tell():
                    return Encoding(codec="utf-8-sig", label="UTF-8"), digest.hexdigest(), lines
        except UnicodeDecodeError:
            pass
        handle.seek(0)
        found, full = detect(handle)
        handle.seek(0)
        lines = sum(block.count(b"\n") for block in iter(lambda: handle.read(_BLOCK), b""))
    return found, full, lines


@contextmanager
def _text(path: Path, encoding: Encoding) -> Iterator[io.TextIOWrapper]:
    with (
        path.open("rb") as binary,
        io.TextIOWrapper(binary, encoding.codec, errors="replace", newline="") as stream,
    ):
        yield stream


class _Feeder:
    """Lines for the csv module, kept until the row that they belong to is accepted."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.held: list[str] = []

    def __iter__(self) -> _Feeder:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.held.append(line)
        if len(self.held) > MAX_LINES:
            raise csv.Error
        return line

    def push_back(self) -> str:
        """Give back all held lines but the first, which is returned."""
        first, *rest = self.held
        self._again.extend(reversed(rest))
        self.held.clear()
        return first


def _rows(stream: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    """Rows with their cells untouched. A row with a broken quote costs that row, not those after it."""
    feeder = _Feeder(stream)
    held = feeder.held
    before = csv.field_size_limit(MAX_CELL)
    try:
        reader = csv.reader(feeder, delimiter=delimiter, strict=True)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                if not held:
                    return
                line = feeder.push_back()
                reader = csv.reader(feeder, delimiter=delimiter, strict=True)
                yield [line.rstrip("\r\n")], "match.row.quote"
                continue
            held.clear()
            if cells:
                yield cells, ""
    finally:
        csv.field_size_limit(before)


def chunks(rows: Iterable[Row], size: int) -> Iterator[Chunk]:
    """Rows in groups."""
    group: list[list[str]] = []
    problems: dict[int, str] = {}
    index = 0
    for cells, problem in rows:
        if problem:
            problems[len(group)] = problem
        group.append(cells)
        if len(group) >= size:
            yield Chunk(index, index * size + 1, group, problems)
            index += 1
            group, problems = [], {}
    if group:
        yield Chunk(index, index * size + 1, group, problems)


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV (RFC 4180), UTF-8, every cell as it is; half a character, which no file can hold, as U+FFFD."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    text = out.getvalue()
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")


def write_json(out: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, lines: bool) -> None:
    """Rows as one JSON array, or as one object a line."""
    keys = _unique(columns)
    first = True
    if not lines:
        out.write(b"[")
    for row in rows:
        data = json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False).encode("utf-8", "replace")
        if lines:
            out.write(data + b"\n")
        else:
            out.write((b"\n  " if first else b",\n  ") + data)
        first = False
    if not lines:
        out.write(b"]\n" if first else b"\n]\n")


def _unique(columns: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    keys = []
    for column in columns:
        seen[column] = seen.get(column, 0) + 1
        keys.append(column if seen[column] == 1 else f"{column} ({seen[column]})")
    return keys


@contextmanager
def replaced(path: Path, part: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when it is whole; `part` is where it grows, on the same disk.

    Raises:
        OSError: the folder can't be written.
    """
    with part.open("wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
