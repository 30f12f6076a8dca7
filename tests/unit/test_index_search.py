"""Searching an index of names: what is found, in which order, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from index_names import company_names, keys_of, open_index, publish_index
from quickest import quickest

from graph.generation.errors import GenerationError
from graph.generation.format import map_file
from graph.keys import org_name
from graph.text import index_text
from matching.index.build import RUN
from matching.index.folder import build_folder, open_folder
from matching.index.names import MOST, NameIndex
from matching.names.coding import encode_many

LISTED = [
    "临江市恒舟建材有限公司",
    "南溪县沛禹食品有限责任公司",
    "LINJIANG HENGZHOU BUILDING MATERIALS CO LTD",
]


@pytest.fixture(scope="module")
def names() -> list[str]:
    return [*LISTED, *company_names(3_000)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> NameIndex:
    folder = tmp_path_factory.mktemp("index")
    build_folder(folder, names, keys_of(names))
    return open_folder(folder)


@pytest.mark.parametrize(
    "written",
    [
        "临江市恒州建材有限公司",
        "临江市横舟建材有限公司",
        "临江市恒建材有限公司",
        "临江市恒舟舟建材有限公司",
        "临江市舟恒建材有限公司",
        "临江恒舟建材有限公司",
        "恒舟建材有限公司",
        "恒舟建材",
        "恒舟（临江市）建材有限公司",
        "临江市恒舟建材有限责任公司",
        "臨江市恆舟建材有限公司",
        "临江市恒舟建材商贸有限公司",
        "临江市?舟建材有限公司",
    ],
)
def test_misspelling_finds_the_listed_name(index: NameIndex, written: str) -> None:
    found = index.search(index_text(written))
    assert found[0].text == LISTED[0] or LISTED[0] in [one.text for one in found[:3]]
    assert found[0].key == org_name(found[0].text)


def test_latin_name_finds_itself_misspelt_and_its_chinese_namesake(index: NameIndex) -> None:
    found = index.search(index_text("Linjiang Hengzhu Building Materials Co., Ltd."))
    assert found[0].text == LISTED[2]
    texts = [
        one.text for one in index.search(index_text("Lin Jiang Shi Heng Zhou Jian Cai You Xian Gong Si"))
    ]
    assert LISTED[0] in texts


def test_equal_name_comes_first_at_no_cost(index: NameIndex, names: list[str]) -> None:
    for name in names[:200]:
        best = index.search(name)[0]
        assert (best.text, best.cost) == (name, 0)
        assert "equal" in best.why
    assert index.search("临江市恒舟建材有限责任公司")[0].cost > 0


def test_result_is_ordered_and_cut(index: NameIndex) -> None:
    found = index.search("临江市恒舟建材有限公司", MOST)
    assert [one.cost for one in found] == sorted(one.cost for one in found)
    assert len({one.entry for one in found}) == len(found) > 12
    assert index.search("临江市恒舟建材有限公司", 3) == found[:3]
    for wrong in (0, MOST + 1):
        with pytest.raises(ValueError, match="limit"):
            index.search("临江市恒舟建材有限公司", wrong)


def test_many_at_once_gives_what_one_by_one_gives(index: NameIndex, names: list[str]) -> None:
    queries = [*names[:700], "", "x", *(name[1:] for name in names[:700])]
    entries, costs = index.search_many(queries, 5, threads=2)
    again = index.search_many(encode_many(queries), 5, threads=1)
    assert np.array_equal(entries, again[0])
    assert np.array_equal(costs, again[1])
    for place in range(0, len(queries), 50):
        found = index.search(queries[place], 5)
        assert [entry for entry in entries[place].tolist() if entry >= 0] == [one.entry for one in found]


def test_entries_tell_their_text_and_key(index: NameIndex, names: list[str]) -> None:
    assert len(index) == index.entries == len(names)
    assert {index.text(entry) for entry in range(index.entries)} == set(names)
    assert all(index.key(entry) == org_name(index.text(entry)) for entry in range(0, index.entries, 97))
    assert index.contains(org_name(LISTED[0]))
    assert not index.contains(org_name("临江市恒州建材有限公司"))


def test_nothing_is_found_in_an_empty_index(tmp_path: Path) -> None:
    build_folder(tmp_path, [], [])
    index = open_folder(tmp_path)
    assert len(index) == 0
    assert index.search("临江市恒舟建材有限公司") == []
    assert index.search_many(["临江市恒舟建材有限公司"])[0].tolist() == [[-1] * 12]
    assert not index.contains(1)


def test_empty_name_finds_nothing(index: NameIndex) -> None:
    assert index.search("") == []


def test_more_companies_of_one_core_than_a_list_holds_are_found_by_place(tmp_path: Path) -> None:
    places = [f"{first}{second}市" for first in "临南北东西青安和长新" for second in "江溪屿岭泽原澜塘汀湖"]
    assert len(places) > RUN
    names = [place + "恒舟建材有限公司" for place in places]
    build_folder(tmp_path, names, keys_of(names))
    index = open_folder(tmp_path)
    for name in names:
        assert name in [one.text for one in index.search(name.replace("有限", "有限责任"))]


def test_same_key_with_two_texts_is_two_entries(tmp_path: Path) -> None:
    names = ["HENG ZHOU TRADING", "HENGZHOU TRADING"]
    build_folder(tmp_path, [*names, names[0]], [7, 7, 7])
    index = open_folder(tmp_path)
    assert sorted(index.text(entry) for entry in range(len(index))) == names
    assert index.search(names[1])[0].text == names[1]


def test_characters_beyond_the_basic_plane_find_their_name(tmp_path: Path) -> None:
    names = ["临江市𬭎𬱟建材有限公司", "临江市𬭎舟建材有限公司"]
    build_folder(tmp_path, names, keys_of(names))
    found = open_folder(tmp_path).search(names[0])
    assert found[0].key == org_name(names[0])
    assert found[0].text == "临江市\ufffd\ufffd建材有限公司"
    assert found[0].cost == 0


@pytest.mark.parametrize(
    "character", ["恒", "有限", "\ud800", "\U0001f600", "A", "A ", "\u0301", "临江市恒舟", "?", "\x00"]
)
def test_very_long_name_takes_bounded_time(index: NameIndex, character: str) -> None:
    name = (character * 4_000)[:4_000]
    index.search(name)
    assert quickest(lambda: index.search(name), 0.05) < 0.1


def test_texts_and_keys_must_agree_in_number(tmp_path: Path) -> None:
    with pytest.raises(GenerationError) as caught:
        build_folder(tmp_path, ["临江市恒舟建材有限公司"], [])
    assert caught.value.code == "generation.inconsistent"


def test_index_made_by_other_tables_is_refused(tmp_path: Path) -> None:
    manifest = publish_index(tmp_path, 1, LISTED)
    open_index(tmp_path, manifest)
    with pytest.raises(GenerationError) as caught:
        NameIndex({}, "0.0-0000000000000000")
    assert caught.value.code == "generation.foreign"


def test_parts_of_different_indexes_are_refused(tmp_path: Path) -> None:
    one = publish_index(tmp_path, 1, LISTED)
    two = publish_index(tmp_path, 2, company_names(50))
    for part in ("index.chars", "index.starts", "index.keys", "index.posts", "index.words"):
        mixed = {name: (two if name == part else one).files[name] for name in one.files}
        folder = tmp_path / f"mixed-{part}"
        folder.mkdir()
        for name in mixed:
            source = tmp_path / ("2" if name == part else "1") / name
            (folder / name).write_bytes(source.read_bytes())
        files = {name: map_file(folder / name, info) for name, info in mixed.items()}
        with pytest.raises(GenerationError) as caught:
            NameIndex(files, str(one.slots["index"]))
        assert caught.value.code == "generation.damaged"
    missing = {
        name: map_file(tmp_path / "1" / name, info)
        for name, info in one.files.items()
        if name != "index.words"
    }
    with pytest.raises(GenerationError):
        NameIndex(missing, str(one.slots["index"]))
