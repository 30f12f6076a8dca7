"""Compiled look-ups in the lexicon: words from a place on, words that end at a place, divisions in their context."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from matching.names.coding import Chars
from matching.names.lexicon import CONNECTOR, FULL, INDUSTRIES, REGIONS, ZONES, Lexicon

WORD: Final = 0xFFFFFFFF
"""The half of a step that says what a word means."""
_LONGEST: Final = 24
"""Characters of the longest word looked for. The longest division's name has 15."""
_LU: Final = ord("路")
_JIE: Final = ord("街")
_XIANG: Final = ord("巷")
_DAO: Final = ord("道")
_DA: Final = ord("大")
_ZHEN: Final = ord("镇")
_TOWN: Final = ord("乡")
_SHI: Final = ord("石")
_TYPES: Final = tuple(ord(char) for char in "省市县区镇乡")
_SIDES: Final = tuple(ord(char) for char in "东西南北中")
_ZHENG: Final = ord("政")
_CHANG: Final = ord("场")
_LI: Final = ord("理")
_HAI: Final = ord("海")
_DI: Final = ord("第")
_ZHI: Final = ord("支")
_FEN: Final = ord("分")
_YING: Final = ord("营")
_DIAN: Final = ord("店")
_JIANG: Final = ord("江")
_ZHAI: Final = ord("宅")
_CUN: Final = ord("村")
_NO_BRAND: Final = tuple(ord(char) for char in "中国华")
"""What is no brand by itself: 中能源 is one name, not 中 and its industry."""
_NOT_BEFORE_TOWN: Final = (ord("水"), ord("家"), ord("故"), ord("梦"), ord("之"))


@kernel
def step(steps: npt.NDArray[np.int64], node: int, char: int) -> int:
    """Where one more character leads: the next node * 2**32 + what it means, 0 when no word goes on so."""
    key = np.int64(node) * 65536 + np.int64(char)
    mask = len(steps) - 1
    mixed = key * 1000003
    slot = (mixed ^ (mixed >> 17)) & mask
    while steps[slot, 0] != 0:
        if steps[slot, 0] == key:
            return int(steps[slot, 1])
        slot = (slot + 1) & mask
    return 0


@kernel
def longest(chars: Chars, at: int, limit: int, lexicon: Lexicon, root: int) -> tuple[int, int]:
    """End and value of the longest word from `at` on; (at, 0) for none."""
    node = root
    end, value = at, 0
    for i in range(at, min(limit, at + _LONGEST)):
        found = step(lexicon.steps, node, chars[i])
        node, word = found >> 32, found & WORD
        if node == 0:
            break
        if word != 0:
            end, value = i + 1, word
    return end, value


@kernel
def longest_back(chars: Chars, end: int, begin: int, lexicon: Lexicon, root: int) -> tuple[int, int]:
    """Begin and value of the longest word that ends before `end`; (end, 0) for none."""
    node = root
    at, value = end, 0
    for i in range(end - 1, max(begin, end - _LONGEST) - 1, -1):
        found = step(lexicon.steps, node, chars[i])
        node, word = found >> 32, found & WORD
        if node == 0:
            break
        if word != 0:
            at, value = i, word
    return at, value


@kernel
def inside(code: int, parent: int) -> bool:
    """Whether the division `code` lies in the division `parent` and is another."""
    if code == parent or parent == 0:
        return False
    if parent % 10000 == 0:
        return code // 10000 == parent // 10000
    if parent % 100 == 0:
        return code // 100 == parent // 100
    return False


