"""Names as arrays of 16-bit characters, which compiled functions read.

A character beyond the basic plane becomes one of 2,048 surrogate values: rare enough that two of them never meet by
chance in a candidate pair, and what is shown to people comes from the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.names.layout import MAX_NAME

Chars = npt.NDArray[np.uint16]
Ints = npt.NDArray[np.int32]
Labels = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[Any]


def _narrow(text: str) -> str:
    return "".join(c if c <= "\uffff" else chr(0xD800 + ord(c) % 2048) for c in text)


def _pairs(text: str) -> bytes:
    """Two bytes a character."""
    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) != 2 * len(text):  # characters beyond the basic plane take four
        data = _narrow(text).encode("utf-16-le", "surrogatepass")
    return data


def encode(text: str) -> Chars:
    """One comparison form (`graph.text.org_key`) as characters; what lies beyond MAX_NAME is not read."""
    return np.frombuffer(_pairs(text[:MAX_NAME]), dtype="<u2")


def encode_many(texts: Sequence[str]) -> tuple[Chars, npt.NDArray[np.int64]]:
    """Many comparison forms end to end, and where each begins (one more than there are names)."""
    lengths = list(map(len, texts))
    if lengths and max(lengths) > MAX_NAME:
        return encode_many([text[:MAX_NAME] for text in texts])
    offsets = np.fromiter(accumulate(lengths, initial=0), dtype=np.int64, count=len(texts) + 1)
    return np.frombuffer(_pairs("".join(texts)), dtype="<u2"), offsets


def decode(chars: Chars) -> str:
    """The characters as text; those beyond the basic plane come out as U+FFFD."""
    text = np.ascontiguousarray(chars, dtype="<u2").tobytes().decode("utf-16-le", "surrogatepass")
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
