"""How good name matching is, beside its peers: labelled pairs, lists, latency; `--quick` ends within a minute.

    liancheng bench names -- --quick
    liancheng bench names -- --data ../shared/data --world 1000000 --json benchmarks/results/names.json --plots plots

Real names are read from `--data` where it is there, and only looked at: the model and its thresholds are fitted on
generated names (scripts/fit_names.py). Peers that are not installed are named and left out; `LIANCHENG_PEERS` may
name the Python of an environment that has nomenklatura and tantivy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from namelab import evaluation, generated, labelled, lists, ours, peers, plots, tables, whole

from matching.names.model import model_hash

QUICK_PAIRS, QUICK_LIST = 6_000, 20_000
SECTIONS = ("generated", "pairs", "special", "real-list", "made-list", "whole", "latency", "retrieval")


def _print(text: str) -> None:
    print(text, flush=True)


def _thin(rows: Sequence[Any], most: int) -> list[Any]:
    """Every so many rows: the same ones in every run, of every part of the file."""
    step = max(len(rows) // most, 1)
    return list(rows[::step])


def pairs(
    given: argparse.Namespace, result: dict[str, Any], rows: list[evaluation.Labelled], title: str
) -> None:
    """Ours and the peers on labelled pairs."""
    found = labelled.trials(rows, outside=() if given.quick else peers.OUTSIDE_SCORERS)
    rated = [labelled.quality(trial, rows, rounds=given.rounds) for trial in found]
    _print(
        tables.show(
            f"{title}: {len(rows):,} pairs, {sum(row.same for row in rows):,} of them the same "
            "(peers at the threshold that is best on these very pairs, ours at the one that ships)",
            ("scorer", "F1", "low", "high", "precision", "recall", "best F1", "recall at P 99.9 %", "µs"),
            [
                (
                    r["scorer"], r["f1"], r["f1_low"], r["f1_high"], r["precision"], r["recall"], r["best_f1"],
                    r["recall_at_precision_999"], r["microseconds"],
                )
                for r in rated
                if "missing" not in r
            ],
        )
    )  # fmt: skip
    for one in rated:
        if "missing" in one:
            _print(f"{one['scorer']}: {one['missing']}")
    kinds = labelled.kinds(found[0], rows)
    _print(tables.kinds(f"{title}: errors of {ours.TITLE} by kind", kinds))
    decided = labelled.decided(rows)
    _print(
        f"\n{title}, as `match pairs` decides: F1 {decided['f1']:.4f}, precision {decided['precision']:.4f}, "
        f"recall {decided['recall']:.4f}; verdicts {decided['decisions']}; wrong BLOCK: {decided['wrong_block']}"
    )
    bad = labelled.worst(found[0], rows, given.worst)
    _print(
        tables.show(
            f"{title}: the {len(bad)} worst pairs (label, points, kind)",
            ("label", "points", "kind", "left", "right"),
            [
                (
                    "same" if b["same"] else "different",
                    "veto" if b["points"] is None else f"{b['points']:.0f}",
                    b["kind"], b["left"], b["right"],
                )
                for b in bad
            ],
        )
    )  # fmt: skip
    result[title] = {
        "pairs": len(rows),
        "scorers": rated,
        "kinds": [row._asdict() for row in kinds],
        "decided": decided,
    }
    if given.plots:
        shown = [trial for trial in found if not trial.missing][:6]
        same = np.array([row.same for row in rows])
        cuts = {r["scorer"]: r["threshold"] for r in rated if "threshold" in r}
        plots.score_distributions(
            {trial.name: trial.scores for trial in shown}, same, cuts, f"Scores of {title}", given.plots,
            name=f"score_distributions_{title.split()[0]}",
        )  # fmt: skip


def special(given: argparse.Namespace, result: dict[str, Any]) -> None:
    """Neighbours, branches, embedded aliases, odd characters."""
    found = labelled.special(given.data, 400 if given.quick else None)
    # names of real companies are printed and never kept
    result["special"] = {
        name: {key: value for key, value in figures.items() if not isinstance(value, list)}
        for name, figures in found.items()
    }
    for name, figures in found.items():
        _print(f"\n{name.replace('_', ' ')}:")
        for key, value in figures.items():
            if isinstance(value, list):
                for one in value[:10]:
                    _print(f"    {key}: " + " | ".join(str(part) for part in one))
            else:
                _print(f"  {key}: {json.dumps(value, ensure_ascii=False)}")


def a_list(given: argparse.Namespace, result: dict[str, Any], setting: lists.Setting, name: str) -> None:
    """Recall and alarms against a list."""
    quick = given.quick
    scorers = [n for n in peers.SCORERS if "raw" not in n]
    trial = lists.run(setting, scorers=scorers, outside=() if quick else ("logic-v2", "name-based"))
    result[name] = lists.figures(trial, rounds=given.rounds)
    for group in trial.scores:
        share = trial.recall[group]
        _print(
            tables.points(
                f"{setting.title} on the list, variants from {group} ({len(setting.variants[group]):,}), "
                f"{len(setting.clean):,} clean bidders; at {lists.BUDGET} alarms per 100,000 "
                f"(right entry among 12 candidates: {share.value:.4f})",
                lists.points(trial, group),
            )
        )
        if given.plots:
            plots.recall_against_alarms(
                lists.curves(trial, group), f"{setting.title}, variants: {group}", given.plots,
                name=f"recall_against_alarms_{name}_{group.replace(' ', '_')}", budget=lists.BUDGET,
            )  # fmt: skip


def decisions(given: argparse.Namespace, result: dict[str, Any]) -> None:
    """Whole decisions, by running the command: neighbours, and the list of real names."""
    rows = evaluation.one_character_apart(given.data)
    found = {
        "one_character_apart": whole.neighbours(_thin(rows, 500) if given.quick else rows),
        "real_list": whole.decided(
            lists.real(given.data, seed=1, fill=given.fill, queries=500 if given.quick else None)
        ),
    }
    result[f"whole_{given.fill or 'real'}"] = found
    for name, figures in found.items():
        _print(f"\n{name.replace('_', ' ')}, as `match list` decides:")
        for key, value in figures.items():
            _print(f"  {key}: {json.dumps(value, ensure_ascii=False)}")


def speed(given: argparse.Namespace, result: dict[str, Any]) -> None:
    """Latency against list size."""
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000) if size <= given.world]
    rows = lists.latency(sizes, queries=400 if given.quick else 4_000, seed=generated.JUDGE_SEED)
    result["latency"] = rows
    _print(
        tables.show(
            "one query at a time, one thread, generated lists (milliseconds): searching, and with every candidate "
            "compared and explained",
            ("names", "search p50", "p99", "whole p50", "p99", "build s", "bytes/name"),
            [
                (
                    r["size"], r["search_p50_ms"], r["search_p99_ms"], r["whole_p50_ms"], r["whole_p99_ms"],
                    r["build_seconds"], r["bytes_per_name"],
                )
                for r in rows
            ],
        )
    )  # fmt: skip
    if given.plots:
        plots.latency_against_size(
            {
                f"{ours.TITLE}, whole comparison": [(r["size"], r["whole_p50_ms"], r["whole_p99_ms"]) for r in rows],
                f"{ours.TITLE}, search": [(r["size"], r["search_p50_ms"], r["search_p99_ms"]) for r in rows],
            },
            "Latency of one query, generated lists",
            given.plots,
        )  # fmt: skip


def searchers(given: argparse.Namespace, result: dict[str, Any]) -> None:
    """Retrieval beside its peers."""
    size = min(given.world, QUICK_LIST if given.quick else 200_000)
    rows = lists.retrieval(
        size,
        queries=300 if given.quick else 4_000,
        scans=50 if given.quick else 200,
        seed=generated.JUDGE_SEED,
    )
    result["retrieval"] = {"size": size, "searchers": rows}
    _print(
        tables.show(
            f"searching {size:,} generated names for variants of listed ones (one thread)",
            ("searcher", "queries", "recall@12", "low", "recall@50", "p50 ms", "p99 ms", "bytes/name"),
            [
                (
                    r["searcher"], r["queries"], r["recall_12"], r["recall_12_low"], r["recall_50"], r["p50_ms"],
                    r["p99_ms"], r["bytes_per_name"],
                )
                for r in rows
                if "missing" not in r
            ],
        )
    )  # fmt: skip
    for one in rows:
        if "missing" in one:
            _print(f"{one['searcher']}: {one['missing']}")


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--data", type=Path, default=evaluation.DEFAULT, help="evaluation data, if it is there"
    )
    parser.add_argument("--world", type=int, default=100_000, help="names of the largest generated list")
    parser.add_argument(
        "--fill", type=int, default=0, help="fill the real list up to so many with generated names"
    )
    parser.add_argument("--quick", action="store_true", help="small samples: less than a minute")
    parser.add_argument("--only", action="append", choices=SECTIONS, help="these parts alone (repeatable)")
    parser.add_argument("--rounds", type=int, default=400, help="bootstrap draws")
    parser.add_argument("--worst", type=int, default=50, help="worst pairs to print")
    parser.add_argument("--json", type=Path, help="write the figures here; adds to a file of the same model")
    parser.add_argument("--plots", type=Path, help="write PNG and SVG plots into this folder")
    given = parser.parse_args(words)
    if given.quick:
        given.world, given.rounds, given.worst = min(given.world, QUICK_LIST), min(given.rounds, 50), 10
    return given


def main() -> None:
    given = arguments()
    wanted = given.only or list(SECTIONS)
    result: dict[str, Any] = {
        "commands": [" ".join(["python", "benchmarks/bench_names.py", *sys.argv[1:]])],
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {name: metadata.version(name) for name in ("numpy", "numba", "rapidfuzz")},
        "fitted_on": "generated names only (scripts/fit_names.py)",
        "model": model_hash(),
    }
    if given.json and given.json.is_file():
        earlier = json.loads(given.json.read_text("utf-8"))
        if earlier.get("model") == result["model"]:
            # parts of one model may be measured one after the other
            commands = [*earlier["commands"], *result["commands"]]
            result = {**earlier, **result, "commands": list(dict.fromkeys(commands))}
    absent = evaluation.missing(given.data)
    if absent:
        _print(f"{absent}: real names are left out")

    def pairs_dev() -> None:
        rows = evaluation.labelled_pairs(given.data)
        pairs(given, result, _thin(rows, QUICK_PAIRS) if given.quick else rows, "pairs_dev (real names)")

    def own_pairs() -> None:
        rows = generated.labelled_pairs(1 if given.quick else 40_000)
        rows = _thin(rows, QUICK_PAIRS) if given.quick else rows
        pairs(given, result, rows, "generated pairs")

    def real_list() -> None:
        setting = lists.real(given.data, seed=1, fill=given.fill, queries=2_000 if given.quick else None)
        a_list(given, result, setting, f"real_list_{len(setting.entries)}")

    def made_list() -> None:
        size, clean = (QUICK_LIST, 4_000) if given.quick else (given.world, 50_000)
        setting = lists.made(size, clean, clean // 4, generated.JUDGE_SEED)
        a_list(given, result, setting, f"generated_list_{size}")

    parts: dict[str, tuple[Callable[[], None], bool]] = {
        "generated": (own_pairs, False),
        "pairs": (pairs_dev, True),
        "special": (lambda: special(given, result), True),
        "real-list": (real_list, True),
        "made-list": (made_list, False),
        "whole": (lambda: decisions(given, result), True),
        "latency": (lambda: speed(given, result), False),
        "retrieval": (lambda: searchers(given, result), False),
    }
    for name in wanted:
        part, real_names = parts[name]
        if real_names and absent:
            continue
        start = time.perf_counter()
        part()
        _print(f"({name}: {time.perf_counter() - start:.1f} s)")
        if given.json:
            text = json.dumps(result, indent=1, ensure_ascii=False, default=str)
            given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
