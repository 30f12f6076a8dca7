"""Red flags of disqualified bids and of first digits: R036, R038, R048 by hand-made processes."""

from __future__ import annotations

from typing import Any

import pytest
from ocds_files import award, bid, flags, found, process, ref

from graph.procurement import Process

# R036


def test_r036_flags_a_lowest_bid_that_was_disqualified() -> None:
    one = process("p", [bid("D", "1", "disqualified"), bid("V", "2")], [award("V")])
    (result,) = flags([one], "R036").results
    assert (result.subject, result.value) == ("p", 1.0)
    assert (result.facts["rejected"], result.facts["lowest_valid"]) == ("1", "2")


def test_r036_of_equal_lowest_bids_takes_the_first() -> None:
    one = process("p", [bid("D", "2", "disqualified"), bid("V", "2")], [award("V")])
    assert found([one], "R036") == {"OCID": {"p": {"R036": 1.0}}}


def test_bids_in_another_currency_are_left_out() -> None:
    cheap = bid("X", "1", currency="USD")
    one = process("p", [cheap, bid("A", "100"), bid("B", "101")], [award("A")])
    assert found([one], "R024", currency="CNY", r024_threshold=0.05)["OCID"] == {"p": {"R024": 0.01}}
    two = process("q", [cheap, bid("D", "2", "disqualified"), bid("V", "3")], [award("V")])
    assert found([two], "R036", currency="CNY") == {"OCID": {"q": {"R036": 1.0}}}


def test_bids_of_nobody_known_are_left_out() -> None:
    one = process("p", [bid((), "1"), bid([""], "1"), bid("A", "100"), bid("B", "101")], [award("A")])
    assert found([one], "R024", r024_threshold=0.05)["OCID"] == {"p": {"R024": 0.01}}
    two = process("q", [bid("V"), bid([""]), bid("D", status="disqualified")], [award("V")])
    assert found([two], "R035")["OCID"] == {"q": {"R035": 1.0}}


@pytest.mark.parametrize(
    "one",
    [
        process("not lowest", [bid("D", "3", "disqualified"), bid("V", "2")], [award("V")]),
        process("equal", [bid("V", "2"), bid("D", "2", "disqualified")], [award("V")]),
        process("no award", [bid("D", "1", "disqualified"), bid("V", "2")]),
        process("no valid price", [bid("D", "1", "disqualified"), bid("V")], [award("V")]),
        process("foreign", [bid("D", "1", "disqualified", "USD"), bid("V", "2")], [award("V")]),
        process("pending lower", [bid("D", "2", "disqualified"), bid("P", "1", "pending"), bid("V", "3")],
                [award("V")]),
    ],
    ids=lambda one: one.key,
)  # fmt: skip
def test_r036_leaves_out(one: Process) -> None:
    assert found([one], "R036", currency="CNY") == {}


# R038


def rejecting(key: str, buyer: str, rejected: int, of: int, **more: Any) -> Process:
    bids = [bid(f"{key}-{n}", status="disqualified" if n < rejected else "valid") for n in range(of)]
    return process(key, bids, buyer=ref(buyer), **more)


def test_r038_flags_a_buyer_that_disqualifies_much() -> None:
    # Ratios: five buyers with 1 of 10 (two processes each), one with 5 of 10.
    market = [rejecting(f"{b}{n}", b, n, 5) for b in "BCDEF" for n in range(2)]
    market += [rejecting("X1", "X", 5, 5), rejecting("X2", "X", 0, 5), rejecting("once", "Y", 4, 5)]
    answer = flags(market, "R038", r038_minimum_processes=6)
    # Y with 5 bids is left out.
    # Q1 = .1, Q3 = .1 + (6.3333 * .75 + .3333 - 5) * .4 = .1333, fence = .1333 + .05 = .1833.
    assert answer.grouped()["Buyer"] == {"X": {"R038": 0.5}}
    assert answer.references["R038"]["Buyer"].fence == pytest.approx(0.1833333)
    # With Y: .1 x 5, .5, .8, Q3 = .1 + .8333 * .4 = .4333, fence = .9333.
    assert found(market, "R038") == {}


