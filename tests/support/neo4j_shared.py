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


def prepare() -> None:
    """In the process that began the run: a folder that its workers find."""
    if FOLDER not in os.environ:
        memory = Path("/dev/shm")
        parent = memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30 else None
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="liancheng-neo4j-", dir=parent)


def end() -> None:
    """At the end of the run: the server, if one was started, and the folder."""
    folder = Path(os.environ.pop(FOLDER, ""))
    state = folder / "server.json"
    if state.is_file():
        pid = json.loads(state.read_text("utf-8"))["pid"]
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
    if folder.name.startswith("liancheng-neo4j-"):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    with (Path(os.environ[FOLDER]) / name).open("w") as handle:
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
