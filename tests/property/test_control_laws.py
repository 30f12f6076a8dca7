"""Control and economic shares on random holdings, circles included, against the plainest possible answers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.control import PERCENT, UNKNOWN, WHOLE, Controls, Economics, Holdings, control, exact_share
from graph.control.bulk import pieces
from graph.control.engine import Engine

SIZE = 9
Row = tuple[int, int, int, int, int]
"""Owner, owned, share at least, share at most, votes (-1: as the share), in whole percent."""


@st.composite
def rows(draw: st.DrawFn, *, ranges: bool = True, votes: bool = True) -> list[Row]:
    found = []
    for _ in range(draw(st.integers(0, 16))):
        owner, owned = draw(st.integers(0, SIZE - 1)), draw(st.integers(0, SIZE - 1))
        low = draw(st.sampled_from([1, 5, 10, 20, 25, 30, 40, 49, 50, 51, 60, 100]))
        high = min(100, low + draw(st.sampled_from([0, 0, 0, 10, 30]))) if ranges else low
        found.append((owner, owned, low, high, draw(st.sampled_from([-1, -1, 0, 30, 60])) if votes else -1))
    return found


def made(listed: list[Row]) -> Holdings:
    columns = [list(column) for column in zip(*listed, strict=True)] if listed else [[], [], [], [], []]
    low, high = ([s * PERCENT for s in column] for column in columns[2:4])
    votes = [v * PERCENT if v >= 0 else UNKNOWN for v in columns[4]]
    return Holdings.of(columns[0], columns[1], low, high, votes, nodes=SIZE)


def summed(listed: list[Row]) -> tuple[dict[tuple[int, int], list[int]], set[int]]:
    """Votes of each pair at least and at most, and the companies with more than 100.5 %."""
    pairs: dict[tuple[int, int], list[int]] = {}
    shares: dict[int, int] = dict.fromkeys(range(SIZE), 0)
    for owner, owned, low, high, votes in listed:
        pair = pairs.setdefault((owner, owned), [0, 0])
        pair[0] += low if votes < 0 else votes
        pair[1] += high if votes < 0 else votes
        shares[owned] += low
    totals = {n: sum(v[0] for (_, d), v in pairs.items() if d == n) for n in range(SIZE)}
    return pairs, {n for n in range(SIZE) if shares[n] > 100 or totals[n] > 100}


def fixpoint(listed: list[Row], seed: int) -> dict[int, str]:
    """Who is controlled, by adding whoever is over half until nobody is: three times, each wider."""
    pairs, doubtful = summed(listed)
    mine: set[int] = {seed}
    said: dict[int, str] = {}
    for answer, side, enough in (("yes", 0, 51), ("possibly", 1, 51), ("half", 1, 50)):
        while True:
            new = {
                company
                for company in set(range(SIZE)) - mine
                if sum(v[side] for (o, d), v in pairs.items() if d == company and o in mine) >= enough
                and not (answer == "yes" and company in doubtful)
            }
            if not new:
                break
            mine |= new
            said |= dict.fromkeys(new, answer)
    return said


def answers(found: Controls, seed: int) -> dict[int, str]:
    return {c.owned: "half" if c.half else c.answer for c in found.of(seed) if c.half or c.answer != "no"}


@settings(max_examples=300, deadline=None)
@given(rows())
def test_the_walk_is_the_least_fixpoint(listed: list[Row]) -> None:
    found = control(made(listed))
    for seed in range(SIZE):
        assert answers(found, seed) == fixpoint(listed, seed)


@settings(max_examples=150, deadline=None)
@given(rows(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(listed: list[Row], random: object) -> None:
    other = list(listed)
    random.shuffle(other)  # type: ignore[attr-defined]
    key = [(c.owner, c.owned, c.answer, c.by_sum, c.half, c.votes_lo, c.basis) for c in control(made(listed))]
    again = [
        (c.owner, c.owned, c.answer, c.by_sum, c.half, c.votes_lo, c.basis) for c in control(made(other))
    ]
    assert sorted(key) == sorted(again)


@settings(max_examples=150, deadline=None)
@given(rows(votes=False), st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
def test_more_holdings_never_take_control_away(listed: list[Row], seed: int, company: int) -> None:
    _, doubtful = summed([*listed, (seed, company, 40, 40, -1)])
    if doubtful:
        return
    before = {n for n, said in answers(control(made(listed)), seed).items() if said == "yes"}
    after = answers(control(made([*listed, (seed, company, 40, 40, -1)])), seed)
    assert all(after.get(n) == "yes" for n in before)


@settings(max_examples=200, deadline=None)
@given(rows())
def test_a_proof_proves(listed: list[Row]) -> None:
    """From the seed on, every company of a proof is over half by the steps into it from what came before."""
    found = control(made(listed))
    for answer in found:
        if answer.answer == "no" or answer.basis != "both":
            continue
        steps = found.proof(answer)
        assert steps
        proven, sure = {answer.owner[0]}, answer.answer == "yes"
        for company in dict.fromkeys(step.owned for step in steps):
            into = [s for s in steps if s.owned == company]
            assert {s.owner for s in into} <= proven
            assert 2 * sum(s.vote_lo if sure else s.vote_hi for s in into) > WHOLE
            proven.add(company)
        assert answer.owned in proven


@settings(max_examples=200, deadline=None)
@given(rows(votes=False))
def test_economic_shares_are_the_dense_solution(listed: list[Row]) -> None:
    """Y = (I-A)^-1 A with row i divided by ((I-A)^-1)_ii, where the shares leave a solution."""
    _, doubtful = summed(listed)
    if doubtful:
        return
    holdings = made(listed)
    for side, pick in ((2, "least"), (3, "most")):
        matrix = np.zeros((SIZE, SIZE))
        for row in listed:
            matrix[row[0], row[1]] += row[side] / 100
        if max(abs(np.linalg.eigvals(matrix))) > 0.999:
            continue
        solved = np.linalg.inv(np.eye(SIZE) - matrix)
        economics = Economics.of(holdings)
        for owner in range(SIZE):
            got = {e.owned: getattr(e, pick) for e in economics.of_owner(owner)}
            for company in set(range(SIZE)) - {owner}:
                expected = solved[owner, company] / solved[owner, owner]
                assert got.get(company, 0.0) == pytest.approx(expected, abs=1e-10)


@settings(max_examples=100, deadline=None)
@given(rows(ranges=False, votes=False))
def test_exact_fractions_agree(listed: list[Row]) -> None:
    _, doubtful = summed(listed)
    if doubtful:
        return
    holdings = made(listed)
    for found in Economics.of(holdings).of_owner(0):
        exact = exact_share(holdings, found.owner, found.owned)
        if exact is not None and found.least is not None:
            assert float(exact) == pytest.approx(found.least, abs=1e-12)
            assert isinstance(exact, Fraction)


@settings(max_examples=60, deadline=None)
@given(rows(), st.booleans(), st.integers(1, 3))
def test_pieces_say_what_single_questions_say(listed: list[Row], everything: bool, workers: int) -> None:
    holdings = made(listed)
    engine = Engine.of(holdings)
    asked = engine.owners()
    found = control(holdings)
    economics = Economics.of(holdings)
    whole: dict[tuple[int, int], tuple[int, int]] = {}
    for piece in pieces(engine, asked, everything=everything, workers=workers):
        row = piece.answers.rows
        for place in range(len(row.group)):
            owner, company = int(asked.members[row.group[place]]), int(row.node[place])
            assert (owner, company) not in whole
            whole[owner, company] = int(row.level[place]), int(row.low[place])
            least = economics.share(owner, company).least
            assert (
                np.isnan(piece.least[place]) if least is None else piece.least[place] == pytest.approx(least)
            )
            steps = piece.proofs.pair[piece.proofs.ptr[place] : piece.proofs.ptr[place + 1]]
            single = found.answer(owner, company)
            if single is not None:
                proof = [(s.owner, s.owned) for s in found.proof(single)]
                assert [(int(holdings.src[p]), int(holdings.dst[p])) for p in steps] == proof
    said = {(c.owner[0], c.owned) for c in found}
    assert said <= set(whole)
    if everything:
        reached = {(o, e.owned) for o in range(SIZE) for e in economics.of_owner(o)}
        assert reached <= set(whole)
    else:
        assert said == set(whole)
