"""Who controls whom, with the holdings that prove it, and what a human has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from graph.control.cycles import components
from graph.control.holdings import Flags, Holdings, Ints, Places
from graph.control.proofs import Up, prove
from graph.control.shares import PERCENT, WHOLE, half_is_control
from graph.control.votes import CHAIN, HALF, POSSIBLE, SUM, Net, Rows, pairs_of, rows_for, spread, walk_for

Said = Literal["yes", "no", "possibly"]


class Step(NamedTuple):
    """A holding that an answer rests on."""

    owner: int
    owned: int
    share_lo: int
    share_hi: int
    vote_lo: int
    vote_hi: int
    rows: tuple[int, ...]
    """Input rows, from 0."""


class Control(NamedTuple):
    """What one party, or a group acting in concert, has to say in one company."""

    owner: tuple[int, ...]
    """One party; several when they act in concert."""
    owned: int
    answer: Said
    by_sum: bool
    """Controlled, but not along one chain of links that are each more than half: for a human (SPEC 3)."""
    half: bool
    """Not controlled, but it would be if exactly half were enough: for a human since 2024-07-01."""
    doubtful: bool
    """The owners of the company hold more than 100.5 % together."""
    votes_lo: int
    """Votes that owner and all that it controls hold at least, in units."""
    votes_hi: int
    without_self_held: bool = False
    """Not controlled, but it would be if votes did not count that the company holds in itself, directly or through
    companies that it controls: for a human (公司法 (2023) art. 116 takes such votes from direct holdings)."""
    basis: Literal["both", "votes", "shares"] = "both"
    """`votes`: only votes beyond the shares make the answer (decisive votes); `shares`: shares alone would say more
    than the votes do. Both are for a human."""

    @property
    def sure(self) -> bool:
        """Controlled by a chain of links that are each more than half: what the law calls 控股 in every reading."""
        return self.answer == "yes" and not self.by_sum and self.basis == "both"


@dataclass(frozen=True, eq=False)
class Controls:
    """The answers of `control`, by owner and by company."""

    holdings: Holdings
    groups: tuple[tuple[int, ...], ...]
    """Whom was asked for, as ids; most of them alone."""
    inclusive: bool
    """Whether exactly half counted as control."""
    rows: Rows
    """One row an answer, `group` and `node` as places."""
    relaxed: frozenset[tuple[int, int]]
    """(group, node) that are controlled once self-held votes are left out."""
    shares: dict[tuple[int, int], int] | None
    """Levels of the same rows by shares alone, where votes differ anywhere."""
    eased: Net | None
    """The holdings without self-held votes, where there are any."""

    def __len__(self) -> int:
        return len(self.rows.group)

    def __iter__(self) -> Iterator[Control]:
        return (self.at(place) for place in range(len(self)))

    def at(self, place: int) -> Control:
        """The answer in one place."""
        rows = self.rows
        group, node, level = int(rows.group[place]), int(rows.node[place]), int(rows.level[place])
        basis: Literal["both", "votes", "shares"] = "both"
        if self.shares is not None:
            other = self.shares.get((group, node), 0)
            mine, theirs = 0 < level < HALF, 0 < other < HALF
            basis = "both" if mine == theirs else "votes" if mine else "shares"
        return Control(
            owner=self.groups[group],
            owned=int(self.holdings.ids[node]),
            answer="yes" if level in (CHAIN, SUM) else "possibly" if level == POSSIBLE else "no",
            by_sum=level == SUM,
            half=level == HALF,
            doubtful=bool(self._doubtful[node]),
            votes_lo=int(rows.low[place]),
            votes_hi=int(rows.high[place]),
            without_self_held=(group, node) in self.relaxed and level not in (CHAIN, SUM),
            basis=basis,
        )

    def of(self, owner: int) -> list[Control]:
        """What a party controls or might, alone or in concert."""
        return [self.at(p) for p in self._by_owner.get(owner, ())]

    def by(self, company: int) -> list[Control]:
        """Who controls a company or might."""
        node = self.holdings.node(company)
        return [] if node is None else [self.at(p) for p in self._by_node.get(node, ())]

    def answer(self, owner: int, company: int) -> Control | None:
        """The answer for one party alone and one company; None when it has no say worth a row."""
        return next((c for c in self.of(owner) if c.owned == company and c.owner == (owner,)), None)

    def proof(self, found: Control) -> tuple[Step, ...]:
        """The holdings that prove an answer, owners before what they own: first what the owner holds itself.

        For each company on the way the largest holdings are taken until they are more than half. An answer "no"
        shows the votes that there are; one that differs without self-held votes, or by shares alone, that reading.
        """
        h = self.holdings
        members = [n for m in found.owner if (n := h.node(m)) is not None]
        node = h.node(found.owned)
        if node is None or not members:
            return ()
        net = self._net
        if found.without_self_held and self.eased is not None:
            net = self.eased
        elif found.basis == "shares":
            net = net_of(h.by_shares(), self.inclusive)
        walk = walk_for(h.nodes)
        spread(net, walk, np.array(members, np.int32), 1, self.inclusive)
        marks = np.zeros(h.nodes, np.int64)
        pairs = prove(net, Up(h.in_ptr, h.in_pair, h.src), walk, 1, node, self.inclusive, marks, 1)
        return tuple(_step(h, int(pair)) for pair in pairs)

    @cached_property
    def _net(self) -> Net:
        return net_of(self.holdings, self.inclusive)

    @cached_property
    def _doubtful(self) -> Flags:
        return self.holdings.doubtful

    @cached_property
    def _by_owner(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place, group in enumerate(self.rows.group.tolist()):
            for member in self.groups[group]:
                found.setdefault(member, []).append(place)
        return found

    @cached_property
    def _by_node(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place, node in enumerate(self.rows.node.tolist()):
            found.setdefault(node, []).append(place)
        return found


def control(
    holdings: Holdings,
    seeds: Iterable[int] | None = None,
    *,
    groups: Iterable[Sequence[int]] = (),
    as_of: date | None = None,
    held: bool = False,
) -> Controls:
    """Who controls whom: x controls y if x, with all that x controls, holds more than half of y's votes.

    Args:
        holdings: those in force on the day.
        seeds: whom to ask for; without it every party that holds anything.
        groups: parties that act in concert: each group is asked for as one, beside its members.
        as_of: the day whose law counts: before 2024-07-01 exactly half was control (公司法 2018 art. 216).
        held: also rows of companies in which somebody holds votes without controlling them.

    Returns:
        Rows for every company that is controlled, might be, or is exactly halved.
    """
    inclusive = half_is_control(as_of)
    asked = _asked(holdings, seeds, groups)
    ptr, members = _members(holdings, asked)
    rows = _all_rows(net_of(holdings, inclusive), ptr, members, inclusive, held)
    shares = None
    if holdings.votes_differ:
        plain = _all_rows(net_of(holdings.by_shares(), inclusive), ptr, members, inclusive, False)
        shares = _levels(plain)
        rows = _with_missing(rows, plain, 0)
    relaxed: frozenset[tuple[int, int]] = frozenset()
    eased = _without_self_held(holdings, inclusive)
    if eased is not None:
        more = _all_rows(eased, ptr, members, inclusive, False)
        relaxed = frozenset(pair for pair, level in _levels(more).items() if level in (CHAIN, SUM))
        rows = _with_missing(rows, more, 0)
    return Controls(holdings, asked, inclusive, rows, relaxed, shares, eased)


def net_of(holdings: Holdings, inclusive: bool) -> Net:
    """The arrays for a walk over all holdings, all votes counting."""
    half = 50 * PERCENT
    least = np.minimum(holdings.share_lo, holdings.vote_lo)
    chain = least >= half if inclusive else least > half
    return Net(
        holdings.out_ptr, holdings.dst, holdings.vote_lo, holdings.vote_hi, chain,
        np.full(holdings.nodes, WHOLE, np.int64), holdings.doubtful,
    )  # fmt: skip


def _asked(
    holdings: Holdings, seeds: Iterable[int] | None, groups: Iterable[Sequence[int]]
) -> tuple[tuple[int, ...], ...]:
    everybody = holdings.ids[np.flatnonzero(np.diff(holdings.out_ptr))].tolist() if seeds is None else []
    alone = everybody if seeds is None else sorted(set(seeds))
    together = sorted({tuple(sorted(set(group))) for group in groups})
    return (*((seed,) for seed in alone), *(group for group in together if len(group) > 1))


def _members(holdings: Holdings, asked: Sequence[tuple[int, ...]]) -> tuple[Ints, Places]:
    ptr, members = [0], []
    for group in asked:
        members += [node for party in group if (node := holdings.node(party)) is not None]
        ptr.append(len(members))
    return np.array(ptr, np.int64), np.array(members, np.int32)


def _all_rows(net: Net, ptr: Ints, members: Places, inclusive: bool, held: bool) -> Rows:
    nodes = len(net.base)
    walk, out = walk_for(nodes), rows_for(max(1 << 12, nodes))
    done, parts = 0, []
    while done < len(ptr) - 1:
        done, count = pairs_of(net, walk, ptr, members, done, len(ptr) - 1, out, inclusive, held)
        parts.append([column[:count].copy() for column in out])
    return Rows(*map(np.concatenate, zip(*parts, strict=True))) if parts else rows_for(0)


def _levels(rows: Rows) -> dict[tuple[int, int], int]:
    keys = zip(rows.group.tolist(), rows.node.tolist(), strict=True)
    return dict(zip(keys, rows.level.tolist(), strict=True))


def _with_missing(rows: Rows, more: Rows, level: int) -> Rows:
    """Rows, and those that only `more` has, at a level that says no."""
    known = _levels(rows)
    extra = [p for p, pair in enumerate(_levels(more)) if pair not in known]
    if not extra:
        return rows
    level_of = np.full(len(extra), level, np.int32)
    columns = [more.group[extra], more.node[extra], level_of, more.low[extra], more.high[extra]]
    return Rows(*(np.concatenate(pair) for pair in zip(rows, columns, strict=True)))


def _without_self_held(holdings: Holdings, inclusive: bool) -> Net | None:
    """The net without the votes that companies hold in themselves, directly or through what they control."""
    net = net_of(holdings, inclusive)
    inner = holdings.src == holdings.dst
    suspects = _in_cycles(holdings)
    if not len(suspects) and not inner.any():
        return None
    ptr, members = np.arange(len(suspects) + 1, dtype=np.int64), suspects.astype(np.int32)
    rows = _all_rows(net, ptr, members, inclusive, False)
    sure = np.isin(rows.level, (CHAIN, SUM))
    controlled = {
        (int(suspects[g]), n) for g, n in zip(rows.group[sure], rows.node[sure].tolist(), strict=True)
    }
    own = inner.copy()
    for company in suspects.tolist():
        for pair in holdings.in_pair[holdings.in_ptr[company] : holdings.in_ptr[company + 1]].tolist():
            if (company, int(holdings.src[pair])) in controlled:
                own[pair] = True
    if not own.any():
        return None
    base = net.base.copy()
    np.subtract.at(base, holdings.dst[own], np.minimum(holdings.vote_lo[own], WHOLE))
    empty = np.zeros(1, np.int64)
    lo, hi = np.where(own, empty, holdings.vote_lo), np.where(own, empty, holdings.vote_hi)
    return net._replace(vote_lo=lo, vote_hi=hi, base=np.maximum(base, 0), chain=net.chain & ~own)


def _in_cycles(holdings: Holdings) -> Ints:
    return np.flatnonzero(components(holdings.out_ptr, holdings.dst).cyclic).astype(np.int64)


def _step(holdings: Holdings, pair: int) -> Step:
    h = holdings
    return Step(
        int(h.ids[h.src[pair]]), int(h.ids[h.dst[pair]]), int(h.share_lo[pair]), int(h.share_hi[pair]),
        int(h.vote_lo[pair]), int(h.vote_hi[pair]), h.rows(pair),
    )  # fmt: skip
