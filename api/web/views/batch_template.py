"""The list to fill in: headings that the program reads for certain, each explained in the visitor's language."""

from __future__ import annotations

import csv
import io
from typing import Final

from api.web.words import Words

FORMATS: Final = ("xlsx", "csv")
COLUMNS: Final = (
    ("投标人名称", "org_name"),
    ("统一社会信用代码", "codes"),
    ("编号", "client_id"),
    ("招标项目编号", "project"),
    ("标段（包）编号", "lot"),
    ("法定代表人", "legal_rep"),
    ("法定代表人证件号码", "legal_rep_id"),
    ("项目负责人", "manager"),
    ("项目负责人证件号码", "manager_id"),
    ("授权委托人", "agent"),
    ("授权委托人身份证号", "agent_id"),
    ("联系电话", "phone"),
    ("电子邮箱", "email"),
    ("投标报价", "price"),
    ("投标保证金缴纳账户", "bond"),
    ("联合体成员名称", "union"),
    ("联合体成员统一社会信用代码", "union_codes"),
    ("曾用名", "former"),
)
"""Heading and field, in the order of the sheet."""


def explained(words: Words) -> list[tuple[str, str]]:
    """Each heading with what belongs into the column."""
    return [(heading, words(f"batch.explained.{field}")) for heading, field in COLUMNS]


def template_file(format: str, words: Words) -> bytes:
    """The list as `xlsx` with a second sheet that explains it, or as `csv` with nothing but its headings."""
    if format == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow([heading for heading, _ in COLUMNS])
        return out.getvalue().encode("utf-8-sig")
    return _workbook(words)


def _workbook(words: Words) -> bytes:
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.worksheet import Worksheet

    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - narrowing only
    sheet.title = "投标人名单"
    sheet.freeze_panes = "B2"
    for place, (heading, said) in enumerate(explained(words), 1):
        cell = sheet.cell(1, place, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EDF3")
        cell.comment = Comment(said, "liancheng", width=320, height=120)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(14, 2.2 * len(heading))
        sheet.column_dimensions[letter].number_format = "@"
    other = book.create_sheet(words("batch.explained.sheet"))
    other.column_dimensions["A"].width = 34
    other.column_dimensions["B"].width = 90
    for heading, said in explained(words):
        other.append([f"“{heading}”", said])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
