"""Letters of a Latin name laid against the sounds of a Chinese one, at the least cost.

`Nanning Litongbao` and 南宁利通宝 agree syllable by syllable, whether the letters are parted or not; what has no
partner costs by where it stands: a character of the brand much, the mark of a city nothing.
"""

from __future__ import annotations

import heapq
from functools import cache, lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from matching.names import layout as at
from matching.names.characters import characters, syllable_names, syllables

_MOST_STEPS: Final = 1500
"""Steps of a search: names that need more have nothing in common."""
_GIVE_UP: Final = 30_000
"""A cost above which two names sound different whatever else agrees."""
_LONGEST: Final = 6
_OTHER: Final = {at.REGION: 5000, at.INDUSTRY: 2500, at.FORM: 2500, at.GROUP: 2500}
_SKIPPED: Final = {at.REGION: 150, at.INDUSTRY: 90, at.FORM: 0, at.GROUP: 60}
_BRAND_OTHER: Final = 5000
_BRAND_SKIPPED: Final = 4800
_ADDED: Final = 4800
_MARKS: Final = frozenset("省市县区旗盟州镇乡")
_MARK_SOUNDS: Final = ("sheng", "shi", "xian", "qu", "qi", "meng", "zhou", "zhen", "xiang")


class Step(NamedTuple):
    """One step of the agreement."""

    kind: str
    """sound, reading (a rarer reading), near, other, skipped, added or mark."""
    place: int
    """The Chinese character, or -1."""
    letters: str


class Agreement(NamedTuple):
    """How letters and characters agree."""

    cost: int
    steps: tuple[Step, ...]


@cache
def known_syllables() -> frozenset[str]:
    """Every toneless syllable, with the other spellings of LV and NV that are in use."""
    names = {name for name in syllable_names() if name}
    return frozenset(names.union(*map(set, _spellings().values())))


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    """Other spellings of a syllable that are in use: 绿 as LV, LU or LYU."""
    found: dict[str, tuple[str, ...]] = {}
    for name in filter(None, syllable_names()):
        if "v" in name:
            found[name] = (name.replace("v", "u"), name.replace("v", "yu"), name.replace("v", "ue"))
        elif name in ("lue", "nue"):
            found[name] = (name[0] + "ve",)
    return found


@lru_cache(maxsize=65_536)
def spelt(letters: str) -> bool:
    """Whether small letters can be read as pinyin from one end to the other."""
    reached = {0}
    for end in range(1, len(letters) + 1):
        starts = range(max(0, end - _LONGEST), end)
        if any(start in reached and letters[start:end] in known_syllables() for start in starts):
            reached.add(end)
    return len(letters) in reached


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[tuple[tuple[str, int], ...], ...]:
    """For each character its readings with their cost: the reading in a company's name costs nothing."""
    names, sound = syllable_names(), characters().sound
    found: list[tuple[tuple[str, int], ...]] = []
    for character, first in zip(text, syllables(text), strict=True):
        costs: dict[str, int] = {}
        if first:
            costs[first] = 0
        elif character.isascii() and character.isalnum():
            costs[character.lower()] = 0
        if character <= "\uffff":
            for number in sound[ord(character)].tolist():
                if number:
                    costs.setdefault(names[number], 250)
        for name in list(costs):
            for other in _spellings().get(name, ()):
                costs.setdefault(other, costs[name] + 50)
        found.append(tuple(costs.items()))
    return tuple(found)


def agree(letters: str, text: str, labels: list[int]) -> Agreement | None:
    """The cheapest agreement of letters (small, no gaps) with a Chinese name, or None beyond all likeness.

    Args:
        letters: what may be the pinyin of the name's beginning or whole.
        text: the comparison form of the Chinese name.
        labels: its labels (`matching.names.layout`).
    """
    sounds = readings(text)
    start = (0, 0)
    costs: dict[tuple[int, int], int] = {start: 0}
    came: dict[tuple[int, int], tuple[tuple[int, int], Step]] = {}
    queue: list[tuple[int, int, int]] = [(0, 0, 0)]
    done: set[tuple[int, int]] = set()
    while queue and len(done) < _MOST_STEPS:
        cost, negative_i, negative_j = heapq.heappop(queue)
        i, j = -negative_i, -negative_j
        if (i, j) in done:
            continue
        if i == len(text) and j == len(letters):
            return Agreement(cost, _path(came, (i, j)))
        done.add((i, j))
        for k, m, more, step in _moves(letters, text, labels, sounds, i, j):
            total = cost + more
            if total <= _GIVE_UP and total < costs.get((k, m), _GIVE_UP + 1):
                costs[k, m] = total
                came[k, m] = ((i, j), step)
                heapq.heappush(queue, (total, -k, -m))
    return None


def _moves(
    letters: str,
    text: str,
    labels: list[int],
    sounds: tuple[tuple[tuple[str, int], ...], ...],
    i: int,
    j: int,
) -> list[tuple[int, int, int, Step]]:
    found: list[tuple[int, int, int, Step]] = []
    ahead = [letters[j : j + n] for n in range(1, _LONGEST + 1) if j + n <= len(letters)]
    spoken = [piece for piece in ahead if piece in known_syllables()]
    if i < len(text):
        label = labels[i]
        for reading, cost in sounds[i]:
            if letters.startswith(reading, j):
                kind = "reading" if cost >= 250 else "sound"
                found.append((i + 1, j + len(reading), cost, Step(kind, i, reading)))
        for piece in spoken:
            near = any(len(r) > 1 and OSA.distance(piece, r, score_cutoff=1) == 1 for r, _ in sounds[i])
            cost = _OTHER.get(label, _BRAND_OTHER) * (7 if near else 10) // 10
            found.append((i + 1, j + len(piece), cost, Step("near" if near else "other", i, piece)))
        found.append((i + 1, j, skip_cost(text, labels, i), Step("skipped", i, "")))
    for mark in _MARK_SOUNDS:
        if letters.startswith(mark, j) and 0 < i < len(text) and labels[i - 1] == at.REGION != labels[i]:
            found.append((i, j + len(mark), 20, Step("mark", -1, mark)))
    for piece in spoken:
        found.append((i, j + len(piece), _ADDED, Step("added", -1, piece)))
    return found


def skip_cost(text: str, labels: list[int], i: int) -> int:
    """What it costs that a character has no letters."""
    if (labels[i] == at.REGION and text[i] in _MARKS) or labels[i] == at.NUMBER or text[i].isdigit():
        return 0  # numbers are compared as numbers
    return _SKIPPED.get(labels[i], _BRAND_SKIPPED)


def _path(
    came: dict[tuple[int, int], tuple[tuple[int, int], Step]], at_end: tuple[int, int]
) -> tuple[Step, ...]:
    steps: list[Step] = []
    here = at_end
    while here in came:
        here, step = came[here]
        steps.append(step)
    return tuple(reversed(steps))
