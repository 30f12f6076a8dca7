"""Compiled reading of a name's ends: where the head ends and a branch begins, and the ordinals in either."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from matching.names.coding import Chars
from matching.names.layout import BRANCH as BRANCH_LABEL
from matching.names.layout import BRAND, INDUSTRY, NUMBER, OTHER
from matching.names.lexicon import BRANCHES, FORMS, SHORT, Lexicon
from matching.names.parse_words import division, longest_back

_GONG: Final = ord("公")
_SI: Final = ord("司")
_FEN: Final = ord("分")
_ZHI: Final = ord("支")
_ZI: Final = ord("子")
_DI: Final = ord("第")
_SHI: Final = ord("式")
_FU: Final = ord("服")
_STATION: Final = ord("站")
_MEN: Final = ord("门")
_CHE: Final = ord("车")
_JIAN: Final = ord("间")
_YING: Final = ord("营")
_YE: Final = ord("业")
_XIANG: Final = ord("项")
_CITY: Final = ord("市")
_MU: Final = ord("目")
_WORK: Final = ord("工")
_CHENG: Final = ord("程")
_SHANG: Final = ord("商")
_ZERO: Final = ord("零")
_AFTER_ZERO: Final = tuple(ord(char) for char in "售部件食")
_SOFT: Final = tuple(ord(char) for char in "冶航号建")
_DIAN: Final = ord("店")
_CHANG: Final = ord("场")
_MARKS: Final = tuple(ord(char) for char in "厂店处队号局院所组部库村区矿校期支")
_AFTER_FEN: Final = tuple(ord(char) for char in "公店厂部社院场校站处局行中所队")
_LARGEST: Final = 1_000_000_000
_MODULUS: Final = 2_147_483_629


@kernel
def _company_ends(chars: Chars, at: int) -> bool:
    """Whether 公司 ends here that is a firm's own and not 分公司, 支公司, 子公司."""
    if at < 4 or chars[at - 1] != _SI or chars[at - 2] != _GONG:
        return False
    before = chars[at - 3]
    return before not in (_FEN, _ZHI, _ZI)


@kernel
def _head_of(chars: Chars, limit: int, lexicon: Lexicon, sure: int) -> int:
    """The last place up to `limit` where a form ends that a head can end with, or 0."""
    for j in range(limit, 3, -1):
        at, row = longest_back(chars, j, 0, lexicon, FORMS)
        if row == 0 or at < 2:
            continue
        head = lexicon.forms[row - 1, 3]
        company = lexicon.forms[row - 1, 1] <= 2
        if (sure == 1 and head == 1 and not company) or (sure == 0 and (head == 2 or company)):
            return j
    return 0


@kernel
def split(chars: Chars, length: int, lexicon: Lexicon) -> tuple[int, int, int]:
    """Where the head ends, the branch kind (0 for no branch, 1 for one not in the table), and where the kind begins."""
    n = length
    kind_at, kind = longest_back(chars, n, 0, lexicon, BRANCHES)
    form_at, row = longest_back(chars, n, 0, lexicon, FORMS)
    strong = kind != 0 and lexicon.branch_strong[kind] == 1
    if row != 0 and not strong:
        form_class = lexicon.forms[row - 1, 1]
        if form_class == 1 or form_class == 2 or form_class == 10:
            return n, 0, n
    limit = kind_at if kind != 0 else n - 2
    for j in range(limit, 3, -1):
        if _company_ends(chars, j):
            if kind != 0:
                return j, kind, kind_at
            return j, 1, max(form_at, j) if row != 0 else n
    if kind == 0:
        return n, 0, n
    found = _head_of(chars, limit, lexicon, 1)
    if found == 0 and strong and (row == 0 or form_at >= kind_at):
        found = _head_of(chars, limit, lexicon, 0)
    if found != 0:
        return found, kind, kind_at
    if strong and kind_at >= 4 and (chars[kind_at] == _FEN or chars[kind_at] == _ZHI):
        # 中国虚信江西分公司: the parent's form is left out; the place before the kind belongs to the branch
        stop = kind_at
        while stop > 3 and (lexicon.numerals[chars[stop - 1]] >= 0 or chars[stop - 1] == _DI):
            stop -= 1
        for q in range(2, stop - 1):
            end, code, _other, _kind = division(chars, q, stop, lexicon, 0, SHORT, stop)
            if code != 0 and end == stop:
                return q, kind, kind_at
        return stop, kind, kind_at
    return n, 0, n


