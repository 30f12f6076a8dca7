"""The least fixpoint of control, compiled: who controls whom, for one party or group at a time.

x controls y if x, together with all that x controls, holds more than half of the votes of y. A work-list adds the
votes of every company that has come under control; each holding is looked at once for each party, so that cycles end
and the order of the rows changes nothing. Four answers are nested in each other and come from one walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from graph.compiled.jit import compiled, kernel
from graph.control.holdings import MOST, Flags, Ints, Places

CHAIN: Final = 1
"""Every link of one chain is more than half by itself."""
SUM: Final = 2
"""More than half only together with others under the same control, or only by votes beyond the share."""
POSSIBLE: Final = 3
"""Only with the upper ends of ranges, or through a company whose owners' shares contradict each other."""
HALF: Final = 4
"""Only if exactly half were enough."""
SLOT: Final = 0xFFFFFFFF


class Net(NamedTuple):
    """The arrays of `Holdings` that the walk needs."""

    out_ptr: Ints
    dst: Places
    vote_lo: Ints
    vote_hi: Ints
    chain: Flags
    """Pairs that are more than half by share and by votes."""
    may: Flags
    """Pairs that are half or more with the upper end: without one a party alone controls nothing."""
    base: Ints
    """What counts as all votes of each node; negative where its owners' shares contradict each other."""


class Walk(NamedTuple):
    """Memory of one walk, used again and again. A node that is touched gets a slot; the rest stands by slot, close
    together, so that walks over millions of nodes stay within the processor's cache."""

    at: Ints
    """Of each node: serial number of the walk that touched it last, times 2^32, plus its slot."""
    clock: Ints
    """One place: the serial number of this walk."""
    node: Places
    level: Places
    rank: Places
    """When a node came under control."""
    low: Ints
    """Votes at least, from those that are surely controlled."""
    high: Ints
    extra: Ints
    base: Ints
    via: Ints
    """The pair through which a chain reached a node."""
    queue: Places
    """Slots in the order in which they came under control."""


class Rows(NamedTuple):
    """Answers: which group, which node, at which level, and the votes that the group holds at least and at most."""

    group: Places
    node: Places
    level: Places
    low: Ints
    high: Ints


def rows_for(count: int) -> Rows:
    """Room for so many answers."""
    small = [np.empty(count, np.int32) for _ in range(3)]
    return Rows(small[0], small[1], small[2], np.empty(count, np.int64), np.empty(count, np.int64))


def taken(rows: Rows, places: Ints | slice) -> Rows:
    """Some of the answers, as a copy."""
    group, node, level = rows.group[places].copy(), rows.node[places].copy(), rows.level[places].copy()
    return Rows(group, node, level, rows.low[places].copy(), rows.high[places].copy())


def joined(parts: Sequence[Rows]) -> Rows:
    """Answers one after another."""
    if not parts:
        return rows_for(0)
    small = [np.concatenate([part[k] for part in parts]).astype(np.int32) for k in range(3)]
    votes = [np.concatenate([part[k] for part in parts]).astype(np.int64) for k in (3, 4)]
    return Rows(small[0], small[1], small[2], votes[0], votes[1])


def walk_for(nodes: int) -> Walk:
    """Memory for walks over so many nodes; of most of it only what walks touch is ever used."""
    node, level, rank, queue = (np.zeros(nodes, np.int32) for _ in range(4))
    low, high, extra, base, via = (np.zeros(nodes, np.int64) for _ in range(5))
    at, clock = np.zeros(nodes, np.int64), np.zeros(1, np.int64)
    return Walk(at, clock, node, level, rank, low, high, extra, base, via, queue)


@kernel
def over(votes: int, base: int, inclusive: bool) -> bool:
    """Whether so many votes are more than half (or, under the law before 2024-07-01, half or more)."""
    return base > 0 and (2 * votes > base or (inclusive and 2 * votes == base))


@kernel
def slot_of(walk: Walk, node: int) -> int:
    """The slot of a node in this walk, -1 where it was not touched."""
    at = walk.at[node]
    return at & SLOT if at >> 32 == walk.clock[0] else -1


@kernel
def _touch(net: Net, walk: Walk, node: int, slots: int) -> int:
    walk.at[node] = (walk.clock[0] << 32) | slots
    walk.node[slots] = node
    walk.level[slots] = 0
    walk.low[slots] = walk.high[slots] = walk.extra[slots] = 0
    walk.base[slots] = net.base[node]
    walk.via[slots] = -1
    return slots


