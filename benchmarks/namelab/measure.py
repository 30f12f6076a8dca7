"""How good a scorer of names is: counts with intervals, from scores and labels alone.

Nothing here knows how a score was made, so that every scorer is measured by the same lines. A pair is *called the
same* when its score is at least the threshold. Every proportion comes with its Wilson interval at 95 %; what is no
proportion (F1, recall at a chosen precision) with a bootstrap that draws whole groups, because pairs that share a
registered name are no independent draws.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.int64]

Z95 = 1.959963984540054
"""Quantile of the normal distribution that leaves 2.5 % on either side."""
NEVER = float("inf")
"""A threshold that no score reaches."""
VETOED = float("-inf")
"""The score of a pair that was refused before any score."""
PER = 100_000
"""Alarms are stated per this many clean bidders."""


class Interval(NamedTuple):
    """A share with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


class Point(NamedTuple):
    """What a threshold gives. Undefined precision (nothing called the same) is 1."""

    threshold: float
    precision: float
    recall: float
    f1: float


class KindRow(NamedTuple):
    """The errors of one kind of pair: missed when it is a true kind, falsely called the same when it is not."""

    kind: str
    same: bool
    pairs: int
    errors: int
    share: Interval


class ListPoint(NamedTuple):
    """What a list-level threshold gives: recall of listed parties and alarms per 100,000 clean ones."""

    threshold: float
    recall: Interval
    alarms: Interval
    clean: int
    allowed: int
    """Clean queries that may lie above the threshold; below about 5 the figure is a guess."""


