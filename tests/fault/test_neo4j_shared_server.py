"""The Neo4j server that a test run shares: found dead it is started again, and only the run that made it ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import neo4j_shared
import pytest
from store_records import day, listing, load

from graph.store import TrialStore

SUPPORT = Path(__file__).resolve().parents[1] / "support"


def run_inside(text: str) -> subprocess.CompletedProcess[str]:
    """What a process does that finds this run's folder in its environment."""
    return subprocess.run(
        [sys.executable, "-c", text], env={**os.environ, "PYTHONPATH": str(SUPPORT)}, capture_output=True, text=True,
        timeout=180, check=True,
    )  # fmt: skip


def text_of(file: Path) -> bytes:
    """What a file holds; nothing where there is none."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def test_only_the_run_that_made_the_folder_removes_it() -> None:
    folder = Path(os.environ[neo4j_shared.FOLDER])
    run_inside("import neo4j_shared as n; n.prepare(); n.end()")
    assert folder.is_dir()


def test_a_folder_whose_run_was_killed_is_removed_and_one_in_use_is_not() -> None:
    another = "import os, neo4j_shared as n; os.environ.pop(n.FOLDER); n.prepare()"
    left = Path(run_inside(f"{another}; print(os.environ[n.FOLDER], flush=True); os._exit(0)").stdout.strip())
    assert left.is_dir()
    run_inside(f"{another}; n.end()")
    assert left.is_dir()  # too young to tell it from one that is being made
    os.utime(left, (1, 1))
    run_inside(f"{another}; n.end()")
    assert not left.exists()
    assert Path(os.environ[neo4j_shared.FOLDER]).is_dir()


@pytest.mark.slow
def test_a_server_found_dead_is_started_again_with_its_data(
    needs: Callable[[str], None], neo4j_trial: TrialStore
) -> None:
    if os.environ.get("NEO4J_URI"):
        pytest.skip("the server of NEO4J_URI is not ours to kill")
    load(neo4j_trial, [listing("A")], at=day(1))
    before = neo4j_shared.target()
    found = neo4j_shared.state()
    os.kill(found["pid"], signal.SIGKILL)
    end = time.monotonic() + 90
    while time.monotonic() < end and text_of(Path(f"/proc/{found['pid']}/cmdline")):
        time.sleep(0.05)
    assert neo4j_shared.target() == before
    assert neo4j_shared.state()["pid"] != found["pid"]
    assert neo4j_trial.counts() == {"SXBZXR": 1}
    assert [text.splitlines()[0].split()[0] for text in neo4j_shared.deaths()] == ["Neo4j"]
    for one in Path(os.environ[neo4j_shared.FOLDER]).glob("died-*.txt"):
        one.unlink()  # this death was meant
