"""What counts as a change of a case's text: numbers behind one mask are different words, untouched forms are none."""

from __future__ import annotations

import pytest

from api.web.views.case_shapes import as_shown, same_words

ONE, OTHER = "329901197502281234", "329901198502281234"
KEPT = f"询问了{ONE}\r\n并核对 \u202e材料\n"


def test_an_untouched_form_changes_nothing() -> None:
    assert same_words(as_shown(KEPT), KEPT)
    assert same_words(as_shown(KEPT).replace("\n", "  \r\n"), KEPT)
    assert same_words(KEPT, KEPT)


def test_numbers_with_the_same_mask_are_different_words() -> None:
    assert as_shown(ONE) == as_shown(OTHER) != ONE
    assert not same_words(KEPT.replace(ONE, OTHER), KEPT)


@pytest.mark.parametrize("typed", ["", "询问了", as_shown(KEPT) + "。"])
def test_what_was_typed_is_a_change(typed: str) -> None:
    assert not same_words(typed, KEPT)
