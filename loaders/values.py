"""Values as published files write them: dates and amounts (SPEC 6.2)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from graph.dates import CST, from_micros


class Moment(NamedTuple):
    """A date as read: the day in China; the instant when a time of day was written; or no end at all."""

    day: date | None
    instant: datetime | None = None
    open: bool = False


NOTHING = Moment(None)
OPEN = Moment(None, None, True)

OPEN_WORDS = frozenset(
    {"长期", "长期有效", "永久", "永久有效", "终身", "无固定期限", "无限期", "不限", "长久", "至今"}
)
OPEN_YEAR = 2099
"""A date in this year or later is the published way of writing "no end" (`2099/12/31`, `9999-12-31`)."""
EXCEL_DAYS = range(20_000, 80_000)
"""Serial day numbers of spreadsheets from 1954 to 2119; shorter and longer numbers are no dates."""

_DATE = re.compile(
    r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*[日号]?"
    r"(?:\s*T?\s*(\d{1,2})(?::|时)(\d{1,2})(?:分|(?::(\d{1,2})(?:\.(\d{1,6})\d*)?秒?))?(?:(\d{1,2})秒)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_DIGITS = str.maketrans("〇○零Oo一二三四五六七八九", "00000123456789")
_DASHES = str.maketrans("‐‑‒–—―−", "-------")
HAN_DATE = re.compile(
    r"([〇○零0Oo一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]"
)
"""A date in Chinese numerals, also with the letter O or a 0 for 〇, as typed copies have it."""


def han_number(text: str) -> int:
    """A whole number below a hundred in digits or Chinese numerals.

    Raises:
        ValueError: not one.
    """
    if text.isascii() and text.isdigit():
        return int(text)
    text = text.replace("两", "二")
    if len(text) == 1 and text in "〇○零一二三四五六七八九":
        return int(text.translate(_DIGITS))
    head, ten, tail = text.partition("十")
    if not ten or len(head) > 1 or len(tail) > 1:
        raise ValueError("number")
    return (int(head.translate(_DIGITS)) if head else 1) * 10 + (int(tail.translate(_DIGITS)) if tail else 0)


_HAN_PERCENT = re.compile(
    r"百分之(百|[〇零一二两三四五六七八九十]{1,3}|[0-9]{1,3}(?:\.[0-9]+)?)(?:点([〇零一二三四五六七八九]+))?"
)


def percents(text: str) -> str:
    """The same text with `百分之五十一` and `百分之五十点五` written as `51%` and `50.5%`; what is no number stays."""

    def digits(found: re.Match[str]) -> str:
        try:
            whole = (
                found[1] if "0" <= found[1][0] <= "9" else "100" if found[1] == "百" else han_number(found[1])
            )
        except ValueError:
            return found[0]
        return f"{whole}{'.' + found[2].translate(_DIGITS) if found[2] else ''}%"

    return _HAN_PERCENT.sub(digits, text) if "百分之" in text else text


def han_parts(found: re.Match[str]) -> tuple[int, int, int]:
    """Year, month and day of a `HAN_DATE`, which need not be a day of the calendar.

    Raises:
        ValueError: a numeral that is none (`十十`).
    """
    return int(found[1].translate(_DIGITS)), han_number(found[2]), han_number(found[3])


@lru_cache(maxsize=65_536)
def moment(text: str) -> Moment:
    """Read a date in any of the published forms; a time of day is kept, midnight counts as a bare date.

    Day-first and month-first forms, months without a day and impossible dates are refused: never guessed.

    Raises:
        ValueError: not a date.
    """
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).strip().strip("'")
    if text in OPEN_WORDS:
        return OPEN
    if found := HAN_DATE.fullmatch(text):
        return _bounded(datetime(*han_parts(found), tzinfo=CST))
    if text.isascii() and text.isdigit():
        return _packed(text)
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _serial(Decimal(text))
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError("date")
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    hour, minute, second = int(found[4] or 0), int(found[5] or 0), int(found[6] or found[8] or 0)
    micros = int((found[7] or "0").ljust(6, "0"))
    if year >= OPEN_YEAR:
        return OPEN
    if hour == 24 and minute == second == 0:
        return _bounded(datetime(year, month, day, tzinfo=CST) + timedelta(days=1), exact=True)
    value = datetime(year, month, day, hour, minute, second, micros, tzinfo=CST)
    if zone := found[9]:
        value = datetime.fromisoformat(
            value.replace(tzinfo=None).isoformat() + ("+00:00" if zone in "Zz" else zone)
        ).astimezone(CST)
    return _bounded(value)


def formatted(text: str, formats: tuple[str, ...]) -> Moment:
    """Read a date in one of the stated forms (`strptime`), else in any published one.

    Raises:
        ValueError: not a date, or two forms read it as different days.
    """
    found = set()
    for form in formats:
        try:
            found.add(_bounded(datetime.strptime(text.strip(), form).replace(tzinfo=CST)))
        except ValueError:
            continue
    if len(found) > 1:
        raise ValueError("date")
    return found.pop() if found else moment(text)


def _packed(text: str) -> Moment:
    if len(text) == 8:
        if text[:4] >= str(OPEN_YEAR):
            return OPEN
        return _bounded(datetime(int(text[:4]), int(text[4:6]), int(text[6:]), tzinfo=CST))
    if len(text) in (12, 14) and text[:2] in ("19", "20", "99"):
        if text[:4] >= str(OPEN_YEAR):
            return OPEN
        month, day, hour, minute, *rest = (int(text[i : i + 2]) for i in range(4, len(text), 2))
        return _bounded(datetime(int(text[:4]), month, day, hour, minute, rest[0] if rest else 0, tzinfo=CST))
    if len(text) == 13:
        return _bounded(from_micros(int(text) * 1000))
    if len(text) == 5:
        return _serial(Decimal(text))
    raise ValueError("date")


def _serial(number: Decimal) -> Moment:
    """A spreadsheet's day number, counted from 1899-12-30; the fraction is the time of day."""
    if int(number) not in EXCEL_DAYS:
        raise ValueError("date")
    seconds = round((number - int(number)) * 86_400)
    return _bounded(datetime(1899, 12, 30, tzinfo=CST) + timedelta(days=int(number), seconds=seconds))


