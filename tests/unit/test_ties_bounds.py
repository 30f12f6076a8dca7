"""Relations that are wrong, circular or endless: a decision about bidders ends, says what it cut, repeats itself."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from owners import decide, edge, held, org, person

from graph.relations import RelationType
from matching.decision import Decision


def codes(decision: Decision) -> set[str]:
    return {finding.code for pair in decision.pairs for finding in pair.reasons}


def not_read(decision: Decision) -> list[str]:
    return [gap.what for gap in decision.not_assessed if gap.code == "RELATIONS"]


def test_a_long_chain_ends_and_says_so(tmp_path: Path) -> None:
    links = [(n + 1, n, "60") for n in range(2, 3_000)]
    decision, seconds = decide(tmp_path, held([*links, (2, 0, "60"), (2, 1, "60")]), (0, 1))
    assert "B06" in codes(decision)
    assert "relation:HOLDS" in not_read(decision)
    assert seconds < 5


def test_who_stands_above_the_centre_of_a_star_is_found(tmp_path: Path) -> None:
    star = [(9_999, n, "60") for n in range(1, 6_000)]
    decision, seconds = decide(tmp_path, held([*star, (9_998, 9_999, "70"), (9_998, 0, "70")]), (0, 1))
    assert codes(decision) == {"B06", "R09"}
    assert not not_read(decision)
    assert seconds < 5


def test_a_company_of_thousands_of_owners_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    star = [(n, 0, "0.01") for n in range(2, 5_400)]
    decision, seconds = decide(tmp_path, held([*star, (9_999, 0, "30"), (9_999, 1, "30")]), (0, 1))
    assert "relation:HOLDS" in not_read(decision)
    assert not codes(decision)
    assert seconds < 5


def test_everybody_owns_everybody(tmp_path: Path) -> None:
    ring = [(a, b, "9") for a, b in itertools.permutations(range(12), 2)]
    decision, seconds = decide(tmp_path, held(ring), (0, 1, 2))
    assert decision.verdict.value != "BLOCK"
    assert seconds < 5


@pytest.mark.parametrize("share", ["60", "100"])
def test_two_companies_that_own_each_other(tmp_path: Path, share: str) -> None:
    decision, _ = decide(tmp_path, held([(0, 1, share), (1, 0, share), (0, 0, "10")]), (0, 1))
    assert "B02" in codes(decision)
    assert decision.verdict.value in ("BLOCK", "REVIEW")


def test_many_that_share_one_head_are_paired_each_with_the_next(tmp_path: Path) -> None:
    relations = [edge(RelationType.LEGAL_REP_OF, person(1), org(n)) for n in range(60)]
    decision, seconds = decide(tmp_path, relations, tuple(range(60)))
    assert len(decision.pairs) == 59
    assert all(bidder.verdict.value == "BLOCK" for bidder in decision.bidders)
    assert seconds < 5
