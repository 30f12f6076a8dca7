"""A connection whose statements another process carries out, so that rows are formed and written at the same time."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from graph.processes import end
from graph.stores.embedded import hand
from graph.stores.embedded.files import BUSY_MS, PRAGMAS, WRITER_PRAGMAS, uri_of

_ROWS = 2_000
"""Rows of one message, at most."""
_BYTES = 4_000_000
"""Bytes of documents after which a message goes without more rows: it is the memory of both processes."""
_PIPE = 1 << 20


class Answer(Protocol):
    """What a statement gave."""

    @property
    def lastrowid(self) -> int | None:
        """Number of the row that was inserted last."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Row by row."""


class Statements(Protocol):
    """What a run needs of a connection."""

    @property
    def in_transaction(self) -> bool:
        """Whether one is open."""

    def execute(self, statement: str, values: Sequence[Any] | dict[str, Any] = ..., /) -> Answer:
        """Carry out a statement."""

    def executemany(self, statement: str, rows: Iterable[Any], /) -> object:
        """Carry out a statement for each row."""


class _Answered:
    def __init__(self, rows: list[Any], lastrowid: int | None) -> None:
        self._rows = iter(rows)
        self.lastrowid = lastrowid

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class Apart:
    """A connection in a process of its own. A failure of many rows or of a commit is raised by a later statement.

    The other process keeps the writer's lock as long as it lives, so that nobody else writes while it is still at it.
    """

    def __init__(self, path: Path, lock: int) -> None:
        """Start the process.

        Args:
            path: the store's file.
            lock: the open file on which the writer's lock is.

        Raises:
            OSError, sqlite3.Error: it can't be started, or can't open the file.
        """
        command = [sys.executable, "-I", "-S", str(Path(hand.__file__)), uri_of(path), str(BUSY_MS / 1000)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(lock,),
        )
        self._to = cast("BinaryIO", self._process.stdin)
        self._from = cast("BinaryIO", self._process.stdout)
        _widen(self._to)
        self.in_transaction = False
        try:
            for statement in (*PRAGMAS, *WRITER_PRAGMAS):
                self.execute(statement)
        except sqlite3.Error:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it goes on."""
        return self._process.returncode

    def execute(self, statement: str, values: Sequence[Any] | dict[str, Any] = (), /) -> Answer:
        """Carry out a statement, after all that were given before. A commit is not waited for."""
        word = statement.partition(" ")[0]
        if word == "COMMIT":
            self._send(hand.TELL, statement, ())
            self.in_transaction = False
            return _Answered([], None)
        self._send(hand.ASK, statement, values)
        found = self._answer()
        if word == "BEGIN":
            self.in_transaction = True
        return found

    def executemany(self, statement: str, rows: Iterable[Any], /) -> None:
        """Hand over rows for a statement."""
        for part in _parts(rows):
            self._send(hand.MANY, statement, part)

    def finish(self) -> None:
        """Wait until everything is done, and end the process.

        Raises:
            sqlite3.Error: something that was handed over failed.
        """
        self.execute("SELECT 1")
        self._send(hand.END, "", ())
        self.close()

    def close(self) -> None:
        """End the process at once; what is not committed is given up, also a commit that still waits."""
        end(self._process)

    def _send(self, kind: int, statement: str, values: Any) -> None:
        try:
            hand.send(self._to, (kind, statement, values))
        except OSError as error:
            raise _gone() from error

    def _answer(self) -> _Answered:
        try:
            failure, rows, last = hand.receive(self._from)
        except (EOFError, OSError) as error:
            raise _gone() from error
        if failure is None:
            return _Answered(rows, last)
        name, code, text = failure
        kind = getattr(sqlite3, name, None)
        if not (isinstance(kind, type) and issubclass(kind, sqlite3.Error)):
            raise sqlite3.ProgrammingError(name)
        raised = kind(text)
        raised.sqlite_errorcode = code
        raise raised


def _parts(rows: Iterable[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of one message each."""
    part: list[tuple[Any, ...]] = []
    size = 0
    for row in map(tuple, rows):
        part.append(row)
        # What is long is a record's document, its last column: looking at each value would cost a tenth of the time.
        last = row[-1]
        if last.__class__ is bytes:
            size += len(last)
        if len(part) >= _ROWS or size >= _BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _widen(pipe: BinaryIO) -> None:
    """Let a pipe hold a good part of a message, where the system can: fewer turns between the processes."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)


def _gone() -> sqlite3.OperationalError:
    return sqlite3.OperationalError("the process that writes is gone")
