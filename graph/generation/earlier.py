"""Opens generations that are no longer current, by number: what a question about an earlier knowledge reads."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final

from graph.generation.errors import GenerationError
from graph.generation.reader import Generation, open_generation

OPEN: Final = 4
"""Earlier generations that stay open."""


class Earlier:
    """The kept generations of a home. The last few asked for stay open; `close` releases them."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._open: OrderedDict[int, Generation | None] = OrderedDict()
        self._lock = Lock()

    def open(self, number: int) -> Generation | None:
        """The generation of that number, or None where it is no longer kept or can't be read."""
        with self._lock:
            found = self._open[number] if number in self._open else self._find(number)
            self._open[number] = found
            self._open.move_to_end(number)
            if len(self._open) > OPEN:
                # not closed: somebody may be reading it, and its files are let go with the last who does
                self._open.popitem(last=False)
            return found

    def _find(self, number: int) -> Generation | None:
        for folder in sorted((self._home / "generations").glob(f"{number}-*")):
            try:
                return open_generation(self._home, folder.name)
            except GenerationError:
                continue
        return None

    def close(self) -> None:
        """Release what was opened."""
        for generation in self._open.values():
            if generation is not None:
                generation.close()
        self._open.clear()
