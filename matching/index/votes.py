"""Votes of keys and grams for the entries of a segment, and the election of candidates by them.

An entry's votes are weighed by how rare what it shares with the query is. Grams are read the rarest first, until a
budget of postings is spent. Nothing here allocates: a thread has its scratch.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from matching.index.build import posting_budget
from matching.index.extract import (
    GRAMS,
    LATIN,
    MAX_GRAMS,
    MAX_KEYS,
    NUMBERED,
    SORTED,
    SOUND,
    SOUND_KEYS,
    WHOLE,
)
from matching.index.hashing import BITS, entry_bits, kept_bits, long
from matching.index.latin import WIDE
from matching.index.rank import Parts, parts
from matching.index.segment import COUNT_BITS, SINGLE, Segment, is_dead
from matching.names.align import Workspace, workspace
from matching.names.coding import Labels
from matching.names.layout import FIELDS, FORM, GROUP, MAX_NAME, REGION

Array = npt.NDArray[Any]

RANKED: Final = 64
"""Candidates of a segment that votes elect."""
_SOUND_WEIGHT: Final = 8
_FEW: Final = 8
"""A key of a Latin name that so few entries have outweighs what it shares with Latin entries in general."""
_SOUND_BONUS: Final = 16
_LIGHT: Final = 1 << REGION | 1 << FORM | 1 << GROUP
_TABLE_BITS: Final = 14
_NEW: Final = 4_000
"""Entries that may get votes; a later list only adds to those that have some."""
_SCORES: Final = 1 << 13


class Scratch(NamedTuple):
    """What one thread writes into while it searches."""

    table: Array
    """Votes by entry, open addressing: entry + 1, score, kinds of keys in 32, 16 and 12 bits."""
    touched: Array
    scores: Array
    most: Array
    """The score of an entry that shares all that was looked up."""
    labels: Labels
    fields: npt.NDArray[np.int32]
    other_labels: Labels
    core: Array
    hashes: Array
    kinds: Array
    sounds: npt.NDArray[np.uint64]
    grams: Array
    lists: Array
    best: Array
    chosen: Array
    order: Array
    bag: Array
    """How often the query has each character, while candidates are compared with it; else 0."""
    keys: Array
    found: Array
    """Rows of (entry, cost, kinds): the best so far, best first."""
    left: Parts
    right: Parts
    plain: Labels
    """Labels that make every character weigh in full."""
    space: Workspace


def scratch(most: int) -> Scratch:
    """A fresh set of arrays, for at most `most` results."""
    return Scratch(
        table=np.zeros(1 << _TABLE_BITS, np.int64),
        touched=np.zeros(_NEW + 1, np.int32),
        scores=np.zeros(_SCORES, np.int32),
        most=np.zeros(1, np.int64),
        labels=np.zeros(MAX_NAME, np.uint8),
        fields=np.zeros(FIELDS, np.int32),
        other_labels=np.zeros(MAX_NAME, np.uint8),
        core=np.zeros(MAX_NAME, np.uint16),
        hashes=np.zeros(MAX_KEYS, np.int64),
        kinds=np.zeros(MAX_KEYS, np.int32),
        sounds=np.zeros(SOUND_KEYS, np.uint64),
        grams=np.zeros(MAX_GRAMS, np.int64),
        lists=np.zeros(MAX_GRAMS, np.int64),
        best=np.zeros(RANKED, np.int64),
        chosen=np.zeros(RANKED, np.int64),
        order=np.zeros(RANKED, np.int64),
        bag=np.zeros(1 << 16, np.int16),
        keys=np.zeros(most + 1, np.uint64),
        found=np.zeros((most + 1, 3), np.int64),
        left=parts(),
        right=parts(),
        plain=np.zeros(MAX_NAME, np.uint8),
        space=workspace(),
    )


@kernel
def _rarity(entries: int, count: int) -> int:
    """Four times the binary logarithm of entries / count, at least 1."""
    ratio = (entries << 3) // max(1, count)
    bits = 0
    while ratio >> (bits + 1):
        bits += 1
    quarter = ((ratio >> (bits - 2)) & 3) if bits >= 2 else 0
    return max(1, 4 * (bits - 3) + quarter)


@kernel
def _vote(table: Any, touched: Any, count: int, entry: int, score: int, kind: int) -> int:
    """Add to an entry's votes; returns how many entries have some."""
    mask = len(table) - 1
    at = ((entry * 0x9E3779B1) >> 12) & mask
    while True:
        held = table[at]
        if held == 0:
            if count < len(touched) - 1:
                table[at] = ((entry + 1) << 28) | (score << 12) | kind
                touched[count] = at
                return count + 1
            return count
        if held >> 28 == entry + 1:
            if ((held >> 12) & 0xFFFF) + score <= 0xFFFF:
                held += score << 12
            table[at] = held | kind
            return count
        at = (at + 1) & mask


