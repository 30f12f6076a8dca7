"""Signs over many tenders (R11 to R14, R16, R18) at their thresholds, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from ocds_files import DAY

from matching.redflags.history import History, Limits, Sign, signs_of
from matching.redflags.table import LotRow, window

AS_OF = DAY + timedelta(days=400)


def lot(number: int, bidders: str | Sequence[str], winners: str = "", **more: Any) -> LotRow:
    """Lots are a day apart; letters are bidders."""
    return LotRow(
        lot=f"l{number:03d}",
        when=DAY + timedelta(days=number),
        bidders=tuple(bidders),
        winners=tuple(winners),
        **more,
    )


def look(rows: Sequence[LotRow], bidders: str, **more: Any) -> History:
    return signs_of(rows, list(bidders), as_of=AS_OF, **more)


def only(history: History, code: str) -> list[Sign]:
    return [sign for sign in history.signs if sign.code == code]


# the window


def test_the_window_is_24_months_by_the_calendar() -> None:
    row = lot(0, "AB")
    edge = DAY.replace(hour=0, year=2028)
    assert window([row], edge, 24) == [row]
    assert window([row], edge + timedelta(days=1), 24) == []
    assert window([row], DAY - timedelta(seconds=1), 24) == []
    assert window([LotRow(lot="x")], edge, 24) == []


def test_rows_without_a_time_are_said() -> None:
    history = look([lot(0, "AB"), LotRow(lot="x", bidders=("A",))], "AB")
    assert history.lots == 1
    assert [(cut.reason, cut.count) for cut in history.cut] == [("undated", 1)]


# R11


@pytest.mark.parametrize(("together", "found"), [(5, True), (4, False)])
def test_r11_needs_five_lots(together: int, found: bool) -> None:
    rows = [lot(n, "AB") for n in range(together)]
    assert bool(only(look(rows, "AB"), "R11")) is found


@pytest.mark.parametrize(("alone", "found"), [(5, True), (6, False)])
def test_r11_jaccard_of_one_half(alone: int, found: bool) -> None:
    # Five lots together and five (six) of A alone: 5/10 (5/11). The lift is 5*10/(10*5) = 1.
    rows = [lot(n, "AB") for n in range(5)] + [lot(10 + n, "A") for n in range(alone)]
    signs = only(look(rows, "AB"), "R11")
    assert bool(signs) is found
    if found:
        assert signs[0].value == 0.5
        assert signs[0].facts["lift"] == 1.0
        assert signs[0].reference is not None
        assert signs[0].reference.fence == 0.5
        assert signs[0].lots[0] == "l004"


@pytest.mark.parametrize(("others", "found"), [(35, True), (34, False)])
def test_r11_lift_of_three(others: int, found: bool) -> None:
    # A and B bid 20 and 15 times, five of them together: Jaccard 5/30, lift 5*N/(20*15) >= 3 from N = 180.
    rows = [lot(n, "AB") for n in range(5)]
    rows += [lot(5 + n, "A") for n in range(15)] + [lot(20 + n, "B") for n in range(10)]
    total = 145 + others
    rows += [lot(30 + n, "C") for n in range(total - 30)]
    signs = only(look(rows, "AB"), "R11")
    assert bool(signs) is found
    if found:
        assert signs[0].value == 3.0
        assert signs[0].facts["lots"] == 180


def test_r11_says_which_group_a_pair_belongs_to() -> None:
    rows = [lot(n, "ABC") for n in range(6)] + [lot(10 + n, "AX") for n in range(2)]
    history = look(rows, "ABCX")
    assert [group.members for group in history.groups] == [("A", "B", "C")]
    sign = only(history, "R11")[0]
    assert sign.facts["group"] == ("A", "B", "C")
    assert sign.bidders == ("A", "B")


# R12


def cover(losses: int, to: str, elsewhere: str = "", wins: int = 0) -> list[LotRow]:
    rows = [lot(n, ["F", to], to) for n in range(losses - len(elsewhere))]
    rows += [lot(50 + n, ["F", other], other) for n, other in enumerate(elsewhere)]
    return rows + [lot(100 + n, "FG", "F") for n in range(wins)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (cover(10, "W"), True),
        (cover(9, "W"), False),
        (cover(10, "W", "XYZU"), True),
        (cover(10, "W", "XYZUV"), False),
        (cover(49, "W", wins=1), True),
        (cover(48, "W", wins=1), False),
    ],
    ids=["ten bids", "nine bids", "60 % to one", "50 % to one", "2 % won", "more than 2 % won"],
)
def test_r12_thresholds(rows: list[LotRow], found: bool) -> None:
    assert bool(only(look(rows, "F"), "R12")) is found


def test_r12_names_winner_and_values() -> None:
    (sign,) = only(look(cover(10, "W", "XYZU"), "FW"), "R12")
    assert (sign.bidders, sign.other, sign.value) == (("F",), "W", 0.0)
    assert (sign.facts["losses"], sign.facts["lost_to_same"], sign.facts["share"]) == (10, 6, 0.6)
    assert len(sign.lots) == 6


def test_r12_lots_that_nobody_won_are_no_losses() -> None:
    rows = [*cover(9, "W"), lot(60, "FW")]
    assert only(look(rows, "F"), "R12") == []


def test_r12_losses_to_a_group_of_winners() -> None:
    ring = [lot(100 + n, "PQR", "PQR"[n % 3]) for n in range(9)]
    rows = cover(12, "P", "QQQQRRRRXYZ")
    (sign,) = only(look([*ring, *rows], "FPQR"), "R12")
    assert sign.bidders == ("F",)
    assert sign.facts["winners"] == ("P", "Q", "R")
    assert (sign.facts["lost_to_same"], sign.other) == (9, "")


# R13


@pytest.mark.parametrize(("turns", "found"), [("ABCABC", True), ("ABCAB", False), ("AAAABBBBC", False)])
def test_r13_over_six_lots(turns: str, found: bool) -> None:
    rows = [lot(n, "ABC", winner) for n, winner in enumerate(turns)]
    if len(rows) < 6:
        rows.append(lot(30, "ABC", "X"))
    signs = only(look(rows, "ABC"), "R13")
    assert bool(signs) is found
    if found:
        assert signs[0].bidders == ("A", "B", "C")
        assert (signs[0].value, signs[0].facts["repeated"]) == (1.0, 0.0)
        assert signs[0].facts["winners"] == tuple(turns)


def test_r13_needs_three_of_the_group_in_a_lot() -> None:
    rows = [lot(n, "ABC", "ABC"[n % 3]) for n in range(5)] + [lot(9, "AB", "C"), lot(10, "ABC", "AB")]
    assert only(look(rows, "ABC"), "R13") == []
    assert len(only(look([*rows, lot(11, "ABC", "C")], "ABC"), "R13")) == 1


# R14


def market(bids: int, wins: int, rivals: int = 6, role: str = "buyers", name: str = "K") -> list[LotRow]:
    """A wins so many of the lots; the rivals take turns with the rest and with lots of their own."""
    names = "BCDEFGH"[:rivals]
    return [
        lot(n, f"A{names}", "A" if n < wins else names[n % rivals], **{role: (name,)}) for n in range(bids)
    ]


def test_r14_a_win_rate_beyond_the_fence_of_one_buyer() -> None:
    rows = market(12, 10)
    (sign,) = only(look(rows, "A"), "R14")
    assert (sign.bidders, sign.role, sign.other, sign.value) == (("A",), "buyer", "K", 10 / 12)
    assert sign.reference is not None
    assert sign.reference.count == 7
    assert (sign.facts["bids"], sign.facts["wins"]) == (12, 10)
    assert only(look(rows, "B"), "R14") == []


@pytest.mark.parametrize("role", ["agencies", "experts"])
def test_r14_for_agencies_and_experts(role: str) -> None:
    (sign,) = only(look(market(12, 10, role=role), "A"), "R14")
    assert sign.role == {"agencies": "agency", "experts": "expert"}[role]


def test_r14_needs_ten_bids_others_and_whole_lots() -> None:
    assert only(look(market(9, 8), "A"), "R14") == []
    assert only(look(market(12, 10, rivals=2), "A"), "R14") == []
    cut = [
        lot(n, row.bidders, "".join(row.winners), buyers=("K",), cut=True)
        for n, row in enumerate(market(12, 10))
    ]
    assert only(look(cut, "A"), "R14") == []
    assert only(look(market(12, 10), "A", actors={"buyer": ["other"]}), "R14") == []


# R16


def test_r16_counts_lots_with_one_valid_bid() -> None:
    rows = [
        lot(0, "A", "A"),
        lot(1, "ABC", "A", rejected=("B", "C")),
        lot(2, "ABC", "A", rejected=("B",)),
        lot(3, "AB", "B", rejected=("A",)),
        lot(4, "A"),
        lot(5, "A", "A", cut=True),
    ]
    (sign, other) = only(look(rows, "AB"), "R16")
    assert (sign.bidders, sign.value) == (("A",), 2.0)
    assert (sign.facts["single"], sign.facts["others_disqualified"], sign.lots) == (1, 1, ("l001", "l000"))
    assert other.bidders == ("B",)


# R18


@pytest.mark.parametrize(("total", "found"), [(60, True), (59, False)])
def test_r18_lift_of_three(total: int, found: bool) -> None:
    # A bid 20 times, ten of them with expert E, who judged ten lots: 10*N/(20*10) >= 3 from N = 60.
    rows = [lot(n, "AB", experts=("E",)) for n in range(10)] + [lot(10 + n, "AB") for n in range(10)]
    rows += [lot(20 + n, "B") for n in range(total - 20)]
    signs = only(look(rows, "A"), "R18")
    assert bool(signs) is found
    if found:
        assert (signs[0].role, signs[0].other, signs[0].value) == ("expert", "E", 3.0)
        assert signs[0].facts["together"] == 10


def test_r18_needs_support() -> None:
    rows = [lot(n, "A", experts=("E",)) for n in range(4)] + [lot(10 + n, "B") for n in range(90)]
    assert only(look(rows, "A"), "R18") == []
    assert len(only(look(rows, "A", limits=Limits(support=4)), "R18")) == 1


def test_nothing_is_found_in_nothing() -> None:
    history = look([], "AB")
    assert history == History(signs=(), lots=0)
