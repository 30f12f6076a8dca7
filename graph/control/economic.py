"""What finally belongs to whom: economic shares, kept apart from control."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from graph.control.cycles import Components, components
from graph.control.flows import Flow, economic_row, flow_of, pool_for
from graph.control.holdings import Holdings, Ints
from graph.control.shares import WHOLE

CLOSE: Final = 1e-9
"""Nearer than this to a threshold, a share is worked out again in exact fractions."""
MAX_EXACT: Final = 400
"""So many companies between owner and owned are solved exactly; more would take long."""


class Economic(NamedTuple):
    """How much of a company finally belongs to an owner, as parts of one."""

    owner: int
    owned: int
    least: float | None
    """With the lower ends of ranges. None where the holdings have no solution: circles nobody outside owns."""
    most: float | None


@dataclass(frozen=True, eq=False)
class Economics:
    """Economic shares in `Holdings`, one owner at a time."""

    holdings: Holdings
    least: Flow
    most: Flow | None
    """None where no share is a range: then both are the same."""

    @classmethod
    def of(cls, holdings: Holdings, parts: Components | None = None) -> Economics:
        """Prepare: find the circles, where they are not known yet, and solve the small ones."""
        found = parts if parts is not None else components(holdings.out_ptr, holdings.dst)

        def flow(units: Ints) -> Flow:
            return flow_of(holdings.out_ptr, holdings.dst, units / float(WHOLE), found)

        same = np.array_equal(holdings.share_lo, holdings.share_hi)
        return cls(holdings, flow(holdings.share_lo), None if same else flow(holdings.share_hi))

    def of_owner(self, owner: int) -> list[Economic]:
        """What finally belongs to a party, by id; what it holds of itself is left out."""
        seed = self.holdings.node(owner)
        if seed is None:
            return []
        least = self._row(self.least, seed)
        most = least if self.most is None else self._row(self.most, seed)
        return [
            Economic(owner, int(self.holdings.ids[node]), least.get(node, 0.0), most[node])
            for node in sorted(most)
            if node != seed
        ]

    def share(self, owner: int, company: int) -> Economic:
        """What of one company finally belongs to one party: 0 where nothing does."""
        found = next((e for e in self.of_owner(owner) if e.owned == company), None)
        return found if found is not None else Economic(owner, company, 0.0, 0.0)

    @staticmethod
    def _row(flow: Flow, seed: int) -> dict[int, float | None]:
        pool = pool_for(flow)
        count = economic_row(flow, pool, seed)
        nodes, values = pool.node[:count].tolist(), pool.value[:count].tolist()
        return {n: None if math.isnan(value) else value for n, value in zip(nodes, values, strict=True)}


def economic(holdings: Holdings, owners: Iterable[int] | None = None) -> Iterator[Economic]:
    """Economic shares of the given owners (all without it): Y = (I-A)^-1 A, walks through the owner dropped."""
    prepared = Economics.of(holdings)
    asked = sorted(set(owners)) if owners is not None else holdings.ids.tolist()
    return (found for owner in asked for found in prepared.of_owner(owner))


def reaches(holdings: Holdings, found: Economic, units: int) -> tuple[bool, bool]:
    """Whether a share is at least so many units: surely, and possibly.

    Near the threshold it is worked out in exact fractions, so that 62.5 % of 40 % is 25 % and not a rounding.
    """
    return (
        _at_least(holdings, found, found.least, units, lower=True),
        _at_least(holdings, found, found.most, units, lower=False),
    )


def _at_least(holdings: Holdings, found: Economic, value: float | None, units: int, *, lower: bool) -> bool:
    if value is None:
        return not lower
    limit = units / WHOLE
    if abs(value - limit) > CLOSE:
        return value > limit
    exact = exact_share(holdings, found.owner, found.owned, lower=lower)
    return exact >= Fraction(units, WHOLE) if exact is not None else not lower


def exact_share(holdings: Holdings, owner: int, company: int, *, lower: bool = True) -> Fraction | None:
    """An economic share as a fraction, by elimination over what lies between; None where it has none or is long."""
    seed, goal = holdings.node(owner), holdings.node(company)
    if seed is None or goal is None:
        return Fraction(0)
    between = _between(holdings, seed, goal)
    if goal not in between:
        return Fraction(0)
    if len(between) > MAX_EXACT:
        return None
    share = holdings.share_lo if lower else holdings.share_hi
    # rows: flow[n] = arrived from the owner + sum over owners z in between of flow[z] * A[z, n]
    rows: dict[int, dict[int, Fraction]] = {n: {} for n in between}
    fixed: dict[int, Fraction] = dict.fromkeys(between, Fraction(0))
    for node in between:
        for pair in holdings.in_pair[holdings.in_ptr[node] : holdings.in_ptr[node + 1]].tolist():
            part, source = Fraction(int(share[pair]), WHOLE), int(holdings.src[pair])
            if source == seed:
                fixed[node] += part
            elif source in rows and part:
                rows[node][source] = rows[node].get(source, Fraction(0)) + part
    for node in [n for n in between if n != goal] + [goal]:
        mine, constant = rows.pop(node), fixed[node]
        own = mine.pop(node, Fraction(0))
        if own >= 1:
            return None
        scale = 1 / (1 - own)
        mine, constant = {k: v * scale for k, v in mine.items()}, constant * scale
        if node == goal:
            return constant
        for other, row in rows.items():
            factor = row.pop(node, None)
            if factor:
                fixed[other] += factor * constant
                for source, part in mine.items():
                    row[source] = row.get(source, Fraction(0)) + factor * part
    return None


def _between(holdings: Holdings, seed: int, goal: int) -> set[int]:
    """Companies that lie on a way from the owner to the company, without the owner."""
    h = holdings

    def reach(start: int, ptr: Ints, step: object) -> set[int]:
        found, waiting = {start}, [start]
        while waiting:
            node = waiting.pop()
            for place in range(int(ptr[node]), int(ptr[node + 1])):
                other = int(h.dst[place]) if step == "down" else int(h.src[h.in_pair[place]])
                if other not in found and (step == "down" or other != seed):
                    found.add(other)
                    waiting.append(other)
        return found

    up = reach(goal, h.in_ptr, "up")
    down = reach(seed, h.out_ptr, "down")
    return (up & down) - {seed}
