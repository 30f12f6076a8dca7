"""Shares as exact whole numbers, and which share the law calls control on a given day.

Units are ten-thousand-millionths of a percent, so that 50.00 % is a number and not a rounding; a share with more
digits becomes a range of one unit. Sources: 公司法 (2023) art. 265(2), in force since 2024-07-01: a controlling
shareholder has *more than* fifty percent; the text before (2018, art. 216) said fifty percent *or more*.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Final

PERCENT: Final = 10**10
"""Units in one percent."""
WHOLE: Final = 100 * PERCENT
"""Units in all of a company."""
UNKNOWN: Final = -1
"""A share that nobody stated."""
QUARTER: Final = 25 * PERCENT
"""From this share on, the number included, a person is a beneficial owner (令〔2024〕3号)."""
EXCESS: Final = WHOLE + PERCENT // 2
"""Incoming shares above this contradict each other; below, they may be rounded."""
MORE_THAN_HALF_SINCE: Final = date(2024, 7, 1)
"""The first day of the present Company Law."""


def units(percent: Decimal | int) -> tuple[int, int]:
    """A percentage in units, rounded down and up; both are equal but for shares with more than ten decimals.

    Raises:
        ValueError: not between 0 and 100.
    """
    if not 0 <= percent <= 100:
        raise ValueError("share")
    exact = Decimal(percent).scaleb(10)
    return int(exact.to_integral_value(ROUND_FLOOR)), int(exact.to_integral_value(ROUND_CEILING))


def fraction(value: int) -> Fraction:
    """Units as an exact part of one."""
    return Fraction(value, WHOLE)


def half_is_control(as_of: date | None) -> bool:
    """Whether exactly half was control in law on that day; without a day the present law holds."""
    return as_of is not None and as_of < MORE_THAN_HALF_SINCE