@kernel
def key_votes(segment: Segment, hash_: int, kind: int, latin: bool, s: Scratch, count: int) -> int:
    """Add votes for the entries of one key (at most `build.RUN`, and what shares its fingerprint).

    Returns how many entries have votes now.
    """
    entries = len(segment.keys)
    bits = entry_bits(entries)
    kept = kept_bits(entries)
    bucket_bits = 0
    while (1 << bucket_bits) < len(segment.buckets) - 1:
        bucket_bits += 1
    key = hash_ >> (BITS - kept)
    bucket = key >> (kept - bucket_bits)
    prints = 32 - bits
    print_ = (key >> (kept - bucket_bits - prints)) & ((1 << prints) - 1)
    low, high = long(segment.buckets[bucket]), long(segment.buckets[bucket + 1])
    posts, table, touched = segment.posts, s.table, s.touched
    run = 0
    for place in range(low, high):
        if long(posts[place]) >> bits == print_:
            run += 1
    if run == 0:
        return count
    score = (_SOUND_WEIGHT if latin and run <= _FEW else 2) * _rarity(entries, run)
    s.most[0] += score
    for place in range(low, high):
        post = long(posts[place])
        if post >> bits == print_:
            count = _vote(table, touched, count, post & ((1 << bits) - 1), score, kind)
    return count


@kernel
def _list_length(segment: Segment, slot: int) -> int:
    low = long(segment.slots[slot])
    if low == long(segment.slots[slot + 1]):
        return 0
    head = long(segment.words[low])
    return 1 if head & SINGLE else head & ((1 << COUNT_BITS) - 1)


@kernel
def _gram_votes(segment: Segment, slot: int, score: int, s: Scratch, count: int) -> int:
    words, table, touched = segment.words, s.table, s.touched
    at = long(segment.slots[slot])
    head = long(words[at])
    if head & SINGLE:
        return _vote(table, touched, count, head & (SINGLE - 1), score, GRAMS)
    length = head & ((1 << COUNT_BITS) - 1)
    width = head >> COUNT_BITS
    mask = (1 << width) - 1
    entry = long(words[at + 1])
    count = _vote(table, touched, count, entry, score, GRAMS)
    bit = (at + 2) << 5
    for _ in range(length - 1):
        word = bit >> 5
        pair = long(words[word]) | (long(words[word + 1]) << 32)
        entry += ((pair >> (bit & 31)) & mask) + 1
        count = _vote(table, touched, count, entry, score, GRAMS)
        bit += width
    return count


