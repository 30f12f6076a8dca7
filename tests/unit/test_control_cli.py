"""`liancheng control`: answers as lines, files of every kind read alike, refused rows named, limits said."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from api.cli.main import cli
from loaders import holdings_file
from loaders.errors import FileError
from loaders.holdings_file import number_of, read_holdings
from loaders.shares import stated, units

DAY = date(2026, 11, 22)
ADDING = "owner,owned,share\nP,A,60\nP,B,55\nA,C,30\nB,C,25\nX,C,45\n"


def call(*arguments: object, lang: str = "en") -> Result:
    runner = CliRunner(env={"LIANCHENG_LANG": lang})
    return runner.invoke(cli, ["control", *(str(a) for a in arguments)])


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "holdings.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def answers(result: Result) -> dict[tuple[str, str], dict[str, Any]]:
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return {(row["owner"], row["owned"]): row for row in rows}


def test_the_line_of_a_pair(tmp_path: Path) -> None:
    result = call(write(tmp_path, ADDING))
    assert result.exit_code == 0, result.stderr
    rows = answers(result)
    assert rows["P", "C"] == {
        "owner": "P", "owned": "C", "controls": "yes", "votes": 0.55, "economic_share": 0.3175,
        "path": [
            {"owner": "P", "owned": "A", "share": 0.6, "rows": [2]},
            {"owner": "P", "owned": "B", "share": 0.55, "rows": [3]},
            {"owner": "A", "owned": "C", "share": 0.3, "rows": [4]},
            {"owner": "B", "owned": "C", "share": 0.25, "rows": [5]},
        ],
        "notes": ["by_sum"],
    }  # fmt: skip
    assert rows["X", "C"]["controls"] == "no"
    assert "6 lines: 3 yes, 0 possibly" in result.stderr


def test_of_one_party_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    path = write(tmp_path, "owner,owned,share\nP,A,90\nA,B,40\nB,C,90\nZ,B,60\n")
    rows = answers(call(path, "--of", " P "))
    assert {pair: (r["controls"], r["economic_share"]) for pair, r in rows.items()} == {
        ("P", "A"): ("yes", 0.9), ("P", "B"): ("no", 0.36), ("P", "C"): ("no", 0.324),
    }  # fmt: skip
    few = answers(call(path, "--pairs", "control"))
    assert set(few) == {("P", "A"), ("B", "C"), ("Z", "B"), ("Z", "C")}
    missing = call(path, "--of", "W")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "W" in missing.stderr


@pytest.mark.parametrize(("day", "said"), [("2024-06-30", "yes"), ("2024-07-01", "no")])
def test_half_by_the_day(tmp_path: Path, day: str, said: str) -> None:
    path = write(tmp_path, "owner,owned,share\nP,A,50.00\nQ,A,50\n")
    rows = answers(call(path, "--as-of", day))
    assert rows["P", "A"]["controls"] == said
    assert rows["P", "A"]["notes"] == ([] if said == "yes" else ["exactly_half"])


def test_only_what_is_in_force_counts_first_and_last_day_included(tmp_path: Path) -> None:
    path = write(
        tmp_path, "owner,owned,share,from,to\nP,A,60,2025-01-31,2025年12月31日\nQ,B,60,20260101,长期\n"
    )
    for day, expected in (
        ("2025-01-30", set()),
        ("2025-01-31", {("P", "A")}),
        ("2025-12-31", {("P", "A")}),
        ("2026-01-01", {("Q", "B")}),
    ):
        assert set(answers(call(path, "--as-of", day))) == expected


def test_refused_rows_are_named_with_row_and_column(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "股东,被投资企业,持股比例,表决权,开始日期,结束日期,备注\n虚构甲,临江一公司,60,,,,\n虚构甲,临江二公司,六十,,,,\n"
        ",临江三公司,60,,,,\n虚构甲,无,60,,,,\n虚构甲,临江四公司,101,,,,\n虚构甲,临江五公司,60,,2025-02-30,,\n"
        "虚构甲,临江六公司,60,,2025-01-02,2025-01-01,x\n虚构甲,临江七公司,50-25,,,,\n",
    )
    result = call(path, lang="zh")
    assert result.exit_code == 1
    assert set(answers(result)) == {("虚构甲", "临江一公司")}
    said = sorted(line.split("：")[0] for line in result.stderr.splitlines() if line.startswith("第"))
    assert said == [
        "第 3 行，“持股比例”列", "第 4 行，“股东”列", "第 5 行，“被投资企业”列", "第 6 行，“持股比例”列",
        "第 7 行，“开始日期”列", "第 8 行，“结束日期”列", "第 9 行，“持股比例”列",
    ]  # fmt: skip
    assert "备注" in result.stderr


def test_parts_of_one_are_read_as_such_and_said(tmp_path: Path) -> None:
    path = write(tmp_path, "owner,owned,share\nP,A,0.6\nQ,A,0.4\n")
    result = call(path)
    assert answers(result)["P", "A"]["votes"] == 0.6
    assert "parts of one" in result.stderr
    assert answers(call(path, "--shares", "percent"))["P", "A"]["votes"] == 0.006
    mixed = call(write(tmp_path, "owner,owned,share\nP,A,0.6\nQ,A,40\nR,B,0.6%\n"))
    assert answers(mixed)["P", "A"]["votes"] == 0.006
    assert "1 rows have a share of 1 or less" in mixed.stderr


def test_ranges_votes_repeats_and_contradictions(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "owner,owned,share,votes\nP,A,25-75,\nQ,B,40,60\nR,C,70,\nS,C,60,\nT,D,30,\nT,D,30,\nU,E,,\nV,E,30,\n",
    )
    result = call(path)
    rows = answers(result)
    assert (rows["P", "A"]["controls"], rows["P", "A"]["votes_max"]) == ("possibly", 0.75)
    assert rows["Q", "B"]["notes"] == ["by_sum", "decisive_votes"]
    assert (rows["R", "C"]["controls"], rows["R", "C"]["notes"]) == ("possibly", ["excess"])
    assert (rows["T", "D"]["controls"], rows["T", "D"]["path"][0]["rows"]) == ("possibly", [6, 7])
    assert (rows["U", "E"]["controls"], rows["U", "E"]["votes_max"]) == ("possibly", 0.7)
    assert "owners of C have 130.00 %" in result.stderr


def test_concert_parties_answer_as_one(tmp_path: Path) -> None:
    path = write(tmp_path, "owner,owned,share\nP1,C,20\nP2,C,18\nP3,C,15\nM,C,47\n")
    rows = answers(call(path, "--concert", "P1、P2,P3"))
    joint = rows["P1 + P2 + P3", "C"]
    assert (joint["controls"], joint["votes"], joint["economic_share"]) == ("yes", 0.53, 0.53)
    assert joint["concert"] == ["P1", "P2", "P3"]
    assert all(row["controls"] == "no" for pair, row in rows.items() if pair[0] != joint["owner"])
    assert call(path, "--concert", "P1").exit_code == 2


def test_numbers_of_persons_are_masked(tmp_path: Path) -> None:
    path = write(tmp_path, "owner,owned,share\n11010519491231002X,临江一公司,60\n")
    result = call(path)
    assert "19491231" not in result.stdout + result.stderr
    assert '"controls":"yes"' in result.stdout


def test_names_that_json_and_spreadsheets_have_to_escape(tmp_path: Path) -> None:
    path = write(
        tmp_path, 'owner,owned,share\n"=cmd|\'x\'!A0","say ""no""\\",60\n反\u202e向,\U00020000公司,60\n'
    )
    rows = answers(call(path))
    assert set(rows) == {("=cmd|'x'!A0", 'say "no"\\'), ("反\u202e向", "\U00020000公司")}
    out = tmp_path / "out.csv"
    assert call(path, "-o", out).exit_code == 0
    listed = list(csv.reader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert listed[1][0] == "'=cmd|'x'!A0"


def test_all_formats(tmp_path: Path) -> None:
    path = write(tmp_path, ADDING)
    assert len(json.loads(call(path, "--format", "json").stdout)) == 6
    table = call(path, "--format", "table").stdout
    assert "P → A 0.6; P → B 0.55; A → C 0.3; B → C 0.25" in table
    out = tmp_path / "out.jsonl"
    assert call(path, "-o", out).stdout == ""
    assert out.read_text("utf-8") == call(path).stdout


def test_an_answer_that_is_cut_says_so(tmp_path: Path) -> None:
    chain = "".join(f"N{n},N{n + 1},60\n" for n in range(300))
    result = call(write(tmp_path, "owner,owned,share\n" + chain), "--limit", 1000)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1000
    assert "Cut after 1000 lines" in result.stderr


@pytest.mark.parametrize("shape", ["chain", "star", "ring", "fan"])
def test_hostile_shapes_end(tmp_path: Path, shape: str) -> None:
    """A chain, a ring, a star and a fan: answers stay bounded, and what was left out is said."""
    count = 2_000
    rows = {
        "chain": [(n, n + 1, "60") for n in range(count)],
        "ring": [(n, (n + 1) % count, "60") for n in range(count)],
        "star": [(0, n + 1, "60") for n in range(count)],
        "fan": [(n + 1, 0, "0.04%") for n in range(count)],
    }[shape]
    text = "owner,owned,share\n" + "".join(f"N{a},N{b},{share}\n" for a, b, share in rows)
    result = call(write(tmp_path, text), "--limit", 3_000)
    whole = shape in ("star", "fan")
    assert result.exit_code == (0 if whole else 1), result.stderr
    assert len(result.stdout.splitlines()) == (count if whole else 0) or not whole
    assert ("Cut after" in result.stderr) is not whole
    if shape == "chain":
        last = answers(call(tmp_path / "holdings.csv", "--of", "N900"))["N900", "N2000"]
        assert (last["controls"], len(last["path"])) == ("yes", 1000)


def test_a_file_without_the_columns(tmp_path: Path) -> None:
    for text in ("a,b\n1,2\n", "owner,share\nP,60\n"):
        result = call(write(tmp_path, text))
        assert (result.exit_code, result.stdout) == (3, "")
        assert "owner, owned and share" in result.stderr
    with pytest.raises(FileError):
        read_holdings(write(tmp_path, "owner,share,owner_name\nP,60,x\n"), as_of=DAY)


def random_rows(count: int) -> list[list[str]]:
    rng = random.Random(7)
    names = [f"虚构{n}（控股）有限公司" if n % 3 else f"Co  {n}" for n in range(count // 2)]
    shares = ["60", "25-50", "33.3333333333333", "", "50%", " 12.50 ", "x", "0", "超过50%"]
    rows = [["股东", "备注", "被投资企业", "持股比例", "开始日期"]]
    for _ in range(count):
        owner = rng.choice(names).replace("（", rng.choice("（(")).replace("）", rng.choice("）)"))
        day = rng.choice(["", "2020-01-01", "2020-01-31", "2027/1/1", "20190101", "昨天", "43831"])
        rows.append(
            [
                rng.choice([owner, owner, f"\u3000{owner} ", "无"]),
                "",
                rng.choice(names),
                rng.choice(shares),
                day,
            ]
        )
    return rows


def plain(path: Path) -> dict[str, Any]:
    found = read_holdings(path, as_of=DAY)
    names = [found.name(n) for n in range(found.count)]
    triples = [
        (holdings_file.canonical(names[a]), holdings_file.canonical(names[b]), *rest)
        for a, b, *rest in zip(
            found.owner.tolist(), found.owned.tolist(), found.share[0].tolist(), found.share[1].tolist(),
            found.row.tolist(), strict=True,
        )
    ]  # fmt: skip
    counts = (
        found.read,
        found.rejected_count,
        found.outside,
        found.unstated,
        found.repeated,
        found.parts,
        found.small,
    )
    return {
        "rows": triples,
        "counts": counts,
        "rejected": sorted(found.rejected) if found.rejected_count <= 20 else None,
    }


def test_large_files_read_as_small_ones_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = random_rows(3_000)
    text = "\r\n".join(",".join(row) for row in rows) + "\r\n"
    path = write(tmp_path, text)
    slow = plain(path)
    monkeypatch.setattr(holdings_file, "LARGE", 1)
    assert plain(path) == slow
    assert slow["counts"][1] > 100
    assert plain(write(tmp_path, "\ufeff" + text, name="bom.csv"))["rows"] == slow["rows"]
    found = read_holdings(path, as_of=DAY)
    assert number_of(found, "虚构1(控股)有限公司") == number_of(found, " 虚构1（控股）有限公司")
    assert number_of(found, "虚构九") is None
    assert call(path).stdout_bytes == call(write(tmp_path, text, "gb18030", "gb.csv")).stdout_bytes


def test_names_of_a_large_file_are_shown_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(
        tmp_path,
        "owner,owned,share\n 甲（集团） ,a\\b,60\n甲(集团),\u00a0乙\x7f,70\n11010519491231002X,0,80\n",
    )
    small = call(path).stdout
    monkeypatch.setattr(holdings_file, "LARGE", 1)
    assert call(path).stdout == small
    assert [row["owner"] for row in answers(call(path)).values()] == [
        "甲（集团）",
        "甲（集团）",
        "1101**********002X",
    ]


def test_workbooks_and_tabs(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("持股情况表",),
        ("股东名称", "被投资单位", "出资比例（%）"),
        ("虚构甲", "临江一公司", 60),
        ("虚构甲", "临江二公司", "50.5%"),
    ):
        sheet.append(row)
    book.save(tmp_path / "holdings.xlsx")
    rows = answers(call(tmp_path / "holdings.xlsx"))
    assert {pair: row["votes"] for pair, row in rows.items()} == {
        ("虚构甲", "临江一公司"): 0.6,
        ("虚构甲", "临江二公司"): 0.505,
    }
    assert answers(call(write(tmp_path, ADDING.replace(",", "\t"), "utf-16"))) == answers(
        call(write(tmp_path, ADDING))
    )


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("60", 60, 60), ("60%", 60, 60), ("６０％", 60, 60), ("25-50", 25, 50), ("25%～50%", 25, 50),
        ("25%至50%", 25, 50),
        ("50%以上", 50, 100), ("25%以上50%以下", 25, 50), ("≥ 25", 25, 100), ("至少25%", 25, 100), ("不超过5%", 0, 5),
        ("25-to-50-percent", 25, 50), ("0", 0, 0), ("100.00", 100, 100), ("75 - 100 %", 75, 100), (".5", 0.5, 0.5),
    ],
)  # fmt: skip
def test_shares_as_they_are_written(text: str, low: float, high: float) -> None:
    found = stated(text)
    assert found is not None
    assert units(found, parts=False) == (low * 10**10, high * 10**10)


def test_more_than_and_less_than_leave_the_number_out() -> None:
    over, under = stated("超过50%"), stated("25%以上不足50%")
    assert over is not None
    assert under is not None
    assert units(over, parts=False) == (50 * 10**10 + 1, 100 * 10**10)
    assert units(under, parts=False) == (25 * 10**10, 50 * 10**10 - 1)
    thirds = stated("33.3333333333333")
    assert thirds is not None
    assert units(thirds, parts=False) == (333_333_333_333, 333_333_333_334)
    assert units(stated("0.25-0.5"), parts=True) == (25 * 10**10, 50 * 10**10)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["101", "-5", "六十", "50-25", "12,5", "1e2", "25%以上x", "100.0000001%", "1/3"]
)
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(ValueError):
        stated(text)


@pytest.mark.parametrize("text", ["", " ", "-", "无", "N/A", "不详"])
def test_what_says_nothing(text: str) -> None:
    assert stated(text) is None
