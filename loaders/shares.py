"""Shares as files write them: `60`, `60%`, `0.6`, `25-50`, `超过50%`, `25%以上50%以下`; never rounded."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from graph.text import is_empty
from loaders.values import percents

SCALE: Final = 10**12
"""A stated number is kept as so many times itself, rounded down and up where it has more decimals."""

STEP: Final = 100
"""What `more than` adds: the least that can be told apart."""

_NUMBER = r"(\d{1,3}(?:\.\d{1,40})?|\.\d{1,40})(%)?"
_PLAIN = re.compile(_NUMBER)
_RANGE = re.compile(rf"{_NUMBER}(?:[-~–—−至到]|--|TO|-TO-){_NUMBER}")
_ABOVE = re.compile(rf"(?:(>=|≥|不低于|不少于|至少)|(>|大于|超过|多于|高于)){_NUMBER}")
_BELOW = re.compile(rf"(?:(<=|≤|不高于|不超过|至多)|(<|小于|低于|不足|少于)){_NUMBER}")
_FROM = re.compile(rf"{_NUMBER}(?:\(含\))?(?:及|或)?以上(?:\(含\))?(.*)")
_UPTO = re.compile(rf"{_NUMBER}(?:\(含\))?(?:及|或)?以下(?:\(含\))?")


class Stated(NamedTuple):
    """A share as stated: the least and the most, times `SCALE`, in percent or in parts of one."""

    least: int
    most: int
    signed: bool
    """Whether a percent sign stands there: then it is percent whatever other cells say."""
    open: bool = False
    """The most is all there is: `more than a half`."""


@lru_cache(maxsize=1 << 16)
def stated(text: str) -> Stated | None:
    """Read one cell; None where it says nothing. 以上 and 以下 include the number, 超过 and 不足 don't (SPEC 3).

    Raises:
        ValueError: not a share, above 100, or a range upside down.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'").strip()
    plain = percents(re.sub(r"-?PERCENT", "%", re.sub(r"\s+", "", plain).upper()))
    if plain.strip("0.%") and is_empty(plain):
        return None
    if not plain:
        return None
    if found := _PLAIN.fullmatch(plain):
        low, high = _scaled(found[1])
        return _checked(low, high, bool(found[2]))
    if found := _RANGE.fullmatch(plain):
        return _checked(_scaled(found[1])[0], _scaled(found[3])[1], bool(found[2] or found[4]))
    if found := _ABOVE.fullmatch(plain):
        low = _scaled(found[3])[0] + (STEP if found[2] else 0)
        return _checked(low, 100 * SCALE, bool(found[4]), open=True)
    if found := _BELOW.fullmatch(plain):
        return _checked(0, _scaled(found[3])[1] - (STEP if found[2] else 0), bool(found[4]))
    if found := _FROM.fullmatch(plain):
        low, rest = _scaled(found[1])[0], found[3].lstrip(",、")
        if not rest:
            return _checked(low, 100 * SCALE, bool(found[2]), open=True)
        other = stated(rest)
        if other is not None and other.least == 0 and not other.open:
            return _checked(low, other.most, bool(found[2]) or other.signed)
    if found := _UPTO.fullmatch(plain):
        return _checked(0, _scaled(found[1])[1], bool(found[2]))
    raise ValueError("share")


def units(value: Stated, *, parts: bool) -> tuple[int, int]:
    """The share in ten-thousand-millionths of a percent, rounded down and up.

    Args:
        value: as stated.
        parts: whether numbers without a percent sign are parts of one.

    Raises:
        ValueError: more than all there is.
    """
    factor = 100 if parts and not value.signed else 1
    most = 100 * SCALE if value.open else value.most * factor
    if most > 100 * SCALE:
        raise ValueError("share")
    return value.least * factor // 100, -(-most // 100)


def _scaled(number: str) -> tuple[int, int]:
    exact = Decimal(number) * SCALE
    low = int(exact)
    return low, low + (exact != low)


def _checked(least: int, most: int, signed: bool, *, open: bool = False) -> Stated:
    if not 0 <= least <= most <= 100 * SCALE:
        raise ValueError("share")
    return Stated(least, most, signed, open)
