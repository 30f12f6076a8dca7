"""Economic shares, compiled: what finally belongs to one owner, summed over all paths, circles included.

Y = (I-A)^-1 A with row i divided by ((I-A)^-1)_ii, which drops walks that pass through the owner itself. Owners are
worked off before what they own; companies that hold each other are solved together: small circles once for all
owners by Gauss-Jordan elimination, large ones by passing on what arrived until nothing is left. A circle without a
solution (nobody outside owns it, or its shares contradict each other) gives no number, and neither does what it owns.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import compiled, kernel
from graph.control.cycles import Components
from graph.control.holdings import Ints, Places

Floats = npt.NDArray[np.float64]
SMALL: Final = 128
"""Circles of up to so many companies are inverted; the work grows with the third power."""
NOTHING: Final = 1e-15
"""Shares below this are not followed further: a chain of 60 % links ends after 68 steps."""
SINGULAR: Final = 1e-9
GROWN: Final = 1e3
"""What has become so many times a company does not end: its shares contradict each other."""
WORK: Final = 2 * 10**9
"""So many holdings are looked at before an owner's answers are given up: some ten seconds."""
SLOT: Final = 0xFFFFFFFF


class Flow(NamedTuple):
    """Weights and circles of one graph."""

    out_ptr: Ints
    dst: Places
    weight: Floats
    """Part of one, for each pair."""
    number: Ints
    """Component of each node, owners above what they own."""
    first: Ints
    members: Places
    spot: Places
    """Place of each node within its component."""
    inverse: Floats
    """(I-A)^-1 of each small circle, row by row; not a number where there is none."""
    inverse_ptr: Ints


class Pool(NamedTuple):
    """Memory of one walk. A node with a value gets a slot; values stand by slot, close together."""

    at: Ints
    """Of each node: number of the walk times 2^32, plus its slot."""
    clock: Ints
    """The number of this walk, and how many more holdings may be looked at."""
    node: Places
    value: Floats
    left: Floats
    """What has arrived and was not passed on yet, within a large circle."""
    heap: Ints
    """Components that wait, the highest first; each stands here once."""
    waits: Places
    """The walk in which a circle was last put to wait."""
    queue: Places


def flow_of(out_ptr: Ints, dst: Places, weight: Floats, parts: Components) -> Flow:
    """Weights with their circles solved once."""
    spot, inverse_ptr = _spots(parts.first, parts.members)
    inverse = np.empty(int(inverse_ptr[-1]), np.float64)
    _invert(out_ptr, dst, weight, parts.number, parts.first, parts.members, spot, inverse, inverse_ptr)
    return Flow(out_ptr, dst, weight, parts.number, parts.first, parts.members, spot, inverse, inverse_ptr)


def pool_for(flow: Flow, work: int = WORK) -> Pool:
    """Memory for walks; of most of it only what walks touch is ever used.

    Args:
        flow: the holdings.
        work: how many holdings may be looked at in all walks together; what comes later gets no number.
    """
    nodes, parts = len(flow.number), len(flow.first) - 1
    clock = np.array([0, work], np.int64)
    node, queue = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    value, left = np.zeros(nodes, np.float64), np.zeros(nodes, np.float64)
    return Pool(
        np.zeros(nodes, np.int64), clock, node, value, left, np.zeros(parts + 1, np.int64),
        np.zeros(parts, np.int32), queue,
    )  # fmt: skip


@compiled
def _spots(first: Ints, members: Places) -> tuple[Places, Ints]:
    spot = np.zeros(len(members), np.int32)
    ptr = np.zeros(len(first), np.int64)
    for part in range(len(first) - 1):
        size = first[part + 1] - first[part]
        for place in range(size):
            spot[members[first[part] + place]] = place
        ptr[part + 1] = ptr[part] + (size * size if 1 < size <= SMALL else 0)
    return spot, ptr


