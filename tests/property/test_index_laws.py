"""Laws of the index: a listed name is found first by itself, a removed one never, an update answers as a rebuild."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from index_names import company_names, keys_of, open_index, publish_index
from quickest import quickest

from graph.keys import org_name
from graph.text import index_text
from matching.index.folder import build_folder, open_folder
from matching.index.names import NameIndex

_REGISTER = company_names(400, seed=5)
_ANY = st.lists(
    st.one_of(
        st.sampled_from(_REGISTER),
        st.text(st.sampled_from("临江市恒舟建材有限公司分第一二AB ?-"), min_size=1, max_size=30),
        st.text(min_size=1, max_size=200),
    ).map(index_text),
    max_size=40,
).map(lambda names: sorted({name[:160] for name in names if name}))
_FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_NEAR = 150


def _index(home: str, names: list[str]) -> NameIndex:
    build_folder(Path(home), names, keys_of(names))
    return open_folder(Path(home))


@_FEW
@given(_ANY)
def test_every_listed_name_is_found_first_by_itself(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        index = _index(home, names)
        assert len(index) == len(names)
        for name in names:
            found = index.search(name)
            equal = [one for one in found if one.cost == 0]
            assert org_name(name) in {one.key for one in equal}
            assert found[0].cost == 0
            assert index.contains(org_name(name))


@_FEW
@given(st.data())
def test_update_answers_as_a_rebuild_and_removed_names_vanish(data: st.DataObject) -> None:
    before = data.draw(st.lists(st.sampled_from(_REGISTER), min_size=10, max_size=60, unique=True))
    removed = data.draw(st.lists(st.sampled_from(before), max_size=5, unique=True))
    added = data.draw(st.lists(st.sampled_from(_REGISTER), max_size=9, unique=True))
    after = sorted({name for name in before if name not in removed} | set(added))
    with tempfile.TemporaryDirectory() as home:
        first = publish_index(Path(home), 1, before)
        updated = open_index(Path(home), publish_index(Path(home), 2, after, first))
        anew = open_index(Path(home), publish_index(Path(home), 3, after))
        assert len(updated) == len(anew) == len(after)
        for name in {*before, *added}:
            assert updated.contains(org_name(name)) == (name in after)
            for asked in (name, name[1:], name[:-3]):
                told = [
                    (one.key, one.text, one.cost) for one in updated.search(asked, 20) if one.cost < _NEAR
                ]
                assert told == [
                    (one.key, one.text, one.cost) for one in anew.search(asked, 20) if one.cost < _NEAR
                ]
        for name in removed:
            if name not in after:
                assert name not in [one.text for one in updated.search(name, 64)]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> NameIndex:
    index = _index(str(tmp_path_factory.mktemp("listed")), _REGISTER)
    index.search(_REGISTER[0])
    return index


@settings(max_examples=200, deadline=None)
@given(raw=st.text(max_size=4_000))
def test_any_text_is_searched_in_bounded_time(listed: NameIndex, raw: str) -> None:
    assert quickest(lambda: listed.search(raw), 0.05) < 0.1
    found = listed.search(raw)
    assert [one.cost for one in found] == sorted(one.cost for one in found)
    assert len({one.entry for one in found}) == len(found) <= 12


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_REGISTER), st.integers(0, 30), st.characters())
def test_one_wrong_character_never_hides_a_name(listed: NameIndex, name: str, place: int, wrong: str) -> None:
    place %= len(name)
    asked = name[:place] + wrong + name[place + 1 :]
    assert name in [one.text for one in listed.search(asked)]
