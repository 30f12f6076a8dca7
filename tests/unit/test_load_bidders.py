"""Bidder lists into rows: consortium cells split where that is certain, codes by position, never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from list_files import CODES, write_csv, xlsx_bytes

from loaders.bidders import BiddersFile, read_bidders
from loaders.consortia import split_names
from loaders.errors import FileError
from matching.request import DecisionRequest

A, B, C = CODES[:3]
JIA, YI, BING = "临江市甲建设有限公司", "临江市乙市政有限公司", "临江市丙设计院"


def read(path: Path, *rows: list[str]) -> BiddersFile:
    return read_bidders(write_csv(path / "bidders.csv", rows), "zh")


def members(found: BiddersFile, index: int = 0) -> list[tuple[str, str]]:
    consortium = found.rows[index].fields.get("consortium", {"members": []})
    return [(m.get("name", ""), m.get("identifiers", [{"id": ""}])[0]["id"]) for m in consortium["members"]]


def warned(found: BiddersFile, index: int = 0) -> set[str]:
    return {warning["code"] for warning in found.rows[index].warnings}


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("甲建设有限公司、乙设计院", ["甲建设有限公司", "乙设计院"]),
        ("甲建设有限公司，乙市政有限公司；丙有限公司", ["甲建设有限公司", "乙市政有限公司", "丙有限公司"]),
        ("甲建设有限公司/乙市政有限公司|丙有限公司", ["甲建设有限公司", "乙市政有限公司", "丙有限公司"]),
        (
            "甲建设有限公司（牵头人）和临江乙市政工程有限公司（成员）",
            ["甲建设有限公司", "临江乙市政工程有限公司"],
        ),
        ("联合体牵头人：甲有限公司；成员：乙有限公司", ["甲有限公司", "乙有限公司"]),
        ("甲有限公司与临江市乙建设有限公司", ["甲有限公司", "临江市乙建设有限公司"]),
        ("甲有限公司、甲有限公司", ["甲有限公司"]),
        ("临江市和与园林有限公司", ["临江市和与园林有限公司"]),
        ("临江市建设有限公司和平分公司", ["临江市建设有限公司和平分公司"]),
        ("临江市测绘、勘察有限公司", ["临江市测绘、勘察有限公司"]),
        ("甲公司（含乙、丙）有限公司", ["甲公司（含乙、丙）有限公司"]),
        ("3M（中国）有限公司", ["3M（中国）有限公司"]),
        ("", []),
    ],
)
def test_names_of_a_cell(cell: str, names: list[str]) -> None:
    found = split_names(cell)
    assert [member.name for member in found.members] == names
    assert found.problem == ""


def test_lead_of_a_cell() -> None:
    assert [m.lead for m in split_names("甲有限公司（成员）、乙有限公司（牵头人）").members] == [False, True]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("甲有限公司等3家", "bidders.others"),
        ("临江甲建设有限公司和临江乙建设有限公司临江分公司", "bidders.unsplit"),
    ],
)
def test_uncertain_cells_are_said(cell: str, problem: str) -> None:
    found = split_names(cell)
    assert found.problem == problem
    assert len(found.members) == 1


def test_number_of_codes_decides_where_an_and_could_be_either() -> None:
    cell = "临江甲建设有限公司和临江乙建设有限公司临江分公司"
    assert len(split_names(cell, 2).members) == 2
    assert split_names(cell, 1).problem == ""


def test_consortium_with_codes_by_position(tmp_path: Path) -> None:
    head = ["投标人名称", "投标人代码", "联合体名称（如有）", "联合体组织机构代码证（联合体招标时填写）"]
    found = read(tmp_path, head, [JIA, A, f"{JIA}、{YI}", f"{A},{B}"])
    assert members(found) == [(JIA, A), (YI, B)]
    assert found.rows[0].fields["identifiers"] == [{"id": A}]
    assert found.rows[0].complete


def test_several_names_and_codes_in_the_bidders_own_cells(tmp_path: Path) -> None:
    found = read(tmp_path, ["投标人名称", "投标人代码"], [f"{YI}（成员）、{JIA}（牵头人）", f"{B}、{A}"])
    assert members(found) == [(YI, B), (JIA, A)]
    assert found.rows[0].fields["name"] == JIA
    assert warned(found) == {"bidders.split"}


def test_counts_that_differ_are_never_paired(tmp_path: Path) -> None:
    found = read(tmp_path, ["投标人名称", "投标人代码"], [f"{JIA}、{YI}、{BING}", f"{A},{B}"])
    assert warned(found) >= {"bidders.counts"}
    assert members(found) == [(JIA, ""), (YI, ""), (BING, ""), ("", A), ("", B)]


def test_several_codes_of_one_name(tmp_path: Path) -> None:
    nested = read(tmp_path, ["投标人名称", "投标人代码"], [JIA, f"{A},{A[8:17]}"])
    assert nested.rows[0].fields["identifiers"] == [{"id": A}, {"id": A[8:17]}]
    other = read(tmp_path, ["投标人名称", "投标人代码"], [JIA, f"{A},{B}"])
    assert warned(other) == {"bidders.several_codes"}
    assert members(other) == [("", A), ("", B)]
    assert "identifiers" not in other.rows[0].fields


def test_uncertain_row_is_not_complete(tmp_path: Path) -> None:
    found = read(tmp_path, ["投标人名称"], [f"{JIA}等3家"])
    assert not found.rows[0].complete
    assert warned(found) == {"bidders.others"}


@pytest.mark.parametrize(
    ("head", "row", "name", "ids"),
    [
        (["供应商名称"], [JIA], JIA, []),
        (["统一社会信用代码"], [A], None, [{"id": A}]),
        (["name", "code"], [JIA, A], JIA, [{"id": A}]),
        (["BIDDER_NAME", "BIDDER_ORG_CODE"], [JIA, A], JIA, [{"id": A}]),
        (["投标单位", "社会信用代码"], [JIA, A], JIA, [{"id": A}]),
    ],
)
def test_minimal_lists(
    tmp_path: Path, head: list[str], row: list[str], name: str | None, ids: list[object]
) -> None:
    found = read(tmp_path, head, row)
    assert found.rows[0].fields.get("name") == name
    assert found.rows[0].fields.get("identifiers", []) == ids


@pytest.mark.parametrize(
    ("head", "cell", "price"),
    [
        ("投标报价（万元）", "3,568.12", "35681200"),
        ("投标报价", "3568.12万元", "35681200"),
        ("投标报价（元）", "35681200", "35681200"),
    ],
)
def test_prices_in_yuan(tmp_path: Path, head: str, cell: str, price: str) -> None:
    found = read(tmp_path, ["投标人名称", head], [JIA, cell])
    assert found.rows[0].fields["price"] == price


def test_people_project_and_lot(tmp_path: Path) -> None:
    head = [
        "序号",
        "招标项目编号",
        "标段（包）编号",
        "投标人名称",
        "法定代表人",
        "项目经理",
        "项目经理证件号码",
        "授权委托人",
        "联系电话",
        "颜色",
    ]
    found = read(
        tmp_path,
        head,
        ["7", "P1", "P1-1", JIA, "虚构甲", "虚构乙", "3208991988****2469", "虚构丙", "0500-1", "蓝"],
    )
    row = found.rows[0]
    assert (row.row, row.client_id, row.project, row.lot) == (2, "7", "P1", "P1-1")
    assert row.fields["legal_rep"]["name"] == "虚构甲"
    assert row.fields["project_manager"]["identifiers"] == [{"id": "3208991988****2469"}]
    assert row.fields["agent"]["name"] == "虚构丙"
    assert row.fields["lots"] == ["P1-1"]
    assert found.columns["unknown"] == ["颜色"]


def test_rows_are_requests(tmp_path: Path) -> None:
    head = ["投标人名称", "投标人代码", "联合体名称（如有）", "项目经理", "投标报价", "联系电话"]
    found = read(tmp_path, head, [JIA, A, f"{JIA}、{YI}", "虚构乙", "1", "1"], ["", B, "", "", "", ""])
    request = DecisionRequest.model_validate({"bidders": [row.fields for row in found.rows]})
    assert [bidder.name for bidder in request.bidders] == [JIA, ""]


def test_rejected_rows_are_said(tmp_path: Path) -> None:
    found = read(tmp_path, ["投标人名称", "投标人代码"], ["", "无"], ["甲" * 250 + "有限公司", ""], [JIA, A])
    assert [(r["row"], r["code"], r["column"]) for r in found.rejected] == [
        (2, "row.nameless", "投标人名称"),
        (3, "row.cell", "投标人名称"),
    ]
    assert len(found.rows) == 1


def test_first_sheet_with_bidders_is_taken_and_named(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "封面"
    first.append(["开标记录"])
    for title in ("一标段", "二标段"):
        sheet = book.create_sheet(title)
        sheet.append(["投标人名称", "投标人代码"])
        sheet.append([JIA, A])
    book.save(path)
    book.close()
    found = read_bidders(path, "zh")
    assert found.label.endswith("#一标段")
    assert {note["code"] for note in found.notes} == {
        "bidders.sheet",
        "bidders.more_tables",
        "file.sheet_skipped",
    }


def test_merged_project_cells(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    path.write_bytes(xlsx_bytes([["项目名称", "投标人名称"], ["拟项目", JIA], ["", YI]], merges=["A2:A3"]))
    assert [row.project for row in read_bidders(path, "zh").rows] == ["拟项目", "拟项目"]


def test_json_lines_in_the_shape_of_a_request(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    one = {
        "client_id": "b1",
        "name": JIA,
        "identifiers": [{"id": A}],
        "consortium": {"members": [{"name": YI}]},
    }
    path.write_text(json.dumps(one, ensure_ascii=False) + "\n", encoding="utf-8")
    found = read_bidders(path, "en")
    assert found.rows[0].fields["identifiers"] == [{"id": A}]
    assert found.rows[0].fields["consortium"] == {"members": [{"name": YI}]}
    assert found.columns["unknown"] == []


def test_other_tables_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", [["案号", "执行法院"], ["1", "2"]])
    with pytest.raises(FileError, match=r"bidders\.not_bidders"):
        read_bidders(path, "zh")


@pytest.mark.parametrize(
    "cell",
    [
        f"联合体：{JIA}（主）；{YI}（成）",
        f"{JIA}（主体）、{YI}（成员单位）",
        f"{JIA}（牵头单位）{YI}（成员单位）",
        f"{JIA}（主办方）/{YI}（参与方）",
        f"{JIA}【牵头人】+{YI}【成员2】",
        f"{JIA}（联合体牵头人、施工单位）和{YI}（设计方）",
        f"{JIA} {YI}",
    ],
)
def test_role_marks_hide_no_member(cell: str) -> None:
    found = split_names(cell)
    assert [member.name for member in found.members] == [JIA, YI]
    assert found.problem == ""


def test_an_unknown_bracket_in_a_consortium_is_doubt(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ["投标人名称", "备注"],
        [f"{JIA}、{YI}（某记）", ""],
        [f"{JIA}、临江市丁事务所（普通合伙）", ""],
    )
    assert [row.complete for row in found.rows] == [False, True]
    assert warned(found) >= {"bidders.bracket"}
    assert split_names("临江市甲（集团）有限公司").problem == ""


def test_columns_that_name_different_bidders_are_doubt(tmp_path: Path) -> None:
    head = ["投标人名称", "统一社会信用代码", "统一社会信用代码"]
    found = read(tmp_path, head, [JIA, A, B], [JIA, A, A], [JIA, A, ""])
    assert [row.complete for row in found.rows] == [False, True, True]
    assert found.rows[0].fields["identifiers"] == [{"id": A}, {"id": B}]
    said = next(w["message"] for w in found.rows[0].warnings if w["code"] == "bidders.columns")
    assert "统一社会信用代码 / 统一社会信用代码" in said
    two = read(tmp_path, ["投标人名称", "供应商名称", "统一社会信用代码"], [JIA, YI, A])
    assert not two.rows[0].complete


def test_a_number_in_the_place_of_a_name_is_doubt(tmp_path: Path) -> None:
    number = "329901198811062462"
    found = read(
        tmp_path, ["投标人名称", "统一社会信用代码"], [number, ""], [f"虚构李四{number}", A], [A, ""]
    )
    assert [row.complete for row in found.rows] == [False, False, True]
    assert number not in json.dumps([row.warnings for row in found.rows], ensure_ascii=False)


@pytest.mark.parametrize("name", ["合计", "小 计", "总计：2家", "合计（3家）"])
def test_totals_are_no_bidders(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, ["投标人名称", "统一社会信用代码"], [JIA, A], [name, ""])
    assert [row.row for row in found.rows] == [2]
    assert [(one["row"], one["code"]) for one in found.rejected] == [(3, "row.total")]
