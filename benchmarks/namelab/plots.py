"""Pictures of the figures: recall against alarms, score distributions, latency against list size, as PNG or SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from namelab.measure import VETOED, ListPoint

Scores = npt.NDArray[np.float64]

OURS = "#b5252a"
OTHERS = ("#3b6ea5", "#5f9e6e", "#c98a2b", "#7d5ba6", "#4aa3a2", "#8c6d4f", "#777777", "#a0527a")


def _figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    return pyplot.subplots(rows, columns, figsize=(width, height), layout="constrained", squeeze=False)


def _save(figure: Any, folder: Path, name: str, kinds: Sequence[str]) -> list[Path]:
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{name}.{kind}" for kind in kinds]
    for path in made:
        # no date inside, so that the same figures give the same file
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, dpi=130, metadata=metadata)
    pyplot.close(figure)
    return made


def recall_against_alarms(
    curves: Mapping[str, Sequence[ListPoint]],
    title: str,
    folder: Path,
    *,
    name: str = "recall_against_alarms",
    budget: float = 100,
    kinds: Sequence[str] = ("png", "svg"),
) -> list[Path]:
    """One line a scorer; the first is ours. The grey line is the alarm budget, the band Wilson's interval."""
    figure, grid = _figure(8, 5.2)
    axes = grid[0][0]
    for number, (label, points) in enumerate(curves.items()):
        if not points:
            continue
        colour = OURS if number == 0 else OTHERS[(number - 1) % len(OTHERS)]
        alarms = [point.allowed / point.clean * 1e5 for point in points]
        axes.plot(
            alarms,
            [point.recall.value for point in points],
            color=colour,
            linewidth=2.2 if number == 0 else 1.3,
            label=label,
        )
        axes.fill_between(
            alarms,
            [point.recall.low for point in points],
            [point.recall.high for point in points],
            color=colour,
            alpha=0.15,
            linewidth=0,
        )
    axes.axvline(budget, color="#999999", linewidth=1, linestyle=":")
    axes.set_xscale("log")
    axes.set_ylim(0, 1)
    axes.set_xlabel("alarmed clean bidders per 100,000")
    axes.set_ylabel("listed parties found")
    axes.set_title(title)
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend(fontsize=8, loc="lower right")
    return _save(figure, folder, name, kinds)


def score_distributions(
    scores: Mapping[str, Scores],
    same: npt.NDArray[np.bool_],
    thresholds: Mapping[str, float],
    title: str,
    folder: Path,
    *,
    name: str = "score_distributions",
    kinds: Sequence[str] = ("png", "svg"),
) -> list[Path]:
    """One panel a scorer: how often a score occurs among the same and the different pairs; vetoed ones at the left."""
    columns = 2 if len(scores) > 1 else 1
    rows = (len(scores) + columns - 1) // columns
    figure, grid = _figure(5 * columns, 2.6 * rows, rows, columns)
    panels = [axes for line in grid for axes in line]
    for axes, (label, values) in zip(panels, scores.items(), strict=False):
        finite = values[values != VETOED]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        margin = (high - low or 1.0) * 0.04
        shown = np.where(values == VETOED, low - margin, values)
        bins = np.linspace(low - 1.5 * margin, high + margin / 2, 61)
        axes.hist(
            [shown[same], shown[~same]], bins, histtype="stepfilled", alpha=0.55, color=[OTHERS[1], OURS],
            label=["same", "different"],
        )  # fmt: skip
        if label in thresholds:
            axes.axvline(thresholds[label], color="black", linewidth=1, linestyle="--")
        axes.set_yscale("symlog", linthresh=10)
        axes.set_title(label, fontsize=9)
        axes.tick_params(labelsize=7)
    for axes in panels[len(scores) :]:
        axes.set_visible(False)
    panels[0].legend(fontsize=7)
    figure.suptitle(title, fontsize=11)
    return _save(figure, folder, name, kinds)


def latency_against_size(
    rows: Mapping[str, Sequence[tuple[int, float, float]]],
    title: str,
    folder: Path,
    *,
    name: str = "latency_against_size",
    kinds: Sequence[str] = ("png", "svg"),
) -> list[Path]:
    """One line a searcher: (names on the list, p50, p99 in milliseconds); p99 is dashed."""
    figure, grid = _figure(8, 5)
    axes = grid[0][0]
    for number, (label, points) in enumerate(rows.items()):
        if not points:
            continue
        colour = OURS if number == 0 else OTHERS[(number - 1) % len(OTHERS)]
        sizes = [point[0] for point in points]
        axes.plot(
            sizes, [point[1] for point in points], "o-", color=colour, label=f"{label}, p50", markersize=4
        )
        axes.plot(
            sizes, [point[2] for point in points], "o--", color=colour, label=f"{label}, p99", markersize=3
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("names on the list")
    axes.set_ylabel("milliseconds a query")
    axes.set_title(title)
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend(fontsize=8)
    return _save(figure, folder, name, kinds)
