"""Chunks in several processes: in order, read no further than needed, done even when workers die."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import psutil
import pytest
from match_files import firm, uscc

from api.cli.match_files import Chunk
from api.cli.match_tasks import PartyPlaces, ReadTask
from matching.bulk.pool import AHEAD, mapped

TASK = ReadTask(places=PartyPlaces(name=(0,), code=(1,)))


def chunks(count: int, size: int = 50) -> Iterator[Chunk]:
    for index in range(count):
        first = index * size
        yield Chunk(index, first + 1, [[firm(n), uscc(n)] for n in range(first, first + size)], {})


def firsts(blocks: Iterator[object]) -> list[str]:
    return [block.names[0] for block in blocks]  # type: ignore[attr-defined]


EXPECTED = [firm(chunk * 50) for chunk in range(12)]


def test_results_come_in_order_with_and_without_workers() -> None:
    assert firsts(mapped(TASK, chunks(12), workers=1)) == EXPECTED
    assert firsts(mapped(TASK, chunks(12), workers=2)) == EXPECTED
    assert firsts(mapped(TASK, chunks(1), workers=2)) == EXPECTED[:1]
    assert firsts(mapped(TASK, chunks(0), workers=2)) == []


def test_chunks_are_read_only_as_far_ahead_as_needed() -> None:
    taken = 0

    def counted() -> Iterator[Chunk]:
        nonlocal taken
        for chunk in chunks(60, 5):
            taken += 1
            yield chunk

    results = mapped(TASK, counted(), workers=2)
    next(results)
    assert taken <= 2 * AHEAD + 2
    results.close()  # type: ignore[attr-defined]
    assert not children()


def children() -> list[psutil.Process]:
    """Living processes of this one, the interpreter's own helper and servers of other tests left out."""
    found = psutil.Process().children()
    return [
        p
        for p in found
        if p.status() != "zombie"
        and "resource_tracker" not in " ".join(p.cmdline())
        and p.name() not in ("java", "postgres")
    ]


@pytest.mark.parametrize("killed", [1, 2])
def test_a_worker_that_is_killed_costs_nothing_but_time(killed: int) -> None:
    done = []
    for number, block in enumerate(mapped(TASK, chunks(12), workers=2)):
        done.append(block.names[0])
        if number == 2:
            for child in children()[:killed]:
                os.kill(child.pid, signal.SIGKILL)
    assert done == EXPECTED


def test_an_error_in_a_chunk_reaches_the_one_who_asked() -> None:
    def broken() -> Iterator[Chunk]:
        yield from chunks(3)
        yield Chunk(3, 151, [None], {})  # type: ignore[list-item]

    with pytest.raises(TypeError):
        list(mapped(TASK, broken(), workers=2))
    with pytest.raises(TypeError):
        list(mapped(TASK, broken(), workers=1))
    assert not children()
