"""Control and shares above and below one party against the whole graph asked at once, and oracles of the method."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projections import MEMORY, generation, party, relation

from graph.control import Economics, Holdings, control, units
from graph.generation import Generation
from graph.model import PartyType
from graph.projection import Walk
from graph.relations import PartyRelation, RelationType
from matching.explore.owning import Owning, Side

DAY = date(2026, 3, 1)
NODES = 7
SHARES = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from((10, 30, 49, 50, 51, 60, 100))),
    max_size=14,
    unique_by=lambda edge: edge[:2],
)  # fmt: skip


def holds(src: int, dst: int, share: object) -> PartyRelation:
    return relation(src, dst, RelationType.HOLDS, share=Decimal(str(share)))


def owning(made: Generation, who: int, side: Side) -> Owning:
    return Owning(made, made.projection, who, side, Walk(), DAY)


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edges=SHARES)
def test_one_party_is_answered_as_in_the_whole_graph(edges: list[tuple[int, int, int]]) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        made = generation(Path(folder), NODES, [holds(*edge) for edge in edges])
        whole = Holdings.of(
            [src for src, _, _ in edges],
            [dst for _, dst, _ in edges],
            [units(Decimal(s))[0] for _, _, s in edges],
        )
        everyone = control(whole, as_of=DAY, held=True) if edges else ()
        economics = Economics.of(whole) if edges else None
        for who in range(NODES):
            up = {
                (one.control.owner, one.control.answer, one.control.votes_lo, one.control.sure)
                for one in owning(made, who, "up").controls()
            }
            assert up == {
                (one.owner, one.answer, one.votes_lo, one.sure)
                for one in everyone
                if one.owned == who and one.owner != (who,)
            }
            down = {(one.control.owned, one.control.answer) for one in owning(made, who, "down").controls()}
            assert down == {
                (one.owned, one.answer) for one in everyone if one.owner == (who,) and one.owned != who
            }
            shares = {one.share.owned: one.share.least for one in owning(made, who, "down").shares()}
            expected = {one.owned: one.least for one in economics.of_owner(who)} if economics else {}
            assert shares.keys() == {k for k, v in expected.items() if v is None or v > 0}
            for owned, share in shares.items():
                assert share == pytest.approx(expected[owned])
        made.close()


def test_control_by_adding_up_comes_with_all_holdings_that_prove_it(place: Path) -> None:
    """P 60→A, P 55→B, A 30→C, B 25→C, X 45→C: P controls C with votes 55; economic 31.75; X does not."""
    made = generation(
        place, 5, [holds(0, 1, 60), holds(0, 2, 55), holds(1, 3, 30), holds(2, 3, 25), holds(4, 3, 45)]
    )
    found = {one.control.owner: one for one in owning(made, 3, "up").controls()}
    above = found[(0,)]
    assert (above.control.answer, above.control.by_sum, above.control.votes_lo) == (
        "yes",
        True,
        units(Decimal(55))[0],
    )
    assert {(link.relation.src[-1], link.relation.dst[-1]) for link in above.links} == {
        ("0", "1"), ("0", "2"), ("1", "3"), ("2", "3"),
    }  # fmt: skip
    assert found[(4,)].control.answer == "no"
    shares = {one.share.owner: one for one in owning(made, 3, "up").shares()}
    assert shares[0].share.least == pytest.approx(0.3175)
    assert len(shares[0].links) == 2
    made.close()


def test_several_in_concert_control_together(place: Path) -> None:
    """P1 20, P2 18, P3 15, M 47 on one company: only {P1, P2, P3} acting in concert controls."""
    together = [relation(0, 1, RelationType.IN_CONCERT), relation(1, 2, RelationType.IN_CONCERT)]
    made = generation(
        place, 5, [holds(0, 4, 20), holds(1, 4, 18), holds(2, 4, 15), holds(3, 4, 47), *together]
    )
    yes = [one.control.owner for one in owning(made, 4, "up").controls() if one.control.answer == "yes"]
    assert yes == [(0, 1, 2)]
    below = owning(made, 0, "down").controls()
    assert [one.control.owner for one in below if one.control.answer == "yes"] == [(0, 1, 2)]
    assert [one.control.answer for one in below if one.control.owner == (0,)] == ["no"]
    made.close()


def test_a_person_with_a_quarter_over_two_ways_is_a_beneficial_owner(place: Path) -> None:
    """Two ways of 15 % and 10 % make 25 % (SPEC 10, 18); 24.99 % does not."""
    people = [party(0, PartyType.PERSON), *(party(number) for number in range(1, 4))]
    for way, owner in (("10", True), ("9.99", False)):
        home = place / way
        made = generation(home, people, [holds(0, 3, 15), holds(0, 1, 100), holds(1, 3, way)])
        found = [
            one.person for one in owning(made, 3, "up").beneficial() if one.ground == "share" and one.sure
        ]
        assert found == ([0] if owner else [])
        made.close()


def test_what_two_sources_say_of_one_holding_is_not_added_up(place: Path) -> None:
    from graph.model import Source

    one = relation(0, 1, share=Decimal(40), source=Source(dataset="REGISTER"))
    other = relation(0, 1, share=Decimal(40), source=Source(dataset="PLATFORM"))
    made = generation(place, 2, [one, other])
    said = owning(made, 1, "up").controls()
    assert [(each.control.answer, each.control.votes_lo) for each in said] == [("no", units(Decimal(40))[0])]
    made.close()
