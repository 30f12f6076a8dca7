"""The embedded file: foreign, damaged and newer ones are refused; ours is found where it is said to be."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from store_records import LIST, day, listing, load

from graph.messages import LANGS, say
from graph.store import StoreError, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed store with two records."""
    path = tmp_path / "库 100%?.sqlite3"
    store = open_store(str(path), create=True)
    load(store, [listing("A"), listing("B")], at=day(1))
    store.close()
    return path


def refused(path: Path, code: str) -> None:
    """Opening is refused with a code that has a sentence in both languages; the file is left as it was."""
    before = path.read_bytes() if path.is_file() else b""
    for create in (False, True):
        with pytest.raises(StoreError) as caught:
            open_store(str(path), create=create)
        assert caught.value.code == code
        for lang in LANGS:
            assert str(path) in say("graph", code, lang, **caught.value.params)
    if path.is_file():
        assert path.read_bytes() == before


def test_whole_file_opens(path: Path) -> None:
    store = open_store(f"sqlite://{path}")
    assert store.counts() == {LIST: 2}
    assert store.url == f"sqlite://{path}"
    store.close()
    store.close()


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"store\.missing"):
        open_store(str(tmp_path / "none.sqlite3"))
    with pytest.raises(StoreError, match=r"store\.scheme"):
        open_store("mysql://localhost/x")


def test_folder_is_made_on_request(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.sqlite3"
    open_store(str(path), create=True).close()
    assert sorted(one.name for one in path.parent.iterdir() if one.name != "c.sqlite3-wal") == ["c.sqlite3"]


def test_file_that_cannot_be_made(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("x")
    with pytest.raises(StoreError, match=r"store\.unavailable"):
        open_store(str(blocker / "store.sqlite3"), create=True)
    refused(tmp_path, "store.unavailable")


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\x00", "一份普通的文本".encode() * 100, b"\x00" * 4096]
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_bytes(content)
    refused(path, "store.damaged")


def test_other_applications_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE record (id INTEGER)")
    other.commit()
    other.close()
    refused(path, "store.damaged")


@pytest.mark.parametrize("keep", [99, 5_000, 0.5, -1])
def test_truncated_file_is_refused(path: Path, keep: float) -> None:
    content = path.read_bytes()
    end = int(keep * len(content)) if isinstance(keep, float) else keep
    path.write_bytes(content[:end])
    refused(path, "store.damaged")


def read_all(path: Path) -> None:
    """Open a store and read its list to the end."""
    store = open_store(str(path))
    try:
        list(store.iter_listings(LIST))
    finally:
        store.close()


def test_overwritten_pages_are_noticed_when_read(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[16_384:] = b"\xff" * (len(content) - 16_384)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"store\.damaged"):
        read_all(path)


@pytest.mark.parametrize(
    ("version", "code"), [(2, "store.version"), (99, "store.version"), (0, "store.damaged")]
)
def test_other_versions(path: Path, version: int, code: str) -> None:
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version={version}")
    raw.close()
    with pytest.raises(StoreError) as caught:
        open_store(str(path))
    assert caught.value.code == code
    say("graph", code, "zh", **caught.value.params)


def test_schema_is_named_by_its_revision(path: Path) -> None:
    from graph.stores.embedded.files import SCHEMA
    from graph.stores.embedded.schema import REVISIONS

    raw = sqlite3.connect(path)
    assert raw.execute("SELECT version_num FROM alembic_version").fetchone()[0] == REVISIONS[-1]
    assert raw.execute("PRAGMA user_version").fetchone()[0] == SCHEMA == len(REVISIONS)
    raw.close()


def test_opening_needs_no_migration_tool(path: Path) -> None:
    script = (
        "import sys; from graph.store import open_store; s = open_store(sys.argv[1]); assert s.generation() == 1;"
        " s.close(); assert not {'sqlalchemy', 'alembic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)


def test_closed_store_says_so(path: Path) -> None:
    store = open_store(str(path))
    store.close()
    with pytest.raises(StoreError, match=r"store\.unavailable"):
        store.generation()


def test_abandoned_reading_frees_the_connection(path: Path) -> None:
    store = open_store(str(path))
    rows = store.iter_listings(LIST)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert store.counts() == {LIST: 2}
    store.close()
