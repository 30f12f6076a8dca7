"""Valid credit codes told from all others, a chunk at a time; the check of SPEC 5.1 as one matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_LENGTH: Final = 18
_INNER: Final = slice(8, 17)
"""The organisation code inside."""
_SAME: Final = 16
"""So many equal characters are a filler, as are characters counted up or down: those are read one by one."""


@cache
def _values() -> Array:
    table = np.full(256, -1, np.int64)
    for value, character in enumerate(_ALPHABET):
        table[ord(character)] = value
    return table


@cache
def _multipliers(count: int) -> Array:
    """Fixed odd numbers of 64 bits (splitmix64), one a position."""
    made, state = [], 0
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % 2**64
        made.append((mixed ^ (mixed >> 31)) | 1)
    return np.array(made, np.uint64)


def plain_codes(cells: Sequence[str]) -> tuple[Array, Array, Array]:
    """Which cells hold exactly one valid credit code as it is written on a licence.

    Returns:
        Positions of those cells, a key of each code, and a key of the organisation code inside.
    """
    places = np.array(
        [i for i, cell in enumerate(cells) if len(cell) == _LENGTH and cell.isascii()], np.int64
    )
    if not len(places):
        return places, np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    joined = "".join([cells[place] for place in places.tolist()]).encode()
    signs = np.frombuffer(joined, np.uint8).reshape(-1, _LENGTH)
    values = _values()[signs]
    sums = values[:, :17] @ np.array(_WEIGHTS, np.int64)
    good = (values >= 0).all(axis=1) & ((31 - sums % 31) % 31 == values[:, 17])
    same = (signs == signs[:, 1:2]).sum(axis=1)
    steps = np.diff(values, axis=1) % 10
    counted = (steps == steps[:, :1]).all(axis=1)
    zeros = (signs[:, 15:] == ord("0")).all(axis=1)
    good &= (same < _SAME) & ~counted & ~zeros
    return places[good], _mixed(values[good]), _mixed(values[good][:, _INNER])


def _mixed(values: Array) -> Array:
    """A key by the values of the characters; different for another number of characters."""
    width = values.shape[1]
    key: Array = ((values + 1).astype(np.uint64) * _multipliers(width)).sum(axis=1, dtype=np.uint64)
    return key ^ np.uint64(width)


def code_key(value: str) -> int:
    """The same key of one code; of a code of another alphabet a key by its text."""
    from graph import keys

    values = _values()[np.frombuffer(value.encode("ascii", "replace"), np.uint8)].reshape(1, -1)
    if not values.size or (values < 0).any():
        return keys.identifier("code", value)
    return int(_mixed(values)[0])
