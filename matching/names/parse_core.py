"""Compiled reading of what stands before the form: divisions, brand and trade."""

from __future__ import annotations

from typing import Final

from graph.compiled.jit import kernel
from matching.names import layout as at
from matching.names.coding import Chars, Ints, Labels
from matching.names.lexicon import FULL, REGIONS_BACK, SHORT, WEAK, Lexicon
from matching.names.parse_words import (
    WORD,
    cover,
    division,
    first_word,
    industry_classes,
    industry_start,
    inside,
    longest_back,
    resolve,
    step,
    town,
    zone,
)

_ZHONG: Final = ord("中")
_GUO: Final = ord("国")
_JI: Final = ord("集")
_TUAN: Final = ord("团")
_KONG: Final = ord("控")
_GU: Final = ord("股")
_FEN: Final = ord("份")
_CITY: Final = ord("市")
_ZHENG: Final = ord("政")
_CHANG: Final = ord("场")
_ZHEN: Final = ord("镇")
_PUBLIC: Final = (5, 6, 7, 8, 11, 12)
"""Classes of forms that need no brand beside a place: 临江医院, 临江农村信用合作联社."""


@kernel
def fill(labels: Labels, begin: int, end: int, label: int) -> None:
    """Give the characters between two places a label."""
    for i in range(begin, end):
        labels[i] = label


@kernel
def pair(chars: Chars, end: int, first: int, second: int) -> bool:
    """Whether these two characters stand right before `end`."""
    return bool(end >= 2 and chars[end - 2] == first and chars[end - 1] == second)


@kernel
def is_group(chars: Chars, end: int) -> bool:
    """Whether 集团 or 控股 stands right before `end`."""
    return pair(chars, end, _JI, _TUAN) or pair(chars, end, _KONG, _GU)


@kernel
def ungrouped(chars: Chars, end: int) -> int:
    """The end of the core without 集团, 控股, 股份; at least two characters stay."""
    while end >= 4 and (is_group(chars, end) or pair(chars, end, _GU, _FEN)):
        end -= 2
    return end


@kernel
def group(chars: Chars, end: int, labels: Labels, fields: Ints) -> int:
    """Label 集团, 控股, 股份 at the end of the core; returns where they begin."""
    begin = ungrouped(chars, end)
    for stop in range(end, begin, -2):
        if is_group(chars, stop):
            fill(labels, stop - 2, stop, at.GROUP)
            fields[at.GROUP_MARK] = 1
        else:
            fill(labels, stop - 2, stop, at.FORM)
    return begin


@kernel
def _front(chars: Chars, end: int, lexicon: Lexicon, covered: Labels, fields: Ints, inner: int) -> int:
    """Read the divisions in front: province, city, county, zone, town; returns where the brand begins.

    Args:
        inner: the division right before the form, 0 for none.
    """
    p, places, extras, parent, other = 0, 0, 0, 0, 0
    form_class = fields[at.FORM_CLASS]
    if end >= 4 and pair(chars, 2, _ZHONG, _GUO) and industry_start(chars, covered, 2, end) - 2 >= 2:
        p = 2
    while places < 5:
        weakest = FULL if extras > 0 and parent == 0 else SHORT
        stop, code, second, kind = division(chars, p, end, lexicon, parent, weakest, 0)
        if p < stop < end and kind == FULL and chars[stop - 1] == _CITY and chars[stop] in (_ZHENG, _CHANG):
            # 南昌市政工程 is 南昌 and 市政工程
            stop, code, second, kind = division(chars, p, end, lexicon, parent, SHORT, stop - 1)
        if stop > p and kind != FULL and not (stop == end and form_class in _PUBLIC):
            start = industry_start(chars, covered, stop, end)
            brand = start - stop
            if end - stop < 2 or brand == 1 or (brand == 0 and code % 100 != 0 and inner != 0):
                break
            if 2 <= brand <= 4 and code % 100 != 0:
                # 临江(厦门)实业 has the brand 临江: the city that fills the rest does not lie in a county
                again, city, _second, _kind = division(chars, stop, end, lexicon, 0, SHORT, start)
                if again == start and city != 0 and city % 100 == 0:
                    break
        if stop > p:
            p = stop
            places += 1
            parent, other = max(code, 0), second
            continue
        stop = zone(chars, p, end, lexicon) if places > 0 else p
        if stop == p and (places == 0 or parent % 100 != 0 or parent == 0):
            stop = town(chars, p, end, extras)
        if stop == p or extras >= 3 or industry_start(chars, covered, stop, end) - stop < 2:
            break
        if places == 0 and (stop - p > 3 or chars[stop - 1] != _ZHEN or covered[p] != 0):
            break
        p = stop
        extras += 1
    fields[at.REGION_CODE] = parent
    fields[at.REGION_OTHER] = other
    fields[at.REGION_PLACES] = places
    return p


