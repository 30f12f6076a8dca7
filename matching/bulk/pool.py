"""Chunks of work in several processes: results in order, memory bounded, nothing lost when a process dies.

Each worker has a pipe of its own and ends when the pipe does, so that none is left behind when this process is
killed. What a worker that died had not answered is worked on here.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, Protocol, TypeVar

Item = TypeVar("Item", contravariant=True)
Result = TypeVar("Result", covariant=True)
AHEAD = 3
"""Chunks a worker may be ahead of the oldest one that is not finished, per worker."""


class Task(Protocol[Item, Result]):
    """Work that can be sent to another process: pickled, then opened there once."""

    def open(self) -> Callable[[Item], Result]:
        """What is called with every chunk."""
        ...


def _serve(task: Task[Any, Any], pipe: Connection) -> None:
    """A worker's life. A broken pipe means that nobody waits for an answer any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(200_000, 20, 20)
    try:
        work = task.open()
        while True:
            pipe.send_bytes(pickle.dumps(work(pickle.loads(pipe.recv_bytes())), protocol=5))  # noqa: S301 - our own
    except (EOFError, OSError):
        return
    except Exception:  # noqa: BLE001 - this process goes; the one that asked does the chunk again and meets the error
        return


class _Workers(Generic[Item, Result]):
    """The processes, and which chunk each of them has."""

    def __init__(self, task: Task[Item, Result], count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._busy: dict[Connection, int] = {}
        self._idle: list[Connection] = []
        self._processes: list[SpawnProcess] = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(task, theirs), daemon=True)
            with theirs:
                process.start()
            self._processes.append(process)
            self._idle.append(ours)

    def __len__(self) -> int:
        return len(self._busy) + len(self._idle)

    @property
    def free(self) -> bool:
        return bool(self._idle)

    @property
    def working(self) -> bool:
        return bool(self._busy)

    def give(self, index: int, data: bytes) -> bool:
        """Hand a chunk to an idle worker; False when that one is dead."""
        pipe = self._idle.pop()
        try:
            pipe.send_bytes(data)
        except OSError:
            pipe.close()
            return False
        self._busy[pipe] = index
        return True

    def take(self, *, block: bool) -> Iterator[tuple[int, Result | None]]:
        """Finished chunks with their results; None for one whose worker died."""
        for ready in wait(list(self._busy), None if block else 0):
            pipe = next(p for p in self._busy if p is ready)
            index = self._busy.pop(pipe)
            try:
                result = pickle.loads(pipe.recv_bytes())  # noqa: S301 - our own worker's
            except (EOFError, OSError):
                pipe.close()
                yield index, None
            else:
                self._idle.append(pipe)
                yield index, result

    def close(self) -> None:
        for pipe in (*self._busy, *self._idle):
            pipe.close()
        for process in self._processes:
            process.join(0.5)
            with contextlib.suppress(ValueError, OSError):
                process.terminate()
            process.join()
            process.close()


def mapped(
    task: Task[Item, Result], items: Iterable[Item], *, workers: int, alone: int = 1
) -> Iterator[Result]:
    """The result of every chunk, in the order of the chunks.

    Args:
        task: what to do with a chunk.
        items: chunks; read only as far ahead as needed.
        workers: processes; below 2 everything runs in this one.
        alone: so many chunks or fewer are worked on in this process: starting others would take longer.
    """
    source = iter(items)
    first: list[Item] = []
    for item in source:
        first.append(item)
        if len(first) > max(alone, 0):
            break
    if workers < 2 or len(first) <= alone:
        work = task.open()
        for item in first:
            yield work(item)
        for item in source:
            yield work(item)
        return
    yield from _shared(task, first, source, workers)


def _shared(
    task: Task[Item, Result], first: list[Item], source: Iterator[Item], count: int
) -> Iterator[Result]:
    waiting: deque[tuple[int, bytes]] = deque()
    given: dict[int, bytes] = {}
    done: dict[int, Result] = {}
    here: Callable[[Item], Result] | None = None
    numbered = enumerate(_chain(first, source))
    more, nexts = True, 0
    pool: _Workers[Item, Result] = _Workers(task, count)

    def myself(data: bytes) -> Result:
        nonlocal here
        here = here or task.open()
        return here(pickle.loads(data))  # noqa: S301 - pickled here

    try:
        while True:
            while more and len(waiting) < count and len(given) + len(done) + len(waiting) < AHEAD * count:
                one = next(numbered, None)
                if one is None:
                    more = False
                    break
                waiting.append((one[0], pickle.dumps(one[1], protocol=5)))
                if pool.free:
                    break
            while waiting and pool.free:
                index, data = waiting.popleft()
                if pool.give(index, data):
                    given[index] = data
                else:
                    done[index] = myself(data)
            idle_reading = more and len(given) + len(done) + len(waiting) < AHEAD * count
            for index, result in pool.take(block=pool.working and not idle_reading):
                data = given.pop(index)
                done[index] = myself(data) if result is None else result
            while nexts in done:
                yield done.pop(nexts)
                nexts += 1
            if not len(pool) and waiting:
                index, data = waiting.popleft()
                done[index] = myself(data)
            if not more and not waiting and not given and not done:
                return
    finally:
        pool.close()


def _chain(first: list[Item], source: Iterator[Item]) -> Iterator[Item]:
    while first:
        yield first.pop(0)
    yield from source
