"""kill -9 anywhere in `match list` and `match pairs`: started again, they go on and give the same file.

`LIANCHENG_SOAK` sets how often a run is killed at random: a fifth of it, because each round starts several
interpreters with the compiled functions (5 by default and in CI, 40 by `make soak`).
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from match_files import Desk, firm, read_csv, uscc

ROUNDS = max(5, int(os.environ.get("LIANCHENG_SOAK", "10")) // 5)
ROWS = 3_000
PROGRAM = """
import sys
from api.cli import match
match.CHUNK_ROWS, match.ALONE = 200, 100
from api.cli.main import cli
print("begun", flush=True)
sys.exit(cli.main(sys.argv[1:], standalone_mode=False))
"""

pytestmark = [pytest.mark.fault, pytest.mark.slow]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Names are searched as written: what is tried here is the way, not the likeness."""
    made = Desk(tmp_path, similar=False)
    made.write(
        "list.csv", [("name", "code"), *((firm(i), uscc(i) if i % 3 else "") for i in range(0, ROWS, 2))]
    )
    made.write("queries.csv", [("name", "code"), *((firm(i), uscc(i)) for i in range(ROWS))])
    made.write("pairs.csv", [("left", "right"), *((firm(i), firm(i)) for i in range(ROWS))])
    return made


def start(desk: Desk, *words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "match", *map(str, words), "--workers", "2"],
        env={**os.environ, **desk.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[bytes]) -> int:
    process.communicate(timeout=300)
    return process.returncode


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pids: list[int], seconds: float = 90) -> bool:
    """Whether processes end by themselves."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def first_part(process: subprocess.Popen[bytes], work: Path) -> None:
    """Wait until a run has finished its first part, or has ended."""
    while process.poll() is None and not list(work.glob("run-*/*.json")):
        time.sleep(0.002)


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_killed_runs_go_on_and_end_with_the_same_file(desk: Desk) -> None:
    rng = random.Random(11)
    words = ("list", desk.folder / "list.csv", desk.folder / "queries.csv")
    whole = desk.folder / "whole.csv"
    began = time.monotonic()
    assert finish(start(desk, *words, "-o", whole)) == 0
    usual = time.monotonic() - began
    assert len(read_csv(whole)) == ROWS
    out, work = desk.folder / "out.csv", desk.folder / "out.csv.work"
    resumed = 0
    for round_ in range(ROUNDS):
        process = start(desk, *words, "-o", out)
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        if round_ % 2:  # anywhere
            time.sleep(rng.random() * usual * 0.9)
        else:  # as soon as a part is done, however fast the machine
            first_part(process, work)
        workers = (
            [child.pid for child in psutil.Process(process.pid).children()] if process.poll() is None else []
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert gone(workers), "workers outlive the run"
        resumed += bool(list(work.glob("run-*/*.json")))
        if out.exists():
            assert sha(out) == sha(whole)
            assert not work.exists()
            out.unlink()
        elif rng.random() < 0.5:
            assert finish(start(desk, *words, "-o", out)) == 0
            assert sha(out) == sha(whole)
            assert not work.exists()
            out.unlink()
    assert finish(start(desk, *words, "-o", out)) == 0
    assert sha(out) == sha(whole)
    assert resumed, "no run was killed in the middle of its work"


def test_finished_chunks_are_not_judged_again(desk: Desk) -> None:
    words = ("pairs", desk.folder / "pairs.csv", "-o", desk.folder / "pairs.out.csv", "--keep")
    process = start(desk, *words)
    work = desk.folder / "pairs.out.csv.work"
    while process.poll() is None and len(list(work.glob("run-*/*.json"))) < 3:
        time.sleep(0.005)
    # where this process was kept from looking until the run had ended, every chunk is there
    process.kill()
    finish(process)
    done = {path.name: path.stat().st_mtime_ns for path in work.glob("run-*/*.csv")}
    assert len(done) >= 2
    assert finish(start(desk, *words)) == 0
    after = {path.name: path.stat().st_mtime_ns for path in work.glob("run-*/*.csv")}
    kept = [name for name, when in done.items() if after[name] == when]
    assert len(kept) >= 2
    assert len(read_csv(desk.folder / "pairs.out.csv")) == ROWS


def test_a_chunk_whose_file_was_damaged_is_judged_again(desk: Desk) -> None:
    words = ("pairs", desk.folder / "pairs.csv", "-o", desk.folder / "pairs.out.csv", "--keep")
    assert finish(start(desk, *words)) == 0
    good = sha(desk.folder / "pairs.out.csv")
    shard = sorted((desk.folder / "pairs.out.csv.work").glob("run-*/*.csv"))[2]
    shard.write_bytes(shard.read_bytes()[:-40])
    assert finish(start(desk, *words)) == 0
    assert sha(desk.folder / "pairs.out.csv") == good
