"""Keys under which the index finds Latin names: their rare words, and the sound of Chinese names.

A Chinese name sounds like a string of letters without gaps; `chinese_latin_keys` makes its keys for millions of names,
`latin_keys` makes the same ones for what may be that name in Latin letters. Keys only find; the names found are
compared in full.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import numpy as np

from graph.compiled.jit import kernel
from matching.names import layout as at
from matching.names.characters import Characters, characters, syllable_names, syllables
from matching.names.latin_align import skeleton
from matching.names.latin_text import (
    ACTIVITY,
    BRANDING,
    FILLER,
    GENERAL,
    PLACE,
    RARE,
    Word,
    classified,
    read_latin,
    take_forms,
    tokens,
    vocabulary,
)

MAX_KEYS: Final = 24
"""Places that `chinese_latin_keys` needs in `out`."""
MAX_LATIN_KEYS: Final = 48
_MASK: Final = (1 << 64) - 1
_BASE: Final = 0x9E37_79B9_7F4A_7C15
_REGION_BRAND: Final = 0x52
_BRAND: Final = 0x42
_WHOLE: Final = 0x57
_WORD: Final = 0x54
_SKELETON: Final = 0x4B
_EDGE: Final = 0x50
_COLLAPSED: Final = 0x4C
_SUFFIXES: Final = (0x7701, 0x5E02, 0x53BF, 0x65D7, 0x76DF, 0x533A, 0x5DDE)
"""省 市 县 旗 盟 区 州, which Latin names leave out."""
_COMPANY: Final = 0x53F8
"""司, the end of the forms that Latin readings take off."""
_PINYIN_FORMS = ("GUFENYOUXIANGONGSI", "YOUXIANZERENGONGSI", "YOUXIANGONGSI", "GUFENGONGSI", "GONGSI")
_SUFFIX_WORDS = frozenset(
    {"SHI", "SHENG", "XIAN", "QU", "CITY", "COUNTY", "PROVINCE", "DISTRICT", "QI", "ZHOU", "TOWN"}
)
_HANZI = re.compile("[\u4e00-\u9fff]{2,}")
_CONSONANTS = str.maketrans("", "", "AEIOU")


class SoundKeys(NamedTuple):
    """What `chinese_latin_keys` knows of sounds."""

    code: Any
    """For each toneless syllable the hash of its letters."""
    power: Any
    """The factor that makes room for those letters."""
    pair: Any
    """Characters beside a neighbour that settles their reading (重 before 庆), ascending."""
    reading: Any
    """The syllable of each such pair."""


@cache
def sound_keys() -> SoundKeys:
    """The table that `chinese_latin_keys` reads, made once from the syllables of `characters`."""
    codes = np.array([_letters(name) for name in syllable_names()], dtype=np.uint64)
    powers = np.array([pow(_BASE, len(name), 1 << 64) for name in syllable_names()], dtype=np.uint64)
    settled = _settled()
    pairs = np.array(sorted(settled), dtype=np.int64)
    found = np.array([settled[pair] for pair in sorted(settled)], dtype=np.int64)
    for array in (codes, powers, pairs, found):
        array.setflags(write=False)
    return SoundKeys(codes, powers, pairs, found)


def _settled() -> dict[int, int]:
    """Readings that a neighbour settles, from the places and words of company names (重庆, 会计, 旅行社)."""
    numbers = {name: number for number, name in enumerate(syllable_names())}
    sound = characters().sound
    found: dict[int, int] = {}
    for table in ("regions.tsv", "industries.tsv", "forms.tsv"):
        text = files("matching.names").joinpath(table).read_text(encoding="utf-8")
        for word in _HANZI.findall(text):
            if not any(sound[ord(character), 1] for character in word):
                continue
            for at_, (character, name) in enumerate(zip(word, syllables(word), strict=True)):
                if name and sound[ord(character), 0] != numbers[name]:
                    after = at_ + 1 < len(word)
                    other = ord(word[at_ + 1] if after else word[at_ - 1])
                    found.setdefault(_pair(ord(character), other, after), numbers[name])
    return found


def _pair(character: int, other: int, after: bool) -> int:
    return (character << 17) | (other << 1) | after


def _letters(text: str) -> int:
    """Hash of letters one after another: that of a longer text can be made from those of its pieces."""
    found = 0
    for character in text.lower():
        found = (found * _BASE + ord(character)) & _MASK
    return found


def _key(letters: int, family: int) -> int:
    """The key of a text in a family of keys."""
    value = (letters ^ (family * 0xD6E8_FEB8_6659_FD93)) & _MASK
    value = ((value ^ (value >> 32)) * 0xD6E8_FEB8_6659_FD93) & _MASK
    value = ((value ^ (value >> 32)) * 0xD6E8_FEB8_6659_FD93) & _MASK
    return value ^ (value >> 32)


@kernel
def _compiled_key(letters: Any, family: Any) -> Any:
    factor = np.uint64(0xD6E8_FEB8_6659_FD93)
    shift = np.uint64(32)
    value = letters ^ (np.uint64(family) * factor)
    value = (value ^ (value >> shift)) * factor
    value = (value ^ (value >> shift)) * factor
    return value ^ (value >> shift)


@kernel
def _put(out: Any, count: int, letters: Any, family: int) -> int:
    """Add a key unless it is there already; the number of keys."""
    key = _compiled_key(letters, family)
    for i in range(count):
        if out[i] == key:
            return count
    if count < len(out):
        out[count] = key
        return count + 1
    return count


@kernel
def _find(pairs: Any, wanted: int) -> int:
    """Where a pair stands, or -1."""
    low = 0
    high = len(pairs)
    while low < high:
        middle = (low + high) >> 1
        if pairs[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low < len(pairs) and pairs[low] == wanted:
        return low
    return -1


@kernel
def _syllable(chars: Any, i: int, characters: Characters, sounds: SoundKeys) -> int:
    """The reading of a character as its neighbours settle it, else its most usual one."""
    character = int(chars[i])
    if characters.sound[character, 1] == 0:
        return int(characters.sound[character, 0])
    if i + 1 < len(chars):
        place = _find(sounds.pair, (character << 17) | (int(chars[i + 1]) << 1) | 1)
        if place >= 0:
            return int(sounds.reading[place])
    if i > 0:
        place = _find(sounds.pair, (character << 17) | (int(chars[i - 1]) << 1))
        if place >= 0:
            return int(sounds.reading[place])
    return int(characters.sound[character, 0])


@kernel
def _append(letters: Any, character: int, syllable: int, sounds: SoundKeys) -> Any:
    """A hash with one more character's letters; a Latin letter or digit stands for itself."""
    if syllable:
        return letters * sounds.power[syllable] + sounds.code[syllable]
    if character >= 128:
        return letters
    if 65 <= character <= 90:
        character += 32
    return letters * np.uint64(_BASE) + np.uint64(character)


