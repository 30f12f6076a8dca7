"""Ban periods as the texts of decisions state them (SPEC 2.2): read with certainty, or left to a person."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from graph.dates import end_of_day, last_day
from loaders.values import HAN_DATE, han_number, han_parts, moment


class Ban(NamedTuple):
    """A ban as a decision's text states it."""

    named: bool
    """The text forbids something at all."""
    readable: bool = False
    start: date | None = None
    """Set only when the text itself gives the day."""
    until: datetime | None = None
    """Exclusive end."""
    forever: bool = False


_Span = tuple[date | None, datetime]

_FORMAL = str.maketrans("壹贰貳叁叄肆伍陆陸柒捌玖拾佰俩", "一二二三三四五六六七八九十百两")
_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3}|半)"
_TERM = re.compile(
    rf"(?<![\d.点第〇零○百一二两三四五六七八九十])(?P<n>{_N})\s*(?P<u>年|个?月)(?P<half>半)?(?:(?:零|又)?(?P<m>{_N})个?月)?"
    r"(?!\d|[一二三四五六七八九十]|度|份|\s*\d*\s*月)"
)
_RANGE = re.compile(rf"{_N}\s*(?:年|个月)?\s*(?:[至到~～]|[-—–―－]+)\s*{_N}\s*(?:年|个月)")
_VAGUE = re.compile(
    r"(?:年|月|半)(?:\s*及)?以[上下]|至少|起码|不少于|不低于|不短于|不超过|最长|最短"
    r"|(?:\d\s*\.\s*\d+|点[一二三四五六七八九])\s*(?:年|个?月)|百[一二三四五六七八九十]*\s*(?:年|个?月)"
    r"|(?:期满|届满|执行完毕|执行完|刑满|释放|解除)[^,，]{0,6}?(?:之日|之后|后|次日|起)"
)
"""Minimums, maximums, fractions, and starts that depend on an event: no text alone gives these a day."""
_DAY = r"\d{4}\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2}(?!\d)\s*日?"
_CLOCK = r"(?:\s*\d{1,2}(?:时|:\d{2})(?:\d{2}分)?)?"
_SPAN = re.compile(
    rf"(?:自|从|由)?\s*({_DAY}){_CLOCK}\s*(?:之?日?起|开始)?\s*[,，]?\s*(?:[至到~～]|[-—–―－]+)\s*({_DAY})({_CLOCK})"
)
_FROM = re.compile(rf"({_DAY}){_CLOCK}\s*(?:之日)?(?:起|开始|始|生效|后|以后|之后)|(?:自|从|由)\s*({_DAY})")
_MONTH = re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*月?\s*(?:份)?(?:起|开始|始|后)")
_ANY_DAY = re.compile(_DAY)
_FORBID = r"(?:禁止|不得|取消|暂停|限制|停止|禁入|剥夺)"
_FOREVER = re.compile(
    r"永久|永远|终身|终生|(?:长期|无限期|不定期)(?:有效|禁止|不得|取消|暂停|限制|停止|禁入|$|[)）,，])"
)
_CLAUSE = re.compile(r"[。;；\n]")


class _UnclearError(Exception):
    """A clause that only a person can read."""


