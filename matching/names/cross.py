"""A Latin name compared with a Chinese one: pinyin of the whole, or English with the brand in pinyin.

Letters show the sound alone: two brands of one sound can't be told apart by them, so that no Latin name is ever as
sure as a Chinese one (LIMIT). A brand that sounds different is different. About half of all registered English names
do not hold the pinyin of the Chinese one, so that missing pinyin says little.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np

from matching.names import layout as at
from matching.names.characters import syllables
from matching.names.coding import encode
from matching.names.cross_sound import Agreement, agree, skip_cost, spelt
from matching.names.latin import LatinComparison, LatinEdit, finish
from matching.names.latin_text import (
    ACTIVITY,
    BRANDING,
    FILLER,
    GENERAL,
    PLACE,
    RARE,
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
_WORD_COSTS = {ACTIVITY: _WORD_MISSING, GENERAL: _GENERAL_MISSING, BRANDING: -1500, FILLER: 0}
_SKIPPED_WORDS = frozenset({"THE", "AND", "OF", "FOR"})
_MOST_WAYS: Final = 12
_EDIT_KINDS = {"near": "near_sound", "other": "other_sound", "added": "gap"}
_MARK_WORDS = frozenset({"CITY", "COUNTY", "PROVINCE", "DISTRICT", "TOWN"})
_BRANCH_LABELS = frozenset({at.BRANCH, at.BRANCH_PLACE, at.BRANCH_KIND})
_LATIN = re.compile("[A-Z0-9]+")
_CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")


class Chinese(NamedTuple):
    """A Chinese name with its labels."""

    text: str
    labels: list[int]
    branch: bool
    region: str
    """GB/T 2260 code of its most specific division, or empty."""


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
    heard: frozenset[int]
    """Characters whose sound or meaning the Latin name holds."""


@lru_cache(maxsize=8192)
def _chinese(n6: str) -> Chinese:
    chars = encode(n6)
    labels = np.zeros(len(chars), np.uint8)
    fields = np.zeros(at.FIELDS, np.int32)
    read(chars, lexicon(), labels, fields)
    code = int(fields[at.REGION_CODE])
    return Chinese(
        n6[: len(chars)], labels.tolist(), bool(fields[at.BRANCH_KIND_ID]), f"{code:06}" if code else ""
    )


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


@cache
def _provinces() -> tuple[tuple[str, Word], ...]:
    """Provinces as they are written at the beginning of a word (JIANGSUXUZHOU)."""
    known = vocabulary()
    found = [
        ("".join(words).lower(), Word(" ".join(words), kind, sense))
        for words, (kind, sense) in known.words.items()
        if kind == PLACE and len(known.places[sense]) == 2 and known.places[sense].isdigit()
    ]
    return tuple(found)


@lru_cache(maxsize=8192)
def readings_of(latin_raw: str) -> tuple[tuple[Reading, ...], tuple[int, ...], bool]:
    """Ways to read a Latin name, the numbers in it, and whether it calls itself a branch."""
    all_tokens = [word for word in tokens(latin_raw) if word not in _SKIPPED_WORDS]
    rest, forms = take_forms(all_tokens)
    numbers = tuple(int(word[:12]) for word in rest if word.isdigit())
    words = [w for w in classified([w for w in rest if not w.isdigit()]) if w.text not in _MARK_WORDS]
    count = _pinyin_like(words)
    found = [Reading("".join(w for w in all_tokens if not w.isdigit()).lower(), ())]
    cuts = [count, *[k for k in range(count - 1, 0, -1) if words[k].kind == BRANDING][:2]]
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
    for way in tuple(found[1:]):
        for spelling, place in _provinces():
            if way.letters.startswith(spelling) and len(way.letters) > len(spelling) + 2:
                found.append(Reading(way.letters.removeprefix(spelling), (place, *way.words)))
    if words and words[0].kind in (ACTIVITY, GENERAL):
        found.append(Reading("", tuple(words)))
    unique = tuple(dict.fromkeys(reading for reading in found if reading.letters or reading.words))
    return unique[:_MOST_WAYS], numbers, any(kind == "branch" for _, kind in forms)


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
    best = max(spoken, key=lambda one: (one.points, -len(one.edits)))
    parts, edits = best.parts, best.edits
    vetoes: list[str] = []
    of_branch = {i for i, label in enumerate(name.labels) if label in _BRANCH_LABELS}
    if branch != name.branch and not (name.branch and len(of_branch & best.heard) * 2 > len(of_branch)):
        vetoes.append("head_and_branch")
    _compare_numbers(numbers, name, best.heard, parts, vetoes)
    total = sum(parts.values())
    if total > LIMIT:
        parts["sound_only"] = LIMIT - total
    return finish(parts, edits, vetoes)


def _compare_numbers(
    numbers: tuple[int, ...], name: Chinese, heard: frozenset[int], parts: dict[str, int], vetoes: list[str]
) -> None:
    plain = name.text.translate(_CHINESE_DIGITS)
    unheard = any(
        i not in heard and (name.labels[i] == at.NUMBER or c.isdigit()) for i, c in enumerate(name.text)
    )
    if numbers and all(str(number) in plain for number in numbers):
        parts["number"] = 300
    elif numbers or unheard:
        parts["number"] = _NUMBER_MISSING
        if numbers and unheard:
            vetoes.append("numbers_differ")


def _by(way: Reading, name: Chinese) -> _Way:
    """Points of one way to read the Latin name."""
    parts = {"start": _START}
    edits: list[LatinEdit] = []
    skipped: dict[int, int] = {}
    spoken = not way.letters or _spoken(way.letters, name.text)
    heard = {place for place in range(len(name.text)) if name.labels[place] == at.FORM}
    if way.letters:
        found = agree(way.letters, name.text, name.labels) if spoken else None
        if found is None:
            parts["sound"] = _OTHER_SOUND if spoken else _NO_SOUND
            edits.append(
                LatinEdit(kind="other_sound", left=way.letters.upper(), right=name.text, where="brand")
            )
        else:
            heard |= _sounds(found, bool(way.words), name, parts, edits)
            skipped = {
                s.place: skip_cost(name.text, name.labels, s.place)
                for s in found.steps
                if s.kind == "skipped"
            }
    else:
        parts["sound"] = _NO_SOUND
    heard |= _words(way, name, heard, skipped, parts, edits)
    return _Way(sum(parts.values()), spoken, parts, edits, frozenset(heard))


def _spoken(letters: str, text: str) -> bool:
    """Whether letters are pinyin but for the Latin letters that the Chinese name has itself."""
    if spelt(letters):
        return True
    own = _LATIN.findall(text)
    for run in own:
        letters = letters.replace(run.lower(), "", 1)
    return bool(own) and spelt(letters)


def _sounds(
    found: Agreement, english: bool, name: Chinese, parts: dict[str, int], edits: list[LatinEdit]
) -> set[int]:
    """Points for what agrees in sound; the characters that were heard."""
    heard: set[int] = set()
    region = brand = 0
    other_brand = False
    for step in found.steps:
        label = name.labels[step.place] if step.place >= 0 else at.BRAND
        if step.kind in ("sound", "reading"):
            heard.add(step.place)
            region += label == at.REGION
            brand += label in (at.BRAND, at.OTHER, at.NUMBER)
        elif step.kind in _EDIT_KINDS:
            character = name.text[step.place] if step.place >= 0 else ""
            where = {at.REGION: "region", at.BRAND: "brand"}.get(label, "industry")
            # Before English words there is nothing but region and brand.
            other_brand = other_brand or where == "brand" or (english and where != "region")
            edits.append(
                LatinEdit(
                    kind=_EDIT_KINDS[step.kind], left=step.letters.upper(), right=character, where=where
                )
            )
    counted = min(brand, _MOST_SYLLABLES)
    parts["sound"] = -found.cost
    # One syllable that differs makes another brand, however long the rest.
    parts["brand"] = _FIRST_SYLLABLE + _SYLLABLE * (counted - 1) if counted and not other_brand else 0
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
) -> set[int]:
    """Points for English words that the Chinese name says too, or does not; the characters they speak for."""
    rest = "".join(" " if i in heard and name.labels[i] != at.FORM else c for i, c in enumerate(name.text))
    activity_left = [i for i in range(len(name.text)) if name.labels[i] == at.INDUSTRY and i not in heard]
    gained = lost = missing = place = 0
    meant: set[int] = set()
    queue = list(way.words)
    while queue:
        word = queue.pop(0)
        begin, length = _said(word, rest, name)
        if length:
            said = range(begin, begin + length)
            # An English word speaks for characters that letters had to pass over.
            parts["sound"] = parts.get("sound", 0) + sum(skipped.pop(i, 0) for i in said)
            edits.append(
                LatinEdit(
                    kind="meaning", left=word.text, right=rest[begin : begin + length], where=_where(word)
                )
            )
            meant.update(said)
            rest = "".join(" " if i in meant else c for i, c in enumerate(rest))
            if word.kind == PLACE or name.labels[begin] == at.REGION:
                place = _PLACE
            else:
                gained += {ACTIVITY: _WORD, GENERAL: 250}.get(word.kind, 1500)
        elif " " in word.text and word.kind != PLACE:
            queue = [*(w for piece in word.text.split() for w in classified([piece])), *queue]
        elif word.kind == PLACE:
            code = vocabulary().places[word.sense]
            # Careless writers call 陕西 Shanxi too.
            shaanxi = word.text == "SHANXI" and name.region.startswith("61")
            if code == "CN" or shaanxi or (code.isdigit() and name.region.startswith(code)):
                place = max(place, _PLACE // 2)
                continue
            place = min(place, -600) if not name.region else -3500
            edits.append(LatinEdit(kind="gap", left=word.text, right="", where="region"))
        else:
            lost += _WORD_COSTS.get(word.kind, -2500)
            missing += word.kind == ACTIVITY
            if word.kind != FILLER:
                edits.append(LatinEdit(kind="gap", left=word.text, right="", where=_where(word)))
    for i in sorted(skipped):
        if skipped[i] and name.labels[i] in (at.BRAND, at.OTHER):
            edits.append(LatinEdit(kind="gap", left="", right=name.text[i], where="brand"))
    if activity_left and not meant.intersection(activity_left):
        lost += _OTHER_ACTIVITY if missing else _NO_WORD
        left = "".join(name.text[i] for i in activity_left)
        edits.append(LatinEdit(kind="gap", left="", right=left, where="industry"))
    parts["industry"] = min(gained, _MOST_WORDS) + lost
    if place:
        parts["region"] = place
    return meant


@lru_cache(maxsize=1024)
def _spoken_aloud(text: str) -> tuple[str, dict[int, int]]:
    """A Chinese name's sound without gaps, and which character begins where in it."""
    letters = ""
    places: dict[int, int] = {}
    for place, sound in enumerate(syllables(text)):
        places.setdefault(len(letters), place)
        letters += sound
    places[len(letters)] = len(text)
    return letters, places


def _said(word: Word, rest: str, name: Chinese) -> tuple[int, int]:
    """Where the Chinese name says a word, by meaning or (a place behind the trade) by sound, and how long."""
    chinese = sorted(vocabulary().meanings[word.sense] if word.sense >= 0 else (), key=len, reverse=True)
    for text in chinese:
        if text in rest:
            return rest.index(text), len(text)
    if word.kind == RARE:
        letters, places = _spoken_aloud(name.text)
        found = letters.find(word.text.lower())
        while found >= 0:
            begin, end = places.get(found, -1), places.get(found + len(word.text), -1)
            if begin >= 0 and end - begin >= 2 and " " not in rest[begin:end]:
                return begin, end - begin
            found = letters.find(word.text.lower(), found + 1)
    return 0, 0


def _where(word: Word) -> str:
    return {PLACE: "region", ACTIVITY: "industry", GENERAL: "industry"}.get(word.kind, "brand")
