"""Bounds on how long work takes that hold on slow and busy machines too: processor time, of the quickest try."""

from __future__ import annotations

import time
from collections.abc import Callable


def quickest(work: Callable[[], object], enough: float, tries: int = 3) -> float:
    """Seconds of processor time that work takes in the quickest of some tries; no more are made once it is enough.

    What else the machine does is not in it, nor is a collection of garbage that fell into one of them.
    """
    best = float("inf")
    for _ in range(tries):
        begun = time.thread_time()
        work()
        best = min(best, time.thread_time() - begun)
        if best < enough:
            break
    return best