def ban(text: str, start: date | None, *, about: str = "", strict: bool = True) -> Ban:
    """Read a ban period from a decision's text (SPEC 2.2).

    The period runs from `start` (the day of the decision) unless the text gives days; its last day is the
    corresponding day and counts (民法典 201-203). Two different periods, ranges ("一至三年"), minimums, days that
    the period does not explain and bans without a period are unreadable: a person has to read them.

    Args:
        text: what the decision imposes.
        start: the day the period runs from, if the text names none.
        about: pattern that a clause must hold for its ban to count (e.g. 投标).
        strict: a clause counts only if it forbids something.
    """
    flat = HAN_DATE.sub(_arabic, unicodedata.normalize("NFKC", text)).translate(_FORMAL)
    named, forever = False, False
    spans: set[_Span] = set()
    others: list[str] = []
    try:
        for clause in _CLAUSE.split(flat):
            if (strict and not re.search(_FORBID, clause)) or (about and not re.search(about, clause)):
                others.append(clause)
                continue
            named = True
            if _FOREVER.search(clause):
                forever = True
                if _SPAN.search(clause) or _TERM.search(_ANY_DAY.sub(" ", clause)):
                    raise _UnclearError
                continue
            open_end, found = _spans(clause, start)
            forever = forever or open_end
            spans |= found
        for clause in others if named else ():
            # A start that stands in a sentence of its own would move the period.
            if any(_later(found, start) for found in _FROM.finditer(clause)):
                raise _UnclearError
    except (_UnclearError, ValueError, OverflowError):
        return Ban(True)
    if forever and not spans:
        return Ban(True, True, forever=True)
    if not forever and len(spans) == 1:
        first_day, until = spans.pop()
        return Ban(True, True, first_day, until)
    return Ban(named)


def _arabic(found: re.Match[str]) -> str:
    try:
        year, month, day = han_parts(found)
    except ValueError:
        return "9999年99月99日"  # a day that is none, so that a person reads the text
    return f"{year}年{month}月{day}日"


def _later(found: re.Match[str], start: date | None) -> bool:
    day = moment(found[1] or found[2]).day
    return start is None or day is None or day > start


def _spans(clause: str, start: date | None) -> tuple[bool, set[_Span]]:
    """The periods of one clause; whether one of them has no end.

    Raises:
        _UnclearError: only a person can tell.
        ValueError: a day that does not exist.
    """
    if _RANGE.search(_ANY_DAY.sub(" ", clause)) or _VAGUE.search(clause):
        raise _UnclearError
    forever = False
    dated: list[tuple[date, date]] = []
    for found in _SPAN.finditer(clause):
        first, last = moment(found[1]).day, moment(found[2])
        if first is None or (last.day is None and not last.open):
            raise _UnclearError
        if last.day is None:
            forever = True
        elif first <= last.day and (start is None or last.day >= start):
            # What was over before the decision is when the conduct happened.
            dated.append((first, last.day))
        else:
            raise _UnclearError
    rest = _SPAN.sub(" ", clause)
    begin, stated = start, None
    if dated or forever:
        begin = stated = dated[0][0] if dated else None
    elif starts := {moment(one[1] or one[2]).day for one in _FROM.finditer(rest)}:
        if len(starts) > 1:
            raise _UnclearError
        begin = stated = starts.pop()
        if begin is None or (start is not None and begin < start):
            raise _UnclearError
        rest = _FROM.sub(" ", rest)
    if _MONTH.search(_ANY_DAY.sub(" ", rest)):
        raise _UnclearError
    terms: set[date] = set()
    for term in _TERM.finditer(_ANY_DAY.sub(" ", rest)):
        months = _months(term)
        if begin is None or not months:
            raise _UnclearError
        terms.add(last_day(begin, months=months))
    ends = {last for _, last in dated}
    if dated and any(abs((last - term).days) > 1 for last in ends for term in terms):
        raise _UnclearError
    for found in _ANY_DAY.finditer(rest):
        day = moment(found[0]).day
        known = ends | terms
        if (
            day is None
            or begin is None
            or (day > begin and day not in known | {k - timedelta(1) for k in known})
        ):
            raise _UnclearError
    spans: set[_Span] = {(first, end_of_day(last)) for first, last in dated}
    return forever, spans or {(stated, end_of_day(last)) for last in terms}


def _months(term: re.Match[str]) -> int:
    """Months of a matched term; 0 for what is not a plausible one (more than 30 years)."""
    if term["n"] == "半":
        return 6 if term["u"] == "年" else 0
    number = han_number(term["n"])
    months = number * 12 if term["u"] == "年" else number
    if term["half"]:
        months += 6 if term["u"] == "年" else 0
    if term["m"]:
        months += han_number(term["m"])
    return months if months <= 360 else 0


__all__ = ["Ban", "ban"]
