"""Prices of one lot: equal ones, series and their tolerance, spread."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from rules_factory import bidder, case, entity, findings

from matching import prices
from matching.decision import Effect
from matching.rules.base import BidderView


def _decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def _kinds(*texts: str, ppm: int = 100) -> list[tuple[str, int, bool]]:
    return [(s.kind, len(s.members), s.regular) for s in prices.series(_decimals(*texts), ppm)]


def test_equal_prices_by_value() -> None:
    assert list(prices.equal(_decimals("100", "100.00", "101"))) == [(Decimal(100), (0, 1))]
    assert list(prices.equal(_decimals("100", "101"))) == []


def test_three_make_a_series_and_four_a_regular_one() -> None:
    assert _kinds("1000000", "1035000", "1070000") == [("arithmetic", 3, False)]
    assert _kinds("1105000", "1000000", "1070000", "1035000") == [("arithmetic", 4, True)]
    assert _kinds("1000000", "1050000", "1102500", "1157625") == [("geometric", 4, True)]
    assert _kinds("1000000", "1035000") == []


def test_members_come_by_rising_price() -> None:
    (found,) = prices.series(_decimals("1070000", "1311203", "1000000", "1035000"), 100)
    assert found.members == (2, 3, 0)
    assert found.residual == 0


@pytest.mark.parametrize(("middle", "hit"), [("1050104", True), ("1050106", False)])
def test_all_prices_may_miss_by_a_ten_thousandth_of_the_price(middle: str, hit: bool) -> None:
    assert ("arithmetic" in [kind for kind, _, _ in _kinds("1000000", middle, "1100000")]) is hit


def test_a_part_of_the_prices_must_fit_closely() -> None:
    assert _kinds("1000000", "1050004", "1100000", "1733111") == [("arithmetic", 3, False)]
    assert _kinds("1000000", "1050104", "1100000", "1733111") == []


def test_equal_prices_are_no_series_and_neither_are_prices_that_hardly_differ() -> None:
    assert _kinds("100", "100", "100", "100") == []
    assert _kinds("1000000", "1000031", "1000071") == []


def test_a_series_with_equal_members_counts_them_once() -> None:
    assert _kinds("100", "100", "200", "300") == [("arithmetic", 3, False)]


def test_chance_makes_no_series_among_many() -> None:
    rng = random.Random(5)
    for _ in range(3):
        crowd = [Decimal(1_000_000 + rng.randrange(500_000)) for _ in range(300)]
        assert list(prices.series(crowd, 100)) == []
    ring = [Decimal(1_000_000 + 1_357 * step) for step in range(12)]
    (found,) = prices.series([*crowd, *ring], 100)
    assert set(found.members) >= set(range(300, 312))


def test_more_prices_than_are_looked_at() -> None:
    assert list(prices.series([Decimal(n * 7 + n % 3) for n in range(1, prices.MOST + 2)], 100)) == []


def test_spread_is_the_sample_coefficient_of_variation() -> None:
    assert prices.spread(_decimals("100", "101")) is None
    assert prices.spread(_decimals("90", "100", "110")) == pytest.approx(0.1)


def _bids(*texts: str, lots: tuple[tuple[str, ...], ...] = ()) -> list[BidderView]:
    return [
        bidder(entity(label=f"临江第{n}建设有限公司"), index=n, price=text, lots=lots[n] if lots else ())
        for n, text in enumerate(texts)
    ]


def test_the_rule_speaks_of_the_lot_and_shows_every_price() -> None:
    the_case = case(*_bids("1000000", "1035000", "1070000"))
    (found,) = findings("R15", the_case)
    assert found.effect is Effect.FLAG
    assert "3个" in found.detail.zh
    assert [fact.a.split(": ")[1] for fact in found.facts] == ["1000000", "1035000", "1070000"]


def test_prices_for_different_lots_are_different_things() -> None:
    views = _bids("500", "500", "500", lots=(("1",), (" 2",), ("２",)))
    (found,) = findings("R15", case(*views))
    assert "标段2" in found.detail.zh
    assert len(found.facts) == 2


def test_one_consortium_asks_one_price() -> None:
    rows = [
        bidder(entity(label=f"临江第{n}建设有限公司"), index=n, price="700", consortium={"id": "L-1"})
        for n in (0, 1)
    ]
    assert findings("R15", case(*rows)) == []


def test_no_price_or_none_above_zero_is_no_price() -> None:
    views = [
        bidder(entity(), index=0, price="0"),
        bidder(entity(), index=1, price="0"),
        bidder(entity(), index=2),
    ]
    assert findings("R15", case(*views)) == []


def test_one_bidder_has_no_rivals() -> None:
    assert findings("R15", case(*_bids("100"))) == []


def test_little_spread_is_a_remark() -> None:
    (found,) = findings("R15", case(*_bids("1000000", "1003100", "1007900")))
    assert "变异系数" in found.detail.zh
