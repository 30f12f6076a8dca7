"""Updating an index: what is taken over, what is written anew, and that answers are those of a rebuild."""

from __future__ import annotations

from pathlib import Path

import pytest
from index_names import company_names, keys_of, open_index, publish_index

from graph.generation.errors import GenerationError
from graph.generation.format import Sink
from graph.generation.manifest import Manifest
from graph.keys import org_name
from matching.index.folder import build_folder, open_folder
from matching.index.segment import BASE, DEAD, DELTA, PARTS
from matching.index.write import write_index

NAMES = company_names(2_000)
MORE = company_names(2_300)[2_000:]


def _base(manifest: Manifest) -> dict[str, str]:
    return {part: manifest.files[BASE + part].sha256 for part in PARTS}


def test_small_change_takes_over_the_base(tmp_path: Path) -> None:
    first = publish_index(tmp_path, 1, NAMES)
    second = publish_index(tmp_path, 2, [*NAMES[10:], *MORE], first)
    assert _base(second) == _base(first)
    assert DEAD in second.files
    assert DELTA + "keys" in second.files
    assert not [name for name in first.files if name.startswith(DELTA) or name == DEAD]
    index = open_index(tmp_path, second)
    assert len(index) == len(NAMES) - 10 + len(MORE)
    for gone in NAMES[:10]:
        assert not index.contains(org_name(gone))
        assert gone not in [one.text for one in index.search(gone)]
    for there in [*NAMES[10:40], *MORE[:30]]:
        assert index.contains(org_name(there))
        assert index.search(there)[0].text == there
    assert all(index.text(one.entry) == one.text for one in index.search(MORE[0]))


def test_reader_of_the_old_index_goes_on(tmp_path: Path) -> None:
    first = publish_index(tmp_path, 1, NAMES)
    before = open_index(tmp_path, first)
    answer = before.search(NAMES[0])
    publish_index(tmp_path, 2, NAMES[1:], first)
    assert before.search(NAMES[0]) == answer
    assert open_index(tmp_path, first).search(NAMES[0]) == answer


def test_nothing_changed_writes_nothing(tmp_path: Path) -> None:
    first = publish_index(tmp_path, 1, NAMES)
    segments = sorted((tmp_path / "segments").iterdir())
    second = publish_index(tmp_path, 2, NAMES, first)
    assert second.files == first.files
    assert sorted((tmp_path / "segments").iterdir()) == segments


def test_delta_counts_from_the_base_and_not_from_the_last_update(tmp_path: Path) -> None:
    manifest = publish_index(tmp_path, 1, NAMES)
    base = _base(manifest)
    for number in range(2, 6):
        manifest = publish_index(tmp_path, number, [*NAMES, *MORE[: 10 * number]], manifest)
        assert _base(manifest) == base
        assert manifest.files[DELTA + "keys"].count == 10 * number
    back = publish_index(tmp_path, 9, NAMES, manifest)
    assert set(back.files) == {BASE + part for part in PARTS}


@pytest.mark.parametrize(
    "changed", [NAMES[:700], [*NAMES, *company_names(5_000, seed=2)]], ids=["much removed", "much added"]
)
def test_large_change_is_a_rebuild(tmp_path: Path, changed: list[str]) -> None:
    first = publish_index(tmp_path, 1, NAMES)
    second = publish_index(tmp_path, 2, changed, first)
    assert set(second.files) == {BASE + part for part in PARTS}
    assert len(open_index(tmp_path, second)) == len(set(changed))


def test_index_of_other_tables_is_rebuilt(tmp_path: Path) -> None:
    first = publish_index(tmp_path, 1, NAMES)
    foreign = Manifest(number=1, files=first.files, slots={"index": "0.0-0000000000000000"})
    second = publish_index(tmp_path, 2, [*NAMES, *MORE], foreign)
    assert set(second.files) == {BASE + part for part in PARTS}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_damaged_base_is_rebuilt_and_not_taken_over(tmp_path: Path, part: str) -> None:
    first = publish_index(tmp_path, 1, NAMES)
    shared = tmp_path / "segments" / first.files[BASE + part].segment
    data = bytearray(shared.read_bytes())
    data[-1] ^= 1
    shared.unlink()
    shared.write_bytes(bytes(data))
    second = publish_index(tmp_path, 2, [*NAMES, *MORE], first)
    index = open_index(tmp_path, second)
    assert set(second.files) == {BASE + part for part in PARTS}
    assert index.search(MORE[0])[0].text == MORE[0]
    assert open_index(tmp_path, first).search(NAMES[0])[0].text == NAMES[0]


def test_update_of_an_empty_index(tmp_path: Path) -> None:
    first = publish_index(tmp_path, 1, [])
    second = publish_index(tmp_path, 2, NAMES, first)
    assert len(open_index(tmp_path, second)) == len(NAMES)
    third = publish_index(tmp_path, 3, [], second)
    assert len(open_index(tmp_path, third)) == 0


def test_changed_text_under_one_key_is_found_as_it_is_now(tmp_path: Path) -> None:
    first = publish_index(tmp_path, 1, [*NAMES, "HENG ZHOU TRADING LTD"])
    keys = keys_of([*NAMES, "HENG ZHOU TRADING LTD"])
    folder = tmp_path / "2"
    folder.mkdir()
    with Sink(folder, tmp_path / "segments") as sink:
        value = write_index(sink, [*NAMES, "HENGZHOU TRADING LTD"], keys, first)
        second = Manifest(number=2, files=dict(sink.files), slots={"index": value})
    texts = [one.text for one in open_index(tmp_path, second).search("HENGZHOU TRADING LTD")]
    assert texts[0] == "HENGZHOU TRADING LTD"
    assert "HENG ZHOU TRADING LTD" not in texts


def test_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    build_folder(tmp_path, NAMES, keys_of(NAMES), lambda *step: steps.append(step))
    assert {name for name, _, _ in steps} == {"index keys", "index grams"}
    assert steps[-1][1:] == (len(NAMES), len(NAMES))
    before = open_folder(tmp_path)
    build_folder(tmp_path, MORE, keys_of(MORE))
    assert open_folder(tmp_path).search(MORE[0])[0].text == MORE[0]
    assert before.search(NAMES[0])[0].text == NAMES[0]
    assert len([each for each in tmp_path.iterdir() if each.is_dir()]) == 1


def test_folder_without_an_index_says_so(tmp_path: Path) -> None:
    with pytest.raises(GenerationError) as caught:
        open_folder(tmp_path)
    assert caught.value.code == "generation.missing"
