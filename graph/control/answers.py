"""Who controls whom, with the holdings that prove it, and what a human has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np

from graph.control.engine import SELF_HELD, SHARES_ONLY, VOTES_ONLY, Answers, Engine
from graph.control.holdings import Holdings
from graph.control.proofs import Up, prove
from graph.control.votes import CHAIN, HALF, POSSIBLE, SUM, spread

Said = Literal["yes", "no", "possibly"]
SAID: Final[dict[int, Said]] = {0: "no", CHAIN: "yes", SUM: "yes", POSSIBLE: "possibly", HALF: "no"}


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

    engine: Engine
    groups: tuple[tuple[int, ...], ...]
    """Whom was asked for, as ids; most of them alone."""
    answers: Answers

    @property
    def holdings(self) -> Holdings:
        """The holdings that were asked."""
        return self.engine.holdings

    def __len__(self) -> int:
        return len(self.answers.mark)

    def __iter__(self) -> Iterator[Control]:
        return (self.at(place) for place in range(len(self)))

    def at(self, place: int) -> Control:
        """The answer in one place."""
        rows, mark = self.answers.rows, int(self.answers.mark[place])
        node, level = int(rows.node[place]), int(rows.level[place])
        return Control(
            owner=self.groups[int(rows.group[place])],
            owned=int(self.holdings.ids[node]),
            answer=SAID[level],
            by_sum=level == SUM,
            half=level == HALF,
            doubtful=bool(self.engine.net.base[node] < 0),
            votes_lo=int(rows.low[place]),
            votes_hi=int(rows.high[place]),
            without_self_held=bool(mark & SELF_HELD),
            basis="votes" if mark & VOTES_ONLY else "shares" if mark & SHARES_ONLY else "both",
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
        h, engine = self.holdings, self.engine
        members = [n for m in found.owner if (n := h.node(m)) is not None]
        node = h.node(found.owned)
        if node is None or not members:
            return ()
        net = engine.net
        if found.without_self_held and engine.eased is not None:
            net = engine.eased
        elif found.basis == "shares" and engine.plain is not None:
            net = engine.plain
        walk = engine.walk()
        spread(net, walk, np.array(members, np.int32), engine.inclusive)
        marks = np.zeros(h.nodes + 1, np.int64)
        pairs = prove(net, Up(h.in_ptr, h.in_pair, h.src), walk, node, engine.inclusive, marks, 1 << 40)
        return tuple(_step(h, int(pair)) for pair in pairs)

    @cached_property
    def _by_owner(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place, group in enumerate(self.answers.rows.group.tolist()):
            for member in self.groups[group]:
                found.setdefault(member, []).append(place)
        return found

    @cached_property
    def _by_node(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place, node in enumerate(self.answers.rows.node.tolist()):
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
    engine = Engine.of(holdings, as_of)
    everybody = holdings.ids[np.flatnonzero(np.diff(holdings.out_ptr))].tolist() if seeds is None else []
    alone = everybody if seeds is None else sorted(set(seeds))
    together = sorted({tuple(sorted(set(group))) for group in groups})
    parties = (*((seed,) for seed in alone), *(group for group in together if len(group) > 1))
    asked = engine.groups(parties)
    _, found = engine.answers(asked, 0, len(asked), held=held)
    return Controls(engine, parties, found)


def _step(holdings: Holdings, pair: int) -> Step:
    h = holdings
    return Step(
        int(h.ids[h.src[pair]]), int(h.ids[h.dst[pair]]), int(h.share_lo[pair]), int(h.share_hi[pair]),
        int(h.vote_lo[pair]), int(h.vote_hi[pair]), h.rows(pair),
    )  # fmt: skip