@kernel
def resolve(lexicon: Lexicon, name: int, parent: int, weakest: int) -> tuple[int, int, int]:
    """What a division's name means after `parent`: code, a second reading or 0, and its kind (3: nothing fits).

    Three or more readings without a parent to choose by give code -1: a division, but which one is open.
    """
    first, last = lexicon.reading_start[name - 1], lexicon.reading_start[name]
    code, other, kind = 0, 0, 3
    count = 0
    for i in range(first, last):
        here, how = int(lexicon.readings[i, 0]), int(lexicon.readings[i, 1])
        if parent != 0:
            fits = inside(here, parent)
            # a county may have moved to another prefecture of its province since the name was registered
            near = how == FULL and here % 100 != 0 and here // 10000 == parent // 10000 and parent % 100 == 0
            if not fits and not (near and here != parent):
                continue
            if fits and code != 0 and not inside(code, parent):
                code, kind = here, how
                continue
        elif how > weakest:
            continue
        count += 1
        if code == 0:
            code, kind = here, how
        elif other == 0 and here != code:
            other = here
    if parent != 0:
        return code, 0, kind
    if code % 10000 == 0 or inside(other, code):
        other = 0
    if count > 2 and code % 100 != 0:
        return -1, 0, kind
    return code, other, kind


@kernel
def _names_a_street(chars: Chars, at: int, limit: int) -> bool:
    """Whether what follows a short name makes it part of something else: a road, a town, a stone."""
    if at >= limit:
        return False
    char = chars[at]
    after = chars[at + 1] if at + 1 < limit else np.uint16(0)
    if char == _DA:
        return after in (_DAO, _JIE)
    if char in _SIDES:
        return after in (_LU, _JIE)
    if char in _TYPES:
        return after not in (_ZHENG, _CHANG)
    if char == _SHI:
        return bool(chars[at - 1] == _LI)
    if char == _DAO and chars[at - 1] == _HAI:
        return True
    if char in (_LU, _DAO):
        return after == 0 or after in (_DI, _ZHI, _FEN, _YING, _DIAN)
    return char in (_JIE, _XIANG)


@kernel
def division(
    chars: Chars, at: int, limit: int, lexicon: Lexicon, parent: int, weakest: int, exact: int
) -> tuple[int, int, int, int]:
    """The division named from `at` on: end, code, second reading, kind; end is `at` for none.

    Args:
        parent: the division named before, 0 for none; the name must then lie in it.
        weakest: the weakest kind of name that counts without a parent (FULL, SHORT).
        exact: where the name has to end, or 0 for the longest one that fits.
    """
    node = REGIONS
    best_end, best_code, best_other, best_kind = at, 0, 0, 3
    for i in range(at, min(limit, at + _LONGEST)):
        found = step(lexicon.steps, node, chars[i])
        node, word = found >> 32, found & WORD
        if node == 0:
            break
        end = i + 1
        if word == 0 or (exact != 0 and end != exact):
            continue
        code, other, kind = resolve(lexicon, word, parent, weakest)
        if code == 0 or kind == 3:
            continue
        if kind != FULL and exact == 0 and _names_a_street(chars, end, limit):
            continue
        best_end, best_code, best_other, best_kind = end, code, other, kind
    return best_end, best_code, best_other, best_kind


@kernel
def zone(chars: Chars, at: int, limit: int, lexicon: Lexicon) -> int:
    """Where a development zone named from `at` on ends, or `at`: 小蓝经济技术开发区."""
    for lead in range(5):
        if at + lead >= limit:
            break
        end, value = longest(chars, at + lead, limit, lexicon, ZONES)
        if value != 0:
            return end
    return at


@kernel
def town(chars: Chars, at: int, limit: int, village: int) -> int:
    """Where a town (镇, 乡, 街道), or with `village` a village (村), named from `at` on ends, or `at`."""
    for lead in range(1, 5):
        i = at + lead
        if i + 1 >= limit:
            break
        char, after, before = chars[i], chars[i + 1], chars[i - 1]
        if lead >= 2 and char == _ZHEN and after != _JIANG and after != _ZHAI:
            return i + 1
        if char == _TOWN and lead <= 3 and after not in (_CUN, _ZHEN) and before not in _NOT_BEFORE_TOWN:
            return i + 1
        if lead >= 2 and char == _JIE and after == _DAO:
            return i + 2
        if village != 0 and char == _CUN and lead <= 3:
            return i + 1
    return at


