"""Each source kind from a fictitious row as published: subject, interval, penalty, exits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from list_files import CITIZEN, CODES, COURT_HEAD, COURT_KEYS, court_row, court_rows, json_bytes
from loading import Bench

from graph.dates import CST
from graph.model import PartyType, Status
from graph.relations import RelationType
from loaders.errors import FileError
from loaders.headers import plan
from loaders.kinds import BIDDERS, KINDS, detect


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=CST)


def codes(report: object) -> set[str]:
    return {problem.code for file in report.files for problem in file.warnings}  # type: ignore[attr-defined]


# 失信被执行人


@pytest.mark.parametrize("shape", ["csv", "json"])
def test_court_list_in_both_shapes(bench: Bench, shape: str) -> None:
    rows = court_rows(2)
    if shape == "json":
        rows[0] = list(COURT_KEYS)
    report = bench.load(json_bytes(rows) if shape == "json" else rows)
    assert report.published
    assert report.files[0].kind == "sxbzxr"
    assert report.files[0].unknown == []
    org, person = sorted(bench.open("SXBZXR"), key=lambda one: one.subject.type.value)
    assert (org.subject.type, person.subject.type) == (PartyType.ORGANIZATION, PartyType.PERSON)
    assert org.subject.ids[0].value == CODES[0]
    assert org.subject.legal_rep == "虚构张三"
    assert org.related[0].mention.name == "虚构张三"
    assert person.subject.ids[0].state == "masked"
    assert (person.subject.sex, person.subject.age, person.subject.birth_year) == ("m", 37, 1988)
    assert person.subject.age_at == date(2024, 6, 18)
    assert org.effect.start == at(2024, 6, 18)
    assert org.effect.end is None
    assert org.grounds == ("1",)


def test_term_of_grounds_is_words_and_never_a_date(bench: Bench) -> None:
    rows = court_rows(1)
    rows[1][13] = "违反财产报告制度"
    bench.load(rows)
    listing = bench.only("SXBZXR")
    assert listing.grounds == ("4",)
    assert listing.effect.end is None
    assert "二年" in listing.measure


def test_stated_term_ends_a_court_record(bench: Bench) -> None:
    rows = court_rows(1)
    rows[0].append("失信期限")
    rows[1].append("2026-06-18")
    bench.load(rows)
    assert bench.only("SXBZXR").effect.end == at(2026, 6, 19)


def test_same_case_court_subject_is_one_record(bench: Bench) -> None:
    rows = court_rows(1)
    again = court_row(0)
    again[9] = again[9].replace("（", "(").replace("）", ")")
    report = bench.load([*rows, again])
    assert len(bench.open("SXBZXR")) == 1
    assert "row.repeated" in codes(report)


def test_two_persons_of_one_name_in_one_case_stay_two(bench: Bench) -> None:
    one, two = court_row(1, name="虚构同名"), court_row(1, name="虚构同名", code="3208991988****1237")
    bench.load([list(COURT_HEAD), one, two])
    assert len(bench.open("SXBZXR")) == 2


def test_keys_say_nothing_of_a_citizen_number(bench: Bench) -> None:
    bench.load([list(COURT_HEAD), court_row(1, code=CITIZEN)])
    listing = bench.only("SXBZXR")
    assert CITIZEN not in listing.key
    assert CITIZEN not in listing.subject.key


def test_organisation_code_with_hyphen_and_long_person_name(bench: Bench) -> None:
    rows = [list(COURT_HEAD), court_row(0, code="MATEKT0A-2"), court_row(1, name="阿依古丽·虚构买买提")]
    bench.load(rows)
    org, person = sorted(bench.open("SXBZXR"), key=lambda one: one.subject.type.value)
    assert (org.subject.ids[0].scheme, org.subject.ids[0].value) == ("org_code", "MATEKT0A2")
    assert person.subject.type is PartyType.PERSON


# 政府采购

CCGP = (
    "序号",
    "企业名称",
    "统一社会信用代码（或组织机构代码）",
    "企业地址",
    "严重违法失信行为的具体情形",
    "处罚结果",
    "处罚依据",
    "处罚日期",
    "公布日期",
    "公布截止时间",
    "执法单位",
)


def ccgp(result: str, day: str = "2026-02-10") -> list[list[str]]:
    row = [
        "1",
        "临江市测试园林有限公司",
        CODES[1],
        "拟路1号",
        "提供虚假材料",
        result,
        "采购法77条",
        day,
        "",
        "2027-12-31",
        "临江市财政局",
    ]
    return [list(CCGP), row]


@pytest.mark.parametrize(
    ("result", "start", "end"),
    [
        ("罚款9800元，列入不良行为记录名单，在一年内禁止参加政府采购活动", at(2026, 2, 10), at(2027, 2, 11)),
        ("三年内不得参加政府采购活动", at(2026, 2, 10), at(2029, 2, 11)),
        ("禁止参加政府采购活动6个月", at(2026, 2, 10), at(2026, 8, 11)),
        ("禁止其自2026年3月1日起至2027年2月28日止参加政府采购活动", at(2026, 3, 1), at(2027, 3, 1)),
        ("自2026年3月1日起二年内禁止参加政府采购活动", at(2026, 3, 1), at(2028, 3, 2)),
        ("禁止参加政府采购活动一年零六个月", at(2026, 2, 10), at(2027, 8, 11)),
    ],
)
def test_procurement_ban_is_read_from_the_text(
    bench: Bench, result: str, start: datetime, end: datetime
) -> None:
    bench.load(ccgp(result))
    listing = bench.only("ZFCG")
    assert (listing.effect.start, listing.effect.end) == (start, end)
    assert listing.published.end == at(2028, 1, 1)
    assert listing.penalty is not None
    assert not listing.penalty.ban_unreadable


@pytest.mark.parametrize(
    "result",
    [
        "",
        "罚款9800元",
        "禁止参加政府采购活动",
        "一至三年内禁止参加政府采购活动",
        "对甲禁止参加采购一年；对乙禁止参加采购二年",
    ],
)
def test_unreadable_ban_goes_to_a_person(bench: Bench, result: str) -> None:
    report = bench.load(ccgp(result))
    listing = bench.only("ZFCG")
    assert listing.penalty is not None
    assert listing.penalty.ban_unreadable
    assert listing.effect.end is None
    assert "ban.unreadable" in codes(report)


# 税务


def test_tax_persons_of_one_cell(bench: Bench) -> None:
    head = [
        "纳税人名称",
        "纳税人识别号",
        "注册地址",
        "法定代表人或者负责人姓名、性别、证件名称及号码",
        "负有直接责任的财务负责人姓名、性别、证件名称及号码",
        "案件性质",
        "主要违法事实",
        "公布日期",
    ]
    cell = "虚构王五，男，居民身份证：350100********357X；虚构赵六，女，护照：E12345678"
    report = bench.load(
        [
            head,
            ["临江市测试商贸有限公司", CODES[2], "拟路", cell, "无", "虚开发票", "虚开120份", "2025-09-01"],
        ]
    )
    listing = bench.only("ZDSS")
    heads = [r.mention for r in listing.related if r.role == "legal_rep"]
    assert [(m.name, m.sex) for m in heads] == [("虚构王五", "m"), ("虚构赵六", "f")]
    assert heads[0].ids[0].value == "350100********357X"
    assert heads[1].ids[0].scheme == "passport"
    assert listing.subject.legal_rep == "虚构王五"
    assert report.files[0].unknown == []


# 欠薪


def test_wages_rows_of_organisations_and_persons(bench: Bench) -> None:
    head = [
        "用人单位名称",
        "统一社会信用代码",
        "法定代表人（主要负责人）",
        "证件号码",
        "列入事由",
        "列入日期",
        "列入机关",
        "移出日期",
        "当事人类别",
    ]
    masked = "3208991988****2469"
    bench.load(
        [
            head,
            [
                "临江市测试商贸有限公司",
                CODES[3],
                "虚构李四",
                masked,
                "拖欠",
                "2025-05-20",
                "临江市人社局",
                "",
                "法人",
            ],
            ["虚构李四", "", "", masked, "责任人", "2025-05-20", "临江市人社局", "2025-12-01", "自然人"],
        ]
    )
    org, person = sorted(bench.open("TQGZ"), key=lambda one: one.subject.type.value)
    assert org.related[0].mention.ids[0].value == masked
    assert person.subject.type is PartyType.PERSON
    assert person.status(at(2025, 11, 30)) is Status.ACTIVE
    assert person.status(at(2025, 12, 1)) is Status.REMOVED


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


def test_fine_typed_in_yuan_under_a_column_of_ten_thousands(bench: Bench) -> None:
    report = bench.load(penalty("罚款", "罚款人民币30000元", "30000"))
    found = bench.only("XZCF").penalty
    assert found is not None
    assert found.fine_cny == Decimal(30_000)
    assert "penalty.fine_differs" in codes(report)


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


def test_platform_blacklist_and_withdrawal(bench: Bench) -> None:
    head = [
        "BLACKLIST_CODE",
        "BODY_NAME",
        "BODY_CODE",
        "BODY_TYPE",
        "BODY_ROLE",
        "RECORD_REASON",
        "RECORD_DATE",
        "GOVERNMENT",
        "DOCUMENT_CODE",
        "REVOCATION_STATUS",
        "CONFINED_ACTION",
        "SCOPE",
    ]
    rows = [
        ["B1", "临江市甲有限公司", CODES[0], "0", "02", "围标", "20250102", "拟局", "拟文1", "0", "01", "1"],
        ["B2", "临江市乙有限公司", CODES[1], "0", "02", "围标", "20250102", "拟局", "拟文2", "1", "01", "1"],
    ]
    report = bench.load([head, *rows])
    assert report.files[0].kind == "black_list"
    assert report.files[0].unknown == []
    first, second = bench.open("ZTBHMD")
    assert (first.key, first.status(at(2025, 6, 1))) == ("B1", Status.ACTIVE)
    assert second.status(at(2025, 6, 1)) is Status.REVOKED
    head = [
        "BODY_NAME",
        "BODY_CODE",
        "BLACKLIST_CODE",
        "REVOCATIONEASONS",
        "GOVERNMENT",
        "ROPOSER",
        "APPLICATION_DATE",
    ]
    report = bench.load(
        [
            head,
            ["临江市甲有限公司", CODES[0], "B1", "更正", "拟局", "甲", "2025-03-01"],
            ["临江市丙有限公司", "", "B9", "更正", "拟局", "丙", "2025-03-01"],
        ]
    )
    assert report.files[0].kind == "withdraw_black_list"
    assert codes(report) == {"end.not_found"}
    first = next(one for one in bench.open("ZTBHMD") if one.key == "B1")
    assert first.status(at(2025, 2, 1)) is Status.ACTIVE
    assert first.status(at(2025, 6, 1)) is Status.REVOKED
    bench.load(
        [
            ["BLACKLIST_CODE", "BODY_NAME", "RECORD_REASON", "RECORD_DATE"],
            ["B1", "临江市甲有限公司", "围标", "20250102"],
        ]
    )
    first = next(one for one in bench.open("ZTBHMD") if one.key == "B1")
    assert first.status(at(2025, 6, 1)) is Status.REVOKED


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


# 种类表


def test_every_kind_has_a_name_lists_and_fields_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert kind.covers or kind is BIDDERS
        assert kind.marks or kind.name == "severe"


def test_unknown_headings_are_no_kind() -> None:
    with pytest.raises(FileError, match=r"kind\.unrecognised"):
        detect(["颜色", "重量"])
