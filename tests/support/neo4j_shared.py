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
from typing import TYPE_CHECKING, Any, NamedTuple

from neo4j_server import MissingPartError, Server, lacking

if TYPE_CHECKING:
    from graph.store import TrialStore

FOLDER = "LIANCHENG_TEST_NEO4J"
"""Environment variable: the folder that the workers of a run share."""


_NAME = "liancheng-neo4j-"
_STATE = "server.json"
_YOUNG = 60.0
"""Seconds for which a folder is left alone that nobody holds yet."""
_OWN: list[tuple[Path, int]] = []
"""The folder that this process made, and its lock."""
_STARTED: list[Server] = []
"""Kept until the run or its worker ends: a process object that is dropped while it runs is a warning."""


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
    """In the process that began the run: a folder that its workers find, and that is held for as long as it lives.

    Folders that nobody holds are left by runs that were killed; a process number would not tell, because runs in two
    containers may share the memory and not the numbers.
    """
    if FOLDER in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix=_NAME, dir=_memory()))
    now = folder.stat().st_mtime
    for left in _memory().glob(f"{_NAME}*"):
        young = now - left.stat().st_mtime < _YOUNG
        handle = None if young else _hold(left)
        if handle is not None:
            _remove(left)
            os.close(handle)
    handle = _hold(folder)
    assert handle is not None
    _OWN.append((folder, handle))
    os.environ[FOLDER] = str(folder)


def _hold(folder: Path) -> int | None:
    """The folder's lock, which ends with the process; None where another one has it."""
    try:
        handle = os.open(folder / "run.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def end() -> None:
    """At the end of the run that made the folder: the server, if one was started, and the folder.

    A run inside a test finds the folder in its environment, and leaves it to the run that made it.
    """
    for server in _STARTED:
        server.kill()
    _STARTED.clear()
    for folder, handle in _OWN:
        os.environ.pop(FOLDER, None)
        _remove(folder)
        os.close(handle)
    _OWN.clear()


def leave() -> None:
    """At the end of a worker: the server that it started goes on, for the other workers."""
    for server in _STARTED:
        server.leave()
    _STARTED.clear()


def deaths() -> list[str]:
    """What the run's server said last each time it was found dead and started again."""
    folder = Path(os.environ.get(FOLDER, ""))
    return [one.read_text("utf-8", "replace") for one in sorted(folder.glob("died-*.txt"))]


def _remove(folder: Path) -> None:
    """End the server of a run, if it is still one, and remove its folder."""
    if not folder.name.startswith(_NAME):
        return
    found = _state(folder)
    with contextlib.suppress(OSError):
        if found and _alive(found["pid"], folder):
            os.kill(found["pid"], 9)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    folder = Path(os.environ[FOLDER])
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
    with _locked("start.lock"):
        found = _state(folder)
        if not found or not _alive(found["pid"], folder):
            if found:
                _report(folder, found["pid"])
            server = Server(
                folder / "home", brief=True, port=found.get("port", 0), password=found.get("password", "")
            )
            server.start()
            _STARTED.append(server)
            assert server.process is not None
            found = {"uri": server.uri, "port": server.port, "password": server.password,
                     "pid": server.process.pid}  # fmt: skip
            (folder / _STATE).write_text(json.dumps(found), "utf-8")
    return Target(found["uri"], "neo4j", found["password"])


def state() -> dict[str, Any]:
    """Address, port, password and process number of the run's server."""
    return _state(Path(os.environ[FOLDER]))


def _state(folder: Path) -> dict[str, Any]:
    file = folder / _STATE
    return dict(json.loads(file.read_text("utf-8"))) if file.is_file() else {}


def _alive(pid: int, folder: Path) -> bool:
    """Whether the process is there, has not ended, and is the run's server."""
    try:
        return str(folder) in Path(f"/proc/{pid}/cmdline").read_text("utf-8")
    except OSError:
        return False


def _report(folder: Path, pid: int) -> None:
    """Keep what can be known of a server that died: its last words, the memory left, the room in its folder."""
    said = [f"Neo4j of this run (process {pid}) was found dead and is started again."]
    said.append(f"{shutil.disk_usage(folder).free >> 20} MB free in {folder}")
    with contextlib.suppress(OSError):
        said += Path("/proc/meminfo").read_text("utf-8").splitlines()[:3]
    for name in ("console.log", "neo4j.log", "debug.log"):
        with contextlib.suppress(OSError):
            lines = (folder / "home" / "logs" / name).read_text("utf-8", "replace").splitlines()
            said += [f"-- {name}", *lines[-15:]]
    number = len(list(folder.glob("died-*.txt")))
    (folder / f"died-{number:02d}.txt").write_text("\n".join(said), "utf-8")


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


__all__ = [
    "MissingPartError",
    "Target",
    "alone",
    "deaths",
    "end",
    "leave",
    "missing",
    "opened",
    "prepare",
    "state",
    "target",
]
