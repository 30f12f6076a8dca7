"""Pictures of cases: what a form may send, what others pinned stays, what is handed on, and how it is drawn."""

from __future__ import annotations

import json
import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.case_pictures import GraphFormError, bare, handed, merged, read_graph
from api.web.drawing import CLOSE, SIDE, TALLEST, WIDTH, drawing
from api.web.words import Words
from graph.dates import CST
from matching.casework.cases import CasePin
from matching.casework.pictures import Picture, PictureEdge, PictureNode

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CST)
PLACES = st.integers(-1_000_000, 1_000_000)


def test_of_a_party_sent_twice_the_last_place_counts() -> None:
    nodes = [
        {"id": "P1", "x": 1, "y": 2},
        {"id": "P2", "x": 1.6, "y": -2.4, "pinned": False},
        {"id": "P1", "x": 9, "y": 9},
    ]
    form = read_graph(json.dumps({"nodes": nodes, "as_of": "2026-11-01"}))
    assert {pin.node: (pin.x, pin.y, pin.pinned) for pin in form.pins} == {
        "P1": (9, 9, True),
        "P2": (2, -2, False),
    }
    assert form.as_of == datetime(2026, 11, 1, tzinfo=CST)
    assert read_graph('{"nodes": [], "as_of": null}') == ((), None)


@pytest.mark.parametrize(
    "text",
    ["", "1", '{"nodes": {}}', '{"nodes": [{"id": "P1", "x": NaN, "y": 1}]}', '{"nodes": [{"id": "P1", "x": 1}]}',
     '{"nodes": [{"id": "P1", "y": 1, "x": 1' + "0" * 400 + "}]}"],
)  # fmt: skip
def test_what_is_no_picture_is_refused(text: str) -> None:
    with pytest.raises(GraphFormError) as refused:
        read_graph(text)
    assert refused.value.code == "case.graph"


def test_what_somebody_else_pinned_meanwhile_stays() -> None:
    known = (CasePin(node="P1", x=1, label="甲", decision_id="d"), CasePin(node="P2", x=2))
    new = (CasePin(node="P1", x=7), CasePin(node="P3", x=3))
    found = {pin.node: (pin.x, pin.label, pin.decision_id) for pin in merged(known, new)}
    assert found == {"P1": (7, "甲", "d"), "P2": (2, "", ""), "P3": (3, "", "")}


def test_what_is_handed_on_names_no_key_of_the_store() -> None:
    nodes = (
        PictureNode(id="P0000000001", name="临江甲有限公司", type="organization", code="91329901MAGLD00148"),
        PictureNode(id="P0000000002", name="虚构甲", type="person"), PictureNode(id="P0000000003"),
    )  # fmt: skip
    edge = PictureEdge(source="P0000000002", target="P0000000001", type="HOLDS")
    found = handed(Picture(as_of=NOW, nodes=nodes, edges=(edge,)))
    assert [node.id for node in found.nodes] == ["91329901MAGLD00148", "person-2", "node-3"]
    assert (found.edges[0].source, found.edges[0].target) == ("person-2", "91329901MAGLD00148")


@given(st.lists(st.tuples(PLACES, PLACES), max_size=40))
def test_every_place_is_on_the_paper_and_stands_as_it_was_put(spots: list[tuple[int, int]]) -> None:
    pins = [CasePin(node=f"P{n}", x=x, y=y) for n, (x, y) in enumerate(spots)]
    drawn = drawing(bare(pins, NOW), Words("zh"))
    assert [place.number for place in drawn.places] == list(range(1, len(pins) + 1))
    for place in drawn.places:
        assert SIDE - 1 <= place.x <= WIDTH - SIDE + 1
        assert 0 < place.y < drawn.height <= TALLEST + 1
    ordered = sorted(drawn.places, key=lambda place: (place.node.x, place.x))
    assert [place.x for place in ordered] == sorted(place.x for place in drawn.places)


def test_relations_between_two_are_one_line_and_one_row_each() -> None:
    nodes = (PictureNode(id="a", name="甲" * 40, x=0), PictureNode(id="b", name="乙", x=100, listed="yes"))
    edges = tuple(
        PictureEdge(source="a", target="b", type=kind, zh=kind, en=kind) for kind in ("HOLDS", "KIN_OF")
    )
    drawn = drawing(Picture(as_of=NOW, nodes=nodes, edges=edges), Words("en"))
    assert [line.words for line in drawn.lines] == ["HOLDS · KIN_OF"]
    assert [tie.words for tie in drawn.ties] == ["HOLDS", "KIN_OF"]
    assert drawn.places[0].short.endswith("…")
    assert drawn.places[1].listed == "On a list"


def picture(spots: dict[str, tuple[int, int]], *ties: str) -> Picture:
    nodes = tuple(PictureNode(id=name, name=name, x=x, y=y) for name, (x, y) in spots.items())
    edges = tuple(PictureEdge(source=tie[0], target=tie[1], type="HOLDS") for tie in ties)
    return Picture(as_of=NOW, nodes=nodes, edges=edges)


@pytest.mark.parametrize(
    "spots",
    [
        {"a": (0, 0), "b": (400, 0), "c": (200, 0)},
        {"a": (0, 0), "b": (0, 400), "c": (0, 100), "d": (0, 200)},
        {"a": (0, 0), "b": (400, 400), "c": (200, 205), "d": (300, 220)},
    ],
)
def test_a_line_leads_around_a_third_place(spots: dict[str, tuple[int, int]]) -> None:
    drawn = drawing(picture(spots, "ab"), Words("zh"))
    (line,) = drawn.lines
    (x1, y1), (x2, y2), (x3, y3) = line.points
    assert line.path == f"M{x1},{y1}Q{x2},{y2},{x3},{y3}"
    for n in range(201):
        t = n / 200
        x = (1 - t) ** 2 * x1 + 2 * t * (1 - t) * x2 + t * t * x3
        y = (1 - t) ** 2 * y1 + 2 * t * (1 - t) * y2 + t * t * y3
        assert drawn.left < x < drawn.left + drawn.width
        assert drawn.top < y < drawn.top + drawn.height
        for place in drawn.places:
            if place.node.id not in "ab":
                assert math.hypot(x - place.x, y - place.y) > CLOSE - 3


def test_a_line_with_nobody_in_its_way_is_straight() -> None:
    drawn = drawing(picture({"a": (0, 0), "b": (400, 0), "c": (200, 300)}, "ab"), Words("zh"))
    (line,) = drawn.lines
    assert (drawn.left, drawn.top) == (0, 0)
    assert "Q" not in line.path
    assert len({y for _, y in line.points}) == 1
