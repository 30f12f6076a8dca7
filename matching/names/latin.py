"""Two Latin names of companies compared: Cyrillic and Greek included, with every reason.

Points are 1/1000 of a log-odds unit at even prior odds, like those of `matching.names.score`: positive speaks for
one company, negative for two. They never cause more than a REVIEW.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from graph.model import Doc
from matching.names.latin_align import Pairer, Pairing, weight
from matching.names.latin_text import (
    ACTIVITY,
    BRANDING,
    FILLER,
    GENERAL,
    PLACE,
    RARE,
    LatinName,
    Word,
    read_latin,
    vocabulary,
)

LIMIT: Final = 12_000
"""No pair has more points than this, or fewer than its negative: what names alone can say."""
_START: Final = -600
_MISSING = {RARE: -3200, BRANDING: -2600, ACTIVITY: -2500, GENERAL: -1800, PLACE: -2300, FILLER: -20}
_GROUP_MISSING: Final = -700
_GROUP_WORDS = frozenset({"GROUP", "HOLDING", "HOLDINGS", "COMPANIES"})
_OTHER_ACTIVITY: Final = -1000
_ONE_BRAND: Final = 3400
_NO_BRAND: Final = -400
"""Names that share only what many firms are called."""
_NUMBER_MISSING: Final = -4200
_COMPANY_KINDS = frozenset({"limited", "shares", "company"})


class LatinPart(Doc):
    """What one group of reasons added to the points."""

    name: str
    points: int


class LatinEdit(Doc):
    """One difference: what stands in the left name, what in the right one, and where."""

    kind: str
    """meaning (two words for one thing), spelling, joined, acronym, gap (on one side only), form; between two
    scripts near_sound and other_sound."""
    left: str
    right: str
    where: str
    """brand, industry, region, number, form; of persons name."""


class LatinComparison(Doc):
    """Two names compared of which one at least is Latin. `points` is the sum of `parts`."""

    points: int
    parts: tuple[LatinPart, ...] = ()
    edits: tuple[LatinEdit, ...] = ()
    vetoes: tuple[str, ...] = ()
    """Reasons that decide before any points: numbers_differ, regions_differ, head_and_branch."""


def finish(parts: dict[str, int], edits: list[LatinEdit], vetoes: list[str]) -> LatinComparison:
    """A comparison whose parts add up to its points, kept within LIMIT."""
    total = sum(parts.values())
    kept = max(-LIMIT, min(LIMIT, total))
    if kept != total:
        parts = {**parts, "limit": kept - total}
    return LatinComparison(
        points=kept,
        parts=tuple(LatinPart(name=name, points=points) for name, points in parts.items() if points),
        edits=tuple(edits),
        vetoes=tuple(dict.fromkeys(vetoes)),
    )


def where(word: Word) -> str:
    """The part of a name in which a word stands, for people."""
    return {RARE: "brand", BRANDING: "brand", PLACE: "region"}.get(word.kind, "industry")


def _shown(words: tuple[Word, ...], places: tuple[int, ...]) -> str:
    return " ".join(words[place].text for place in places)


def compare_latin(left_raw: str, right_raw: str) -> LatinComparison:
    """Compare two names written in Latin, Cyrillic or Greek letters; the same from either side.

    Args:
        left_raw: a name as written.
        right_raw: the other name as written.
    """
    if left_raw <= right_raw:
        return _compare(left_raw, right_raw)
    found = _compare(right_raw, left_raw)
    edits = tuple(LatinEdit(kind=e.kind, left=e.right, right=e.left, where=e.where) for e in found.edits)
    return LatinComparison(points=found.points, parts=found.parts, edits=edits, vetoes=found.vetoes)


@lru_cache(maxsize=16_384)
def _compare(left_raw: str, right_raw: str) -> LatinComparison:
    left, right = read_latin(left_raw), read_latin(right_raw)
    if not left.collapsed or not right.collapsed:
        return finish({"empty": -LIMIT}, [], [])
    parts = {"start": _START, "brand": 0, "industry": 0, "region": 0, "spelling": 0}
    edits: list[LatinEdit] = []
    vetoes: list[str] = []
    left, right = _unglued(left, right), _unglued(right, left)
    if left.collapsed == right.collapsed:
        pairs, free_left, free_right = _run_together(left, right)
    else:
        pairer = Pairer(left.words, right.words)
        pairs = pairer.run()
        free_left = [left.words[i] for i in sorted(pairer.free_left)]
        free_right = [right.words[j] for j in sorted(pairer.free_right)]
    for pair in pairs:
        word = max((left.words[i] for i in pair.left), key=weight)
        parts[where(word)] += pair.gain
        parts["spelling"] -= pair.cost
        if pair.kind != "equal":
            shown = _shown(left.words, pair.left), _shown(right.words, pair.right)
            edits.append(LatinEdit(kind=pair.kind, left=shown[0], right=shown[1], where=where(word)))
    # The second and third rare word say less than the first: they often come together.
    parts["brand"] = min(parts["brand"], _ONE_BRAND + max(0, parts["brand"] - _ONE_BRAND) // 3)
    if not parts["brand"]:
        parts["brand"] = _NO_BRAND
    _missing(free_left, free_right, parts, edits, vetoes)
    _numbers(left, right, parts, edits, vetoes)
    _forms(left, right, parts, edits, vetoes)
    return finish(parts, edits, vetoes)


def _unglued(name: LatinName, other: LatinName) -> LatinName:
    """A name whose form is written without a gap (SIEMENSAG), parted as the other name shows."""
    if name.forms or not name.words or not other.forms or not other.words:
        return name
    last, known = name.words[-1].text, other.words[-1].text
    spelling = last.removeprefix(known)
    form = vocabulary().forms.get((spelling,))
    if spelling == last or form is None:
        return name
    words = (*name.words[:-1], other.words[-1])
    return name._replace(
        words=words,
        forms=(form[0],),
        kinds=frozenset({form[1]}),
        collapsed=name.collapsed.removesuffix(spelling),
    )


def _run_together(left: LatinName, right: LatinName) -> tuple[list[Pairing], list[Word], list[Word]]:
    """Two names that differ in nothing but gaps: every word is paired."""
    if [word.text for word in left.words] == [word.text for word in right.words]:
        equal = [Pairing("equal", (i,), (i,), weight(word), 0) for i, word in enumerate(left.words)]
        return equal, [], []
    all_left, all_right = tuple(range(len(left.words))), tuple(range(len(right.words)))
    gain = min(sum(map(weight, left.words)), sum(map(weight, right.words)))
    return [Pairing("joined", all_left, all_right, gain, min(150, gain))], [], []


def _missing(
    free_left: list[Word],
    free_right: list[Word],
    parts: dict[str, int],
    edits: list[LatinEdit],
    vetoes: list[str],
) -> None:
    for words, on_left in ((free_left, True), (free_right, False)):
        for word in words:
            cost = _MISSING[word.kind]
            if word.kind == RARE and len(word.text) <= 2:
                cost = -1800
            elif word.text in _GROUP_WORDS:
                cost = _GROUP_MISSING
            parts[where(word)] += cost
            if word.kind != FILLER:
                edits.append(
                    LatinEdit(
                        kind="gap",
                        left=word.text if on_left else "",
                        right="" if on_left else word.text,
                        where=where(word),
                    )
                )
    kinds_left, kinds_right = {w.kind for w in free_left}, {w.kind for w in free_right}
    if {ACTIVITY, GENERAL} & kinds_left and {ACTIVITY, GENERAL} & kinds_right:
        parts["industry"] += _OTHER_ACTIVITY
    if PLACE in kinds_left & kinds_right and _places_differ(free_left, free_right):
        vetoes.append("regions_differ")


def _places_differ(left: list[Word], right: list[Word]) -> bool:
    """Whether no place of one name holds a place of the other (Shandong holds Qingdao)."""
    codes = vocabulary().places
    of_left = [codes[word.sense] for word in left if word.kind == PLACE]
    of_right = [codes[word.sense] for word in right if word.kind == PLACE]
    return not any(_holds(a, b) for a in of_left for b in of_right)


def _holds(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    inside_china = short == "CN" and long.isdigit()
    return inside_china or (short.isdigit() and long.startswith(short)) or short == long


def _numbers(
    left: LatinName, right: LatinName, parts: dict[str, int], edits: list[LatinEdit], vetoes: list[str]
) -> None:
    if left.numbers == right.numbers:
        if left.numbers:
            parts["number"] = 400
        return
    shown = " ".join(map(str, left.numbers)), " ".join(map(str, right.numbers))
    edits.append(LatinEdit(kind="gap", left=shown[0], right=shown[1], where="number"))
    if left.numbers and right.numbers:
        vetoes.append("numbers_differ")
    parts["number"] = _NUMBER_MISSING


def _forms(
    left: LatinName, right: LatinName, parts: dict[str, int], edits: list[LatinEdit], vetoes: list[str]
) -> None:
    if ("branch" in left.kinds) != ("branch" in right.kinds):
        vetoes.append("head_and_branch")
    of_left, of_right = set(left.forms), set(right.forms)
    if of_left == of_right:
        parts["form"] = 300 if of_left else 100
        return
    edits.append(LatinEdit(kind="form", left=" ".join(left.forms), right=" ".join(right.forms), where="form"))
    if of_left & of_right:
        parts["form"] = 200
    elif not of_left or not of_right:
        parts["form"] = -200
    elif (
        "company" in left.kinds | right.kinds and _COMPANY_KINDS & left.kinds and _COMPANY_KINDS & right.kinds
    ):
        parts["form"] = 0
    elif left.kinds == right.kinds:
        parts["form"] = 100
    elif left.kinds <= _COMPANY_KINDS and right.kinds <= _COMPANY_KINDS:
        parts["form"] = -2400
    else:
        parts["form"] = -3500
