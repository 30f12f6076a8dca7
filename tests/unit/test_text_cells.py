"""Headings, empty values and cells of published tables (SPEC 6.2)."""

from __future__ import annotations

import pytest

from graph.text import clean, header, is_empty


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("企业名称", ("企业名称", "")),
        ("*企业名称：", ("企业名称", "")),
        ("企业\n名称（必填）", ("企业名称", "")),
        ("1.企业名称", ("企业名称", "")),
        ("二、企业名称", ("企业名称", "")),
        ("行政相对人代码_2(组织机构代码)", ("行政相对人代码2", "组织机构代码")),
        ("行政相对人代码＿2 （工商注册号）", ("行政相对人代码2", "工商注册号")),
        ("统一社会信用代码.纳税人识别号", ("统一社会信用代码纳税人识别号", "")),
        ("身份证号码／组织机构代码", ("身份证号码组织机构代码", "")),
        ("投标报价（万元）", ("投标报价", "万元")),
        ("投标报价（单位：万元）", ("投标报价", "万元")),
        ("中标金额元", ("中标金额", "元")),
        ("标段（包）编号", ("标段编号", "包")),
        ("文,号", ("文号", "")),
        ("bidder_name", ("BIDDERNAME", "")),
        ("\ufeff被执行人姓名/名称", ("被执行人姓名名称", "")),
        ("联合体名称（如有）", ("联合体名称", "")),
        ("法定代表人（负责人）（必填）", ("法定代表人", "负责人")),
        ("处罚（种类）（代码）", ("处罚", "种类;代码")),
        ("", ("", "")),
    ],
)
def test_header(text: str, expected: tuple[str, str]) -> None:
    assert header(text) == expected


def test_the_two_editions_of_a_form_stay_apart() -> None:
    assert header("行政相对人代码_2(组织机构代码)") != header("行政相对人代码_2(工商注册号)")
    assert header("行政相对人代码_2(组织机构代码)")[0] == header("行政相对人代码_2(工商注册号)")[0]


EMPTY = [
    *(
        "",
        "  ",
        "\u3000",
        "\ufeff",
        "'",
        "''",
        '=""',
        "N/A",
        "n/a",
        "Ｎ／Ａ",
        "#N/A",
        "\\N",
        "null",
        "NULL",
        "None",
    ),
    *("无", " 暂无 ", "(空)", "不详", "/", "／", "-", "--", "—", "——", "、", "...", "0", "０", "'0"),
]
FULL = [
    *("无锡市虚构公司", "无名", "张无", "暂无法核实", "00", "0元", "-1", "10", "N", "A/B", "****"),
]


@pytest.mark.parametrize("text", EMPTY)
def test_empty(text: str) -> None:
    assert is_empty(text)


@pytest.mark.parametrize("text", FULL)
def test_not_empty(text: str) -> None:
    assert not is_empty(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u3000临江 ", "临江"),
        ("'0012", "0012"),
        ("’0012", "0012"),
        ('="0012"', "0012"),
        ("\ufeff\u200b临江\u200b", "临江"),
        ("it's", "it's"),
        ("=1+1", "=1+1"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected
