"""Keys under which the index finds Latin names: their rare words, and the sound of Chinese names.

A Chinese name sounds like a string of letters without gaps; `chinese_latin_keys` makes its keys for millions of names,
`latin_keys` makes the same ones for what may be that name in Latin letters. Keys only find; the names found are
compared in full.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from matching.names import layout as at
from matching.names.characters import Characters, syllable_names, syllables
from matching.names.jit import compiled
from matching.names.latin_align import skeleton
from matching.names.latin_text import (
    ACTIVITY,
    BRANDING,
    FILLER,
    GENERAL,
    PLACE,
    RARE,
    Word,
    read_latin,
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
_PINYIN_FORMS = ("GUFENYOUXIANGONGSI", "YOUXIANZERENGONGSI", "YOUXIANGONGSI", "GUFENGONGSI", "GONGSI")
_SUFFIX_WORDS = frozenset(
    {"SHI", "SHENG", "XIAN", "QU", "CITY", "COUNTY", "PROVINCE", "DISTRICT", "QI", "ZHOU", "TOWN"}
)
_CONSONANTS = str.maketrans("", "", "AEIOU")


class SoundKeys(NamedTuple):
    """For each toneless syllable the hash of its letters and the factor that makes room for them."""

    code: Any
    power: Any


@cache
def sound_keys() -> SoundKeys:
    """The table that `chinese_latin_keys` reads, made once from the syllables of `characters`."""
    codes = np.array([_letters(name) for name in syllable_names()], dtype=np.uint64)
    powers = np.array([pow(_BASE, len(name), 1 << 64) for name in syllable_names()], dtype=np.uint64)
    codes.setflags(write=False)
    powers.setflags(write=False)
    return SoundKeys(codes, powers)


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


@compiled
def _compiled_key(letters: Any, family: Any) -> Any:
    factor = np.uint64(0xD6E8_FEB8_6659_FD93)
    shift = np.uint64(32)
    value = letters ^ (np.uint64(family) * factor)
    value = (value ^ (value >> shift)) * factor
    value = (value ^ (value >> shift)) * factor
    return value ^ (value >> shift)


@compiled
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


@compiled
def chinese_latin_keys(chars: Any, labels: Any, characters: Characters, sounds: SoundKeys, out: Any) -> int:
    """Keys of what a Chinese name sounds like: region and brand, brand, the whole; toneless and joined.

    Args:
        chars: the comparison form of one name.
        labels: its labels, as `parse.read` gives them.
        characters: `characters.characters()`.
        sounds: `sound_keys()`.
        out: uint64, MAX_KEYS long; its first places are filled.

    Returns:
        How many keys were written.
    """
    zero = np.uint64(0)
    region = zero
    level = zero
    first = zero
    brand = zero
    whole = zero
    short = zero
    after = zero
    region_length = 0
    since = 0
    brand_length = 0
    end = len(chars)
    for i in range(len(chars)):
        if labels[i] == at.BRANCH or labels[i] == at.BRANCH_KIND or labels[i] == at.BRANCH_PLACE:
            end = i
            break
    formless = zero
    for i in range(end):
        syllable = characters.sound[chars[i], 0]
        code = sounds.code[syllable]
        power = sounds.power[syllable]
        if syllable == 0:
            if chars[i] < 128:
                letter = np.uint64(chars[i])
                if 65 <= chars[i] <= 90:
                    letter = np.uint64(chars[i] + 32)
                code = letter
                power = np.uint64(_BASE)
            else:
                continue
        whole = whole * power + code
        if labels[i] != at.FORM:
            formless = formless * power + code
        if labels[i] == at.REGION:
            if since >= 2 and chars[i] in _SUFFIXES:
                since = 0
                continue
            if since == 0:
                if region_length == 0:
                    first = zero
                level = zero
            since += 1
            region_length += 1
            region = region * power + code
            level = level * power + code
            if since == region_length:
                first = first * power + code
            short = short * power + code
            continue
        if labels[i] != at.FORM:
            short = short * power + code
            after = after * power + code
        if labels[i] == at.BRAND or labels[i] == at.OTHER or labels[i] == at.NUMBER:
            brand = brand * power + code
            brand_length += 1
    count = 0
    count = _put(out, count, whole, _WHOLE)
    count = _put(out, count, formless, _WHOLE)
    count = _put(out, count, short, _WHOLE)
    count = _put(out, count, after, _WHOLE)
    if brand_length < 1:
        return count
    for replaced in range(-1, end):
        other = -1
        if replaced >= 0:
            if labels[replaced] != at.BRAND or characters.sound[chars[replaced], 1] == 0:
                continue
            other = replaced
        found = zero
        power_all = np.uint64(1)
        for i in range(end):
            if labels[i] == at.BRAND or labels[i] == at.OTHER or labels[i] == at.NUMBER:
                syllable = characters.sound[chars[i], 1 if i == other else 0]
                code = sounds.code[syllable]
                power = sounds.power[syllable]
                if syllable == 0:
                    if chars[i] >= 128:
                        continue
                    letter = np.uint64(chars[i])
                    if 65 <= chars[i] <= 90:
                        letter = np.uint64(chars[i] + 32)
                    code = letter
                    power = np.uint64(_BASE)
                found = found * power + code
                power_all = power_all * power
        if brand_length >= 2:
            count = _put(out, count, found, _BRAND)
        if region_length:
            count = _put(out, count, region * power_all + found, _REGION_BRAND)
            count = _put(out, count, level * power_all + found, _REGION_BRAND)
            count = _put(out, count, first * power_all + found, _REGION_BRAND)
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
    named = _leading(read_latin(raw).words)
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
