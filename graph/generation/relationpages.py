"""Relations that come as columns: written before the parties whose ordinals they need, if need be by another process.

Parties are put together from what relations say of them, which is a small part of it. Where a store can be read by two
processes at once, one writes the relations while the other one writes the parties; both have little to tell each other.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec
import numpy as np

from graph.generation.build import Docs, party_ordinals, put_relations
from graph.generation.errors import GenerationError
from graph.generation.format import Array, FileInfo, Progress, Sink
from graph.generation.manifest import PartySection, RelationSection
from graph.generation.source import GraphPages, PageReader
from graph.processes import end
from graph.projection.columns import EdgeColumns, EdgePage
from graph.store import StoreError, open_store

_KINDS: Final = "<i8", "<u2", "<u8", "<u8", "<u4", "<u4"
_ENDS: Final = {"src": "<u8", "dst": "<u8", "from_gen": "<u4", "to_gen": "<u4"}
_PROGRAM: Final = (
    "import json, sys; order = json.loads(sys.stdin.readline()); sys.path[:] = order.pop('path');"
    "from graph.generation.relationpages import work; work(**order)"
)


class _Told(msgspec.Struct):
    """What the other process says first: files, bytes that were new, and sizes of the arrays that follow."""

    files: dict[str, FileInfo]
    written: int
    sizes: tuple[int, ...]


_decode = msgspec.json.Decoder(_Told).decode


class Relations:
    """The numbers of all relations, whose documents are written."""

    def __init__(self, columns: EdgeColumns, ends: dict[str, Array]) -> None:
        """Take them.

        Args:
            columns: what each says.
            ends: hashes of the parties' keys (`src`, `dst`), and generations (`from_gen`, `to_gen`).
        """
        self._columns = columns
        self._ends = ends

    def arrays(self) -> Iterator[Array]:
        """All numbers, to be handed over."""
        yield from self._columns.arrays()
        yield from self._ends.values()

    def close(self, sink: Sink, parties: PartySection, progress: Progress | None = None) -> RelationSection:
        """Write everything else, over the parties that are written by now."""
        left, right = (party_ordinals(sink, self._ends[name]) for name in ("src", "dst"))
        begun, ended = self._ends["from_gen"], self._ends["to_gen"]
        rows = self._columns.rows(left, right, begun, ended)
        section = put_relations(sink, begun, ended, rows, parties)
        if progress is not None:
            progress("relations", len(rows), len(rows))
        return section


def write_pages(sink: Sink, pages: Iterable[EdgePage], progress: Progress | None = None) -> Relations:
    """Write the documents of relations, and keep their numbers."""
    columns = EdgeColumns()
    parts: dict[str, list[Array]] = {name: [np.empty(0, kind)] for name, kind in _ENDS.items()}
    docs = Docs(sink, "relation")
    for page in pages:
        docs.extend(page.docs)
        columns.extend(page.columns)
        for name, found in parts.items():
            found.append(getattr(page, name))
        if progress is not None:
            progress("relations", len(columns), 0)
    docs.close()
    return Relations(columns, {name: np.concatenate(found) for name, found in parts.items()})


class Beside:
    """Another process that does `write_pages` into the same folder."""

    def __init__(self, sink: Sink, store: str, known: int) -> None:
        """Start it.

        Args:
            sink: where.
            store: what it reads, by address.
            known: the generation.

        Raises:
            OSError: it can't be started.
        """
        self._sink = sink
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._to = cast("BinaryIO", self._process.stdin)
        self._from = cast("BinaryIO", self._process.stdout)
        segments = None if sink.segments is None else str(sink.segments.absolute())
        order = {"path": sys.path, "store": store, "known": known, "folder": str(sink.folder.absolute()),
                 "segments": segments}  # fmt: skip
        with contextlib.suppress(OSError):  # an early end is met where its answer is read
            self._to.write(msgspec.json.encode(order) + b"\n")
            self._to.flush()

    def relations(self) -> Relations | None:
        """What it wrote; None where it failed, and everything is to be read here."""
        try:
            told = _decode(self._from.readline())
            arrays = [self._read(size, kind) for size, kind in zip(told.sizes, _KINDS, strict=True)]
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        self._sink.files.update(told.files)
        self._sink.written += told.written
        return Relations(EdgeColumns.of(*arrays[:2]), dict(zip(_ENDS, arrays[2:], strict=True)))

    def _read(self, size: int, kind: str) -> Array:
        found: Array = np.frombuffer(self._from.read(size), kind)
        if found.nbytes != size:
            raise ValueError(size)
        return found

    def close(self) -> None:
        """End it."""
        end(self._process)


@contextmanager
def beside(sink: Sink, pages: GraphPages, known: int) -> Iterator[Beside | None]:
    """Another process at the relations, where the store and the machine have what that takes."""
    if not pages.apart or not sys.executable or _processors() < 2:
        yield None
        return
    try:
        other = Beside(sink, pages.apart, known)
    except OSError:
        yield None  # slower by itself
        return
    with closing(other):
        yield other


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work(store: str, known: int, folder: str, segments: str | None) -> None:
    """What the other process does: it ends with the one that began it, and says nothing where it fails."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts both ends the other one
    threading.Thread(target=_with_the_other, daemon=True).start()
    try:
        with closing(open_store(store)) as opened, _sink(folder, segments) as sink:
            if not isinstance(opened, PageReader):
                return
            found = write_pages(sink, opened.graph_pages(known).edges(named=False))
    except (StoreError, GenerationError, OSError):
        return
    arrays = [np.ascontiguousarray(one) for one in found.arrays()]
    told = _Told(files=sink.files, written=sink.written, sizes=tuple(one.nbytes for one in arrays))
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        for one in arrays:
            sys.stdout.buffer.write(one.data)
        sys.stdout.buffer.flush()
    os._exit(0)  # the thread that waits for the other process has nothing to wait for


def _sink(folder: str, segments: str | None) -> Sink:
    return Sink(Path(folder), None if segments is None else Path(segments))


def _with_the_other() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)