@kernel
def _is_marked(chars: Chars, at: int, limit: int) -> bool:
    """Whether what stands here makes the numeral before it an ordinal: 厂, 号, 分公司, 门市部 …"""
    if at >= limit:
        return False
    char = chars[at]
    after = chars[at + 1] if at + 1 < limit else np.uint16(0)
    if char in _MARKS:
        return True
    if char == _STATION:
        return after not in (_SHI, _FU)
    if char == _FEN:
        return after in _AFTER_FEN
    return (
        (char == _GONG and after == _SI)
        or (char == _MEN and after == _CITY)
        or (char == _CHE and after == _JIAN)
        or (char == _YING and after == _YE)
        or (char == _XIANG and after == _MU)
        or (char == _WORK and after == _CHENG)
        or (char == _SHANG and after in (_DIAN, _CHANG))
    )


@kernel
def _is_soft(chars: Chars, at: int, limit: int) -> bool:
    """Whether what stands here makes the numeral before it part of a brand that is told apart by it: 八冶, 三建."""
    if at >= limit:
        return False
    return chars[at] in _SOFT


@kernel
def _value(chars: Chars, begin: int, end: int, lexicon: Lexicon) -> int:
    """A numeral's value: 十一 and 11 are eleven, 一三一 and 一百三十一 one hundred and thirty-one."""
    total, current, fresh = 0, 0, True
    for i in range(begin, end):
        value = int(lexicon.numerals[chars[i]])
        if chars[i] == _ZERO and i > begin and chars[i - 1] < 128:
            # 第100零2
            total, current, fresh = total + current, 0, True
        elif value < 10:
            current = value if fresh else current * 10 + value
            fresh = False
        else:
            total += (1 if fresh else current) * value
            current, fresh = 0, True
        current, total = current % _LARGEST, total % _LARGEST
    return total + current


@kernel
def ordinals(
    chars: Chars,
    begin: int,
    end: int,
    limit: int,
    lexicon: Lexicon,
    labels: npt.NDArray[np.uint8],
    at_kind: int,
) -> int:
    """Label the ordinals between two places as NUMBER and hash their values in order; 0 for none.

    Args:
        limit: how far a mark that follows may be looked for.
        at_kind: where the branch kind begins, right before which every numeral counts; 0 in a head.
    """
    hashed = 0
    i = begin
    while i < end:
        first = i + 1 if chars[i] == _DI else i
        j, arabic = first, False
        while j < end and lexicon.numerals[chars[j]] >= 0:
            if chars[j] == _ZERO and j + 1 < limit and chars[j + 1] in _AFTER_ZERO:
                break
            arabic = arabic or chars[j] < 128
            j += 1
        plain = labels[i] == OTHER or labels[i] == BRAND or labels[i] == BRANCH_LABEL
        if j == first or not (plain or ((first > i or arabic) and labels[i] == INDUSTRY)):
            i = max(j, i + 1)
            continue
        counts, marked = first > i, first > i
        if not counts:
            marked = at_kind != 0 and (arabic or j == at_kind)
            follows = _is_marked(chars, j, limit)
            # right at the start of the brand a numeral may be the brand (壹号食品): it counts and keeps its label
            marked = marked or (follows and (at_kind != 0 or i > begin or j == end))
            counts = marked or follows or j - first >= 3 or _is_soft(chars, j, end)
            if not arabic and (lexicon.numerals[chars[first]] < 1 or lexicon.numerals[chars[first]] > 10):
                counts, marked = False, False
        if counts:
            hashed = max((hashed * 1_000_003 + _value(chars, first, j, lexicon) + 7) % _MODULUS, 1)
            if marked:
                for k in range(i, j):
                    labels[k] = NUMBER
        i = j
    return hashed