@kernel
def set_inside(fields: Ints, code: int, second: int) -> None:
    """Take over a division that does not stand in front; the more specific of two that nest stays."""
    front = fields[at.REGION_CODE]
    fields[at.REGION_INSIDE] = 1
    if code <= 0:
        return
    fields[at.REGION_PLACES] += 1
    if front == 0 or not inside(front, code):
        fields[at.REGION_CODE] = code
        fields[at.REGION_OTHER] = 0 if front != 0 else second


@kernel
def _unlikely(code: int, kind: int, front: int) -> bool:
    """Whether a short name is no second place: it lies elsewhere, and it or the place in front is a county."""
    elsewhere = front != 0 and kind != FULL and not inside(code, front)
    return elsewhere and (code % 100 != 0 or front % 100 != 0)


@kernel
def _above(chars: Chars, begin: int, end: int, lexicon: Lexicon) -> tuple[int, int]:
    """Where a division begins that ends right before another one, and its code; (end, 0) for none."""
    at_name, name = longest_back(chars, end, begin, lexicon, REGIONS_BACK)
    if name == 0:
        return end, 0
    code, _second, _kind = resolve(lexicon, name, 0, SHORT)
    return at_name, max(code, 0)


@kernel
def _before(
    chars: Chars, p: int, end: int, lexicon: Lexicon, covered: Labels, front: int, at_form: int
) -> tuple[int, int, int, int]:
    """The division that ends right before the form or the trade (former brackets): begin, code, second, kind.

    The begin is `end` for none; the code is -1 for 中国 and for a name that several divisions share.
    """
    best, best_code, best_second, best_kind = end, 0, 0, 3
    if end - p >= 4 and pair(chars, end, _ZHONG, _GUO):
        return end - 2, -1, 0, FULL
    node = REGIONS_BACK
    for q in range(end - 1, p + 1, -1):
        found = step(lexicon.steps, node, chars[q])
        node, word = found >> 32, found & WORD
        if node == 0:
            break
        if word == 0:
            continue
        code, second, kind = resolve(lexicon, word, 0, WEAK if at_form != 0 else SHORT)
        above, parent = _above(chars, p + 2, q, lexicon)
        nested, _second, how = resolve(lexicon, word, parent, WEAK)
        if parent > 0 and nested > 0:
            # 泉州丰泽: the name of a city before it makes a district's short name one
            best, best_code, best_second, best_kind = above, nested, 0, min(how, SHORT)
            continue
        if code == 0 or _unlikely(code, kind, front):
            continue
        if kind != FULL and at_form != 0:
            if covered[q] == 1:
                continue
            if code % 100 != 0:
                # a county's short name needs a trade or a long brand before it: 星禾技术蓝山有限公司
                cover(chars, p, q, lexicon, covered)
                bare = industry_start(chars, covered, p, q) == q
                cover(chars, p, end, lexicon, covered)
                if bare and (q - p < 4 or kind == WEAK):
                    continue
        best, best_code, best_second, best_kind = q, code, second, kind
    return best, best_code, best_second, best_kind


@kernel
def _middle(chars: Chars, p: int, end: int, lexicon: Lexicon, labels: Labels, fields: Ints) -> None:
    """Label a division's full name in the middle of the brand: 星禾深圳市蓝海 …"""
    for q in range(p + 2, end - 2):
        stop, code, second, kind = division(chars, q, end, lexicon, 0, FULL, 0)
        if stop - q >= 3 and code != 0 and kind == FULL:
            fill(labels, q, stop, at.REGION)
            set_inside(fields, code, second)
            return


