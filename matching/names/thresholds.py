"""How many points count as similar, for a list of a given size and a stated number of false alarms.

The table is made by scripts/fit_names.py from generated lists and clean bidders: for each list size, the points that so
many of 100,000 clean bidders reach against it. Between sizes and budgets it is read linearly in their logarithms;
beyond the largest it goes on with the last slope, below the smallest it stays.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from importlib import resources

import msgspec


class Calibration(msgspec.Struct, frozen=True):
    """Points by list size (rows) and alarms per 100,000 clean bidders (columns)."""

    sizes: tuple[int, ...]
    budgets: tuple[int, ...]
    points: tuple[tuple[int, ...], ...]
    made: str
    """How the table was made: command, seeds, sizes."""


@cache
def calibration() -> Calibration:
    """The table that ships."""
    data = resources.files(__package__).joinpath("calibration.json").read_bytes()
    return msgspec.json.decode(data, type=Calibration)


def _between(axis: Sequence[int], value: int) -> tuple[int, float]:
    """The place below a value and how far it lies towards the next, in logarithms."""
    place = min(max(bisect_right(axis, value) - 1, 0), len(axis) - 2)
    low, high = math.log(axis[place]), math.log(axis[place + 1])
    return place, (math.log(max(value, 1)) - low) / (high - low)


def threshold(list_size: int, budget_per_100k: int, known: int = 0) -> int:
    """Points from which a name counts as similar to one on a list.

    Args:
        list_size: names on the list.
        budget_per_100k: clean bidders of 100,000 that may be alarmed without being listed; 1 or more.
        known: how many in a hundred clean bidders a register holds, so that their names alarm nobody: the others may
            then use up the budget. 0 without a register.

    Raises:
        ValueError: a budget below 1, or `known` outside 0 to 99.
    """
    if budget_per_100k < 1:
        raise ValueError("a budget of alarms is at least 1 per 100,000")
    if not 0 <= known <= 99:
        raise ValueError("a register holds 0 to 99 in a hundred bidders")
    budget_per_100k = budget_per_100k * 100 // (100 - known)
    table = calibration()
    row, down = _between(table.sizes, max(list_size, table.sizes[0]))
    column, along = _between(table.budgets, budget_per_100k)

    def at(line: int) -> float:
        first, second = table.points[line][column], table.points[line][column + 1]
        return first + along * (second - first)

    return round(at(row) + down * (at(row + 1) - at(row)))
