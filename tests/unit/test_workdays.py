"""Working days: weekends, holiday weeks with the weekends worked for them, and years that nobody knows yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.workdays import (
    add_working_days,
    count,
    due,
    is_working_day,
    known,
    working_days_between,
)


def test_seven_working_days_of_an_ordinary_fortnight() -> None:
    assert add_working_days(date(2026, 11, 10), 7) == date(2026, 11, 19)
    assert working_days_between(date(2026, 11, 10), date(2026, 11, 19)) == 7
    assert working_days_between(date(2026, 11, 10), date(2026, 11, 20)) == 8
    # the weekend after the eighth adds nothing
    assert working_days_between(date(2026, 11, 10), date(2026, 11, 22)) == 8


def test_the_national_holiday_and_the_weekend_days_worked_for_it() -> None:
    # 2026: 1 to 7 October are off, Sunday 20 September and Saturday 10 October are worked
    assert is_working_day(date(2026, 9, 20))
    assert is_working_day(date(2026, 10, 10))
    assert not any(is_working_day(date(2026, 10, day)) for day in range(1, 8))
    assert add_working_days(date(2026, 9, 28), 7) == date(2026, 10, 13)
    assert working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == 3


def test_a_period_that_begins_on_a_day_off_begins_with_the_next_one() -> None:
    assert add_working_days(date(2026, 10, 3), 1) == date(2026, 10, 8)
    assert add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 3)


def test_the_long_spring_festival_of_2020() -> None:
    assert not is_working_day(date(2020, 1, 31))
    assert is_working_day(date(2020, 2, 3))


def test_a_year_without_its_notice_says_so() -> None:
    assert known(2026)
    assert known(2004)
    assert not known(2003)
    assert not known(2090)
    found = count(date(2090, 1, 3), date(2090, 1, 13))
    assert (found.days, found.least, found.most, found.certain) == (8, 0, 10, False)
    assert due(date(2090, 1, 3), 3).certain is False
    assert due(date(2026, 11, 10), 7).certain is True


def test_what_the_known_part_proves_is_certain_enough() -> None:
    last = max(year for year in range(2020, 2090) if known(year))
    # eleven working days of December stand whatever next January brings
    found = count(date(last, 12, 10), date(last + 1, 1, 4))
    assert found.least > 7
    assert not found.certain


def test_nothing_lies_between_a_day_and_itself_or_an_earlier_one() -> None:
    assert working_days_between(date(2026, 11, 10), date(2026, 11, 10)) == 0
    assert working_days_between(date(2026, 11, 10), date(2026, 11, 2)) == 0
    assert working_days_between(date(2026, 11, 10), date(2025, 11, 2)) == 0


@pytest.mark.parametrize("days", [-1, 2_001])
def test_a_period_has_a_sane_length(days: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        add_working_days(date(2026, 11, 10), days)


DAYS = st.dates(date(2004, 1, 1), date(2026, 11, 30))


@given(DAYS, st.integers(0, 400))
@settings(max_examples=150, deadline=None)
def test_counting_agrees_with_asking_every_day(start: date, length: int) -> None:
    end = min(start + timedelta(days=length), date(2026, 12, 31))
    each = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert working_days_between(start, end) == sum(is_workday(day) for day in each)


@given(DAYS, st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_the_last_day_of_a_period_is_worked_and_has_that_many_before_it(start: date, days: int) -> None:
    last = add_working_days(start, days)
    assert is_working_day(last)
    assert working_days_between(start, last) == days
    assert working_days_between(start, last - timedelta(days=1)) == days - 1
