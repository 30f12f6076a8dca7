"""Economic shares, compiled: what finally belongs to one owner, summed over all paths, circles included.

Y = (I-A)^-1 A with row i divided by ((I-A)^-1)_ii, which drops walks that pass through the owner itself. Owners are
worked off before what they own; companies that hold each other are solved together: small circles once for all
owners by Gauss-Jordan elimination, large ones by repeated sweeps. A circle without a solution (nobody outside owns
it, or its shares contradict each other) gives no number, and neither does what it owns.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import compiled
from graph.control.cycles import Components
from graph.control.holdings import Ints, Places

Floats = npt.NDArray[np.float64]
SMALL: Final = 128
"""Circles of up to so many companies are inverted; the work grows with the third power."""
SWEEPS: Final = 5_000
STILL: Final = 1e-14
"""Sweeps end when nothing moves by more."""
NOTHING: Final = 1e-15
"""Shares below this are not followed further: a chain of 60 % links ends after 68 steps."""
SINGULAR: Final = 1e-9


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
    """Memory of one walk."""

    seen: Places
    value: Floats
    heap: Ints
    """Components that wait, the highest first; each stands here once."""
    waits: Places
    """The walk in which a component was last put to wait."""
    found: Places
    """Nodes with a value."""
    was: Floats


def flow_of(out_ptr: Ints, dst: Places, weight: Floats, parts: Components) -> Flow:
    """Weights with their circles solved once."""
    spot, inverse_ptr = _spots(parts.first, parts.members)
    inverse = np.empty(int(inverse_ptr[-1]), np.float64)
    _invert(out_ptr, dst, weight, parts.number, parts.first, parts.members, spot, inverse, inverse_ptr)
    return Flow(out_ptr, dst, weight, parts.number, parts.first, parts.members, spot, inverse, inverse_ptr)


def pool_for(flow: Flow) -> Pool:
    """Memory for walks."""
    nodes, parts = len(flow.number), len(flow.first) - 1
    return Pool(
        np.zeros(nodes, np.int32), np.zeros(nodes, np.float64), np.zeros(parts + 1, np.int64),
        np.zeros(parts, np.int32), np.zeros(nodes, np.int32), np.zeros(nodes, np.float64),
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


@compiled
def economic_row(flow: Flow, pool: Pool, seed: int, serial: int) -> int:
    """What finally belongs to one owner; returns how many nodes have a value, which stand in `pool.found`.

    Args:
        flow: the holdings.
        pool: memory; `pool.value` holds the answers where `pool.seen` is `serial`.
        seed: the owner; its own value is 1 afterwards.
        serial: a number above that of the walk before.
    """
    count = waiting = 0
    pool.seen[seed], pool.value[seed], pool.found[0] = serial, 1.0, seed
    count = 1
    pool.heap[0], waiting = flow.number[seed], 1
    pool.waits[flow.number[seed]] = serial
    while waiting > 0:
        part = pool.heap[0]
        waiting = _pop(pool.heap, waiting)
        begin, end = flow.first[part], flow.first[part + 1]
        if end - begin > 1:
            count = _solve(flow, pool, part, seed, serial, count)
        else:
            _itself(flow, pool, flow.members[begin], seed)
        for place in range(begin, end):
            node = flow.members[place]
            held = pool.value[node] if pool.seen[node] == serial else 0.0
            if held <= NOTHING:  # not so for a value that is no number
                continue
            for pair in range(flow.out_ptr[node], flow.out_ptr[node + 1]):
                other = flow.dst[pair]
                other_part = flow.number[other]
                if other_part == part or flow.weight[pair] == 0.0:
                    continue
                if pool.seen[other] != serial:
                    pool.seen[other], pool.value[other], pool.found[count] = serial, 0.0, other
                    count += 1
                pool.value[other] += held * flow.weight[pair]
                if pool.waits[other_part] != serial:
                    pool.waits[other_part] = serial
                    waiting = _push(pool.heap, waiting, other_part)
    return count


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
        pool.value[node] = pool.value[node] / (1.0 - own) if own < 1.0 - SINGULAR else np.nan


@compiled
def _solve(flow: Flow, pool: Pool, part: int, seed: int, serial: int, count: int) -> int:
    """Companies that hold each other, solved together."""
    begin, end = flow.first[part], flow.first[part + 1]
    size = end - begin
    inside = flow.number[seed] == part
    for place in range(begin, end):
        node = flow.members[place]
        if pool.seen[node] != serial:
            pool.seen[node], pool.value[node], pool.found[count] = serial, 0.0, node
            count += 1
        pool.was[node] = pool.value[node]
    if size > SMALL:
        _sweep(flow, pool, part, seed if inside else -1)
        return count
    table, at = flow.inverse, flow.inverse_ptr[part]
    if inside:
        row = flow.spot[seed]
        for place in range(size):
            pool.value[flow.members[begin + place]] = (
                table[at + row * size + place] / table[at + row * size + row]
            )
        pool.value[seed] = 1.0
        return count
    for place in range(size):
        total = 0.0
        for row in range(size):
            arrived = pool.was[flow.members[begin + row]]
            if arrived != 0.0:
                total += arrived * table[at + row * size + place]
        pool.value[flow.members[begin + place]] = total
    return count


@compiled
def _sweep(flow: Flow, pool: Pool, part: int, seed: int) -> None:
    """A large circle by sweeps: what arrived, and what the members hold of each other, until nothing moves."""
    begin, end = flow.first[part], flow.first[part + 1]
    fresh = np.empty(end - begin)
    for _ in range(SWEEPS):
        for place in range(begin, end):
            fresh[place - begin] = pool.was[flow.members[place]]
        for place in range(begin, end):
            node = flow.members[place]
            held = pool.value[node]
            for pair in range(flow.out_ptr[node], flow.out_ptr[node + 1]):
                other = flow.dst[pair]
                if flow.number[other] == part and other != seed:
                    fresh[flow.spot[other]] += held * flow.weight[pair]
        moved = 0.0
        for place in range(begin, end):
            node = flow.members[place]
            moved = max(moved, abs(fresh[place - begin] - pool.value[node]))
            pool.value[node] = fresh[place - begin]
        if moved < STILL:
            return
    for place in range(begin, end):
        if flow.members[place] != seed:
            pool.value[flow.members[place]] = np.nan


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
