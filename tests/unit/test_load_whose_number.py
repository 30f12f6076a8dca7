"""Whose number it is: codes of digits alone, numbers with a slip, persons among organisations' codes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from list_files import COURT_HEAD, court_row
from loading import Bench

from graph.model import PartyType
from loaders.kinds import recognise
from loaders.percentages import read_share
from loaders.records import looks_like_org, whose
from loaders.shares import SCALE, stated
from loaders.tables import find_header
from loaders.values import moment

SCHOOL = "523299014660012328"
"""An invented credit code of digits alone: 民办非企业单位 of the invented region 329901."""
CITIZEN = "35010019900704357X"

PERSON, ORGANIZATION = PartyType.PERSON, PartyType.ORGANIZATION


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("name", "number", "sex", "type_"),
    [
        ("临江虚构学校", SCHOOL, "", ORGANIZATION),
        ("临江虚构甲有限公司", "329901000012347", "", ORGANIZATION),
        ("临江虚构甲有限公司", "329901851010123", "", ORGANIZATION),  # reads as a citizen number of 1985 too
        ("虚构李四", "329901851010123", "", PERSON),
        ("虚构李四", "350100199013043570", "男", PERSON),  # no such day; the check character of a credit code
        ("虚构李四", "350100199013043571", "", PERSON),
        ("西崎虚构", "TR1234567", "男", PERSON),
        ("张园", "", "", PERSON),
    ],
)
def test_court_subject_by_number_and_name(
    bench: Bench, name: str, number: str, sex: str, type_: PartyType
) -> None:
    row = court_row(1 if type_ is PERSON else 2, name=name)
    row[1:4] = [sex, "", number]
    assert bench.load([list(COURT_HEAD), row]).files[0].accepted == 1
    assert bench.only("SXBZXR").subject.type is type_


def test_citizen_number_with_the_check_character_of_a_code_is_a_persons() -> None:
    both = "329899198501010456"
    assert whose(both, "虚构李四") == "person"
    assert whose(both, "临江虚构学校") == "organization"
    assert whose(SCHOOL) == "organization"
    assert whose("91329901MAEW0001X9", "虚构李四") == "organization"


def test_shortest_names_are_no_organisations() -> None:
    assert not looks_like_org("王店")
    assert looks_like_org("财政局")


@pytest.mark.parametrize(
    ("head", "row", "dataset"),
    [
        (
            "纳税人名称,纳税人识别号,案件性质,主要违法事实,公布日期",
            f"虚构王五,{CITIZEN},虚开发票,虚开,2025-09-01",
            "ZDSS",
        ),
        (
            "企业名称,统一社会信用代码（或组织机构代码）,处罚结果,处罚日期,公布日期",
            f"虚构王五,{CITIZEN},在一年内禁止参加政府采购活动,2026-02-10,2026-02-12",
            "ZFCG",
        ),
        (
            "用人单位名称,统一社会信用代码,列入事由,列入依据,列入日期,列入机关",
            f"虚构王五,{CITIZEN},拖欠农民工工资,人社部令第45号,2025-05-20,临江市人社局",
            "TQGZ",
        ),
    ],
)
def test_person_whose_number_stands_among_the_codes(bench: Bench, head: str, row: str, dataset: str) -> None:
    bench.load([head.split(","), row.split(",")])
    subject = bench.only(dataset).subject
    assert (subject.type, [(i.scheme, i.value) for i in subject.ids]) == (PERSON, [("citizen_id", CITIZEN)])


@pytest.mark.parametrize(
    "text",
    ["二0二四年六月十八日", "二O二四年六月十八日", "二〇二四年六月十八号", "2024年6月18号", "2024—06—18"],
)
def test_dates_as_typed_copies_have_them(text: str) -> None:
    assert str(moment(text).day) == "2024-06-18"


def test_unreadable_date_is_reported_once(bench: Bench) -> None:
    row = court_row(2)
    row[-1] = "2024年06月"
    warned = bench.load([list(COURT_HEAD), row]).files[0].warnings
    assert [problem.code for problem in warned] == ["value.date"]


def test_impossible_day_in_a_ban_goes_to_a_person_and_costs_no_row(bench: Bench) -> None:
    head = "企业名称,统一社会信用代码（或组织机构代码）,处罚结果,处罚日期,公布日期"
    text = "自二〇二六年二月三十日起一年内禁止参加政府采购活动"
    bench.load(
        [head.split(","), ["临江虚构甲有限公司", "91329901MAEW0001X9", text, "2026-02-10", "2026-02-12"]]
    )
    penalty = bench.only("ZFCG").penalty
    assert penalty is not None
    assert penalty.ban_unreadable


def test_row_of_a_dictionary_of_fields_is_no_row_of_headings() -> None:
    rows = [
        ["data_no", "table", "table_cn", "field", "field_cn", "required", "max_or_fixed_len"],
        ["100", "LEGAL_PERSON_BASE", "法人基本信息", "LEGAL_NAME", "法人名称", "1", "200"],
    ]
    assert find_header(rows, recognise) == (-1, 0)


def test_penalty_of_the_old_edition_begins_where_no_day_of_decision_stands(bench: Bench) -> None:
    head = "行政处罚决定书文号,处罚名称,处罚类别1,处罚结果,行政相对人名称,处罚生效期,处罚截止期,当前状态,地方编码"
    ban = "取消一年内参加依法必须进行招标的项目的投标资格"
    row = f"临建罚1号,串通投标,其他,{ban},临江虚构甲有限公司,2026-01-05,2027-01-04,0,329900"
    report = bench.load([head.split(","), row.split(",")])
    assert not report.files[0].warnings
    effect = bench.only("ZTBJ").effect
    assert (str(effect.start)[:10], str(effect.end)[:10]) == ("2026-01-05", "2027-01-06")


def test_court_list_of_natural_persons(bench: Bench) -> None:
    head = "姓名,性别,年龄,身份证号码,执行法院,案号,失信被执行人行为具体情形,发布时间"
    row = "虚构李四,男,37,3208991988****2469,临江市人民法院,（2024）苏0899执1号,违反财产报告制度,2024-05-01"
    bench.load([head.split(","), row.split(",")])
    subject = bench.only("SXBZXR").subject
    assert (subject.type, subject.name, subject.sex, subject.age) == (PERSON, "虚构李四", "m", 37)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("百分之五十一", "51"),
        ("百分之五十点零一", "50.01"),
        ("百分之百", "100"),
        ("百分之10.5", "10.5"),
        ("百分之四十", "40"),
    ],
)
def test_shares_in_chinese_numerals(text: str, share: str) -> None:
    assert read_share(text).exact == Decimal(share)
    read = stated(text)
    assert read is not None
    assert read.least == read.most == Decimal(share) * SCALE


def test_more_than_half_in_chinese_numerals() -> None:
    share = read_share("超过百分之五十")
    assert (share.least, share.above) == (Decimal(50), True)
    with pytest.raises(ValueError, match="share"):
        read_share("百分之十十")
