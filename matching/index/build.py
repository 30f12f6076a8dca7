"""Builds one segment from names in the order of their keys: read, hash, sort, pack.

Hash and entry stand in one 64-bit number, so that building is three sorts of flat arrays. Two threads read names
and pack lists in compiled code.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import compiled, kernel
from graph.generation.format import Progress, Sink
from matching.index.extract import MAX_GRAMS, MAX_KEYS, OWN_KEYS, SOUND_KEYS, grams, keys, sound_keys_of
from matching.index.hashing import BITS, entry_bits, kept_bits, long, refined
from matching.index.latin import latin_names
from matching.index.segment import COUNT_BITS, SINGLE, log2
from matching.names.characters import Characters, characters
from matching.names.latin_keys import SoundKeys, sound_keys
from matching.names.layout import FIELDS, HEAD_END, MAX_NAME, REGION_CODE
from matching.names.lexicon import Lexicon, lexicon
from matching.names.parse import read

Array = npt.NDArray[Any]

RUN: Final = 48
"""Entries that one key may find; a longer list is entered again by place, and without it not at all."""
_CHUNK: Final = 1 << 15
_BUCKET: Final = 4
"""Postings a bucket: on average this many, or up to twice as many."""
_LIKELY: Final = 24
"""Keys of a name, on average at most."""
_FEW: Final = 2_000


@kernel
def posting_budget(entries: int) -> int:
    """Postings of grams that a query reads; longer lists are never read, so they are not kept."""
    return max(_FEW, min(entries // 40, 4_000 + entries // 400))


class Names(NamedTuple):
    """Names in the order of their keys."""

    chars: Array
    starts: Array
    keys: Array


@compiled
def _read_keys(
    chars: Any, starts: Any, low: int, high: int, words: Lexicon, tables: Characters,
    sounds: SoundKeys, extra: Any, extra_starts: Any, labels: Any, heads: Any, places: Any, shift: int, bits: int,
    out: Any,
) -> int:  # fmt: skip
    fields = np.zeros(FIELDS, np.int32)
    core = np.zeros(MAX_NAME, np.uint16)
    hashes = np.zeros(MAX_KEYS, np.int64)
    kinds = np.zeros(MAX_KEYS, np.int32)
    work = np.zeros(SOUND_KEYS, np.uint64)
    count = 0
    for entry in range(low, high):
        begin, end = long(starts[entry]), long(starts[entry + 1])
        name = chars[begin:end]
        read(name, words, labels[begin:end], fields)
        heads[entry] = fields[HEAD_END]
        places[entry] = fields[REGION_CODE] // 100
        found = keys(name, labels[begin:end], fields, tables, core, False, hashes, kinds)
        if extra_starts[entry] == extra_starts[entry + 1]:
            found = sound_keys_of(name, labels[begin:end], tables, sounds, work, hashes, kinds, found)
        for each in range(found):
            out[count] = ((hashes[each] >> shift) << bits) | entry
            count += 1
        for each in range(extra_starts[entry], extra_starts[entry + 1]):
            out[count] = ((extra[each] >> shift) << bits) | entry
            count += 1
    return count


@compiled
def _read_grams(
    chars: Any,
    starts: Any,
    low: int,
    high: int,
    tables: Characters,
    labels: Any,
    heads: Any,
    slot_bits: int,
    out: Any,
) -> int:
    core = np.zeros(MAX_NAME, np.uint16)
    hashes = np.zeros(MAX_GRAMS, np.int64)
    count = 0
    for entry in range(low, high):
        begin, end = long(starts[entry]), long(starts[entry + 1])
        found = grams(chars[begin:end], labels[begin:end], heads[entry], tables, core, hashes)
        for each in range(found):
            out[count] = ((hashes[each] >> (BITS - slot_bits)) << 32) | entry
            count += 1
    return count


@kernel
def _shorten(posts: Any, bits: int, places: Any, shift: int, longest: int, again: Any) -> tuple[int, int]:
    """Drop repetitions and the runs that are too long, in place; what was dropped goes to `again`, by place."""
    kept = 0
    extra = 0
    low = 0
    mask = (1 << bits) - 1
    while low < len(posts):
        key = posts[low] >> bits
        high = low
        distinct = kept
        while high < len(posts) and posts[high] >> bits == key:
            if high == low or posts[high] != posts[high - 1]:
                posts[distinct] = posts[high]
                distinct += 1
            high += 1
        if distinct - kept <= longest:
            kept = distinct
        elif len(again) > 0:
            for place in range(kept, distinct):
                entry = posts[place] & mask
                again[extra] = ((refined(key, places[entry]) >> shift) << bits) | entry
                extra += 1
        low = high
    return kept, extra


@kernel
def _pack_posts(posts: Any, bits: int, kept: int, bucket_bits: int, buckets: Any, out: Any) -> None:
    prints = 32 - bits
    drop = kept - bucket_bits - prints
    bucket = 0
    for place in range(len(posts)):
        key = posts[place] >> bits
        own = key >> (kept - bucket_bits)
        while bucket < own:
            bucket += 1
            buckets[bucket] = place
        out[place] = (((key >> drop) & ((1 << prints) - 1)) << bits) | (posts[place] & ((1 << bits) - 1))
    while bucket < len(buckets) - 1:
        bucket += 1
        buckets[bucket] = len(posts)


@kernel
def _width(number: int) -> int:
    bits = 1
    while number >> bits:
        bits += 1
    return bits


@kernel
def _pack_grams(posts: Any, longest: int, slots: Any, out: Any) -> int:
    """Pack sorted (slot, entry) into lists; returns the words used. Writes nothing with an empty `out`."""
    words = 0
    low = 0
    slot = 0
    while low < len(posts):
        own = posts[low] >> 32
        while slot < own:
            slot += 1
            slots[slot] = words
        high = low + 1
        count = 1
        widest = 0
        while high < len(posts) and posts[high] >> 32 == own:
            gap = posts[high] - posts[high - 1]
            if gap > 0:
                count += 1
                widest = max(widest, gap)
            high += 1
        if count == 1:
            if len(out) > 0:
                out[words] = SINGLE | (posts[low] & 0xFFFFFFFF)
            words += 1
        elif count <= longest:
            width = _width(widest - 1)
            if len(out) > 0:
                out[words] = (width << COUNT_BITS) | count
                out[words + 1] = posts[low] & 0xFFFFFFFF
                held = long(0)
                filled = 0
                at = words + 2
                for place in range(low + 1, high):
                    gap = posts[place] - posts[place - 1]
                    if gap > 0:
                        held |= (gap - 1) << filled
                        filled += width
                        if filled >= 32:
                            out[at] = held & 0xFFFFFFFF
                            at += 1
                            held >>= 32
                            filled -= 32
                if filled > 0:
                    out[at] = held & 0xFFFFFFFF
            words += 2 + ((count - 1) * width + 31) // 32
        low = high
    while slot < len(slots) - 1:
        slot += 1
        slots[slot] = words
    return words


class _Collected:
    """A large array that threads append to."""

    def __init__(self, likely: int) -> None:
        self.array = np.empty(likely + _CHUNK, np.int64)
        self.count = 0
        self._lock = Lock()

    def add(self, found: Array) -> None:
        with self._lock:
            low, self.count = self.count, self.count + len(found)
            if self.count > len(self.array):
                grown = np.empty(self.count + len(self.array) // 4, np.int64)
                grown[:low] = self.array[:low]
                self.array = grown
            self.array[low : self.count] = found

    def sorted(self) -> Array:
        taken = self.array[: self.count]
        taken.sort()
        return taken


def _in_chunks(
    entries: int, most: Callable[[int, int], int], work: Callable[[int, int, Array], int], collected: _Collected,
    step: str, progress: Progress | None,
) -> None:  # fmt: skip
    done = 0
    chunks = [(low, min(low + _CHUNK, entries)) for low in range(0, entries, _CHUNK)]

    def run(chunk: tuple[int, int]) -> int:
        low, high = chunk
        out = np.empty(most(low, high), np.int64)
        collected.add(out[: work(low, high, out)])
        return high - low

    with ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 1))) as pool:
        for count in pool.map(run, chunks):
            done += count
            if progress is not None:
                progress(step, done, entries)


def build_segment(sink: Sink, prefix: str, names: Names, progress: Progress | None = None) -> None:
    """Write a segment's files.

    Args:
        sink: where the files go, named `prefix` + part.
        prefix: `index.` or `index.delta.`.
        names: what is entered; at most 2^26 names.
        progress: told how many names are done in each of two steps.
    """
    entries = len(names.keys)
    sink.put(f"{prefix}chars", "chars", names.chars)
    sink.put(f"{prefix}starts", "starts", names.starts)
    sink.put(f"{prefix}keys", "keys", names.keys)
    labels = np.zeros(len(names.chars), np.uint8)
    heads = np.zeros(entries, np.uint8)
    places = np.zeros(entries, np.int32)
    _put_keys(sink, prefix, names, labels, heads, places, progress)
    sink.put(f"{prefix}labels", "labels", _nibbles(labels))
    sink.put(f"{prefix}heads", "heads", heads)
    _put_grams(sink, prefix, names, labels, heads, progress)


def _nibbles(labels: Array) -> Array:
    """Two labels a byte, the first in the low half."""
    packed = np.zeros((len(labels) + 1) // 2, np.uint8)
    packed |= labels[::2]
    packed[: len(labels) // 2] |= labels[1::2] << 4
    return packed


def _put_keys(
    sink: Sink,
    prefix: str,
    names: Names,
    labels: Array,
    heads: Array,
    places: Array,
    progress: Progress | None,
) -> None:
    entries, bits = len(names.keys), entry_bits(len(names.keys))
    kept = kept_bits(entries)
    tables, words, sounds = characters(), lexicon(), sound_keys()
    extra, extra_starts = latin_names(names.chars, names.starts)
    found = _Collected(entries * _LIKELY + len(extra))

    def most(low: int, high: int) -> int:
        return (high - low) * (OWN_KEYS + SOUND_KEYS) + int(extra_starts[high] - extra_starts[low])

    def work(low: int, high: int, out: Array) -> int:
        return _read_keys(
            names.chars, names.starts, low, high, words, tables, sounds, extra, extra_starts,
            labels, heads, places, BITS - kept, bits, out,
        )  # fmt: skip

    _in_chunks(entries, most, work, found, "index keys", progress)
    posts = found.sorted()
    again = np.empty(len(posts), np.int64)
    count, moved = _shorten(posts, bits, places, BITS - kept, RUN, again)
    more = again[:moved]
    more.sort()
    moved, _ = _shorten(more, bits, places, BITS - kept, RUN, np.empty(0, np.int64))
    posts[count : count + moved] = more[:moved]
    posts = posts[: count + moved]
    del again, more
    posts.sort()
    bucket_bits = max(1, log2(max(1, len(posts) // _BUCKET)))
    buckets = np.zeros((1 << bucket_bits) + 1, "<u4")
    out = np.empty(len(posts), "<u4")
    _pack_posts(posts, bits, kept, bucket_bits, buckets, out)
    sink.put(f"{prefix}buckets", "buckets", buckets)
    sink.put(f"{prefix}posts", "posts", out)


def _put_grams(
    sink: Sink, prefix: str, names: Names, labels: Array, heads: Array, progress: Progress | None
) -> None:
    entries = len(names.keys)
    slot_bits = max(1, min(24, log2(max(1, entries)) + 2))
    tables = characters()
    found = _Collected(2 * len(names.chars))

    def most(low: int, high: int) -> int:
        return 3 * (int(names.starts[high]) - int(names.starts[low]))

    def work(low: int, high: int, out: Array) -> int:
        return _read_grams(names.chars, names.starts, low, high, tables, labels, heads, slot_bits, out)

    _in_chunks(entries, most, work, found, "index grams", progress)
    posts = found.sorted()
    longest = posting_budget(entries)
    slots = np.zeros((1 << slot_bits) + 1, "<u4")
    size = _pack_grams(posts, longest, slots, np.empty(0, "<u4"))
    out = np.zeros(size + 1, "<u4")
    _pack_grams(posts, longest, slots, out)
    sink.put(f"{prefix}slots", "slots", slots)
    sink.put(f"{prefix}words", "words", out)
