"""What characters sound like, look like and are made of: five tables as arrays that compiled functions read.

A name is misspelt by its sound (a typist's pinyin), by its shape (a scanner, a hurried eye) or by a character that
falls into its two halves. The tables say so for every pair of characters; scripts/build_character_tables.py makes
them, each names its source and licence in its first lines.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel

SIZE: Final = 65_536
READINGS: Final = 3
"""Readings of one character that the tables keep."""

Array = npt.NDArray[Any]
Table = tuple[tuple[str, ...], ...]


class Characters(NamedTuple):
    """The tables, indexed by the 16-bit value of a character (`matching.names.coding`).

    `sound` and `near` hold up to three syllable numbers a character, the most usual first, 0 for none. Look-alikes
    of character c stand at `shape_start[c]` up to `shape_start[c + 1]` of `shape_other` (ascending) and
    `shape_weight` (1 to 100); every pair stands in both directions. The two-part splits of c stand likewise in
    `part_left` and `part_right`. `common` (general text) and `brand` (字号 of companies) are frequencies on a log
    scale from 0 (rare or unknown) to 255.
    """

    sound: Array
    near: Array
    shape_start: Array
    shape_other: Array
    shape_weight: Array
    part_start: Array
    part_left: Array
    part_right: Array
    common: Array
    brand: Array
    near_mask: Array
    """64 bits a character: two that share none have no near sound. Asked first, because most pairs share none."""
    shape_mask: Array
    """64 bits a character: bit `other % 61` is set for each look-alike."""
    part_mask: Array
    """64 bits a character: bit `left % 61` is set for each of its splits."""


@kernel
def same_sound(t: Characters, a: int, b: int) -> int:
    """Whether two characters share a reading, tones aside: 章 and 璋. 1 or 0; a character without reading: 0."""
    if t.near_mask[a] & t.near_mask[b] == 0:
        return 0
    for i in range(3):
        sound = t.sound[a, i]
        if sound == 0:
            return 0
        for j in range(3):
            if t.sound[b, j] == sound:
                return 1
    return 0


@kernel
def near_sound(t: Characters, a: int, b: int) -> int:
    """Whether two characters share a reading once what speakers confuse is merged: 森 and 生. 1 or 0."""
    if t.near_mask[a] & t.near_mask[b] == 0:
        return 0
    for i in range(3):
        sound = t.near[a, i]
        if sound == 0:
            return 0
        for j in range(3):
            if t.near[b, j] == sound:
                return 1
    return 0


@kernel
def shape(t: Characters, a: int, b: int) -> int:
    """How alike two characters look: 0 not alike to 100 hardly told apart (己 and 已); equal ones 100."""
    if a == b:
        return 100
    if t.shape_mask[a] >> np.uint64(b % 61) & np.uint64(1) == 0:
        return 0
    low = t.shape_start[a]
    high = t.shape_start[a + 1]
    while low < high:
        middle = (low + high) >> 1
        other = t.shape_other[middle]
        if other == b:
            return int(t.shape_weight[middle])
        if other < b:
            low = middle + 1
        else:
            high = middle
    return 0


_INITIALS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("f", "h"))
_FINALS: Final = (("iang", "ian"), ("uang", "uan"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


def near_syllable(syllable: str) -> str:
    """What is left of a toneless syllable when what many speakers do not tell apart is written alike.

    As in the fuzzy mode of input methods: zh/z, ch/c, sh/s, n/l/r and f/h at the beginning, hui/fei besides; the
    finals an/ang, en/eng, in/ing, ian/iang and uan/uang.
    """
    if syllable == "hui":
        return "hei"
    for long, short in _INITIALS:
        if syllable.startswith(long):
            syllable = short + syllable[len(long) :]
            break
    if syllable.endswith("ong"):
        return syllable
    for long, short in _FINALS:
        if syllable.endswith(long):
            return syllable[: -len(long)] + short
    return syllable


def _rows(name: str) -> Table:
    text = files("matching.names").joinpath(name).read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and line[0] != "#")


def _codes(text: str) -> npt.NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le"), dtype="<u2")


def _sound_lines(kind: str) -> list[str]:
    """Lines of one kind, not yet cut: a thousand small tuples would set off a collection of all of numba's objects."""
    text = files("matching.names").joinpath("sound.tsv").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith(kind + "\t")]


@cache
def syllable_names() -> tuple[str, ...]:
    """The toneless syllables by their number in `Characters.sound`; number 0 is none."""
    return ("", *(line.split("\t", 2)[1] for line in _sound_lines("syllable")))


