"""Fictitious published files, by kind and format: what the loader tests are made of."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl

COURT_HEAD = (
    "被执行人姓名/名称",
    "性别",
    "年龄",
    "身份证号码/组织机构代码",
    "法定代表人或者负责人姓名",
    "执行法院",
    "省份",
    "执行依据文号",
    "立案时间",
    "案号",
    "做出执行依据单位",
    "生效法律文书确定的义务",
    "被执行人的履行情况",
    "失信被执行人行为具体情形",
    "发布时间",
)
COURT_KEYS = (
    "iname",
    "sexy",
    "age",
    "cardNum",
    "businessEntity",
    "courtName",
    "areaName",
    "gistId",
    "regDate",
    "caseCode",
    "gistUnit",
    "duty",
    "performance",
    "disruptTypeName",
    "publishDate",
)
GROUND = "有履行能力而拒不履行生效法律文书确定义务"
CODES = (
    "91320899MATEKT0A2E",
    "91320899MATEKT3BX4",
    "91320899MATEKT6C72",
    "91320899MATEKT9D4T",
    "91320899MATEKTCE1K",
)
"""Invented credit codes with right check characters, in the invented region 320899."""
CITIZEN = "320899197502281239"
"""An invented citizen number with a right check digit: it must never show up in a message."""


def court_row(number: int, *, name: str = "", code: str = "") -> list[str]:
    """A row of the court's list; even ones are organisations."""
    tail = [
        "临江市人民法院",
        "江苏",
        f"（2023）苏0899民初{number}号",
        "2024年03月05日",
        f"（2024）苏0899执{number}号",
        "临江市人民法院",
        "支付工程款",
        "全部未履行",
        GROUND,
        "2024年06月18日",
    ]
    if number % 2:
        return [name or f"虚构人{number}", "男", "37", code or "3208991988****2469", "", *tail]
    return [name or f"临江市测试{number}建设有限公司", "", "", code or CODES[number % 5], "虚构张三", *tail]


def court_rows(count: int) -> list[list[str]]:
    """Headings and rows of a court list."""
    return [list(COURT_HEAD), *(court_row(number) for number in range(count))]


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def write_csv(
    path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig", delimiter: str = ","
) -> Path:
    """Write rows as delimited text."""
    path.write_bytes(csv_text(rows, delimiter).encode(encoding))
    return path


def xlsx_bytes(rows: Sequence[Sequence[object]], *, merges: Sequence[str] = (), title: str = "名单") -> bytes:
    """Rows as a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for merged in merges:
        sheet.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def records(rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Rows as records by heading."""
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def json_bytes(rows: Sequence[Sequence[str]], *, envelope: bool = False) -> bytes:
    """Rows as JSON: an array, or in an envelope."""
    found = records(rows)
    return json.dumps(
        {"code": 0, "data": {"total": len(found), "list": found}} if envelope else found
    ).encode()
