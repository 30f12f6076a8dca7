"""How a relation lies in memory: one row of eight whole numbers, and a short place on either side of it.

Shares and votes are whole numbers of `UNIT`-th parts of a percent. A share that is not exact in them is kept as a
range around it, so that a comparison can err only towards "perhaps".
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Final

FORMAT: Final = 1

# columns of a relation's row (int64 each)
START: Final = 0
"""Microseconds since 1970 at which it begins to hold; `LEAST` for "always before"."""
END: Final = 1
"""When it ends (not included); `MOST` for "until further notice"."""
SHARE_MIN: Final = 2
SHARE_MAX: Final = 3
"""Bounds of the share; equal where it is stated exactly, both `UNKNOWN` where it is not stated."""
VOTES: Final = 4
GENERATIONS: Final = 5
"""The generation that recorded it, and in the upper half the one that ended it (`OPEN`: none)."""
ENDS: Final = 6
"""The ordinal of its source, and in the upper half that of its target (`OPEN`: no party of this generation)."""
MARKS: Final = 7
"""Number of its type, and the flags below."""
COLUMNS: Final = 8

# a place of a party: the other party and, in the upper half, the relation's number; its tag (uint32):
CODE: Final = 16
"""Above these bits: type times two, plus one where the relation leads to the party that the place belongs to."""
DAY: Final = 0xFFFF
"""Below: the day from which on a relation that needs no further look holds; `LATER` for one that needs it.

Most relations have not ended and were found by code: knowing this beside the other party saves reading the row.
"""
LATER: Final = 0xFFFF
FIRST_DAY: Final = -25_567
"""1 January 1900, in days since 1970: day 1; day 0 is always before."""
MICROS_A_DAY: Final = 86_400_000_000

TYPE: Final = 0xFF
BY_NAME: Final = 0x100
"""An end was found by its name only: never enough to block."""
ROUNDED: Final = 0x200
"""The share is kept as a range because it has more decimals than `UNIT`, or could not be read at all."""

LEAST: Final = -(1 << 63)
MOST: Final = (1 << 63) - 1
UNKNOWN: Final = -1
OPEN: Final = 0xFFFF_FFFF
UNIT: Final = 1_000_000_000
"""Parts of a percent: `50.00` is 50,000,000,000."""
_PLACES: Final = 9
WHOLE: Final = 100 * UNIT
_CEILING: Final = 10**18

LISTED_START: Final = 0
LISTED_END: Final = 1
LISTED_GENERATIONS: Final = 2
LISTED_COLUMNS: Final = 3
"""A row of the table of listings: in force from, until, and the generations as above."""


@lru_cache(maxsize=65_536)
def parts(share: Decimal) -> tuple[int, int, bool]:
    """Lower and upper bound of a percentage in parts, and whether it was rounded or could not be read."""
    if not share.is_finite() or share < 0:
        return UNKNOWN, UNKNOWN, True
    if share >= _CEILING // UNIT:
        return _CEILING, _CEILING, True
    scaled = share.scaleb(_PLACES)
    low = int(scaled.to_integral_value(ROUND_FLOOR))
    high = int(scaled.to_integral_value(ROUND_CEILING))
    return low, high, low != high


def percent(value: int) -> Decimal | None:
    """The percentage of a number of parts; None for an unknown one."""
    return None if value == UNKNOWN else Decimal(value).scaleb(-_PLACES)


def day_of(micros: int) -> int:
    """The number of the day in which an instant lies, as tags count: at least 0, before `LATER`."""
    return min(max(micros // MICROS_A_DAY - FIRST_DAY + 1, 0), LATER - 1)
