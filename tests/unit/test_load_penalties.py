"""Administrative penalties of both editions: lists, periods, fines, states, damaged codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from list_files import CODES
from loading import Bench

from graph.dates import CST
from graph.model import Status
from loaders.headers import plan
from loaders.kinds import detect


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=CST)


def codes(report: object) -> set[str]:
    return {problem.code for file in report.files for problem in file.warnings}  # type: ignore[attr-defined]


# 双公示

P2018 = (
    "行政相对人名称",
    "行政相对人类别",
    "行政相对人代码_1(统一社会信用代码)",
    "行政相对人代码_2(工商注册号)",
    "行政相对人代码_3(组织机构代码)",
    "行政处罚决定书文号",
    "违法行为类型",
    "处罚类别",
    "处罚内容",
    "罚款金额（万元）",
    "处罚决定日期",
    "处罚有效期",
    "公示截止期",
    "处罚机关",
)


def penalty(category: str, content: str, fine: str = "", until: str = "") -> list[list[str]]:
    row = [
        "临江市测试环保有限公司",
        "法人及非法人组织",
        CODES[4],
        "",
        "",
        "拟罚字〔2025〕9号",
        "拟类型",
        category,
        content,
        fine,
        "2025/11/03",
        until,
        "2026/11/03",
        "临江市住建局",
    ]
    return [list(P2018), row]


@pytest.mark.parametrize(
    ("rows", "lists"),
    [
        (penalty("取消投标资格", "取消1年内参加依法必须进行招标的项目的投标资格", "10"), {"ZTBJ"}),
        (penalty("罚款", "罚款200万元", "200"), {"ZDWF"}),
        (penalty("罚款", "罚款199.9999万元", "199.9999"), {"XZCF"}),
        (penalty("责令停产停业", "责令停产停业"), {"ZDWF"}),
        (penalty("吊销许可证", "吊销资质证书"), {"ZDWF"}),
        (penalty("罚款；取消投标资格", "罚款300万元；取消二年投标资格", "300"), {"ZTBJ", "ZDWF"}),
        (penalty("警告", "警告"), {"XZCF"}),
        (penalty("罚款", "责令改正，今后不得串通投标，罚款1万元", "1"), {"XZCF"}),
        (penalty("罚款", "处250万元罚款"), {"ZDWF"}),
        (penalty("罚款", "处2.5万元罚款"), {"XZCF"}),
        (penalty("罚款", "罚款", "3"), {"XZCF"}),
        (penalty("警告", "一年内禁止参加政府采购活动"), {"ZDWF"}),
    ],
)
def test_which_list_a_penalty_belongs_on(bench: Bench, rows: list[list[str]], lists: set[str]) -> None:
    report = bench.load(rows)
    assert report.files[0].kind == "penalty2018"
    assert {code for code in ("ZTBJ", "ZDWF", "XZCF") if bench.open(code)} == lists
    assert {s.dataset for s in bench.store.snapshots()} == {"ZTBJ", "ZDWF", "XZCF"}


def test_period_of_a_bid_ban(bench: Bench) -> None:
    bench.load(penalty("取消投标资格", "取消1年内参加依法必须进行招标的项目的投标资格", until="2026/11/02"))
    assert bench.only("ZTBJ").effect.end == at(2026, 11, 4)


def test_period_of_a_bid_ban_from_its_column(bench: Bench) -> None:
    bench.load(penalty("取消投标资格", "取消投标资格", until="2026/11/02"))
    assert bench.only("ZTBJ").effect.end == at(2026, 11, 3)


def test_bid_ban_without_period_goes_to_a_person(bench: Bench) -> None:
    bench.load(penalty("取消投标资格", "取消投标资格"))
    found = bench.only("ZTBJ").penalty
    assert found is not None
    assert found.ban_unreadable


@pytest.mark.parametrize(
    ("content", "until"), [("永久取消投标资格", ""), ("取消投标资格", "长期"), ("取消投标资格", "2099/12/31")]
)
def test_permanent_bid_ban(bench: Bench, content: str, until: str) -> None:
    bench.load(penalty("取消投标资格", content, until=until))
    found = bench.only("ZTBJ")
    assert found.effect.end is None
    assert found.penalty is not None
    assert found.penalty.kinds == ("bid_ban", "permanent")
    assert not found.penalty.ban_unreadable


def test_no_end_in_the_column_does_not_settle_a_range_in_the_text(bench: Bench) -> None:
    bench.load(penalty("取消投标资格", "取消一至三年投标资格", until="2099/12/31"))
    found = bench.only("ZTBJ").penalty
    assert found is not None
    assert found.ban_unreadable


def test_bid_ban_that_ends_before_its_decision_is_for_a_person(bench: Bench) -> None:
    bench.load(penalty("取消投标资格", "取消投标资格", until="2024/11/02"))
    found = bench.only("ZTBJ")
    assert found.penalty is not None
    assert found.penalty.ban_unreadable
    assert found.effect.end is None


def test_fine_typed_in_yuan_under_a_column_of_ten_thousands(bench: Bench) -> None:
    report = bench.load(penalty("罚款", "罚款人民币30000元", "30000"))
    found = bench.only("XZCF").penalty
    assert found is not None
    assert found.fine_cny == Decimal(30_000)
    assert "penalty.fine_differs" in codes(report)


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ("罚款", ""),
        ("罚款", "0"),
        ("罚款", "不详"),
        ("见决定书", ""),
        ("处250万元罚款", "0"),
        ("罚款3万元", "300"),
        ("对法定代表人虚构甲罚款5万元", ""),
        ("罚款贰拾万元、罚款叁拾万元", "9"),
    ],
)
def test_fine_without_a_certain_amount_is_for_a_person_to_read(
    bench: Bench, content: str, column: str
) -> None:
    report = bench.load(penalty("罚款", content, column))
    found = bench.only("ZDWF").penalty
    assert found is not None
    assert (found.kinds, found.fine_cny) == (("fine",), None)
    assert "penalty.fine_unread" in codes(report)
    assert not bench.open("XZCF")


def test_ban_from_procurement_among_penalties_is_no_major_violation_by_itself(bench: Bench) -> None:
    report = bench.load(penalty("警告", "警告，一年内禁止参加政府采购活动"))
    found = bench.only("ZDWF").penalty
    assert found is not None
    assert found.kinds == ("warning", "procurement_ban")
    assert "penalty.procurement_ban" in codes(report)
    assert {s.dataset for s in bench.store.snapshots()} == {"ZTBJ", "ZDWF", "XZCF"}


def test_editions_are_told_by_the_text_in_brackets() -> None:
    shared = ["行政相对人名称", "行政相对人代码_1(统一社会信用代码)", "处罚决定日期", "处罚结果", "处罚机关"]
    old = [
        *shared,
        "行政相对人代码_2(组织机构代码)",
        "行政相对人代码_3(工商登记码)",
        "行政相对人代码_5(居民身份证号)",
        "当前状态",
    ]
    new = [
        *shared,
        "行政相对人代码_3(组织机构代码)",
        "行政相对人代码_2(工商注册号)",
        "行政相对人类别",
        "处罚内容",
    ]
    assert detect(old)[0].name == "penalty2016"
    assert detect(new)[0].name == "penalty2018"
    for headings in (old, new):
        kind = detect(headings)[0]
        fields = {column.heading: column.field for column in plan(kind, headings).columns}
        assert {h: f for h, f in fields.items() if "组织机构代码" in h}.popitem()[1] == "org_code"
        assert {h: f for h, f in fields.items() if "工商" in h}.popitem()[1] == "reg_no"
    assert plan(detect(new)[0], ["行政相对人代码_3"]).unknown == ("行政相对人代码_3",)


@pytest.mark.parametrize(
    ("state", "status"), [("0", Status.ACTIVE), ("1", Status.REVOKED), ("2", Status.DISPUTED)]
)
def test_state_of_the_2016_edition(bench: Bench, state: str, status: Status) -> None:
    head = [
        "CF_XDR_MC",
        "CF_XDR_SHXYM",
        "CF_WSH",
        "CF_CFMC",
        "CF_CFLB1",
        "CF_SY",
        "CF_JG",
        "CF_JDRQ",
        "CF_XZJG",
        "CF_ZT",
        "DFBM",
        "SJC",
    ]
    row = [
        "临江市测试有限公司",
        CODES[0],
        "拟1号",
        "名",
        "罚款",
        "事由",
        "罚款1万元",
        "2025-01-02",
        "拟局",
        state,
        "320899",
        "2025-02-01",
    ]
    report = bench.load([head, row])
    assert report.files[0].kind == "penalty2016"
    assert bench.only("XZCF").status(at(2025, 6, 1)) is status


# 代码


def test_damaged_code_beside_a_name_is_reported_and_the_row_kept(bench: Bench) -> None:
    rows = penalty("警告", "警告")
    rows[1][2] = "9.1321E+17"
    report = bench.load(rows)
    assert "id.excel" in codes(report)
    assert bench.only("XZCF").subject.ids[0].state == "malformed"


def test_damaged_code_alone_is_rejected(bench: Bench) -> None:
    rows = penalty("警告", "警告")
    rows.append(list(rows[1]))
    rows[1][0], rows[1][2] = "", "9.1321E+17"
    report = bench.load(rows)
    assert [(p.row, p.code, p.column) for p in report.files[0].rejected] == [
        (2, "code.excel_only", "行政相对人代码_1(统一社会信用代码)")
    ]
    assert len(bench.open("XZCF")) == 1


def test_wrong_check_digit_never_drops_a_row(bench: Bench) -> None:
    rows = penalty("警告", "警告")
    rows[1][2] = "91320899MATEKTCE1X"
    report = bench.load(rows)
    assert bench.only("XZCF").subject.ids[0].state == "checksum"
    assert "id.checksum" in codes(report)
