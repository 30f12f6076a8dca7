"""Hashes of what a name is found by, in 42 bits, so that every product stays a positive 64-bit number.

An index keeps as many leading bits as fit beside an entry's number in 63 bits, which sort fast as they are.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.compiled.jit import kernel

long: Final[Any] = np.int64
"""For unsigned items of arrays in arithmetic: compiled code would otherwise go over to floats."""
BITS: Final = 42
_MASK: Final = (1 << BITS) - 1
_STEP: Final = 1_403_477
"""An odd number below 2^21, without structure in binary; so are the two others."""
_FIRST: Final = 1_912_453
_SECOND: Final = 1_740_109


@kernel
def begin(salt: int) -> int:
    """The state before the first character of a hash of one kind."""
    return (salt * 0x9E3779B1) & _MASK


@kernel
def step(state: int, value: int) -> int:
    """The state after one more character or number below 2^42."""
    state = ((state ^ value) * _STEP) & _MASK
    return state ^ (state >> 23)


@kernel
def finish(state: int) -> int:
    """The hash: every bit depends on every character."""
    state ^= state >> 21
    state = (state * _FIRST) & _MASK
    state ^= state >> 17
    state = (state * _SECOND) & _MASK
    return state ^ (state >> 20)


@kernel
def entry_bits(entries: int) -> int:
    """Bits that number this many entries."""
    bits = 1
    while (1 << bits) < entries:
        bits += 1
    return bits


@kernel
def kept_bits(entries: int) -> int:
    """Leading bits of a hash that fit beside an entry's number."""
    return min(BITS, 63 - entry_bits(entries))


@kernel
def refined(kept: int, place: int) -> int:
    """The hash of a key together with a place (the first four digits of a division's code), in full length."""
    return finish(step(step(begin(20), kept), place))
