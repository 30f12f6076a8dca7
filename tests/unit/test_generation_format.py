"""The files of a generation: what was written is what is read, and nothing else is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph.generation.errors import GenerationError
from graph.generation.format import HEADER_SIZE, MAGIC, FileInfo, Sink, link_or_copy, map_file
from graph.generation.lookup import KeyTable, buckets, merge


def _written(folder: Path, values: list[int]) -> tuple[Path, FileInfo]:
    sink = Sink(folder)
    sink.put("numbers", "keys", np.array(values, dtype="<u8"))
    return folder / "numbers", sink.files["numbers"]


def _spoil(path: Path, at: int, value: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + len(value)] = value
    path.write_bytes(bytes(data))


def test_values_come_back_as_written(tmp_path: Path) -> None:
    path, info = _written(tmp_path, [1, 2**64 - 1, 7])
    mapped = map_file(path, info)
    assert mapped.array("<u8").tolist() == [1, 2**64 - 1, 7]
    assert list(mapped.items("Q")) == [1, 2**64 - 1, 7]
    assert (info.item, info.count, info.size) == (8, 3, 24)
    assert path.stat().st_size == HEADER_SIZE + 24


def test_an_empty_column_is_a_file_like_any_other(tmp_path: Path) -> None:
    path, info = _written(tmp_path, [])
    assert map_file(path, info).array("<u8").tolist() == []


def test_mapped_values_cannot_be_changed(tmp_path: Path) -> None:
    path, info = _written(tmp_path, [1])
    with pytest.raises(ValueError, match="read-only"):
        map_file(path, info).array("<u8")[0] = 2


@pytest.mark.parametrize("at", [0, 10, 20, 40, 50, HEADER_SIZE - 1])
def test_a_changed_header_is_refused(tmp_path: Path, at: int) -> None:
    path, info = _written(tmp_path, [1, 2])
    _spoil(path, at, b"\xee")
    with pytest.raises(GenerationError) as caught:
        map_file(path, info)
    assert caught.value.code == "generation.damaged"


def test_a_changed_value_is_refused(tmp_path: Path) -> None:
    path, info = _written(tmp_path, [1, 2])
    _spoil(path, HEADER_SIZE + 8, b"\x03")
    with pytest.raises(GenerationError) as caught:
        map_file(path, info)
    assert (caught.value.code, caught.value.params["detail"]) == ("generation.damaged", "checksum")


@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_of_another_length_is_refused(tmp_path: Path, change: int) -> None:
    path, info = _written(tmp_path, [1, 2])
    data = path.read_bytes()
    path.write_bytes(data[:change] if change < 0 else data + b"\0")
    with pytest.raises(GenerationError) as caught:
        map_file(path, info)
    assert caught.value.code == "generation.damaged"


def test_a_later_format_is_named_as_foreign(tmp_path: Path) -> None:
    path, info = _written(tmp_path, [1])
    _spoil(path, len(MAGIC), (99).to_bytes(2, "little"))
    with pytest.raises(GenerationError) as caught:
        map_file(path, info)
    assert (caught.value.code, caught.value.params["found"]) == ("generation.foreign", 99)


def test_a_missing_file_is_damage(tmp_path: Path) -> None:
    path, info = _written(tmp_path, [1])
    path.unlink()
    with pytest.raises(GenerationError) as caught:
        map_file(path, info)
    assert caught.value.code == "generation.damaged"


def test_a_file_that_was_not_finished_is_refused(tmp_path: Path) -> None:
    sink = Sink(tmp_path)
    writer = sink.open("half", "keys", 8)
    writer.write(b"12345678")
    writer.discard()
    _, info = _written(tmp_path, [int.from_bytes(b"12345678", "little")])
    with pytest.raises(GenerationError):
        map_file(tmp_path / "half", info)


def test_equal_contents_are_kept_once(tmp_path: Path) -> None:
    segments = tmp_path / "segments"
    segments.mkdir()
    sizes = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        sink = Sink(folder, segments)
        sink.put("numbers", "keys", np.arange(100, dtype="<u8"))
        sizes.append(sink.written)
    assert sizes == [HEADER_SIZE + 800, 0]
    assert len(list(segments.iterdir())) == 1
    assert (tmp_path / "one/numbers").stat().st_ino == (tmp_path / "two/numbers").stat().st_ino


def test_a_damaged_shared_content_is_written_anew(tmp_path: Path) -> None:
    segments = tmp_path / "segments"
    segments.mkdir()
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        sink = Sink(folder, segments)
        sink.put("numbers", "keys", np.arange(100, dtype="<u8"))
        if name == "one":
            (share,) = segments.iterdir()
            _spoil(share, HEADER_SIZE, b"\xff")
            assert sink.adopt("again", sink.files["numbers"]) is None
    assert map_file(tmp_path / "two/numbers", sink.files["numbers"]).array("<u8").tolist() == list(range(100))
    assert map_file(share, sink.files["numbers"])


def test_without_hard_links_contents_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr("os.link", refuse)
    source = tmp_path / "source"
    source.write_bytes(b"content")
    link_or_copy(source, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"content"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]


def test_keys_at_the_ends_of_the_range_are_found(tmp_path: Path) -> None:
    values = np.array([0, 0, 5, 2**48 - 1, 2**48, 2**64 - 1, 2**64 - 1, 2**64 - 1], dtype="<u8")
    keys, ordinals, _ = merge(
        [(values[:4], np.arange(4, dtype="<u4"), 0), (values[4:], np.arange(4, dtype="<u4"), 4)]
    )
    sink = Sink(tmp_path)
    sink.put("keys", "keys", keys)
    sink.put("ords", "ordinals", ordinals)
    sink.put("starts", "starts", buckets(keys))
    table = KeyTable(sink.read("keys"), sink.read("ords"), sink.read("starts"))
    assert list(table.find(0)) == [0, 1]
    assert list(table.find(5)) == [2]
    assert list(table.find(2**48 - 1)) == [3]
    assert list(table.find(2**48)) == [4]
    assert list(table.find(2**64 - 1)) == [5, 6, 7]
    for missing in (1, 4, 6, 2**48 + 1, 2**64 - 2, 2**63):
        assert list(table.find(missing)) == []


def test_a_file_taken_over_and_then_written_anew_leaves_the_earlier_generation_as_it_was(tmp_path: Path) -> None:
    segments = tmp_path / "segments"
    for folder in (segments, tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
    first = Sink(tmp_path / "one", segments)
    first.put("numbers", "keys", np.array([1, 2, 3], dtype="<u8"))
    second = Sink(tmp_path / "two", segments)
    assert second.adopt("numbers", first.files["numbers"]) is not None
    second.put("numbers", "keys", np.array([7], dtype="<u8"))
    assert map_file(tmp_path / "one" / "numbers", first.files["numbers"]).array("<u8").tolist() == [1, 2, 3]
    assert map_file(tmp_path / "two" / "numbers", second.files["numbers"]).array("<u8").tolist() == [7]
