"""Reading rows in worker processes: ordered, bounded, and in this process where a pool does not pay."""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice

import msgspec

from loaders.kinds import Spec, resolve
from loaders.mapping import Mapper, Origin, Outcome
from loaders.tables import Chunk, Line

POOL_FROM = 15
"""Chunks; a smaller table is read sooner than workers start."""

_decode = msgspec.json.Decoder(Outcome).decode
_state: dict[bytes, Mapper] = {}


_Wire = tuple[tuple[str, ...], list[int], list[list[str]], dict[int, str]]
_unpack = msgspec.msgpack.Decoder(_Wire).decode


def _pack(chunk: Chunk) -> bytes:
    """A chunk for the way to a worker: plain lists travel several times faster than named tuples."""
    lines = chunk.lines
    problems = {index: line.problem for index, line in enumerate(lines) if line.problem}
    wire = (chunk.headings, [line.number for line in lines], [line.cells for line in lines], problems)
    return msgspec.msgpack.encode(wire)


def _worker() -> None:
    """Set up a worker: it makes no reference cycles worth looking for after every few hundred records."""
    gc.set_threshold(200_000, 20, 20)


def _map(setup: bytes, packed: bytes) -> bytes:
    """In a worker: map a chunk for the table that `setup` describes."""
    mapper = _state.get(setup)
    if mapper is None:
        spec, origin = msgspec.json.decode(setup, type=tuple[Spec, Origin])
        mapper = _state[setup] = Mapper(resolve(spec), origin)
    headings, numbers, cells, problems = _unpack(packed)
    lines = [
        Line(number, texts, problems.get(index, "") if problems else "")
        for index, (number, texts) in enumerate(zip(numbers, cells, strict=True))
    ]
    return msgspec.json.encode(mapper.map(Chunk(headings, lines)))


def outcomes(
    chunks: Iterator[Chunk], mapper: Mapper, spec: Spec, origin: Origin, workers: int
) -> Iterator[tuple[Chunk, Outcome]]:
    """Each chunk with what became of it, in order.

    Args:
        chunks: lines of one table.
        mapper: used in this process: for small tables, and where a worker dies.
        spec, origin: what workers need to do the same.
        workers: how many processes; 0 for none.
    """
    head = list(islice(chunks, POOL_FROM))
    if workers <= 0 or len(head) < POOL_FROM:
        for chunk in chain(head, chunks):
            yield chunk, mapper.map(chunk)
        return
    yield from _pooled(chain(head, chunks), mapper, msgspec.json.encode((spec, origin)), workers)


def _pooled(
    chunks: Iterator[Chunk], mapper: Mapper, setup: bytes, workers: int
) -> Iterator[tuple[Chunk, Outcome]]:
    context = multiprocessing.get_context("spawn")
    pending: deque[tuple[Chunk, Future[bytes] | None]] = deque()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_worker) as pool:
        try:
            for chunk in chunks:
                pending.append((chunk, _submit(pool.submit, setup, _pack(chunk))))
                if len(pending) > workers * 3:
                    yield _finish(pending.popleft(), mapper)
            while pending:
                yield _finish(pending.popleft(), mapper)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _submit(submit: Callable[..., Future[bytes]], setup: bytes, packed: bytes) -> Future[bytes] | None:
    try:
        return submit(_map, setup, packed)
    except (BrokenProcessPool, RuntimeError):
        return None


def _finish(entry: tuple[Chunk, Future[bytes] | None], mapper: Mapper) -> tuple[Chunk, Outcome]:
    """The result of a chunk; what a dead worker left undone is done here."""
    chunk, future = entry
    if future is not None:
        try:
            return chunk, _decode(future.result())
        except (BrokenProcessPool, OSError):
            pass
    return chunk, mapper.map(chunk)
