"""The measures against figures worked out by hand and against slow definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from namelab import evaluation, labelled, measure, peers, tables

SCORES = np.array([9.0, 8.0, 8.0, 5.0, 3.0, measure.VETOED])
SAME = np.array([True, True, False, True, False, True])


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_as_published(hits: int, of: int, low: float, high: float) -> None:
    found = measure.wilson(hits, of)
    assert found.value == hits / of
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_of_nothing_knows_nothing_and_refuses_nonsense() -> None:
    assert measure.wilson(0, 0) == (0.0, 0.0, 1.0)
    assert measure.wilson(7, 7).high == 1.0
    for hits, of in ((3, 2), (-1, 5)):
        with pytest.raises(ValueError, match="of"):
            measure.wilson(hits, of)


def test_points_of_a_fixed_threshold() -> None:
    point = measure.at(SCORES, SAME, 8.0)
    assert (point.precision, point.recall) == (2 / 3, 2 / 4)
    assert point.f1 == pytest.approx(4 / 7)
    assert measure.at(SCORES, SAME, 100.0) == (100.0, 1.0, 0.0, 0.0)


def test_equal_scores_are_called_together_and_vetoed_ones_never() -> None:
    found = measure.curve(SCORES, SAME)
    assert found.thresholds.tolist() == [9.0, 8.0, 5.0, 3.0]
    assert found.called.tolist() == [1, 3, 4, 5]
    assert found.true.tolist() == [1, 2, 3, 3]
    assert found.positives == 4
    # a vetoed pair stays uncalled whatever the threshold
    assert measure.at(SCORES, SAME, measure.VETOED).recall == 3 / 4


def test_best_f1_and_recall_at_a_precision() -> None:
    best = measure.best_f1(SCORES, SAME)
    assert best.threshold == 5.0
    assert best.f1 == pytest.approx(6 / 8)
    strict = measure.recall_at_precision(SCORES, SAME, 0.999)
    assert (strict.threshold, strict.recall) == (9.0, 1 / 4)
    loose = measure.recall_at_precision(SCORES, SAME, 0.7)
    assert (loose.threshold, loose.recall) == (5.0, 3 / 4)
    none = measure.recall_at_precision(np.array([1.0, 2.0]), np.array([True, False]), 0.999)
    assert (none.threshold, none.recall) == (measure.NEVER, 0.0)


@pytest.mark.parametrize("scores", [np.array([1.0]), np.array([1.0, math.nan])])
def test_scores_without_a_label_or_a_number_are_refused(scores: np.ndarray) -> None:
    with pytest.raises(ValueError, match="score"):
        measure.curve(scores, np.array([True, False]))


pairs = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)), min_size=1, max_size=40)


@given(pairs)
def test_curve_is_what_every_threshold_gives(rows: list[tuple[int, bool, int]]) -> None:
    scores = np.array([float(r[0]) for r in rows])
    same = np.array([r[1] for r in rows])
    weights = np.array([r[2] for r in rows], np.int64)
    found = measure.curve(scores, same, weights)
    repeated = np.repeat(np.arange(len(rows)), weights)
    for place, threshold in enumerate(found.thresholds):
        assert found.called[place] == (scores[repeated] >= threshold).sum()
        one = measure.at(scores, same, float(threshold), weights)
        if found.called[place]:
            assert found.f1[place] == pytest.approx(one.f1)
    assert measure.best_f1(scores, same, weights).f1 == pytest.approx(
        max(measure.at(scores, same, t, weights).f1 for t in set(scores.tolist()))
    )


def test_bootstrap_is_repeatable_and_covers_the_value() -> None:
    rng = np.random.default_rng(5)
    same = rng.random(2000) < 0.5
    scores = np.where(same, rng.normal(1, 1, 2000), rng.normal(0, 1, 2000))
    groups = [i // 4 for i in range(2000)]

    def f1(weights: measure.Weights) -> float:
        return measure.best_f1(scores, same, weights).f1

    one = measure.bootstrap(f1, groups, rounds=60, seed=3)
    assert one == measure.bootstrap(f1, groups, rounds=60, seed=3)
    assert one.low < one.value < one.high
    assert 0.01 < one.high - one.low < 0.08
    assert measure.bootstrap(f1, groups, rounds=0, seed=3) == (one.value,) * 3


def test_bootstrap_draws_whole_groups() -> None:
    # two groups that are all right or all wrong: the mean of a draw is 0, .5 or 1
    right = np.array([1, 1, 1, 0, 0, 0])
    seen: set[float] = set()

    def share(weights: measure.Weights) -> float:
        seen.add(float((right * weights).sum() / weights.sum()))
        return 0.5

    measure.bootstrap(share, ["a"] * 3 + ["b"] * 3, rounds=50, seed=1)
    assert seen == {0.0, 0.5, 1.0}


def test_errors_by_kind_and_the_worst_of_them() -> None:
    kinds = ["typo", "typo", "city", "typo", "city", "short"]
    called = SCORES >= 8
    rows = {row.kind: row for row in measure.by_kind(kinds, SAME, called)}
    assert (rows["typo"].pairs, rows["typo"].errors, rows["typo"].same) == (3, 1, True)
    assert (rows["city"].pairs, rows["city"].errors, rows["city"].same) == (2, 1, False)
    assert rows["short"].errors == 1
    with pytest.raises(ValueError, match="kinds"):
        measure.by_kind(kinds[:2], SAME, called)
    assert measure.worst(SCORES, SAME, 8.0, 10) == [2, 5, 3]
    assert measure.worst(SCORES, SAME, 8.0, 2) == [2, 5]


def test_list_threshold_allows_no_more_alarms_than_the_budget() -> None:
    clean = np.array([measure.VETOED] * 990 + [float(i) for i in range(10)])
    trial = measure.ListScores(listed=np.array([9.5, 8.5, 7.0, measure.VETOED]), clean=clean)
    point = measure.recall_at_alarms(trial, 100)
    assert point.allowed == 1
    assert point.alarms.value == 100
    assert point.recall.value == 0.5
    none = measure.recall_at_alarms(trial, 0)
    assert (none.alarms.value, none.recall.value) == (0.0, 0.25)
    # with room for more alarms than anything that was found at all, what was not found stays not found
    wide = measure.recall_at_alarms(trial, 50_000)
    assert (wide.recall.value, wide.alarms.value) == (0.75, 1000)


def test_tied_scores_at_the_cut_are_left_out_together() -> None:
    clean = np.array([5.0] * 3 + [0.0] * 97)
    trial = measure.ListScores(listed=np.array([5.0, 6.0]), clean=clean)
    point = measure.recall_at_alarms(trial, 2_000)
    assert (point.allowed, point.alarms.value, point.recall.value) == (2, 0.0, 0.5)
    assert measure.recall_at_alarms(trial, 3_000).recall.value == 1.0


def test_a_fixed_threshold_on_a_list() -> None:
    trial = measure.ListScores(listed=np.array([5.0, 6.0]), clean=np.array([5.0] * 3 + [0.0] * 97))
    point = measure.list_point(trial, 5.0)
    assert (point.recall.value, point.alarms.value, point.allowed) == (1.0, 3000.0, 3)
    assert point.alarms.low < 3000 < point.alarms.high


def test_curve_of_alarms_leaves_out_what_too_few_queries_cannot_show() -> None:
    trial = measure.ListScores(listed=np.arange(0.0, 55.0, 0.5), clean=np.arange(1000.0) / 20)
    points = measure.alarm_curve(trial, [10, 100, 1000, 10_000])
    assert [point.allowed for point in points] == [1, 10, 100]
    recalls = [point.recall.value for point in points]
    assert recalls == sorted(recalls)
    interval = measure.recall_interval(trial, 1000, rounds=80, seed=2)
    assert interval.low <= interval.value <= interval.high
    assert interval.high > interval.low
    assert measure.recall_interval(trial, 1000, rounds=0, seed=2) == (interval.value,) * 3


def test_branches_stay_on_the_side_of_their_company() -> None:
    names = [
        f"临江市{brand}商贸有限公司"
        for brand in ("宏峪", "瑞砾", "昌垚", "盛筱", "泰彧", "恒淼", "金朔", "鑫楠")
    ]
    branches = [f"{name}{place}分公司" for name in names for place in ("东山", "西岭", "南浦")]
    everybody = names + branches
    halves = evaluation.split(everybody, 3)
    assert sorted(halves.listed + halves.clean) == sorted(everybody)
    assert halves.listed
    assert halves.clean
    for name in names:
        side = halves.listed if name in halves.listed else halves.clean
        assert {other for other in everybody if other.startswith(name)} <= set(side)
    backwards = evaluation.split(everybody[::-1], 3)
    assert sorted(backwards.listed) == sorted(halves.listed)


def test_a_registry_covers_what_it_says() -> None:
    names = [f"临江市第{number}商贸有限公司" for number in range(4000)]
    held = [evaluation.known(name, 0.9, 1) for name in names]
    assert 0.88 < sum(held) / len(held) < 0.92
    assert held == [evaluation.known(name, 0.9, 1) for name in names]


@pytest.mark.parametrize(
    ("name", "odd", "typed"),
    [
        ("临江市A商贸有限公司", "LATIN", "临江市ａ商贸有限公司"),
        ("临江市商贸有限公司.", "TRAILING_PUNCT", "临江市商贸有限公司"),
        ("临江·恒峪商贸有限公司", "MIDDLE_DOT", "临江恒峪商贸有限公司"),
        ("第六〇一厂", "DIGIT_VARIANT", "第六0一厂"),
        ("临江市\ue123商贸有限公司", "PUA", "临江市梓商贸有限公司"),
        ("临江市 商贸有限公司", "SPACE", "临江市商贸有限公司"),
        ("临江市商贸有限公司", "SOMETHING", ""),
    ],
)
def test_how_a_clerk_types_an_odd_name(name: str, odd: str, typed: str) -> None:
    assert labelled.usual(name, odd) == typed


def test_peers_find_what_is_written_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = ["临江市宏峪商贸有限公司", "临江市瑞砾建筑工程有限公司", "河口县昌垚农业开发有限公司"]
    for found in (peers.search_fts5(entries, entries, 3), peers.search_scan(entries, entries, 3)):
        assert [rows[0] for rows in found.found] == [0, 1, 2], found
    same = peers.score("Jaro-Winkler, normalised", [(entries[0], entries[0] + " "), (entries[0], entries[2])])
    assert same.scores[0] == 1.0 > same.scores[1]
    monkeypatch.delenv(peers.ENVIRONMENT, raising=False)
    assert "not installed" in peers.score_outside(["logic-v2"], [("a", "b")])[0].missing
    assert "not installed" in peers.search_tantivy(entries, entries, 3).missing


def test_columns_line_up_whatever_the_script() -> None:
    shown = tables.show("names", ("name", "count"), [("临江", 1234), ("abc", 5)]).splitlines()
    assert shown[1:] == ["names", "name  count", "----  -----", "临江  1,234", "abc       5"]
