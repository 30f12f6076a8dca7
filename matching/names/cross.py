"""A Latin name compared with a Chinese one: pinyin of the whole, or English with the brand in pinyin.

Letters show the sound alone: two brands of one sound can't be told apart by them, so that no Latin name is ever as
sure as a Chinese one (LIMIT). A brand that sounds different is different. About half of all registered English names
do not hold the pinyin of the Chinese one, so that missing pinyin says little.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from matching.names import layout as at
from matching.names.coding import encode
from matching.names.cross_sound import Agreement, agree, skip_cost, spelt
from matching.names.latin import LatinComparison, LatinEdit, finish
from matching.names.latin_text import (
    ACTIVITY,
    BRANDING,
    GENERAL,
    PLACE,
    Word,
    classified,
    take_forms,
    tokens,
    vocabulary,
)
from matching.names.lexicon import lexicon
from matching.names.parse import read

LIMIT: Final = 5000
"""The most points that letters can give: other characters may sound the same."""
_START: Final = -700
_SYLLABLE: Final = 1300
_FIRST_SYLLABLE: Final = 1000
_MOST_SYLLABLES: Final = 4
_PLACE: Final = 500
_PLACE_MISSING: Final = -250
_WORD: Final = 650
_MOST_WORDS: Final = 1500
_WORD_MISSING: Final = -900
_GENERAL_MISSING: Final = -150
_NO_WORD: Final = -350
_OTHER_ACTIVITY: Final = -1200
_NO_SOUND: Final = -1800
"""The Latin name holds no pinyin at all: as half of all English names do."""
_OTHER_SOUND: Final = -6000
_NUMBER_MISSING: Final = -3500
_SKIPPED_WORDS = frozenset({"THE", "AND", "OF", "FOR"})
_EDIT_KINDS = {"near": "near_sound", "other": "other_sound", "added": "gap"}
_MARK_WORDS = frozenset({"CITY", "COUNTY", "PROVINCE", "DISTRICT", "TOWN"})
_CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")


class Chinese(NamedTuple):
    """A Chinese name with its labels."""

    text: str
    labels: list[int]
    branch: bool


class Reading(NamedTuple):
    """One way to read a Latin name: letters of pinyin, and words of English after them."""

    letters: str
    words: tuple[Word, ...]


class _Way(NamedTuple):
    """What one way to read a Latin name comes to."""

    points: int
    spoken: bool
    """Whether all letters that should be pinyin are."""
    parts: dict[str, int]
    edits: list[LatinEdit]


@lru_cache(maxsize=8192)
def _chinese(n6: str) -> Chinese:
    chars = encode(n6)
    labels = np.zeros(len(chars), np.uint8)
    fields = np.zeros(at.FIELDS, np.int32)
    read(chars, lexicon(), labels, fields)
    return Chinese(n6[: len(chars)], labels.tolist(), bool(fields[at.BRANCH_KIND_ID]))


def _letters(words: tuple[Word, ...] | list[Word], places: bool = False) -> str:
    """Words run together in small letters; customary names of places spelt as they sound in Chinese if asked."""
    from matching.names.latin_keys import place_sound

    spelt = (place_sound(w.sense) if places and w.kind == PLACE else w.text.replace(" ", "") for w in words)
    return "".join(spelt).lower()


def _pinyin_like(words: list[Word]) -> int:
    """How many words, from the first, may be pinyin: up to the first that says what a firm does."""
    for count, word in enumerate(words):
        if word.kind in (ACTIVITY, GENERAL) and word.text not in ("SHI", "SHENG", "XIAN", "QU"):
            return count
    return len(words)


@lru_cache(maxsize=8192)
def readings_of(latin_raw: str) -> tuple[tuple[Reading, ...], tuple[int, ...], bool]:
    """Ways to read a Latin name, the numbers in it, and whether it calls itself a branch."""
    all_tokens = [word for word in tokens(latin_raw) if word not in _SKIPPED_WORDS]
    rest, forms = take_forms(all_tokens)
    numbers = tuple(int(word[:12]) for word in rest if word.isdigit())
    words = [w for w in classified([w for w in rest if not w.isdigit()]) if w.text not in _MARK_WORDS]
    count = _pinyin_like(words)
    found = [Reading("".join(w for w in all_tokens if not w.isdigit()).lower(), ())]
    cuts = [count] + [k for k in range(count - 1, 0, -1) if words[k].kind == BRANDING]
    for cut in cuts:
        head, tail = words[:cut], tuple(words[cut:])
        found.append(Reading(_letters(head), tail))
        meant = [word for word in head if word.kind == BRANDING]
        if meant and len(meant) < len(head):
            found.append(Reading(_letters([w for w in head if w.kind != BRANDING]), (*meant, *tail)))
        if any(word.kind == PLACE for word in head):
            found.append(Reading(_letters(head, places=True), tail))
            plain = [word for word in head if word.kind != PLACE]
            found.append(Reading(_letters(plain), (*(w for w in head if w.kind == PLACE), *tail)))
    if words and words[0].kind in (ACTIVITY, GENERAL):
        found.append(Reading("", tuple(words)))
    unique = tuple(dict.fromkeys(reading for reading in found if reading.letters or reading.words))
    return unique, numbers, any(kind == "branch" for _, kind in forms)


def compare_cross(latin_raw: str, chinese_n6: str) -> LatinComparison:
    """Compare a Latin name with a Chinese one.

    Args:
        latin_raw: a name in Latin letters as written.
        chinese_n6: the comparison form of a Chinese name (`graph.text.org_key`).
    """
    return _compare(latin_raw, chinese_n6)


@lru_cache(maxsize=16_384)
def _compare(latin_raw: str, chinese_n6: str) -> LatinComparison:
    ways, numbers, branch = readings_of(latin_raw)
    name = _chinese(chinese_n6)
    if not ways or not name.text:
        return finish({"empty": -LIMIT}, [], [])
    found = [_by(way, name) for way in ways]
    # A way that makes pinyin of English words is worth nothing beside one whose letters are all spoken.
    spoken = [one for one in found if one.spoken] or found
    _, _, parts, edits = max(spoken, key=lambda one: (one.points, -len(one.edits)))
    vetoes: list[str] = []
    if branch != name.branch and not _spoken_branch(ways[0].letters):
        vetoes.append("head_and_branch")
    if numbers:
        _compare_numbers(numbers, name, parts, vetoes)
    total = sum(parts.values())
    if total > LIMIT:
        parts["sound_only"] = LIMIT - total
    return finish(parts, edits, vetoes)


def _spoken_branch(letters: str) -> bool:
    return letters.endswith(("fengongsi", "yingyebu", "fenhang", "zhihang", "banshichu"))


def _compare_numbers(
    numbers: tuple[int, ...], name: Chinese, parts: dict[str, int], vetoes: list[str]
) -> None:
    plain = name.text.translate(_CHINESE_DIGITS)
    if all(str(number) in plain for number in numbers):
        parts["number"] = 300
    else:
        parts["number"] = _NUMBER_MISSING
        if at.NUMBER in name.labels:
            vetoes.append("numbers_differ")


def _by(way: Reading, name: Chinese) -> _Way:
    """Points of one way to read the Latin name."""
    parts = {"start": _START}
    edits: list[LatinEdit] = []
    skipped: dict[int, int] = {}
    spoken = not way.letters or spelt(way.letters)
    heard = {place for place in range(len(name.text)) if name.labels[place] == at.FORM}
    if way.letters:
        found = agree(way.letters, name.text, name.labels) if spoken else None
        if found is None:
            parts["sound"] = _OTHER_SOUND if spoken else _NO_SOUND
            edits.append(
                LatinEdit(kind="other_sound", left=way.letters.upper(), right=name.text, where="brand")
            )
        else:
            heard |= _sounds(found, name, parts, edits)
            skipped = {
                s.place: skip_cost(name.text, name.labels, s.place)
                for s in found.steps
                if s.kind == "skipped"
            }
    else:
        parts["sound"] = _NO_SOUND
    _words(way, name, heard, skipped, parts, edits)
    return _Way(sum(parts.values()), spoken, parts, edits)


def _sounds(found: Agreement, name: Chinese, parts: dict[str, int], edits: list[LatinEdit]) -> set[int]:
    """Points for what agrees in sound; the characters that were heard."""
    heard: set[int] = set()
    region = brand = 0
    for step in found.steps:
        label = name.labels[step.place] if step.place >= 0 else at.BRAND
        if step.kind in ("sound", "reading"):
            heard.add(step.place)
            region += label == at.REGION
            brand += label in (at.BRAND, at.OTHER, at.NUMBER)
        elif step.kind in _EDIT_KINDS:
            character = name.text[step.place] if step.place >= 0 else ""
            where = {at.REGION: "region", at.BRAND: "brand"}.get(label, "industry")
            edits.append(
                LatinEdit(
                    kind=_EDIT_KINDS[step.kind], left=step.letters.upper(), right=character, where=where
                )
            )
    counted = min(brand, _MOST_SYLLABLES)
    parts["sound"] = -found.cost
    parts["brand"] = _FIRST_SYLLABLE + _SYLLABLE * (counted - 1) if counted else 0
    if at.REGION in name.labels:
        parts["region"] = _PLACE if region else _PLACE_MISSING
    beyond = len(heard) - region - brand
    parts["whole"] = min(200 * beyond, 1600)
    return heard


def _words(
    way: Reading,
    name: Chinese,
    heard: set[int],
    skipped: dict[int, int],
    parts: dict[str, int],
    edits: list[LatinEdit],
) -> None:
    """Points for English words that the Chinese name says too, or does not."""
    meanings = vocabulary().meanings
    rest = "".join(" " if i in heard else c for i, c in enumerate(name.text))
    activity_left = [i for i in range(len(name.text)) if name.labels[i] == at.INDUSTRY and i not in heard]
    gained = lost = matched = missing = 0
    place = 0
    for word in way.words:
        chinese = sorted(meanings[word.sense] if word.sense >= 0 else (), key=len, reverse=True)
        said = next((text for text in chinese if text in rest), None)
        if said is not None:
            begin = rest.index(said)
            # An English word speaks for characters that letters had to pass over.
            passed = sum(skipped.pop(i, 0) for i in range(begin, begin + len(said)))
            parts["sound"] = parts.get("sound", 0) + passed
            rest = rest[:begin] + " " * len(said) + rest[begin + len(said) :]
            edits.append(LatinEdit(kind="meaning", left=word.text, right=said, where=_where(word)))
            if word.kind == PLACE:
                place = _PLACE
            elif word.kind == BRANDING:
                gained += 1500
            else:
                gained += _WORD if word.kind == ACTIVITY else 250
                matched += 1
        elif word.kind == PLACE:
            place = min(place, -600) if at.REGION not in name.labels else -3500
            edits.append(LatinEdit(kind="gap", left=word.text, right="", where="region"))
        else:
            lost += {ACTIVITY: _WORD_MISSING, GENERAL: _GENERAL_MISSING, BRANDING: -1500}.get(
                word.kind, -2500
            )
            missing += word.kind == ACTIVITY
            edits.append(LatinEdit(kind="gap", left=word.text, right="", where=_where(word)))
    for i in sorted(skipped):
        if name.labels[i] in (at.BRAND, at.OTHER) and rest[i] != " ":
            edits.append(LatinEdit(kind="gap", left="", right=name.text[i], where="brand"))
    if activity_left and not any(rest[i] == " " for i in activity_left):
        lost += _OTHER_ACTIVITY if missing else _NO_WORD
        left = "".join(name.text[i] for i in activity_left)
        edits.append(LatinEdit(kind="gap", left="", right=left, where="industry"))
    parts["industry"] = min(gained, _MOST_WORDS) + lost
    if place:
        parts["region"] = place


def _where(word: Word) -> str:
    return {PLACE: "region", ACTIVITY: "industry", GENERAL: "industry"}.get(word.kind, "brand")
