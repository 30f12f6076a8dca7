"""Slips of the hand, the ear and the eye: which character comes out instead of the right one."""

from __future__ import annotations

from bisect import bisect
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from typing import Any

from matching.names.characters import characters

Choice = tuple[str, list[float]]
"""Characters, and their weights summed up."""

_NONE: Choice = ("", [])


def is_chinese(character: str) -> bool:
    """Whether this is a Chinese character that the tables know."""
    return "\u4e00" <= character <= "\u9fff"


@cache
def _simplified() -> frozenset[str]:
    rows = [bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    return frozenset("".join(row.decode("gb2312", "ignore") for row in rows))


@cache
def _everyday() -> dict[str, float]:
    """Simplified characters that texts hold, by a flattened frequency: what a keyboard offers."""
    common = characters().common
    return {c: 1.4 ** (int(common[ord(c)]) / 20) for c in _simplified() if common[ord(c)] >= 40}


@cache
def _by_sound(near: bool) -> dict[int, str]:
    table = characters().near if near else characters().sound
    found: dict[int, list[str]] = {}
    for character in sorted(_everyday()):
        for sound in {int(value) for value in table[ord(character), :2]} - {0}:
            found.setdefault(sound, []).append(character)
    return {sound: "".join(members) for sound, members in found.items()}


def weighed(weights: dict[str, float]) -> Choice:
    """Characters with their weights, ready to be picked from."""
    return ("".join(weights), list(accumulate(weights.values()))) if weights else _NONE


def pick(rng: Random, choice: Choice) -> str:
    """One character of a choice, or '' where there is none."""
    options, sums = choice
    return options[min(bisect(sums, rng.random() * sums[-1]), len(options) - 1)] if options else ""


def _sounding(character: str, table: Any, *, near: bool) -> set[str]:
    sounds = [int(value) for value in table[ord(character), :2] if value]
    return {other for sound in sounds for other in _by_sound(near).get(sound, "")} - {character}


@lru_cache(maxsize=20_000)
def homophones(character: str) -> Choice:
    """Characters of the same sound, tones aside, as often as a keyboard would offer them."""
    alike = _sounding(character, characters().sound, near=False)
    return weighed({other: _everyday()[other] for other in sorted(alike)})


@lru_cache(maxsize=20_000)
def near_sounds(character: str) -> Choice:
    """Characters that sound nearly so: zh and z, n and l, in and ing; without those of the same sound."""
    tables = characters()
    alike = _sounding(character, tables.near, near=True) - _sounding(character, tables.sound, near=False)
    return weighed({other: _everyday()[other] for other in sorted(alike)})


@lru_cache(maxsize=20_000)
def lookalikes(character: str) -> Choice:
    """Simplified characters of a similar shape, the more alike and the more usual the likelier."""
    tables = characters()
    code = ord(character)
    start, end = int(tables.shape_start[code]), int(tables.shape_start[code + 1])
    rows = zip(tables.shape_other[start:end].tolist(), tables.shape_weight[start:end].tolist(), strict=True)
    return weighed(
        {chr(o): w**1.5 * _everyday()[chr(o)] ** 0.5 for o, w in rows if chr(o) in _everyday() and w >= 20}
    )


@lru_cache(maxsize=20_000)
def scanned(character: str) -> Choice:
    """What a scanner reads instead: mostly the most alike, rare characters as soon as usual ones."""
    tables = characters()
    code = ord(character)
    start, end = int(tables.shape_start[code]), int(tables.shape_start[code + 1])
    rows = zip(tables.shape_other[start:end].tolist(), tables.shape_weight[start:end].tolist(), strict=True)
    return weighed({chr(o): float(w**2) for o, w in rows if chr(o) in _simplified() and w >= 15})


@cache
def anything() -> Choice:
    """Any character in use."""
    return weighed(_everyday())


@lru_cache(maxsize=20_000)
def halves(character: str) -> tuple[str, ...]:
    """The two characters into which a printed one may fall: 和 into 禾口."""
    tables = characters()
    code = ord(character)
    start, end = int(tables.part_start[code]), int(tables.part_start[code + 1])
    return tuple(
        chr(left) + chr(right)
        for left, right in zip(
            tables.part_left[start:end].tolist(), tables.part_right[start:end].tolist(), strict=True
        )
    )
