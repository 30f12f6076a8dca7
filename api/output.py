"""Tables out: for a terminal, for a pipe, and as JSON, JSON Lines, CSV or XLSX.

Data formats carry the machine names of the columns; only the table for people has translated headings. Texts
that a spreadsheet would run as a formula are defused in CSV and XLSX, and control characters never reach a
terminal.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from api.masking import mask_value

FORMATS = ("table", "json", "jsonl", "csv", "xlsx")
SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".txt": "table",
    ".html": "html",
}
BINARY = frozenset({"xlsx"})
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
"""First characters at which spreadsheets start a formula, or a DDE call, full-width forms included."""

VERDICT_STYLE = {
    "CLEAR": "green",
    "FLAG": "yellow",
    "REVIEW": "magenta",
    "UNDETERMINED": "cyan",
    "BLOCK": "bold red",
}


class Column(msgspec.Struct, frozen=True):
    """A column: its machine name, its heading for people, and the widest it may be on a terminal (0: any)."""

    key: str
    title: str
    width: int = 0


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a command's answer. `document` is the whole answer for JSON when it is more than the rows."""

    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    document: Mapping[str, Any] | None = None
    title: str = ""


def plain(text: str) -> str:
    """A text on one line without control characters: nothing that a record says can steer a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)


def cell_text(value: Any) -> str:
    """A value as text for CSV and tables: lists joined, absent values empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return " ".join(cell_text(item) for item in value)
    return str(value)


def defuse(text: str) -> str:
    """A text that no spreadsheet runs: an apostrophe before anything that begins like a formula."""
    return "'" + text if text.lstrip(" \u3000\ufeff\u200b")[:1] in FORMULA else text


def width(text: str) -> int:
    """Columns that a text takes on a terminal: wide characters (Chinese) take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def as_json(table: Table) -> bytes:
    """The whole answer as one indented JSON document."""
    document = table.document if table.document is not None else list(table.rows)
    return json.dumps(document, ensure_ascii=False, indent=2, default=str).encode() + b"\n"


def as_jsonl(table: Table) -> bytes:
    """One JSON object a row."""
    return b"".join(json.dumps(r, ensure_ascii=False, default=str).encode() + b"\n" for r in table.rows)


def as_csv(table: Table, *, bom: bool = False) -> bytes:
    """RFC 4180 with the machine names as headings; with a BOM for files, by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([c.key for c in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(row.get(c.key)) for c in table.columns])
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _csv_cell(value: Any) -> str:
    text = cell_text(value)
    return text if isinstance(value, (int, float)) else defuse(text.replace("\x00", ""))


def as_xlsx(table: Table) -> bytes:
    """A workbook with one sheet; every text is stored as text, so that nothing in it is a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("liancheng")
    sheet.freeze_panes = "A2"
    for index, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = min(60, max(10, column.width or 18))
    heads = []
    for column in table.columns:
        head = WriteOnlyCell(sheet, column.key)
        head.font = Font(bold=True)
        heads.append(head)
    sheet.append(heads)
    for row in table.rows:
        cells: list[Any] = []
        for column in table.columns:
            value = row.get(column.key)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                cells.append(value)
                continue
            cells.append(text_cell(sheet, cell_text(value)))
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def text_cell(sheet: Any, value: str) -> Any:
    """A text for a workbook's sheet, which no spreadsheet takes for a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:32_767]
    if defuse(text) == text:
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    # keeps the text a text when a clerk edits the cell
    cell.quotePrefix = True
    return cell


def as_plain(table: Table) -> str:
    """Aligned text without colour, for pipes and files."""
    heads = [c.title for c in table.columns]
    lines = [[plain(cell_text(r.get(c.key))) for c in table.columns] for r in table.rows]
    widths = [max([width(h), *(width(line[i]) for line in lines)]) for i, h in enumerate(heads)]
    out = [_aligned(heads, widths), _aligned(["-" * w for w in widths], widths)]
    out += [_aligned(line, widths) for line in lines]
    return "\n".join(out) + "\n"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(c + " " * (w - width(c)) for c, w in zip(cells, widths, strict=True)).rstrip()


def print_rich(table: Table) -> None:
    """A table with colour on the terminal."""
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    table = masked(table)
    view = RichTable(title=table.title or None, header_style="bold", title_justify="left")
    for column in table.columns:
        view.add_column(column.title, max_width=column.width or None, overflow="fold")
    for row in table.rows:
        texts = [plain(cell_text(row.get(c.key))) for c in table.columns]
        view.add_row(*(Text(t, style=VERDICT_STYLE.get(t, "")) for t in texts))
    Console().print(view)


def masked(table: Table) -> Table:
    """The table as it may be shown."""
    return msgspec.structs.replace(
        table,
        rows=[mask_value(row) for row in table.rows],
        document=None if table.document is None else mask_value(table.document),
    )


def render(table: Table, format: str, *, to_file: bool) -> bytes:
    """The table in one of `FORMATS`, as bytes; numbers of persons are masked, wherever they stand."""
    table = masked(table)
    if format == "json":
        return as_json(table)
    if format == "jsonl":
        return as_jsonl(table)
    if format == "csv":
        return as_csv(table, bom=to_file)
    if format == "xlsx":
        return as_xlsx(table)
    return as_plain(table).encode()


def write_file(path: Path, data: bytes) -> None:
    """Write a file in one step: readers see the old one or the whole new one.

    Raises:
        OSError: the folder can't be written.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        # mkstemp makes the file private; a result is an ordinary file
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
