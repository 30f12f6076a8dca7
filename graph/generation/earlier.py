"""Opens generations that are no longer current, by number: what a question about an earlier knowledge reads."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from graph.generation.errors import GenerationError
from graph.generation.reader import Generation, open_generation


class Earlier:
    """The kept generations of a home. Each is opened once; `close` releases them."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._open: dict[int, Generation | None] = {}
        self._lock = Lock()

    def open(self, number: int) -> Generation | None:
        """The generation of that number, or None where it is no longer kept or can't be read."""
        with self._lock:
            if number not in self._open:
                self._open[number] = self._find(number)
            return self._open[number]

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
