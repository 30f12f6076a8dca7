"""Loads that are killed, fail on the way or lose a worker: the old state or the new one, never a mix.

`LIANCHENG_SOAK` sets how often a load is killed (10 by default; 5 in CI, 200 by `make soak`).
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from list_files import court_row, court_rows, csv_text, write_csv
from loading import T0, Bench

from graph.store import open_store
from loaders import pool
from loaders.run import LoadOptions, load

ROUNDS = int(os.environ.get("LIANCHENG_SOAK", "10"))

LOAD = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from graph.store import open_store
from loaders.run import LoadOptions, load
store = open_store(sys.argv[1])
print("begun", flush=True)
report = load(store, [Path(p) for p in sys.argv[2:]], options=LoadOptions(workers=0),
              recorded_at=datetime(2026, 11, 20, tzinfo=UTC))
print("published" if report.published else "refused", flush=True)
store.close()
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.mark.fault
@pytest.mark.slow
def test_killed_loads_leave_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    rng = random.Random(7)
    url = str(tmp_path / "s.db")
    old, new = court_rows(3_000), court_rows(6_000)
    first, second = write_csv(tmp_path / "old.csv", old), write_csv(tmp_path / "new.csv", new)
    store = open_store(url, create=True)
    load(store, [first], options=LoadOptions(workers=0), recorded_at=T0)
    store.close()
    shutil.copy(url, tmp_path / "first.db")
    seen = []
    for _ in range(ROUNDS):
        process = subprocess.Popen([sys.executable, "-c", LOAD, url, str(second)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(rng.random() * 0.9)
        os.kill(process.pid, signal.SIGKILL)
        acknowledged = process.stdout.read() == b"published\n"
        process.wait()
        process.stdout.close()
        reader = open_store(url)
        count, generation = reader.counts()["SXBZXR"], reader.generation()
        reader.close()
        assert (generation == 1 and count == 3_000) or (generation >= 2 and count == 6_000)
        assert not acknowledged or count == 6_000
        seen.append(count)
        if count == 6_000:
            for left in tmp_path.glob("s.db-*"):
                left.unlink()
            shutil.copy(tmp_path / "first.db", url)
    assert 3_000 in seen, "no load was killed before its end"
    done = subprocess.run([sys.executable, "-c", LOAD, url, str(second)], capture_output=True, check=True)
    assert done.stdout.endswith(b"published\n")
    reader = open_store(url)
    assert reader.counts()["SXBZXR"] == 6_000
    reader.close()


def test_failure_on_the_way_discards_what_was_staged(bench: Bench) -> None:
    bench.load(court_rows(5))
    path = bench.path(court_rows(50))

    def fail(label: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(bench.store, [path], options=LoadOptions(workers=0), recorded_at=T0, progress=fail)
    assert bench.store.counts()["SXBZXR"] == 5
    assert bench.load(path).published


def test_archive_that_turns_out_damaged_at_its_end_changes_nothing(bench: Bench) -> None:
    bench.load(court_rows(5))
    data = gzip.compress(csv_text(court_rows(20_000)).encode())
    broken = data[:-6] + b"\0" + data[-5:]
    report = bench.load(broken, name="x.gz")
    assert [problem.code for _, problem in report.problems] == ["file.damaged"]
    assert report.unreadable
    assert bench.store.counts()["SXBZXR"] == 5


def test_lost_workers_cost_time_and_no_rows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    original = pool._pooled

    def lossy(jobs: list[pool.Job]) -> Iterator[object]:
        for index, result in enumerate(original(jobs)):
            started.append(index)
            if index == 2:
                yield None
                return
            yield result

    monkeypatch.setattr(pool, "_pooled", lossy)
    report = bench.load(court_rows(24_500), workers=2)
    assert started == [0, 1, 2]
    assert (report.files[0].accepted, report.files[0].changed.added) == (24_500, 24_500)


def test_file_that_changes_while_workers_read_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bench.path(court_rows(24_500))
    original = pool._pooled

    def changing(jobs: list[pool.Job]) -> Iterator[object]:
        write_csv(path, [*court_rows(24_500), court_row(30_001)])
        yield from original(jobs)

    monkeypatch.setattr(pool, "_pooled", changing)
    report = bench.load(path, workers=1)
    assert [problem.code for _, problem in report.problems] == ["file.changed"]
    assert bench.store.generation() == 0
