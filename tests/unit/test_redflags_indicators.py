"""Each Open Contracting indicator by hand: values, fences, who is concerned, and what is left out."""

from __future__ import annotations

import pytest
from ocds_files import at, award, bid, duel, flags, found, process

from graph.procurement import Process
from matching.redflags.base import fence, quantile
from matching.redflags.run import run
from matching.redflags.settings import Settings

# quartiles


def test_quartiles_are_those_of_type_8() -> None:
    # (n + 1/3)p + 1/3 by hand: for 1..5 and p = .25 the place is 5/3, for p = .75 it is 13/3
    assert quantile([1, 2, 3, 4, 5], 0.25) == pytest.approx(5 / 3)
    assert quantile([1, 2, 3, 4, 5], 0.75) == pytest.approx(13 / 3)
    assert quantile([0, 1], 0.25) == 0
    assert quantile([0, 1], 0.75) == 1
    assert quantile([7], 0.9) == 7
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_a_fence_names_what_it_comes_from() -> None:
    low = fence([5, 1, 4, 2, 3], "lower")
    assert low is not None
    assert low.q1 == pytest.approx(5 / 3)
    assert low.q3 == pytest.approx(13 / 3)
    assert (low.count, low.given) == (5, False)
    assert low.fence == pytest.approx(5 / 3 - 1.5 * 8 / 3)
    assert low.holds(low.fence)
    assert not low.holds(low.fence + 1e-9)
    high = fence([5, 1, 4, 2, 3], "upper", 4.5)
    assert high is not None
    assert (high.fence, high.given) == (4.5, True)
    assert high.q1 == pytest.approx(5 / 3)


def test_where_three_quarters_are_nothing_there_is_no_fence() -> None:
    assert fence([0, 0, 0, 0, 0, 0, 9], "upper") is None
    assert fence([0, 0, 0, 0, 0, 0, 9], "upper", 1) is not None
    assert fence([0, 0, 0, 0, 9], "upper") is not None
    assert fence([], "upper") is None


# R003


@pytest.mark.parametrize(("days", "flagged"), [(14, True), (15, False), (14.99, True), (0, True)])
def test_r003_counts_whole_days(days: float, flagged: bool) -> None:
    one = process("p", start=at(0), deadline=at(0) + (at(1) - at(0)) * days)
    assert found([one], "R003") == ({"OCID": {"p": {"R003": 1.0}}} if flagged else {})


def test_r003_by_method_and_details() -> None:
    some = [
        process("open", start=at(0), deadline=at(12), method="open"),
        process("direct", start=at(0), deadline=at(12), method="direct"),
        process("urgent", start=at(0), deadline=at(12), method="open", method_details="紧急"),
        process("no end", start=at(0), method="open"),
    ]
    settings = {"r003_methods": frozenset({"open"}), "r003_details": {"紧急": 10}}
    assert set(found(some, "R003", **settings)["OCID"]) == {"open"}
    assert set(found(some, "R003")["OCID"]) == {"open", "direct", "urgent"}
    assert found(some, "R003", r003_threshold=12) == {}


def test_r003_names_both_ends() -> None:
    (result,) = flags([process("p", start=at(0), deadline=at(2))], "R003").results
    assert result.facts["days"] == 2
    assert result.facts["deadline"] == "2026-03-04T09:00:00+08:00"
    assert result.reference is not None
    assert result.reference.fence == 14


# R018


def test_r018_needs_a_competitive_method_and_the_stated_number() -> None:
    some = [
        process("one", method="open", tenderer_count=1),
        process("selective", method="selective", tenderer_count=1),
        process("direct", method="direct", tenderer_count=1),
        process("two", method="open", tenderer_count=2),
        process("unsaid", [bid("A", "1")], method="open"),
    ]
    assert set(found(some, "R018")["OCID"]) == {"one", "selective"}
    assert set(found(some, "R018", r018_methods=frozenset({"direct"}))["OCID"]) == {"direct"}


# R024 and R058


