"""The process that writes for another one: statements come by one pipe, answers go by another. Runs alone: it imports
nothing of ours, so that it is there in a moment.

What comes is `(kind, statement, values)`. A failure is told at the next question, and nothing is done in between. When
the other process dies or closes its pipe, this one ends at once: what waits is not done, what is not committed is
given up. Where the system doesn't tell of a closed pipe by itself, what was sent before is worked off first.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import queue
import select
import signal
import sqlite3
import sys
import threading
from typing import Any, BinaryIO

MANY, TELL, ASK, END = range(4)
"""Many rows for one statement; a statement without and with an answer; no more is coming."""
WAITING = 8
"""Messages of about 4 MB at most that may wait here while the other process goes on."""


def send(pipe: BinaryIO, message: Any) -> None:
    """Write one message."""
    data = marshal.dumps(message)
    pipe.write(len(data).to_bytes(8, "big"))
    pipe.write(data)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Read one message.

    Raises:
        EOFError: the other side is gone.
    """
    head = pipe.read(8)
    size = int.from_bytes(head, "big")
    data = pipe.read(size) if len(head) == 8 else b""
    if len(head) < 8 or len(data) < size:
        raise EOFError
    return marshal.loads(data)  # noqa: S302 - of the other process of the same program


class Hand:
    """Does what comes, in the order in which it came."""

    def __init__(self, uri: str, timeout: float) -> None:
        """Open the file."""
        self._db = sqlite3.connect(
            uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
        )
        self._waiting: queue.Queue[tuple[int, str, Any]] = queue.Queue(WAITING)
        self._failure: tuple[str, int, str] | None = None

    def read(self, pipe: BinaryIO) -> None:
        """Take in messages until the last one; end everything when there is none and the pipe is closed."""
        try:
            while True:
                message = receive(pipe)
                self._waiting.put(message)
                if message[0] == END:
                    return
        except EOFError:
            os._exit(0)  # SQLite gives up what is not committed
        except BaseException as error:  # noqa: BLE001 - else this process would wait for ever, with the lock
            fail(error)

    def work(self, answers: BinaryIO) -> None:
        """Do what was taken in."""
        while True:
            kind, statement, values = self._waiting.get()
            if kind == END:
                break
            rows: list[Any] = []
            last = None
            if self._failure is None:
                try:
                    if kind == MANY:
                        self._db.executemany(statement, values)
                    else:
                        cursor = self._db.execute(statement, values)
                        rows, last = cursor.fetchall(), cursor.lastrowid
                except sqlite3.Error as error:
                    code = getattr(error, "sqlite_errorcode", 0)
                    self._failure = type(error).__name__, code, str(error)
                except Exception as error:  # noqa: BLE001 - told to the other side, which raises it
                    self._failure = type(error).__name__, 0, ""
            if kind == ASK:
                send(answers, (self._failure, rows, last))
        self._db.close()  # gives up what is not committed


def fail(error: BaseException) -> None:
    """End everything because of a defect, and name it where somebody may read it."""
    with contextlib.suppress(Exception):
        if sys.stderr is not None:
            sys.stderr.write(f"{__file__}: {type(error).__name__}\n")
            sys.stderr.flush()
    os._exit(1)


def watch(pipe: int) -> None:
    """End everything as soon as nobody can write to the pipe any more, also if much was not read yet."""
    poll = select.poll()
    poll.register(pipe, 0)
    if any(event & select.POLLHUP for _, event in poll.poll()):
        os._exit(0)


def main() -> None:
    """Write to the file named by the first argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process decides what an interruption means
    try:
        hand = Hand(sys.argv[1], float(sys.argv[2]))
        messages = os.fdopen(0, "rb", buffering=1 << 20)
        threading.Thread(target=hand.read, args=(messages,), daemon=True).start()
        if hasattr(select, "poll"):
            threading.Thread(target=watch, args=(0,), daemon=True).start()
        with contextlib.suppress(BrokenPipeError):
            hand.work(os.fdopen(1, "wb"))
    except BaseException as error:  # noqa: BLE001 - its name is enough, its text is told to nobody
        fail(error)
    os._exit(0)


if __name__ == "__main__":
    main()
