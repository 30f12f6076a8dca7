"""Compiled walks. Each looks at every relation at most once a direction, counts them, and stops at its budget."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.compiled.jit import inlined, kernel
from graph.projection.layout import (
    BY_NAME,
    CODE,
    DAY,
    GENERATIONS,
    LISTED_END,
    LISTED_GENERATIONS,
    LISTED_START,
    MARKS,
    OPEN,
    SHARE_MAX,
    SHARE_MIN,
    START,
    UNKNOWN,
)
from graph.projection.layout import (
    END as UNTIL,
)
from graph.projection.scratch import (
    AHEAD,
    BACK_END,
    BACK_MEETING,
    EDGES,
    END,
    EPOCH,
    HUBS,
    KEPT,
    LOOKED,
    MEETING,
    SPENT,
    TOTAL,
    Lines,
    Scratch,
    Terms,
)

ALL: Final = 0
LISTED: Final = 1
NEAREST: Final = 2
"""What a walk keeps: everyone, listed parties, or the first of them."""
_FAR: Final = 1 << 62
_WALKS: Final = (1 << 31) - 2
_ENTRY: Final = 32
"""A mark is the walk's number, and below these bits the entry, or in walks from one side whether a path may go on."""


@kernel
def begin(s: Scratch) -> int:
    """Start a walk: nothing is marked with its number yet. After two thousand million walks the marks are wiped."""
    if s.info[EPOCH] >= _WALKS:
        s.mark[:, :] = 0
        s.shut[:] = 0
        s.info[EPOCH] = 0
    for place in range(1, len(s.info)):
        s.info[place] = 0
    s.info[EPOCH] += 1
    return int(s.info[EPOCH])


@kernel
def _run(g: Lines, low: int, high: int, code: int) -> int:
    """Among the places [low, high), ordered by code, the first whose code is greater."""
    while low < high:
        middle = (low + high) // 2
        if g.tag[middle] >> CODE <= code:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def _holds(g: Lines, t: Terms, slot: int, how: int) -> bool:
    """Whether the relation at a place passes: recorded and not ended then, in force, found by code, of that share."""
    if how == 1 and (g.tag[slot] & DAY) <= t.day:
        return True
    row = int(g.place[slot] >> 32 & OPEN)
    generations = g.rows[row, GENERATIONS]
    if (generations & OPEN) > t.known or ((generations >> 32) & OPEN) <= t.known:
        return False
    if t.dated and (g.rows[row, START] > t.as_of or g.rows[row, UNTIL] <= t.as_of):
        return False
    if not t.by_name and g.rows[row, MARKS] & BY_NAME:
        return False
    if how == 2:
        if t.possible:
            most = g.rows[row, SHARE_MAX]
            return bool(most == UNKNOWN or most >= t.share)
        return bool(g.rows[row, SHARE_MIN] >= t.share)
    return True


@kernel
def _crowded(g: Lines, t: Terms, s: Scratch, low: int, high: int, how: int, cap: int) -> bool:
    """Whether the relations at the places [low, high), of one party and code, lead to more than `cap` others."""
    if high - low <= cap:
        return False
    others = 0
    last = -1
    for slot in range(low, high):
        s.info[LOOKED] += 1
        peer = int(g.place[slot] & OPEN)
        if peer != last and _holds(g, t, slot, how):
            last = peer
            others += 1
            if others > cap:
                return True
    return False


@inlined
def _shut(g: Lines, t: Terms, s: Scratch, walk: int, node: int, code: int, how: int) -> bool:
    """Whether a party that is entered by a relation of this code (seen from it) has so many that the path must end."""
    low, high = g.starts[node], g.starts[node + 1]
    return high - low > t.few and _overfull(g, t, s, walk, node, code, how)


@kernel
def _overfull(g: Lines, t: Terms, s: Scratch, walk: int, node: int, code: int, how: int) -> bool:
    """The same of a party with many relations."""
    low, high = int(g.starts[node]), int(g.starts[node + 1])
    cap = int(t.caps[g.kind[node]])
    if high - low <= cap:
        return False
    told = walk << 8 | code
    if s.shut[node] == told:
        return True
    first = _run(g, low, high, code - 1)
    if not _crowded(g, t, s, first, _run(g, first, high, code), how, cap):
        return False
    s.shut[node] = told
    return True


@inlined
def _listed(g: Lines, t: Terms, node: int) -> bool:
    """Whether a listing of a party is in force, on a list that counts."""
    for place in range(int(g.listed[node]), int(g.listed[node + 1])):
        if not t.wanted[g.lists[place]]:
            continue
        generations = g.spans[place, LISTED_GENERATIONS]
        if (generations & OPEN) > t.known or ((generations >> 32) & OPEN) <= t.known:
            continue
        if not t.dated or (g.spans[place, LISTED_START] <= t.as_of < g.spans[place, LISTED_END]):
            return True
    return False


