"""Trials against lists: who is found, who is alarmed without being listed, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.text import index_text, org_key, organization_name
from matching.names.thresholds import threshold
from matching.policy import load_policy
from matching.similarity import SHORT_LIST
from namelab import evaluation, generated, measure, ours, peers

Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BUDGET = 100
"""Alarms per 100,000 clean bidders at which recall is stated."""
BUDGETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000)
COVERAGE = 0.9
"""Share of companies that the registry of known companies holds, where there is one."""
OUTSIDE_CLEAN, OUTSIDE_LISTED = 12_000, 4_000
"""Queries that the slow peers get: enough to resolve 100 alarms per 100,000."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A list with the queries of listed and of clean parties.

    Attributes:
        title: what the names are: real, generated or mixed.
        entries: names on the list.
        variants: groups of queries for listed parties: (query, name on the list).
        clean: names of parties that are not on it.
        registered: comparison forms that a registry holds of parties that are not on the list.
    """

    title: str
    entries: list[str]
    variants: dict[str, list[tuple[str, str]]]
    clean: list[str]
    registered: frozenset[str]


@dataclass(frozen=True, slots=True)
class ListTrial:
    """Results of one setting: scores of each scorer for each group of variants."""

    setting: Setting
    size: int
    build_seconds: float
    bytes_per_name: float
    recall: dict[str, measure.Interval]
    """Share of variants whose right entry is among the candidates, by group."""
    scores: dict[str, dict[str, measure.ListScores]]
    """By group of variants, then by scorer; ours first."""


def real(data: Path, *, seed: int, fill: int = 0, queries: int | None = None) -> Setting:
    """Half of the registry sample and every registered name of pairs_dev on the list, the other half clean.

    Args:
        data: the evaluation data.
        seed: of the split and of the variants that our own generator makes of listed names.
        fill: names on the list with generated ones added, 0 for real ones alone.
        queries: of each kind at most; all by default.
    """
    halves = evaluation.split(evaluation.registered(data), seed)
    pairs = [(row.left, row.right) for row in evaluation.labelled_pairs(data) if row.same]
    entries = list(
        {org_key(name): name for name in (*halves.listed, *(right for _, right in pairs))}.values()
    )
    listed = {org_key(name) for name in entries} | set(evaluation.families(entries))
    both = zip(halves.clean, evaluation.families(halves.clean), strict=True)
    clean = [name for name, family in both if family not in listed and org_key(name) not in listed]
    title = f"{len(entries):,} real names"
    if fill > len(entries):
        extra = generated.names(generated.FILL_SEED, fill - len(entries))
        title += f" and {len(extra):,} generated ones"
        taken = {org_key(name) for name in clean} | set(evaluation.families(clean))
        entries += [name for name in extra if org_key(name) not in taken]
    rng = Random(seed)
    asked = halves.listed if queries is None else rng.sample(halves.listed, min(queries, len(halves.listed)))
    own = generated.text_variants_of(asked[: queries or 30_000], seed)
    if queries is not None:
        pairs = rng.sample(pairs, min(queries, len(pairs)))
        clean = rng.sample(clean, min(queries * 4, len(clean)))
    known = frozenset(org_key(name) for name in clean if evaluation.known(name, COVERAGE, seed))
    return Setting(title, entries, {"pairs_dev": pairs, "own generator": own}, clean, known)


def made(size: int, clean: int, listed: int, seed: int) -> Setting:
    """A generated list, with variants of listed names and clean companies of the same world.

    Args:
        size: names on the list.
        clean: clean queries.
        listed: queries that stand for a listed party.
        seed: a judging seed, apart from those of fitting.
    """
    on_list, others = generated.world(seed, size, clean)
    asked = Random(seed).sample(on_list, min(listed, len(on_list)))
    entries, clean_names = [company.name for company in on_list], [company.name for company in others]
    known = frozenset(org_key(name) for name in clean_names if evaluation.known(name, COVERAGE, seed))
    variants = {"own generator": [v for v in generated.variants_of(asked, seed) if not _stated(*v)]}
    return Setting(f"{len(entries):,} generated names", entries, variants, clean_names, known)


def _stated(query: str, name: str) -> bool:
    """Whether a query states the listed name beside another, as X（原Y）does: found by its key, no likeness needed."""
    return org_key(name) in {org_key(alias.text) for alias in organization_name(query).aliases}


Scorer = Callable[[ours.Index, ours.Candidates], Scores]


def _own(index: ours.Index, found: ours.Candidates) -> Scores:
    return index.scores(found)


def _peer(name: str) -> Scorer:
    function, _ = peers.SCORERS[name]

    def score(index: ours.Index, found: ours.Candidates) -> Scores:
        flat = found.flat()
        texts = ((found.queries[q], index.texts[e]) for q, e in flat.tolist())
        return np.fromiter((function(a, b) for a, b in texts), np.float64, len(flat))

    return score


def _outside(name: str) -> Scorer:
    def score(index: ours.Index, found: ours.Candidates) -> Scores:
        pairs = [(found.queries[q], index.texts[e]) for q, e in found.flat().tolist()]
        return peers.score_outside([name], pairs)[0].scores

    return score


def _some(found: ours.Candidates, most: int) -> ours.Candidates:
    return ours.Candidates(found.queries[:most], found.found[:most])


def run(
    setting: Setting, *, scorers: Sequence[str] = (), outside: Sequence[str] = (), seed: int = 1
) -> ListTrial:
    """Every scorer on the same candidates of our index, which favours the peers: a scan of their own finds more
    clean bidders to alarm, and no more of the listed ones that they could tell."""
    chosen: list[tuple[str, Scorer, bool]] = [(ours.TITLE, _own, False)]
    chosen += [(name, _peer(name), False) for name in scorers]
    if outside and peers.outside_python() is not None:
        chosen += [(f"nomenklatura {name}", _outside(name), True) for name in outside]
    with ours.Index(setting.entries) as index:
        order = np.random.default_rng(seed)
        clean = index.search([setting.clean[i] for i in order.permutation(len(setting.clean))])
        known_clean = np.array([text in setting.registered for text in clean.queries], bool)
        recall: dict[str, measure.Interval] = {}
        scores: dict[str, dict[str, measure.ListScores]] = {}
        clean_scores: dict[str, Scores] = {}
        for group, variants in setting.variants.items():
            shuffled = [variants[i] for i in order.permutation(len(variants))]
            listed = index.search([query for query, _ in shuffled])
            right = index.rows([name for _, name in shuffled])
            recall[group] = measure.wilson(listed.recall(right), len(shuffled))
            known = np.array([text in setting.registered for text in listed.queries], bool)
            scores[group] = {}
            for name, scorer, slow in chosen:
                of_clean = _some(clean, OUTSIDE_CLEAN) if slow else clean
                of_listed = _some(listed, OUTSIDE_LISTED) if slow else listed
                if name not in clean_scores:
                    clean_scores[name] = of_clean.best(scorer(index, of_clean))
                found = of_listed.of(scorer(index, of_listed), right[: len(of_listed.queries)])
                scores[group][name] = measure.ListScores(found, clean_scores[name])
                if name == ours.TITLE:
                    with_registry = measure.ListScores(
                        np.where(known, measure.VETOED, found),
                        np.where(known_clean, measure.VETOED, clean_scores[name]),
                    )
                    scores[group][f"{name}, registry of {COVERAGE:.0%}"] = with_registry
        return ListTrial(setting, len(index.texts), index.build_seconds, index.bytes_per_name, recall, scores)


def points(trial: ListTrial, group: str, budget: float = BUDGET) -> list[tuple[str, measure.ListPoint]]:
    """Recall at the alarm budget, for each scorer; then ours at the threshold that ships for this size.

    With a registry the shipped threshold reckons with the share that the policy takes it to hold.
    """
    rows = [(name, measure.recall_at_alarms(one, budget)) for name, one in trial.scores[group].items()]
    for name in [name for name in trial.scores[group] if name.startswith(ours.TITLE)]:
        known = load_policy().register_holds if name != ours.TITLE else 0
        shipped = threshold(max(trial.size, SHORT_LIST), int(budget), known)
        rows.append((f"{name}, shipped threshold", measure.list_point(trial.scores[group][name], shipped)))
    return rows


def figures(trial: ListTrial, *, rounds: int) -> dict[str, Any]:
    """The trial as plain values."""
    groups: dict[str, Any] = {}
    for group, by in trial.scores.items():
        interval = measure.recall_interval(by[ours.TITLE], BUDGET, rounds=rounds, seed=1)
        groups[group] = {
            "queries": len(trial.setting.variants[group]),
            "among_candidates": trial.recall[group]._asdict(),
            "recall_interval_with_choice_of_threshold": interval._asdict(),
            "scorers": [
                {
                    "scorer": name,
                    "threshold": point.threshold,
                    "recall": point.recall._asdict(),
                    "alarms_per_100k": point.alarms._asdict(),
                    "clean": point.clean,
                }
                for name, point in points(trial, group)
            ],
        }
    return {
        "names": trial.setting.title,
        "size": trial.size,
        "build_seconds": trial.build_seconds,
        "bytes_per_name": trial.bytes_per_name,
        "clean": len(trial.setting.clean),
        "groups": groups,
    }


def curves(trial: ListTrial, group: str) -> dict[str, list[measure.ListPoint]]:
    """Recall against alarms of every scorer."""
    return {name: measure.alarm_curve(one, BUDGETS) for name, one in trial.scores[group].items()}


def latency(sizes: Sequence[int], *, queries: int, seed: int) -> list[dict[str, Any]]:
    """Milliseconds of a query against generated lists: searching alone, and the whole comparison with reasons."""
    rows = []
    for size in sizes:
        setting = made(size, queries // 2, queries - queries // 2, seed)
        asked = [query for query, _ in setting.variants["own generator"]] + setting.clean[: queries // 2]
        Random(seed).shuffle(asked)
        with ours.Index(setting.entries) as index:
            for name in asked[:50]:
                index.one(name)
            taken = np.array([index.one(name) for name in asked])
        searched, whole = np.quantile(taken, (0.5, 0.99), axis=0).T.tolist()
        rows.append(
            {
                "size": size,
                "queries": len(asked),
                "search_p50_ms": searched[0],
                "search_p99_ms": searched[1],
                "whole_p50_ms": whole[0],
                "whole_p99_ms": whole[1],
                "build_seconds": index.build_seconds,
                "bytes_per_name": index.bytes_per_name,
            }
        )
    return rows


def retrieval(size: int, *, queries: int, scans: int, seed: int) -> list[dict[str, Any]]:
    """Searchers on one generated list: share of variants whose right entry is among 12 and 50, and latency."""
    setting = made(size, 0, queries, seed)
    asked = [(index_text(query), index_text(name)) for query, name in setting.variants["own generator"]]
    rows = []
    with ours.Index(setting.entries) as index:
        right = index.rows([name for _, name in setting.variants["own generator"]])
        found = index.search([query for query, _ in asked])
        taken = [index.one(query)[0] for query, _ in asked[: min(2000, len(asked))]]
        rows.append(_searcher(ours.TITLE, found.found.tolist(), right.tolist(), taken, index.bytes_per_name))
        texts, places = index.texts, right.tolist()
    texts_asked = [query for query, _ in asked]
    for one in (
        peers.search_fts5(texts, texts_asked[: min(1000, queries)], 50),
        peers.search_tantivy(texts, texts_asked, 50),
        peers.search_scan(texts, texts_asked[:scans], 50),
    ):
        if one.missing:
            rows.append({"searcher": one.name, "missing": one.missing})
        else:
            rows.append(_searcher(one.name, one.found, places, one.milliseconds, one.bytes_per_name))
    return rows


def _searcher(
    name: str, found: list[list[int]], right: list[int], taken: list[float], size: float
) -> dict[str, Any]:
    at12 = sum(place in row[:12] for place, row in zip(right, found, strict=False))
    at50 = sum(place in row for place, row in zip(right, found, strict=False))
    p50, p99 = np.quantile(taken, (0.5, 0.99)).tolist()
    return {
        "searcher": name,
        "queries": len(found),
        "recall_12": measure.wilson(at12, len(found)).value,
        "recall_12_low": measure.wilson(at12, len(found)).low,
        "recall_50": measure.wilson(at50, len(found)).value if found and len(found[0]) > 12 else None,
        "p50_ms": p50,
        "p99_ms": p99,
        "bytes_per_name": size,
    }
