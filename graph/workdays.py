"""Working days in mainland China: weekends, public holidays and the weekend days worked in exchange for them.

The State Council sets the days of each year by a notice of the year before (全国年节及纪念日放假办法; the notice
for 2026 is of November 2025), so a year without its notice is not known. Such a year counts Monday to Friday, and
`count` and `due` say so: nothing that hangs on it may be held against anybody. The day from which a period runs is
not counted (民法典 201).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

MOST: Final = 2_000
"""Working days in a period that this module counts forward; the longest term of the law is far below it."""


class Count(NamedTuple):
    """How many working days lie in a period: `days` as far as known, and the bounds within which the truth lies.

    All three are equal where every year is known. In a year that is not, `days` counts Monday to Friday, `least`
    none of the days and `most` all of them.
    """

    days: int
    least: int
    most: int

    @property
    def certain(self) -> bool:
        """Whether every day of the period stands in a year whose holidays are known."""
        return self.least == self.most


class Due(NamedTuple):
    """The last day of a period of working days, and whether the holidays of all its years are known."""

    day: date
    certain: bool


def known(year: int) -> bool:
    """Whether the holidays of a year are known."""
    return _calendar(year) is not None


def is_working_day(day: date) -> bool:
    """Whether a day is worked; in a year that is not known, Monday to Friday are."""
    table = _table(day.year)
    place = day.timetuple().tm_yday
    return table[place] > table[place - 1]


def working_days_between(after: date, until: date) -> int:
    """Working days after the first day up to and with the last; 0 where there is none between them."""
    return count(after, until).days


def count(after: date, until: date) -> Count:
    """Working days after the first day up to and with the last, with what is not known about them."""
    days = least = most = 0
    for year in range(after.year, until.year + 1):
        first = after.timetuple().tm_yday if year == after.year else 0
        last = until.timetuple().tm_yday if year == until.year else len(_table(year)) - 1
        if last <= first:
            continue
        found = _table(year)[last] - _table(year)[first]
        days += found
        least += found if known(year) else 0
        most += found if known(year) else last - first
    return Count(days, least, most)


def add_working_days(day: date, days: int) -> date:
    """The last day of a period of working days that runs from `day`, which is not counted itself.

    Raises:
        ValueError: the number is negative or beyond `MOST`.
    """
    return due(day, days).day


def due(day: date, days: int) -> Due:
    """Like `add_working_days`, and whether the holidays on the way are known.

    Raises:
        ValueError: the number is negative or beyond `MOST`.
    """
    if not 0 <= days <= MOST:
        raise ValueError("a period has 0 to 2000 working days")
    found, left = day, days
    while left:
        found += timedelta(days=1)
        left -= is_working_day(found)
    return Due(found, all(known(year) for year in range(day.year, found.year + 1)))


@cache
def _calendar(year: int) -> tuple[frozenset[date], frozenset[date]] | None:
    """The days off and the weekend days worked of a year; None where no notice is known."""
    from chinese_calendar import holidays, workdays

    off = frozenset(day for day in holidays if day.year == year)
    worked = frozenset(day for day in workdays if day.year == year)
    return (off, worked) if off else None


@cache
def _table(year: int) -> tuple[int, ...]:
    """How many working days a year has had by the end of each of its days; none before the first."""
    off, worked = _calendar(year) or (frozenset(), frozenset())
    counts = [0]
    day = date(year, 1, 1)
    while day.year == year:
        counts.append(counts[-1] + (day in worked or (day.weekday() < 5 and day not in off)))
        if day == date.max:
            break
        day += timedelta(days=1)
    return tuple(counts)
