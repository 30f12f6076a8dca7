"""The flattened workbook of OCDS: sheets whose headings are paths, rows that belong together by their ids.

A heading such as `awards/0/items/0/id` names a place in lists; a row carries the ids of everything above it, so that
rows of several sheets meet in one release. Lists of texts stand in one cell, separated by semicolons.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from loaders.errors import ARCHIVE_ERRORS, FileError
from loaders.ocds.stream import Found, compiled
from loaders.ocds.table import made_table
from loaders.sheets import cell_text
from loaders.tables import MAX_COLUMNS, Table

TEXT_LISTS = frozenset(
    {
        "tag",
        "roles",
        "relatedLots",
        "submissionMethod",
        "additionalProcurementCategories",
        "relationship",
        "languages",
    }
)
Object = dict[str, Any]


def _holds_ocid(data: bytes) -> bool:
    """Whether a cell of the workbook says `ocid`, without reading the workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in package.namelist():
                if name == "xl/sharedStrings.xml" or name.startswith("xl/worksheets/"):
                    with package.open(name) as part:
                        tail = b""
                        while block := part.read(1 << 20):
                            if b">ocid<" in tail + block:
                                return True
                            tail = block[-8:]
    except ARCHIVE_ERRORS:
        return False
    return False


def open_workbook(label: str, path: str, data: bytes, sha256: str) -> Table | None:
    """The table of a flattened workbook; None for any other workbook.

    Raises:
        FileError: `file.damaged`, `file.columns`.
    """
    if not _holds_ocid(data):
        return None
    rows: list[tuple[list[str], list[list[str]]]] = []
    notes: list[tuple[str, dict[str, str]]] = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            cells = [[cell_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
            while cells and not any(cells[0]):
                cells.pop(0)
            if not cells:
                continue
            if "ocid" not in cells[0]:
                notes.append(("ocds.sheet", {"sheet": name[:100]}))
                continue
            if len(cells[0]) > MAX_COLUMNS:
                raise FileError("file.columns", limit=str(MAX_COLUMNS))
            rows.append((cells[0], cells[1:]))
    except (CalamineError, ValueError, KeyError, OSError) as error:
        raise FileError("file.damaged") from error
    if not rows:
        return None

    def found() -> Iterator[Found]:
        return compiled(_releases(rows))

    return made_table(label, path, found, format="ocds-xlsx", encoding="", sha256=sha256, notes=tuple(notes))


def _releases(sheets: Sequence[tuple[list[str], list[list[str]]]]) -> Iterator[Found]:
    made: dict[tuple[str, str], Object] = {}
    for headings, rows in sheets:
        ocid, own = headings.index("ocid"), headings.index("id") if "id" in headings else -1
        for row in rows:
            if not any(row):
                continue
            key = (row[ocid], row[own] if own >= 0 else "")
            _join(made.setdefault(key, {}), _nested(headings, row))
    for number, release in enumerate(made.values(), 1):
        yield Found(
            number, release if release.get("ocid") else None, "" if release.get("ocid") else "ocds.ocid"
        )


def _nested(headings: Sequence[str], row: Sequence[str]) -> Object:
    """One row as a tree; a number in a path is a place in a list."""
    root: Object = {}
    for heading, text in zip(headings, row, strict=False):
        if not text or not heading:
            continue
        parts = heading.split("/")
        node = root
        for part in parts[:-1]:
            inner = node.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            node = inner
        else:
            last = parts[-1]
            listed = last in TEXT_LISTS
            node[last] = [one.strip() for one in text.split(";") if one.strip()] if listed else text
    return {key: _lists(inner) if isinstance(inner, dict) else inner for key, inner in root.items()}


def _lists(node: Object) -> Any:
    """Objects whose keys are places become lists."""
    made = {key: _lists(inner) if isinstance(inner, dict) else inner for key, inner in node.items()}
    if made and all(key.isascii() and key.isdigit() for key in made):
        return [made[key] for key in sorted(made, key=int)]
    return made


def _join(target: Object, source: Object) -> None:
    """What a further row says of the same release: objects in lists meet by id, others are added."""
    for key, value in source.items():
        held = target.get(key)
        if isinstance(value, dict) and isinstance(held, dict):
            _join(held, value)
        elif isinstance(value, list) and isinstance(held, list):
            for one in value:
                same = _same(held, one)
                if same is None:
                    held.append(one)
                elif isinstance(same, dict):
                    _join(same, one)
        elif held is None:
            target[key] = value


def _same(held: Sequence[Any], one: Any) -> Any:
    if isinstance(one, dict) and "id" in one:
        return next(
            (other for other in held if isinstance(other, dict) and other.get("id") == one["id"]), None
        )
    return one if one in held else None