@kernel
def chinese_latin_keys(chars: Any, labels: Any, characters: Characters, sounds: SoundKeys, out: Any) -> int:
    """Keys of what a Chinese name sounds like: region and brand, brand, the whole; toneless and joined.

    A name has four or five; a brand with a character of two readings has its keys under both.

    Args:
        chars: the comparison form of one name.
        labels: its labels, as `parse.read` gives them.
        characters: `characters.characters()`.
        sounds: `sound_keys()`.
        out: uint64, MAX_KEYS long; its first places are filled.

    Returns:
        How many keys were written.
    """
    end = len(chars)
    for i in range(len(chars)):
        if labels[i] == at.BRANCH or labels[i] == at.BRANCH_KIND or labels[i] == at.BRANCH_PLACE:
            end = i
            break
    count = 0
    for replaced in range(-1, end):
        if replaced >= 0 and (labels[replaced] != at.BRAND or characters.sound[chars[replaced], 1] == 0):
            continue
        count = _some_keys(chars, labels, end, replaced, characters, sounds, out, count)
    if end < len(chars):
        everything = np.uint64(0)
        for i in range(len(chars)):
            everything = _append(everything, int(chars[i]), _syllable(chars, i, characters, sounds), sounds)
        count = _put(out, count, everything, _WHOLE)
    return count


@kernel
def _some_keys(
    chars: Any,
    labels: Any,
    end: int,
    replaced: int,
    characters: Characters,
    sounds: SoundKeys,
    out: Any,
    count: int,
) -> int:
    """Keys of a name in which one character, if any, is read in its second way."""
    zero = np.uint64(0)
    everything, formless, short = zero, zero, zero
    brand_only, of_region, of_first, of_last, longer = zero, zero, zero, zero, zero
    three, three_of_region = zero, zero
    in_level, levels, brand_length, after_brand = 0, 0, 0, 0
    for i in range(end):
        character = int(chars[i])
        label = labels[i]
        syllable = _syllable(chars, i, characters, sounds)
        if i == replaced:
            second = int(characters.sound[character, 1])
            syllable = int(characters.sound[character, 0]) if syllable == second else second
        everything = _append(everything, character, syllable, sounds)
        if label != at.FORM:
            formless = _append(formless, character, syllable, sounds)
        if label == at.REGION:
            if in_level >= 2 and character in _SUFFIXES:
                in_level = 0
                continue
            if in_level == 0:
                levels += 1
                of_last = zero
            in_level += 1
            of_region = _append(of_region, character, syllable, sounds)
            of_last = _append(of_last, character, syllable, sounds)
            if levels == 1:
                of_first = _append(of_first, character, syllable, sounds)
        if label != at.FORM:
            short = _append(short, character, syllable, sounds)
        if label == at.BRAND or label == at.OTHER or label == at.NUMBER:
            brand_length += 1
            brand_only = _append(brand_only, character, syllable, sounds)
            of_region = _append(of_region, character, syllable, sounds)
            of_last = _append(of_last, character, syllable, sounds)
            of_first = _append(of_first, character, syllable, sounds)
            longer = of_region
            after_brand = 0
            if brand_length == 3:
                three, three_of_region = brand_only, of_region
        elif label == at.INDUSTRY and after_brand < 2:
            after_brand += 1
            longer = _append(of_region if after_brand == 1 else longer, character, syllable, sounds)
    count = _put(out, count, formless, _WHOLE)
    count = _put(out, count, short, _WHOLE)
    if end and chars[end - 1] != _COMPANY:
        count = _put(out, count, everything, _WHOLE)
    if brand_length >= 2:
        count = _put(out, count, brand_only, _BRAND)
    if brand_length >= 5 and replaced < 0:
        # A long brand often holds a word of trade that the English name translates.
        count = _put(out, count, three, _BRAND)
        if levels:
            count = _put(out, count, three_of_region, _REGION_BRAND)
    if levels:
        count = _put(out, count, of_region, _REGION_BRAND)
        if levels > 1:
            count = _put(out, count, of_last, _REGION_BRAND)
            count = _put(out, count, of_first, _REGION_BRAND)
        if after_brand == 2 and replaced < 0:
            count = _put(out, count, longer, _REGION_BRAND)
    return count


