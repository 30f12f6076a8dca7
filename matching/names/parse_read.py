"""Compiled reading of one name and of many: labels of the characters and the fields of `matching.names.layout`."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from matching.names import layout as at
from matching.names.coding import Chars, Ints, Labels
from matching.names.jit import compiled, kernel
from matching.names.lexicon import FORMS, FULL, REGIONS_BACK, SHORT, WEAK, Lexicon
from matching.names.parse_ends import ordinals, split
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
_ZONG: Final = ord("总")
_CITY: Final = ord("市")
_ZHENG: Final = ord("政")
_CHANG: Final = ord("场")
_GONG: Final = ord("公")
_SI: Final = ord("司")
_JIA: Final = ord("加")
_GONG_WORK: Final = ord("工")
_ZHEN: Final = ord("镇")
_LOST: Final = ord("?")


@kernel
def _fill(labels: Labels, begin: int, end: int, label: int) -> None:
    for i in range(begin, end):
        labels[i] = label


@kernel
def _pair(chars: Chars, end: int, first: int, second: int) -> bool:
    return end >= 2 and chars[end - 2] == first and chars[end - 1] == second


@kernel
def _group(chars: Chars, end: int, labels: Labels, fields: Ints) -> int:
    """Take 集团, 控股, 股份 and 总 off the end of the core; at least two characters stay."""
    while end >= 4:
        if _pair(chars, end, _JI, _TUAN) or _pair(chars, end, _KONG, _GU):
            _fill(labels, end - 2, end, at.GROUP)
            fields[at.GROUP_MARK] = 1
        elif _pair(chars, end, _GU, _FEN):
            _fill(labels, end - 2, end, at.FORM)
        else:
            break
        end -= 2
    return end


@kernel
def _form(chars: Chars, head: int, lexicon: Lexicon, labels: Labels, fields: Ints) -> int:
    """Label the form at the end of the head; returns where the core ends."""
    begin, row = longest_back(chars, head, 0, lexicon, FORMS)
    end = head
    if row == 0 and head >= 5 and _pair(chars, head - 1, _GONG, _SI):
        end = head - 1
        begin, row = longest_back(chars, end, 0, lexicon, FORMS)
    if row == 0:
        return head
    if begin > 0 and chars[begin] == _GONG_WORK and chars[begin - 1] == _JIA:
        # 服装加工厂 is 服装加工 and 厂, not 工厂
        begin, row = longest_back(chars, end, end - 1, lexicon, FORMS)
    fields[at.FORM_ID] = lexicon.forms[row - 1, 0]
    fields[at.FORM_CLASS] = lexicon.forms[row - 1, 1]
    fields[at.KIND] = lexicon.forms[row - 1, 2]
    _fill(labels, begin, end, at.FORM)
    if end - begin == 2 and (_pair(chars, end, _JI, _TUAN) or _pair(chars, end, _KONG, _GU)):
        _fill(labels, begin, end, at.GROUP)
        fields[at.GROUP_MARK] = 1
    if begin >= 1 and chars[begin] == _ZONG:
        labels[begin] = at.GROUP
        fields[at.GROUP_MARK] = 2
    elif begin >= 3 and chars[begin - 1] == _ZONG:
        begin -= 1
        labels[begin] = at.GROUP
        fields[at.GROUP_MARK] = 2
    return _group(chars, begin, labels, fields)


@kernel
def _front(chars: Chars, end: int, lexicon: Lexicon, covered: Labels, fields: Ints) -> int:
    """Read the divisions in front: province, city, county, zone, town; returns where the brand begins."""
    p, places, extras = 0, 0, 0
    parent, other = 0, 0
    if (
        end >= 4
        and chars[0] == _ZHONG
        and chars[1] == _GUO
        and industry_start(chars, covered, 2, end) - 2 >= 2
    ):
        p = 2
    while places < 5:
        stop, code, second, kind = division(chars, p, end, lexicon, parent, SHORT, 0)
        if p < stop < end and kind == FULL and chars[stop - 1] == _CITY and chars[stop] in (_ZHENG, _CHANG):
            # 南昌市政工程 is 南昌 and 市政工程
            stop, code, second, kind = division(chars, p, end, lexicon, parent, SHORT, stop - 1)
        if stop > p and kind != FULL:
            start = industry_start(chars, covered, stop, end)
            brand = start - stop
            if end - stop < 2 or brand == 1 or (brand == 0 and code % 100 != 0):
                break
            if 2 <= brand <= 4 and code % 100 != 0:
                # 临江(厦门)实业 has the brand 临江: the city that fills the rest does not lie in a county
                again, inner, _second, _kind = division(chars, stop, end, lexicon, 0, SHORT, start)
                if again == start and inner != 0 and inner % 100 == 0:
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
def _set_inside(fields: Ints, code: int, second: int) -> None:
    front = fields[at.REGION_CODE]
    fields[at.REGION_INSIDE] = 1
    if code <= 0:
        return
    fields[at.REGION_PLACES] += 1
    if front == 0 or not inside(front, code):
        fields[at.REGION_CODE] = code
        fields[at.REGION_OTHER] = 0 if front != 0 else second


@kernel
def _before(
    chars: Chars, p: int, end: int, lexicon: Lexicon, covered: Labels, fields: Ints, at_form: int
) -> int:
    """Where a division's name begins that ends right before the form or the industry (former brackets), or `end`."""
    front = int(fields[at.REGION_CODE])
    if end - p >= 4 and _pair(chars, end, _ZHONG, _GUO):
        _set_inside(fields, 0, 0)
        return end - 2
    best, best_code, best_second = end, 0, 0
    node = REGIONS_BACK
    for q in range(end - 1, p + 1, -1):
        found = step(lexicon.steps, node, chars[q])
        node, word = found >> 32, found & WORD
        if node == 0:
            break
        if word == 0:
            continue
        code, second, kind = resolve(lexicon, word, 0, SHORT)
        county = code % 100 != 0
        if code == 0:
            continue
        if kind != FULL and front != 0 and not inside(code, front) and (county or front % 100 != 0):
            continue
        if kind != FULL and at_form != 0:
            if covered[q] == 1:
                continue
            if county:
                # a county's short name needs an industry or a long brand before it: 华星技术蓝山有限公司
                cover(chars, p, q, lexicon, covered)
                bare = industry_start(chars, covered, p, q) == q
                cover(chars, p, end, lexicon, covered)
                if bare and q - p < 4:
                    continue
        best, best_code, best_second = q, code, second
    if best < end:
        _set_inside(fields, best_code, best_second)
    return best


