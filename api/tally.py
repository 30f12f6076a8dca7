"""How many connections each of several server processes holds: the one with the fewest takes the next.

The counts stand in memory that the supervisor and its workers share; each process writes its own place only.
"""

from __future__ import annotations

import math
import mmap
import os
import sys
import tempfile
from contextlib import suppress
from typing import Final

PLACES: Final = 256
"""Processes of one server at most, those that are leaving included."""
TOLERATED: Final = 4
"""Connections that one process may hold more than another without sending any away."""
_BYTES: Final = 4


def shared() -> int:
    """A descriptor of memory that processes can share; where the system has none but in files, of a file."""
    if sys.platform == "linux":
        with suppress(OSError):
            return os.memfd_create("liancheng-tally")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class Tally:
    """The counts, seen from one place."""

    def __init__(self, descriptor: int, place: int) -> None:
        """Begin.

        Args:
            descriptor: of `shared`, which all processes have open.
            place: the one that is written here.

        Raises:
            OSError: there is no room for the counts.
        """
        if os.fstat(descriptor).st_size < PLACES * _BYTES:
            # written, not only made longer: a process that counts where the disk has no room left would be killed
            os.pwrite(descriptor, bytes(PLACES * _BYTES), 0)
        # nobody stands at a place that holds 0: elsewhere one more than the connections
        self._counts = memoryview(mmap.mmap(descriptor, PLACES * _BYTES)).cast("i")
        self._place = place

    def set(self, held: int) -> None:
        """Tell how many connections this process holds, and that it takes more."""
        self._counts[self._place] = held + 1

    def leave(self, place: int | None = None) -> None:
        """Take no more: the others no longer wait for this process, or for the one at a place that has ended."""
        self._counts[self._place if place is None else place] = 0

    def is_next(self, held: int) -> bool:
        """Whether nobody else who takes connections holds fewer."""
        own = self._place
        counts = self._counts.tolist()
        return all(not count or count > held for place, count in enumerate(counts) if place != own)

    def surplus(self, held: int) -> int:
        """How many connections this process holds beyond its even share, where another one lacks some."""
        counts = [count - 1 for count in self._counts.tolist() if count]
        if not counts or held - min(counts) <= TOLERATED:
            return 0
        return max(0, held - math.ceil(sum(counts) / len(counts)))
