"""A load that is killed anywhere leaves the old state or the new one; the same load, begun again, goes on.

`LIANCHENG_SOAK` sets how often a load is killed (10 by default; 5 in CI, 200 by `make soak`), and in proportion
how often everything else is.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_records import LIST, batch, day, listing, load, org, person, snapshot, uscc

from graph.model import Listing, SameAs, Status
from graph.store import Store, open_store

ROUNDS = int(os.environ.get("LIANCHENG_SOAK", "10"))
COUNT, STEP = 3000, 100
SUPPORT = Path(__file__).resolve().parents[1] / "support"

pytestmark = pytest.mark.fault


def old(number: int) -> Listing:
    """A record of the first snapshot."""
    return listing(f"K{number}", org(f"临江市{number}有限公司", uscc(number)))


def new(number: int) -> Listing:
    """The same in the second: every third one has changed, and a hundred are new persons."""
    if number >= COUNT:
        return listing(f"K{number}", person(f"虚构{number}"))
    return listing(
        f"K{number}", org(f"临江市{number}有限公司", uscc(number)), measure="新" if number % 3 == 0 else ""
    )


SECOND = range(50, COUNT + 100)
"""The second snapshot: fifty are gone."""


def second_load(store: Store) -> None:
    """Load the second snapshot in small steps, going on where an earlier attempt stopped."""
    store.begin("second", [snapshot(taken_at=day(10))])
    for start in range(SECOND.start + store.staged(), SECOND.stop, STEP):
        store.write(batch([new(number) for number in range(start, min(start + STEP, SECOND.stop))]))
        print(start, flush=True)
    print("ending", flush=True)
    store.end_missing(LIST, "court")
    print("publishing", flush=True)
    store.publish(day(11))
    print("published", flush=True)


def killed(path: Path, action: str, after: float) -> str:
    """Run `action` in a process of its own and kill it `after` seconds from its first sign; returns what it said."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SUPPORT), str(Path(__file__).parent)])}
    process = subprocess.Popen(
        [sys.executable, "-c", f"import test_store_kill as t; t.{action}", str(path)],
        stdout=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    with process, process.stdout as out:
        said = out.readline()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return said + out.read()


def child_load() -> None:
    """In the child: the second load."""
    from graph.stores.embedded import stage

    stage.COMMIT_EVERY = STEP
    second_load(open_store(sys.argv[1]))


def child_first_load() -> None:
    """In the child: a first load, most of it written by a process of its own."""
    from graph.stores.embedded import stage

    stage.COMMIT_EVERY = STEP
    stage.APART_FROM = STEP
    store = open_store(sys.argv[1])
    store.begin("first", [snapshot(taken_at=day(1))])
    for start in range(store.staged(), COUNT, STEP):
        store.write(batch([old(number) for number in range(start, start + STEP)]))
        print(start, flush=True)
    store.publish(day(1))
    print("published", flush=True)


def child_decisions() -> None:
    """In the child: separate mentions one by one."""
    store = open_store(sys.argv[1])
    for number in range(100):
        apart = SameAs(
            mention=f"SXBZXR/court/K{number}", party=f"P{number + 1:010d}", tier="human", decided_by="r"
        )
        store.separate(apart, reason="", recorded_at=day(2))
        print(number, flush=True)


def first_state(path: Path) -> None:
    """A store with the first snapshot."""
    store = open_store(str(path), create=True)
    load(store, [old(number) for number in range(COUNT)], at=day(1))
    store.close()


def contents(store: Store) -> list[object]:
    """Everything a reader sees, but for the numbers of generations."""
    rows = [
        (one.listing, one.content_hash, one.from_gen, one.to_gen, one.party)
        for one in store.iter_listings(LIST)
    ]
    return [*sorted(rows, key=repr), *store.iter_parties(), store.counts(), store.generation()]


def sound(path: Path) -> None:
    """SQLite finds nothing wrong with the file."""
    import sqlite3

    raw = sqlite3.connect(path)
    try:
        assert raw.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    finally:
        raw.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[object], list[object]]:
    """The file of the first state, what readers see of it, and what they see after an undisturbed second load."""
    path = tmp_path_factory.mktemp("whole") / "store.sqlite3"
    first_state(path)
    content = path.read_bytes()
    store = open_store(str(path))
    before = contents(store)
    second_load(store)
    after = contents(store)
    store.close()
    return content, before, after


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_killed_load_leaves_old_or_new_and_resumes(
    tmp_path: Path, whole: tuple[bytes, list[object], list[object]], round_: int
) -> None:
    content, before, after = whole
    path = tmp_path / "store.sqlite3"
    path.write_bytes(content)
    said = ""
    for attempt in range(3):
        said += killed(path, "child_load()", random.Random(f"{round_}/{attempt}").uniform(0, 0.4))
        store = open_store(str(path))
        seen = contents(store)
        store.close()
        sound(path)
        assert seen in (before, after)
        if "published\n" in said:
            assert seen == after
        if seen == after:
            break
    store = open_store(str(path))
    if store.generation() == 1:
        second_load(store)
    assert contents(store) == after
    assert (
        sum(one.listing.status(day(12)) is Status.REMOVED for one in store.iter_listings(LIST))
        == SECOND.start
    )
    store.close()


def test_killed_load_of_another_file_is_discarded(
    tmp_path: Path, whole: tuple[bytes, list[object], list[object]]
) -> None:
    content, before, _ = whole
    path = tmp_path / "store.sqlite3"
    path.write_bytes(content)
    killed(path, "child_load()", 0.1)
    store = open_store(str(path))
    if store.generation() == 1:
        store.begin("another", [])
        assert store.staged() == 0
        store.abort()
        assert contents(store) == before
    store.close()
    sound(path)


@pytest.mark.parametrize("round_", range(max(3, ROUNDS // 3)))
def test_killed_first_load(tmp_path: Path, round_: int) -> None:
    path, whole = tmp_path / "store.sqlite3", tmp_path / "whole.sqlite3"
    open_store(str(path), create=True).close()
    killed(path, "child_first_load()", random.Random(round_).uniform(0, 0.3))
    store = open_store(str(path))
    if store.generation() == 0:
        assert list(store.iter_listings(LIST)) == []
        store.begin("first", [snapshot(taken_at=day(1))])
        store.write(batch([old(number) for number in range(store.staged(), COUNT)]))
        store.publish(day(1))
    first_state(whole)
    reference = open_store(str(whole))
    assert contents(store) == contents(reference)
    store.close()
    reference.close()
    sound(path)


@pytest.mark.parametrize("round_", range(max(1, ROUNDS // 10)))
def test_acknowledged_decisions_are_kept(
    tmp_path: Path, whole: tuple[bytes, list[object], list[object]], round_: int
) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_bytes(whole[0])
    wait = random.Random(round_).uniform(0.1, 0.5)
    said = killed(path, "child_decisions()", wait).split()
    store = open_store(str(path))
    assert said
    assert all(store.same_as(f"P{int(number) + 1:010d}") == [] for number in said)
    assert store.generation() in (1 + len(said), 2 + len(said))
    store.close()
    sound(path)


def test_killed_creation_leaves_no_half_file(tmp_path: Path) -> None:
    tries = max(4, ROUNDS // 3)
    for wait in (0.5 * number / (tries - 1) for number in range(tries)):
        path = tmp_path / f"{wait}.sqlite3"
        script = (
            "import sys; print(1, flush=True);"
            "from graph.store import open_store; open_store(sys.argv[1], create=True)"
        )
        with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(wait)
            process.kill()
        store = open_store(str(path), create=True)
        assert store.counts() == {}
        store.close()
