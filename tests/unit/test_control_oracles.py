"""Ownership and control against ten worked examples: control is a fixpoint, the economic share a sum of paths."""

from __future__ import annotations

import pytest
from holdings_text import held

from graph.control import WHOLE, Controls, Economics, control

CASES = {
    "chain": "P 51 A, A 51 B, B 51 C",
    "adding up": "P 60 A, P 55 B, A 30 C, B 25 C, X 45 C",
    "exactly half": "P 50 A, Q 50 A, A 80 B",
    "holding each other": "P 60 A, B 30 A, R 10 A, A 70 B, Q 30 B",
    "share without control": "P 90 A, A 40 B, B 90 C, Z 60 B",
    "self-held votes": "P 30 A, R 20 A, B 50 A, A 60 B, Q 40 B",
    "concert": "P1 20 C, P2 18 C, P3 15 C, M 47 C",
    "four rounds": "P 51 A, P 20 B, A 31 B, A 26 C, B 25 C, C 49 D, P 2 D",
    "one behind two": "P 80 H1, H1 55 Bid1, P 70 H2, H2 51 Bid2, Y 30 H2",
    "owner of a quarter": "P 60 A, A 40 C, P 10 B, B 20 C, P 1 C",
}


def controlled(found: Controls, names: dict[str, int], owner: str) -> set[str]:
    back = {number: name for name, number in names.items()}
    return {back[c.owned] for c in found.of(names[owner]) if c.answer == "yes" and c.owner == (names[owner],)}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("chain", {"P": "A B C"}),
        ("adding up", {"P": "A B C", "X": ""}),
        ("exactly half", {"P": "", "Q": "", "A": "B"}),
        ("holding each other", {"P": "A B", "Q": "", "R": "", "B": ""}),
        ("share without control", {"P": "A", "Z": "B C"}),
        ("self-held votes", {"P": "", "R": "", "Q": ""}),
        ("concert", {"P1": "", "P2": "", "P3": "", "M": ""}),
        ("four rounds", {"P": "A B C D"}),
        ("one behind two", {"P": "H1 H2 Bid1 Bid2", "Y": ""}),
        ("owner of a quarter", {"P": "A"}),
    ],
)
def test_control(case: str, expected: dict[str, str]) -> None:
    holdings, names = held(CASES[case])
    found = control(holdings)
    for owner, companies in expected.items():
        assert controlled(found, names, owner) == set(companies.split()), owner


@pytest.mark.parametrize(
    ("case", "owner", "company", "share"),
    [
        ("chain", "P", "C", 0.132651),
        ("adding up", "P", "C", 0.3175),
        ("exactly half", "P", "B", 0.40),
        ("holding each other", "P", "A", 0.759494),
        ("holding each other", "P", "B", 0.531646),
        ("holding each other", "Q", "A", 0.113924),
        ("holding each other", "Q", "B", 0.379747),
        ("holding each other", "R", "A", 0.126582),
        ("share without control", "P", "C", 0.324),
        ("self-held votes", "P", "A", 0.428571),
        ("self-held votes", "P", "B", 0.257143),
        ("one behind two", "P", "Bid1", 0.44),
        ("one behind two", "P", "Bid2", 0.357),
        ("owner of a quarter", "P", "C", 0.27),
    ],
)
def test_economic_share(case: str, owner: str, company: str, share: float) -> None:
    holdings, names = held(CASES[case])
    found = Economics.of(holdings).share(names[owner], names[company])
    assert found.least == pytest.approx(share, abs=5e-7)
    assert found.most == found.least


def test_four_rounds_economic_share_by_hand() -> None:
    holdings, names = held(CASES["four rounds"])
    b = 0.20 + 0.51 * 0.31
    c = 0.51 * 0.26 + b * 0.25
    found = Economics.of(holdings).share(names["P"], names["D"])
    assert found.least == pytest.approx(0.02 + 0.49 * c, abs=1e-12)


def test_votes_are_those_of_all_that_is_controlled() -> None:
    holdings, names = held(CASES["adding up"])
    found = control(holdings).answer(names["P"], names["C"])
    assert found is not None
    assert (found.votes_lo, found.by_sum, found.sure) == (WHOLE * 55 // 100, True, False)


def test_only_the_concert_controls() -> None:
    holdings, names = held(CASES["concert"])
    group = tuple(names[p] for p in ("P1", "P2", "P3"))
    found = [c for c in control(holdings, groups=[group]) if c.answer == "yes"]
    assert [(c.owner, c.owned, c.votes_lo) for c in found] == [(group, names["C"], WHOLE * 53 // 100)]


def test_self_held_votes_are_said() -> None:
    holdings, names = held(CASES["self-held votes"])
    found = control(holdings)
    said = {c.owned for c in found.of(names["P"]) if c.without_self_held and c.answer == "no"}
    assert said == {names["A"], names["B"]}
    assert not any(c.without_self_held for c in found.of(names["Q"]))
