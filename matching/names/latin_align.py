"""Words of two Latin names paired off: equal ones, spellings of one meaning, typing errors, joined and split words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from matching.names.cross_sound import spelt
from matching.names.latin_text import ACTIVITY, BRANDING, FILLER, GENERAL, PLACE, RARE, Word

_JOINED_FROM: Final = 2
_JOINED_TO: Final = 4
_SOUNDS = (
    ("PH", "F"), ("CK", "K"), ("TCH", "C"), ("SCH", "S"), ("SH", "S"), ("CH", "C"), ("KH", "H"), ("ZH", "J"),
    ("TH", "T"), ("GH", "G"), ("X", "KS"), ("Q", "K"), ("Y", "I"), ("J", "I"), ("W", "V"), ("Z", "S"), ("C", "K"),
    ("TS", "S"), ("OU", "U"), ("OO", "U"), ("EE", "I"), ("AI", "E"), ("EI", "E"),
)  # fmt: skip
_DOUBLE = re.compile(r"(.)\1+")


class Pairing(NamedTuple):
    """Words that belong together, and how."""

    kind: str
    """equal, meaning, spelling, joined, acronym or initial."""
    left: tuple[int, ...]
    right: tuple[int, ...]
    gain: int
    """Points of the shared words."""
    cost: int
    """Points that their difference takes away again."""


def weight(word: Word) -> int:
    """Points that a word is worth when both names have it: a rare long one most."""
    if word.kind in (RARE, BRANDING):
        return 1400 + 250 * min(len(word.text), 8) - (700 if word.kind == BRANDING else 0)
    return {ACTIVITY: 500, GENERAL: 250, PLACE: 600, FILLER: 0}[word.kind]


def skeleton(word: str) -> str:
    """What is left of a spelling when letters that sound alike are written alike: PHILIPP and FILIP."""
    for long, short in _SOUNDS:
        word = word.replace(long, short)
    return _DOUBLE.sub(r"\1", word)


def allowed_edits(length: int) -> int:
    """Typing errors that a word of so many letters may hold and still be that word."""
    return 0 if length <= 3 else 1 if length <= 5 else 2 if length <= 12 else 3


def spelling_cost(a: str, b: str, gain: int) -> int:
    """Points that the difference of two spellings costs; the whole gain when they are different words.

    Two words of pinyin are not one word misspelt: Shengda and Shengta are two brands.
    """
    if a == b:
        return 0
    if spelt(a.lower()) and spelt(b.lower()):
        return gain
    length = max(len(a), len(b))
    limit = allowed_edits(length)
    edits = OSA.distance(a, b, score_cutoff=limit)
    sounds = skeleton(a), skeleton(b)
    if edits > limit:
        near = length >= 6 and OSA.distance(*sounds, score_cutoff=1) <= 1 and sounds[0][:1] == sounds[1][:1]
        return gain * 6 // 10 if near else gain
    if sounds[0] == sounds[1]:
        return gain // 8
    cost = edits * 9000 // length
    if a[0] != b[0]:
        cost += 900
    return min(gain, cost)


class Pairer:
    """Pairs the words of two names, the surest pairs first; the same from either side."""

    def __init__(self, left: Sequence[Word], right: Sequence[Word]) -> None:
        self.left = left
        self.right = right
        self.free_left = set(range(len(left)))
        self.free_right = set(range(len(right)))
        self.pairs: list[Pairing] = []

    def run(self) -> list[Pairing]:
        """All pairs; what stays in `free_left` and `free_right` has no partner."""
        self._equal()
        self._meaning()
        self._joined()
        self._spelling()
        self._acronym()
        return self.pairs

    def _take(self, pair: Pairing) -> None:
        self.pairs.append(pair)
        self.free_left.difference_update(pair.left)
        self.free_right.difference_update(pair.right)

    def _equal(self) -> None:
        for i, word in enumerate(self.left):
            j = next((j for j in sorted(self.free_right) if self.right[j].text == word.text), None)
            if j is not None:
                self._take(Pairing("equal", (i,), (j,), weight(word), 0))

    def _meaning(self) -> None:
        for i in sorted(self.free_left):
            word = self.left[i]
            j = next((j for j in sorted(self.free_right) if self.right[j].sense == word.sense), None)
            if word.sense >= 0 and j is not None:
                gain = min(weight(word), weight(self.right[j]))
                self._take(Pairing("meaning", (i,), (j,), gain, gain // 10))

    def _joined(self) -> None:
        for words, many, others, free in (
            (self.left, self.free_left, self.right, self.free_right),
            (self.right, self.free_right, self.left, self.free_left),
        ):
            for start in range(len(words)):
                for length in range(_JOINED_TO, _JOINED_FROM - 1, -1):
                    run = tuple(range(start, start + length))
                    if not many.issuperset(run):
                        continue
                    text = "".join(words[k].text.replace(" ", "") for k in run)
                    best = self._like(text, others, free)
                    if best is None:
                        continue
                    gain = min(sum(weight(words[k]) for k in run), weight(others[best]))
                    cost = min(gain, 150 + spelling_cost(text, others[best].text, gain))
                    if words is self.left:
                        self._take(Pairing("joined", run, (best,), gain, cost))
                    else:
                        self._take(Pairing("joined", (best,), run, gain, cost))
                    break

    @staticmethod
    def _like(text: str, words: Sequence[Word], free: set[int]) -> int | None:
        for j in sorted(free):
            other = words[j].text.replace(" ", "")
            if other == text or (len(text) >= 8 and OSA.distance(other, text, score_cutoff=1) <= 1):
                return j
        return None

    def _spelling(self) -> None:
        found: list[tuple[int, str, str, int, int, int, int]] = []
        for i in self.free_left:
            for j in self.free_right:
                a, b = self.left[i], self.right[j]
                if FILLER in (a.kind, b.kind) or min(a.sense, b.sense) >= 0:
                    continue
                # The cost is one of rare words; what is worth less loses as much less.
                most = max(weight(a), weight(b))
                gain = min(weight(a), weight(b))
                cost = spelling_cost(a.text, b.text, most) * gain // most
                if cost < gain:
                    first, last = sorted((a.text, b.text))
                    found.append((cost - gain, first, last, i, j, cost, gain))
        for _, _, _, i, j, cost, gain in sorted(found):
            if i in self.free_left and j in self.free_right:
                self._take(Pairing("spelling", (i,), (j,), gain, cost))

    def _acronym(self) -> None:
        for words, many, others, free in (
            (self.left, self.free_left, self.right, self.free_right),
            (self.right, self.free_right, self.left, self.free_left),
        ):
            long = [k for k in range(len(words)) if k in many and words[k].kind != FILLER]
            initials = "".join(words[k].text[0] for k in long)
            j = next((j for j in sorted(free) if others[j].text == initials), None)
            if j is None or not 3 <= len(initials) <= 6:
                continue
            if words is self.left:
                self._take(Pairing("acronym", tuple(long), (j,), 900, 0))
            else:
                self._take(Pairing("acronym", (j,), tuple(long), 900, 0))
