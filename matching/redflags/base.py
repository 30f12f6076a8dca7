"""What every indicator shares: results that name their values and what they were judged by, and fences.

Quartiles are those of Hyndman and Fan's type 8 (median-unbiased), which the published fixtures were made with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from graph.procurement import Money, Process

Group = Literal["OCID", "Buyer", "ProcuringEntity", "Tenderer", "Lot", "Pair", "Community"]
GROUPS: tuple[Group, ...] = ("OCID", "Buyer", "ProcuringEntity", "Tenderer", "Lot", "Pair", "Community")
"""Those of the published tool in its order, then those of screens, histories and conduct."""
Fact = str | int | float | tuple[str, ...]
Facts = Mapping[str, Fact]

IQR_FACTOR = 1.5
"""Tukey's fences: values beyond 1.5 interquartile ranges from the quartiles are outliers."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """What a value was judged by: a fence of a distribution, or a threshold that is set."""

    side: Literal["lower", "upper"]
    fence: float
    given: bool
    """Whether the fence was set and not calculated."""
    count: int = 0
    """How many values the distribution has."""
    q1: float | None = None
    q3: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value lies on or beyond the fence."""
        return value <= self.fence if self.side == "lower" else value >= self.fence


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A red flag: which indicator, about whom, its value, the values it comes from, what it was judged by.

    The effect of a result is FLAG and never more: a screen proves nothing.
    """

    code: str
    group: Group
    subject: str
    value: float
    facts: Facts
    reference: Reference | None = None


class Market(msgspec.Struct):
    """What indicators compare prices in: the currency that is set, else the first that a bid is made in."""

    currency: str = ""

    def observe(self, process: Process) -> None:
        """Settle the currency by the first priced bid."""
        if self.currency:
            return
        for bid in process.bids:
            if bid.submitted and bid.value is not None and bid.value.currency:
                self.currency = bid.value.currency
                return

    def own(self, money: Money | None) -> bool:
        """Whether an amount is in the currency that prices are compared in."""
        return money is not None and bool(money.currency) and money.currency == self.currency


class Indicator(Protocol):
    """One indicator over all processes: fed one by one, then asked."""

    code: str

    def add(self, process: Process, market: Market) -> None:
        """Take in a process."""
        ...

    def results(self) -> Sequence[Result]:
        """The flags, in the order in which their subjects were first seen."""
        ...

    def references(self) -> Mapping[str, Reference]:
        """The fences that were used, by group; empty where the indicator has none."""
        ...


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted values by type 8 of Hyndman and Fan (1996).

    Raises:
        ValueError: there are no values.
    """
    if not ordered:
        raise ValueError("no values")
    place = (len(ordered) + 1 / 3) * share + 1 / 3
    whole = int(place)
    if whole < 1:
        return ordered[0]
    if whole >= len(ordered):
        return ordered[-1]
    low, high = ordered[whole - 1], ordered[whole]
    return low + (place - whole) * (high - low)


def fence(
    values: Sequence[float], side: Literal["lower", "upper"], given: float | None = None
) -> Reference | None:
    """The fence of a distribution: Q1 − 1.5·IQR or Q3 + 1.5·IQR, or the one that is set.

    Returns:
        None without values, and where both quartiles are 0: then three quarters of all would be outliers.
    """
    ordered = sorted(values)
    if not ordered:
        return None if given is None else Reference(side=side, fence=given, given=True)
    q1, q3 = quantile(ordered, 0.25), quantile(ordered, 0.75)
    if given is not None:
        return Reference(side=side, fence=given, given=True, count=len(ordered), q1=q1, q3=q3)
    if q1 == 0 and q3 == 0:
        return None
    reach = IQR_FACTOR * (q3 - q1)
    bound = q1 - reach if side == "lower" else q3 + reach
    return Reference(side=side, fence=bound, given=False, count=len(ordered), q1=q1, q3=q3)


def amount(money: Money) -> float:
    """An amount for a ratio; amounts themselves stay exact decimals."""
    return float(money.amount)