def _bounded(value: datetime, *, exact: bool = False) -> Moment:
    if value.year >= OPEN_YEAR:
        return OPEN
    if value.year < 1900:
        raise ValueError("date")
    day = value.date()
    midnight = not (value.hour or value.minute or value.second or value.microsecond)
    return Moment(day, value if exact or not midnight else None)


_BIG = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
_CAPITAL = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")} | {
    c: i for i, c in enumerate("〇一二三四五六七八九")
}
_CAPITAL |= {"两": 2, "貳": 2, "叄": 3, "陸": 6}
_NUMBER = re.compile(r"([+-]?)(\d+(?:\.\d+)?|\.\d+)(?:E([+-]?\d{1,3}))?", re.IGNORECASE)
_AMOUNT_NOISE = re.compile(
    r"人民币|RMB|CNY|¥|约合|约|[\s,，']|\(大写\)|大写[::]?|整$|正$|\(元\)", re.IGNORECASE
)
_AMOUNT_UNIT = re.compile(r"(.+?)(亿|千万|百万|十万|万|千|百)?(?:元|圆)?")
_SCALE = {
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "千": 10**3,
    "百": 100,
    None: 1,
}


def plain(value: Decimal) -> Decimal:
    """The same number without exponent or trailing zeros, so that its text is the same everywhere."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _capital(text: str) -> Decimal:
    """A formal Chinese amount (壹佰贰拾万叁仟元伍角)."""
    total, section, digit, seen = Decimal(0), Decimal(0), Decimal(0), False
    for char in text:
        if char in _CAPITAL:
            digit, seen = Decimal(_CAPITAL[char]), True
        elif char in _BIG:
            section += (digit if seen and digit else 1) * _BIG[char]
            digit = Decimal(0)
        elif char in "万萬":
            total, section, digit = total + (section + digit) * 10_000, Decimal(0), Decimal(0)
        elif char in "亿億":
            total, section, digit = (total + section + digit) * 100_000_000, Decimal(0), Decimal(0)
        elif char in "元圆":
            total, section, digit = total + section + digit, Decimal(0), Decimal(0)
        elif char == "角":
            total, digit = total + digit / 10, Decimal(0)
        elif char == "分":
            total, digit = total + digit / 100, Decimal(0)
        else:
            raise ValueError("number")
    return total + section + digit


@lru_cache(maxsize=4_096)
def amount(text: str, *, unit: int = 1) -> Decimal:
    """An amount in yuan: full-width digits, thousands marks, 元/万元/亿元 and formal numerals are understood.

    Args:
        text: the cell.
        unit: yuan per unit when the cell names none (10,000 under a heading in 万元).

    Raises:
        ValueError: not an amount, or more than 10^18.
    """
    text = _AMOUNT_NOISE.sub("", unicodedata.normalize("NFKC", text))
    if not text or len(text) > 40:
        raise ValueError("number")
    has_unit = "元" in text or "圆" in text
    if text[0] in _CAPITAL or text[0] in _BIG:
        value, unit = _capital(text), 1 if has_unit or "万" in text or "亿" in text else unit
    else:
        found = _AMOUNT_UNIT.fullmatch(text)
        number = _NUMBER.fullmatch(found[1]) if found else None
        if not found or not number:
            raise ValueError("number")
        try:
            value = Decimal(found[1])
        except InvalidOperation as error:
            raise ValueError("number") from error
        if found[2] or has_unit:
            unit = _SCALE[found[2]]
    value *= unit
    if abs(value) > 10**18:
        raise ValueError("number")
    return plain(value)


__all__ = [
    "HAN_DATE",
    "NOTHING",
    "OPEN",
    "Moment",
    "amount",
    "formatted",
    "han_number",
    "han_parts",
    "moment",
    "percents",
    "plain",
]
