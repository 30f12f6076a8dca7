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


class Net(NamedTuple):
    """The arrays of `Holdings` that the walk needs."""

    out_ptr: Ints
    dst: Places
    vote_lo: Ints
    vote_hi: Ints
    chain: Flags
    """Pairs that are more than half by share and by votes."""
    base: Ints
    """What counts as all votes of each node."""
    doubtful: Flags


class Walk(NamedTuple):
    """Memory of one walk, used again and again: what a party has come to hold of each node."""

    seen: Places
    """The serial number of the walk that touched a node last."""
    level: Places
    rank: Places
    """When a node came under control."""
    low: Ints
    high: Ints
    extra: Ints
    via: Ints
    """The pair through which a chain reached a node."""
    queue: Places
    touched: Places


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
    """Memory for walks over so many nodes."""
    seen, level, rank, queue, touched = (np.zeros(nodes, np.int32) for _ in range(5))
    low, high, extra, via = (np.zeros(nodes, np.int64) for _ in range(4))
    return Walk(seen, level, rank, low, high, extra, via, queue, touched)


@kernel
def over(votes: int, base: int, inclusive: bool) -> bool:
    """Whether so many votes are more than half (or, under the law before 2024-07-01, half or more)."""
    return base > 0 and (2 * votes > base or (inclusive and 2 * votes == base))


@kernel
def _take(
    net: Net, walk: Walk, serial: int, head: int, tail: int, seen: int, level: int, inclusive: bool
) -> tuple[int, int]:
    """Add the votes of all that waits in the queue; companies that come over half wait behind it."""
    while head < tail:
        node = walk.queue[head]
        head += 1
        for pair in range(net.out_ptr[node], net.out_ptr[node + 1]):
            other = net.dst[pair]
            if walk.seen[other] != serial:
                walk.seen[other] = serial
                walk.level[other] = 0
                walk.low[other] = walk.high[other] = walk.extra[other] = 0
                walk.via[other] = -1
                walk.touched[seen] = other
                seen += 1
            if level <= SUM:
                walk.low[other] = min(walk.low[other] + net.vote_lo[pair], MOST)
            if level <= POSSIBLE:
                walk.high[other] = min(walk.high[other] + net.vote_hi[pair], MOST)
            else:
                walk.extra[other] = min(walk.extra[other] + net.vote_hi[pair], MOST)
            if walk.level[other] != 0:
                continue
            if level == CHAIN:
                found = net.chain[pair] and not net.doubtful[other]
                if found:
                    walk.via[other] = pair
            else:
                found = _reached(net, walk, other, level, inclusive)
            if found:
                walk.level[other] = level
                walk.rank[other] = tail
                walk.queue[tail] = other
                tail += 1
    return tail, seen


@kernel
def _reached(net: Net, walk: Walk, node: int, level: int, inclusive: bool) -> bool:
    if level == SUM:
        return not net.doubtful[node] and over(walk.low[node], net.base[node], inclusive)
    if level == POSSIBLE:
        return over(walk.high[node], net.base[node], inclusive)
    return over(min(walk.high[node] + walk.extra[node], MOST), net.base[node], True)


@kernel
def spread(net: Net, walk: Walk, members: Places, serial: int, inclusive: bool) -> tuple[int, int]:
    """Everything that the members control together; returns how many nodes are controlled (members among them, in
    `walk.queue`) and how many were touched (in `walk.touched`).

    Args:
        net: the holdings.
        walk: memory; what it held of an earlier walk with another serial number counts as nothing.
        members: one party, or all that act in concert.
        serial: a number above that of the walk before.
        inclusive: whether exactly half is control.
    """
    tail = seen = 0
    for member in members:
        if walk.seen[member] != serial:
            walk.seen[member] = serial
            walk.low[member] = walk.high[member] = walk.extra[member] = 0
            walk.via[member] = -1
            walk.level[member] = CHAIN
            walk.rank[member] = tail
            walk.queue[tail] = member
            walk.touched[seen] = member
            tail += 1
            seen += 1
    tail, seen = _take(net, walk, serial, 0, tail, seen, CHAIN, inclusive)
    for level in range(SUM, HALF + 1):
        if level == HALF and inclusive:
            break
        head = tail
        for place in range(seen):
            node = walk.touched[place]
            if walk.level[node] == 0 and _reached(net, walk, node, level, inclusive):
                walk.level[node] = level
                walk.rank[node] = tail
                walk.queue[tail] = node
                tail += 1
        tail, seen = _take(net, walk, serial, head, tail, seen, level, inclusive)
    return tail, seen


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
        walk: memory, not touched by walks with these serial numbers (group number plus one).
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
        _, seen = spread(net, walk, mine, group + 1, inclusive)
        if count + seen > len(out.group):
            return group, count
        for place in range(seen):
            node = walk.touched[place]
            level = walk.level[node]
            if (level == 0 and not held) or (level == CHAIN and walk.via[node] < 0):
                continue
            out.group[count] = group
            out.node[count] = node
            out.level[count] = level
            out.low[count] = walk.low[node]
            out.high[count] = walk.high[node]
            count += 1
    return last, count


__all__ = [
    "CHAIN", "HALF", "POSSIBLE", "SUM", "Net", "Rows", "Walk", "joined", "over", "pairs_of", "rows_for",
    "spread", "taken", "walk_for",
]  # fmt: skip
