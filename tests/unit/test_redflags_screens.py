"""Collusion screens with values worked out by hand, and when they remark anything."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

import pytest

from matching.redflags.screens import MIN_LOTS, SIDES, screen_lots, screens


def money(*prices: str | int) -> list[Decimal]:
    return [Decimal(price) for price in prices]


def test_four_bids_by_hand() -> None:
    # 100 110 120 150: mean 120, squared deviations 400 100 0 900, s = sqrt(1400/3)
    one = screens(money(120, 150, 100, 110))
    s = sqrt(1400 / 3)
    assert one.bids == 4
    assert pytest.approx(s / 120) == one.CV
    assert one.SPD == 0.5
    assert one.DIFFP == 0.1
    # losing bids 110 120 150: mean 126.667, s = sqrt((277.78 + 44.44 + 544.44)/2) = 20.8167
    assert pytest.approx(10 / 20.816659994661) == one.RD
    # steps 10 10 30: mean 50/3; of the losing bids 10 30: mean 20
    assert pytest.approx(0.6) == one.RDNOR
    assert pytest.approx(0.5) == one.ALTRD
    # third powers of deviations: -8000 -1000 0 27000
    assert pytest.approx(4 / (3 * 2) * 18000 / s**3) == one.SKEW
    # fourth powers: 160000 10000 0 810000; 4*5/(3*2*1) * 980000/s^4 - 3*9/(2*1)
    assert pytest.approx(20 / 6 * 980000 / s**4 - 13.5) == one.KURT
    # places 0 .2 .4 1: the steps of the distribution are furthest off at .4, where 3/4 of the bids lie below
    assert pytest.approx(0.35) == one.KS


def test_two_and_three_bids() -> None:
    two = screens(money(100, 105))
    assert set(two.values()) == {"CV", "SPD", "DIFFP", "RDNOR", "KS"}
    assert two.DIFFP == 0.05
    assert two.RDNOR == 1
    three = screens(money(100, 110, 120))
    assert set(three.values()) == set(SIDES) - {"KURT"}
    assert pytest.approx(0) == three.SKEW
    assert three.ALTRD == 1
    assert pytest.approx(10 / sqrt(50)) == three.RD


def test_equal_bids_have_no_spread_to_divide_by() -> None:
    one = screens(money(100, 100, 100, 100))
    assert one.values() == {"CV": 0.0, "SPD": 0.0, "DIFFP": 0.0}


def test_equal_losing_bids_leave_no_relative_distance() -> None:
    one = screens(money(90, 100, 100))
    assert one.RD is None
    assert one.ALTRD is None
    assert one.RDNOR == 2


@pytest.mark.parametrize("prices", [[], [100]])
def test_too_few_bids_say_nothing(prices: list[int]) -> None:
    assert screens(money(*prices)).values() == {}


@pytest.mark.parametrize("price", ["0", "-5"])
def test_a_price_must_be_above_nothing(price: str) -> None:
    with pytest.raises(ValueError, match="above 0"):
        screens(money(price, 100))


def test_prices_stay_exact() -> None:
    one = screens(money("100000000000000.01", "100000000000000.02"))
    assert pytest.approx(1e-16, rel=1e-6) == one.DIFFP


def test_a_market_is_judged_by_its_own_fence() -> None:
    lots = {f"l{n}": money(100, 120 + n, 140 + 2 * n) for n in range(MIN_LOTS)}
    lots["tight"] = money("100", "100.1", "100.2")
    found = {(one.code, one.subject): one for one in screen_lots(lots)}
    assert ("SPD", "tight") in found
    assert ("CV", "tight") in found
    result = found["SPD", "tight"]
    assert result.group == "Lot"
    assert result.reference is not None
    assert (result.reference.side, result.reference.count, result.reference.given) == (
        "lower",
        MIN_LOTS + 1,
        False,
    )
    assert result.facts["bids"] == 3
    assert not any(subject != "tight" for _, subject in found)


def test_a_small_market_has_no_fence_but_limits_can_be_set() -> None:
    lots = {"a": money(100, 101, 102), "b": money(100, 150, 190)}
    assert screen_lots(lots) == []
    (one,) = screen_lots(lots, {"CV": 0.02})
    assert (one.subject, one.code) == ("a", "CV")
    assert one.reference is not None
    assert one.reference.given
    with pytest.raises(ValueError, match="no screen"):
        screen_lots(lots, {"GUESS": 1})
