"""The ties of a case as its readers gather them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, combinations, pairwise

import msgspec

from matching.decision import NotAssessable
from matching.rules.base import Case, PairView, Tie

ALL_PAIRS = 20
"""Up to this many bidders that share one value are paired each with each."""


class Ties(msgspec.Struct):
    """Connections by the positions of those they connect, what could not be assessed, and when that changes.

    A gap belongs to the bidder at a position, or with None to the tender as a whole.
    """

    pairs: dict[tuple[int, int], list[Tie]] = msgspec.field(default_factory=dict)
    bidders: dict[int, list[Tie]] = msgspec.field(default_factory=dict)
    subjects: dict[int, list[Tie]] = msgspec.field(default_factory=dict)
    gaps: list[tuple[int | None, NotAssessable]] = msgspec.field(default_factory=list)
    boundaries: list[datetime] = msgspec.field(default_factory=list)

    def pair(self, i: int, j: int, tie: Tie) -> None:
        """Connect two bidders. A tie reads from the bidder that stands first in the request to the other."""
        self.pairs.setdefault((min(i, j), max(i, j)), []).append(tie)

    def add(self, other: Ties) -> None:
        """Take over what another reader found."""
        for key, found in other.pairs.items():
            self.pairs.setdefault(key, []).extend(found)
        for place, found in other.bidders.items():
            self.bidders.setdefault(place, []).extend(found)
        for place, found in other.subjects.items():
            self.subjects.setdefault(place, []).extend(found)
        self.gaps.extend(other.gaps)
        self.boundaries.extend(other.boundaries)

    def attach(self, case: Case) -> Case:
        """The case with its ties."""
        if not (self.pairs or self.bidders or self.subjects):
            return case
        bidders = tuple(
            msgspec.structs.replace(view, ties=tuple(self.bidders[view.index]))
            if view.index in self.bidders
            else view
            for view in case.bidders
        )
        subjects = tuple(
            msgspec.structs.replace(view, ties=tuple(self.subjects[place])) if place in self.subjects else view
            for place, view in enumerate(case.subjects)
        )
        pairs = tuple(
            PairView(a=bidders[i], b=bidders[j], ties=tuple(found))
            for (i, j), found in sorted(self.pairs.items())
        )
        return msgspec.structs.replace(case, bidders=bidders, subjects=subjects, pairs=pairs)


def together(places: Sequence[int]) -> Iterable[tuple[int, int]]:
    """The pairs of bidders that share a value; of many each with the next, so that each is in a pair."""
    return combinations(places, 2) if len(places) <= ALL_PAIRS else pairwise(places)


def meeting(places: Sequence[int], meets: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """The pairs of those who share a value and stand against each other; whom the chain of many pairs only with
    those he never meets (members of his consortium) is paired with the next one that he does meet."""
    paired: set[int] = set()
    for i, j in together(places):
        if meets(i, j):
            paired.update((i, j))
            yield i, j
    if len(places) <= ALL_PAIRS:
        return
    for at, place in enumerate(places):
        if place in paired:
            continue
        others = chain(range(at + 1, len(places)), range(at - 1, -1, -1))
        other = next((places[o] for o in others if meets(place, places[o])), None)
        if other is not None:
            paired.update((place, other))
            yield min(place, other), max(place, other)


def grouped(values: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    """Values that at least two bidders share, each with their positions in ascending order."""
    groups: dict[str, set[int]] = {}
    for value, place in values:
        groups.setdefault(value, set()).add(place)
    for value, places in groups.items():
        if len(places) > 1:
            yield value, sorted(places)
