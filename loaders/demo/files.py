"""Files as publishers write them, byte for byte the same for the same content."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

Table = Sequence[Sequence[str]]

_MOMENT: Final = (2026, 1, 1, 0, 0, 0)
"""The time inside archives: fixed, so that bytes depend on content alone."""

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SCHEMAS: Final = "http://schemas.openxmlformats.org"
_OFFICE: Final = f"{_SCHEMAS}/officeDocument/2006/relationships"
_PACKAGE: Final = f"{_SCHEMAS}/package/2006"
_MAIN: Final = f"{_SCHEMAS}/spreadsheetml/2006/main"
_DOCUMENT: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_DOCUMENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_DOCUMENT}.worksheet+xml"/></Types>'
)


def _relation(kind: str, target: str) -> bytes:
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    ).encode()


def csv_bytes(rows: Table, encoding: str = "utf-8-sig") -> bytes:
    """A comma-separated file with Windows line ends, as offices export it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def json_bytes(value: Any) -> bytes:
    """Readable JSON in UTF-8."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def zip_bytes(members: Sequence[tuple[str, bytes]]) -> bytes:
    """An archive of named files, stored as they are: compressors differ from version to version."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in members:
            info = zipfile.ZipInfo(name, _MOMENT)
            info.external_attr = 0o644 << 16
            archive.writestr(info, body)
    return out.getvalue()


def xlsx_bytes(sheet: str, rows: Table, *, merged: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet with text cells; `merged` are ranges such as `A1:F1`."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{_column(index)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for index, text in enumerate(row)
            if text
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    spans = "".join(f'<mergeCell ref="{span}"/>' for span in merged)
    merges = f'<mergeCells count="{len(merged)}">{spans}</mergeCells>' if merged else ""
    book = (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    content = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData>{merges}</worksheet>'
    return zip_bytes(
        [
            ("[Content_Types].xml", _TYPES.encode()),
            ("_rels/.rels", _relation("officeDocument", "xl/workbook.xml")),
            ("xl/workbook.xml", book.encode()),
            ("xl/_rels/workbook.xml.rels", _relation("worksheet", "worksheets/sheet1.xml")),
            ("xl/worksheets/sheet1.xml", content.encode()),
        ]
    )


def _column(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