@kernel
def cover(chars: Chars, begin: int, end: int, lexicon: Lexicon, covered: npt.NDArray[np.uint8]) -> None:
    """Mark from where on the characters up to `end` are industry words: 1 a start, 2 only inside, 0 not."""
    covered[end] = 1
    for i in range(end - 1, begin - 1, -1):
        covered[i] = 0
        node = INDUSTRIES
        for j in range(i, min(end, i + _LONGEST)):
            found = step(lexicon.steps, node, chars[j])
            node, word = found >> 32, found & WORD
            if node == 0:
                break
            if word == 0 or covered[j + 1] == 0:
                continue
            if word == CONNECTOR:
                # 和 stands between two words; 集团 may end them
                if j + 1 < end and covered[i] == 0:
                    covered[i] = 2
            elif j > i:
                covered[i] = 1
                break
            elif j + 1 == end and covered[i] == 0:
                covered[i] = 2


@kernel
def industry_start(chars: Chars, covered: npt.NDArray[np.uint8], begin: int, end: int) -> int:
    """Where the industry begins, leaving two characters for the brand where that can be; `end` for no industry."""
    if begin < end and covered[begin] == 1:
        return begin
    for i in range(begin + 2, end):
        if covered[i] == 1:
            return i
    if begin + 1 < end and covered[begin + 1] == 1 and chars[begin] not in _NO_BRAND:
        return begin + 1
    return end


@kernel
def first_word(chars: Chars, begin: int, end: int, lexicon: Lexicon, covered: npt.NDArray[np.uint8]) -> int:
    """Where the first industry word ends between two places that `cover` joined."""
    node = INDUSTRIES
    stop = begin + 1
    for j in range(begin, min(end, begin + _LONGEST)):
        found = step(lexicon.steps, node, chars[j])
        node, word = found >> 32, found & WORD
        if node == 0:
            break
        if word != 0 and covered[j + 1] != 0:
            stop = j + 1
    return stop


@kernel
def industry_classes(
    chars: Chars, begin: int, end: int, lexicon: Lexicon, covered: npt.NDArray[np.uint8]
) -> tuple[int, int]:
    """Meaning of the first and of the last industry word between two places that `cover` joined."""
    first, last = 0, 0
    at = begin
    while at < end:
        node = INDUSTRIES
        stop, meaning = at + 1, 0
        for j in range(at, min(end, at + _LONGEST)):
            found = step(lexicon.steps, node, chars[j])
            node, word = found >> 32, found & WORD
            if node == 0:
                break
            if word != 0 and covered[j + 1] != 0:
                stop, meaning = j + 1, word
        if meaning != 0 and meaning != CONNECTOR:
            first = meaning if first == 0 else first
            last = meaning
        at = stop
    return first, last


@kernel
def regions_relation(code_a: int, other_a: int, code_b: int, other_b: int) -> int:
    """How the divisions of two names stand: 0 neither names one, 1 one does, 2 the same, 3 one contains the other,
    4 two places of one province, 5 two provinces. The second readings count as well as the first."""
    if code_a == 0 and code_b == 0:
        return 0
    if code_a == 0 or code_b == 0:
        return 1
    best = 5
    for i in range(2):
        a = code_a if i == 0 else other_a
        for j in range(2):
            b = code_b if j == 0 else other_b
            if a == 0 or b == 0:
                continue
            if a == b:
                best = min(best, 2)
            elif inside(a, b) or inside(b, a):
                best = min(best, 3)
            elif a // 10000 == b // 10000:
                best = min(best, 4)
    return best


__all__ = [
    "WORD",
    "cover",
    "division",
    "first_word",
    "industry_classes",
    "industry_start",
    "inside",
    "longest",
    "longest_back",
    "regions_relation",
    "resolve",
    "step",
    "town",
    "zone",
]
