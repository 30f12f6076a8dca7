"""What a name is found by: hashed keys of its parts, and pairs of neighbouring characters (grams).

Entries and queries go through the same functions, so that an index finds what it was built from.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.compiled.jit import kernel
from matching.index.hashing import begin, finish, long, step
from matching.index.latin import SHIFT, WIDE
from matching.names import latin_keys as of_sound
from matching.names.characters import Characters
from matching.names.latin_keys import SoundKeys, chinese_latin_keys
from matching.names.layout import (
    BRANCH,
    BRANCH_NUMBERS,
    BRANCH_PLACE,
    BRAND,
    FORM,
    GROUP,
    HEAD_END,
    INDUSTRY,
    INDUSTRY_CLASS,
    MAX_NAME,
    NUMBER,
    NUMBERS,
    OTHER,
    REGION,
    REGION_CODE,
    REGION_OTHER,
)

VERSION: Final = 1
"""Of what is extracted: another number makes every earlier index foreign."""

# kinds of keys, also the bits of what found a candidate
WHOLE: Final = 1
CORE: Final = 2
DELETION: Final = 4
SOUND: Final = 8
PLACE_BRAND: Final = 16
BRAND_CLASS: Final = 32
SORTED: Final = 64
BRAND_ALONE: Final = 128
LATIN: Final = 256
GRAMS: Final = 512
NUMBERED: Final = 1024

DELETIONS: Final = 12
"""Places of a core, from its beginning, at which a character is left out."""
OWN_KEYS: Final = 120
"""Of a name itself; those of its sound or of its Latin words come beside them."""
SOUND_KEYS: Final = of_sound.MAX_KEYS
MAX_KEYS: Final = OWN_KEYS + max(SOUND_KEYS, of_sound.MAX_LATIN_KEYS)
MAX_GRAMS: Final = 3 * MAX_NAME
_YOU, _XIAN, _ZE, _REN, _GONG, _SI = map(ord, "有限责任公司")

# sets of labels, a bit for each
_HEAD: Final = 1 << BRAND | 1 << INDUSTRY | 1 << NUMBER | 1 << OTHER
_TAIL: Final = 1 << BRANCH | 1 << BRANCH_PLACE | 1 << NUMBER
_UNNUMBERED: Final = 1 << NUMBER | 1 << REGION | 1 << FORM | 1 << GROUP
_SAID: Final = _HEAD | 1 << BRANCH


@kernel
def read_core(chars: Any, labels: Any, head_end: int, out: Any) -> tuple[int, int]:
    """Write what is left of a name without region, form and group mark: first the head's, then the branch's.

    Returns where the head's part ends and where all of it ends.
    """
    count = 0
    for place in range(head_end):
        if _HEAD >> labels[place] & 1:
            out[count] = chars[place]
            count += 1
    if count == 0:
        for place in range(head_end):
            if labels[place] != FORM and labels[place] != GROUP:
                out[count] = chars[place]
                count += 1
    if count == 0:
        for place in range(head_end):
            out[count] = chars[place]
            count += 1
    head = count
    for place in range(head_end, len(chars)):
        if _TAIL >> labels[place] & 1:
            out[count] = chars[place]
            count += 1
    if count == head:
        for place in range(head_end, len(chars)):
            out[count] = chars[place]
            count += 1
    return head, count


@kernel
def _span(salt: int, chars: Any, low: int, high: int, without: int) -> int:
    """The hash of a stretch of characters, one of them left out (-1: none)."""
    state = begin(salt)
    for place in range(low, high):
        if place != without:
            state = step(state, chars[place])
    return finish(state)


@kernel
def _sound(tables: Characters, chars: Any, high: int) -> int:
    """The hash of how a stretch sounds to someone who doesn't tell near sounds apart."""
    state = begin(SOUND)
    for place in range(high):
        sound = tables.near[chars[place], 0]
        state = step(state, sound if sound > 0 else chars[place] + 65_536)
    return finish(state)


@kernel
def _bag(chars: Any, high: int) -> int:
    """The hash of characters in whatever order."""
    total = 0
    for place in range(high):
        total += finish(step(begin(SORTED), chars[place])) >> 9
    return finish(step(begin(SORTED), total))


@kernel
def _core_keys(tables: Characters, core: Any, high: int, hashes: Any, kinds: Any, count: int) -> int:
    hashes[count] = _span(CORE, core, 0, high, -1)
    kinds[count] = CORE
    count += 1
    if high > 2:
        for place in range(min(high, DELETIONS)):
            if place == 0 or core[place] != core[place - 1]:
                hashes[count] = _span(CORE, core, 0, high, place)
                kinds[count] = DELETION
                count += 1
    hashes[count] = _sound(tables, core, high)
    kinds[count] = SOUND
    hashes[count + 1] = _bag(core, high)
    kinds[count + 1] = SORTED
    return count + 2


@kernel
def _stretch(core: Any, low: int, high: int, hashes: Any, kinds: Any, count: int) -> int:
    """Keys of what may be the core, whole and with one character left out."""
    if high - low < 2:
        return count
    for place in range(low - 1, min(high, low + DELETIONS) if high - low > 2 else low):
        hashes[count] = _span(CORE, core, low, high, place if place >= low else -1)
        kinds[count] = DELETION
        count += 1
    return count


