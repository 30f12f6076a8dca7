"""Texts of bids compared by the thousand: what is alike beyond the tender's own text, equal slips, foreign names.

A text is read as characters without space and punctuation, and compared by its distinct passages of `SHINGLE`
characters (shingles). A passage that most bids hold, or the tender's own documents do, is nobody's. Likeness is
Dice's coefficient 2|A∩B| / (|A|+|B|) of what is left; candidates come from sketches of minima (Broder 1997; one
permutation, Li and König 2012), so that a thousand bids are not compared each with each. Long texts are sampled by
the hash of a passage, which leaves the coefficient unbiased.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint16]
Hashes = npt.NDArray[np.uint64]
Array = npt.NDArray[Any]

SHINGLE: Final = 6
"""Characters of a passage: shorter ones recur by chance, longer ones break at every correction."""
LEAST: Final = 24
"""Passages of its own that a text needs before its likeness means anything."""
BUDGET: Final = 1_500_000
"""Passages compared in all; beyond it they are sampled."""
EACH: Final = 10
"""Up to this many texts are compared each with each."""
BINS: Final = 200
BAND: Final = 4
"""A sketch of 50 bands of 4 minima: of two texts with likeness .8 one in 60,000 pairs is not found."""

_MULTIPLIER = 0x9E3779B97F4A7C15


@cache
def _table() -> Codes:
    """For each 16-bit unit what it is compared as: letters, digits and Chinese characters; 0 for all else."""
    table = np.zeros(65_536, dtype=np.uint16)
    for code in range(65_536):
        if 0xD800 <= code <= 0xDFFF:
            table[code] = code
            continue
        plain = unicodedata.normalize("NFKC", chr(code)).casefold()
        if len(plain) == 1 and plain.isalnum() and plain <= "\uffff":
            table[code] = ord(plain)
    return table


def plain(text: str) -> Codes:
    """The characters of a text that count."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    codes: Codes = _table()[units]
    kept: Codes = codes[codes != 0]
    return kept


def written(codes: Codes) -> str:
    """Characters as text."""
    return np.ascontiguousarray(codes, dtype="<u2").tobytes().decode("utf-16-le", "replace")


def passages(codes: Codes) -> Hashes:
    """A hash for the passage that begins at each character; of a text shorter than one, none."""
    count = len(codes) - SHINGLE + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    wide = codes.astype(np.uint64)
    found = wide[:count].copy()
    for step in range(1, SHINGLE):
        found *= np.uint64(_MULTIPLIER)
        found += wide[step : step + count]
    # mixed, so that any bits of it are as good as random
    found ^= found >> np.uint64(29)
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(32)
    return found


class Like(NamedTuple):
    """Two texts that are alike."""

    i: int
    j: int
    permille: int
    copied: bool
    """Nearly all of both stands in most bids: either it is the tender's text, or all are copies."""