def wilson(hits: int, of: int, z: float = Z95) -> Interval:
    """A share of counted cases with its Wilson score interval; of nothing, the interval is everything.

    Raises:
        ValueError: more hits than cases, or less than none.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of}")
    if of == 0:
        return Interval(0.0, 0.0, 1.0)
    share = hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * float(np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)))
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == of else min(1.0, centre + half)
    return Interval(share, low, high)


def _checked(scores: Scores, same: Truth) -> None:
    if scores.shape != same.shape or scores.ndim != 1:
        raise ValueError(f"{scores.shape} scores for {same.shape} labels")
    if bool(np.isnan(scores).any()):
        raise ValueError("a score is not a number")


class Curve(NamedTuple):
    """Every threshold that makes a difference, highest first, with what is called the same at it."""

    thresholds: Scores
    true: Weights
    called: Weights
    positives: int

    @property
    def precision(self) -> Scores:
        """Share of true ones among those called the same."""
        return self.true / np.maximum(self.called, 1)

    @property
    def recall(self) -> Scores:
        """Share of the true ones that are called the same."""
        return self.true / max(self.positives, 1)

    @property
    def f1(self) -> Scores:
        """Harmonic mean of precision and recall."""
        return 2 * self.true / np.maximum(self.called + self.positives, 1)


def curve(scores: Scores, same: Truth, weights: Weights | None = None) -> Curve:
    """Counts at every distinct score; pairs with equal scores are called together, vetoed pairs never.

    Args:
        scores: one a pair, higher is more alike.
        same: what is true of each pair.
        weights: how often each pair counts (bootstrap); once by default.
    """
    _checked(scores, same)
    counted = np.ones(len(scores), np.int64) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] != VETOED]
    sorted_scores = scores[order]
    called = np.cumsum(counted[order])
    true = np.cumsum(np.where(same[order], counted[order], 0))
    if not len(order):
        none = np.zeros(0)
        return Curve(none, none.astype(np.int64), none.astype(np.int64), int(counted[same].sum()))
    last = np.append(np.flatnonzero(sorted_scores[1:] != sorted_scores[:-1]), len(order) - 1)
    return Curve(sorted_scores[last], true[last], called[last], int(counted[same].sum()))


def at(scores: Scores, same: Truth, threshold: float, weights: Weights | None = None) -> Point:
    """Precision, recall and F1 of one fixed threshold."""
    _checked(scores, same)
    counted = np.ones(len(scores), np.int64) if weights is None else weights
    called = (scores >= threshold) & (scores != VETOED)
    true = int(counted[called & same].sum())
    all_called, positives = int(counted[called].sum()), int(counted[same].sum())
    return Point(
        threshold,
        true / all_called if all_called else 1.0,
        true / positives if positives else 0.0,
        2 * true / (all_called + positives) if all_called + positives else 0.0,
    )


def best_f1(scores: Scores, same: Truth, weights: Weights | None = None) -> Point:
    """The threshold with the best F1 on these very pairs: what a scorer could reach, not what it would have."""
    points = curve(scores, same, weights)
    if not len(points.thresholds):
        return Point(NEVER, 1.0, 0.0, 0.0)
    i = int(np.argmax(points.f1))
    return Point(
        float(points.thresholds[i]), float(points.precision[i]), float(points.recall[i]), float(points.f1[i])
    )


def recall_at_precision(
    scores: Scores, same: Truth, precision: float, weights: Weights | None = None
) -> Point:
    """The most that can be found while the precision stays at least this high (threshold chosen on the pairs)."""
    points = curve(scores, same, weights)
    good = np.flatnonzero(points.precision >= precision)
    if not len(good):
        return Point(NEVER, 1.0, 0.0, 0.0)
    i = int(good[np.argmax(points.recall[good])])
    return Point(
        float(points.thresholds[i]), float(points.precision[i]), float(points.recall[i]), float(points.f1[i])
    )


Statistic = Callable[[Weights], float]


def bootstrap(statistic: Statistic, groups: Sequence[Hashable], *, rounds: int, seed: int) -> Interval:
    """A statistic with its 95 % percentile interval, drawing whole groups with replacement.

    Args:
        statistic: takes how often each row counts.
        groups: the group of each row, in the order of the rows.
        rounds: draws; 0 gives the value without an interval.
        seed: of the draws.
    """
    value = statistic(np.ones(len(groups), np.int64))
    if rounds == 0 or not len(groups):
        return Interval(value, value, value)
    numbers: dict[Hashable, int] = {}
    member = np.fromiter((numbers.setdefault(g, len(numbers)) for g in groups), np.int64, len(groups))
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(np.bincount(rng.integers(0, len(numbers), len(numbers)), minlength=len(numbers))[member])
        for _ in range(rounds)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Interval(value, float(low), float(high))


def by_kind(kinds: Sequence[str], same: Truth, called: Truth) -> list[KindRow]:
    """Errors of every kind, most frequent first: missed pairs of true kinds, false ones of the others."""
    if not len(kinds) == len(same) == len(called):
        raise ValueError(f"{len(kinds)} kinds, {len(same)} labels, {len(called)} calls")
    rows = []
    names = np.asarray(kinds, dtype=object)
    for kind in dict.fromkeys(kinds):
        for truth in (True, False):
            of = (names == kind) & (same == truth)
            if of.any():
                wrong = int((called[of] != truth).sum())
                rows.append(KindRow(kind, truth, int(of.sum()), wrong, wilson(wrong, int(of.sum()))))
    return sorted(rows, key=lambda row: (not row.same, -row.share.value, row.kind))


def worst(scores: Scores, same: Truth, threshold: float, top: int) -> list[int]:
    """Rows of the worst errors: different names with the highest scores and same names with the lowest, in turn.

    Of several vetoed true pairs the first rows come first.
    """
    false = [i for i in np.argsort(-scores, kind="stable") if not same[i] and threshold <= scores[i]]
    missed = [i for i in np.argsort(scores, kind="stable") if same[i] and not threshold <= scores[i]]
    half = max(top // 2, top - len(missed))
    chosen = false[:half] + missed[: top - len(false[:half])]
    return [int(i) for i in chosen]


@dataclass(frozen=True, slots=True)
class ListScores:
    """A list-level trial: for each query the score of what it would be alarmed with.

    Attributes:
        listed: score of the right entry for each query that stands for a listed party; VETOED where it was not found.
        clean: highest score of any entry for each query of a clean party; VETOED where nothing was found.
    """

    listed: Scores
    clean: Scores


def list_threshold(clean: Scores, per_100k: float) -> tuple[float, int]:
    """The lowest threshold with at most so many alarms per 100,000 clean queries, and how many it allows."""
    allowed = int(per_100k * len(clean) / PER + 1e-9)
    if allowed >= len(clean):
        return VETOED, allowed
    stop = float(np.partition(clean, len(clean) - 1 - allowed)[len(clean) - 1 - allowed])
    return float(np.nextafter(stop, NEVER)), allowed


def recall_at_alarms(trial: ListScores, per_100k: float) -> ListPoint:
    """Recall of listed parties when at most so many of 100,000 clean ones are alarmed.

    The intervals are Wilson's at the threshold as chosen; what the choice adds is in `recall_interval`.
    """
    threshold, allowed = list_threshold(trial.clean, per_100k)
    found = int(((trial.listed >= threshold) & (trial.listed != VETOED)).sum())
    alarmed = int(((trial.clean >= threshold) & (trial.clean != VETOED)).sum())
    share = wilson(alarmed, len(trial.clean))
    return ListPoint(
        threshold,
        wilson(found, len(trial.listed)),
        Interval(share.value * PER, share.low * PER, share.high * PER),
        len(trial.clean),
        allowed,
    )


def list_point(trial: ListScores, threshold: float) -> ListPoint:
    """Recall and alarms of one fixed threshold: what a deployment would see."""
    found = int(((trial.listed >= threshold) & (trial.listed != VETOED)).sum())
    alarmed = int(((trial.clean >= threshold) & (trial.clean != VETOED)).sum())
    share = wilson(alarmed, len(trial.clean))
    return ListPoint(
        threshold,
        wilson(found, len(trial.listed)),
        Interval(share.value * PER, share.low * PER, share.high * PER),
        len(trial.clean),
        alarmed,
    )


def recall_interval(trial: ListScores, per_100k: float, *, rounds: int, seed: int) -> Interval:
    """Recall at an alarm budget with a bootstrap interval over both the clean and the listed queries.

    The threshold is chosen anew from each draw of clean queries, so the interval includes that the cut itself is
    an estimate from few alarms.
    """
    value = recall_at_alarms(trial, per_100k).recall.value
    if rounds == 0:
        return Interval(value, value, value)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        clean = trial.clean[rng.integers(0, len(trial.clean), len(trial.clean))]
        listed = trial.listed[rng.integers(0, len(trial.listed), len(trial.listed))]
        threshold, _ = list_threshold(clean, per_100k)
        drawn.append(float(((listed >= threshold) & (listed != VETOED)).mean()))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Interval(value, float(low), float(high))


def alarm_curve(trial: ListScores, budgets: Sequence[float]) -> list[ListPoint]:
    """Recall against alarms per 100,000, at each budget that the number of clean queries can resolve."""
    return [
        recall_at_alarms(trial, budget) for budget in budgets if budget * len(trial.clean) / PER >= 1 - 1e-9
    ]
