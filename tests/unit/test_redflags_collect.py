"""Histories read from a generation: the window, roles, states of bids, hubs and bounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from projections import generation, key, party, relation

from graph.generation import Generation
from graph.model import Interval, Party, PartyType
from graph.relations import PartyRelation, RelationType
from matching.redflags.collect import Actor, history
from matching.redflags.history import History, Limits

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class City:
    """Bidders 0 to 19, a buyer 20, an agency 21, an expert 22; lots and tenders are added."""

    def __init__(self) -> None:
        self.parties: list[Party] = [party(n) for n in range(22)]
        self.parties.append(party(22, PartyType.PERSON))
        self.edges: list[PartyRelation] = []

    def lot(
        self, bidders: Sequence[int], winner: int | None = None, *, days: int = 10, rejected: Sequence[int] = (),
        roles: bool = True, **more: Any,
    ) -> int:  # fmt: skip
        lot, tender = len(self.parties), len(self.parties) + 1
        self.parties += [party(lot, PartyType.LOT), party(tender, PartyType.TENDER)]
        valid = Interval(start=NOW - timedelta(days=days))
        add = self.edges.append
        add(relation(lot, tender, RelationType.LOT_OF, valid=valid, attributes=more.get("tender", {})))
        if roles:
            add(relation(20, tender, RelationType.BUYER_OF, valid=valid))
            add(relation(21, tender, RelationType.AGENT_FOR, valid=valid))
            add(relation(22, lot, RelationType.EVALUATES, valid=valid))
        for who in bidders:
            status = "disqualified" if who in rejected else more.get("status", "valid")
            bid = valid if more.get("dated", True) else Interval()
            add(relation(who, lot, RelationType.BID_IN, valid=bid, attributes={"status": status}))
        if winner is not None:
            add(relation(winner, lot, RelationType.WON, valid=valid))
        return lot

    def open(self, home: Path) -> Generation:
        return generation(home, self.parties, self.edges)


@pytest.fixture
def city() -> City:
    return City()


def look(
    made: Generation, bidders: Sequence[int], *, actors: bool = False, limits: Limits | None = None
) -> History:
    def at(number: int) -> tuple[int]:
        ordinal = made.party_ordinal(key(number))
        assert ordinal is not None
        return (ordinal,)

    around = [Actor("buyer", "K", at(20)), Actor("agency", "G", at(21)), Actor("expert", "E", at(22))]
    return history(
        made,
        made.number,
        {f"b{n}": at(n) for n in bidders},
        as_of=NOW,
        actors=around if actors else (),
        limits=limits,
    )


def test_a_clique_of_bidders(city: City, tmp_path: Path) -> None:
    for n in range(6):
        city.lot([0, 1, 2], winner=n % 3, days=n + 1)
    found = look(city.open(tmp_path), [0, 1, 2, 3])
    assert {sign.code for sign in found.signs} == {"R11", "R13"}
    assert found.groups[0].members == ("b0", "b1", "b2")
    (turn,) = [sign for sign in found.signs if sign.code == "R13"]
    assert turn.value == 1.0
    assert turn.bidders == ("b0", "b1", "b2")


def test_the_window_and_what_is_no_bid(city: City, tmp_path: Path) -> None:
    for n in range(4):
        city.lot([0, 1], days=n + 1)
    city.lot([0, 1], days=800)
    city.lot([0, 1], days=-5)
    city.lot([0, 1], status="withdrawn")
    city.lot([0, 1], dated=False)
    found = look(city.open(tmp_path), [0, 1])
    assert [sign.code for sign in found.signs] == []
    assert [(cut.reason, cut.count) for cut in found.cut] == [("undated", 1)]
    city.lot([0, 1], days=700)
    assert [sign.code for sign in look(city.open(tmp_path / "more"), [0, 1]).signs] == ["R11"]


def test_a_cover_bidder_is_found_by_winners_outside_of_the_tender(city: City, tmp_path: Path) -> None:
    for n in range(10):
        city.lot([0, 9], winner=9, days=n + 1, roles=False)
    found = look(city.open(tmp_path), [0, 1])
    (sign,) = [sign for sign in found.signs if sign.code == "R12"]
    assert (sign.bidders, sign.other) == (("b0",), key(9))
    assert sign.facts["losses"] == 10


def test_roles_of_the_tender_at_hand(city: City, tmp_path: Path) -> None:
    for n in range(12):
        city.lot([0, 1, 2, 3, 4, 5], winner=0 if n < 10 else n % 5 + 1, days=n + 1)
    made = city.open(tmp_path)
    signs = [sign for sign in look(made, [0], actors=True).signs if sign.code == "R14"]
    assert [(sign.role, sign.other) for sign in signs] == [("agency", "G"), ("buyer", "K"), ("expert", "E")]
    assert [sign for sign in look(made, [0]).signs if sign.code == "R14"] == []


def test_repeated_encounters_and_sole_valid_bids(city: City, tmp_path: Path) -> None:
    for n in range(5):
        city.lot([0, 1], winner=0, days=n + 1, rejected=[1])
    for n in range(20):
        city.lot([2, 3], winner=2, days=n + 1, roles=False)
    found = look(city.open(tmp_path), [0, 1, 2, 3], actors=True)
    lift = {(sign.bidders, sign.role): sign.value for sign in found.signs if sign.code == "R18"}
    assert lift[("b0",), "buyer"] == 5.0
    (sole,) = [sign for sign in found.signs if sign.code == "R16"]
    assert (sole.bidders, sole.facts["others_disqualified"]) == (("b0",), 5)


def test_cancelled_tenders_prove_nothing(city: City, tmp_path: Path) -> None:
    for n in range(5):
        city.lot([0, 1], winner=0, days=n + 1, rejected=[1], tender={"status": "cancelled"})
    found = look(city.open(tmp_path), [0, 1], actors=True)
    assert found.signs == ()
    assert found.lots == 0


def test_hubs_and_bounds_are_said(city: City, tmp_path: Path) -> None:
    for n in range(30):
        city.lot([0, 1], days=n + 1)
    made = city.open(tmp_path)
    hub = look(made, [0, 1], limits=Limits(relations=29))
    assert {(cut.reason, cut.about, cut.count) for cut in hub.cut} == {("hub", "b0", 30), ("hub", "b1", 30)}
    short = look(made, [0, 1], limits=Limits(bids_read=20))
    (cut,) = short.cut
    assert (cut.reason, cut.count, cut.since) == ("window", 60, NOW - timedelta(days=10))
    assert short.lots == 10
    few = look(made, [0], actors=True, limits=Limits(lots_per_actor=3, lots=2))
    assert {cut.reason for cut in few.cut} == {"lots_per_actor", "lots"}


def test_a_bidder_that_is_several_parties(city: City, tmp_path: Path) -> None:
    for n in range(5):
        city.lot([0 if n % 2 else 1, 2], days=n + 1)
    made = city.open(tmp_path)
    ordinals = [made.party_ordinal(key(n)) for n in (0, 1, 2)]
    a, b, c = (one for one in ordinals if one is not None)
    found = history(made, made.number, {"A": (a, b), "C": (c,)}, as_of=NOW)
    (sign,) = found.signs
    assert (sign.bidders, sign.facts["together"]) == (("A", "C"), 5)


def test_bidders_without_a_past_have_no_signs(city: City, tmp_path: Path) -> None:
    made = city.open(tmp_path)
    assert look(made, list(range(20)), actors=True) == History(signs=(), lots=0)


def platform(
    city: City, opening: str, winner: int, bidders: Sequence[int], rejected: Sequence[int] = ()
) -> None:
    """A tender without lots as the tables of a platform tell it: bids and results name it, and have no time."""
    tender = len(city.parties)
    city.parties.append(party(tender, PartyType.TENDER, opening_at=opening))
    city.edges.append(relation(20, tender, RelationType.BUYER_OF))
    for who in bidders:
        city.edges.append(relation(who, tender, RelationType.BID_IN, role="sole"))
        status = "disqualified" if who in rejected else "valid"
        city.edges.append(
            relation(who, tender, RelationType.BID_IN, role="sole", attributes={"status": status})
        )
    city.edges.append(relation(winner, tender, RelationType.WON, role="sole"))


def test_tables_of_a_platform_have_times_by_their_tenders(city: City, tmp_path: Path) -> None:
    for n in range(5):
        platform(city, f"2026-05-{n + 1:02d}T09:00:00+08:00", 0, [0, 1], rejected=[1])
    platform(city, "2020-01-01T09:00:00+08:00", 0, [0, 1])
    platform(city, "irgendwann", 0, [0, 1])
    found = look(city.open(tmp_path), [0, 1], actors=True)
    assert found.lots == 5
    (sole,) = [sign for sign in found.signs if sign.code == "R16"]
    assert (sole.bidders, sole.facts["others_disqualified"], sole.facts["bids"]) == (("b0",), 5, 5)
    assert ("undated", 1) in {(cut.reason, cut.count) for cut in found.cut}
    assert {sign.code for sign in found.signs} >= {"R11", "R16"}


def test_bids_that_are_not_opened_yet_are_nobodys_business(city: City, tmp_path: Path) -> None:
    for n in range(4):
        city.lot([0, 1], days=n + 1)
    tender = len(city.parties)
    city.parties.append(party(tender, PartyType.TENDER, opening_at=(NOW + timedelta(seconds=1)).isoformat()))
    for who in (0, 1):
        handed_in = Interval(start=NOW - timedelta(days=3))
        city.edges.append(relation(who, tender, RelationType.BID_IN, valid=handed_in))
    made = city.open(tmp_path)
    assert look(made, [0, 1]).signs == ()
    opened = history(made, made.number, {"a": (0,), "b": (1,)}, as_of=NOW + timedelta(seconds=1))
    assert [sign.code for sign in opened.signs] == ["R11"]
