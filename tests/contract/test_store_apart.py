"""A first load that another process writes ends with the same file; when that process is lost, so is only what was not
durable, and nobody writes beside it."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_records import LIST, batch, day, listing, org, person, relation, row, snapshot, uscc

from graph.model import Listing, Name, NameKind, PartyRecord
from graph.relations import Relation, RelationType
from graph.store import Batch, Store, StoreError, open_store
from graph.stores.embedded import apart, hand, stage
from graph.stores.embedded.apart import Apart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="one process writes there")
TABLES = ("record", "source", "ident", "name", "bond", "change", "pending", "generation")
BOTH = [snapshot(taken_at=day(1)), snapshot("register", "r", taken_at=day(1))]


def batches() -> Iterator[Batch]:
    """Records of every kind: named twice with the same and with other contents, of many names, joined by a row."""
    for start in range(0, 60, 20):
        records: list[Listing | PartyRecord | Relation] = []
        for number in range(start, start + 20):
            code = uscc(number)
            company = org(
                f"临江市{number}有限公司", code, names=(Name(text=f"旧{number % 7}", kind=NameKind.FORMER),)
            )
            records += [
                row(f"R{number}", company, status="存续"),
                listing(f"K{number}", org(f"临江市{number}有限公司", code)),
                listing(f"P{number}", person("虚构张三" if number % 2 else f"虚构{number}")),
                relation(f"E{number}", RelationType.HOLDS, person("虚构李四", f"T{number}"), company),
            ]
        yield batch(records)
    again = org("临江市1有限公司", uscc(1))
    joined = row("R3", org("临江市3有限公司", uscc(4)), status="注销")
    unchanged = listing("K2", org("临江市2有限公司", uscc(2)))
    yield batch([listing("K1", again, measure="新"), unchanged, joined, listing("K99", again, code=LIST)])


def load(store: Store) -> None:
    """The first load, and a second one in which some are gone."""
    store.begin("first", BOTH)
    for one in batches():
        store.write(one)
    store.end(LIST, ["K5"], event="REPAIRED", at=day(1))
    store.end_missing(LIST, "court")
    store.publish(day(1))
    store.begin("second", BOTH)
    store.write(next(batches()))
    store.end_missing(LIST, "court")
    store.publish(day(2))


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the file."""
    with sqlite3.connect(path) as db:
        found = {name: db.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in TABLES}
        found["infix"] = db.execute("SELECT rowid FROM infix('有限公') ORDER BY rowid").fetchall()
        found["indexes"] = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY 1"
        ).fetchall()
    db.close()
    return found


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[Apart]:
    """Those that wrote, from the first record on."""
    found: list[Apart] = []

    class Noted(Apart):
        def __init__(self, path: Path, lock: int) -> None:
            super().__init__(path, lock)
            found.append(self)

    monkeypatch.setattr(stage, "Apart", Noted)
    monkeypatch.setattr(stage, "APART_FROM", 0)
    monkeypatch.setattr(apart, "_ROWS", 7)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of an empty store."""
    return tmp_path / "apart.sqlite3"


def test_same_file_as_by_one_process(
    path: Path, processes: list[Apart], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(str(path), create=True)
    load(store)
    store.close()
    assert len(processes) == 1
    assert processes[0].returncode == 0
    monkeypatch.setattr(stage, "APART_FROM", 1_000_000)
    other = path.with_name("one.sqlite3")
    store = open_store(str(other), create=True)
    load(store)
    store.close()
    assert len(processes) == 1
    assert contents(path) == contents(other)


def test_commits_on_the_way_are_durable(
    path: Path, processes: list[Apart], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "COMMIT_EVERY", 50)
    store = open_store(str(path), create=True)
    store.begin("first", BOTH)
    parts = list(batches())
    for one in parts[:2]:
        store.write(one)
    durable = store.staged()
    os.kill(processes[0].pid, signal.SIGKILL)
    with pytest.raises(StoreError, match=r"store\.unavailable"):
        store.write(parts[2])
    store.begin("first", BOTH)
    assert 0 < store.staged() <= durable
    skip = store.staged()
    for one in parts:
        if skip < len(one):
            store.write(one)
        skip = max(0, skip - len(one))
    store.end_missing(LIST, "court")
    store.publish(day(1))
    store.close()
    assert len(contents(path)["record"]) == 241


@pytest.mark.parametrize("how", ["abort", "close"])
def test_nothing_of_a_run_that_is_left_arrives(path: Path, processes: list[Apart], how: str) -> None:
    store = open_store(str(path), create=True)
    store.begin("first", BOTH)
    parts = list(batches())
    for one in parts:
        store.write(one)
    store.abort() if how == "abort" else store.close()
    assert processes[0].returncode == 0
    store.close()
    other = open_store(str(path))
    other.begin("first", BOTH)
    assert other.staged() == (0 if how == "abort" else len(parts[0]))
    other.close()


def test_nobody_else_writes_while_it_is_at_it(path: Path, processes: list[Apart]) -> None:
    store = open_store(str(path), create=True)
    store.begin("first", BOTH)
    store.write(next(batches()))
    assert processes
    store._lock.release()  # type: ignore[attr-defined] # as if the loader had died
    other = open_store(str(path))
    with pytest.raises(StoreError, match=r"store\.busy"):
        other.begin("first", BOTH)
    store.close()
    assert other.begin("first", BOTH) == 1
    other.close()


def test_full_disk_is_said_and_nothing_is_lost(path: Path, processes: list[Apart]) -> None:
    store = open_store(str(path), create=True)
    store.begin("first", BOTH)
    parts = list(batches())
    store.write(parts[0])
    pages = processes[0].execute("PRAGMA page_count").fetchone()[0]
    processes[0].execute(f"PRAGMA max_page_count = {pages}")
    wide = batch([listing(f"W{number}", measure="长" * 2_000) for number in range(400)])
    store.write(wide)
    with pytest.raises(StoreError, match=r"store\.unavailable.*full"):
        store.publish(day(1))
    store.begin("first", BOTH)
    assert store.staged() == len(parts[0])
    store.close()


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/true", "", None])
def test_one_process_does_where_another_cannot_be_started(
    path: Path, processes: list[Apart], monkeypatch: pytest.MonkeyPatch, program: str | None
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    other = path.with_name("one.sqlite3")
    for one in (path, other):
        store = open_store(str(one), create=True)
        load(store)
        store.close()
        monkeypatch.setattr(stage, "APART_FROM", 1_000_000)
    assert processes == []
    assert contents(path) == contents(other)


@pytest.fixture
def one(path: Path) -> Iterator[Apart]:
    """A process that writes to a file with a table."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (x)")
    db.close()
    with Path(f"{path}.lock").open("ab") as lock:
        process = Apart(path, lock.fileno())
        yield process
        process.close()


