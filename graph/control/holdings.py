"""Who holds how much of whom: the holdings in force, as arrays that can be walked down and up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import compiled
from graph.control.shares import EXCESS, UNKNOWN, WHOLE

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
MOST: Final = 10**6 * WHOLE
"""Where sums stop, far from what a whole number of 64 bits holds."""


class Excess(NamedTuple):
    """A company whose owners' shares add up to more than 100.5 %: what stands there can't all be true."""

    company: int
    shares: int
    """The sum of what its owners hold at least, in units."""
    votes: int


@dataclass(frozen=True, eq=False)
class Holdings:
    """All holdings on one day. Rows of one owner in one company are added up; make it with `Holdings.of`.

    Nodes are numbered 0 to n-1 in the order of their ids, pairs (owner, owned) 0 to m-1 in that order.
    """

    ids: Ints
    """Id of each node, ascending."""
    src: Places
    dst: Places
    out_ptr: Ints
    """Where the pairs of each owner begin."""
    in_ptr: Ints
    in_pair: Places
    """Pairs by who is owned."""
    share_lo: Ints
    share_hi: Ints
    vote_lo: Ints
    vote_hi: Ints
    row_ptr: Ints
    row: Ints
    """Input rows of each pair: the evidence."""
    total_share: Ints
    """What the owners of each node hold at least."""
    total_vote: Ints

    @classmethod
    def of(
        cls,
        owner: npt.ArrayLike,
        owned: npt.ArrayLike,
        share_lo: npt.ArrayLike,
        share_hi: npt.ArrayLike | None = None,
        vote_lo: npt.ArrayLike | None = None,
        vote_hi: npt.ArrayLike | None = None,
        *,
        nodes: int | None = None,
    ) -> Holdings:
        """Holdings from parallel sequences, one place a row.

        Args:
            owner: who holds, any whole numbers.
            owned: of whom.
            share_lo: share in units (`shares.units`), the least of a range; UNKNOWN where none is stated.
            share_hi: the most of a range; the same as `share_lo` without it.
            vote_lo: votes in units where they are stated, else UNKNOWN: then votes are as shares are.
            vote_hi: the most of a range of votes.
            nodes: given, ids are 0 to nodes-1 already, which saves sorting them.

        Raises:
            ValueError: lengths differ, or a number is not between 0 and 100 %, or a range is upside down.
        """
        a, b = np.ascontiguousarray(owner, np.int64), np.ascontiguousarray(owned, np.int64)
        share_lo = np.ascontiguousarray(share_lo, np.int64)
        share_hi = share_lo if share_hi is None else np.ascontiguousarray(share_hi, np.int64)
        if vote_lo is None:
            vote_lo = vote_hi = None
        else:
            vote_lo = np.ascontiguousarray(vote_lo, np.int64)
            vote_hi = vote_lo if vote_hi is None else np.ascontiguousarray(vote_hi, np.int64)
        columns = [column for column in (share_lo, share_hi, vote_lo, vote_hi) if column is not None]
        if len({len(a), len(b), *map(len, columns)}) > 1:
            raise ValueError("holdings: columns of different lengths")
        if any(len(c) and (c.min() < UNKNOWN or c.max() > WHOLE) for c in columns):
            raise ValueError("holdings: a share is not between 0 and 100 %")
        if bool((share_hi < share_lo).any()) or (vote_lo is not None and bool((vote_hi < vote_lo).any())):
            raise ValueError("holdings: a range is upside down")
        ids, src, dst = _numbered(a, b, nodes)
        order, first = _grouped(src, dst, len(ids))
        pair_src, pair_dst = src[order[first[:-1]]], dst[order[first[:-1]]]
        lo, hi = _sums(first, order, share_lo), _sums(first, order, share_hi)
        in_ptr, in_pair = _inverse(pair_dst, len(ids))
        total = _sums(in_ptr, in_pair, lo)
        if bool((share_lo == UNKNOWN).any()):
            # nobody said how much: no more than what the others leave
            _opened(order, first, share_lo, pair_dst, lo, hi, total)
        if vote_lo is None or vote_hi is None:
            low, high, votes = lo, hi, total
        else:
            low, high = _vote_sums(order, first, (share_lo, share_hi), (vote_lo, vote_hi), hi - lo)
            votes = _sums(in_ptr, in_pair, low)
        return cls(
            ids, pair_src, pair_dst, _starts(pair_src, len(ids)), in_ptr, in_pair, lo, hi, low, high,
            first, order, total, votes,
        )  # fmt: skip

    @property
    def nodes(self) -> int:
        """How many parties there are."""
        return len(self.ids)

    @property
    def votes_differ(self) -> bool:
        """Whether votes stand anywhere that are not as the shares are."""
        return self.vote_lo is not self.share_lo and not (
            np.array_equal(self.vote_lo, self.share_lo) and np.array_equal(self.vote_hi, self.share_hi)
        )

    @property
    def doubtful(self) -> Flags:
        """Which nodes have owners with more than 100.5 % together."""
        return (self.total_share > EXCESS) | (self.total_vote > EXCESS)

    def excesses(self) -> list[Excess]:
        """The data findings: companies with more than 100.5 % of owners, by id."""
        return [
            Excess(int(self.ids[n]), int(self.total_share[n]), int(self.total_vote[n]))
            for n in np.flatnonzero(self.doubtful)
        ]

    def node(self, party: int) -> int | None:
        """The number of a party, None when it neither holds nor is held."""
        place = int(np.searchsorted(self.ids, party))
        return place if place < len(self.ids) and int(self.ids[place]) == party else None

    def rows(self, pair: int) -> tuple[int, ...]:
        """The input rows, from 0, that a pair was added up from."""
        return tuple(int(r) for r in self.row[self.row_ptr[pair] : self.row_ptr[pair + 1]])

    def by_shares(self) -> Holdings:
        """The same with every vote as its share: who would control without agreements on votes."""
        return Holdings(
            **{**self.__dict__, "vote_lo": self.share_lo, "vote_hi": self.share_hi,
               "total_vote": self.total_share}
        )  # fmt: skip


def groups_of(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Groups of parties that act in concert, from pairs that do: each group ascending, the groups in order."""
    root: dict[int, int] = {}

    def find(x: int) -> int:
        root.setdefault(x, x)
        while root[x] != x:
            root[x] = root[root[x]]
            x = root[x]
        return x

    for a, b in pairs:
        one, other = find(a), find(b)
        root[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for member in sorted(root):
        groups.setdefault(find(member), []).append(member)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _numbered(a: Ints, b: Ints, nodes: int | None) -> tuple[Ints, Places, Places]:
    if nodes is not None:
        if len(a) and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= nodes):
            raise ValueError("holdings: an id is not below the number of nodes")
        return np.arange(nodes, dtype=np.int64), a.astype(np.int32), b.astype(np.int32)
    ids, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    numbers = places.astype(np.int32)
    return ids, numbers[: len(a)], numbers[len(a) :]


