"""Tables out: nothing that a record says can run in a spreadsheet or steer a terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from api.output import (
    FORMULA,
    Column,
    Table,
    as_csv,
    as_plain,
    as_xlsx,
    defuse,
    plain,
    render,
    width,
    write_file,
)

EVIL = [
    "=1+1", "+86", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\u3000=1", "|cmd", "%x",
    "=HYPERLINK(\"http://example.invalid\")", "\ufeff=1", "\u200b=1",
]  # fmt: skip
COLUMNS = (Column("name", "名称"), Column("n", "数"))


def table(*names: str) -> Table:
    return Table(columns=COLUMNS, rows=[{"name": name, "n": i} for i, name in enumerate(names)])


@pytest.mark.parametrize("text", EVIL)
def test_csv_cells_never_begin_like_a_formula(text: str) -> None:
    row = list(csv.reader(io.StringIO(as_csv(table(text)).decode(), newline="")))[1]
    assert row[0].startswith("'")
    assert row[1] == "0"


@pytest.mark.parametrize("text", EVIL)
def test_xlsx_cells_are_texts(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table(text))))
    cell = book["liancheng"]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert book["liancheng"]["B2"].value == 0
    book.close()


def test_harmless_texts_stay_as_they_are() -> None:
    for text in ("临江市示例有限公司", "（2026）苏9901执1号", "91329901MAGLD00148", "", "a=b"):
        assert defuse(text) == text


def test_numbers_stay_numbers() -> None:
    row = list(
        csv.reader(io.StringIO(as_csv(Table(columns=COLUMNS, rows=[{"name": None, "n": -5}])).decode()))
    )[1]
    assert row == ["", "-5"]


def test_control_characters_reach_neither_terminal_nor_workbook() -> None:
    evil = "a\x1b[31mred\x00\u202eb"
    assert plain(evil) == "a [31mred  b"
    assert "\x1b" not in as_plain(table(evil))
    assert as_plain(table(evil)).count("\n") == 3
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(table(evil))))
    assert "\x1b" not in book["liancheng"]["A2"].value
    book.close()


def test_plain_tables_align_by_what_a_terminal_shows() -> None:
    lines = as_plain(table("临江", "abcd", "e")).splitlines()
    assert width("临江a") == 5
    assert [width(line[: line.index(end)]) for line, end in zip(lines[2:], "012", strict=True)] == [6, 6, 6]


def test_formats_say_the_same() -> None:
    source = table("临江市示例有限公司")
    rows = json.loads(render(source, "json", to_file=False))
    assert json.loads(render(source, "jsonl", to_file=False)) == rows[0]
    assert render(source, "csv", to_file=True).startswith(b"\xef\xbb\xbf")
    assert not render(source, "csv", to_file=False).startswith(b"\xef\xbb\xbf")
    assert "临江市示例有限公司" in render(source, "table", to_file=True).decode()


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "answer.csv"
    write_file(path, b"one")
    with pytest.raises(TypeError):
        write_file(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"one"
    assert [p.name for p in tmp_path.iterdir()] == ["answer.csv"]


def test_the_list_of_formula_starts_covers_what_spreadsheets_take() -> None:
    assert set("=+-@") <= set(FORMULA)