@kernel
def _middle(chars: Chars, p: int, end: int, lexicon: Lexicon, labels: Labels, fields: Ints) -> None:
    """Label a division's full name in the middle of the brand: 华星深圳市蓝海 …"""
    for q in range(p + 2, end - 2):
        stop, code, second, kind = division(chars, q, end, lexicon, 0, FULL, 0)
        if stop - q >= 3 and code != 0 and kind == FULL:
            _fill(labels, q, stop, at.REGION)
            _set_inside(fields, code, second)
            return


@kernel
def _core(chars: Chars, end: int, lexicon: Lexicon, labels: Labels, fields: Ints, covered: Labels) -> int:
    """Label regions, brand and industry before the form; returns where the brand begins."""
    cover(chars, 0, end, lexicon, covered)
    p = _front(chars, end, lexicon, covered, fields)
    _fill(labels, 0, p, at.REGION)
    q = end
    if end - p >= 4:
        q = _before(chars, p, end, lexicon, covered, fields, 1)
    if q < end:
        _fill(labels, q, end, at.REGION)
        end = _group(chars, q, labels, fields) if q - p >= 4 else q
        cover(chars, p, end, lexicon, covered)
    start = industry_start(chars, covered, p, end)
    if p <= 2 and end >= 4 and _pair(chars, 2, _ZHONG, _GUO) and industry_start(chars, covered, 2, end) == 2:
        # 中国能源销售: without another brand 中国 and the first word are one
        p, start = 0, first_word(chars, 2, end, lexicon, covered)
        labels[0] = labels[1] = at.BRAND
    elif p == 0 and start == 0 and end > 0:
        start = first_word(chars, 0, end, lexicon, covered)
    if start < end:
        first, last = industry_classes(chars, start, end, lexicon, covered)
        fields[at.INDUSTRY_FIRST], fields[at.INDUSTRY_CLASS] = first, last
        _fill(labels, start, end, at.INDUSTRY)
    stop = start
    if start < end and start - p >= 4:
        stop = _before(chars, p, start, lexicon, covered, fields, 0)
        if stop < start:
            _fill(labels, stop, start, at.REGION)
            cover(chars, p, stop, lexicon, covered)
            more = industry_start(chars, covered, p, stop)
            if p < more < stop:
                first, _last = industry_classes(chars, more, stop, lexicon, covered)
                fields[at.INDUSTRY_FIRST] = first
                _fill(labels, more, stop, at.INDUSTRY)
                stop = more
    _fill(labels, p, stop, at.BRAND)
    if fields[at.REGION_INSIDE] == 0 and stop - p >= 5:
        _middle(chars, p, stop, lexicon, labels, fields)
    for i in range(p + 2, end):
        if _pair(chars, i + 1, _JI, _TUAN) and i - 1 > p:
            _fill(labels, i - 1, i + 1, at.GROUP)
            fields[at.GROUP_MARK] = 1
    return p


