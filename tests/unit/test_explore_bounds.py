"""What one picture and one comparison of bidders may cost: what is left out for it is said."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from projections import DAY, MEMORY, generation, relation

from api.explore import cobidding, picture
from api.explore.told import Teller
from api.routes.problem import ProblemError
from api.web.views.graph import MAKING, turn
from graph.dates import iso
from graph.generation import Generation
from graph.model import Interval
from graph.relations import RelationType
from matching.explore.view import Views


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def teller(made: Generation) -> Teller:
    return Teller(Views().of(made, DAY), as_of=DAY)


def ring(place: Path) -> Teller:
    """Six parties, each of which holds every later one."""
    edges = [relation(src, dst) for src in range(6) for dst in range(src + 1, 6)]
    return teller(generation(place, 6, edges))


def test_all_ties_are_found_where_there_is_room(place: Path) -> None:
    told = ring(place)
    found = picture.ties(told, range(6), told.walk(), same=False)
    assert (len(found.found), found.cut) == (15, False)
    assert len({one.id for one in found.found}) == 15


def test_ties_beyond_the_budget_are_left_out_and_it_is_said(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ring(place)
    monkeypatch.setattr(picture, "LOOKED", 10)  # two parties of five relations each
    found = picture.ties(told, range(6), told.walk(), same=False)
    assert (len(found.found), found.cut) == (9, True)


def test_pairs_of_wide_parties_are_bounded_too(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = ring(place)
    monkeypatch.setattr(picture, "WIDE", 4)
    whole = picture.ties(told, range(6), told.walk(), same=False)
    assert (len(whole.found), whole.cut) == (15, False)
    monkeypatch.setattr(picture, "PAIRS", 4)
    found = picture.ties(told, range(6), told.walk(), same=False)
    assert (len(found.found), found.cut) == (4, True)


def test_a_further_picture_is_refused_while_the_most_are_made() -> None:
    taken = [MAKING.acquire(blocking=False) for _ in range(4)]
    try:
        assert all(taken)
        with pytest.raises(ProblemError) as refused, turn():
            pass
        assert (refused.value.code, refused.value.headers["Retry-After"]) == ("http.busy", "2")
    finally:
        for _ in taken:
            MAKING.release()
    with turn():
        pass


def test_the_newest_bids_are_compared_and_a_cut_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bidders met in four lots, one a day; the second also bid in three later ones."""
    bids = [
        relation(who, lot, RelationType.BID_IN, valid=Interval(start=DAY - timedelta(days=20 - lot)))
        for who, lots in ((0, range(2, 6)), (1, range(2, 9)))
        for lot in lots
    ]
    told = teller(generation(place, 9, bids))
    whole = cobidding.together(told, (0, 1))
    (one,) = whole.pairs
    assert (one.times, one.of_a, one.of_b, whole.cut) == (4, 4, 7, False)
    assert one.last == iso(DAY - timedelta(days=15))
    monkeypatch.setattr(cobidding, "COMPARED", 10)
    fewer = cobidding.together(told, (0, 1))
    (one,) = fewer.pairs
    assert (one.times, one.of_a, one.of_b, fewer.cut) == (2, 4, 5, True)
