"""Numbers of persons as three machine words each: thousands of namesakes are compared in microseconds.

Eighteen characters, padded to 24 bytes. A visible digit is its ASCII byte, the check digit X is the byte
after `9`; both have bit 4 set and differ in the low four bits only. A hidden position is zero: it
contradicts nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from graph.model import Id

Words = tuple[int, int, int]
NO_ID: Words = (0, 0, 0)
_LOW = 0x0F0F0F0F0F0F0F0F
_BIT = 0x1010101010101010
_TABLE = bytes(
    (0x3A if chr(byte) in "Xx" else byte if chr(byte) in "0123456789" else 0) for byte in range(256)
)
_THREE = struct.Struct("<QQQ")
_USABLE = frozenset({"valid", "checksum", "masked"})
_SCHEMES = frozenset({"citizen_id", "residence_permit"})
"""One numbering (GB 11643): two numbers of it that differ are two persons. Others prove nothing."""


def pack(id18: str) -> Words:
    """The words of a number or mask of 18 characters; anything else hides all and excludes nobody."""
    if len(id18) != 18 or not id18.isascii():
        return NO_ID
    return _THREE.unpack(id18.encode().translate(_TABLE).ljust(24, b"\0"))


def id18(ids: Iterable[Id]) -> str:
    """The citizen or residence number by which a person's records are told apart: 18 characters, `*` hidden.

    Empty when there is none of that length, and when several disagree: then no position can exclude anyone.
    """
    found = {
        one.value for one in ids if one.scheme in _SCHEMES and len(one.value) == 18 and one.state in _USABLE
    }
    return found.pop() if len(found) == 1 else ""


def contradicts(left: Words, right: Words) -> bool:
    """Whether two numbers differ at a position that both show."""
    return any((((a ^ b) & _LOW) + _LOW) & a & b & _BIT for a, b in zip(left, right, strict=True))


def compatible(words: npt.NDArray[np.uint64], asked: Words) -> npt.NDArray[np.bool_]:
    """For numbers as columns (3, n): which do not contradict `asked`."""
    low = np.uint64(_LOW)
    conflict: npt.NDArray[np.uint64] | None = None
    for column, word in zip(words, asked, strict=True):
        visible = word & _BIT
        if not visible:
            continue
        part = np.bitwise_xor(column, np.uint64(word))
        np.bitwise_and(part, low, out=part)
        np.add(part, low, out=part)
        np.bitwise_and(part, column, out=part)
        np.bitwise_and(part, np.uint64(visible), out=part)
        conflict = part if conflict is None else np.bitwise_or(conflict, part, out=conflict)
    if conflict is None:
        return np.ones(words.shape[1], dtype=np.bool_)
    return np.equal(conflict, 0)
