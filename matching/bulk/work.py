"""The work folder of a run: finished chunks as plain files, so that a run that was killed goes on where it was.

    <folder>/liancheng-match.json      that the folder is one of ours
    <folder>/run-<key>/00000012.csv    the answer for chunk 12
    <folder>/run-<key>/00000012.json   its rows, rejected rows and hash: written last, so that it vouches for the file
    <folder>/<table>-<key>/            a list as arrays and index, put under its name when it is whole

Keys are hashes of everything that the content depends on; what has another key is thrown away.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import IO

import msgspec

from matching.version import algorithm

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

MARK = "liancheng-match.json"
_MARK_TEXT = (
    b'{"what": "work folder of liancheng match; may be deleted when no run is going on", "format": 1}\n'
)


class WorkError(Exception):
    """The work folder can't be used: another run holds it (`busy`), or it is not ours."""

    def __init__(self, path: Path, *, busy: bool) -> None:
        super().__init__(str(path))
        self.path = path
        self.busy = busy


class Shard(msgspec.Struct, frozen=True):
    """What is known of a finished chunk."""

    rows: int
    rejected: int
    written: int
    """Rows of the answer: a query may have several, or a pair one."""
    sha256: str
    decisions: dict[str, int] = {}


def digest(*parts: object) -> str:
    """A key of everything that a content depends on."""
    return hashlib.sha256(msgspec.json.encode([str(part) for part in parts])).hexdigest()[:24]


def program() -> str:
    """Which program makes the content: matching, this package, and the sentences of the command line."""
    found = hashlib.sha256(algorithm().encode())
    for entry in sorted(resources.files("matching.bulk").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            found.update(entry.read_bytes())
    found.update(resources.files("api").joinpath("messages.toml").read_bytes())
    return found.hexdigest()


def shard_path(folder: Path, index: int) -> Path:
    """Where the answer for a chunk stands."""
    return folder / f"{index:08d}.csv"


def write_shard(folder: Path, index: int, data: bytes, shard: Shard) -> None:
    """Keep the answer for a chunk: first the data, then the note that vouches for it."""
    path = shard_path(folder, index)
    _write(path, data)
    _write(path.with_suffix(".json"), msgspec.json.encode(shard))


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(path.suffix + ".part")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def read_shard(folder: Path, index: int) -> Shard | None:
    """The note of a finished chunk, or None where it is not there or not whole."""
    path = shard_path(folder, index)
    try:
        shard = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Shard)
        with path.open("rb") as handle:
            whole = hashlib.file_digest(handle, "sha256").hexdigest() == shard.sha256
    except (OSError, msgspec.DecodeError):
        return None
    return shard if whole else None


class WorkFolder:
    """The folder, held by one run at a time."""

    def __init__(self, path: Path) -> None:
        """Take the folder, or make it.

        Raises:
            WorkError: there is something else, or another run holds it.
            OSError: it can't be made.
        """
        self.path = path
        if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
            raise WorkError(path, busy=False)
        path.mkdir(parents=True, exist_ok=True)
        self._lock: IO[bytes] = (path / MARK).open("ab")
        try:
            if fcntl is not None:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise WorkError(path, busy=True) from None
        if self._lock.tell() == 0:
            self._lock.write(_MARK_TEXT)
            self._lock.flush()

    def run(self, key: str) -> Path:
        """The folder of a run's chunks; those of runs on anything else are thrown away."""
        mine = self.path / f"run-{key}"
        self._drop("run-", {mine.name})
        mine.mkdir(exist_ok=True)
        return mine

    def tables(self, wanted: dict[str, str]) -> dict[str, Path]:
        """Where tables stand or are to be made, by name and key; others are thrown away."""
        mine = {name: self.path / f"{name}-{key}" for name, key in wanted.items()}
        for name in ("list", "registry"):
            self._drop(f"{name}-", {path.name for path in mine.values()})
        return mine

    def _drop(self, prefix: str, keep: set[str]) -> None:
        for found in self.path.iterdir():
            if found.name.startswith(prefix) and found.name not in keep:
                shutil.rmtree(found, ignore_errors=True)

    def close(self, *, remove: bool) -> None:
        """Let go of the folder; with everything in it, when it is not needed any more."""
        if remove:
            for found in self.path.iterdir():
                if found.is_dir():
                    shutil.rmtree(found, ignore_errors=True)
            for found in self.path.iterdir():
                found.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self.path.rmdir()
        self._lock.close()


@contextlib.contextmanager
def made_whole(path: Path) -> Iterator[Path]:
    """A folder that gets its name when everything in it is written."""
    part = path.with_name(path.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    yield part
    part.replace(path)


def once(path: Path, make: Callable[[Path], None]) -> bool:
    """Make a table unless it is there from an earlier run. Returns whether it had to be made."""
    if path.is_dir():
        return False
    with made_whole(path) as part:
        make(part)
    return True
