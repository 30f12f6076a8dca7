"""Court lists, procurement, tax and wages from fictitious rows as published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from list_files import CITIZEN, CODES, COURT_HEAD, COURT_KEYS, court_row, court_rows, json_bytes
from loading import Bench

from graph.dates import CST
from graph.model import PartyType, Status


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


def test_permanent_ban_has_no_end_and_needs_no_reading(bench: Bench) -> None:
    report = bench.load(ccgp("永久禁止参加政府采购活动"))
    found = bench.only("ZFCG").penalty
    assert found is not None
    assert "permanent" in found.kinds
    assert not found.ban_unreadable
    assert "ban.unreadable" not in codes(report)


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


MASKED, OTHER = "350100********357X", "320811********1234"
Persons = list[tuple[str, str, str]]


@pytest.mark.parametrize(
    ("cell", "persons"),
    [
        (f"姓名：虚构甲，性别：男，证件名称：居民身份证，证件号码：{MASKED}", [("虚构甲", "m", MASKED)]),
        (f"姓名：虚构甲 性别：男性 证件类型：居民身份证 身份证号码：{MASKED}", [("虚构甲", "m", MASKED)]),
        (f"虚构甲，男，汉族，居民身份证：{MASKED}", [("虚构甲", "m", MASKED)]),
        (f"虚构甲（男，居民身份证：{MASKED}）", [("虚构甲", "m", MASKED)]),
        (f"虚构甲(男)居民身份证{MASKED}", [("虚构甲", "m", MASKED)]),
        (f"虚构甲男居民身份证{MASKED}", [("虚构甲", "m", MASKED)]),
        (f"虚构甲:男:居民身份证:{MASKED}", [("虚构甲", "m", MASKED)]),
        (f"虚构甲（法定代表人），男，身份证：{MASKED}", [("虚构甲", "m", MASKED)]),
        ("虚构甲，男，居民身份证：350100 ******** 357X", [("虚构甲", "m", MASKED)]),
        ("JOHN FICTION SMITH，男，护照：E12345678", [("JOHN FICTION SMITH", "m", "E12345678")]),
        ("买买提·虚构江，男，维吾尔族", [("买买提·虚构江", "m", "")]),
        (
            f"法定代表人：虚构甲，男，居民身份证：{MASKED}\n财务负责人：虚构乙，女，居民身份证：{OTHER}",
            [("虚构甲", "m", MASKED), ("虚构乙", "f", OTHER)],
        ),
        (f"虚构甲 男 身份证 {MASKED} 虚构乙", [("虚构甲", "m", MASKED), ("虚构乙", "", "")]),
    ],
)
def test_ways_of_writing_a_person_in_a_cell(bench: Bench, cell: str, persons: Persons) -> None:
    found, warned = tax_persons(bench, cell)
    assert found == persons
    assert not warned


@pytest.mark.parametrize(
    ("cell", "persons"),
    [
        (f"虚构甲，男，居民身份证：{MASKED}，已注销", [("虚构甲", "m", MASKED)]),
        ("虚构甲（另案待定），男", [("虚构甲", "m", "")]),
        (f"虚构甲，男；临江市虚构有限公司，护照：{OTHER}", [("虚构甲", "m", "")]),
        (f"虚构甲、虚构乙，居民身份证：{MASKED}，{OTHER}", [("虚构甲", "", ""), ("虚构乙", "", "")]),
        (f"居民身份证：{MASKED}，虚构甲", [("虚构甲", "", "")]),
    ],
)
def test_what_is_left_over_in_a_cell_is_reported_and_nobody_invented(
    bench: Bench, cell: str, persons: Persons
) -> None:
    found, warned = tax_persons(bench, cell)
    assert found == persons
    assert warned


def tax_persons(bench: Bench, cell: str) -> tuple[Persons, bool]:
    head = [
        "纳税人名称",
        "纳税人识别号",
        "法定代表人或者负责人姓名、性别、证件名称及号码",
        "案件性质",
        "主要违法事实",
        "公布日期",
    ]
    report = bench.load(
        [head, ["临江市测试商贸有限公司", CODES[2], cell, "虚开发票", "虚开120份", "2025-09-01"]]
    )
    people = [r.mention for r in bench.only("ZDSS").related if r.role == "legal_rep"]
    found = [(m.name, m.sex, m.ids[0].value if m.ids else "") for m in people]
    return found, "tax.person_cell" in codes(report)


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


@pytest.mark.parametrize(("code", "kind"), [("0", PartyType.PERSON), ("1", PartyType.ORGANIZATION)])
def test_party_type_of_the_court(bench: Bench, code: str, kind: PartyType) -> None:
    bench.load(
        [
            ["iname", "caseCode", "courtName", "partyTypeName", "publishDate"],
            ["虚构某某", "拟执1号", "拟法院", code, "20240618"],
        ]
    )
    assert bench.only("SXBZXR").subject.type is kind


def test_a_platforms_code_for_the_type_of_a_subject_is_not_the_courts(bench: Bench) -> None:
    head = ["用人单位名称", "统一社会信用代码", "列入事由", "列入日期", "主体类别"]
    bench.load([head, ["临江市测试商贸有限公司", CODES[3], "拖欠", "2025-05-20", "0"]])
    assert bench.only("TQGZ").subject.type is PartyType.ORGANIZATION
