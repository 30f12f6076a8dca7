"""Compiled reading of one name and of many: labels of the characters and the fields of `matching.names.layout`."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import compiled, kernel
from matching.names import layout as at
from matching.names.coding import Chars, Ints, Labels
from matching.names.lexicon import BRANCHES, FORMS, FULL, REGIONS_BACK, SHORT, WEAK, Lexicon
from matching.names.parse_core import core, fill, group, is_group, pair, set_inside
from matching.names.parse_ends import ordinals, split
from matching.names.parse_words import division, longest_back, resolve

_ZONG: Final = ord("总")
_GONG: Final = ord("公")
_SI: Final = ord("司")
_JIA: Final = ord("加")
_GONG_WORK: Final = ord("工")
_LOST: Final = ord("?")


@kernel
def _form(chars: Chars, head: int, lexicon: Lexicon, labels: Labels, fields: Ints) -> int:
    """Label the form at the end of the head; returns where the core ends."""
    begin, row = longest_back(chars, head, 0, lexicon, FORMS)
    end = head
    if row == 0 and head >= 5 and pair(chars, head - 1, _GONG, _SI):
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
    fill(labels, begin, end, at.FORM)
    if end - begin == 2 and is_group(chars, end):
        fill(labels, begin, end, at.GROUP)
        fields[at.GROUP_MARK] = 1
    if begin >= 1 and chars[begin] == _ZONG:
        labels[begin] = at.GROUP
        fields[at.GROUP_MARK] = 2
    elif begin >= 3 and chars[begin - 1] == _ZONG:
        begin -= 1
        labels[begin] = at.GROUP
        fields[at.GROUP_MARK] = 2
    return group(chars, begin, labels, fields)


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
    fill(labels, head, kind_at, at.BRANCH)
    fill(labels, kind_at, length, at.BRANCH_KIND)
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
        fill(labels, p, stop, at.BRANCH_PLACE)
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
def _place_after(chars: Chars, length: int, lexicon: Lexicon) -> tuple[int, int, int]:
    """Where a division begins that follows the form (星禾有限公司(常州)), its code and second reading."""
    form_at, row = longest_back(chars, length, 0, lexicon, FORMS)
    kind_at, kind = longest_back(chars, length, 0, lexicon, BRANCHES)
    stop, place, other = length, 0, 0
    for _ in range(2):
        begin, name = longest_back(chars, stop, 0, lexicon, REGIONS_BACK)
        # 潍坊 ends like a form, but is longer than it
        if name == 0 or begin < 4 or (row != 0 and form_at <= begin) or (kind != 0 and kind_at <= begin):
            break
        code, second, _kind = resolve(lexicon, name, 0, SHORT)
        if code == 0:
            break
        stop = begin
        if place == 0:
            place, other = code, second
        form_at, row = longest_back(chars, stop, 0, lexicon, FORMS)
        kind_at, kind = longest_back(chars, stop, 0, lexicon, BRANCHES)
    if stop == length or row == 0 or form_at < 2:
        return length, 0, 0
    return stop, place, other


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
        fill(labels, 0, length, at.BRAND)
        fields[at.BRAND_LENGTH] = length
        fields[at.NUMBERS] = ordinals(chars, 0, length, length, lexicon, labels, 0)
        return
    stop, place, second = _place_after(chars, length, lexicon)
    head, kind, kind_at = split(chars, stop, lexicon)
    fields[at.HEAD_END] = head if kind != 0 else length
    end = _form(chars, head, lexicon, labels, fields)
    if end > 0:
        p = core(chars, end, lexicon, labels, fields, covered)
        fields[at.NUMBERS] = ordinals(chars, p, end, head, lexicon, labels, 0)
    if kind != 0:
        _branch(chars, head, stop, kind, kind_at, lexicon, labels, fields)
    if stop < length:
        fill(labels, stop, length, at.REGION if kind == 0 else at.BRANCH_PLACE)
        if kind == 0:
            set_inside(fields, place, second)
        elif fields[at.BRANCH_REGION] == 0:
            fields[at.BRANCH_REGION] = max(place, 0)
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