@kernel
def _branch(
    chars: Chars,
    head: int,
    length: int,
    kind: int,
    kind_at: int,
    lexicon: Lexicon,
    labels: Labels,
    fields: Ints,
) -> None:
    """Label the branch part: its place, ordinal, own name and kind."""
    fields[at.BRANCH_KIND_ID] = kind
    _fill(labels, head, kind_at, at.BRANCH)
    _fill(labels, kind_at, length, at.BRANCH_KIND)
    p, parent = head, 0
    region = int(fields[at.REGION_CODE])
    for _ in range(4):
        stop, code, _other, _kind = division(chars, p, kind_at, lexicon, parent, SHORT, 0)
        if stop == p and parent == 0 and region != 0:
            stop, code, _other, _kind = division(chars, p, kind_at, lexicon, region, SHORT, 0)
        if stop == p and kind_at - p >= 2:
            # a brand-like short name that fills the whole place is one: 和平支行
            stop, code, _other, _kind = division(chars, p, kind_at, lexicon, 0, WEAK, kind_at)
        if stop > p and parent == 0 and code % 100 != 0 and _kind != FULL and region % 100 != 0:
            # a county's outlets stand in its towns, not in a county of another province
            stop = stop if code // 10000 == region // 10000 else p
        if stop == p:
            break
        _fill(labels, p, stop, at.BRANCH_PLACE)
        p, parent = stop, max(code, 0)
        if parent != 0:
            fields[at.BRANCH_REGION] = parent
    fields[at.BRANCH_NUMBERS] = ordinals(chars, p, length, length, lexicon, labels, kind_at)


@kernel
def _scripts(chars: Chars, length: int, fields: Ints) -> None:
    chinese, latin = False, False
    for i in range(length):
        char = chars[i]
        if char == _LOST:
            fields[at.LOST] += 1
        elif 0x3400 <= char <= 0x9FFF or 0xD800 <= char <= 0xFAFF:
            chinese = True
        elif (65 <= char <= 90) or (97 <= char <= 122) or 0xC0 <= char <= 0x24F:
            latin = True
    fields[at.SCRIPT] = (1 if chinese else 0) + (2 if latin else 0)


@kernel
def _read(chars: Chars, lexicon: Lexicon, labels: Labels, fields: Ints, covered: Labels) -> None:
    fields[:] = 0
    labels[:] = at.OTHER
    length = min(len(chars), at.MAX_NAME)
    fields[at.LENGTH] = length
    fields[at.HEAD_END] = length
    _scripts(chars, length, fields)
    if length == 0:
        return
    if fields[at.SCRIPT] != 1 and fields[at.SCRIPT] != 3:
        _fill(labels, 0, length, at.BRAND)
        fields[at.BRAND_LENGTH] = length
        fields[at.NUMBERS] = ordinals(chars, 0, length, length, lexicon, labels, 0)
        return
    head, kind, kind_at = split(chars, length, lexicon)
    fields[at.HEAD_END] = head
    end = _form(chars, head, lexicon, labels, fields)
    if end > 0:
        p = _core(chars, end, lexicon, labels, fields, covered)
        fields[at.NUMBERS] = ordinals(chars, p, end, head, lexicon, labels, 0)
    if kind != 0:
        _branch(chars, head, length, kind, kind_at, lexicon, labels, fields)
    for i in range(head):
        if labels[i] == at.BRAND:
            fields[at.BRAND_LENGTH] += 1
        elif labels[i] == at.INDUSTRY:
            fields[at.INDUSTRY_LENGTH] += 1


@compiled
def read(chars: Chars, lexicon: Lexicon, labels: Labels, fields: Ints) -> None:
    """Read one name's comparison form (N6, `matching.names.coding.encode`).

    Args:
        chars: the characters; those beyond MAX_NAME are labelled OTHER.
        labels: as many places as there are characters, to write in.
        fields: FIELDS places, to write in.
    """
    _read(chars, lexicon, labels, fields, np.zeros(at.MAX_NAME + 2, dtype=np.uint8))


@compiled
def read_many(
    chars: Chars, offsets: npt.NDArray[np.int64], lexicon: Lexicon, labels: Labels, fields: Ints
) -> None:
    """Read names that lie end to end (`matching.names.coding.encode_many`).

    Args:
        offsets: where each name begins, and where the last one ends.
        labels: as many places as there are characters, to write in.
        fields: one row of FIELDS places a name, to write in.
    """
    covered = np.zeros(at.MAX_NAME + 2, dtype=np.uint8)
    for i in range(len(offsets) - 1):
        begin, end = offsets[i], offsets[i + 1]
        _read(chars[begin:end], lexicon, labels[begin:end], fields[i], covered)
