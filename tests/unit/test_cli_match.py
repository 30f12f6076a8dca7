"""`liancheng match` as it is typed: formats, files of every kind, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from match_files import Desk, firm, read_csv, uscc
from openpyxl import Workbook, load_workbook

from api.cli.match_files import csv_bytes

NAME = "临江市澄远甲建设工程有限公司"
ODD = [
    ("left", "right", "备注", "right_code", "空"),
    (f" {NAME}", f"{NAME}\u200b", '引号"与,逗号', "", ""),
    (f"{NAME}\n", NAME, "多\r\n行", "", ""),
    (NAME, NAME, "'=1+1", uscc(1), " "),
    (NAME, f"\u3000{NAME} ", "=cmd|' /C calc'!A0", "", "\t"),
    ('"' + NAME + '"', NAME, "-1", "", ""),
]


@pytest.fixture
def exact(tmp_path: Path) -> Desk:
    """A desk where names are searched as written: no likeness."""
    return Desk(tmp_path, similar=False)


def test_rows_and_cells_of_pairs_come_back_as_they_were(exact: Desk) -> None:
    path = exact.write("odd.csv", ODD)
    result = exact("pairs", path)
    assert result.exit_code == 0, result.stderr
    with path.open(encoding="utf-8", newline="") as handle:
        given = list(csv.reader(handle))
    answered = list(csv.reader(io.StringIO(result.stdout_bytes.decode(), newline="")))
    assert [row[:5] for row in answered] == given
    assert answered[0][5:] == ["relation", "tier", "score", "decision", "reason"]
    assert all(row[5:9] == ["same", "E4", "1.000", "REVIEW"] for row in answered[1:])
    assert "备注" in result.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_files_of_other_encodings_and_delimiters(exact: Desk, encoding: str) -> None:
    path = exact.folder / "tabs.txt"
    text = "\r\n".join("\t".join(row) for row in [("left", "right"), (NAME, NAME), (NAME, "临江市乙厂")])
    path.write_bytes(text.encode(encoding))
    path2 = exact.write("pairs.csv", [("right", "left", "x"), (NAME, NAME, "y")], encoding)
    rows = exact.answer("pairs", path2)
    assert rows == [
        {"right": NAME, "left": NAME, "x": "y", "relation": "same", "tier": "E4", "score": "1.000",
         "decision": "REVIEW", "reason": "Equal names."}
    ]  # fmt: skip


def test_a_workbook_is_read_like_a_csv(exact: Desk) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("left", "right", "left_code", "right_code"), (NAME, "别的名称有限公司", uscc(1), uscc(1))):
        sheet.append(row)
    book.save(exact.folder / "pairs.xlsx")
    told = exact.answer("pairs", exact.folder / "pairs.xlsx")[0]
    assert (told["tier"], told["decision"], told["left"]) == ("E1", "BLOCK", NAME)


def test_every_format_says_the_same(exact: Desk) -> None:
    rows = [("left", "right", "left_code", "right_code"), (NAME, NAME, "", ""), (NAME, NAME, uscc(1), uscc(2)),
            (NAME, "另一名称有限公司", uscc(1), uscc(1))]  # fmt: skip
    path = exact.write("pairs.csv", rows)
    told = exact.answer("pairs", path)
    assert [row["tier"] for row in told] == ["E4", "X", "E1"]
    out = exact.folder
    for name in ("out.csv", "out.json", "out.jsonl", "out.xlsx", "out.txt"):
        result = exact("pairs", path, "-o", out / name)
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
    assert read_csv(out / "out.csv") == told
    assert (out / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    as_numbers = [{**row, "score": float(row["score"])} for row in told]
    assert json.loads((out / "out.json").read_text("utf-8")) == as_numbers
    lines = (out / "out.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == as_numbers
    sheet = load_workbook(out / "out.xlsx").worksheets[0]
    cells = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert cells[0] == list(told[0])
    assert [[("" if c is None else c) for c in row] for row in cells[1:]] == [
        list(r.values()) for r in as_numbers
    ]
    table = (out / "out.txt").read_text("utf-8")
    assert "relation" in table
    assert table.count("E1") == 1
    assert sorted(p.name for p in out.iterdir() if p.name.startswith("out.")) == [
        "out.csv", "out.json", "out.jsonl", "out.txt", "out.xlsx"
    ]  # fmt: skip


def test_an_answer_without_rows(exact: Desk) -> None:
    path = exact.write("empty.csv", [("left", "right")])
    assert exact.answer("pairs", path) == []
    assert json.loads(exact("pairs", path, "--format", "json").stdout) == []
    listed = exact.write("list.csv", [("name",)])
    queries = exact.write("queries.csv", [("name",), (NAME,)])
    assert [row["decision"] for row in exact.answer("list", listed, queries)] == ["CLEAR"]


def test_a_missing_column_is_named(exact: Desk) -> None:
    path = exact.write("pairs.csv", [("left", "rihgt"), (NAME, NAME)])
    result = exact("pairs", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "right" in result.stderr
    assert "rihgt" in result.stderr
    listed = exact.write("list.csv", [("公司", "代码"), (NAME, "")])
    result = exact("list", listed, listed)
    assert result.exit_code == 2
    assert "name" in result.stderr
    assert "list.csv" in result.stderr


def test_a_column_that_the_answer_would_be_mixed_up_with_is_refused(exact: Desk) -> None:
    path = exact.write("pairs.csv", [("left", "right", "score"), (NAME, NAME, "1")])
    result = exact("pairs", path)
    assert result.exit_code == 2
    assert "score" in result.stderr


def test_rows_that_cannot_be_read_are_reported_and_cost_no_other(exact: Desk) -> None:
    path = exact.folder / "bad.csv"
    lines = [
        "left,right", f"{NAME},{NAME}", f',{NAME}', f"{NAME},", f'"{NAME}"x,{NAME}', f"{NAME},{NAME},more",
        f"{NAME}", "", f"{NAME},{NAME}", f'"{NAME},{NAME}',
    ]  # fmt: skip
    path.write_text("\n".join(lines), "utf-8")
    rows = exact.answer("pairs", path, status=1)
    assert [row["decision"] for row in rows] == ["REVIEW", *["UNDETERMINED"] * 5, "REVIEW", "UNDETERMINED"]
    assert "left side is empty" in rows[1]["reason"]
    assert "quote" in rows[3]["reason"]
    assert rows[3]["left"] == f'"{NAME}"x,{NAME}'
    assert "more cells" in rows[4]["reason"]
    assert "6 rows" in exact("pairs", path).stderr


def test_queries_and_lists_with_rows_that_cannot_be_read(exact: Desk) -> None:
    listed = exact.write(
        "list.csv", [("企业名称", "信用代码", "序号"), (NAME, "", "1"), ("", "", "2"), ("无", "", "3")]
    )
    queries = exact.write("queries.csv", [("name",), (NAME,), ("",), ("待定",)])
    result = exact("list", listed, queries)
    assert result.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert [(r["query_row"], r["list_row"], r["decision"]) for r in rows] == [
        ("1", "1", "REVIEW"), ("2", "", "UNDETERMINED"), ("3", "", "UNDETERMINED"),
    ]  # fmt: skip
    assert "2, 3" in result.stderr
    assert "序号" in result.stderr


def test_row_numbers_count_rows_of_data(exact: Desk) -> None:
    rows = [("name", "code"), *((firm(i), uscc(i)) for i in range(5))]
    listed, queries = exact.write("list.csv", rows), exact.write("queries.csv", [rows[0], rows[4], rows[1]])
    told = exact.answer("list", listed, queries, "--top", "1")
    assert [(row["query_row"], row["list_row"], row["tier"]) for row in told] == [
        ("1", "4", "E1"),
        ("2", "1", "E1"),
    ]
    assert "counted from 1" in exact("list", "--help").stdout


def test_of_several_columns_of_codes_the_first_that_is_filled_counts(exact: Desk) -> None:
    head = ("组织机构代码", "企业名称", "统一社会信用代码", "法人")
    listed = exact.write(
        "list.csv", [head, (uscc(1)[8:17], NAME, "", ""), ("无", "临江市乙厂工具公司", uscc(2), "")]
    )
    queries = exact.write("queries.csv", [("name", "code"), (NAME, uscc(1)), ("临江市别名公司", uscc(2))])
    told = exact.answer("list", listed, queries)
    assert [(row["list_row"], row["tier"]) for row in told] == [("1", "E2"), ("2", "E1")]


def test_a_number_of_a_person_in_a_listed_name_is_masked(exact: Desk) -> None:
    number = "329901198811062462"
    listed = exact.write(
        "list.csv", [("name", "code"), (f"{NAME}({number})", uscc(3)), ("=1+1有限公司", uscc(4))]
    )
    queries = exact.write(
        "queries.csv", [("name", "code"), ("甲乙丙丁有限公司", uscc(3)), ("甲乙丙丁有限公司", uscc(4))]
    )
    result = exact("list", listed, queries)
    assert number not in result.stdout
    assert "'=1+1有限公司" in result.stdout


def test_a_work_folder_of_somebody_else_is_left_alone(exact: Desk) -> None:
    path = exact.write("pairs.csv", [("left", "right"), (NAME, NAME)])
    foreign = exact.folder / "out.csv.work"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("dear", "utf-8")
    result = exact("pairs", path, "-o", exact.folder / "out.csv")
    assert result.exit_code == 3
    assert "out.csv.work" in result.stderr
    assert (foreign / "letter.txt").is_file()


def test_an_unwritable_place_is_told(exact: Desk) -> None:
    path = exact.write("pairs.csv", [("left", "right"), (NAME, NAME)])
    result = exact("pairs", path, "-o", exact.folder / "none" / "sub" / "out.csv")
    assert result.exit_code in (0, 3)
    if result.exit_code == 0:
        assert (exact.folder / "none" / "sub" / "out.csv").is_file()


def test_kept_work_is_used_again(exact: Desk) -> None:
    rows = [("name", "code"), *((firm(i), uscc(i)) for i in range(20))]
    listed, queries = exact.write("list.csv", rows), exact.write("queries.csv", rows[:8])
    out = exact.folder / "out.csv"
    assert exact("list", listed, queries, "-o", out, "--keep").exit_code == 0
    work = exact.folder / "out.csv.work"
    made = {path: path.stat().st_mtime_ns for path in work.glob("list-*/*.npy")}
    assert made
    again = exact("list", listed, queries, "-o", out, "--keep")
    assert "7 rows were done" in again.stderr
    other = exact.write("other.csv", [rows[0], *rows[5:9]])
    assert exact("list", listed, other, "-o", out).exit_code == 0
    assert not work.exists()
    assert len(read_csv(out)) == 4


@pytest.mark.slow
def test_two_hundred_thousand_rows_stay_within_memory(exact: Desk) -> None:
    rows = 200_000
    path = exact.folder / "large.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("left", "right", "note"))
        writer.writerows(
            (f"临江市{n}号建设有限公司", f"临江市{n}号建设有限公司", "x" * 200) for n in range(rows)
        )
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from api.cli.main import cli\n"
        "status = cli.main(sys.argv[1:], standalone_mode=False)\n"
        # not ru_maxrss: a process begins with what the one that started it had used
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "own = next(line.split()[1] for line in lines if line.startswith('VmHWM'))\n"
        "print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "match", "pairs", str(path), "-o", str(exact.folder / "out.jsonl")],
        env={**os.environ, **exact.environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    own, workers = map(int, done.stderr.splitlines()[-1].split())
    assert own < 400 * 1024, "kilobytes of the process that reads and writes"
    assert workers < 600 * 1024, "kilobytes of the largest worker"
    with (exact.folder / "out.jsonl").open(encoding="utf-8") as lines:
        assert sum(1 for _ in lines) == rows


def test_nothing_is_compiled_where_no_likeness_is_asked_for() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from api.cli.main import cli\n"
        "for words in (['match', '--help'], ['match', 'pairs', '--help'], ['match', 'list', '--help'], ['lists']):\n"
        "    CliRunner().invoke(cli, words)\n"
        "print('numba' in sys.modules, 'llvmlite' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


def test_half_a_character_never_makes_the_answer_unreadable() -> None:
    """A name damaged twice may hold a lone surrogate; the file stays UTF-8 and every other cell as it was."""
    written = csv_bytes([["1", "临江\udcfa公司", "𠮷"], ["2", "临江二公司", ""]])
    assert written.decode("utf-8") == "1,临江\ufffd公司,𠮷\r\n2,临江二公司,\r\n"
