"""Patterns in the prices of one lot (SPEC 8 R15): equal prices, series, little spread. About the lot, never a proof.

REDFLAGS: on labelled auctions no screen of prices separates cartels from competition better than chance, so that a
screen alone is a remark. A series of four or more is what 条例 40(四) calls a regular difference.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import gcd
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matching.rules.base import Case  # rules read this module

Array = npt.NDArray[Any]

LONG: Final = 4
"""Members from which a series is more than a remark."""
FEW: Final = 12
"""Prices up to which round ones are taken as they are: three bids are rarely more exact."""
MOST: Final = 1_000
"""Different prices of a lot beyond which series are not looked for."""


class Series(NamedTuple):
    """Prices that follow one upon the other by a constant step (`arithmetic`) or factor (`geometric`)."""

    kind: Literal["arithmetic", "geometric"]
    members: tuple[int, ...]
    """Positions in the prices given, by rising price."""
    residual: float
    """Largest miss, relative to the prices of the series."""
    regular: bool
    """Whether it is a regular difference, more than a remark: four or more, and all prices of the lot or so many that
    round prices alone would not make it."""


def lot_key(text: str) -> str:
    """The number of a lot or consortium for comparison."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def lots(case: Case) -> Iterator[tuple[str, list[int], list[Decimal]]]:
    """The bids whose prices can be compared: for the same lots, a consortium once. Lots, places, prices."""
    groups: dict[frozenset[str], list[int]] = {}
    joint: set[str] = set()
    for place, view in enumerate(case.bidders):
        bidder = view.bidder
        number = lot_key(bidder.consortium.id) if bidder.consortium is not None else ""
        if bidder.price is None or bidder.price <= 0 or (number and number in joint):
            continue
        joint.add(number)
        groups.setdefault(frozenset(map(lot_key, bidder.lots)), []).append(place)
    for names, places in groups.items():
        asked = [price for place in places if (price := case.bidders[place].bidder.price) is not None]
        yield "、".join(sorted(names)), places, asked


def equal(prices: Sequence[Decimal]) -> Iterator[tuple[Decimal, tuple[int, ...]]]:
    """Prices that several bids ask (R028), with the positions of those bids."""
    groups: dict[Decimal, list[int]] = {}
    for place, price in enumerate(prices):
        groups.setdefault(price, []).append(place)
    for price, places in groups.items():
        if len(places) > 1:
            yield price, tuple(places)


def spread(prices: Sequence[Decimal]) -> float | None:
    """Coefficient of variation (sample standard deviation over mean); None below three prices."""
    if len(prices) < 3:
        return None
    values = np.array([float(price) for price in prices])
    mean = float(values.mean())
    return float(values.std(ddof=1)) / mean if mean > 0 else None


def series(prices: Sequence[Decimal], residual_ppm: int) -> Iterator[Series]:
    """The longest arithmetic and the longest geometric series among prices, if it is longer than chance makes them.

    Args:
        prices: of one lot; equal ones count once.
        residual_ppm: how far a price may miss the series, in millionths: of the price where the series is all
            prices of the lot, else of the distance from its first to its last, because among many prices some three
            nearly always stand in a row by chance.
    """
    places: dict[Decimal, int] = {}
    for place, price in enumerate(prices):
        places.setdefault(price, place)
    rising = sorted(price for price in places if price > 0)
    if not 3 <= len(rising) <= MOST:
        return
    tolerance = residual_ppm / 1e6
    plain = np.array([float(price) for price in rising])
    least = _least(rising, tolerance, rounded=len(rising) > FEW)
    enough = max(LONG, _least(rising, tolerance, rounded=True))
    for kind, values in (("arithmetic", plain), ("geometric", np.log(plain))):
        found = _whole(values, plain, tolerance) or _longest(values, tolerance)
        if len(found) < least:
            continue
        missed = _missed(values[found])
        relative = missed if kind == "geometric" else missed / float(plain[found].mean())
        members = tuple(places[rising[at]] for at in found)
        regular = len(found) >= enough or LONG <= len(found) == len(rising)
        yield Series("arithmetic" if kind == "arithmetic" else "geometric", members, relative, regular)


def _least(rising: Sequence[Decimal], tolerance: float, *, rounded: bool) -> int:
    """How long a series must be so that fewer than one tender in ten has one by chance.

    Of n prices each pair begins a series; another price stands at its next place with a chance of n times the width
    of that place: the tolerance or, of round prices, the unit they are rounded to.
    """
    count = len(rising)
    width = tolerance
    if rounded:
        unit = gcd(*(int(price * 100) for price in rising))
        width = max(width, unit / float((rising[-1] - rising[0]) * 100))
    chance = min(count * width, 0.9)
    least = 3
    while count * count / 2 * chance ** (least - 2) > 0.1:
        least += 1
    return least


def _missed(values: Array) -> float:
    """Largest distance from the line through the first and the last."""
    line = np.linspace(values[0], values[-1], len(values))
    return float(np.abs(values - line).max())


def _whole(values: Array, plain: Array, tolerance: float) -> list[int]:
    """All prices, if together they are a series; prices that hardly differ would always be one."""
    line = np.linspace(values[0], values[-1], len(values))
    scale = plain if values is plain else np.ones(len(values))
    fits = np.abs(values - line) <= tolerance * scale
    wide = plain[-1] - plain[0] >= 100 * tolerance * plain[0]
    return list(range(len(values))) if wide and bool(fits.all()) else []


def _longest(values: Array, tolerance: float) -> list[int]:
    """The longest series with a constant step: by length from each pair of neighbours, the last pairs first."""
    count = len(values)
    length = np.full((count, count), 2, dtype=np.int16)
    after = np.full((count, count), -1, dtype=np.int16)
    for middle in range(count - 2, 0, -1):
        target = 2 * values[middle] - values[:middle]
        near = np.clip(np.searchsorted(values, target), middle + 1, count - 1)
        below = np.maximum(near - 1, middle + 1)
        closer = np.abs(values[below] - target) < np.abs(values[near] - target)
        third = np.where(closer, below, near)
        fits = np.abs(values[third] - target) <= tolerance * (values[third] - values[:middle])
        first = np.flatnonzero(fits)
        length[first, middle] = length[middle, third[first]] + 1
        after[first, middle] = third[first]
    one, other = np.unravel_index(int(length.argmax()), length.shape)
    chain = [int(one), int(other)]
    while (following := int(after[chain[-2], chain[-1]])) >= 0:
        chain.append(following)
    missed = _missed(values[chain])
    return chain if len(chain) > 2 and missed <= tolerance * (values[chain[-1]] - values[chain[0]]) else []