class Sets:
    """The distinct passages of texts, sampled to one in `every`: the `whole`, and what is each text's `own`."""

    def __init__(self, texts: Sequence[Codes], known: Iterable[Codes], template: int) -> None:
        """Read the texts.

        Args:
            texts: the bids'.
            known: the tender's own documents, whose passages count for nobody.
            template: percent of the texts above which a common passage is nobody's own; at least three hold it.
        """
        total = sum(map(len, texts))
        self.every = 1
        while total > BUDGET * self.every:
            self.every *= 2
        self.least = max(1, LEAST // self.every)
        theirs = [self._distinct(codes) for codes in known]
        forms = np.unique(np.concatenate(theirs)) if theirs else np.empty(0, dtype=np.uint64)
        self.whole = [_without(self._distinct(codes), forms) for codes in texts]
        self.own = self._own(template)

    def _distinct(self, codes: Codes) -> Hashes:
        found = passages(codes)
        if self.every > 1:
            found = found[found & np.uint64(self.every - 1) == 0]
        return np.unique(found)

    def _own(self, template: int) -> list[Hashes]:
        filled = [found for found in self.whole if len(found)]
        if len(filled) < 3:
            return self.whole
        values, counts = np.unique(np.concatenate(filled), return_counts=True)
        forms = values[(counts >= 3) & (counts * 100 > template * len(filled))]
        return [_without(found, forms) for found in self.whole]

    def bare(self, place: int) -> bool:
        """Whether a text has next to nothing of its own: three in a hundred of its passages or less."""
        own, whole = len(self.own[place]), len(self.whole[place])
        return own < self.least or own * 100 <= 3 * whole


def _without(found: Hashes, others: Hashes) -> Hashes:
    if not len(others) or not len(found):
        return found
    places = np.searchsorted(others, found)
    places[places == len(others)] = 0
    kept: Hashes = found[others[places] != found]
    return kept


def alike(sets: Sets, percent: int) -> Iterator[Like]:
    """The pairs of texts that are alike: in what is their own or, where neither has anything, as a whole.

    Args:
        sets: the texts' passages.
        percent: likeness from which two are.
    """
    for parts, bare in ((sets.own, False), (sets.whole, True)):
        for i, j in _candidates(parts, [p for p in range(len(parts)) if sets.bare(p) is bare], sets.least):
            a, b = parts[i], parts[j]
            both = len(a) + len(b)
            if min(len(a), len(b)) * 200 < percent * both:
                continue
            common = len(np.intersect1d(a, b, assume_unique=True))
            if common * 200 >= percent * both:
                yield Like(i, j, common * 2000 // both, bare and parts[i] is not sets.own[i])


def _candidates(parts: Sequence[Hashes], among: Sequence[int], least: int) -> Iterator[tuple[int, int]]:
    places = [place for place in among if len(parts[place]) >= least]
    if len(places) <= EACH:
        yield from ((i, j) for at, i in enumerate(places) for j in places[at + 1 :])
        return
    sketches = np.stack([_sketch(parts[place]) for place in places])
    seen: set[tuple[int, int]] = set()
    for band in range(0, BINS, BAND):
        groups: dict[bytes, list[int]] = {}
        for at, key in enumerate(np.ascontiguousarray(sketches[:, band : band + BAND])):
            groups.setdefault(key.tobytes(), []).append(at)
        for group in groups.values():
            # of many alike each is compared with the first and the next: nobody is left out
            for at, one in enumerate(group):
                others = group[at + 1 :] if len(group) <= EACH * 2 else [*group[:1], *group[at + 1 : at + 2]]
                for other in others:
                    pair = (min(one, other), max(one, other))
                    if one == other or pair in seen:
                        continue
                    seen.add(pair)
                    if np.count_nonzero(sketches[one] == sketches[other]) * 2 >= BINS:
                        yield places[pair[0]], places[pair[1]]


def _sketch(found: Hashes) -> Hashes:
    """The least hash in each of `BINS` equal ranges; an empty range takes the next one's."""
    edges = np.arange(BINS, dtype=np.uint64) * np.uint64(2**64 // BINS)
    places = np.searchsorted(found, edges)
    firsts = found[np.minimum(places, len(found) - 1)]
    return np.where(places < len(found), firsts, found[0]).astype(np.uint64)


def common_passage(one: Codes, other: Codes, sets: Sets, i: int, j: int) -> str:
    """The longest passage found that two texts share and few others have, up to 40 characters."""
    for parts in (sets.own, sets.whole):
        shared = np.intersect1d(parts[i], parts[j], assume_unique=True)
        if len(shared):
            break
    chosen = shared[:: max(1, len(shared) // 32)]
    first = {h: at for at, h in _places(passages(one), chosen)}
    second = {h: at for at, h in _places(passages(other), chosen)}
    runs = (_run(one, other, first[key], second[key]) for key in first.keys() & second.keys())
    length, at = max(runs, default=(0, 0))
    return written(one[at : at + length])


def _places(hashes: Hashes, wanted: Hashes) -> Iterator[tuple[int, int]]:
    for at in np.flatnonzero(np.isin(hashes, wanted))[::-1].tolist():
        yield at, int(hashes[at])


def _run(one: Codes, other: Codes, at: int, there: int) -> tuple[int, int]:
    """How far two texts agree from two places on, at most 40 characters, and where in the first."""
    length = min(40, len(one) - at, len(other) - there)
    differ = np.flatnonzero(one[at : at + length] != other[there : there + length])
    return (int(differ[0]) if len(differ) else length), at


class Names:
    """Names to be looked for in texts, each of at least `SHINGLE` characters."""

    def __init__(self, names: Sequence[Codes]) -> None:
        self._names = names
        self._numbers: dict[int, list[int]] = {}
        if names:
            heads = passages(np.concatenate([name[:SHINGLE] for name in names]))[::SHINGLE]
            for number, head in enumerate(heads.tolist()):
                self._numbers.setdefault(head, []).append(number)
        self._may = np.zeros(65_536, dtype=bool)
        self._may[[head & 0xFFFF for head in self._numbers]] = True

    def within(self, codes: Codes) -> Iterator[tuple[int, int]]:
        """Where names stand in a text: number of the name, place of its first character."""
        hashes = passages(codes)
        places = np.flatnonzero(self._may[hashes.astype(np.uint16)])
        for at, head in zip(places.tolist(), hashes[places].tolist(), strict=True):
            for number in self._numbers.get(head, ()):
                name = self._names[number]
                if np.array_equal(codes[at : at + len(name)], name):
                    yield number, at
