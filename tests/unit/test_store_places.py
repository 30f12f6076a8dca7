"""Where the parties of a run stand in Neo4j: only relations between two that it has made itself go by nodes."""

from __future__ import annotations

from graph.stores.bolt.places import Places


def test_only_ends_that_the_run_has_made_go_by_their_nodes() -> None:
    places = Places(10)
    places.grow(14)
    places.note([10, 12, 13], [500, 0, 502])
    lines = [[10, 12, "a"], [10, 11, "b"], [9, 13, "c"], [13, 13, "d"], [10, 14, "e"], [0, 1, "f"]]
    assert places.split(lines) == (
        [[500, 0, "a"], [502, 502, "d"]],
        [[10, 11, "b"], [9, 13, "c"], [10, 14, "e"], [0, 1, "f"]],
    )
    assert lines[0] == [10, 12, "a"]  # sent again, it says the same


def test_an_attempt_that_failed_is_noted_anew() -> None:
    places = Places(1)
    places.grow(3)
    places.note([1, 2], [7, 8])
    places.note([2, 1], [20, 21])
    places.grow(3)
    assert places.split([[1, 2, "x"]]) == ([[21, 20, "x"]], [])