def close_market() -> list[Process]:
    """Gaps of 10 % and one of 1 %: the quartiles are 10 %, the fence too."""
    return [duel(f"p{n}", "A", "B") for n in range(4)] + [duel("close", "C", "D", "100", "101")]


def test_r024_flags_the_process_and_both_bidders() -> None:
    # Gaps .01 .1 .1 .1 .1: Q1 = .01 + 2/3 * .09 = .07, Q3 = .1, fence = .07 - 1.5 * .03 = .025.
    answer = flags(close_market(), "R024")
    assert answer.grouped() == {
        "OCID": {"close": {"R024": 0.01}},
        "Tenderer": {"C": {"R024": 0.0}, "D": {"R024": 0.0}},
    }
    reference = answer.references["R024"]["OCID"]
    assert reference.q1 == pytest.approx(0.07)
    assert reference.q3 == pytest.approx(0.1)
    assert reference.fence == pytest.approx(0.025)
    assert answer.results[0].facts["next"] == "101"
    assert answer.meta() == {"R024": {"q1": 0.07, "q3": 0.1, "lower_fence": 0.025}}


def test_r024_threshold_as_set_is_inclusive() -> None:
    assert set(found(close_market(), "R024", r024_threshold=0.1)["OCID"]) == {"p0", "p1", "p2", "p3", "close"}
    assert set(found(close_market(), "R024", r024_threshold=0.09)["OCID"]) == {"close"}


def test_r058_flags_the_winner_of_a_heavy_discount() -> None:
    # Gaps .1 .1 .1 .1 3: Q3 = .1 + 1/3 * 2.9 = 1.0667, fence = Q3 + 1.5 * .9667 = 2.5167.
    market = [duel(f"p{n}", "A", "B") for n in range(4)] + [duel("deep", "C", "D", "100", "400")]
    answer = flags(market, "R058")
    assert answer.grouped() == {"OCID": {"deep": {"R058": 3.0}}, "Tenderer": {"C": {"R058": 0.0}}}
    assert answer.references["R058"]["OCID"].fence == pytest.approx(1.0666667 + 1.5 * 0.9666667)
    assert found(market[:4], "R058", r058_threshold=0.11) == {}


def excluded() -> list[Process]:
    """Processes of which no gap can be told."""
    pair = [bid("A", "100"), bid("B", "200")]
    return [
        process("pending", pair, [award("A"), award("B", status="pending")]),
        process("odd status", pair, [award("A", status="Active")]),
        process("no award", pair),
        process("two awards", pair, [award("A"), award("A")]),
        process("two suppliers", pair, [award("A", "B")]),
        process("joint", [bid(["A", "C"], "100"), bid("B", "200")], [award("A")]),
        process("nobody", [bid((), "100"), bid("B", "200")], [award("B")]),
        process("not lowest", pair, [award("B")]),
        process("one price", [bid("A", "100"), bid("B")], [award("A")]),
        process("foreign", [bid("A", "100"), bid("B", "200", currency="USD")], [award("A")]),
        process("free", [bid("A", "0"), bid("B", "200")], [award("A")]),
        process("cancelled", pair, [award("A")], status="cancelled"),
        process("invited", [bid("A", "100"), bid("B", "200", "invited")], [award("A")]),
        process("alone", [bid("A", "100"), bid("A", "101")], [award("A")]),
    ]


@pytest.mark.parametrize("one", excluded(), ids=lambda one: one.key)
def test_gaps_that_can_not_be_told_are_left_out(one: Process) -> None:
    settings = {"currency": "CNY", "r024_threshold": 99.0, "r058_threshold": 0.0}
    assert found([one], "R024", "R058", **settings) == {}
    assert found([duel("p", "A", "B")], "R024", **settings) != {}


def test_cancelled_and_unsuccessful_awards_do_not_unsettle_a_process() -> None:
    one = process(
        "p",
        [bid("A", "100"), bid("B", "101"), bid("C", "90", "disqualified")],
        [award("B", status="cancelled"), award("C", status="unsuccessful"), award("A")],
    )
    assert found([one], "R024", r024_threshold=1.0)["OCID"] == {"p": {"R024": 0.01}}