@kernel
def all_gram_votes(segment: Segment, number: int, s: Scratch, count: int) -> int:
    """Add votes for the first `number` grams of the query, the rarest first, within the budget of postings.

    Returns how many entries have votes now.
    """
    entries = len(segment.keys)
    slot_bits = 0
    while (1 << slot_bits) < len(segment.slots) - 1:
        slot_bits += 1
    lists = 0
    for each in range(number):
        slot = s.grams[each] >> (BITS - slot_bits)
        length = _list_length(segment, slot)
        if length == 0:
            continue
        value = (length << 32) | slot
        place = lists
        while place > 0 and s.lists[place - 1] > value:
            s.lists[place] = s.lists[place - 1]
            place -= 1
        if place > 0 and s.lists[place - 1] == value:
            while place < lists:
                s.lists[place] = s.lists[place + 1]
                place += 1
            continue
        s.lists[place] = value
        lists += 1
    spent = 0
    budget = posting_budget(entries)
    for each in range(lists):
        length = s.lists[each] >> 32
        spent += length
        if spent > budget and each > 1:
            break
        score = _rarity(entries, length)
        s.most[0] += score
        count = _gram_votes(segment, s.lists[each] & 0xFFFFFFFF, score, s, count)
    return count


@kernel
def elect(segment: Segment, s: Scratch, count: int) -> int:
    """Write the entries with the most votes to `best`, most first, and forget all votes; returns how many."""
    shift = 1
    for each in range(count):
        s.scores[min(_SCORES - 1, ((s.table[s.touched[each]] >> 12) & 0xFFFF) >> shift)] += 1
    least = _SCORES - 1
    above = 0
    while least > 0 and above + s.scores[least] <= RANKED:
        above += s.scores[least]
        least -= 1
    elected = 0
    level = RANKED - above
    for each in range(count):
        at = s.touched[each]
        held = s.table[at]
        score = min(_SCORES - 1, ((held >> 12) & 0xFFFF) >> shift)
        s.scores[score] = 0
        s.table[at] = 0
        if score == least and level > 0:
            level -= 1
        elif score <= least:
            continue
        if elected < RANKED and not is_dead(segment, (held >> 28) - 1):
            place = elected
            while place > 0 and (s.best[place - 1] >> 12) & 0xFFFF < (held >> 12) & 0xFFFF:
                s.best[place] = s.best[place - 1]
                place -= 1
            s.best[place] = held
            elected += 1
    return elected


@kernel
def is_latin(name: Any) -> bool:
    """Whether a name has no character of East Asia."""
    for place in range(len(name)):  # noqa: SIM110  (compiled)
        if name[place] >= WIDE:
            return False
    return True


@kernel
def labels_of(segment: Segment, begin: int, end: int, out: Any) -> None:
    """Unpack the labels of the characters from `begin` to `end`."""
    for place in range(begin, end):
        out[place - begin] = (segment.labels[place >> 1] >> ((place & 1) << 2)) & 15


@kernel
def _weight(label: int) -> int:
    return 1 if _LIGHT >> label & 1 else 4


@kernel
def shortlist(segment: Segment, name: Any, s: Scratch, elected: int, most: int) -> int:
    """Keep of the elected those that share most characters with the query, in whatever order; returns how many.

    What was found by its sound or in another script may share none and stays.
    """
    if elected <= most:
        return elected
    bag = s.bag
    own = 0
    for place in range(len(name)):
        bag[name[place]] += 1
        own += _weight(s.labels[place])
    for each in range(elected):
        held = s.best[each]
        entry = (held >> 28) - 1
        begin, end = long(segment.starts[entry]), long(segment.starts[entry + 1])
        apart = own
        for place in range(begin, end):
            weight = _weight((segment.labels[place >> 1] >> ((place & 1) << 2)) & 15)
            character = segment.chars[place]
            if bag[character] > 0:
                apart -= weight
            else:
                apart += weight
            bag[character] -= 1
        for place in range(begin, end):
            bag[segment.chars[place]] += 1
        if held & (WHOLE | SOUND | SORTED | LATIN | NUMBERED):
            apart -= _SOUND_BONUS
        value = ((apart + 4096) << 8) | each
        place = each
        while place > 0 and s.order[place - 1] > value:
            s.order[place] = s.order[place - 1]
            place -= 1
        s.order[place] = value
    for place in range(len(name)):
        bag[name[place]] = 0
    for each in range(most):
        s.chosen[each] = s.best[s.order[each] & 0xFF]
    for each in range(most):
        s.best[each] = s.chosen[each]
    return most
