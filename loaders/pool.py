"""Reading rows in worker processes: ordered, bounded, and in this process where workers do not pay.

Each worker reads the file for itself and maps every n-th group of rows, so that only results travel; a pipe holds
one result, and a worker that is ahead waits. A worker that dies costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from itertools import count, islice
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import msgspec

from graph.model import Doc
from loaders.errors import FileError
from loaders.files import Limits, open_tables
from loaders.kinds import Spec, recogniser, resolve
from loaders.mapping import Mapper, Origin, Outcome
from loaders.tables import Table

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

ALONE = 8
"""Groups of rows that are read in this process first: a smaller table is done before workers have started."""
STREAMED = frozenset({"csv", "tsv", "json", "jsonl"})
"""Formats that are read as a stream; a workbook would stand in the memory of every worker."""

PIPE = 1 << 20
"""The most that Linux gives a pipe of an ordinary user."""

Headings = tuple[str, ...]
_RESULT, _END, _FAILED = b"r", b"e", b"f"


class Job(Doc):
    """What a worker needs to read its share of a table as this process would."""

    path: str
    label: str
    spec: Spec
    origin: Origin
    limits: Limits
    skip: int
    workers: int
    number: int


_decode = msgspec.json.Decoder(tuple[Headings, Outcome]).decode


def _serve(document: bytes, pipe: Connection) -> None:
    """A worker's life. The pipe breaks when the reader has gone; there is nobody to tell."""
    gc.set_threshold(200_000, 20, 20)
    try:
        try:
            _read_share(msgspec.json.decode(document, type=Job), pipe)
        except FileError as error:
            pipe.send_bytes(_FAILED + msgspec.json.encode((error.code, error.params)))
        else:
            pipe.send_bytes(_END)
    except (OSError, KeyboardInterrupt):
        return


def _read_share(job: Job, pipe: Connection) -> None:
    opened = open_tables(Path(job.path), recogniser(job.spec), job.limits)
    table = next(one for one in opened.tables if one.label == job.label)
    if table.sha256 != job.origin.sha256:
        raise FileError("file.changed")
    mapper = Mapper(resolve(job.spec), job.origin)
    encode = msgspec.json.Encoder().encode
    for index, chunk in enumerate(table.chunks()):
        if index >= job.skip and index % job.workers == job.number:
            pipe.send_bytes(_RESULT + encode((chunk.headings, mapper.map(chunk))))


def outcomes(
    table: Table, mapper: Mapper, spec: Spec, origin: Origin, *, workers: int, limits: Limits
) -> Iterator[tuple[Headings, Outcome]]:
    """What became of each group of rows, in order, with the headings they stand under.

    Args:
        table: what to read.
        mapper: used in this process: for small tables, and where a worker dies.
        spec, origin, limits: what workers need to do the same.
        workers: how many processes; 0 for none.

    Raises:
        FileError: the file turned out to be damaged, or changed meanwhile (`file.changed`).
    """
    pooled = workers > 0 and table.format in STREAMED and resolve(spec).prepare is None
    chunks = table.chunks()
    for chunk in islice(chunks, ALONE if pooled else None):
        yield chunk.headings, mapper.map(chunk)
    if not pooled or next(chunks, None) is None:
        return
    jobs = [
        Job(
            path=table.path,
            label=table.label,
            spec=spec,
            origin=origin,
            limits=limits,
            skip=ALONE,
            workers=workers,
            number=number,
        )
        for number in range(workers)
    ]
    done = ALONE
    for result in _pooled(jobs):
        if result is None:
            break
        done += 1
        yield result
    else:
        return
    for chunk in islice(table.chunks(), done, None):
        yield chunk.headings, mapper.map(chunk)


def _widen(pipe: Connection) -> None:
    """Let a pipe hold a good part of a result, where the system can: fewer turns between the processes."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE)


def _pooled(jobs: Sequence[Job]) -> Iterator[tuple[Headings, Outcome] | None]:
    """The results of the workers in order; None when one of them is lost."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    workers: list[SpawnProcess] = []
    try:
        for job in jobs:
            reading, writing = context.Pipe(duplex=False)
            _widen(writing)
            pipes.append(reading)
            worker = context.Process(target=_serve, args=(msgspec.json.encode(job), writing), daemon=True)
            with writing:
                worker.start()
            workers.append(worker)
        for index in count(jobs[0].skip):
            try:
                message = pipes[index % len(pipes)].recv_bytes()
            except (EOFError, OSError):
                yield None
                return
            if message[:1] == _END:
                return
            if message[:1] == _FAILED:
                code, params = msgspec.json.decode(message[1:], type=tuple[str, dict[str, str]])
                raise FileError(code, **params)
            yield _decode(memoryview(message)[1:])
    finally:
        for pipe in pipes:
            pipe.close()
        for worker in workers:
            worker.terminate()
            worker.join()
            worker.close()