def test_an_equal_price_is_a_gap_of_nothing() -> None:
    one = process("p", [bid("B", "100"), bid("A", "100")], [award("A")])
    assert found([one], "R024", r024_threshold=0.0)["OCID"] == {"p": {"R024": 0.0}}


def test_a_second_bid_of_the_winner_is_no_competition() -> None:
    one = process("p", [bid("A", "100"), bid("A", "101"), bid("B", "150")], [award("A")])
    for code in ("R024", "R058"):
        answer = found([one], code, r024_threshold=0.6, r058_threshold=0.4)
        assert answer["OCID"] == {"p": {code: 0.5}}
    assert set(found([one], "R024", r024_threshold=0.6)["Tenderer"]) == {"A", "B"}


def test_methods_with_set_prices_are_not_compared() -> None:
    market = [*close_market()[:4], duel("close", "C", "D", "100", "101", method_details="抽签")]
    assert found(market, "R024") != {}
    assert found(market, "R024", no_price_comparison=frozenset({"抽签"})) == {
        "OCID": {f"p{n}": {"R024": 0.1} for n in range(4)},
        "Tenderer": {"A": {"R024": 0.0}, "B": {"R024": 0.0}},
    }
    assert set(found(market, "R024", price_comparison=frozenset({"抽签"}))["OCID"]) == {"close"}
    assert found(market, "R024", excluded=frozenset({"抽签"}), r024_threshold=0.05) == {}


# R025


def test_r025_flags_who_bids_much_and_never_wins() -> None:
    market = [duel(f"p{n}", f"W{n}", "F") for n in range(8)]
    answer = flags(market, "R025")
    # F lost 8 of 8; W0 to W7 won their only bid. Ratios 0, 1 x 8: Q1 = Q3 = 1, so the fence is 1 and the bound of
    # bids (Q3 of 8 x 1 and 8) is 1: the winners would be flagged as well, were 1 not the ratio of all of them.
    assert answer.references["R025"]["Tenderer"].fence == 1
    assert answer.grouped()["Tenderer"]["F"] == {"R025": 0.0}


def test_r025_by_hand() -> None:
    # A wins 1 of 6, five others win their only bid: Q1 = 1/6 + .9167 * 5/6 = .9306, Q3 = 1.
    market = [process("own", [bid("A")], [award("A")])]
    market += [process(f"p{n}", [bid("A"), bid(f"B{n}")], [award(f"B{n}")]) for n in range(5)]
    assert found(market, "R025") == {"Tenderer": {"A": {"R025": 1 / 6}}}
    assert found(market, "R025", r025_threshold=0.1) == {}
    assert found(market, "R025", r025_percentile=100)["Tenderer"] == {"A": {"R025": 1 / 6}}


def test_r025_counts_a_tenderer_once_in_a_process() -> None:
    # A wins 2 of 10 processes, in one of them by three bids of its own: two tenths, not two twelfths.
    market = [process("own", [bid("A"), bid("A"), bid("A")], [award("A")])]
    market += [process("won", [bid("A"), bid("N")], [award("A")])]
    market += [process(f"p{n}", [bid("A"), bid(f"B{n}")], [award(f"B{n}")]) for n in range(8)]
    # Ratios 0, .2, 1 x 8: Q1 = .2 + .9167 * .8 = .9333, Q3 = 1, fence = .8333; three quarters bid once.
    assert found(market, "R025") == {"Tenderer": {"A": {"R025": 0.2}, "N": {"R025": 0.0}}}


def test_r025_leaves_out_what_is_not_settled() -> None:
    market = [process(f"p{n}", [bid("A"), bid("B")], [award("B", status="pending")]) for n in range(9)]
    assert found(market, "R025", r025_threshold=1.0) == {}


# R028


