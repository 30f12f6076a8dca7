"""A bounded memory of answers: what was asked least recently goes first. Threads may share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Answers by what was asked. An answer is never None."""

    def __init__(self, most: int) -> None:
        """Begin empty; `most` answers are kept."""
        self._most = most
        self._held: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._held)

    def get(self, key: K) -> V | None:
        """The answer, if it is kept."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: K, answer: V) -> None:
        """Keep an answer, in place of the one that was asked for least recently where there are too many."""
        with self._lock:
            self._held[key] = answer
            self._held.move_to_end(key)
            if len(self._held) > self._most:
                self._held.popitem(last=False)