@compiled
def _invert(
    out_ptr: Ints, dst: Places, weight: Floats, number: Ints, first: Ints, members: Places, spot: Places,
    inverse: Floats, inverse_ptr: Ints,
) -> None:  # fmt: skip
    """(I-A)^-1 of every small circle, by Gauss-Jordan elimination with the largest pivots."""
    for part in range(len(first) - 1):
        size = first[part + 1] - first[part]
        if size < 2 or size > SMALL:
            continue
        left, right = np.eye(size), np.eye(size)
        for place in range(size):
            node = members[first[part] + place]
            for pair in range(out_ptr[node], out_ptr[node + 1]):
                if number[dst[pair]] == part:
                    left[place, spot[dst[pair]]] -= weight[pair]
        fine = True
        for column in range(size):
            best = column
            for row in range(column + 1, size):
                if abs(left[row, column]) > abs(left[best, column]):
                    best = row
            if abs(left[best, column]) < SINGULAR:
                fine = False
                break
            if best != column:
                for k in range(size):
                    left[best, k], left[column, k] = left[column, k], left[best, k]
                    right[best, k], right[column, k] = right[column, k], right[best, k]
            pivot = left[column, column]
            for k in range(size):
                left[column, k] /= pivot
                right[column, k] /= pivot
            for row in range(size):
                factor = left[row, column]
                if row != column and factor != 0.0:
                    for k in range(size):
                        left[row, k] -= factor * left[column, k]
                        right[row, k] -= factor * right[column, k]
        for row in range(size):
            for k in range(size):
                # a negative entry comes of shares above all there is: the series that it stands for does not end
                fine = fine and right[row, k] > -SINGULAR
        for row in range(size):
            for k in range(size):
                inverse[inverse_ptr[part] + row * size + k] = right[row, k] if fine else np.nan


@kernel
def value_of(pool: Pool, node: int) -> float:
    """What belongs to the owner of the last walk; not a number where that has no solution."""
    at = pool.at[node]
    return pool.value[at & SLOT] if at >> 32 == pool.clock[0] else 0.0


@kernel
def _slot(pool: Pool, node: int, slots: int) -> int:
    """The slot of a node: `slots`, the next free one, where it has none yet."""
    at = pool.at[node]
    if at >> 32 == pool.clock[0]:
        return int(at & SLOT)
    pool.at[node] = (pool.clock[0] << 32) | slots
    pool.node[slots] = node
    pool.value[slots] = pool.left[slots] = 0.0
    return slots


@compiled
def economic_row(flow: Flow, pool: Pool, seed: int) -> int:
    """What finally belongs to one owner; returns how many nodes have a value, in slots 0 (the owner, 1) to that."""
    pool.clock[0] += 1
    pool.value[_slot(pool, seed, 0)] = 1.0
    slots = 1
    pool.heap[0], waiting = flow.number[seed], 1
    pool.waits[flow.number[seed]] = pool.clock[0]
    while waiting > 0:
        part = pool.heap[0]
        waiting = _pop(pool.heap, waiting)
        begin, end = flow.first[part], flow.first[part + 1]
        if end - begin > SMALL:
            slots = _pass_on(flow, pool, part, seed, slots)
        elif end - begin > 1:
            slots = _solve(flow, pool, part, seed, slots)
        else:
            _itself(flow, pool, flow.members[begin], seed)
        for place in range(begin, end):
            node = flow.members[place]
            held = value_of(pool, node)
            if held <= NOTHING:  # not so for a value that is no number
                continue
            pool.clock[1] -= flow.out_ptr[node + 1] - flow.out_ptr[node]
            if pool.clock[1] < 0:
                held = np.nan
            for pair in range(flow.out_ptr[node], flow.out_ptr[node + 1]):
                other = flow.dst[pair]
                other_part = flow.number[other]
                if other_part == part or flow.weight[pair] == 0.0:
                    continue
                slot = _slot(pool, other, slots)
                fresh = slot == slots
                slots += fresh
                pool.value[slot] += held * flow.weight[pair]
                if flow.first[other_part + 1] - flow.first[other_part] > 1:
                    fresh = pool.waits[other_part] != pool.clock[0]
                    pool.waits[other_part] = pool.clock[0]
                if fresh:
                    waiting = _push(pool.heap, waiting, other_part)
        if pool.clock[1] < 0 and waiting > 0:
            # no more work: what was reached has no number, and what is behind it is not reached any more
            for slot in range(1, slots):
                pool.value[slot] = np.nan
            return slots
    return slots


