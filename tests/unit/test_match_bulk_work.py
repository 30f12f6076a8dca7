"""The work folder: ours alone, one run at a time, nothing half written is ever taken for whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.bulk.work import (
    MARK,
    Shard,
    WorkError,
    WorkFolder,
    digest,
    once,
    read_shard,
    shard_path,
    write_shard,
)


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(WorkError) as caught:
        WorkFolder(tmp_path)
    assert not caught.value.busy
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(WorkError):
        WorkFolder(tmp_path / "letter.txt")


def test_one_run_at_a_time(tmp_path: Path) -> None:
    first = WorkFolder(tmp_path / "w")
    with pytest.raises(WorkError) as caught:
        WorkFolder(tmp_path / "w")
    assert caught.value.busy
    first.close(remove=False)
    again = WorkFolder(tmp_path / "w")
    again.close(remove=True)
    assert not (tmp_path / "w").exists()


def test_what_belongs_to_other_inputs_is_thrown_away(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path / "w")
    old = work.run("one")
    (old / "x").write_bytes(b"x")
    tables = work.tables({"list": "a"})
    tables["list"].mkdir()
    new = work.run("two")
    assert not old.exists()
    assert new.is_dir()
    assert work.tables({"list": "a"})["list"].is_dir()
    work.tables({"list": "b"})
    assert not tables["list"].exists()
    work.close(remove=False)
    assert (tmp_path / "w" / MARK).is_file()


def test_a_shard_counts_only_when_it_is_whole(tmp_path: Path) -> None:
    import hashlib

    data = "甲,乙\r\n".encode()
    shard = Shard(rows=1, rejected=0, written=1, sha256=hashlib.sha256(data).hexdigest())
    assert read_shard(tmp_path, 3) is None
    write_shard(tmp_path, 3, data, shard)
    assert read_shard(tmp_path, 3) == shard
    path = shard_path(tmp_path, 3)
    path.write_bytes(data[:-1])
    assert read_shard(tmp_path, 3) is None
    path.write_bytes(data)
    path.with_suffix(".json").write_bytes(b"{")
    assert read_shard(tmp_path, 3) is None


def test_a_table_is_made_once_and_never_half(tmp_path: Path) -> None:
    made: list[str] = []

    def make(folder: Path) -> None:
        made.append(folder.name)
        (folder / "data").write_text("x", "utf-8")
        if len(made) == 1:
            raise OSError("disk full")

    target = tmp_path / "list-1"
    with pytest.raises(OSError):
        once(target, make)
    assert not target.exists()
    assert once(target, make)
    assert not once(target, make)
    assert (target / "data").read_text("utf-8") == "x"
    assert len(made) == 2


def test_keys_depend_on_every_part() -> None:
    assert digest("a", "b") != digest("ab", "")
    assert digest("a", ("x", 1)) == digest("a", ("x", 1))
