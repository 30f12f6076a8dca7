"""Chinese legal time: days begin at midnight in UTC+8, a period's last day counts.

A period is kept as a half-open interval of instants: a ban "until 9 February" ends at the midnight that
begins 10 February. Source: 民法典 arts. 201-203 (the first day is not counted, the corresponding day of the
last month is the last day, and where there is none the last day of that month).
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, timezone

CST = timezone(timedelta(hours=8), "CST")
"""China Standard Time. Mainland clocks have had no daylight saving since 1991; listings are younger."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def start_of_day(day: date) -> datetime:
    """The first instant of a day in China."""
    return datetime(day.year, day.month, day.day, tzinfo=CST)


def end_of_day(day: date) -> datetime:
    """The first instant after a day in China: the exclusive end of a period whose last day is `day`."""
    return start_of_day(day) + timedelta(days=1)


def china_day(instant: datetime) -> date:
    """The calendar day in China at an instant.

    Raises:
        ValueError: `instant` has no zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(CST).date()


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later (or earlier); the month's last day where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The corresponding day `years` later (or earlier)."""
    return add_months(day, 12 * years)


def last_day(start: date, *, years: int = 0, months: int = 0, days: int = 0) -> date:
    """The last day, which counts, of a period that runs from `start` (民法典 201-203)."""
    return add_months(start, 12 * years + months) + timedelta(days=days)


def within_years_before(event: date, anchor: date, years: int) -> bool:
    """Whether `event` lies in the `years` before `anchor`, the first day of that window included."""
    return add_years(anchor, -years) <= event <= anchor


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; a bare date is its first instant in China, a naive time is China time.

    Raises:
        ValueError: not ISO 8601.
    """
    text = text.strip()
    if len(text) == 10:
        return start_of_day(date.fromisoformat(text))
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=CST) if value.tzinfo is None else value


def iso(instant: datetime) -> str:
    """An instant as written in decisions and files: RFC 3339, China time, microseconds only if there are any."""
    return instant.astimezone(CST).isoformat()


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC, exact: what stores and mapped files keep."""
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(value: int) -> datetime:
    """The instant for `to_micros`' number, in China time."""
    return (_EPOCH + timedelta(microseconds=value)).astimezone(CST)