@kernel
def _doubts(
    chars: Any, labels: Any, head_end: int, core: Any, head: int, hashes: Any, kinds: Any, count: int
) -> int:  # fmt: skip
    """Keys of a query whose slip may have hidden its division or its form, or put two characters for one."""
    for place in range(min(head, DELETIONS) - 1):
        state = begin(CORE)
        for each in range(head):
            if each != place and each != place + 1:
                state = step(state, core[each])
        if head > 3:
            hashes[count] = finish(state)
            kinds[count] = DELETION
            count += 1
    for place in range(2, head - 1):
        one, two = core[place], core[place + 1]
        if (one == _YOU and two == _XIAN) or (one == _ZE and two == _REN) or (one == _GONG and two == _SI):
            count = _stretch(core, 0, place, hashes, kinds, count)
            break
    region = False
    for place in range(head_end):
        region |= labels[place] == REGION
    if not region:
        count = _stretch(core, 2, head, hashes, kinds, count)
        return _stretch(core, 3, head, hashes, kinds, count)
    length = 0
    for place in range(head_end):
        if labels[place] != FORM and labels[place] != GROUP:
            core[length] = chars[place]
            length += 1
    return _stretch(core, 0, length, hashes, kinds, count)


@kernel
def keys(
    chars: Any,
    labels: Any,
    fields: Any,
    tables: Characters,
    core: Any,
    as_query: bool,
    hashes: Any,
    kinds: Any,
) -> int:
    """Write a name's keys and their kinds; returns how many.

    A branch is entered as itself; asked for, it is also looked up as its head.
    """
    head, full = read_core(chars, labels, fields[HEAD_END], core)
    if full == 0:
        return 0
    hashes[0] = _span(WHOLE, chars, 0, len(chars), -1)
    kinds[0] = WHOLE
    hashes[1] = _bag(chars, len(chars))
    kinds[1] = SORTED
    count = _core_keys(tables, core, full, hashes, kinds, 2)
    if as_query:
        if head < full and head > 0:
            count = _core_keys(tables, core, head, hashes, kinds, count)
        count = _doubts(chars, labels, fields[HEAD_END], core, head, hashes, kinds, count)
    if fields[NUMBERS] != 0 or fields[BRANCH_NUMBERS] != 0:
        state = step(step(begin(NUMBERED), fields[NUMBERS] & 0xFFFFFFFF), fields[BRANCH_NUMBERS] & 0xFFFFFFFF)
        for place in range(len(chars)):
            if not _UNNUMBERED >> labels[place] & 1:
                state = step(state, chars[place])
        hashes[count] = finish(state)
        kinds[count] = NUMBERED
        count += 1
    brand = begin(BRAND_ALONE)
    length = 0
    for place in range(fields[HEAD_END]):
        if labels[place] == BRAND:
            brand = step(brand, chars[place])
            length += 1
    if length >= 2 and (head == full or as_query):
        if length < head or as_query:
            hashes[count] = finish(brand)
            kinds[count] = BRAND_ALONE
            count += 1
        place = fields[REGION_CODE] // 10_000
        if place > 0:
            hashes[count] = finish(step(step(brand, PLACE_BRAND), place))
            kinds[count] = PLACE_BRAND
            count += 1
        other = fields[REGION_OTHER] // 10_000
        if other > 0 and other != place:
            hashes[count] = finish(step(step(brand, PLACE_BRAND), other))
            kinds[count] = PLACE_BRAND
            count += 1
        if fields[INDUSTRY_CLASS] > 0:
            hashes[count] = finish(step(step(brand, BRAND_CLASS), fields[INDUSTRY_CLASS]))
            kinds[count] = BRAND_CLASS
            count += 1
    return count


@kernel
def sound_keys_of(
    chars: Any,
    labels: Any,
    tables: Characters,
    sounds: SoundKeys,
    work: Any,
    hashes: Any,
    kinds: Any,
    count: int,
) -> int:
    """Add the keys under which a Chinese name and its spelling in Latin letters meet; returns how many there are."""
    for each in range(chinese_latin_keys(chars, labels, tables, sounds, work)):
        hashes[count] = long(work[each] >> np.uint64(SHIFT))
        kinds[count] = LATIN
        count += 1
    return count


@kernel
def grams(chars: Any, labels: Any, head_end: int, tables: Characters, core: Any, hashes: Any) -> int:
    """Write the hashes of a name's grams; returns how many.

    Neighbours; of brand and industry also neighbours but one and how neighbours sound; of letters four in a row.
    """
    count = 0
    length = len(chars)
    for place in range(length - 1):
        one, two = chars[place], chars[place + 1]
        if one < WIDE and two < WIDE:
            if place + 3 < length:
                state = step(step(begin(30), one), two)
                hashes[count] = finish(step(step(state, chars[place + 2]), chars[place + 3]))
                count += 1
            continue
        hashes[count] = finish(step(step(begin(31), one), two))
        count += 1
        if place + 2 < length and _SAID >> labels[place] & 1 and _SAID >> labels[place + 2] & 1:
            hashes[count] = finish(step(step(begin(32), one), chars[place + 2]))
            count += 1
    _, full = read_core(chars, labels, head_end, core)
    for place in range(full - 1):
        one, two = tables.near[core[place], 0], tables.near[core[place + 1], 0]
        if one > 0 and two > 0:
            hashes[count] = finish(step(step(begin(33), one), two))
            count += 1
    return count
