"""All answers for all owners, in order and piece by piece: ten million holdings need no more than their own room."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import local
from typing import Final, NamedTuple

import numpy as np

from graph.compiled.jit import compiled
from graph.control.economic import Economics
from graph.control.engine import SELF_HELD, SHARES_ONLY, Answers, Asked, Engine
from graph.control.flows import WORK, Floats, Flow, Pool, economic_row, pool_for, value_of
from graph.control.holdings import Flags, Ints, Places
from graph.control.proofs import Proofs, Up, prove_all
from graph.control.votes import Net, Rows, Walk, joined, taken

CHUNK: Final = 1 << 14
"""Groups that one task begins with."""
ROWS: Final = 1 << 17
"""A task ends after so many rows and is taken up again where it ended."""
STEPS_A_ROW: Final = 10
"""So many holdings in proofs count as a row of an answer."""
MOST_STEPS: Final = 200
"""Holdings shown for one answer; a longer proof keeps those nearest to the company."""


class Piece(NamedTuple):
    """Answers of some groups, by group."""

    answers: Answers
    least: Floats
    """Economic shares with the lower ends of ranges, parts of one; not a number where there is no solution, and for
    groups of several."""
    most: Floats
    proofs: Proofs
    done: int
    """The group behind the last one that is answered."""
    spent: bool
    """The work allowed for economic shares was used up: some are missing, here or before."""


class Memory(NamedTuple):
    """What one thread works with."""

    walk: Walk
    least: Pool
    most: Pool | None
    marks: Ints


def pieces(
    engine: Engine, asked: Asked, *, everything: bool = False, limit: int = 1 << 40, workers: int = 1,
    steps: int = MOST_STEPS, work: int = WORK,
) -> Iterator[Piece]:  # fmt: skip
    """The answers of all groups, group after group, whatever the number of threads.

    Args:
        engine: the holdings, prepared.
        asked: who is asked for.
        everything: also a row for whatever is reached without control, by votes or by economic share.
        limit: stop after so many rows, long proofs counting as several; the last piece says how far it came.
        workers: threads; the work in them runs beside each other.
        steps: so many holdings of a proof at most.
        work: so many holdings are looked at for economic shares at most, in each thread.
    """
    economics = Economics.of(engine.holdings, engine.parts)
    kept = local()

    def part(first: int, last: int) -> Piece:
        if not hasattr(kept, "memory"):
            kept.memory = _memory(engine, economics, work)
        return _piece(engine, economics, asked, first, last, kept.memory, everything, steps)

    total = 0
    with ThreadPoolExecutor(workers) as threads:
        waiting: deque[tuple[int, Future[Piece]]] = deque()
        ahead = 0
        while ahead < len(asked) or waiting:
            while ahead < len(asked) and len(waiting) < 2 * workers:
                end = min(ahead + CHUNK, len(asked))
                waiting.append((end, threads.submit(part, ahead, end)))
                ahead = end
            last, task = waiting.popleft()
            piece = task.result()
            if piece.done < last:
                waiting.appendleft((last, threads.submit(part, piece.done, last)))
            total += len(piece.least) + len(piece.proofs.pair) // STEPS_A_ROW
            yield piece
            if total >= limit:
                for _, left in waiting:
                    left.cancel()
                return


def _memory(engine: Engine, economics: Economics, work: int) -> Memory:
    most = pool_for(economics.most, work) if economics.most is not None else None
    marks = np.zeros(engine.holdings.nodes + 1, np.int64)
    return Memory(engine.walk(), pool_for(economics.least, work), most, marks)


def _piece(
    engine: Engine, economics: Economics, asked: Asked, first: int, last: int, memory: Memory, everything: bool,
    steps: int,
) -> Piece:  # fmt: skip
    done, answers = engine.answers(asked, first, last, held=everything, walk=memory.walk, room=ROWS)
    if everything:
        answers = _with_reached(economics, asked, first, done, memory, answers)
    rows = answers.rows
    least = np.zeros(len(rows.group), np.float64)
    valued(economics.least, memory.least, asked.ptr, asked.members, rows.group, rows.node, least)
    most = least
    if economics.most is not None and memory.most is not None:
        most = np.zeros(len(rows.group), np.float64)
        valued(economics.most, memory.most, asked.ptr, asked.members, rows.group, rows.node, most)
    proofs = proofs_of(engine, asked, answers, memory.walk, memory.marks, steps)
    spent = any(pool is not None and bool(pool.clock[1] < 0) for pool in (memory.least, memory.most))
    return Piece(answers, least, most, proofs, done, spent)


def _with_reached(
    economics: Economics, asked: Asked, first: int, last: int, memory: Memory, answers: Answers
) -> Answers:
    """The answers, and rows for all that is reached by economic share alone."""
    flow, pool = (
        (economics.most, memory.most)
        if economics.most is not None and memory.most is not None
        else (economics.least, memory.least)
    )
    room = 1 << 14
    rows, mark = [answers.rows], [answers.mark]
    known = answers.rows.group.astype(np.int64) * len(flow.number) + answers.rows.node
    while first < last:
        group, node = np.empty(room, np.int32), np.empty(room, np.int32)
        after, count = reached(flow, pool, asked.ptr, asked.members, first, last, group, node)
        if after == first:
            room *= 4
            continue
        first = after
        keys = group[:count].astype(np.int64) * len(flow.number) + node[:count]
        new = np.flatnonzero(~np.isin(keys, known))
        nothing = np.zeros(len(new), np.int64)
        rows.append(Rows(group[new], node[new], nothing.astype(np.int32), nothing, nothing))
        mark.append(nothing.astype(np.int32))
    together, marks = joined(rows), np.concatenate(mark)
    order = np.lexsort((together.node, together.group))
    return Answers(taken(together, order), marks[order])


def proofs_of(
    engine: Engine, asked: Asked, answers: Answers, walk: Walk, marks: Ints, most: int = MOST_STEPS
) -> Proofs:
    """The holdings behind each answer, each in the reading of the law that gives it."""
    rows = answers.rows
    count = len(rows.group)
    other: list[tuple[Net, Flags]] = []
    if engine.eased is not None:
        other.append((engine.eased, (answers.mark & SELF_HELD) != 0))
    if engine.plain is not None:
        other.append((engine.plain, (answers.mark & SHARES_ONLY) != 0))
    left = np.ones(count, np.bool_)
    for _, flags in other:
        left &= ~flags
    h = engine.holdings
    up = Up(h.in_ptr, h.in_pair, h.src)
    sizes, cut = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    parts = []
    for net, flags in ((engine.net, left), *other):
        chosen = np.flatnonzero(flags)
        if not len(chosen):
            continue
        found = _proved(
            net, up, walk, asked, rows.group[chosen], rows.node[chosen], engine.inclusive, marks, most
        )
        sizes[chosen], cut[chosen] = np.diff(found.ptr), found.cut
        parts.append((chosen, found))
    ptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    pair = np.empty(int(ptr[-1]), np.int32)
    for chosen, found in parts:
        moved = np.repeat(ptr[chosen] - found.ptr[:-1], np.diff(found.ptr))
        pair[moved + np.arange(len(moved))] = found.pair[: len(moved)]
    return Proofs(ptr, pair, cut)


def _proved(
    net: Net, up: Up, walk: Walk, asked: Asked, group: Places, node: Places, inclusive: bool, marks: Ints,
    most: int,
) -> Proofs:  # fmt: skip
    count = len(group)
    out = Proofs(np.zeros(count + 1, np.int64), np.empty(4 * count + 64, np.int32), np.zeros(count, np.bool_))
    done = 0
    while True:
        done = prove_all(
            net, up, walk, asked.ptr, asked.members, group, node, inclusive, marks, most, out, done
        )
        if done == count:
            return out
        more = np.empty(2 * len(out.pair) + 2 * len(up.src), np.int32)
        more[: len(out.pair)] = out.pair
        out = out._replace(pair=more)


@compiled
def valued(
    flow: Flow, pool: Pool, ptr: Ints, members: Places, group: Places, node: Places, out: Floats
) -> None:
    """Economic shares of rows, those of a group together; not a number for groups of several."""
    last = -1
    for row in range(len(group)):
        alone = ptr[group[row] + 1] - ptr[group[row]] == 1
        if alone and group[row] != last:
            economic_row(flow, pool, members[ptr[group[row]]])
        last = group[row]
        out[row] = value_of(pool, node[row]) if alone else np.nan


@compiled
def reached(
    flow: Flow, pool: Pool, ptr: Ints, members: Places, first: int, last: int, group: Places, node: Places
) -> tuple[int, int]:
    """Every company of which something finally belongs to a group's only member: group and node of each."""
    count = 0
    for each in range(first, last):
        if ptr[each + 1] - ptr[each] != 1:
            continue
        slots = economic_row(flow, pool, members[ptr[each]])
        if count + slots > len(group):
            return each, count
        for slot in range(1, slots):
            group[count], node[count] = each, pool.node[slot]
            count += 1
    return last, count
