"""Names as arrays of 16-bit characters, which compiled functions read.

A character beyond the basic plane becomes one of 2,048 surrogate values: rare enough that two of them never meet by
chance in a candidate pair, and what is shown to people comes from the text.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def encode(text: str) -> Chars:
    """One comparison form (`graph.text.org_key`) as characters; what lies beyond MAX_NAME is not read."""
    text = text[:MAX_NAME]
    if text and max(text) > "\uffff":
        text = _narrow(text)
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")


def encode_many(texts: Sequence[str]) -> tuple[Chars, npt.NDArray[np.int64]]:
    """Many comparison forms end to end, and where each begins (one more than there are names)."""
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=offsets[1:])
    joined = "".join(texts)
    if len(texts) and int(np.diff(offsets).max(initial=0)) > MAX_NAME:
        return encode_many([text[:MAX_NAME] for text in texts])
    if joined and max(joined) > "\uffff":
        joined = _narrow(joined)
    return np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), dtype="<u2"), offsets


def decode(chars: Chars) -> str:
    """The characters as text; those beyond the basic plane come out as U+FFFD."""
    text = np.ascontiguousarray(chars, dtype="<u2").tobytes().decode("utf-16-le", "surrogatepass")
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