@inlined
def _keep(s: Scratch, entry: int, limit: int) -> None:
    s.info[TOTAL] += 1
    if s.info[KEPT] < limit:
        s.kept[s.info[KEPT]] = entry
        s.info[KEPT] += 1


@kernel
def spread(g: Lines, t: Terms, s: Scratch, count: int, hops: int, goal: int, limit: int, note: bool) -> None:
    """Walk breadth-first from the parties in `s.node[:count]`; `s.kept` gets what `goal` asks for.

    A party may be reached twice: first so that the path must end there (it has too many relations of the kind by
    which it was entered), later so that it may go on. With `note` the relations followed are kept in `s.edges`.
    """
    walk = begin(s)
    ending, going = walk << _ENTRY, walk << _ENTRY | 1
    end = 0
    for place in range(count):
        node = int(s.node[place])
        if s.mark[node, 0] != going:
            s.mark[node, 0] = going
            s.node[end] = node
            s.prev[end] = -1
            s.depth[end] = 0
            end += 1
    entry = 0
    while entry < end:
        node, depth = int(s.node[entry]), int(s.depth[entry])
        if depth >= hops:
            break
        if depth and s.slot[entry] < 0:  # may only be an end
            entry += 1
            continue
        low, high = int(g.starts[node]), int(g.starts[node + 1])
        large = depth > 0
        while low < high:
            code = int(np.int64(g.tag[low]) >> CODE)
            stop = high if g.tag[high - 1] >> CODE == code else _run(g, low, high, code)
            how = int(t.codes[code])
            if how == 0:
                low = stop
                s.info[LOOKED] += 1
                continue
            if large and _crowded(g, t, s, low, stop, how, int(t.caps[g.kind[node]])):
                s.info[HUBS] += 1
                low = stop
                continue
            for slot in range(low, stop):
                s.info[LOOKED] += 1
                if s.info[LOOKED] > t.budget:
                    s.info[SPENT] = 1
                    s.info[END] = end
                    return
                peer = int(g.place[slot] & OPEN)
                if not note and s.mark[peer, 0] == going:
                    continue
                if not _holds(g, t, slot, how):
                    continue
                if note:
                    if s.info[EDGES] >= len(s.edges):
                        s.info[SPENT] = 1
                    else:
                        s.edges[s.info[EDGES]] = g.place[slot] >> 32 & OPEN
                        s.info[EDGES] += 1
                    if s.mark[peer, 0] == going:
                        continue
                new = s.mark[peer, 0] != ending
                closed = _shut(g, t, s, walk, peer, code ^ 1, how)
                if closed and not new:
                    continue
                s.mark[peer, 0] = ending if closed else going
                if closed:
                    s.info[HUBS] += 1
                s.node[end] = peer
                s.prev[end] = entry
                s.slot[end] = -1 - slot if closed else slot
                s.depth[end] = depth + 1
                end += 1
                if new and (goal == ALL or (g.listed[peer] != g.listed[peer + 1] and _listed(g, t, peer))):
                    _keep(s, end - 1, limit)
                    if goal == NEAREST:
                        s.info[END] = end
                        return
            low = stop
        entry += 1
    s.info[END] = end


@kernel
def _step(g: Lines, t: Terms, s: Scratch, walk: int, first: int, last: int, other: int, back: bool) -> int:
    """One level of a search from two sides; returns the new end of this side's entries.

    `other` is the party that the other side began with: there the path may end whatever it has.
    """
    node_of, prev, slot_of, depth_of = (
        (s.back_node, s.back_prev, s.back_slot, s.back_depth) if back else (s.node, s.prev, s.slot, s.depth)
    )
    near, far = (1, 0) if back else (0, 1)
    far_depth = s.depth if back else s.back_depth
    end = last
    best = _FAR
    for entry in range(first, last):
        node, depth = int(node_of[entry]), int(depth_of[entry])
        low, high = int(g.starts[node]), int(g.starts[node + 1])
        large = depth > 0
        while low < high:
            code = int(np.int64(g.tag[low]) >> CODE)
            stop = high if g.tag[high - 1] >> CODE == code else _run(g, low, high, code)
            # seen from the other side, a relation is followed the other way
            how = int(t.codes[code ^ 1]) if back else int(t.codes[code])
            if how == 0:
                low = stop
                s.info[LOOKED] += 1
                continue
            if large and _crowded(g, t, s, low, stop, how, int(t.caps[g.kind[node]])):
                s.info[HUBS] += 1
                low = stop
                continue
            for slot in range(low, stop):
                s.info[LOOKED] += 1
                if s.info[LOOKED] > t.budget:
                    s.info[SPENT] = 1
                    return end
                peer = int(g.place[slot] & OPEN)
                if s.mark[peer, near] >> _ENTRY == walk or not _holds(g, t, slot, how):
                    continue
                if peer != other and _shut(g, t, s, walk, peer, code ^ 1, how):
                    s.info[HUBS] += 1
                    continue
                s.mark[peer, near] = walk << _ENTRY | end
                s.info[AHEAD] += g.starts[peer + 1] - g.starts[peer]
                node_of[end] = peer
                prev[end] = entry
                slot_of[end] = slot
                depth_of[end] = depth + 1
                met = s.mark[peer, far]
                if met >> _ENTRY == walk:
                    length = depth + 1 + int(far_depth[met & OPEN])
                    if length < best:
                        best = length
                        s.info[BACK_MEETING if back else MEETING] = end
                        s.info[MEETING if back else BACK_MEETING] = met & OPEN
                        s.info[TOTAL] = 1
                end += 1
            low = stop
    return end


