"""Pictures in rows: boxes never overlap, relations begin and end at their parties, and what has no room is counted."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.web.layered import APART, HEIGHT, MOST_IN_ROW, WIDTH, Node, Tie, drawn, wide, wrapped
from api.web.render import shown

ROWS = st.lists(st.integers(0, 5), min_size=1, max_size=30)
ENDS = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40)


@given(ROWS, ENDS)
@settings(max_examples=60, deadline=None)
def test_boxes_stand_apart_and_every_party_is_drawn_or_counted(
    rows: list[int], ends: list[tuple[int, int]]
) -> None:
    nodes = [Node(str(number), f"临江虚构{number}号有限公司", row) for number, row in enumerate(rows)]
    ties = [Tie(str(a), str(b), "持股") for a, b in ends if a < len(rows) and b < len(rows)]
    made = drawn(nodes, ties)
    assert len(made.boxes) + made.left_out == len(nodes)
    for one, other in combinations(made.boxes, 2):
        beside = one.y == other.y and abs(one.x - other.x) >= WIDTH + APART
        assert beside or abs(one.y - other.y) > HEIGHT
    assert all(0 <= box.x <= made.width - WIDTH and 0 <= box.y <= made.height - HEIGHT for box in made.boxes)
    assert len(made.lines) <= len(ties)
    assert all(shown(line.path) == line.path for line in made.lines), "no number of a person in it"


def test_a_line_begins_at_its_source_and_passes_no_box_of_another_row() -> None:
    nodes = [Node("a", "甲", 0), Node("b", "乙", 1), Node("c", "丙", 2)]
    made = drawn(nodes, [Tie("a", "b", "x"), Tie("b", "c", "y"), Tie("a", "c", "z")])
    first, between, last = made.boxes
    _, _, long = made.lines
    assert long.path.startswith(f"M{first.middle},{first.y + HEIGHT}C")
    assert long.path.endswith(f",{last.middle},{last.y}")
    lane = int(long.path.split("L")[1].partition(",")[0])
    assert not between.x <= lane <= between.x + WIDTH


def test_of_a_long_row_the_first_are_drawn_and_ties_to_the_others_are_left_out() -> None:
    nodes = [Node("me", "甲", 0), *(Node(str(number), "乙", 1) for number in range(MOST_IN_ROW + 5))]
    made = drawn(nodes, [Tie(str(number), "me", "") for number in range(MOST_IN_ROW + 5)])
    assert made.left_out == 5
    assert len(made.lines) == MOST_IN_ROW


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("临江虚构", ("临江虚构",)),
        ("临江虚构建设工程有限公司第二分公司", ("临江虚构建设工程有限公司", "第二分公司")),
        ("长" * 40, ("长" * 12, "长" * 11 + "…")),
        ("", ()),
    ],
)
def test_names_are_broken_into_two_lines(name: str, lines: tuple[str, ...]) -> None:
    assert wrapped(name) == lines
    assert all(wide(line) <= 12 for line in lines)