def _sounds() -> tuple[Array, Array]:
    sound = np.zeros((SIZE, READINGS), dtype=np.uint16)
    near_numbers = np.zeros(len(syllable_names()), dtype=np.uint16)
    near_names: dict[str, int] = {}
    lines = [line.split("\t") for line in _sound_lines("syllable")]
    for number, line in enumerate(lines, start=1):
        near_numbers[number] = near_names.setdefault(near_syllable(line[1]), len(near_names) + 1)
    for rank in range(READINGS):
        texts = [line[2 + rank] for line in lines]
        sound[_codes("".join(texts)), rank] = np.repeat(np.arange(1, len(lines) + 1), [len(text) for text in texts])
    return sound, near_numbers[sound]


def _starts(owners: Array) -> Array:
    start = np.zeros(SIZE + 1, dtype=np.int32)
    np.cumsum(np.bincount(owners, minlength=SIZE), out=start[1:])
    return start


def _shapes() -> tuple[Array, Array, Array]:
    rows = _rows("shape.tsv")
    pairs = [_codes(text).reshape(-1, 2).astype(np.int64) for _, text in rows]
    weights = np.repeat(np.array([int(w) for w, _ in rows], dtype=np.int64), [len(pair) for pair in pairs])
    left, right = np.concatenate(pairs).T
    packed = np.sort(
        np.concatenate((left << 24 | right << 8 | weights, right << 24 | left << 8 | weights)).astype(np.uint64)
    )
    start = _starts((packed >> np.uint64(24)).astype(np.int64))
    return start, (packed >> np.uint64(8) & np.uint64(0xFFFF)).astype(np.uint16), packed.astype(np.uint8)


def _parts() -> tuple[Array, Array, Array]:
    triples = _codes("".join(text for _, text in _rows("parts.tsv"))).reshape(-1, 3)
    packed = triples[:, 0].astype(np.int64) << 32 | triples[:, 1].astype(np.int64) << 16 | triples[:, 2]
    order = np.argsort(packed, kind="stable")
    ordered = np.ascontiguousarray(triples[order].T)
    return _starts(triples[:, 0]), ordered[1].astype(np.uint16), ordered[2].astype(np.uint16)


def _levels(name: str) -> Array:
    levels = np.zeros(SIZE, dtype=np.uint8)
    for value, text in _rows(name):
        levels[_codes(text)] = int(value)
    return levels


def _near_mask(near: Array) -> Array:
    bits = np.where(near > 0, np.uint64(1) << (near % 64).astype(np.uint64), np.uint64(0))
    mask: Array = np.bitwise_or.reduce(bits, axis=1)
    return mask


def _mask(start: Array, other: Array) -> Array:
    mask = np.zeros(SIZE, np.uint64)
    owners = np.repeat(np.arange(SIZE), np.diff(start))
    np.bitwise_or.at(mask, owners, np.uint64(1) << (other % 61).astype(np.uint64))
    return mask


@cache
def characters() -> Characters:
    """The tables, read once."""
    sound, near = _sounds()
    start, other, weight = _shapes()
    levels = _levels("common.tsv"), _levels("brand.tsv")
    parts, left, right = _parts()
    masks = _near_mask(near), _mask(start, other), _mask(parts, left)
    tables = Characters(sound, near, start, other, weight, parts, left, right, *levels, *masks)
    for array in tables:
        array.setflags(write=False)
    return tables


@cache
def _phrases() -> tuple[dict[str, tuple[str, ...]], int]:
    rows = (line.split("\t") for line in _sound_lines("phrase"))
    found = {name: tuple(read.split(" ")) for _, name, read in rows}
    return found, max(map(len, found))


def syllables(text: str) -> tuple[str, ...]:
    """How a company's name is read aloud, one toneless syllable a character (绿 lv); '' for what has none.

    Places and the words of company names are read as wholes (重庆 chong qing, 银行 yin hang), the longest first;
    every other character by its most usual reading.
    """
    phrases, longest = _phrases()
    names, sound = syllable_names(), characters().sound
    read: list[str] = []
    at = 0
    while at < len(text):
        for length in range(min(longest, len(text) - at), 1, -1):
            whole = phrases.get(text[at : at + length])
            if whole is not None:
                read += whole
                at += length
                break
        else:
            character = text[at]
            read.append(names[sound[ord(character), 0]] if character <= "\uffff" else "")
            at += 1
    return tuple(read)
