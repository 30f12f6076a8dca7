"""Dates, amounts and bans: every published form of one value reads as that value; nothing else does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import CST, end_of_day, last_day
from loaders import values
from loaders.bans import Ban, ban
from loaders.fines import read_fine

DAYS = st.dates(date(1955, 1, 1), date(2090, 12, 31))
HAN = "〇一二三四五六七八九"


def han(number: int) -> str:
    """A number below a hundred in Chinese numerals."""
    ten, one = divmod(number, 10)
    head = "" if ten == 0 else "十" if ten == 1 else HAN[ten] + "十"
    return head + (HAN[one] if one else "")


@given(DAYS)
def test_every_form_of_a_day_is_that_day(day: date) -> None:
    forms = [
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day.year}/{day.month}/{day.day} 0:00",
        f"{day:%Y.%m.%d}",
        f"{day:%Y年%m月%d日}",
        f"{day.year}年{day.month}月{day.day}日",
        f" {day:%Y-%m-%d} 00:00:00 ",
        f"{day:%Y-%m-%d}T00:00:00",
        f"{day:%Y%m%d}000000",
        f"'{day:%Y-%m-%d}",
        str((day - date(1899, 12, 30)).days),
        "".join(HAN[int(c)] for c in str(day.year)) + f"年{han(day.month)}月{han(day.day)}日",
    ]
    for form in forms:
        assert values.moment(form) == values.Moment(day), form


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_a_time_of_day_is_kept(when: datetime) -> None:
    when = when.replace(microsecond=0, tzinfo=CST) + timedelta(seconds=1)
    midnight = when.hour == when.minute == when.second == 0
    for form in (
        f"{when:%Y-%m-%d %H:%M:%S}",
        f"{when:%Y%m%d%H%M%S}",
        f"{when:%Y年%m月%d日 %H:%M:%S}",
        when.isoformat(),
    ):
        assert values.moment(form) == values.Moment(when.date(), None if midnight else when), form


@given(st.text(max_size=30))
def test_anything_else_is_refused_and_never_breaks(text: str) -> None:
    for read in (values.moment, values.amount):
        try:
            read(text)
        except ValueError:
            continue
    ban(text, date(2026, 1, 1))
    read_fine(text)


@pytest.mark.parametrize(
    "text",
    ["07/09/2019", "2019-13-01", "2019-02-30", "2019年7月", "19", "昨天", "20191340", "1899-01-01", "9" * 30],
)
def test_ambiguous_and_impossible_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(?:date|.*)"):
        values.moment(text)


@pytest.mark.parametrize("text", ["长期", "9999-12-31", "2099/12/31", "永久", "99991231", "2099年12月31日"])
def test_no_end(text: str) -> None:
    assert values.moment(text) is values.OPEN


@given(st.decimals(Decimal(0), Decimal(10**11), places=2, allow_nan=False))
def test_amounts_in_every_writing(value: Decimal) -> None:
    value = values.plain(value)
    wide = str(value).translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    for form in (
        f"{value}",
        f"{value:,}",
        f"{value}元",
        f"人民币{value:,}元",
        f"¥{value}",
        wide,
        f"{value} 元整",
    ):
        assert values.amount(form) == value, form
    assert values.amount(f"{value}万元") == value * 10_000
    assert values.amount(f"{value}", unit=10_000) == value * 10_000
    assert values.amount(f"{value}元", unit=10_000) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("壹佰贰拾万元整", "1200000"),
        ("叁仟零伍元贰角", "3005.2"),
        ("一百万", "1000000"),
        ("贰亿元", "200000000"),
        ("十万元", "100000"),
        ("1.2亿元", "120000000"),
    ],
)
def test_formal_numerals(text: str, value: str) -> None:
    assert values.amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("罚款人民币9800元，列入名单", "9800"),
        ("处以罚款20万元", "200000"),
        ("处罚款壹万元整", "10000"),
        ("罚款2,000,000元", "2000000"),
        ("警告", None),
        ("处250万元罚款", "2500000"),
        ("处以人民币二百五十万元的罚款", "2500000"),
        ("罚款二百五十万元", "2500000"),
        ("罚款，共计人民币2500000元", "2500000"),
        ("处合同金额百分之五的罚款计2500000圆", "2500000"),
        ("罚款￥2500000", "2500000"),
        ("罚款250万", "2500000"),
        ("罚款人民币贰佰伍拾万元（¥2500000）", "2500000"),
        ("罚款贰佰伍拾万元（¥250000）", None),
        ("罚款200万元；没收违法所得10万元；对负责人罚款5万元", "2000000"),
        ("对法定代表人虚构甲罚款5万元", None),
        ("罚款3万元，逾期不缴纳罚款的，每日按罚款数额的百分之三加处罚款", "30000"),
        ("处以5万元以上10万元以下罚款", None),
        ("罚款一百万元至二百万元", None),
        ("处合同金额5000万元千分之五的罚款", None),
        ("罚款2500000", None),
        ("罚款二万五", None),
        ("处以250万元人民币罚款", "2500000"),
        ("罚款2万元、3万元", None),
        ("罚没款250万元", None),
        ("罚款3万元；十五日内将罚款缴至指定银行", "30000"),
        ("罚款3万元；罚款", None),
        ("罚款", None),
        ("对甲罚款1万元，对乙罚款2万元", None),
    ],
)
def test_fine_of_a_text(text: str, fine: str | None) -> None:
    assert read_fine(text).value == (None if fine is None else Decimal(fine))
    assert read_fine(text).named == (text != "警告")


@given(
    DAYS,
    st.integers(1, 30),
    st.sampled_from(
        [
            "{n}年内禁止参加政府采购活动",
            "禁止参加政府采购活动{n}年",
            "取消{n}年投标资格",
            "{n} 年内不得参加投标",
        ]
    ),
)
def test_ban_ends_on_the_corresponding_day_which_counts(day: date, years: int, form: str) -> None:
    for number in (str(years), han(years)):
        found = ban(form.format(n=number), day)
        assert found.readable
        assert found.until == end_of_day(last_day(day, years=years))


@given(DAYS, st.integers(1, 40))
def test_months(day: date, months: int) -> None:
    found = ban(f"禁止参加政府采购活动{months}个月", day)
    assert found.until == end_of_day(last_day(day, months=months))


@pytest.mark.parametrize(
    "text",
    [
        "2026年禁止参加",
        "第一年禁止",
        "禁止参加2026年度采购",
        "3月份起禁止参加",
        "禁止参加",
        "一至三年内禁止",
        "禁止1-3年",
        "99年内禁止参加",
        "禁止3个月以上",
        "禁止三年以下",
        "至少一年禁止参加",
        "禁止参加０.５年",
        "禁止一点五年",
        "一百二十个月内禁止参加",
        "禁止2年，自2026年2月10日至2027年2月9日",
        "自2026年3月起一年内禁止参加",
        "禁止参加一年。自2026年3月1日起执行",
        "自前次处罚期满之日起一年内禁止参加",
        "禁止一年，已于2026年5月1日修复",
        "2023年3月1日后串通投标，禁止一年",
        "2023年3月1日至2023年6月30日串通投标，禁止参加",
        "永久禁止参加，2026年3月1日至2027年2月28日",
    ],
)
def test_what_is_no_period_is_unreadable(text: str) -> None:
    found = ban(text, date(2026, 1, 1))
    assert found.named
    assert not found.readable


@pytest.mark.parametrize(
    ("text", "start", "last"),
    [
        ("禁止参加12个月（2026年3月1日起）", date(2026, 3, 1), date(2027, 3, 1)),
        ("自二〇二六年三月一日起一年内禁止参加", date(2026, 3, 1), date(2027, 3, 1)),
        ("禁止参加，时间：2026年3月1日——2027年2月28日", date(2026, 3, 1), date(2027, 2, 28)),
        ("禁止参加一年（从2026年3月1日起至2027年2月28日）", date(2026, 3, 1), date(2027, 2, 28)),
        ("禁止参加叁年", None, date(2029, 1, 1)),
        ("禁止参加壹年陆个月", None, date(2027, 7, 1)),
        ("禁止参加2年，至2028年1月1日", None, date(2028, 1, 1)),
    ],
)
def test_periods_with_days_and_formal_numerals(text: str, start: date | None, last: date) -> None:
    assert ban(text, date(2026, 1, 1)) == Ban(True, True, start, end_of_day(last))


def test_ban_for_ever() -> None:
    assert ban("永久禁止参加评标", date(2026, 1, 1)) == Ban(True, True, forever=True)


def test_clauses_about_something_else_do_not_count() -> None:
    found = ban("暂停施工3个月；取消1年投标资格", date(2026, 1, 1), about="投标")
    assert found.until == end_of_day(date(2027, 1, 1))