@kernel
def between(g: Lines, t: Terms, s: Scratch, source: int, target: int, hops: int) -> None:
    """The shortest path between two parties, from both sides by turns, the side with fewer relations ahead first."""
    walk = begin(s)
    s.node[0] = source
    s.mark[source, 0] = walk << _ENTRY
    s.prev[0] = -1
    s.depth[0] = 0
    s.back_node[0] = target
    s.mark[target, 1] = walk << _ENTRY
    s.back_prev[0] = -1
    s.back_depth[0] = 0
    first, last, back_first, back_last = 0, 1, 0, 1
    ahead = int(g.starts[source + 1]) - int(g.starts[source])
    back_ahead = int(g.starts[target + 1]) - int(g.starts[target])
    for _ in range(hops):
        if first == last or back_first == back_last:
            break
        s.info[AHEAD] = 0
        if ahead <= back_ahead:
            end = _step(g, t, s, walk, first, last, target, False)
            first, last = last, end
            ahead = int(s.info[AHEAD])
        else:
            end = _step(g, t, s, walk, back_first, back_last, source, True)
            back_first, back_last = back_last, end
            back_ahead = int(s.info[AHEAD])
        if s.info[TOTAL] or s.info[SPENT]:
            break
    s.info[END] = last
    s.info[BACK_END] = back_last


@kernel
def around(g: Lines, t: Terms, s: Scratch, node: int, limit: int, totals: Any) -> None:
    """Count a party's relations by code into `totals`, and keep the places of the first `limit` of each."""
    begin(s)
    low, high = int(g.starts[node]), int(g.starts[node + 1])
    while low < high:
        code = int(np.int64(g.tag[low]) >> CODE)
        stop = high if g.tag[high - 1] >> CODE == code else _run(g, low, high, code)
        how = int(t.codes[code])
        if how == 0:
            low = stop
            continue
        for slot in range(low, stop):
            s.info[LOOKED] += 1
            if s.info[LOOKED] > t.budget:
                s.info[SPENT] = 1
                return
            if _holds(g, t, slot, how):
                totals[code] += 1
                if totals[code] <= limit and s.info[KEPT] < len(s.kept):
                    s.kept[s.info[KEPT]] = slot
                    s.info[KEPT] += 1
        low = stop


@kernel
def surround(g: Lines, t: Terms, s: Scratch, member: int, walk: int, end: int, hops: int, room: int) -> int:
    """Walk from one member of a set, its entries after those of the members before; returns the new end.

    An entry whose party has too many relations of the kind by which it was entered is kept with a negative place:
    it connects nobody, unless it is itself a member. `room` is how many entries there may be.
    """
    ending, going = walk << _ENTRY, walk << _ENTRY | 1
    first = end
    s.node[end] = member
    s.prev[end] = -1
    s.slot[end] = 0
    s.depth[end] = 0
    s.mark[member, 0] = going
    end += 1
    entry = first
    while entry < end:
        node, depth = int(s.node[entry]), int(s.depth[entry])
        if depth >= hops:
            break
        if depth and s.slot[entry] < 0:
            entry += 1
            continue
        low, high = int(g.starts[node]), int(g.starts[node + 1])
        large = depth > 0
        while low < high:
            code = int(np.int64(g.tag[low]) >> CODE)
            stop = high if g.tag[high - 1] >> CODE == code else _run(g, low, high, code)
            how = int(t.codes[code])
            if how == 0:
                low = stop
                s.info[LOOKED] += 1
                continue
            if large and _crowded(g, t, s, low, stop, how, int(t.caps[g.kind[node]])):
                s.info[HUBS] += 1
                low = stop
                continue
            for slot in range(low, stop):
                s.info[LOOKED] += 1
                if s.info[LOOKED] > t.budget or end >= room:
                    s.info[SPENT] = 1
                    return end
                peer = int(g.place[slot] & OPEN)
                if s.mark[peer, 0] == going or not _holds(g, t, slot, how):
                    continue
                closed = _shut(g, t, s, walk, peer, code ^ 1, how)
                if closed and s.mark[peer, 0] == ending:
                    continue
                s.mark[peer, 0] = ending if closed else going
                if closed:
                    s.info[HUBS] += 1
                s.node[end] = peer
                s.prev[end] = entry
                s.slot[end] = -1 - slot if closed else slot
                s.depth[end] = depth + 1
                end += 1
            low = stop
        entry += 1
    return end
