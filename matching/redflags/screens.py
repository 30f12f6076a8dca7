"""Collusion screens over the prices of one lot (REDFLAGS.md): shapes that agreed bids may have, and honest ones too.

On 777 labelled auctions of one city none of them tells cartels from competition better than chance, so a screen
alone is a remark, never more than a FLAG, and its limits have to be calibrated for a market.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from math import fsum, isclose, sqrt
from typing import Literal

import msgspec

from matching.redflags.base import Reference, Result, fence

SIDES: Mapping[str, Literal["lower", "upper"]] = {
    "CV": "lower",
    "SPD": "lower",
    "DIFFP": "upper",
    "RD": "upper",
    "RDNOR": "upper",
    "ALTRD": "upper",
    "SKEW": "upper",
    "KURT": "upper",
    "KS": "upper",
}
"""Which end of its distribution each screen looks at: little spread, a winner far off, an odd shape."""
MIN_LOTS = 20
"""Below so many lots of a market a fence says nothing."""


class Screens(msgspec.Struct, frozen=True, kw_only=True):
    """The screens of one lot; None where there are too few bids, or no spread to divide by."""

    bids: int
    CV: float | None = None
    SPD: float | None = None
    DIFFP: float | None = None
    RD: float | None = None
    RDNOR: float | None = None
    ALTRD: float | None = None
    SKEW: float | None = None
    KURT: float | None = None
    KS: float | None = None

    def values(self) -> dict[str, float]:
        """The screens that could be calculated."""
        found = {name: getattr(self, name) for name in SIDES}
        return {name: value for name, value in found.items() if value is not None}


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def _deviation(values: Sequence[float]) -> float:
    """The sample standard deviation (n − 1); 0 for a single value."""
    if len(values) < 2:
        return 0.0
    mean = _mean(values)
    return sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _ratio(above: float, below: float) -> float | None:
    return above / below if below > 0 else None


def screens(prices: Iterable[Decimal]) -> Screens:
    """The screens of the bids of one lot, sorted b1 ≤ b2 ≤ …; the losing bids are all but the lowest.

    Args:
        prices: submitted prices in one currency; those that are not above 0 are refused.

    Returns:
        What can be calculated: nothing for fewer than two bids, RD, ALTRD and SKEW from three, KURT from four.

    Raises:
        ValueError: a price that is not above 0.
    """
    exact = sorted(prices)
    if exact and exact[0] <= 0:
        raise ValueError("a price must be above 0")
    count = len(exact)
    if count < 2:
        return Screens(bids=count)
    bids = [float(price) for price in exact]
    gap = float(exact[1] - exact[0])
    spread = float(exact[-1] - exact[0])
    mean, deviation = _mean(bids), _deviation(bids)
    steps = [float(high - low) for low, high in pairwise(exact)]
    found: dict[str, float | None] = {
        "CV": deviation / mean,
        "SPD": spread / bids[0],
        "DIFFP": gap / bids[0],
        "RDNOR": _ratio(gap, spread / (count - 1)),
        "KS": _uniform_distance(exact),
    }
    if count >= 3:
        found["RD"] = _ratio(gap, _deviation(bids[1:]))
        found["ALTRD"] = _ratio(gap, _mean(steps[1:]))
        if spread > 0:
            cubes = fsum(((bid - mean) / deviation) ** 3 for bid in bids)
            found["SKEW"] = cubes * count / ((count - 1) * (count - 2))
    if count >= 4 and spread > 0:
        fourth = fsum(((bid - mean) / deviation) ** 4 for bid in bids)
        n = count
        found["KURT"] = fourth * n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) - 3 * (n - 1) ** 2 / (
            (n - 2) * (n - 3)
        )
    return Screens(bids=count, **found)


def _uniform_distance(ordered: Sequence[Decimal]) -> float | None:
    """The Kolmogorov-Smirnov distance of sorted values from the uniform distribution between their ends."""
    low, spread, count = ordered[0], ordered[-1] - ordered[0], len(ordered)
    if spread <= 0:
        return None
    places = [float((value - low) / spread) for value in ordered]
    return max(max((i + 1) / count - place, place - i / count) for i, place in enumerate(places))


def _stands_out(value: float, judged: Reference) -> bool:
    """Whether a value differs from the quartiles: where all are equal, the fence is what everyone has."""
    ends = [end for end in (judged.q1, judged.q3) if end is not None and not judged.given]
    return not any(isclose(value, end, rel_tol=1e-9, abs_tol=1e-12) for end in ends)


def screen_lots(
    lots: Mapping[str, Sequence[Decimal]], limits: Mapping[str, float] | None = None
) -> list[Result]:
    """Remarks about the lots of one market.

    Args:
        lots: prices by lot, all of one market and currency.
        limits: limits as set by screen; a screen without one is judged by the fence of these lots, and not at all
            where they are fewer than `MIN_LOTS`.

    Returns:
        One result (group `Lot`) for each screen beyond its limit. None of them is more than a FLAG.

    Raises:
        ValueError: a price that is not above 0, or a limit for an unknown screen.
    """
    limits = limits or {}
    if unknown := set(limits) - set(SIDES):
        raise ValueError(f"no screen {sorted(unknown)[0]}")
    measured = {lot: screens(prices) for lot, prices in lots.items()}
    found: list[Result] = []
    for name, side in SIDES.items():
        values = {
            lot: value for lot, one in measured.items() if (value := one.values().get(name)) is not None
        }
        given = limits.get(name)
        if given is None and len(values) < MIN_LOTS:
            continue
        judged: Reference | None = fence(list(values.values()), side, given)
        if judged is None:
            continue
        found += [
            Result(
                code=name,
                group="Lot",
                subject=lot,
                value=value,
                facts={"bids": measured[lot].bids, **measured[lot].values()},
                reference=judged,
            )
            for lot, value in values.items()
            if judged.holds(value) and _stands_out(value, judged)
        ]
    return found