@kernel
def _take(
    net: Net, walk: Walk, head: int, tail: int, slots: int, level: int, inclusive: bool
) -> tuple[int, int]:
    """Add the votes of all that waits in the queue; companies that come over half wait behind it."""
    while head < tail:
        node = walk.node[walk.queue[head]]
        head += 1
        for pair in range(net.out_ptr[node], net.out_ptr[node + 1]):
            slot = slot_of(walk, net.dst[pair])
            if slot < 0:
                slot = _touch(net, walk, net.dst[pair], slots)
                slots += 1
            if level <= SUM:
                walk.low[slot] = min(walk.low[slot] + net.vote_lo[pair], MOST)
            if level <= POSSIBLE:
                walk.high[slot] = min(walk.high[slot] + net.vote_hi[pair], MOST)
            else:
                walk.extra[slot] = min(walk.extra[slot] + net.vote_hi[pair], MOST)
            if walk.level[slot] != 0:
                continue
            if level == CHAIN:
                found = net.chain[pair]
                if found:
                    walk.via[slot] = pair
            else:
                found = _reached(walk, slot, level, inclusive)
            if found:
                tail = _joins(walk, slot, level, tail)
    return tail, slots


@kernel
def _joins(walk: Walk, slot: int, level: int, tail: int) -> int:
    walk.level[slot] = level
    walk.rank[slot] = tail
    walk.queue[tail] = slot
    return tail + 1


@kernel
def _reached(walk: Walk, slot: int, level: int, inclusive: bool) -> bool:
    base = walk.base[slot]
    if level == SUM:
        return over(walk.low[slot], base, inclusive)
    if level == POSSIBLE:
        return over(walk.high[slot], abs(base), inclusive)
    return over(min(walk.high[slot] + walk.extra[slot], MOST), abs(base), True)


@kernel
def _may_control(net: Net, node: int) -> bool:
    """Whether a party has anything to begin with: what is added up begins with a company that it controls."""
    pair, end = net.out_ptr[node], net.out_ptr[node + 1]
    while pair < end and not net.may[pair]:
        pair += 1
    return bool(pair < end)


@kernel
def spread(net: Net, walk: Walk, members: Places, inclusive: bool) -> int:
    """Everything that the members control together; returns how many nodes were touched, which have slots 0 to that.

    Args:
        net: the holdings.
        walk: memory; the walk before is forgotten.
        members: one party, or all that act in concert.
        inclusive: whether exactly half is control.
    """
    walk.clock[0] += 1
    tail = slots = 0
    for member in members:
        if slot_of(walk, member) < 0:
            tail = _joins(walk, _touch(net, walk, member, slots), CHAIN, tail)
            slots += 1
    tail, slots = _take(net, walk, 0, tail, slots, CHAIN, inclusive)
    for level in range(SUM, HALF + 1):
        if level == HALF and inclusive:
            break
        head = tail
        for slot in range(slots):
            if walk.level[slot] == 0 and _reached(walk, slot, level, inclusive):
                tail = _joins(walk, slot, level, tail)
        tail, slots = _take(net, walk, head, tail, slots, level, inclusive)
    return slots


@compiled
def pairs_of(
    net: Net,
    walk: Walk,
    ptr: Ints,
    members: Places,
    first: int,
    last: int,
    out: Rows,
    inclusive: bool,
    held: bool,
) -> tuple[int, int]:
    """Walk from each group from `first` to before `last`: a row for what it controls, might, or exactly halves.

    Args:
        net: the holdings.
        walk: memory.
        ptr: where each group's members begin.
        members: of all groups.
        first: group to begin with.
        last: the group behind the last.
        out: where rows go; when another group might not fit, it stops before that group.
        inclusive: whether exactly half is control.
        held: also rows of companies in which votes are held without control (level 0).

    Returns:
        The group to go on with, and how many rows were written.
    """
    count = 0
    for group in range(first, last):
        mine = members[ptr[group] : ptr[group + 1]]
        if not held and len(mine) == 1 and not _may_control(net, mine[0]):
            continue
        slots = spread(net, walk, mine, inclusive)
        if count + slots > len(out.group):
            return group, count
        for slot in range(slots):
            level = walk.level[slot]
            if (level == 0 and not held) or (level == CHAIN and walk.via[slot] < 0):
                continue
            out.group[count] = group
            out.node[count] = walk.node[slot]
            out.level[count] = level
            out.low[count] = walk.low[slot]
            out.high[count] = walk.high[slot]
            count += 1
    return last, count


__all__ = [
    "CHAIN", "HALF", "POSSIBLE", "SUM", "Net", "Rows", "Walk", "joined", "over", "pairs_of", "rows_for",
    "slot_of", "spread", "taken", "walk_for",
]  # fmt: skip
