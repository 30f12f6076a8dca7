"""One Neo4j server for a whole test run, shared by its workers; each test has it to itself, and finds it empty.

`NEO4J_URI` (with `NEO4J_USER` and `NEO4J_PASSWORD`) gives another one. Its database must be empty or have been used
by tests before: one that holds data is refused, never emptied.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from neo4j_server import MissingPartError, Server, lacking

if TYPE_CHECKING:
    from graph.store import TrialStore

FOLDER = "LIANCHENG_TEST_NEO4J"
"""Environment variable: the folder that the workers of a run share."""


_NAME = "liancheng-neo4j-"
_STARTED: list[Server] = []
"""Kept until the process ends: a process object that is dropped while it runs is a warning."""


class Target(NamedTuple):
    """Where the tests' database is."""

    url: str
    user: str
    password: str


def missing() -> str:
    """Why there is no Neo4j for tests here, or nothing."""
    if os.environ.get("NEO4J_URI"):
        return ""
    why = lacking()
    return f"{why}, and NEO4J_URI is not set" if why else ""


def _memory() -> Path:
    """Where the server's files are: in memory where there is room, since nobody needs them afterwards."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return memory if roomy else Path(tempfile.gettempdir())


def prepare() -> None:
    """In the process that began the run: the name of a folder that its workers find. Made when first needed."""
    if FOLDER not in os.environ:
        for left in _memory().glob(f"{_NAME}*"):
            owner = left.name.removeprefix(_NAME)
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                _remove(left)
        os.environ[FOLDER] = str(_memory() / f"{_NAME}{os.getpid()}")


def end() -> None:
    """At the end of the run: the server, if one was started, and the folder."""
    _remove(Path(os.environ.pop(FOLDER, "")))


def _remove(folder: Path) -> None:
    """End the server of a run, if it is still one, and remove its folder."""
    if not folder.name.startswith(_NAME):
        return
    state = folder / "server.json"
    if state.is_file():
        pid = json.loads(state.read_text("utf-8"))["pid"]
        with contextlib.suppress(OSError):
            if str(folder) in Path(f"/proc/{pid}/cmdline").read_text("utf-8"):
                os.kill(pid, 9)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    folder = Path(os.environ[FOLDER])
    folder.mkdir(exist_ok=True)
    with (folder / name).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def target() -> Target:
    """The run's database; the first who asks starts the server.

    Raises:
        MissingPartError: it can't be started.
    """
    if uri := os.environ.get("NEO4J_URI"):
        return Target(uri, os.environ.get("NEO4J_USER", ""), os.environ.get("NEO4J_PASSWORD", ""))
    folder = Path(os.environ[FOLDER])
    state = folder / "server.json"
    with _locked("start.lock"):
        if not state.is_file():
            server = Server(folder / "home", brief=True)
            server.start()
            _STARTED.append(server)
            assert server.process is not None
            found = {"uri": server.uri, "password": server.password, "pid": server.process.pid}
            state.write_text(json.dumps(found), "utf-8")
    found = json.loads(state.read_text("utf-8"))
    return Target(found["uri"], "neo4j", found["password"])


@contextmanager
def alone() -> Iterator[None]:
    """No other test of the run uses the database meanwhile."""
    with _locked("use.lock"):
        yield


def opened() -> TrialStore:
    """The run's database, opened as one that may be emptied."""
    from graph.store import open_trial_store

    where = target()
    return open_trial_store(where.url, user=where.user, password=where.password)


__all__ = ["MissingPartError", "Target", "alone", "end", "missing", "opened", "prepare", "target"]
