"""Compiled search: votes of keys and grams elect candidates, their distance to the query ranks them."""

from __future__ import annotations

from typing import Any, Final

from graph.compiled.jit import compiled, kernel
from matching.index.extract import CORE, LATIN, WHOLE, grams, keys, sound_keys_of
from matching.index.hashing import BITS, kept_bits, long, refined
from matching.index.rank import FAR, at_most, distance, take_apart
from matching.index.segment import Segment
from matching.index.votes import Scratch, all_gram_votes, elect, is_latin, key_votes, labels_of, shortlist
from matching.names.characters import Characters
from matching.names.latin_keys import SoundKeys
from matching.names.layout import HEAD_END, REGION_CODE, REGION_OTHER
from matching.names.lexicon import Lexicon
from matching.names.parse import read

_CROSS: Final = 300
_CROSS_LEAST: Final = 50
"""Distances that stand for "written in another script": found by one key that others share, or by rare ones."""
_SPARE: Final = 8
"""Candidates beyond those asked for whose distance is measured."""
_LATIN_FAR: Final = 1_000
_LETTER: Final = 3
"""What sharing nothing adds to the distance of Latin names, and a letter more or less."""


@kernel
def _equal(left: Any, right: Any) -> bool:
    if len(left) != len(right):
        return False
    for place in range(len(left)):  # noqa: SIM110  (compiled)
        if left[place] != right[place]:
            return False
    return True


@kernel
def _latin_cost(length: int, other: int, score: int, most: int) -> int:
    """The distance of two Latin names by what they share: words, sounds and fours of letters, the rare ones first."""
    return 1 + (_LATIN_FAR * max(0, most - score)) // max(1, most) + _LETTER * abs(length - other)


@kernel
def _keep(s: Scratch, count: int, limit: int, entry: int, key: int, cost: int, kinds: int) -> int:
    """Put a candidate in its place among the best; equally far ones in the order of their keys."""
    place = count
    while place > 0 and (
        s.found[place - 1, 1] > cost or (s.found[place - 1, 1] == cost and s.keys[place - 1] > key)
    ):
        if place < limit:
            s.found[place, 0] = s.found[place - 1, 0]
            s.found[place, 1] = s.found[place - 1, 1]
            s.found[place, 2] = s.found[place - 1, 2]
            s.keys[place] = s.keys[place - 1]
        place -= 1
    if place >= limit:
        return count
    s.found[place, 0] = entry
    s.found[place, 1] = cost
    s.found[place, 2] = kinds
    s.keys[place] = key
    return min(limit, count + 1)


@compiled
def _search_segment(
    segment: Segment, first: int, name: Any, number: int, found_grams: int, words: Lexicon, tables: Characters,
    s: Scratch, count: int, limit: int,
) -> int:  # fmt: skip
    if len(segment.keys) == 0:
        return count
    city, other = s.fields[REGION_CODE] // 100, s.fields[REGION_OTHER] // 100
    shift = BITS - kept_bits(len(segment.keys))
    latin = is_latin(name)
    votes = 0
    s.most[0] = 0
    for each in range(number):
        hash_, kind = s.hashes[each], s.kinds[each]
        votes = key_votes(segment, hash_, kind, latin, s, votes)
        if city > 0 or kind == CORE:
            votes = key_votes(segment, refined(hash_ >> shift, city), kind, latin, s, votes)
        if other > 0 and other != city:
            votes = key_votes(segment, refined(hash_ >> shift, other), kind, latin, s, votes)
    votes = all_gram_votes(segment, found_grams, s, votes)
    elected = elect(segment, s, votes)
    if not latin:
        elected = shortlist(segment, name, s, elected, limit + _SPARE)
    for each in range(elected):
        held = s.best[each]
        most = s.most[0]
        entry = (held >> 28) - 1
        kinds = held & 0xFFF
        begin, end = long(segment.starts[entry]), long(segment.starts[entry + 1])
        chars = segment.chars[begin:end]
        near = s.found[limit - 1, 1] if count == limit else FAR
        if _equal(name, chars):
            cost = 0
        else:
            kinds &= ~WHOLE
            if latin != is_latin(chars):
                cost = max(_CROSS_LEAST, _CROSS - ((held >> 12) & 0xFFFF) // 2) if kinds & LATIN else FAR
            elif latin:
                cost = _latin_cost(len(name), len(chars), (held >> 12) & 0xFFFF, most)
            else:
                labels = s.other_labels[: len(chars)]
                labels_of(segment, begin, end, labels)
                cost = 1 + distance(
                    name, s.labels[: len(name)], s.fields[HEAD_END], s.left,
                    chars, labels, long(segment.heads[entry]), s.right, s.plain, tables, s.space, near,
                )  # fmt: skip
                cost = at_most(cost, kinds, s.left, s.right)
        if cost < FAR:
            count = _keep(s, count, limit, first + entry, segment.keys[entry], cost, kinds)
    return count


@compiled
def search(
    chars: Any, offsets: Any, low: int, high: int, extra: Any, extra_offsets: Any, base: Segment, delta: Segment,
    words: Lexicon, tables: Characters, sounds: SoundKeys, s: Scratch, limit: int,
    entries: Any, costs: Any, kinds: Any,
) -> None:  # fmt: skip
    """Search queries `low` to `high`; rows of `entries` (-1: no more), `costs` and `kinds`, the nearest first.

    `extra` holds further hashed keys of each query, which are made outside (Latin names). An entry of the delta
    is numbered after those of the base.
    """
    for query in range(low, high):
        name = chars[offsets[query] : offsets[query + 1]]
        count = 0
        if len(name) > 0:
            labels = s.labels[: len(name)]
            read(name, words, labels, s.fields)
            number = keys(name, labels, s.fields, tables, s.core, True, s.hashes, s.kinds)
            if extra_offsets[query] == extra_offsets[query + 1]:
                number = sound_keys_of(name, labels, tables, sounds, s.sounds, s.hashes, s.kinds, number)
            for each in range(extra_offsets[query], extra_offsets[query + 1]):
                s.hashes[number] = extra[each]
                s.kinds[number] = LATIN
                number += 1
            take_apart(name, labels, s.fields[HEAD_END], s.left)
            found = grams(name, labels, s.fields[HEAD_END], tables, s.core, s.grams)
            count = _search_segment(base, 0, name, number, found, words, tables, s, 0, limit)
            count = _search_segment(
                delta, len(base.keys), name, number, found, words, tables, s, count, limit
            )
        for place in range(limit):
            if place < count:
                entries[query, place] = s.found[place, 0]
                costs[query, place] = s.found[place, 1]
                kinds[query, place] = s.found[place, 2]
            else:
                entries[query, place] = -1
                costs[query, place] = FAR
                kinds[query, place] = 0
