"""The holdings that prove an answer: the fewest of the largest, each company's owners before the company."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graph.compiled.jit import compiled
from graph.control.holdings import Ints, Places
from graph.control.votes import CHAIN, POSSIBLE, SUM, Net, Walk, over


class Up(NamedTuple):
    """The way from a company to its owners."""

    in_ptr: Ints
    in_pair: Places
    src: Places


@compiled
def prove(
    net: Net, up: Up, walk: Walk, serial: int, node: int, inclusive: bool, marks: Ints, mark: int
) -> Ints:
    """The pairs that an answer rests on, after `votes.spread` has walked from the owner.

    A chain is followed link by link. Elsewhere the largest holdings of the controlled are taken until they are more
    than half; for a company that is not controlled, all that are held.

    Args:
        net: the holdings that were walked.
        up: their inverse.
        walk: as the walk left it.
        serial: its serial number.
        node: the company.
        inclusive: whether exactly half is control.
        marks: memory, one place a node.
        mark: a number that stands nowhere in `marks`.
    """
    waiting = [node]
    marks[node] = mark
    pairs = [0]
    pairs.pop()
    while len(waiting):
        company = waiting.pop()
        inside = walk.seen[company] == serial and walk.level[company] != 0
        level = walk.level[company] if inside else POSSIBLE
        if inside and level == CHAIN:
            if walk.via[company] < 0:
                continue  # whom the question is about
            chosen = np.full(1, walk.via[company], np.int64)
        else:
            chosen = _grounds(net, up, walk, serial, company, level, inside, inclusive)
        for pair in chosen:
            pairs.append(int(pair))
            owner = up.src[pair]
            if marks[owner] != mark:
                marks[owner] = mark
                waiting.append(owner)
    found = np.array(pairs, np.int64)
    keys = np.empty(len(found), np.int64)
    for place in range(len(found)):
        end = net.dst[found[place]]
        last = walk.seen[end] != serial or walk.level[end] == 0
        keys[place] = len(walk.rank) if last else walk.rank[end]
    return found[np.argsort(keys, kind="mergesort")]


@compiled
def _grounds(
    net: Net, up: Up, walk: Walk, serial: int, company: int, level: int, inside: bool, inclusive: bool
) -> Ints:
    """The pairs into a company that were counted, largest first, no more than are needed."""
    first, last = up.in_ptr[company], up.in_ptr[company + 1]
    votes, pairs = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
    count = 0
    for place in range(first, last):
        pair = up.in_pair[place]
        owner = up.src[pair]
        if walk.seen[owner] != serial or walk.level[owner] == 0 or walk.level[owner] > level:
            continue
        if inside and walk.rank[owner] >= walk.rank[company]:
            continue
        held = net.vote_lo[pair] if level == SUM else net.vote_hi[pair]
        if held > 0:
            votes[count], pairs[count] = held, pair
            count += 1
    order = np.argsort(-votes[:count], kind="mergesort")
    if not inside:
        return pairs[order]
    total, needed = 0, 0
    for place in order:
        total += votes[place]
        needed += 1
        if over(total, net.base[company], inclusive or level > POSSIBLE):
            break
    return pairs[order[:needed]]
