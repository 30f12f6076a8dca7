"""The file itself: is it ours, connections to it, the writer's lock, and errors as `StoreError`."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from graph.store import StoreError

APPLICATION_ID = 0x4C434753
"""`LCGS` in the header of every store file."""
SCHEMA = 1
"""Newest schema that this program reads; `PRAGMA user_version` of the file."""
BUSY_MS = 10_000
PRAGMAS = ("PRAGMA temp_store=MEMORY",)
WRITER_CACHE = "PRAGMA cache_size=-262144"
WRITER_PRAGMAS = (
    "PRAGMA synchronous=NORMAL",
    WRITER_CACHE,
    "PRAGMA wal_autocheckpoint=8000",
    # an index that is made anew is sorted by more than one core
    "PRAGMA threads=2",
)
_READER_PRAGMAS = ("PRAGMA query_only=1", "PRAGMA cache_size=-16384")
_PATIENCE = 3.0
"""Seconds to wait for the writer's lock: what a killed load leaves behind is gone by then, on a slow disk as well."""
_MAGIC = b"SQLite format 3\x00"


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into the store's. Their texts name tables and columns, never values."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise StoreError("store.damaged", path=str(path), detail=str(error)) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreError("store.busy", path=str(path)) from error
        if isinstance(error, sqlite3.OperationalError) and "no such" in str(error):
            raise StoreError("store.damaged", path=str(path), detail=str(error)) from error
        if isinstance(error, sqlite3.OperationalError):
            raise StoreError("store.unavailable", path=str(path), detail=str(error)) from error
        raise


def check_header(path: Path) -> None:
    """Refuse what is not a whole store file of ours, before SQLite opens (and perhaps changes) it.

    Raises:
        StoreError: `store.damaged`, `store.unavailable`.
    """
    try:
        with path.open("rb") as handle:
            header = handle.read(100)
            size = os.fstat(handle.fileno()).st_size
    except OSError as error:
        raise StoreError("store.unavailable", path=str(path), detail=error.strerror or "OSError") from error
    if len(header) < 100:
        raise StoreError("store.damaged", path=str(path), detail=f"{size} bytes")
    if header[:16] != _MAGIC:
        raise StoreError("store.damaged", path=str(path), detail="not SQLite")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError("store.damaged", path=str(path), detail="application id")
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    wal = Path(f"{path}-wal")
    # With a write-ahead log the header may be ahead of the file (an interrupted checkpoint), and is then repaired.
    if size < page * pages and not (wal.exists() and wal.stat().st_size):
        raise StoreError("store.damaged", path=str(path), detail=f"{size} < {page * pages} bytes")


def uri_of(path: Path) -> str:
    """The file as SQLite is told to open it: it has to be there."""
    return f"file:{quote(str(path))}?mode=rw"


def connect(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """A connection set up for reading or staging. Publishing raises `synchronous` for its own transaction."""
    connection = sqlite3.connect(
        uri_of(path),
        uri=True,
        timeout=BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        for statement in (*PRAGMAS, *(WRITER_PRAGMAS if write else _READER_PRAGMAS)):
            connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Pool:
    """Read connections, made when needed and lent to one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._pid = os.getpid()

    @contextmanager
    def lease(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one read transaction: everything read is of one moment."""
        with guarded(self._path):
            connection = self._take()
            try:
                connection.execute("BEGIN")
                yield connection
            except BaseException:
                connection.close()
                raise
            connection.execute("COMMIT")
            with self._lock:
                if not self._closed and self._pid == os.getpid():
                    self._idle.append(connection)
                    return
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StoreError("store.unavailable", path=str(self._path), detail="closed")
            if self._pid != os.getpid():
                # A connection must not be carried across a fork: SQLite forbids it.
                self._idle, self._pid = [], os.getpid()
            if self._idle:
                return self._idle.pop()
        return connect(self._path)

    def close(self) -> None:
        """Close what is idle; lent connections are closed when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


class WriterLock:
    """One writer at a time, by a lock of the operating system on `<file>.lock`: a dead process holds nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: IO[bytes] | None = None

    @property
    def held(self) -> bool:
        """Whether this store is the writer."""
        return self._handle is not None

    @property
    def number(self) -> int | None:
        """The open file on which the lock is, where this store is the writer."""
        return None if self._handle is None else self._handle.fileno()

    def acquire(self) -> None:
        """Become the writer.

        Raises:
            StoreError: `store.busy`: another one is.
        """
        if self._handle is not None:
            return
        try:
            handle = Path(f"{self._path}.lock").open("ab")  # noqa: SIM115 - held until `release`
        except OSError as error:
            detail = error.strerror or "OSError"
            raise StoreError("store.unavailable", path=str(self._path), detail=detail) from error
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                _lock(handle)
            except OSError as error:
                if time.monotonic() < until:
                    time.sleep(0.02)
                    continue
                handle.close()
                raise StoreError("store.busy", path=str(self._path)) from error
            self._handle = handle
            return

    def release(self) -> None:
        """Let others write."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: IO[bytes]) -> None:
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
