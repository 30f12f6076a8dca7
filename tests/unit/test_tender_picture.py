"""The picture and the matrix of a tender's bidders: the same ties, everybody inside the frame, cuts that are said."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.views.tender_picture import (
    DRAWN,
    HEIGHT,
    MATRIX,
    WIDTH,
    Bid,
    Tied,
    matrix,
    order,
    picture,
    same_lot,
)


def bids(count: int, lots: tuple[str, ...] = ("1",)) -> list[Bid]:
    return [Bid(str(place), f"临江{place}号有限公司", "CLEAR", lots) for place in range(count)]


@pytest.mark.parametrize(
    ("a", "b", "meet"),
    [
        (("1",), ("1",), True), (("1",), ("2",), False), (("1", "2"), ("2", "3"), True), ((), ("2",), True),
        ((), (), True), (("１",), ("1",), True), ((" a 1",), ("A1",), True),
    ],
)  # fmt: skip
def test_bids_meet_in_a_lot_or_where_one_names_none(
    a: tuple[str, ...], b: tuple[str, ...], meet: bool
) -> None:
    assert same_lot(Bid("1", "", "CLEAR", a), Bid("2", "", "CLEAR", b)) is meet
    assert same_lot(Bid("2", "", "CLEAR", b), Bid("1", "", "CLEAR", a)) is meet


def test_a_matrix_says_who_is_tied_apart_or_free() -> None:
    three = [*bids(2), Bid("2", "丙", "CLEAR", ("2",))]
    made = matrix(three, [Tied(0, 1, (("B01", "BLOCK"), ("R01", "FLAG")))])
    kinds = [[cell.kind for cell in line.cells] for line in made.lines]
    assert kinds == [["self", "tied", "apart"], ["tied", "self", "apart"], ["apart", "apart", "self"]]
    tied = made.lines[0].cells[1]
    assert (tied.effect, tied.codes, tied.to) == ("BLOCK", ("B01", "R01"), "pair-1-2")
    assert made.lines[1].cells[0] == tied


def test_where_not_everybody_can_be_shown_those_with_the_strictest_ties_are() -> None:
    many = bids(MATRIX + 20)
    ties = [
        Tied(MATRIX + 5, MATRIX + 6, (("C01", "BLOCK"),)),
        Tied(MATRIX + 8, MATRIX + 9, (("R04", "FLAG"),)),
    ]
    made = matrix(many, ties)
    assert (len(made.lines), made.total) == (MATRIX, MATRIX + 20)
    assert {MATRIX + 6, MATRIX + 7, MATRIX + 9, MATRIX + 10} <= set(made.numbers)
    assert list(made.numbers) == sorted(made.numbers)
    assert order(many, ties, 2) == [MATRIX + 5, MATRIX + 6]


@given(st.integers(2, 40), st.data())
def test_everybody_stands_in_the_frame_and_each_group_of_rules_has_its_curve(
    count: int, data: st.DataObject
) -> None:
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12))
    rules = st.lists(st.sampled_from(["B01", "B07", "C02", "R01", "R04", "D05"]), min_size=1, unique=True)
    ties = [Tied(a, b, tuple((code, "FLAG") for code in sorted(data.draw(rules)))) for a, b in chosen]
    made = picture(bids(count), ties)
    assert made.total == count
    assert len(made.nodes) == min(count, DRAWN)
    shown = {node.number - 1 for node in made.nodes}
    for node in made.nodes:
        assert 16 < node.x < WIDTH - 16
        assert 16 < node.y < HEIGHT - 16
        assert 0 < node.text_y < HEIGHT
    expected = sum(len({code[0] for code in tie.codes}) for tie in ties if {tie.a, tie.b} <= shown)
    assert len(made.edges) == expected
    assert len({edge.path for edge in made.edges}) == len(made.edges), "no curve covers another"
    for edge in made.edges:
        numbers = [int(one) for one in re.findall(r"-?\d+", edge.path)]
        assert len(numbers) == 6
        assert 0 < edge.x < WIDTH
        assert 0 < edge.y < HEIGHT


def test_names_are_short_one_line_and_left_out_where_there_is_no_room() -> None:
    hostile = Bid("0", "长" * 200 + "\u202e\n<script>", "BLOCK", ())
    made = picture([hostile, *bids(1)], [])
    assert len(made.nodes[0].short) == 13
    assert made.nodes[0].short.endswith("…")
    assert "\u202e" not in made.nodes[0].name
    assert {node.short for node in picture(bids(20), []).nodes} == {""}