@compiled
def _itself(flow: Flow, pool: Pool, node: int, seed: int) -> None:
    """What a company holds in itself goes to its owners in proportion."""
    if node == seed:
        return
    own = 0.0
    for pair in range(flow.out_ptr[node], flow.out_ptr[node + 1]):
        if flow.dst[pair] == node:
            own += flow.weight[pair]
    if own > 0.0:
        slot = pool.at[node] & SLOT
        pool.value[slot] = pool.value[slot] / (1.0 - own) if own < 1.0 - SINGULAR else np.nan


@compiled
def _solve(flow: Flow, pool: Pool, part: int, seed: int, slots: int) -> int:
    """A small circle: what arrived, times what was solved once for all owners."""
    begin, end = flow.first[part], flow.first[part + 1]
    size = end - begin
    table, at = flow.inverse, flow.inverse_ptr[part]
    total = np.zeros(size)
    if flow.number[seed] == part:
        row = flow.spot[seed]
        for place in range(size):
            total[place] = table[at + row * size + place] / table[at + row * size + row]
        total[row] = 1.0
    else:
        for row in range(size):
            arrived = value_of(pool, flow.members[begin + row])
            if arrived != 0.0:
                for place in range(size):
                    total[place] += arrived * table[at + row * size + place]
    for place in range(size):
        slot = _slot(pool, flow.members[begin + place], slots)
        slots += slot == slots
        pool.value[slot] = total[place]
    return slots


@compiled
def _pass_on(flow: Flow, pool: Pool, part: int, seed: int, slots: int) -> int:
    """A large circle: members pass on what arrived, first come first served, until too little is left to matter."""
    begin, end = flow.first[part], flow.first[part + 1]
    size, head, waiting = end - begin, 0, 0
    for place in range(begin, end):
        node = flow.members[place]
        arrived = value_of(pool, node)
        if not arrived <= NOTHING:
            slot = pool.at[node] & SLOT
            pool.left[slot], pool.value[slot] = arrived, 0.0
            pool.queue[waiting] = slot
            waiting += 1
    while waiting > 0:
        slot = pool.queue[head]
        head, waiting = (head + 1) % size, waiting - 1
        node, held = pool.node[slot], pool.left[slot]
        pool.left[slot] = 0.0
        pool.value[slot] += held
        pool.clock[1] -= flow.out_ptr[node + 1] - flow.out_ptr[node]
        if pool.clock[1] < 0 or not pool.value[slot] < GROWN:
            for place in range(begin, end):
                slot = _slot(pool, flow.members[place], slots)
                slots += slot == slots
                pool.value[slot] = 1.0 if pool.node[slot] == seed else np.nan
            return slots
        for pair in range(flow.out_ptr[node], flow.out_ptr[node + 1]):
            other = flow.dst[pair]
            if flow.number[other] != part or other == seed:
                continue
            slot = _slot(pool, other, slots)
            slots += slot == slots
            was = pool.left[slot]
            pool.left[slot] = was + held * flow.weight[pair]
            if was <= NOTHING < pool.left[slot]:
                pool.queue[(head + waiting) % size] = slot
                waiting += 1
    return slots


@compiled
def _push(heap: Ints, size: int, item: int) -> int:
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if heap[above] >= item:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = item
    return size + 1


@compiled
def _pop(heap: Ints, size: int) -> int:
    size -= 1
    item = heap[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] > heap[below]:
            below += 1
        if heap[below] <= item:
            break
        heap[place] = heap[below]
        place = below
    heap[place] = item
    return size
