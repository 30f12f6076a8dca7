"""Rows of a first load found by hash: the same as a dictionary, however they arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.stores.embedded.fresh import Fresh

HASHES = st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5)


@given(st.lists(st.sets(HASHES, max_size=12), max_size=20), st.sets(HASHES, max_size=20))
def test_rows_are_found_as_in_a_dictionary(batches: list[set[int]], more: set[int]) -> None:
    fresh, known, number = Fresh(), dict[int, int](), 1
    for batch in batches:
        new = [one for one in batch if one not in known]
        assert sorted(fresh.find(batch)) == sorted(known[one] for one in batch if one in known)
        fresh.add(new, number)
        known |= {one: number + place for place, one in enumerate(new)}
        number += len(new)
    assert sorted(fresh.find(more)) == sorted(known[one] for one in more if one in known)


@given(st.lists(HASHES, unique=True, min_size=1, max_size=200))
def test_one_by_one(hashes: list[int]) -> None:
    fresh = Fresh()
    for number, one in enumerate(hashes):
        assert list(fresh.find([one])) == []
        fresh.add([one], number)
    for number, one in enumerate(hashes):
        assert list(fresh.find([one])) == [number]