SLOW = (
    "INSERT INTO t WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c WHERE x < 5000000)"
    " SELECT count(*) FROM c"
)


def test_what_waits_is_not_worked_off_for_a_loader_that_is_gone(path: Path, one: Apart) -> None:
    one.execute("BEGIN IMMEDIATE")
    for _ in range(8 * hand.WAITING):
        one._send(hand.TELL, SLOW, ())
        one._send(hand.TELL, "COMMIT", ())
        one._send(hand.TELL, "BEGIN IMMEDIATE", ())
    before = time.monotonic()
    one.close()
    assert time.monotonic() - before < 30
    assert one.returncode == 0
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM t").fetchone()[0] < hand.WAITING
    db.close()


def test_message_that_cannot_be_read_ends_the_process(one: Apart) -> None:
    one._to.write((3).to_bytes(8, "big") + b"\xff\xff\xff")
    one._to.flush()
    assert one._process.wait(60) == 1
    with pytest.raises(sqlite3.OperationalError, match="gone"):
        one.execute("SELECT 1")


def test_message_is_of_so_many_rows_and_bytes_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_ROWS", 3)
    monkeypatch.setattr(apart, "_BYTES", 10)
    rows = [(1, None, b"12345"), [2, b"678901"], (3, b"x"), (4,), (5,), (6,)]
    assert list(apart._parts(rows)) == [list(map(tuple, part)) for part in (rows[:2], rows[2:5], rows[5:])]
