"""How an index lies on the disk: nine flat files that are mapped as they are, and a bitmap of removed entries.

A segment's entries are numbered in the order of their keys. Key lists are runs of (fingerprint, entry) behind a
table of buckets; lists of grams are packed differences behind a table of slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from graph.generation.errors import damaged
from graph.generation.format import Mapped
from matching.index.hashing import entry_bits

Array = npt.NDArray[Any]

PARTS: Final = {
    "chars": "<u2", "starts": "<u4", "labels": "<u1", "heads": "<u1", "keys": "<u8", "buckets": "<u4", "posts": "<u4",
    "slots": "<u4", "words": "<u4",
}  # fmt: skip
"""Parts of a segment and their types; the files are `index.<part>` and `index.delta.<part>`."""
BASE: Final = "index."
DELTA: Final = "index.delta."
DEAD: Final = "index.dead"
"""Entries of the base that are no longer listed, one bit each."""
MAX_ENTRIES: Final = 1 << 26
SINGLE: Final = 1 << 31
"""Marks a list of one entry, which needs no further word."""
COUNT_BITS: Final = 26


class Segment(NamedTuple):
    """Arrays of one segment.

    `chars` and `starts`: the names end to end; `labels`: what each character is part of, two to a byte, and `heads`:
    where a branch's part begins, so that a candidate needs no reading; `keys`: their 64-bit keys, ascending;
    `buckets` and `posts`: entries by the leading bits of a hashed key, with its following bits as fingerprint;
    `slots` and `words`: entries by gram; `dead`: a bit for each entry that must not be found, or nothing.
    """

    chars: Array
    starts: Array
    labels: Array
    heads: Array
    keys: Array
    buckets: Array
    posts: Array
    slots: Array
    words: Array
    dead: Array


def empty() -> Segment:
    """A segment without entries."""
    return frozen(
        Segment(
            chars=np.zeros(0, "<u2"),
            starts=np.zeros(1, "<u4"),
            labels=np.zeros(0, "<u1"),
            heads=np.zeros(0, "<u1"),
            keys=np.zeros(0, "<u8"),
            buckets=np.zeros(2, "<u4"),
            posts=np.zeros(0, "<u4"),
            slots=np.zeros(2, "<u4"),
            words=np.zeros(2, "<u4"),
            dead=np.zeros(0, "<u1"),
        )
    )


def frozen(segment: Segment) -> Segment:
    """The segment with read-only arrays, as compiled functions expect them."""
    for array in segment:
        array.setflags(write=False)
    return segment


def _array(mapped: Mapped, dtype: str) -> Array:
    array = mapped.array(dtype) if len(mapped.payload) else np.zeros(0, dtype)
    array.setflags(write=False)
    return array


def open_segment(files: Mapping[str, Mapped], prefix: str, dead: Mapped | None = None) -> Segment:
    """A segment over mapped files whose header and checksum agree with their manifest.

    Raises:
        GenerationError: `generation.damaged`: a part is missing or the parts don't belong together.
    """
    parts = {}
    for part, dtype in PARTS.items():
        mapped = files.get(prefix + part)
        if mapped is None:
            raise damaged(prefix + part, "missing")
        if len(mapped.payload) % np.dtype(dtype).itemsize:
            raise damaged(prefix + part, "size")
        parts[part] = _array(mapped, dtype)
    segment = Segment(**parts, dead=_array(dead, "<u1") if dead else empty().dead)
    _check(segment, prefix)
    return segment


def _check(segment: Segment, prefix: str) -> None:
    entries = len(segment.keys)
    consistent = (
        len(segment.starts) == entries + 1
        and int(segment.starts[-1]) == len(segment.chars)
        and len(segment.labels) == (len(segment.chars) + 1) // 2
        and len(segment.heads) == entries
        and entries <= MAX_ENTRIES
        and _power_of_two(len(segment.buckets) - 1)
        and int(segment.buckets[-1]) == len(segment.posts)
        and _power_of_two(len(segment.slots) - 1)
        and int(segment.slots[-1]) + 1 == len(segment.words)
        and len(segment.dead) in (0, (entries + 7) // 8)
    )
    if not consistent:
        raise damaged(prefix, "parts of different indexes")


def _power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0


def log2(number: int) -> int:
    """The exponent of a power of two."""
    return number.bit_length() - 1


@kernel
def is_dead(segment: Segment, entry: int) -> bool:
    """Whether an entry was removed since the base was built."""
    return len(segment.dead) > 0 and (segment.dead[entry >> 3] >> (entry & 7)) & 1 == 1


@kernel
def fingerprint_bits(entries: int) -> int:
    """Bits of a hash that stand beside an entry's number in 32 bits."""
    return 32 - entry_bits(entries)


def find_key(segment: Segment, key: int) -> range:
    """The living entries of one key."""
    low = int(np.searchsorted(segment.keys, np.uint64(key), "left"))
    high = low
    while high < len(segment.keys) and int(segment.keys[high]) == key:
        high += 1
    return range(low, high)
