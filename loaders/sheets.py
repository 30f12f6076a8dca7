"""XLSX and XLS: numbers without lost digits, merged cells filled down, titles above the headings skipped."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from loaders.errors import ARCHIVE_ERRORS, FileError
from loaders.tables import MAX_HEADER_SEARCH, Line, Recognise, Table, find_header, unique

MAX_CELLS = 60_000_000
"""Width times height of a sheet: the reader keeps it as a rectangle in memory."""
MAX_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; longer codes stored as numbers have lost the rest."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"(?:[^>/]|/(?!>))*>')
_LOST = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")


def cell_text(value: Any) -> str:
    """A cell as text: no digit lost, no digit invented; long codes kept as numbers show as damaged."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < MAX_EXACT else f"{value:.14E}"
        return format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        midnight = not (value.hour or value.minute or value.second or value.microsecond)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _check_package(data: bytes, cells: int) -> bool:
    """Bound an XLSX before it is read; returns whether formulas stand in it without their values.

    One cell far out would make the reader reserve the whole rectangle, so cells with content are measured.
    """
    lost = False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for info in package.infolist():
                if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", info.filename):
                    continue
                width = height = 1
                with package.open(info) as stream:
                    tail = b""
                    while block := stream.read(1 << 20):
                        block = tail + block
                        found = _CELL.findall(block)
                        for column in {column for column, _ in found}:
                            width = max(width, _column(column))
                        height = max(height, max((int(row) for _, row in found), default=1))
                        lost = lost or bool(_LOST.search(block))
                        tail = block[-400:]
                if width * height > cells:
                    raise FileError("file.sheet_size")
    except ARCHIVE_ERRORS as error:
        raise FileError("file.damaged") from error
    return lost


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _rows(sheet: CalamineSheet) -> Iterator[Line]:
    """Rows with their numbers in the sheet; merged cells hold their value in each of their rows."""
    offset = sheet.start[1] if sheet.start else 0
    fills = sorted(
        (
            (first[0], last[0], first[1] - offset)
            for first, last in sheet.merged_cell_ranges or ()
            if last[0] > first[0]
        )
    )
    active: dict[int, tuple[int, str]] = {}
    upcoming = 0
    for index, raw in enumerate(sheet.iter_rows()):
        cells = [value.strip() if isinstance(value, str) else cell_text(value) for value in raw]
        while upcoming < len(fills) and fills[upcoming][0] <= index:
            first, last, column = fills[upcoming]
            if first == index and 0 <= column < len(cells):
                active[column] = (last, cells[column])
            upcoming += 1
        for column, (last, text) in list(active.items()):
            if index > last:
                del active[column]
            elif not cells[column] and any(cells):
                cells[column] = text
        if any(cells):
            yield Line(index + 1, cells)


def open_tables(
    label: str, path: str, data: bytes, sha256: str, recognise: Recognise, *, xlsx: bool, cells: int = MAX_CELLS
) -> tuple[list[Table], list[tuple[str, dict[str, str]]]]:
    """The sheets of a workbook that have recognised headings, and notes on those that have not.

    Raises:
        FileError: `file.password`, `file.damaged`, `file.sheet_size`, `file.no_header`, `file.columns`.
    """
    lost = _check_package(data, cells) if xlsx else False
    if not xlsx and _ENCRYPTED in data:
        raise FileError("file.password")
    with _reading():
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(workbook.sheet_names)
    tables: list[Table] = []
    notes: list[tuple[str, dict[str, str]]] = []
    for name in names:
        with _reading():
            sheet = workbook.get_sheet_by_name(name)
            head = list(islice(_rows(sheet), MAX_HEADER_SEARCH))
        if not head:
            continue
        index, score = find_header([line.cells for line in head], recognise)
        if not score:
            notes.append(("file.sheet_skipped", {"sheet": name}))
            continue
        headings = unique(head[index].cells)
        tables.append(
            Table(
                label=label if len(names) == 1 else f"{label}#{name}",
                path=path,
                format="xlsx" if xlsx else "xls",
                encoding="",
                sha256=sha256,
                headings=headings,
                header_row=head[index].number,
                titles=(name, *("".join(line.cells)[:500] for line in head[:index])),
                read=_reader(sheet, head[index].number, len(headings)),
                notes=(("file.formula", {}),) if lost else (),
            )
        )
    if not tables:
        raise FileError("file.no_header")
    return tables, notes


def _reader(sheet: CalamineSheet, header_row: int, width: int) -> Callable[[], Iterator[Line]]:
    def read() -> Iterator[Line]:
        for line in _rows(sheet):
            if line.number <= header_row:
                continue
            problem = "row.columns" if any(line.cells[width:]) else ""
            yield Line(line.number, line.cells[:width] + [""] * (width - len(line.cells)), problem)

    return read


@contextmanager
def _reading() -> Iterator[None]:
    """The reader's failures, a panic of its native part included, as one clear error."""
    try:
        yield
    except PasswordError as error:
        raise FileError("file.password") from error
    except (CalamineError, MemoryError, *ARCHIVE_ERRORS) as error:
        raise FileError("file.damaged") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise FileError("file.damaged") from None
        raise
