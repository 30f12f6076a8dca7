"""Laws of ties between bids: grouping finds what comparing each with each would, in any order and writing."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_factory import bidder, case, entity

from matching import prices, textual
from matching.rules.base import BidderView
from matching.ties import bids
from matching.ties.base import ALL_PAIRS

MACS = ("00-E0-4C-68-3A-91", "A4-BB-6D-11-20-01", "无", "02-42-AC-11-00-02")
PHONES = ("13899012047", "13899012048", "0599-8600111", "138****2047", "")
LOTS = st.lists(st.sampled_from(["1", "2", "3"]), max_size=2, unique=True)
BIDS = st.lists(
    st.tuples(st.sampled_from(MACS), st.sampled_from(PHONES), LOTS), min_size=2, max_size=ALL_PAIRS
)


def _bid(index: int, mac: str, phone: str, lots: list[str]) -> BidderView:
    name = f"临江第{index}建设有限公司"
    fields: dict[str, Any] = {"devices": [{"mac": mac}], "contacts": [{"phone": phone}], "lots": lots}
    return bidder(entity(label=name, identity=[f"name:{name}"]), index=index, **fields)


def _pairs(given: list[tuple[str, str, list[str]]], kind: str) -> set[tuple[int, int]]:
    found = bids.read(case(*(_bid(n, *one) for n, one in enumerate(given))))
    return {key for key, ties in found.pairs.items() if any(tie.kind == kind for tie in ties)}


@given(BIDS)
@settings(max_examples=60, deadline=None)
def test_grouping_finds_what_comparing_all_finds(given: list[tuple[str, str, list[str]]]) -> None:
    def meet(a: list[str], b: list[str]) -> bool:
        return not a or not b or bool(set(a) & set(b))

    devices, telephones, neighbours = set(), set(), set()
    for i, j in combinations(range(len(given)), 2):
        (mac, phone, lots), (other_mac, other_phone, other_lots) = given[i], given[j]
        if not meet(lots, other_lots):
            continue
        if mac == other_mac and mac in MACS[:2]:
            devices.add((i, j))
        if phone == other_phone and phone in PHONES[:3]:
            telephones.add((i, j))
        if {phone, other_phone} == set(PHONES[:2]):
            neighbours.add((i, j))
    assert _pairs(given, "device.mac") == devices
    assert _pairs(given, "phone") == telephones
    assert _pairs(given, "phone.adjacent") == neighbours


@given(BIDS, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_bidders_makes_no_difference(
    given: list[tuple[str, str, list[str]]], rng: random.Random
) -> None:
    order = list(range(len(given)))
    rng.shuffle(order)
    shuffled = _pairs([given[place] for place in order], "device.mac")
    assert {tuple(sorted((order[i], order[j]))) for i, j in shuffled} == _pairs(given, "device.mac")


@given(st.integers(0, 10_000), st.integers(0, 500), st.integers(100, 500))
@settings(max_examples=40, deadline=None)
def test_likeness_is_that_of_the_sets_of_passages(seed: int, common: int, own: int) -> None:
    rng = random.Random(seed)

    def words(length: int) -> str:
        return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(length))

    shared = words(common)
    one, other = textual.plain(shared + words(own)), textual.plain(shared + words(own))
    a, b = (
        {tuple(t[n : n + textual.SHINGLE]) for n in range(len(t) - 5)} for t in (one.tolist(), other.tolist())
    )
    found = list(textual.alike(textual.Sets([one, other], [], 75), 80))
    exact = 2000 * len(a & b) // (len(a) + len(b))
    assert [f.permille for f in found] == ([exact] if 2 * len(a & b) * 100 >= 80 * (len(a) + len(b)) else [])


@given(st.lists(st.integers(1, 10_000_000), min_size=1, max_size=40))
@settings(max_examples=80, deadline=None)
def test_a_series_is_one(given: list[int]) -> None:
    asked = [Decimal(price) for price in given]
    for found in prices.series(asked, 100):
        members = np.array([float(asked[place]) for place in found.members])
        assert len(set(found.members)) == len(members) >= 3
        assert (np.diff(members) > 0).all()
        values = members if found.kind == "arithmetic" else np.log(members)
        line = np.linspace(values[0], values[-1], len(values))
        scale = members if found.kind == "arithmetic" else np.ones(len(members))
        assert (np.abs(values - line) <= 1e-4 * scale * 1.000001).all()


@given(st.integers(10_000, 10_000_000), st.integers(2_000, 100_000), st.integers(4, 12), st.randoms())
@settings(max_examples=60, deadline=None)
def test_a_lot_that_is_all_one_series_is_regular(
    start: int, step: int, count: int, rng: random.Random
) -> None:
    asked = [Decimal(start + step * n) for n in range(count)]
    rng.shuffle(asked)
    found = [s for s in prices.series(asked, 100) if s.kind == "arithmetic"]
    assert [(len(s.members), s.regular) for s in found] == [(count, True)]
