"""Every file format and encoding gives the same rows; what is no list is said clearly."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlwt
from list_files import COURT_HEAD, court_row, court_rows, csv_text, json_bytes, records, xlsx_bytes

from graph.model import Doc
from loaders.errors import FileError
from loaders.files import Limits, open_tables
from loaders.kinds import recognise
from loaders.report import sentence
from loaders.sheets import cell_text

ROWS = court_rows(3)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


def xls_bytes(rows: list[list[str]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def jsonl(rows: list[list[str]]) -> bytes:
    import json

    return b"\n".join(json.dumps(record, ensure_ascii=False).encode() for record in records(rows))


FORMS: dict[str, Callable[[], bytes]] = {
    "utf-8": lambda: csv_text(ROWS).encode(),
    "utf-8-sig": lambda: csv_text(ROWS).encode("utf-8-sig"),
    "gb18030": lambda: csv_text(ROWS).encode("gb18030"),
    "utf-16": lambda: csv_text(ROWS).encode("utf-16"),
    "utf-16-be with mark": lambda: b"\xfe\xff" + csv_text(ROWS).encode("utf-16-be"),
    "utf-16-le without mark": lambda: csv_text(ROWS).encode("utf-16-le"),
    "tab": lambda: csv_text(ROWS, "\t").encode(),
    "semicolon": lambda: csv_text(ROWS, ";").encode("gb18030"),
    "title lines": lambda: ("失信被执行人名单\n\n" + csv_text(ROWS)).encode(),
    "xlsx": lambda: xlsx_bytes(ROWS),
    "xlsx titles": lambda: xlsx_bytes([["失信被执行人名单"], [], *ROWS], merges=["A1:O1"]),
    "xls": lambda: xls_bytes(ROWS),
    "json": lambda: json_bytes(ROWS),
    "json envelope": lambda: json_bytes(ROWS, envelope=True),
    "json utf-16": lambda: json_bytes(ROWS).decode().encode("utf-16"),
    "jsonl": lambda: jsonl(ROWS),
    "gz": lambda: gzip.compress(csv_text(ROWS).encode("gb18030")),
    "zip csv": lambda: zipped({"名单.csv": csv_text(ROWS).encode("gb18030"), "__MACOSX/._x": b"x"}),
    "zip xlsx": lambda: zipped({"a/list.xlsx": xlsx_bytes(ROWS)}),
    "gz xlsx": lambda: gzip.compress(xlsx_bytes(ROWS)),
    "zip jsonl": lambda: zipped({"a.jsonl": jsonl(ROWS)}),
}


def read(path: Path, limits: Limits | None = None) -> list[list[str]]:
    tables = open_tables(path, recognise, limits).tables
    assert len(tables) == 1
    lines = [line for chunk in tables[0].chunks() for line in chunk.lines]
    assert not [line.problem for line in lines if line.problem]
    return [list(tables[0].headings), *(line.cells for line in lines)]


@pytest.mark.parametrize("form", FORMS)
def test_every_format_gives_the_same_rows(form: str, tmp_path: Path) -> None:
    path = tmp_path / "list.dat"
    path.write_bytes(FORMS[form]())
    assert read(path) == ROWS


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\n\n", "file.empty"),
        (b"%PDF-1.7 x", "file.pdf"),
        ("<html><table><tr><td>企业名称".encode(), "file.html"),
        (b"<?xml version='1.0'?><a/>", "file.xml"),
        (b"Rar!\x1a\x07", "file.archive"),
        (b"PK\x03\x04 broken", "file.damaged"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "file.damaged"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04" * 400, "file.binary"),
        (csv_text(ROWS).encode("utf-32"), "file.encoding"),
        ("编码".encode() * 200 + b"\xff\x80" * 900, "file.encoding"),
        ("颜色,重量\n蓝,3\n".encode(), "file.no_header"),
        (json_bytes(ROWS)[:-20], "file.json"),
        (json_bytes(ROWS) + b"x", "file.json"),
        (b"[" * 100_000, "file.json"),
        (b'{"a": [{"iname": "x"}], "b": [{"iname": "y"}]}', "file.json_two"),
        (zipped({"b.zip": zipped({"a.csv": b"x"})}), "archive.member"),
        (zipped({"b.gz": gzip.compress(b"x", mtime=0)}), "archive.member"),
        (zipped({"word/document.xml": b"<a/>", "[Content_Types].xml": b"<a/>"}), "file.office"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "file.password",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file.damaged"),
        ((",".join(["企业名称"] * 501) + "\n").encode(), "file.columns"),
    ],
    # archives hold the time they were made: as ids, their bytes would differ between two workers
    ids=lambda value: value if isinstance(value, str) else "data",
)
def test_what_is_no_list_is_said(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(FileError) as caught:
        read(path)
    assert caught.value.code == code


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"file\.missing"):
        open_tables(tmp_path / "none.csv", recognise)


class Bomb(Doc):
    """An archive that unpacks to more than it may."""

    limits: Limits
    code: str


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(floor=1000, ratio=20), "archive.ratio"),
        (Limits(total=10_000), "archive.size"),
        (Limits(members=1), "archive.members"),
    ],
)
def test_archives_are_bounded(limits: Limits, code: str, tmp_path: Path) -> None:
    big = (csv_text(ROWS) + "," * 14 + "\n").encode() + b"\n" * 2_000_000
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"a.csv": big, "b.csv": big}))
    with pytest.raises(FileError) as caught:
        open_tables(path, recognise, limits)
    assert caught.value.code == code


def test_notices_beside_lists_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(
        zipped({"说明.txt": "请注意".encode(), "公告.pdf": b"%PDF-1.4", "a.csv": csv_text(ROWS).encode()})
    )
    opened = open_tables(path, recognise)
    assert [table.label for table in opened.tables] == [f"{path}!a.csv"]
    assert [(code, params["reason"]) for code, params in opened.notes] == [
        ("archive.member", "file.no_header"),
        ("archive.member", "file.pdf"),
    ]
    assert "PDF" in sentence(*opened.notes[1], "zh")


def test_gzip_bomb_is_stopped_while_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(csv_text(ROWS).encode() + b"\n" * 5_000_000))
    with pytest.raises(FileError, match=r"archive\.ratio"):
        open_tables(path, recognise, Limits(floor=100_000))


def test_stray_cell_far_out_is_refused(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COURT_HEAD))
    sheet.cell(1_048_576, 16_384, "x")
    path = tmp_path / "far.xlsx"
    book.save(path)
    book.close()
    with pytest.raises(FileError, match=r"file\.sheet_size"):
        open_tables(path, recognise)


def test_merged_cells_hold_their_value_in_each_row(tmp_path: Path) -> None:
    rows = [list(COURT_HEAD), court_row(0), [""] * 15]
    rows[2][9] = "（2024）苏0899执77号"
    path = tmp_path / "merged.xlsx"
    path.write_bytes(xlsx_bytes(rows, merges=["A2:A3", "D2:D3"]))
    found = read(path)
    assert (found[2][0], found[2][3]) == (found[1][0], found[1][3])
    assert found[2][1] == ""


def test_sheets_without_headings_are_named(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "说明"
    first.append(["本名单由拟设单位提供"])
    second = book.create_sheet("名单")
    for row in ROWS:
        second.append(row)
    path = tmp_path / "two.xlsx"
    book.save(path)
    book.close()
    opened = open_tables(path, recognise)
    assert [table.label for table in opened.tables] == [f"{path}#名单"]
    assert opened.notes == (("file.sheet_skipped", {"sheet": "说明"}),)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3568.12, "3568.12"),
        (0.1, "0.1"),
        (91320899.0, "91320899"),
        (708461136.0, "708461136"),
        (-0.0, "0"),
        (9.13208991234567e17, "9.13208991234567E+17"),
        (True, "1"),
        (date(2026, 2, 1), "2026-02-01"),
        (1e22, "1.00000000000000E+22"),
        (datetime(2026, 2, 1, 9, 30), "2026-02-01 09:30:00"),  # noqa: DTZ001
        (datetime(2026, 2, 1), "2026-02-01"),  # noqa: DTZ001
        ("  a ", "a"),
    ],
)
def test_numbers_lose_and_invent_no_digit(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_numbers_in_json_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(
        b'[{"iname": "x", "caseCode": 913208990000000001, "age": 37.50, "cardNum": null, "duty": {"a": 1}}]'
    )
    assert read(path)[1] == ["x", "913208990000000001", "37.50", "", '{"a": "1"}']


def test_rows_survive_a_broken_quote(tmp_path: Path) -> None:
    lines = csv_text(court_rows(6)).splitlines()
    lines[2] = lines[2].replace("虚构人1", '"虚构人1')
    path = tmp_path / "q.csv"
    path.write_bytes("\r\n".join(lines).encode())
    table = open_tables(path, recognise).tables[0]
    found = [line for chunk in table.chunks() for line in chunk.lines]
    assert [line.number for line in found if line.problem == "row.quote"] == [3]
    assert len([line for line in found if not line.problem]) == 5


def test_rows_too_long_too_short_and_cut(tmp_path: Path) -> None:
    lines = csv_text(court_rows(4)).splitlines()
    lines[1] += ",多"
    lines[2] = ",".join(lines[2].split(",")[:10])
    lines[4] = ",".join(lines[4].split(",")[:10])
    path = tmp_path / "c.csv"
    path.write_bytes("\n".join(lines).encode())
    table = open_tables(path, recognise).tables[0]
    found = {line.number: line.problem for chunk in table.chunks() for line in chunk.lines}
    assert found == {2: "row.columns", 3: "row.short", 4: "", 5: "row.cut"}


def test_single_damaged_byte_costs_one_character(tmp_path: Path) -> None:
    data = csv_text(court_rows(40)).encode()
    path = tmp_path / "d.csv"
    path.write_bytes(data.replace("临江市测试2建设".encode(), "临江市测试2建".encode() + b"\xe8\xae"))
    table = open_tables(path, recognise).tables[0]
    assert table.encoding == "UTF-8"
    assert table.notes[0][0] == "file.damaged_text"
    assert sum("\ufffd" in line.cells[0] for chunk in table.chunks() for line in chunk.lines) == 1


def test_json_lines_keep_going_after_a_bad_one(tmp_path: Path) -> None:
    lines = jsonl(court_rows(3)).split(b"\n")
    lines.insert(1, b'{"broken": ')
    path = tmp_path / "b.jsonl"
    path.write_bytes(b"\n".join(lines))
    table = open_tables(path, recognise).tables[0]
    found = [line for chunk in table.chunks() for line in chunk.lines]
    assert [(line.number, line.problem) for line in found] == [(1, ""), (2, "row.json"), (3, ""), (4, "")]


def test_late_json_keys_become_columns(tmp_path: Path) -> None:
    rows = [{"iname": f"甲{n}", "caseCode": str(n)} for n in range(60)]
    rows[55]["迟到"] = "x"
    import json

    path = tmp_path / "late.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    chunks = list(open_tables(path, recognise).tables[0].chunks())
    assert chunks[-1].headings == ("iname", "caseCode", "迟到")
