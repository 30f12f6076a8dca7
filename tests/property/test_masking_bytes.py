"""Masking an answer as bytes gives what masking it as a document gives."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from api.masking import BETWEEN, mask_json, mask_value
from graph.identifiers import in_text

DIGITS = st.text("0123456789", min_size=12, max_size=22)
PIECES = st.one_of(
    st.sampled_from(
        ["11010519491231002X", "329901 19900101 1234", "32990119900101123", "91329901MAGLD00148", "a" * 10 + "0" * 54,
         "１１０１０５１９４９１２３１００２X", "329901－19750228　1237", "329901", "19750228", "1237",
         "330185·750228·123", "-", " ", "　", "—", "\t", "\u200b", "、", "年",
         '"', "\\", ":", "\n", "（", "：", "320101-1990-0101-1234"]
    ),
    DIGITS,
    st.text(max_size=4),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=4).map("".join)
DOCUMENTS = st.recursive(
    TEXTS | st.integers(-(10**18), 10**18) | st.none() | st.booleans(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXTS, inside, max_size=4),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_bytes_are_masked_as_the_document_is(document: Any) -> None:
    data = msgspec.json.encode(document, order="sorted")
    assert mask_json(data) == msgspec.json.encode(mask_value(document), order="sorted")


def test_whatever_stands_between_groups_is_known_as_bytes_too() -> None:
    between = [chr(one) for one in range(0x10000) if re.fullmatch(f"[{in_text.SEPARATORS}]", chr(one))]
    assert len(between) > 40
    for one in between:
        assert not set(msgspec.json.encode(one)[1:-1]) - set(BETWEEN) - set(range(0x90, 0x9A)), hex(ord(one))
