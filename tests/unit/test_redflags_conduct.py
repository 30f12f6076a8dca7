"""Conduct over several processes: shares, splitting, young companies, losers as subcontractors, phoenixes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ocds_files import award, bid, process, ref

from graph.cobidding import co_bidding
from matching.redflags.conduct import (
    ADDRESS_CAP,
    Purchase,
    never_against,
    new_company,
    phoenix,
    splitting,
    subcontracts_to_losers,
    winner_shares,
)
from matching.redflags.table import LotRow, rows_of, sole_valid


def lot(number: int, bidders: str, winners: str = "", buyer: str = "") -> LotRow:
    return LotRow(lot=f"l{number}", bidders=tuple(bidders), winners=tuple(winners), buyers=tuple(buyer))


def test_winners_share_by_number_and_value() -> None:
    rows = [lot(1, "AB", "A", "K"), lot(2, "AB", "A", "K"), lot(3, "AB", "B", "K"), lot(4, "AB", "", "K")]
    prices = {("l1", "A"): Decimal(30), ("l2", "A"): Decimal(10), ("l3", "B"): Decimal(60)}
    first, second = winner_shares(rows, prices)
    assert (first.winner, first.wins, first.lots, first.share, first.value) == (
        "A",
        2,
        3,
        2 / 3,
        Decimal("0.4"),
    )
    assert (second.winner, second.value) == ("B", Decimal("0.6"))
    assert [one.value for one in winner_shares(rows)] == [None, None]


def purchase(number: int, day: int, amount: str, supplier: str = "S") -> Purchase:
    when = date(2026, 1, 1) + timedelta(days=day)
    return Purchase(contract=f"c{number}", buyer="K", supplier=supplier, day=when, amount=Decimal(amount))


def test_contracts_just_under_a_threshold() -> None:
    near = [purchase(1, 0, "95"), purchase(2, 45, "90"), purchase(3, 90, "99.99")]
    (one,) = splitting(near, Decimal(100))
    assert (one.contracts, one.total) == (("c1", "c2", "c3"), Decimal("284.99"))
    assert (one.first, one.last) == (date(2026, 1, 1), date(2026, 4, 1))
    assert one.amounts == (Decimal(95), Decimal(90), Decimal("99.99"))


@pytest.mark.parametrize(
    "third",
    [
        purchase(3, 91, "99"),  # a day too late
        purchase(3, 90, "100"),  # the threshold itself is not under it
        purchase(3, 90, "89.99"),  # not just under it
        purchase(3, 90, "99", "T"),  # another supplier
    ],
)
def test_what_is_no_splitting(third: Purchase) -> None:
    assert splitting([purchase(1, 0, "95"), purchase(2, 45, "90"), third], Decimal(100)) == []


def test_runs_do_not_overlap() -> None:
    many = [purchase(n, n * 40, "95") for n in range(7)]
    found = splitting(many, Decimal(100))
    assert [one.contracts for one in found] == [("c0", "c1", "c2"), ("c3", "c4", "c5")]
    assert len(splitting(many, Decimal(100), count=2, days=0)) == 0


@pytest.mark.parametrize("wrong", [{"band": Decimal(1)}, {"count": 1}, {"days": -1}])
def test_splitting_refuses_nonsense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="splitting"):
        splitting([], Decimal(100), **wrong)
    with pytest.raises(ValueError, match="splitting"):
        splitting([], Decimal(0))


@pytest.mark.parametrize(
    ("event", "new"),
    [
        (date(2026, 3, 1), True),
        (date(2027, 2, 28), True),
        (date(2027, 3, 1), False),
        (date(2026, 2, 28), None),
    ],
)
def test_a_company_is_new_for_twelve_months(event: date, new: bool | None) -> None:
    assert new_company(date(2026, 3, 1), event) is new


def test_subcontracts_to_losers() -> None:
    rows = [lot(1, "ABC", "A"), lot(2, "AB", "A")]
    contracts = [("l1", "c1", ["B", "B", "Z", "A"]), ("l2", "c2", ["C"]), ("l9", "c9", ["B"])]
    (one,) = subcontracts_to_losers(rows, contracts)
    assert (one.lot, one.winner, one.loser, one.contract) == ("l1", "A", "B", "c1")


def test_phoenix() -> None:
    founded, listed = date(2026, 5, 2), date(2026, 5, 1)
    one = phoenix("new", founded, "old", listed, ["address", "legal_rep", "scope"])
    assert one is not None
    assert (one.shared, one.days) == (("legal_rep", "address"), 1)
    assert phoenix("new", listed, "old", listed, ["legal_rep"]) is None
    assert phoenix("new", founded, "old", listed, ["scope"]) is None
    assert phoenix("new", founded, "old", listed, ["address"], at_address=ADDRESS_CAP) is not None
    assert phoenix("new", founded, "old", listed, ["address"], at_address=ADDRESS_CAP + 1) is None
    hub = phoenix("new", founded, "old", listed, ["address", "owner"], at_address=99)
    assert hub is not None
    assert hub.shared == ("owner",)


def test_pairs_that_never_win_against_each_other() -> None:
    rows = [lot(n, "ABX", "X") for n in range(5)] + [lot(5, "AY", "A"), lot(6, "ABX", "")]
    pairs = co_bidding({row.lot: row.bidders for row in rows}).pairs
    (one,) = never_against(rows, pairs)
    assert ((one.pair.first, one.pair.second), one.wins_apart) == (("A", "B"), (1, 0))
    assert never_against(rows, pairs, support=6) == []
    assert never_against([*rows, lot(7, "AB", "B")], pairs) == []


def test_rows_of_a_process() -> None:
    one = process(
        "p",
        [bid("A"), bid("B", status="disqualified"), bid(["C", "D"]), bid("W", status="withdrawn")],
        [award("A"), award("B", status="pending")],
        buyer=ref("K"),
        procuring_entity=ref("G"),
    )
    (row,) = rows_of(one)
    assert (row.bidders, row.winners, row.rejected) == (("A", "B", "C", "D"), ("A",), ("B",))
    assert (row.buyers, row.agencies, row.tender, row.lot) == (("K",), ("G",), "p", "p")
    assert sole_valid(process("q", [bid("A"), bid("B", status="disqualified")])) == "A"
    assert sole_valid(one) == ""


def test_rows_of_what_proves_nothing() -> None:
    assert list(rows_of(process("p", [bid("A")], status="cancelled"))) == []