@lru_cache(maxsize=1024)
def place_sound(sense: int) -> str:
    """What a place of places.tsv sounds like in Chinese, in capitals (URUMQI: WULUMUQI)."""
    return "".join(syllables(vocabulary().meanings[sense][0])).upper()


def _sound_texts(raw: str) -> tuple[list[str], list[str], list[str]]:
    """What may be region and brand, brand, or the whole of a Chinese name, as letters without gaps."""
    words = [word for word in tokens(raw) if word not in ("THE", "AND", "OF")]
    collapsed = "".join(words)
    whole = [collapsed]
    for form in _PINYIN_FORMS:
        if collapsed.endswith(form) and len(collapsed) > len(form):
            whole.append(collapsed.removesuffix(form))
            break
    named = _leading(classified(take_forms(tokens(raw))[0]))
    joined: list[str] = []
    brands: list[str] = []
    for start in range(min(3, len(named))):
        rest = "".join(word.text.replace(" ", "") for word in named[start:])
        if len(rest) >= 3:
            brands.append(rest)
    if named:
        joined.append(brands[0] if brands else named[0].text)
        spelt = "".join(
            place_sound(word.sense) if word.kind == PLACE else word.text.replace(" ", "")
            for word in named
            if word.text not in _SUFFIX_WORDS
        )
        joined.append(spelt)
        first = named[0].text
        mark = next(
            (m for m in ("SHI", "XIAN", "SHENG", "QU") if first.endswith(m) and len(first) > len(m) + 3), ""
        )
        if mark and len(named) > 1:
            joined.append(first.removesuffix(mark) + "".join(w.text.replace(" ", "") for w in named[1:]))
        if named[0].kind == PLACE and len(named) > 1:
            brands.append(
                "".join(word.text.replace(" ", "") for word in named[1:] if word.text not in _SUFFIX_WORDS)
            )
    return joined, brands, whole


def _leading(words: tuple[Word, ...]) -> list[Word]:
    """The words before the first one that says what the firm does: region and brand."""
    named: list[Word] = []
    for word in words:
        if word.kind in (ACTIVITY, GENERAL) and word.text not in _SUFFIX_WORDS and named:
            if any(w.kind in (RARE, BRANDING) for w in named):
                break
            continue
        if word.kind != FILLER or word.text not in ("THE", "AND", "OF"):
            named.append(word)
    return named


def latin_keys(text: str) -> list[int]:
    """Keys of a Latin name: those it shares with Chinese names of its sound, and those of its own words.

    The same for a name that is asked about and for one that stands in the index.

    Args:
        text: a name without Chinese characters, as written or as `graph.text.index_text` gives it.
    """
    name = read_latin(text)
    if not name.collapsed:
        return []
    joined, brands, whole = _sound_texts(text)
    keys = [_key(_letters(one), _REGION_BRAND) for one in joined]
    keys += [_key(_letters(one), _BRAND) for one in brands]
    keys += [_key(_letters(one), _WHOLE) for one in whole]
    keys.append(_key(_letters(name.collapsed), _COLLAPSED))
    rare = [word.text for word in name.words if word.kind in (RARE, BRANDING)]
    for word in rare or [word.text for word in name.words if word.kind != FILLER]:
        if len(word) >= 3 or not rare:
            keys.append(_key(_letters(word), _WORD))
        if len(word) >= 4:
            sounds = skeleton(word)
            keys.append(_key(_letters(sounds[0] + sounds[1:].translate(_CONSONANTS)), _SKELETON))
        if len(word) >= 7:
            keys.append(_key(_letters(word[:5]), _EDGE))
            keys.append(_key(_letters(word[-5:][::-1]), _EDGE))
    return list(dict.fromkeys(keys))[:MAX_LATIN_KEYS]