@kernel
def _regions(
    chars: Chars, end: int, lexicon: Lexicon, labels: Labels, fields: Ints, covered: Labels
) -> tuple[int, int]:
    """Label the divisions in front and before the form; returns where the brand begins and the trade ends."""
    cover(chars, 0, end, lexicon, covered)
    q, code, second, kind = _before(chars, 0, end, lexicon, covered, 0, 1)
    if q < end:
        short = ungrouped(chars, q)
        cover(chars, 0, short, lexicon, covered)
        p = _front(chars, short, lexicon, covered, fields, code)
        stop, city, _second, _kind = division(chars, p, short, lexicon, 0, SHORT, short)
        # 上海长春有限公司 has the brand 长春: of two cities the one in front is the place
        only_a_city = stop == short and city != 0 and city % 100 == 0
        front = int(fields[at.REGION_CODE])
        if front % 100 != 0 and code > 0 and code % 100 == 0 and not inside(code, front):
            full, _code, _second, _kind = division(chars, 0, p, lexicon, 0, FULL, p)
            if fields[at.REGION_PLACES] == 1 and full == 0:
                # 天柱山文化(安徽)有限公司: a county's short name in front is the brand, or part of it
                p, front = 0, 0
                fields[at.REGION_CODE] = fields[at.REGION_OTHER] = fields[at.REGION_PLACES] = 0
        if short - p >= 2 and not only_a_city and not _unlikely(code, kind, front):
            fill(labels, 0, p, at.REGION)
            fill(labels, q, end, at.REGION)
            set_inside(fields, code, second)
            return p, group(chars, q, labels, fields)
        cover(chars, 0, end, lexicon, covered)
    p = _front(chars, end, lexicon, covered, fields, 0)
    fill(labels, 0, p, at.REGION)
    return p, end


@kernel
def core(chars: Chars, end: int, lexicon: Lexicon, labels: Labels, fields: Ints, covered: Labels) -> int:
    """Label divisions, brand and trade before the form; returns where the brand begins."""
    p, end = _regions(chars, end, lexicon, labels, fields, covered)
    start = industry_start(chars, covered, p, end)
    if p <= 2 and end >= 4 and pair(chars, 2, _ZHONG, _GUO) and industry_start(chars, covered, 2, end) == 2:
        # 中国能源销售: without another brand 中国 and the first word are one
        p, start = 0, first_word(chars, 2, end, lexicon, covered)
        labels[0] = labels[1] = at.BRAND
    elif p == 0 and start == 0 and end > 0:
        start = first_word(chars, 0, end, lexicon, covered)
    if start < end:
        first, last = industry_classes(chars, start, end, lexicon, covered)
        fields[at.INDUSTRY_FIRST], fields[at.INDUSTRY_CLASS] = first, last
        fill(labels, start, end, at.INDUSTRY)
    stop = start
    if start < end and start - p >= 4:
        front = int(fields[at.REGION_CODE])
        stop, code, second, _kind = _before(chars, p, start, lexicon, covered, front, 0)
        if stop < start:
            set_inside(fields, code, second)
            fill(labels, stop, start, at.REGION)
            cover(chars, p, stop, lexicon, covered)
            more = industry_start(chars, covered, p, stop)
            if p < more < stop:
                first, _last = industry_classes(chars, more, stop, lexicon, covered)
                fields[at.INDUSTRY_FIRST] = first
                fill(labels, more, stop, at.INDUSTRY)
                stop = more
    fill(labels, p, stop, at.BRAND)
    if fields[at.REGION_INSIDE] == 0 and stop - p >= 5:
        _middle(chars, p, stop, lexicon, labels, fields)
    for i in range(p + 2, end):
        if pair(chars, i + 1, _JI, _TUAN) and i - 1 > p:
            fill(labels, i - 1, i + 1, at.GROUP)
            fields[at.GROUP_MARK] = 1
    return p
