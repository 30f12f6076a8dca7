"""Credit codes told apart by the chunk: the same verdict as reading them one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from match_files import uscc

from graph.identifiers import parse_organization
from matching.bulk.codes import code_key, plain_codes

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ"


def slipped(number: int, place: int, sign: str) -> str:
    code = uscc(number)
    return code[:place] + sign + code[place + 1 :]


CELLS = st.one_of(
    st.integers(0, 999_999).map(uscc),
    st.builds(slipped, st.integers(0, 999_999), st.integers(0, 17), st.sampled_from(ALPHABET)),
    st.text(ALPHABET, min_size=17, max_size=19),
    st.integers(0, 999_999).map(lambda n: uscc(n).lower()),
    st.sampled_from(
        ["", "无", "1" * 18, "000000000000000000", "012345678901234567", "９" * 18, "９１320899MB0000018"]
    ),
)


@given(st.lists(CELLS, max_size=20))
def test_every_plain_code_is_valid_and_keys_are_those_of_the_texts(cells: list[str]) -> None:
    places, whole, inner = plain_codes(cells)
    found = dict(zip(places.tolist(), zip(whole.tolist(), inner.tolist(), strict=True), strict=True))
    for place, cell in enumerate(cells):
        parsed = parse_organization(cell)
        valid = parsed.scheme == "uscc" and parsed.state == "valid" and parsed.value == cell
        if place in found:
            assert valid
            assert found[place] == (code_key(cell), code_key(cell[8:17]))
        elif valid:
            assert cell.endswith("000"), (
                "a valid code is left to be read one by one only where Excel may have cut it"
            )


def test_keys_of_a_hundred_thousand_codes_differ() -> None:
    cells = [uscc(number) for number in range(100_000)]
    places, whole, inner = plain_codes(cells)
    assert len(places) >= 99_000
    assert len(np.unique(np.concatenate([whole, inner]))) == 2 * len(places)


def test_a_mistyped_sign_makes_another_key() -> None:
    codes = {slipped(7, place, sign) for place in range(2, 18) for sign in ALPHABET}
    assert len({code_key(code) for code in codes}) == len(codes)
    assert code_key("") != code_key("0")
    assert code_key("320981*******12") != code_key("320981*******13")
