"""One preparation for many questions about control: the readings of the holdings, and all answers of a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from graph.compiled.jit import compiled
from graph.control.cycles import Components, components
from graph.control.holdings import Flags, Holdings, Ints, Places
from graph.control.shares import PERCENT, WHOLE, half_is_control
from graph.control.votes import (
    CHAIN,
    POSSIBLE,
    SUM,
    Net,
    Rows,
    Walk,
    joined,
    pairs_of,
    rows_for,
    slot_of,
    spread,
    taken,
    walk_for,
)

VOTES_ONLY: Final = 1
"""Marks a row: shares alone would not give this control."""
SHARES_ONLY: Final = 2
"""Marks a row: shares alone would give control, votes do not."""
SELF_HELD: Final = 4
"""Marks a row: control only once self-held votes are left out."""
MAX_CIRCLE: Final = 1_000
"""Larger circles are not searched for self-held votes: the search grows with the square."""
ROOM: Final = 1 << 16


class Asked(NamedTuple):
    """Who is asked for: groups of nodes, most of them of one."""

    ptr: Ints
    members: Places

    def __len__(self) -> int:
        return len(self.ptr) - 1

    def only(self, groups: Ints) -> Asked:
        """Some of the groups."""
        sizes = self.ptr[groups + 1] - self.ptr[groups]
        ptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        places = np.repeat(self.ptr[groups] - ptr[:-1], sizes) + np.arange(int(ptr[-1]))
        return Asked(ptr, self.members[places])


class Answers(NamedTuple):
    """Rows of a range of groups with what marks them."""

    rows: Rows
    mark: Places


@dataclass(frozen=True, eq=False)
class Engine:
    """The holdings as they are read: by votes, by shares alone, and without the votes that companies hold in
    themselves (each only where it makes a difference). Shared by threads."""

    holdings: Holdings
    inclusive: bool
    """Whether exactly half is control."""
    net: Net
    plain: Net | None
    eased: Net | None
    eased_for: Flags
    """Nodes whose answers the third reading may change."""
    parts: Components
    unsearched: int
    """Companies in circles too large to be searched for self-held votes."""

    @classmethod
    def of(cls, holdings: Holdings, as_of: date | None = None) -> Engine:
        """Prepare all readings under the law of a day."""
        inclusive = half_is_control(as_of)
        net = net_of(holdings, inclusive)
        plain = net_of(holdings.by_shares(), inclusive) if holdings.votes_differ else None
        parts = components(holdings.out_ptr, holdings.dst)
        eased, touched, unsearched = _without_self_held(holdings, net, parts, inclusive)
        return cls(holdings, inclusive, net, plain, eased, touched, parts, unsearched)

    def groups(self, asked: Sequence[Sequence[int]]) -> Asked:
        """Parties or groups of them, by id; who holds nothing stays an empty group."""
        ptr, members = [0], []
        for group in asked:
            members += [node for party in group if (node := self.holdings.node(party)) is not None]
            ptr.append(len(members))
        return Asked(np.array(ptr, np.int64), np.array(members, np.int32))

    def owners(self) -> Asked:
        """All that hold anything, each alone."""
        owners = np.flatnonzero(np.diff(self.holdings.out_ptr)).astype(np.int32)
        return Asked(np.arange(len(owners) + 1, dtype=np.int64), owners)

    def walk(self) -> Walk:
        """Memory for one thread."""
        return walk_for(self.holdings.nodes)

    def answers(
        self, asked: Asked, first: int, last: int, *, held: bool = False, walk: Walk | None = None,
        room: int = 1 << 40,
    ) -> tuple[int, Answers]:  # fmt: skip
        """The answers for groups `first` to before `last`, as many as fit into `room` rows, but for one group at least.

        Returns:
            The group to go on with, and the rows, by group.
        """
        walk = walk if walk is not None else self.walk()
        done, rows = self._rows(self.net, asked, first, last, held, walk, room)
        mark = np.zeros(len(rows.group), np.int32)
        span = np.arange(first, done, dtype=np.int64)
        if self.plain is not None:
            _, other = self._rows(self.plain, asked, first, done, False, walk, 1 << 40)
            rows, mark = self._compared(
                rows, mark, other, asked, (CHAIN, SUM, POSSIBLE), (VOTES_ONLY, SHARES_ONLY), walk
            )
        if self.eased is not None:
            chosen = span[_any_in(asked, first, done, self.eased_for)]
            other = self._some(self.eased, asked, chosen, False, walk)
            rows, mark = self._compared(rows, mark, other, asked, (CHAIN, SUM), (0, SELF_HELD), walk)
        if self.plain is not None or self.eased is not None:
            order = np.argsort(rows.group, kind="stable")
            rows, mark = taken(rows, order), mark[order]
        return done, Answers(rows, mark)

    def _rows(
        self, net: Net, asked: Asked, first: int, last: int, held: bool, walk: Walk, room: int
    ) -> tuple[int, Rows]:
        out = rows_for(ROOM)
        parts: list[Rows] = []
        done, total = first, 0
        while done < last and total < room:
            begun = done
            done, count = pairs_of(net, walk, asked.ptr, asked.members, done, last, out, self.inclusive, held)
            if count:
                parts.append(taken(out, slice(count)))
                total += count
            if done == begun:
                out = rows_for(min(8 * len(out.group), self.holdings.nodes + 1))
        return done, joined(parts)

    def _some(self, net: Net, asked: Asked, chosen: Ints, held: bool, walk: Walk) -> Rows:
        """All rows of some groups, with the numbers that they have among all."""
        part = asked.only(chosen)
        _, rows = self._rows(net, part, 0, len(part), held, walk, 1 << 40)
        return rows._replace(group=chosen[rows.group].astype(np.int32))

    def _compared(
        self, rows: Rows, mark: Places, other: Rows, asked: Asked, levels: tuple[int, ...],
        marks: tuple[int, int], walk: Walk,
    ) -> tuple[Rows, Places]:  # fmt: skip
        """Mark what another reading answers otherwise; rows that only the other one has come as "no"."""
        mine = np.isin(rows.level, levels)
        said = np.isin(other.level, levels)
        keys, others = self._keys(rows), self._keys(other)
        there = np.isin(keys, others[said])
        mark = mark | np.where(mine & ~there, marks[0], 0) | np.where(~mine & there, marks[1], 0)
        extra = np.flatnonzero(said & ~np.isin(others, keys))
        if not len(extra):
            return rows, mark.astype(np.int32)
        held = self._some(self.net, asked, np.unique(other.group[extra]).astype(np.int64), True, walk)
        known = self._keys(held)
        order = np.argsort(known)
        at = np.minimum(np.searchsorted(known[order], others[extra]), max(len(known) - 1, 0))
        found = known[order][at] == others[extra] if len(known) else np.zeros(len(extra), np.bool_)
        low, high = (
            np.where(found, column[order][at], 0) if len(known) else np.zeros(len(extra), np.int64)
            for column in (held.low, held.high)
        )
        more = Rows(other.group[extra], other.node[extra], np.zeros(len(extra), np.int32), low, high)
        marked = np.concatenate([mark, np.full(len(extra), marks[1])])
        return joined([rows, more]), marked.astype(np.int32)

    def _keys(self, rows: Rows) -> Ints:
        return rows.group.astype(np.int64) * self.holdings.nodes + rows.node


def net_of(holdings: Holdings, inclusive: bool) -> Net:
    """The arrays for a walk over all holdings, all votes counting."""
    half = 50 * PERCENT
    least = np.minimum(holdings.share_lo, holdings.vote_lo)
    doubtful = holdings.doubtful
    chain = (least >= half if inclusive else least > half) & ~doubtful[holdings.dst]
    base = np.where(doubtful, -WHOLE, WHOLE)
    may = 2 * holdings.vote_hi >= WHOLE
    return Net(holdings.out_ptr, holdings.dst, holdings.vote_lo, holdings.vote_hi, chain, may, base)


def _any_in(asked: Asked, first: int, last: int, flags: Flags) -> Flags:
    """Which of the groups have a member that is flagged."""
    hits = np.concatenate([np.zeros(1, np.int64), np.cumsum(flags[asked.members])])
    found: Flags = hits[asked.ptr[first + 1 : last + 1]] > hits[asked.ptr[first:last]]
    return found


def _without_self_held(
    holdings: Holdings, net: Net, parts: Components, inclusive: bool
) -> tuple[Net | None, Flags, int]:
    """The net without votes that companies hold in themselves, directly or through what they control; whom it
    concerns; how many companies were not searched."""
    inner = parts.number[holdings.src] == parts.number[holdings.dst]
    sizes = np.diff(parts.first)[parts.number]
    searched = parts.cyclic & (sizes <= MAX_CIRCLE)
    unsearched = int(np.count_nonzero(parts.cyclic & (sizes > MAX_CIRCLE)))
    nobody = np.zeros(holdings.nodes, np.bool_)
    if not searched.any():
        return None, nobody, unsearched
    inside = net._replace(vote_lo=np.where(inner, net.vote_lo, 0), chain=net.chain & inner)
    inside = inside._replace(vote_hi=inside.vote_lo)
    suspects = np.flatnonzero(searched).astype(np.int32)
    own = _own_votes(
        inside, walk_for(holdings.nodes), suspects, holdings.in_ptr, holdings.in_pair, holdings.src, inclusive
    )
    if not own.any():
        return None, nobody, unsearched
    left = np.abs(net.base)
    np.subtract.at(left, holdings.dst[own], np.minimum(holdings.vote_lo[own], WHOLE))
    base = np.sign(net.base) * np.maximum(left, 0)
    lo, hi = np.where(own, 0, net.vote_lo), np.where(own, 0, net.vote_hi)
    eased = net._replace(vote_lo=lo, vote_hi=hi, base=base, chain=net.chain & ~own)
    eased = eased._replace(may=2 * hi >= np.abs(base)[holdings.dst])
    return eased, _above(holdings.in_ptr, holdings.in_pair, holdings.src, holdings.dst[own]), unsearched


@compiled
def _own_votes(
    net: Net, walk: Walk, suspects: Places, in_ptr: Ints, in_pair: Places, src: Places, inclusive: bool
) -> Flags:
    """Pairs in which a company is held by itself or by what it controls."""
    own = np.zeros(len(src), np.bool_)
    member = np.zeros(1, np.int32)
    for place in range(len(suspects)):
        company = suspects[place]
        member[0] = company
        spread(net, walk, member, inclusive)
        for at in range(in_ptr[company], in_ptr[company + 1]):
            pair = in_pair[at]
            owner = src[pair]
            slot = slot_of(walk, owner)
            if owner == company or (slot >= 0 and 0 < walk.level[slot] <= SUM):
                own[pair] = True
    return own


@compiled
def _above(in_ptr: Ints, in_pair: Places, src: Places, start: Places) -> Flags:
    """The given nodes and all above them."""
    found = np.zeros(len(in_ptr) - 1, np.bool_)
    waiting = np.empty(len(in_ptr), np.int32)
    count = 0
    for node in start:
        if not found[node]:
            found[node] = True
            waiting[count] = node
            count += 1
    while count > 0:
        count -= 1
        node = waiting[count]
        for place in range(in_ptr[node], in_ptr[node + 1]):
            owner = src[in_pair[place]]
            if not found[owner]:
                found[owner] = True
                waiting[count] = owner
                count += 1
    return found
