"""Where the parties that a run has made stand in the database: relations find them there without asking an index."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import repeat
from typing import Any

_UNKNOWN = -1


class Places:
    """Node ids of the parties of one run, eight bytes each.

    Only the one writer removes parties, and never those of a run that it goes on with: an id noted by the attempt of a
    transaction that was committed stays true for as long as the run lasts. What an attempt noted that failed is noted
    anew by the next one, before anything relies on it.
    """

    def __init__(self, first: int) -> None:
        """None is known yet.

        Args:
            first: number of the run's first party; earlier ones are found by their number.
        """
        self._first = first
        self._ids = array("q")

    def grow(self, end: int) -> None:
        """Make room for the parties below `end`."""
        self._ids.extend(repeat(_UNKNOWN, end - self._first - len(self._ids)))

    def note(self, numbers: Iterable[int], ids: Iterable[int]) -> None:
        """Parties were made, each at its node."""
        for number, one in zip(numbers, ids, strict=True):
            self._ids[number - self._first] = one

    def split(self, lines: list[list[Any]]) -> tuple[list[list[Any]], list[list[Any]]]:
        """Lines that begin with the numbers of two parties: those of which both nodes are known, with these in place
        of the numbers, and the others."""
        here: list[list[Any]] = []
        others: list[list[Any]] = []
        ids, first = self._ids, self._first
        size = len(ids)
        for line in lines:
            a, b = line[0] - first, line[1] - first
            if 0 <= a < size and 0 <= b < size and (src := ids[a]) >= 0 and (dst := ids[b]) >= 0:
                here.append([src, dst, *line[2:]])
            else:
                others.append(line)
        return here, others
