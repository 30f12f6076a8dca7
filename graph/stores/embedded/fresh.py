"""Numbers of the rows of a first load by the hash of their key, in 16 bytes a row and without an index."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

_Level = tuple[NDArray[np.int64], NDArray[np.int64]]


class Fresh:
    """Sorted runs that double in length (a log-structured merge): adding and finding cost little at any size."""

    def __init__(self) -> None:
        self._levels: list[_Level] = []

    def add(self, hashes: Collection[int], first: int) -> None:
        """Note rows `first`, `first + 1` … under these hashes, which are new."""
        if not hashes:
            return
        keys = np.fromiter(hashes, np.int64, len(hashes))
        order = np.argsort(keys)
        level: _Level = (keys[order], first + order)
        while self._levels and len(self._levels[-1][0]) <= len(level[0]):
            level = _merged(self._levels.pop(), level)
        self._levels.append(level)

    def find(self, hashes: Collection[int]) -> Iterator[int]:
        """The rows that are known by any of these hashes."""
        asked = np.fromiter(hashes, np.int64, len(hashes))
        asked.sort()
        for keys, rows in self._levels:
            places = np.searchsorted(keys, asked)
            places[places == len(keys)] = 0
            yield from rows[places[keys[places] == asked]].tolist()


def _merged(one: _Level, other: _Level) -> _Level:
    keys, rows = np.concatenate((one[0], other[0])), np.concatenate((one[1], other[1]))
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order]
