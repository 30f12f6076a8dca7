"""The quality of name matching is a committed file: a figure that falls by more than chance allows fails here.

Measured on generated names with seeds that nothing was fitted on; `names.json` holds the figures in full size, this
test measures the first part of the same samples. After a change that is meant to be better:
`python benchmarks/namelab/quality.py --write`, and the difference of the file says what changed.
"""

from __future__ import annotations

from typing import Any

import pytest
from namelab import quality

MOST_FALL = 0.3
"""So much of the recall of a kind of variants may hang on having seen that very kind."""
ALONE = {"form_abbr": 0.7, "word_order": 0.7, "industry_synonym": 0.5}
"""Kinds that are like no other kind: a cut-off legal form, words in another order, another word for the trade."""
MOST_RISE = 0.1
"""So many more of the different names that look most like a kind may be called the same when it was not seen."""
WRITING = {
    "width",
    "punct_space",
    "bracket_style",
    "traditional",
    "variant_char",
    "noise",
    "numeral",
    "former_name",
}
"""Kinds that only write a name otherwise: they have to be strong, whatever is committed."""


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    return quality.load()


def test_pairs_by_kind_are_as_good_as_committed(committed: dict[str, Any]) -> None:
    now = quality.pair_figures(quality.SMALL)
    assert quality.pair_drops(committed["pairs"], now) == []
    assert now["block"] == 0, "a name alone never blocks"


def test_other_writing_is_strong(committed: dict[str, Any]) -> None:
    kinds = committed["pairs"]["positive"]
    assert {kind: kinds[kind]["tier"] for kind in WRITING} == dict.fromkeys(WRITING, "strong")


@pytest.mark.slow
def test_list_of_50_000_is_as_good_as_committed(committed: dict[str, Any]) -> None:
    assert quality.list_drops(committed["list"], quality.list_figures(quality.SMALL)) == []


@pytest.mark.slow
def test_a_kind_that_was_never_seen_is_not_lost(committed: dict[str, Any]) -> None:
    now = quality.left_out_figures(quality.SMALL)
    assert quality.left_out_drops(committed["left_out"], now) == []
    variants = {kind: one for kind, one in now.items() if one["same"]}
    fallen = {k: v for k, v in variants.items() if v["unseen"] < v["seen"] - ALONE.get(k, MOST_FALL)}
    risen = {
        k: v for k, v in variants.items() if v.get("opposite", 1.0) < v.get("opposite_seen", 1.0) - MOST_RISE
    }
    assert (fallen, risen) == ({}, {})


@pytest.mark.parametrize(
    ("share", "of", "committed_of"), [(0.95, 500, 2000), (1.0, 500, 2000), (0.5, 100, 100), (0.0, 300, 300)]
)
def test_what_chance_allows(share: float, of: int, committed_of: int) -> None:
    allowed = quality.allowance(share, of, committed_of)
    assert 0.002 < allowed < 0.25
    assert quality.worse("x", share, share, of, committed_of) == []
    assert quality.worse("x", share, share - allowed / 2, of, committed_of) == []
    assert quality.worse("x", share, share - allowed * 1.01, of, committed_of) != []
    assert quality.allowance(share, of * 100, committed_of * 100) < allowed


def test_a_drop_is_named_and_so_is_a_kind_that_went(committed: dict[str, Any]) -> None:
    old = committed["pairs"]
    kind = next(iter(old["positive"]))
    dropped = {
        **old,
        "positive": {
            **old["positive"],
            kind: {**old["positive"][kind], "right": old["positive"][kind]["right"] / 2},
        },
    }
    assert [line.split(":")[0] for line in quality.pair_drops(old, dropped)] == [f"positive kind {kind}"]
    gone = {**old, "positive": {k: v for k, v in old["positive"].items() if k != kind}}
    assert quality.pair_drops(old, gone) == [f"positive kind {kind}: only in the file"]
    assert quality.pair_drops(old, old) == []
