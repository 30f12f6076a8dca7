"""Keys of names without Chinese characters, which are few and made one by one."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from matching.index.hashing import BITS
from matching.names.coding import decode
from matching.names.latin_keys import latin_keys

Array = npt.NDArray[Any]

SHIFT: Final = 64 - BITS
"""What of a 64-bit key is left out."""
WIDE: Final = 0x2E80
"""Where the characters of East Asia begin."""


def latin_names(chars: Array, offsets: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The keys of all names that have letters only, end to end, and where each name's begin (one more than names).

    Args:
        chars: names end to end.
        offsets: where each begins, and where the last one ends.
    """
    starts = np.zeros(len(offsets), np.int64)
    begins = np.asarray(offsets[:-1], np.int64)
    filled = np.flatnonzero(np.diff(np.asarray(offsets, np.int64)) > 0)
    if not len(filled):
        return np.zeros(0, np.int64), starts
    highest = np.maximum.reduceat(chars, begins[filled])
    found: list[int] = []
    for place in filled[highest < WIDE].tolist():
        own = latin_keys(decode(chars[int(offsets[place]) : int(offsets[place + 1])]))
        found.extend(key >> SHIFT for key in own)
        starts[place + 1] = len(own)
    np.cumsum(starts, out=starts)
    return np.array(found, np.int64), starts


def latin_name(chars: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The same of a single name, in a third of the time."""
    own = latin_keys(decode(chars)) if len(chars) and max(chars.tolist()) < WIDE else ()
    return np.array([key >> SHIFT for key in own], np.int64), np.array((0, len(own)), np.int64)