def test_r028_names_everyone_at_the_same_price() -> None:
    one = process(
        "p",
        [
            bid("V", "5"),
            bid("D", "5.00", "disqualified"),
            bid("X", "6"),
            bid("W", "5", "withdrawn"),
            bid((), "5"),
        ],
    )
    answer = flags([one], "R028")
    assert answer.grouped() == {
        "OCID": {"p": {"R028": 1.0}},
        "Tenderer": {"D": {"R028": 1.0}, "V": {"R028": 1.0}},
    }
    assert answer.results[0].facts["amounts"] == ("5",)


def test_r028_needs_different_tenderers_and_one_currency() -> None:
    same = process("same", [bid("A", "5"), bid("A", "5")])
    joint = process("joint", [bid(["A", "B"], "5")])
    other = process("other", [bid("A", "5"), bid("B", "5", currency="USD")])
    unknown = process("unknown", [bid("A", "5", currency=""), bid("B", "5", currency="")])
    assert found([same, joint, other, unknown], "R028", currency="CNY") == {}


# R030


def test_r030_flags_a_late_bid_that_won() -> None:
    late = process(
        "late",
        [bid("A", date=at(3)), bid("B", date=at(1)), bid("C", date=at(3), status="disqualified")],
        [award("A"), award("C")],
        deadline=at(2),
    )
    in_time = process("in time", [bid("A", date=at(2))], [award("A")], deadline=at(2))
    lost = process("lost", [bid("A", date=at(3))], [award("B")], deadline=at(2))
    pending = process("pending", [bid("A", date=at(3))], [award("A", status="pending")], deadline=at(2))
    undated = process("undated", [bid("A")], [award("A")], deadline=at(2))
    open_end = process("open end", [bid("A", date=at(3))], [award("A")])
    assert found([late, in_time, lost, pending, undated, open_end], "R030") == {
        "OCID": {"late": {"R030": 1.0}},
        "Tenderer": {"A": {"R030": 1.0}},
    }


# R035


def test_r035_counts_the_others_that_were_disqualified() -> None:
    one = process(
        "p",
        [bid("V"), bid("V"), bid("V", status="disqualified"), bid("D", status="disqualified"),
         bid("E", status="disqualified"), bid("D", status="disqualified"), bid("W", status="withdrawn")],
        [award("V"), award("V")],
    )  # fmt: skip
    assert found([one], "R035") == {"OCID": {"p": {"R035": 2.0}}, "Tenderer": {"V": {"R035": 0.0}}}
    assert found([one], "R035", r035_threshold=2) != {}
    assert found([one], "R035", r035_threshold=3) == {}


@pytest.mark.parametrize(
    "one",
    [
        process("two valid", [bid("V"), bid("X"), bid("D", status="disqualified")], [award("V")]),
        process("other supplier", [bid("V"), bid("D", status="disqualified")], [award("X")]),
        process("no award", [bid("V"), bid("D", status="disqualified")]),
        process(
            "pending", [bid("V"), bid("D", status="disqualified")], [award("V"), award("V", status="pending")]
        ),
        process("nobody else", [bid("V"), bid("V", status="disqualified")], [award("V")]),
        process("nameless", [bid([""]), bid("D", status="disqualified")], [award("")]),
    ],
    ids=lambda one: one.key,
)
def test_r035_leaves_out(one: Process) -> None:
    assert found([one], "R035") == {}


# all together


def test_the_first_currency_is_the_markets() -> None:
    market = [
        duel("cny", "A", "B"),
        process("usd", [bid("A", "1", currency="USD"), bid("B", "1", currency="USD")]),
    ]
    assert flags(market, "R028").currency == "CNY"
    assert found(market, "R028") == {}
    assert set(found(market, "R028", currency="USD")["OCID"]) == {"usd"}


def test_what_is_left_out_is_counted() -> None:
    market = [
        duel("a", "A", "B", status="cancelled"),
        duel("b", "A", "B", method_details="抽签"),
        duel("c", "A", "B"),
    ]
    answer = flags(market, "R024", excluded=frozenset({"抽签"}))
    assert (answer.processes, answer.cancelled, answer.excluded) == (3, 1, 1)


def test_nothing_gives_nothing() -> None:
    assert flags([], "R024", "R038", "R048").grouped() == {}
    assert run([], Settings()).meta() == {}