def test_r038_minimum_is_one_of_bids_as_in_the_published_tool() -> None:
    # one process with two bids counts, four with one bid each do not: a single ratio is its own fence
    market = [process("own", [bid("W"), bid("D", status="disqualified")], buyer=ref("B"))]
    market += [process(f"p{n}", [bid(f"V{n}")], buyer=ref(f"B{n}")) for n in range(4)]
    assert found(market, "R038") == {"Buyer": {"B": {"R038": 0.5}}}


def test_r038_looks_at_procuring_entities_and_tenderers() -> None:
    bids = [bid("T", status="disqualified"), bid("U"), bid(["U", "V"], status="pending")]
    market = [process(f"p{n}", bids, procuring_entity=ref("E")) for n in range(2)]
    assert found(market, "R038", r038_threshold=0.3) == {
        "ProcuringEntity": {"E": {"R038": 1 / 3}},
        "Tenderer": {"T": {"R038": 1.0}},
    }
    assert found(market, "R038", r038_threshold=0.3, r038_minimum_bids=3, r038_minimum_processes=7) == {}


def test_r038_counts_only_bids_that_were_handed_in() -> None:
    one = process("p", [bid("T", status="disqualified"), bid("T", status="withdrawn"), bid("T", status="")])
    assert found([one], "R038", r038_threshold=0.1) == {}
    assert found([one], "R038", r038_threshold=0.1, r038_minimum_bids=1) == {"Tenderer": {"T": {"R038": 1.0}}}


# R048


def test_r048_counts_first_digits_over_suppliers_with_enough_processes() -> None:
    some = [process(f"{who}{n}", awards=[award(who, codes=["4511"])]) for who in "ABC" for n in range(2)]
    wide = [process(f"W{n}", awards=[award("W", codes=[f"{n + 10}22", "4577"])]) for n in range(2)]
    once = [process("once", awards=[award("O", codes=[f"{n}1" for n in range(1, 8)])])]
    joint = [
        process("joint", awards=[award("A", "J", codes=["9911"]), award("B", codes=["7"], status="pending")])
    ]
    market = [*some, *wide, *once, *joint]
    # Varieties of A, B, C, W: 1 1 1 3. Q1 = 1, Q3 = 1 + .5833 * 2 = 2.1667, fence = 3.9167: W is not an outlier.
    answer = flags(market, "R048", r048_minimum_processes=2)
    assert answer.references["R048"]["Tenderer"].fence == pytest.approx(2.1666667 + 1.5 * 1.1666667)
    # O has seven classes, but one process: neither measured nor flagged.
    assert answer.grouped() == {}
    assert found(market, "R048", r048_threshold=3.0, r048_minimum_processes=2) == {
        "Tenderer": {"W": {"R048": 3.0}}
    }
    assert found(market, "R048", r048_threshold=3.0, r048_minimum_processes=1)["Tenderer"] == {
        "W": {"R048": 3.0},
        "O": {"R048": 7.0},
    }
    assert found(market, "R048") == {}


def test_r048_first_characters_of_any_classification() -> None:
    one = process("p", awards=[award("A", codes=["4511", "4522", "A02010104", "A0203", "B01", "4", "", " "])])
    assert found([one], "R048", r048_threshold=1.0, r048_minimum_processes=1) == {
        "Tenderer": {"A": {"R048": 4.0}}
    }
    wider = {"r048_threshold": 1.0, "r048_minimum_processes": 1, "r048_digits": 3}
    assert found([one], "R048", **wider) == {"Tenderer": {"A": {"R048": 5.0}}}


def test_r048_counts_processes_whose_items_are_classified() -> None:
    market = [process(f"p{n}", awards=[award("A", codes=["4511"] if n else [])]) for n in range(2)]
    assert found(market, "R048", r048_threshold=1.0, r048_minimum_processes=2) == {}
    assert found(market, "R048", r048_threshold=1.0, r048_minimum_processes=1) != {}


# all together


def test_groups_stand_in_the_order_of_the_published_tool() -> None:
    market = [
        rejecting(f"p{n}", "B", 5, 5, procuring_entity=ref("E"), method="open", tenderer_count=1)
        for n in "12"
    ]
    assert list(found(market, "R018", "R038", r038_threshold=0.5, r038_minimum_bids=1)) == [
        "OCID", "Buyer", "ProcuringEntity", "Tenderer",
    ]  # fmt: skip
