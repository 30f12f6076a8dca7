"""Lists of the common pattern, platform tables, registers, codes and recognition."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from list_files import CITIZEN, CODES
from loading import Bench

from graph.dates import CST
from graph.model import PartyType, Source
from graph.relations import RelationType
from loaders.base import Kind, Row, RowError
from loaders.errors import FileError
from loaders.headers import common
from loaders.kinds import BIDDERS, KINDS, detect
from loaders.kinds.lists import COMMON


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=CST)


def codes(report: object) -> set[str]:
    return {problem.code for file in report.files for problem in file.warnings}  # type: ignore[attr-defined]


# 其他名单


@pytest.mark.parametrize(
    ("kind", "code", "head", "row"),
    [
        (
            "xzxf",
            "XZXF",
            ["限制消费人员姓名", "性别", "身份证号码", "案号", "执行法院", "立案时间"],
            ["虚构乙", "男", "3208991988****2469", "拟执1号", "拟法院", "2025-01-02"],
        ),
        (
            "zfjg",
            "ZFJG",
            ["失信政府机构名称", "统一社会信用代码", "案号", "执行法院", "发布时间"],
            ["临江市拟设局", CODES[0], "拟执2号", "拟法院", "2025-01-02"],
        ),
        (
            "yzwf",
            "YZWF",
            ["企业名称", "统一社会信用代码", "列入严重违法失信名单原因", "列入日期", "作出决定机关(列入)"],
            ["临江市甲有限公司", CODES[0], "虚假", "2025-01-02", "拟局"],
        ),
        (
            "jyyc",
            "JYYC",
            ["企业名称", "注册号", "列入经营异常名录原因", "列入日期", "移出日期"],
            ["临江市甲有限公司", "320800000012347", "未年报", "2025-01-02", ""],
        ),
        (
            "aqsc",
            "AQSC",
            ["单位名称", "统一社会信用代码", "失信行为简况", "列入日期", "认定机关"],
            ["临江市甲有限公司", CODES[0], "事故", "2025-01-02", "拟局"],
        ),
        (
            "bribery",
            "XHFZ",
            ["行贿人名称", "统一社会信用代码", "罪名", "判决书文号", "判决日期", "判决法院"],
            ["临江市甲有限公司", CODES[0], "单位行贿罪", "拟刑1号", "2025-01-02", "拟法院"],
        ),
        (
            "red",
            "RED",
            ["纳税人名称", "纳税人识别号", "评价年度", "纳税信用等级"],
            ["临江市甲有限公司", CODES[0], "2025", "A"],
        ),
    ],
)
def test_lists_of_the_common_pattern(
    bench: Bench, kind: str, code: str, head: list[str], row: list[str]
) -> None:
    report = bench.load([head, row])
    assert report.published, report.to_json("en")
    assert report.files[0].kind == kind
    assert report.files[0].unknown == []
    listing = bench.only(code)
    if kind != "red":
        assert listing.effect.start == at(2025, 1, 2)
    assert listing.subject.name == row[0]


def test_equal_headings_are_told_by_title_or_by_the_caller(bench: Bench) -> None:
    rows = [
        ["企业名称", "统一社会信用代码", "列入原因", "列入日期"],
        ["临江市甲有限公司", CODES[0], "原因", "2025-01-02"],
    ]
    report = bench.load(rows)
    assert [problem.code for _, problem in report.problems] == ["kind.ambiguous"]
    assert not report.published
    assert bench.load([["经营异常名录公告", "", "", ""], *rows]).files[0].kind == "jyyc"
    assert bench.load(rows, kind="aqsc").files[0].kind == "aqsc"
    assert bench.load(rows, list_code="OTH").published
    assert len(bench.open("OTH")) == 1


# 交易平台


@pytest.mark.parametrize(("result", "code"), [("取消投标资格", "ZTBJ"), ("通报批评", "ZTBHMD")])
def test_platform_violations(bench: Bench, result: str, code: str) -> None:
    head = [
        "VIOLATING_CODE",
        "VIOLATING_NAME",
        "BODY_NAME",
        "BODY_CODE",
        "GOVERNMENT",
        "PUNISHMENT_RESULT",
        "CONFINED_ACTION",
        "CONFINED_START",
        "CONFINED_END",
        "OPERATE_DATE",
    ]
    report = bench.load(
        [
            head,
            [
                "V1",
                "围标",
                "临江市甲有限公司",
                CODES[0],
                "拟局",
                result,
                "01",
                "20250101",
                "20251231",
                "20250102",
            ],
        ]
    )
    assert report.files[0].unknown == []
    listing = bench.only(code)
    assert (listing.effect.start, listing.effect.end) == (at(2025, 1, 1), at(2026, 1, 1))


def test_platform_experts_without_a_name(bench: Bench) -> None:
    head = [
        "ID_CARD",
        "REWARD_PUNISHMENT_TYPE",
        "UNIFIED_DEAL_CODE",
        "APPROVE_DEPT_NAME",
        "VIOLATING_BASIS",
        "VIOLATING_RESULT",
        "PULISH_DATE",
        "START_DATE",
        "END_DATE",
    ]
    bench.load([head, [CITIZEN, "2", "D1", "拟局", "依据", "暂停评标", "20250101", "20250101", "长期"]])
    listing = bench.only("ZTBHMD")
    assert listing.subject.type is PartyType.PERSON
    assert listing.subject.ids[0].value == CITIZEN
    assert CITIZEN not in listing.key
    assert listing.effect.end is None


def violation(result: str, start: str, end: str) -> list[list[str]]:
    head = [
        "VIOLATING_CODE",
        "VIOLATING_NAME",
        "BODY_NAME",
        "BODY_CODE",
        "PUNISHMENT_RESULT",
        "CONFINED_START",
        "CONFINED_END",
        "OPERATE_DATE",
    ]
    return [head, ["V1", "围标", "临江市甲有限公司", CODES[0], result, start, end, "20250102"]]


def test_platform_ban_whose_days_are_reversed_is_for_a_person_and_has_begun(bench: Bench) -> None:
    report = bench.load(violation("取消投标资格", "20290101", "20251231"))
    found = bench.only("ZTBJ")
    assert found.penalty is not None
    assert found.penalty.ban_unreadable
    assert (found.effect.start, found.effect.end) == (at(2025, 12, 31), None)
    assert "value.reversed" in {p.code for p in report.files[0].warnings}


@pytest.mark.parametrize(
    ("result", "end", "permanent"),
    [
        ("取消投标资格", "长期", True),
        ("永久取消投标资格", "", True),
        ("取消一至三年投标资格", "长期", False),
        ("取消投标资格", "", False),
    ],
)
def test_platform_ban_without_an_end(bench: Bench, result: str, end: str, permanent: bool) -> None:
    bench.load(violation(result, "20250101", end))
    found = bench.only("ZTBJ")
    assert found.penalty is not None
    assert found.effect.end is None
    assert ("permanent" in found.penalty.kinds, found.penalty.ban_unreadable) == (permanent, not permanent)


def test_experts_of_one_masked_number_stay_two(bench: Bench) -> None:
    head = ["ID_CARD", "EXPERT_NAME", "REWARD_PUNISHMENT_TYPE", "VIOLATING_RESULT", "PULISH_DATE"]
    other = CITIZEN[:10] + "1231" + CITIZEN[14:]
    rows = [
        [CITIZEN, "虚构甲", "2", "暂停评标", "20250101"],
        [other, "虚构乙", "2", "暂停评标", "20250101"],
        [CITIZEN, "虚构甲", "2", "取消评标资格", "20250101"],
    ]
    bench.load([head, *rows])
    found = bench.open("ZTBHMD")
    assert len(found) == 3
    assert not any(CITIZEN in one.key or other in one.key for one in found)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("奖励", "RED", True),
        ("惩戒", "ZTBHMD", True),
        ("奖惩（惩）", "ZTBHMD", True),
        ("奖惩（奖）", "ZTBHMD", False),
        ("奖惩", "ZTBHMD", False),
        ("奖励/处罚", "ZTBHMD", False),
        ("2", "ZTBHMD", False),
        ("", "ZTBHMD", True),
    ],
)
def test_expert_is_praised_only_where_no_punishment_is_named(
    bench: Bench, text: str, code: str, told: bool
) -> None:
    head = ["ID_CARD", "EXPERT_NAME", "REWARD_PUNISHMENT_TYPE", "VIOLATING_RESULT", "PULISH_DATE"]
    report = bench.load([head, [CITIZEN, "虚构甲", text, "见文书", "20250101"]])
    assert bench.only(code).scope == "评标专家"
    assert ("expert.reward" in {p.code for p in report.files[0].warnings}) is not told


@pytest.mark.parametrize("name", ["合计", "总 计", "小计：", "合计（户数）", "共2家", "12户"])
def test_line_of_totals_is_no_record(bench: Bench, name: str) -> None:
    head = ["用人单位名称", "统一社会信用代码", "列入日期", "列入事由", "拖欠金额"]
    rows = [
        ["临江市甲有限公司", CODES[0], "2025-01-02", "拖欠", "100"],
        [name, "", "2025-01-02", "", "100"],
        ["临江市合计科技有限公司", CODES[1], "2025-01-02", "拖欠", "100"],
    ]
    report = bench.load([head, *rows])
    assert [(p.row, p.code) for p in report.files[0].rejected] == [(3, "row.list_total")]
    assert len(bench.open("TQGZ")) == 2


# 登记


def test_register_with_branches_former_names_and_people(bench: Bench) -> None:
    head = [
        "企业名称",
        "统一社会信用代码",
        "法定代表人",
        "成立日期",
        "注册资本（万元）",
        "参保人数",
        "经营范围",
        "联系电话",
        "曾用名",
        "总公司",
        "总公司统一社会信用代码",
        "企业类型",
        "经营状态",
    ]
    rows = [
        [
            "临江市甲建设有限公司",
            CODES[0],
            "虚构张三",
            "2010-01-02",
            "1,000",
            "25",
            "施工",
            "0500-1",
            "临江市旧甲有限公司（2010-01-02至2015-03-04）",
            "",
            "",
            "有限责任公司",
            "存续",
        ],
        [
            "临江市甲建设有限公司东城分公司",
            CODES[1],
            "虚构李四",
            "2012-01-02",
            "",
            "0",
            "施工",
            "",
            "",
            "临江市甲建设有限公司",
            CODES[0],
            "分公司",
            "存续",
        ],
        [
            "临江市丙商行",
            "92320899MA1U0B487Q",
            "虚构王五",
            "2012-01-02",
            "5",
            "",
            "零售",
            "",
            "",
            "",
            "",
            "个体工商户",
            "存续",
        ],
    ]
    report = bench.load([head, *rows])
    assert report.files[0].kind == "register"
    assert report.files[0].unknown == []
    assert report.files[0].snapshots[0]["mode"] == "delta"
    parent = bench.store.find("uscc", CODES[0])
    assert parent is not None
    assert parent.attributes["capital_cny"] == "10000000"
    assert parent.attributes["founded_on"] == "2010-01-02"
    former = next(name for name in parent.names if name.text == "临江市旧甲有限公司")
    assert (former.valid.start, former.valid.end) == (at(2010, 1, 2), at(2015, 3, 4))
    edges = {(edge.type, edge.by) for _, edge in bench.store.iter_edges()}
    assert (RelationType.BRANCH_OF, "code") in edges
    assert {kind for kind, _ in edges} == {
        RelationType.LEGAL_REP_OF,
        RelationType.HEAD_OF,
        RelationType.OPERATES,
        RelationType.BRANCH_OF,
    }


# 种类表


def test_every_kind_has_a_name_lists_and_fields_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert kind.covers or kind is BIDDERS
        assert kind.marks or kind.name == "severe"


def test_unknown_headings_are_no_kind() -> None:
    with pytest.raises(FileError, match=r"kind\.unrecognised"):
        detect(["颜色", "重量"])


def test_page_on_kinds_of_files_names_every_kind_and_field() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "file-kinds.md").read_text("utf-8")
    for kind in KINDS:
        if kind is not BIDDERS:
            assert (
                f"| `{kind.name}` | {kind.title_zh} · {kind.title_en} | {', '.join(kind.covers)} | {kind.snapshot} |"
                in page
            )
    for field in COMMON:
        headings = "、".join(common()[field])
        assert f"| `{field}` | {headings} |" in page


def test_every_field_of_a_kind_is_taken_by_its_reader() -> None:
    """A heading that is mapped and then used by nothing would be silence: rows that hold every field show it."""
    for kind in KINDS:
        if kind is BIDDERS or kind.name == "ocds":  # one column holds the whole release: test_ocds_load
            continue
        taken: set[str] = set()
        for cells in _full_rows(kind):
            row = _Watched(kind, cells, taken)
            with contextlib.suppress(RowError):
                list(kind.read(row))
        assert (set(kind.fields) | set(kind.common)) - taken == set(), kind.name


class _Watched(Row):
    """A row that notes what is taken from it."""

    def __init__(self, kind: Kind, cells: dict[str, str], taken: set[str]) -> None:
        super().__init__(2, cells, dict(cells), {}, Source(dataset=kind.covers[0]))
        self._taken = taken

    def get(self, field: str) -> str:
        self._taken.add(field)
        return super().get(field)

    def flag(self, field: str) -> str:
        self._taken.add(field)
        return super().flag(field)

    def amount(self, field: str, *, unit: int = 1) -> Decimal | None:
        self._taken.add(field)
        return super().amount(field, unit=unit)


def _full_rows(kind: Kind) -> Iterator[dict[str, str]]:
    """Rows with every field filled, and with each field alone beside a name, of organisations and of persons."""
    fields = {*kind.fields, *kind.common}
    named = {"org_name": "临江市甲有限公司", "record_code": "B1", "person_id": "3208991988****2469"}
    org = (
        dict.fromkeys(fields, "2025-01-02")
        | named
        | {"uscc": CODES[0], "legal_rep": "虚构甲", "person_id": ""}
    )
    person = {
        field: text for field, text in org.items() if field not in ("uscc", "org_code", "reg_no", "legal_rep")
    }
    person |= {"org_name": "虚构甲", "person_id": named["person_id"], "subject_type": "自然人"}
    yield {**org, "content": "取消投标资格", "result": "禁止投标", "subject_type": "法人"}
    yield {**org, "confined_until": "", "result": "禁止投标一年"}
    yield person
    for whole in (org, person):
        for field in fields:
            yield {**named, field: whole.get(field, "2025-01-02")}
            yield {name: text for name, text in whole.items() if name != field}
