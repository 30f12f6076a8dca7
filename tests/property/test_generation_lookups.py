"""Look-ups over generated contents, against the plainest possible answer."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph import keys
from graph.dates import from_micros
from graph.generation import masks
from graph.generation.format import Sink
from graph.generation.lookup import KeyTable, buckets, merge
from graph.generation.manifest import Recorded, timeline
from graph.model import Id

KEY = st.one_of(
    st.integers(0, 2**64 - 1), st.integers(0, 3), st.integers(2**64 - 3, 2**64 - 1), st.just(2**48)
)
NUMBER = st.text("0123456789*", min_size=17, max_size=17).flatmap(
    lambda body: st.sampled_from([*"0123456789X*"]).map(lambda last: body + last)
)


def contradict(left: str, right: str) -> bool:
    """The definition: both show a character and it differs."""
    return any(a != b and "*" not in (a, b) for a, b in zip(left, right, strict=True))


@given(
    st.lists(st.lists(st.tuples(KEY, st.integers(0, 50)), max_size=30), max_size=4),
    st.lists(KEY, max_size=10),
)
def test_a_merged_table_answers_like_a_dictionary(
    parts: list[list[tuple[int, int]]], asked: list[int]
) -> None:
    expected: dict[int, list[int]] = defaultdict(list)
    prepared = []
    for base, part in enumerate(parts):
        for key, ordinal in part:
            expected[key].append(ordinal + 1000 * base)
        key_column = np.array([key for key, _ in part], dtype="<u8")
        prepared.append((key_column, np.array([ordinal for _, ordinal in part], dtype="<u4"), 1000 * base))
    sorted_keys, ordinals, _ = merge(prepared)
    with tempfile.TemporaryDirectory() as folder, Sink(Path(folder)) as sink:
        sink.put("keys", "keys", sorted_keys)
        sink.put("ords", "ordinals", ordinals)
        sink.put("starts", "starts", buckets(sorted_keys))
        table = KeyTable(sink.read("keys"), sink.read("ords"), sink.read("starts"))
        for key in [*expected, *asked]:
            assert list(table.find(key)) == expected.get(key, [])


@given(NUMBER, NUMBER)
def test_two_numbers_contradict_where_both_show_a_digit(left: str, right: str) -> None:
    assert masks.contradicts(masks.pack(left), masks.pack(right)) == contradict(left, right)


@given(st.lists(NUMBER, min_size=1, max_size=40), NUMBER)
def test_many_numbers_at_once_answer_as_one_by_one(recorded: list[str], asked: str) -> None:
    words = np.array([masks.pack(number) for number in recorded], dtype="<u8").T
    found = masks.compatible(words, masks.pack(asked)).tolist()
    assert found == [not contradict(number, asked) for number in recorded]


@given(st.text(max_size=24), NUMBER)
def test_what_is_no_number_of_18_characters_excludes_nobody(text: str, number: str) -> None:
    if len(text) != 18:
        assert masks.pack(text) == masks.NO_ID
        assert not masks.contradicts(masks.pack(text), masks.pack(number))
        assert masks.id18([Id(scheme="citizen_id", value=text)]) == ""


@given(st.text())
def test_any_text_has_a_key_in_each_space(text: str) -> None:
    found = {
        keys.org_name(text), keys.person_name(text), keys.branch_parent(text), keys.party(text),
        keys.identifier("uscc", text), keys.related(keys.person_name(text)),
        keys.related(keys.org_name(text)),
    }  # fmt: skip
    assert len(found) == 7
    assert all(0 <= key < 2**64 for key in found)
    assert keys.related(keys.related(keys.org_name(text))) == keys.org_name(text)


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 50)), max_size=20), st.integers(-5, 60))
def test_the_newest_number_recorded_by_an_instant(published: list[tuple[int, int]], asked: int) -> None:
    times, numbers = timeline(Recorded(number=n, recorded_at=from_micros(t)) for n, t in published)
    assert times == sorted(times)
    place = sum(time <= asked for time in times)
    assert (numbers[place - 1] if place else 0) == max((n for n, t in published if t <= asked), default=0)