def _grouped(src: Places, dst: Places, nodes: int) -> tuple[Ints, Ints]:
    """Rows in the order of (owner, owned), and where each pair begins."""
    order = _sorted_by(src, _sorted_by(dst, np.arange(len(src), dtype=np.int64), nodes), nodes)
    a, b = src[order], dst[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return order, np.append(np.flatnonzero(new), len(order)).astype(np.int64)


def _inverse(dst: Places, nodes: int) -> tuple[Ints, Places]:
    order = _sorted_by(dst, np.arange(len(dst), dtype=np.int64), nodes)
    return _starts(dst, nodes), order.astype(np.int32)


def _starts(key: Places, nodes: int) -> Ints:
    starts = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(key, minlength=nodes), out=starts[1:])
    return starts


@compiled
def _sums(first: Ints, order: Places | Ints, value: Ints) -> Ints:
    """What stands in each group, unknown as nothing; nonsense beyond a million owners of all stays at that."""
    sums = np.zeros(len(first) - 1, np.int64)
    for group in range(len(sums)):
        total = 0
        for place in range(first[group], first[group + 1]):
            total = min(total + max(value[order[place]], 0), MOST)
        sums[group] = total
    return sums


@compiled
def _sorted_by(key: Places, order: Ints, nodes: int) -> Ints:
    """`order` rearranged by `key`, equal keys as they were: a counting sort, linear in time."""
    at = np.zeros(nodes + 1, np.int64)
    for k in key:
        at[k + 1] += 1
    for k in range(nodes):
        at[k + 1] += at[k]
    found = np.empty(len(order), np.int64)
    for place in order:
        found[at[key[place]]] = place
        at[key[place]] += 1
    return found


@compiled
def _opened(order: Ints, first: Ints, share: Ints, dst: Places, lo: Ints, hi: Ints, total: Ints) -> None:
    """Widen the pairs with an unknown share up to what all others leave."""
    for pair in range(len(lo)):
        for place in range(first[pair], first[pair + 1]):
            if share[order[place]] < 0:
                rest = WHOLE - (total[dst[pair]] - lo[pair])
                hi[pair] = max(hi[pair], rest)
                break


@compiled
def _vote_sums(
    order: Ints, first: Ints, share: tuple[Ints, Ints], vote: tuple[Ints, Ints], spread: Ints
) -> tuple[Ints, Ints]:
    low, high = np.zeros(len(spread), np.int64), np.zeros(len(spread), np.int64)
    for pair in range(len(spread)):
        open_ = False
        for place in range(first[pair], first[pair + 1]):
            row = order[place]
            if vote[0][row] >= 0:
                low[pair] += vote[0][row]
                high[pair] += vote[1][row]
            elif share[0][row] >= 0:
                low[pair] += share[0][row]
                high[pair] += share[1][row]
            else:
                open_ = True
        if open_:
            high[pair] = max(high[pair], min(low[pair] + spread[pair], WHOLE))
    return low, high


__all__ = ["Excess", "Flags", "Holdings", "Ints", "Places", "groups_of"]
