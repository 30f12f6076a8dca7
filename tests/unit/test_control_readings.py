"""What the law and the data make of holdings: exactly half by date, ranges, votes, concert, contradictions, proofs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from holdings_text import held

from graph.control import (
    PERCENT,
    UNKNOWN,
    WHOLE,
    Holdings,
    beneficial_owners,
    common_controllers,
    control,
    controllers_of,
    economic,
    exact_share,
    groups_of,
    units,
)
from graph.control.bulk import pieces
from graph.control.economic import Economics, reaches
from graph.control.engine import Engine
from graph.control.shares import QUARTER

BEFORE, SINCE = date(2024, 6, 30), date(2024, 7, 1)


@pytest.mark.parametrize(
    ("day", "answer", "half"), [(BEFORE, "yes", False), (SINCE, "no", True), (None, "no", True)]
)
def test_exactly_half_by_the_law_of_the_day(day: date | None, answer: str, half: bool) -> None:
    holdings, names = held("P 50 A, Q 49.99 A")
    found = control(holdings, as_of=day).answer(names["P"], names["A"])
    assert found is not None
    assert (found.answer, found.half, found.sure) == (answer, half, day == BEFORE)
    assert control(holdings, as_of=day).answer(names["Q"], names["A"]) is None


def test_half_and_the_least_more() -> None:
    assert units(Decimal("50.00")) == (50 * PERCENT, 50 * PERCENT)
    assert units(Decimal(100) / 3) == (333_333_333_333, 333_333_333_334)
    holdings = Holdings.of([1, 2], [9, 8], [50 * PERCENT, 50 * PERCENT + 1])
    found = control(holdings)
    assert [(c.owner, c.answer, c.half) for c in found] == [((1,), "no", True), ((2,), "yes", False)]
    with pytest.raises(ValueError):
        units(Decimal("100.01"))


def test_behind_a_half_everything_is_a_half() -> None:
    holdings, names = held("P 50 A, A 80 B, B 50 C")
    found = control(holdings)
    assert [(c.half, c.answer) for c in found.of(names["P"])] == [(True, "no")] * 3
    assert found.answer(names["A"], names["B"]).sure  # type: ignore[union-attr]


def test_a_range_answers_twice() -> None:
    holdings, names = held("P 40-60 A, Q 51-70 B, R 10-50 C, A 100 D")
    found = control(holdings)
    said = {(c.owner[0], c.owned): (c.answer, c.half) for c in found}
    assert said[names["P"], names["A"]] == ("possibly", False)
    assert said[names["P"], names["D"]] == ("possibly", False)
    assert said[names["Q"], names["B"]] == ("yes", False)
    assert said[names["R"], names["C"]] == ("no", True)
    share = Economics.of(holdings).share(names["P"], names["D"])
    assert (share.least, share.most) == pytest.approx((0.4, 0.6))


def test_an_unknown_share_is_what_the_others_leave() -> None:
    holdings, names = held("P ? A, Q 45 A, R ? B, S 60 B")
    found = control(holdings)
    assert found.answer(names["P"], names["A"]).answer == "possibly"  # type: ignore[union-attr]
    assert found.answer(names["R"], names["B"]) is None
    assert found.answer(names["S"], names["B"]).answer == "yes"  # type: ignore[union-attr]


def test_more_than_all_is_a_finding_and_only_possible() -> None:
    holdings, names = held("P 70 A, Q 31 A, P 60 B, Q 40.5 B, A 100 C")
    assert [e.company for e in holdings.excesses()] == [names["A"]]
    found = control(holdings)
    into = {c.owned: (c.answer, c.doubtful) for c in found.of(names["P"])}
    assert into == {
        names["A"]: ("possibly", True),
        names["B"]: ("yes", False),
        names["C"]: ("possibly", False),
    }
    assert found.answer(names["A"], names["C"]).answer == "yes"  # type: ignore[union-attr]


def test_votes_decide_and_shares_are_told() -> None:
    holdings, names = held("P 40 A, Q 60 A, A 60 B", votes=("60", "40"))
    found = control(holdings)
    p, q = found.answer(names["P"], names["A"]), found.answer(names["Q"], names["A"])
    assert p is not None
    assert q is not None
    assert (p.answer, p.basis, p.sure) == ("yes", "votes", False)
    assert (q.answer, q.basis, q.votes_lo) == ("no", "shares", 40 * PERCENT)
    assert [s.owner for s in found.proof(q)] == [names["Q"]]
    assert found.answer(names["A"], names["B"]).sure  # type: ignore[union-attr]
    below = found.answer(names["P"], names["B"])
    assert below is not None
    assert (below.answer, below.basis) == ("yes", "votes")


def test_a_chain_is_told_from_adding_up() -> None:
    holdings, names = held("P 60 A, A 60 B, P 30 B, P 30 C, A 30 C, C 90 D")
    found = {c.owned: c for c in control(holdings, [names["P"]])}
    assert found[names["B"]].sure
    assert found[names["C"]].by_sum
    assert not found[names["C"]].sure
    assert found[names["D"]].by_sum  # the chain to it passes through what is only added up


def test_a_proof_takes_the_largest_holdings_that_are_needed() -> None:
    holdings, names = held("P 60 A, P 60 B, P 60 C, A 30 X, B 25 X, C 10 X, P 1 X")
    found = control(holdings)
    steps = found.proof(found.answer(names["P"], names["X"]))  # type: ignore[arg-type]
    back = {number: name for name, number in names.items()}
    assert [(back[s.owner], back[s.owned]) for s in steps[-2:]] == [("A", "X"), ("B", "X")]
    assert {back[s.owned] for s in steps} == {"A", "B", "X"}
    seen = {names["P"]}
    for step in steps:
        assert step.owner in seen
        seen.add(step.owned)


def test_rows_of_one_pair_are_added_up_and_named() -> None:
    holdings = Holdings.of([1, 5, 1], [2, 2, 2], [30 * PERCENT, PERCENT, 25 * PERCENT])
    found = control(holdings)
    answer = found.answer(1, 2)
    assert answer is not None
    assert answer.votes_lo == 55 * PERCENT
    assert found.proof(answer)[0].rows == (0, 2)


def test_a_company_that_holds_itself() -> None:
    holdings, names = held("P 40 A, A 30 A, Q 30 A")
    found = control(holdings)
    said = found.answer(names["P"], names["A"])
    assert said is not None
    assert (said.answer, said.without_self_held, said.votes_lo) == ("no", True, 40 * PERCENT)
    assert Economics.of(holdings).share(names["P"], names["A"]).least == pytest.approx(4 / 7)


def test_who_is_asked_for_in_concert() -> None:
    assert groups_of([(3, 1), (5, 4), (1, 9), (7, 7)]) == [(1, 3, 9), (4, 5)]
    holdings, names = held("P1 30 A, P2 30 A, A 60 B, P1 60 C")
    group = [names["P1"], names["P2"]]
    found = control(holdings, groups=[group])
    joint = {c.owned: c.answer for c in found if len(c.owner) == 2}
    assert joint == dict.fromkeys((names["A"], names["B"], names["C"]), "yes")
    assert {c.owned for c in found if c.owner == (names["P1"],)} == {names["C"]}
    assert controllers_of(holdings, [names["B"]], groups=[group]).by(names["B"])[-1].owner == tuple(group)


def test_common_controllers_nearest_first_and_the_state_none() -> None:
    holdings, names = held("S 100 G, G 80 H, H 60 X, H 60 Y, X 30 Z, S 60 W")
    found = controllers_of(holdings, [names["X"], names["Y"]])
    nearest = [c.owner[0] for c in common_controllers(found, names["X"], names["Y"])]
    assert nearest == [names["H"], names["G"], names["S"]]
    without = common_controllers(found, names["X"], names["Y"], state={names["S"], names["G"]})
    assert [c.owner[0] for c in without] == [names["H"]]
    assert without[0].sure
    other = controllers_of(holdings, [names["X"], names["W"]])
    assert common_controllers(other, names["X"], names["W"], state={names["S"]}) == []


def test_a_parent_is_no_common_controller_of_itself() -> None:
    holdings, names = held("P 60 X, X 60 Y")
    found = controllers_of(holdings, [names["X"], names["Y"]])
    assert [c.owner for c in common_controllers(found, names["X"], names["Y"])] == [(names["P"],)]


def test_beneficial_owners_in_the_order_of_the_law() -> None:
    holdings, names = held("P 25 A, Q 24.99 A, R 20 A, C 30 A, R 10 C", votes=("25", "30", "15"))
    persons = {names[n] for n in "PQR"}
    found = beneficial_owners(holdings, names["A"], persons=persons)
    assert [(o.person, o.ground, o.sure) for o in found] == [
        (names["P"], "share", True),
        (names["Q"], "votes", True),
    ]


def test_a_quarter_of_exact_parts() -> None:
    holdings, names = held("P 62.5 A, A 40 B")
    found = next(e for e in economic(holdings, [names["P"]]) if e.owned == names["B"])
    assert exact_share(holdings, names["P"], names["B"]) == Decimal("0.25")
    assert reaches(holdings, found, QUARTER) == (True, True)
    less, names = held("P 62.4999999 A, A 40 B")
    found = next(e for e in economic(less, [names["P"]]) if e.owned == names["B"])
    assert reaches(less, found, QUARTER) == (False, False)


def test_joint_control_and_who_is_in_charge() -> None:
    holdings, names = held("P 20 A, Q 18 A, R 15 A, C 47 A")
    persons = {names[n] for n in "PQR"}
    assert beneficial_owners(holdings, names["A"], persons=persons, in_charge=[names["R"]])[0] == (
        names["R"], "in_charge", True, None, None,
    )  # fmt: skip
    joint = beneficial_owners(
        holdings, names["A"], persons=persons, groups=[sorted(persons)], in_charge=[names["R"]]
    )
    assert {(o.person, o.ground, o.sure) for o in joint} == {(p, "control", True) for p in persons}


def test_only_natural_persons_and_possible_ones_leave_the_manager() -> None:
    holdings, names = held("C 60 A, P 20-30 A")
    found = beneficial_owners(holdings, names["A"], persons={names["P"], 999}, in_charge=[999])
    assert [(o.person, o.ground, o.sure) for o in found] == [
        (names["P"], "share", False),
        (999, "in_charge", False),
    ]


def test_a_circle_that_nobody_owns_has_no_number() -> None:
    holdings, names = held("A 100 B, B 100 A, A 50 C")
    assert Economics.of(holdings).share(names["A"], names["C"]).least is not None
    assert all(e.least is None for e in economic(holdings, [names["B"]]) if e.owned == names["C"])
    closed, names = held("P 50 A, A 100 B, B 100 A, B 10 C")
    assert Economics.of(closed).share(names["P"], names["C"]).least is None


def test_large_circles_are_passed_on_and_small_ones_solved_alike() -> None:
    for size in (40, 400):
        ring = np.arange(size)
        owner, owned = np.append(ring, size), np.append((ring + 1) % size, 0)
        holdings = Holdings.of(owner, owned, np.append(np.full(size, 60), 40) * PERCENT)
        found = Economics.of(holdings).share(size, 20)
        assert found.least == pytest.approx(0.4 * 0.6**20 / (1 - 0.6**size), rel=1e-9)


def test_circles_too_large_to_search_are_said() -> None:
    size = 1_500
    ring = np.arange(size)
    engine = Engine.of(Holdings.of(ring, (ring + 1) % size, np.full(size, 60 * PERCENT)))
    assert engine.unsearched == size
    assert Engine.of(Holdings.of([0, 1], [1, 0], [60 * PERCENT] * 2)).unsearched == 0


@pytest.mark.parametrize("bad", [[WHOLE + 1], [-2]])
def test_a_share_beyond_all_is_refused(bad: list[int]) -> None:
    with pytest.raises(ValueError):
        Holdings.of([1], [2], bad)


def test_ranges_upside_down_and_uneven_columns_are_refused() -> None:
    with pytest.raises(ValueError):
        Holdings.of([1], [2], [5], [4])
    with pytest.raises(ValueError):
        Holdings.of([1, 2], [2], [5])
    with pytest.raises(ValueError):
        Holdings.of([1], [2], [5], nodes=2)


def test_nothing_asked_and_nobody_known() -> None:
    empty = Holdings.of([], [], [])
    assert len(control(empty)) == 0
    assert beneficial_owners(empty, 7, persons={7}) == []
    holdings, names = held("P 60 A")
    assert len(control(holdings, [12345])) == 0
    assert controllers_of(holdings, [12345]).by(12345) == []
    assert control(holdings).of(names["A"]) == []


def test_unknown_votes_follow_the_share() -> None:
    one = Holdings.of([1], [2], [60 * PERCENT], None, [UNKNOWN])
    assert not one.votes_differ
    assert control(one).answer(1, 2).sure  # type: ignore[union-attr]


def test_work_on_economic_shares_is_bounded_and_control_is_not_touched() -> None:
    rng = np.random.default_rng(5)
    owner, owned = rng.integers(0, 200, 800), rng.integers(0, 200, 800)
    holdings = Holdings.of(owner, owned, np.full(800, 15 * PERCENT), nodes=200)
    engine = Engine.of(holdings)
    found = [list(pieces(engine, engine.owners(), everything=True, work=work)) for work in (10**9, 500)]
    assert [any(piece.spent for piece in listed) for listed in found] == [False, True]
    control_of = [
        {
            (int(g), int(n))
            for piece in listed
            for g, n, level in zip(*piece.answers.rows[:3], strict=True)
            if level
        }
        for listed in found
    ]
    assert control_of[0] == control_of[1]
