"""The holdings that prove an answer: the fewest of the largest, each company's owners before the company."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graph.compiled.jit import compiled
from graph.control.holdings import Flags, Ints, Places
from graph.control.votes import CHAIN, POSSIBLE, SUM, Net, Walk, over, slot_of, spread


class Up(NamedTuple):
    """The way from a company to its owners."""

    in_ptr: Ints
    in_pair: Places
    src: Places


@compiled
def prove(net: Net, up: Up, walk: Walk, node: int, inclusive: bool, marks: Ints, most: int) -> Ints:
    """The pairs that an answer rests on, after `votes.spread` has walked from the owner.

    A chain is followed link by link. Elsewhere the largest holdings of the controlled are taken until they are more
    than half; for a company that is not controlled, all that are held.

    Args:
        net: the holdings that were walked.
        up: their inverse.
        walk: as the walk left it.
        node: the company.
        inclusive: whether exactly half is control.
        marks: memory, one place a node and one more, zeros at first.
        most: stop after so many; then the pairs nearest to the company are there.
    """
    marks[-1] += 1
    mark = marks[-1]
    waiting = [node]
    marks[node] = mark
    pairs = [0]
    pairs.pop()
    while len(waiting) and len(pairs) < most:
        company = waiting.pop()
        slot = slot_of(walk, company)
        level = walk.level[slot] if slot >= 0 else 0
        if level == CHAIN:
            if walk.via[slot] < 0:
                continue  # whom the question is about
            chosen = np.full(1, walk.via[slot], np.int64)
        else:
            chosen = _grounds(net, up, walk, company, level, inclusive)
        for pair in chosen:
            pairs.append(int(pair))
            owner = up.src[pair]
            if marks[owner] != mark:
                marks[owner] = mark
                waiting.append(owner)
    found = np.array(pairs, np.int64)
    keys = np.empty(len(found), np.int64)
    for place in range(len(found)):
        slot = slot_of(walk, net.dst[found[place]])
        keys[place] = walk.rank[slot] if slot >= 0 and walk.level[slot] != 0 else len(walk.rank)
    return found[np.argsort(keys, kind="mergesort")]


@compiled
def _grounds(net: Net, up: Up, walk: Walk, company: int, level: int, inclusive: bool) -> Ints:
    """The pairs into a company that were counted, largest first, no more than are needed."""
    first, last = up.in_ptr[company], up.in_ptr[company + 1]
    votes, pairs = np.empty(last - first, np.int64), np.empty(last - first, np.int64)
    mine = slot_of(walk, company)
    count = 0
    for place in range(first, last):
        pair = up.in_pair[place]
        slot = slot_of(walk, up.src[pair])
        if slot < 0 or walk.level[slot] == 0 or walk.level[slot] > (level if level else POSSIBLE):
            continue
        if level and walk.rank[slot] >= walk.rank[mine]:
            continue
        held = net.vote_lo[pair] if level == SUM else net.vote_hi[pair]
        if held > 0:
            votes[count], pairs[count] = held, pair
            count += 1
    order = np.argsort(-votes[:count], kind="mergesort")
    if not level:
        return pairs[order]
    total, needed = 0, 0
    for place in order:
        total += votes[place]
        needed += 1
        if over(total, abs(net.base[company]), inclusive or level > POSSIBLE):
            break
    return pairs[order[:needed]]


@compiled
def _direct(net: Net, owner: int, company: int) -> int:
    """The pair of an owner and a company, -1 where there is none: an owner's pairs stand by company."""
    low, high = net.out_ptr[owner], net.out_ptr[owner + 1]
    while low < high:
        middle = (low + high) // 2
        if net.dst[middle] < company:
            low = middle + 1
        else:
            high = middle
    return int(low) if low < net.out_ptr[owner + 1] and net.dst[low] == company else -1


class Proofs(NamedTuple):
    """The pairs behind each of many answers."""

    ptr: Ints
    pair: Places
    cut: Flags
    """Answers of which only the pairs nearest to the company are there."""


@compiled
def prove_all(
    net: Net, up: Up, walk: Walk, ptr: Ints, members: Places, group: Places, node: Places, inclusive: bool,
    marks: Ints, most: int, out: Proofs, first: int,
) -> int:  # fmt: skip
    """Prove rows from `first` on, those of a group together; returns the row to go on with when `out` is full."""
    filled = out.ptr[first]
    last = -1
    for row in range(first, len(group)):
        begin, end = ptr[group[row]], ptr[group[row] + 1]
        pair = _direct(net, members[begin], node[row]) if end - begin == 1 else -1
        if pair >= 0 and net.chain[pair]:
            # what is held directly and is more than half needs no walk
            found = np.full(1, pair, np.int64)
        else:
            if group[row] != last:
                last = int(group[row])
                spread(net, walk, members[begin:end], inclusive)
            found = prove(net, up, walk, node[row], inclusive, marks, most)
        if filled + len(found) > len(out.pair):
            return row
        for each in found:
            out.pair[filled] = each
            filled += 1
        out.ptr[row + 1] = filled
        out.cut[row] = len(found) >= most
    return len(group)
