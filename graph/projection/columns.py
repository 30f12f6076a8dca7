"""Collects the numbers of relations while their documents are written, one pass for both."""

from __future__ import annotations

from array import array
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.dates import to_micros
from graph.projection import layout
from graph.projection.layout import LEAST, MOST, UNKNOWN, WHOLE, parts
from graph.relations import ABOVE_MIN, BELOW_MAX, PartyRelation, RelationType

Array = npt.NDArray[Any]

TYPES: Final = tuple(RelationType)
_NUMBER: Final[dict[str, int]] = {kind: number for number, kind in enumerate(TYPES)}
_micros = lru_cache(maxsize=65_536)(to_micros)


def start(instant: datetime | None) -> int:
    """The first bound of an interval as a number."""
    return LEAST if instant is None else _micros(instant)


def end(instant: datetime | None) -> int:
    """The second bound of an interval as a number."""
    return MOST if instant is None else _micros(instant)


def share(relation: PartyRelation) -> tuple[int, int, bool]:
    """Lower and upper bound of a relation's share, and whether it was rounded.

    A range without its upper end goes up to the whole, one without its lower end down to nothing.
    """
    if relation.share is not None:
        return parts(relation.share)
    if relation.share_min is None and relation.share_max is None:
        return UNKNOWN, UNKNOWN, False
    low, _, first = parts(relation.share_min) if relation.share_min is not None else (0, 0, False)
    _, high, second = parts(relation.share_max) if relation.share_max is not None else (0, WHOLE, False)
    if UNKNOWN not in (low, high):
        low += relation.attributes.get(ABOVE_MIN) == "yes"
        high -= relation.attributes.get(BELOW_MAX) == "yes"
    if UNKNOWN in (low, high) or low > high:
        return UNKNOWN, UNKNOWN, True
    return low, high, first or second


class EdgeColumns:
    """Rows of relations as they come: type, interval, share, votes, how the ends were found."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._marks = array("H")

    @classmethod
    def of(cls, numbers: Array, marks: Array) -> EdgeColumns:
        """Rows as another one gives them by `arrays`."""
        made = cls()
        made._numbers.frombytes(numbers.tobytes())
        made._marks.frombytes(marks.tobytes())
        return made

    def arrays(self) -> tuple[Array, Array]:
        """All rows, to be handed over."""
        return np.frombuffer(self._numbers, "<i8"), np.frombuffer(self._marks, "<u2")

    def __len__(self) -> int:
        return len(self._marks)

    def add(self, relation: PartyRelation) -> None:
        """Take a relation's numbers."""
        valid = relation.valid
        low = high = votes = UNKNOWN
        rounded = False
        if relation.share is not None or relation.share_min is not None or relation.share_max is not None:
            low, high, rounded = share(relation)
        if relation.votes is not None:
            votes, _, inexact = parts(relation.votes)
            rounded |= inexact
        numbers = start(valid.start), end(valid.end), low, high, votes
        self.add_row(relation.type, numbers, by_code=relation.by == "code", rounded=rounded)

    def add_row(
        self, kind: str, numbers: tuple[int, int, int, int, int], *, by_code: bool, rounded: bool
    ) -> None:
        """Take a relation whose numbers are worked out: both bounds of time and of the share, and the votes."""
        self._numbers.extend(numbers)
        self._marks.append(
            _NUMBER[kind] | (0 if by_code else layout.BY_NAME) | (layout.ROUNDED if rounded else 0)
        )

    def extend(self, other: EdgeColumns) -> None:
        """Take all rows of another one."""
        self._numbers.extend(other._numbers)
        self._marks.extend(other._marks)

    def rows(self, src: Array, dst: Array, from_gen: Array, to_gen: Array) -> Array:
        """The whole table (`layout`); the ends and generations are given as columns."""
        table = np.empty((len(self), layout.COLUMNS), "<i8")
        table[:, : layout.GENERATIONS] = np.frombuffer(self._numbers, "<i8").reshape(-1, layout.GENERATIONS)
        table[:, layout.GENERATIONS] = packed(from_gen, to_gen)
        table[:, layout.ENDS] = packed(src, dst)
        table[:, layout.MARKS] = np.frombuffer(self._marks, "<u2")
        return table


class EdgePage(NamedTuple):
    """Relation versions as columns, with their documents written already."""

    docs: list[bytes]
    """JSON of each `PartyRelation`."""
    src: Array
    """`graph.keys.party` of where each comes from (uint64)."""
    dst: Array
    from_gen: Array
    to_gen: Array
    """The generation that ended each; `layout.OPEN`: none (uint32)."""
    columns: EdgeColumns


def packed(low: Array, high: Array) -> Array:
    """Two columns of 32-bit numbers in one of 64 bits."""
    both: Array = (low.astype("<u8") | high.astype("<u8") << np.uint64(32)).view("<i8")
    return both
