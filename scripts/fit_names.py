"""Fits the model of name pairs and the table of thresholds, on names that this project generates.

    python scripts/fit_names.py              # judge: fit, print how good it is on seeds that were not fitted on
    python scripts/fit_names.py --write      # the same, and write matching/names/model.json and calibration.json

Nothing is read but the generator (benchmarks/namelab) with its fitting seeds. The model card in the file says with
what it was made; the same arguments on the same LightGBM version give the same file.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import msgspec
import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from namelab import FIT_SEEDS, JUDGE_SEEDS, Company, World, companies, generated, ours, pairs  # noqa: E402

from graph.compiled.jit import compiled  # noqa: E402
from graph.text import index_text  # noqa: E402
from matching.names import features  # noqa: E402
from matching.names import layout as at  # noqa: E402
from matching.names.coding import encode_many  # noqa: E402
from matching.names.lexicon import lexicon  # noqa: E402
from matching.names.model import Model, Trees, assemble, evaluate  # noqa: E402
from matching.names.model import trees as shipped  # noqa: E402
from matching.names.parse import read_many  # noqa: E402
from matching.names.score import OTHER_SCRIPT, score_pairs  # noqa: E402

HOUSE = ROOT / "matching" / "names"
ROUNDS, LEAVES, RATE = 200, 24, 0.1


class Table(NamedTuple):
    """Features of labelled pairs; pairs with a Latin side are left out, another comparison scores those."""

    rows: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int8]
    kinds: npt.NDArray[np.str_]
    vetoes: npt.NDArray[np.uint32]


def table(pairs: Sequence[tuple[str, str, int, str]], threads: int = 2) -> Table:
    """The features of (left, right, label, kind) pairs."""
    left = encode_many([index_text(pair[0]) for pair in pairs])
    right = encode_many([index_text(pair[1]) for pair in pairs])
    both = np.repeat(np.arange(len(pairs), dtype=np.int64), 2).reshape(-1, 2)
    rows = np.zeros((len(pairs), features.COUNT), np.int32)
    empty = _no_model()
    _, vetoes = score_pairs(*left, *right, both, threads=threads, rows=rows, scored_by=empty)
    kept = (vetoes & OTHER_SCRIPT) == 0
    labels = np.array([pair[2] for pair in pairs], np.int8)
    kinds = np.array([pair[3] for pair in pairs])
    return Table(rows[kept], labels[kept], kinds[kept], vetoes[kept])


def _no_model() -> Model:
    none = np.zeros(0, np.int32)
    return Model(none, none.astype(np.int16), none, none, none, none)


def fit_model(
    rows: npt.NDArray[np.int32],
    labels: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64] | None = None,
    *,
    rounds: int = ROUNDS,
    leaves: int = LEAVES,
    rate: float = RATE,
    seed: int = 1,
    threads: int = 2,
) -> Trees:
    """Fit trees under the directions of the feature table; the threshold is the even odds of the fitted pairs."""
    data = lightgbm.Dataset(
        rows, labels, weight=weights, feature_name=[f.name for f in features.FEATURES], free_raw_data=True
    )
    settings: dict[str, Any] = {
        "objective": "binary",
        "learning_rate": rate,
        "num_leaves": leaves,
        "min_data_in_leaf": 60,
        "lambda_l2": 5.0,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "max_bin": 255,
        "monotone_constraints": [f.direction for f in features.FEATURES],
        "monotone_constraints_method": "intermediate",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbosity": -1,
    }
    booster = lightgbm.train(settings, data, num_boost_round=rounds)
    return export(booster.dump_model())


def export(dumped: dict[str, Any]) -> Trees:
    """LightGBM's trees as columns of whole numbers."""
    out: dict[str, Any] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    roots: list[int] = []

    def add(node: dict[str, Any]) -> int:
        place = len(out["feature"])
        for column in out.values():
            column.append(0)
        if "split_feature" in node:
            out["feature"][place] = node["split_feature"]
            out["threshold"][place] = int(np.floor(node["threshold"]))
            out["value"][place] = round(1000 * node["internal_value"])
            out["left"][place] = add(node["left_child"])
            out["right"][place] = add(node["right_child"])
        else:
            out["feature"][place] = -1
            out["value"][place] = round(1000 * node["leaf_value"])
        return place

    roots.extend(add(one["tree_structure"]) for one in dumped["tree_info"])
    return Trees(
        features=features.VERSION,
        names=tuple(f.name for f in features.FEATURES),
        roots=roots,
        pair_threshold=0,
        **out,
    )


@compiled
def _evaluate_all(model: Model, rows: Any, out: Any) -> None:
    for place in range(len(rows)):
        out[place] = evaluate(model, rows[place])


def points(trees: Trees, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Points of rows of features."""
    out = np.zeros(len(rows), np.int32)
    _evaluate_all(assemble(trees), rows, out)
    return out


def best_threshold(
    scores: npt.NDArray[np.int32], labels: npt.NDArray[np.int8], weights: npt.NDArray[np.float64]
) -> tuple[int, float]:
    """The points with the best F1 under the weights, and that F1."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(weights[order] * labels[order])
    said = np.cumsum(weights[order])
    f1 = 2 * hits / (said + (weights * labels).sum())
    best = int(np.argmax(f1))
    return int(scores[order[best]]), float(f1[best])


def count_crowds(seed: int, names: int) -> str:
    """The table of crowds: companies by division and by industry in a generated register, on a log scale."""
    chars, offsets = encode_many([index_text(name) for name in World(seed, names).names])
    fields = np.zeros((names, at.FIELDS), np.int32)
    read_many(chars, offsets, lexicon(), np.zeros(len(chars), np.uint8), fields)
    lines = [f"# Companies by division and industry in a generated register of {names:,} names, seed {seed}: 0 to 255",
             "# on a log scale. Made by scripts/fit_names.py --crowds."]  # fmt: skip
    for kind, column in (("region", at.REGION_CODE), ("industry", at.INDUSTRY_CLASS)):
        counts = np.bincount(fields[:, column])
        counts[0] = 0
        levels = np.rint(255 * np.log1p(counts) / np.log1p(counts.max())).astype(int)
        lines += [f"{kind}\t{number}\t{level}" for number, level in enumerate(levels.tolist()) if level]
    return "\n".join(lines) + "\n"


class Mined(NamedTuple):
    """Candidates that the index finds against a list, with their features: what deciding really sees."""

    rows: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int8]
    query: npt.NDArray[np.int64]
    vetoes: npt.NDArray[np.uint32]


THINNED = 10
"""One in so many cells of division and trade is kept of a register, whole: as crowded as the register is."""
REGISTER = 3_000_000
"""Companies of the register that is thinned: about a tenth of what a country has."""
MOST_DISTANT = 120_000
"""Mined candidates that differ by more than one thing: as many of them as this say what there is to learn."""


def crowded(seed: int, register: int) -> list[Company]:
    """Companies of some cells of division and trade of a large register, and a few of all others."""

    def kept(company: Company) -> bool:
        cell = zlib.crc32(f"{seed}/{company.region_code[:4]}/{company.industry}".encode())
        return cell % THINNED == 0 or zlib.crc32(company.name.encode()) % (3 * THINNED) == 0

    return [company for company in companies(seed, register) if kept(company)]


def mine(seed: int, register: int, asked: int) -> Mined:
    """Look companies of a register up in it, and variants of them: neighbours as crowded as a register holds them."""
    on = crowded(seed, register)
    rng = np.random.default_rng(seed)
    chosen = [on[place] for place in rng.permutation(len(on))[:asked].tolist()]
    queries = generated.variants_of(chosen[: asked // 2], seed) + [(one.name, one.name) for one in chosen]
    with ours.Index([company.name for company in on]) as index:
        found = index.search([query for query, _ in queries])
        flat = found.flat()
        own = np.array([index.places[index_text(name)] for _, name in queries])
        labels = (flat[:, 1] == own[flat[:, 0]]).astype(np.int8)
        # a name as it stands finds itself: nothing to learn
        flat = flat[~((labels == 1) & (np.array([q == n for q, n in queries])[flat[:, 0]]))]
        rows = np.zeros((len(flat), features.COUNT), np.int32)
        left, right = encode_many(found.queries), encode_many(index.texts)
        _, vetoes = score_pairs(*left, *right, flat, threads=2, rows=rows, scored_by=_no_model())
    labels = (flat[:, 1] == own[flat[:, 0]]).astype(np.int8)
    kept = vetoes == 0
    distant = np.flatnonzero(kept & (labels == 0) & (shapes(rows) == SHAPES.index("rest")))
    kept[rng.permutation(distant)[MOST_DISTANT:]] = False
    return Mined(rows[kept], labels[kept], flat[kept, 0], vetoes[kept])


def _sum(rows: npt.NDArray[np.int32], names: Sequence[str]) -> npt.NDArray[np.int64]:
    columns = {feature.name: place for place, feature in enumerate(features.FEATURES)}
    summed: npt.NDArray[np.int64] = rows[:, [columns[name] for name in names]].sum(axis=1)
    return summed


SHAPES = ("sound", "near", "shape", "other", "gap", "swap", "region", "form", "rest")
"""How two names differ: by one brand character (of which relation), by a brand character more, by two swapped, by
having a division at all, by less than that, by anything more."""
NATURAL = {
    "sound": 6, "near": 4, "shape": 3, "other": 14, "gap": 8, "swap": 3, "region": 6, "form": 0.5, "rest": 10,
}  # fmt: skip
"""Weights of the neighbours that a register really has, by shape: in the order of how hard they are, not how many."""
INVENTED = frozenset({
    "one_char_homophone", "one_char_nearsound", "one_char_other", "one_char_shape", "brand_insert", "brand_transposed",
    "tfidf_neighbour", "noregion_vs_region",
})  # fmt: skip
"""Kinds of made-up neighbours that stand where real ones are crowded together: the mined ones weigh more."""
INVENTED_WEIGHT, BRAND_SLIP_WEIGHT, NOWHERE_WEIGHT = 0.2, 2.0, 0.05
PAIRS_SAME, PAIRS_OTHER, MINED_SAME = 60, 25, 30


def shapes(rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """The place of each row in SHAPES."""
    kinds = ("sound", "near", "shape", "other")
    single = np.stack([_sum(rows, [f"brand_{kind}"]) for kind in kinds])
    replaced = single.sum(axis=0)
    gaps, swaps = _sum(rows, ["brand_gap", "brand_double"]), _sum(rows, ["brand_swap"])
    outside = [f"{place}_{edit}" for place in ("word", "industry")
               for edit in ("sound", "near", "shape", "other", "gap", "double", "swap", "split")]  # fmt: skip
    more = _sum(rows, [*outside, "branch_alike", "branch_other", "branch_gap", "brand_split"])
    found = np.full(len(rows), SHAPES.index("rest"))
    one = (replaced == 1) & (gaps == 0) & (swaps == 0) & (more == 0)
    for place in range(4):
        found[one & (single[place] == 1)] = place
    plain = (replaced == 0) & (more == 0)
    found[plain & (gaps == 1) & (swaps == 0)] = SHAPES.index("gap")
    found[plain & (gaps == 0) & (swaps == 1)] = SHAPES.index("swap")
    alone = _sum(rows, ["region_relation"]) == 1
    found[plain & (gaps == 0) & (swaps == 0) & alone] = SHAPES.index("region")
    found[plain & (gaps == 0) & (swaps == 0) & ~alone] = SHAPES.index("form")
    return found


def _in_brand(rows: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    return _sum(rows, [f"brand_{edit}" for edit in ("sound", "near", "shape", "other", "gap", "swap", "double")]) > 0


def _spread(weights: npt.NDArray[np.float64], part: npt.NDArray[np.bool_], total: float) -> None:
    """Scale a part of the weights to a total."""
    have = weights[part].sum()
    if have:
        weights[part] *= total / have


class Material(NamedTuple):
    """What a model is fitted on."""

    rows: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float64]


def material(pairs: Table, mined: Mined) -> Material:
    """Labelled pairs and mined candidates with their weights; what a veto decides is left out."""
    kept = pairs.vetoes == 0
    rows, labels, kinds = pairs.rows[kept], pairs.labels[kept], pairs.kinds[kept]
    ours_, theirs = labels == 1, labels == 0
    weights = np.ones(len(rows))
    weights[ours_ & _in_brand(rows)] *= BRAND_SLIP_WEIGHT
    weights[theirs & np.isin(kinds, list(INVENTED))] *= INVENTED_WEIGHT
    _spread(weights, ours_, PAIRS_SAME)
    _spread(weights, theirs, PAIRS_OTHER)
    found = np.ones(len(mined.rows))
    same = mined.labels == 1
    found[same & _in_brand(mined.rows)] *= BRAND_SLIP_WEIGHT
    _spread(found, same, MINED_SAME)
    shape = shapes(mined.rows)
    # names without a division crowd together here more than registers let them
    found[~same & (_sum(mined.rows, ["region_relation"]) == 0)] *= NOWHERE_WEIGHT
    for place, name in enumerate(SHAPES):
        _spread(found, ~same & (shape == place), NATURAL[name])
    every = np.concatenate([weights, found])
    return Material(
        np.concatenate([rows, mined.rows]), np.concatenate([labels, mined.labels]), every * len(every) / every.sum()
    )


PROVINCES = 10
"""One in so many divisions is kept where a list stands for a province or a city: its bidders are its neighbours."""
NATIONAL = 500_000
"""From this size on a list is taken to be a country's."""


def _lists(seed: int, size: int, clean: int) -> tuple[list[Company], list[Company]]:
    """Listed and clean companies: of a few provinces while the list is short, of the country when it is long."""
    if size >= NATIONAL:
        return generated.world(seed, size, clean)
    on: list[Company] = []
    off: list[Company] = []
    share = clean / (size + clean)
    for company in companies(seed, 2 * PROVINCES * (size + clean)):
        if zlib.crc32(f"{seed}/{company.region_code[:2]}".encode()) % PROVINCES == 0 or not company.region_code:
            apart = zlib.crc32(f"{seed}:{generated.head(company)}".encode()) < share * 2**32
            if len(off if apart else on) < (clean if apart else size):
                (off if apart else on).append(company)
            elif len(on) == size and len(off) == clean:
                break
    return on, off


def calibrate(trees: Trees, seed: int, sizes: Sequence[int], clean: int, budgets: Sequence[int]) -> list[list[int]]:
    """For each list size the points that so many of 100,000 clean names reach; the last place that is not exceeded."""
    table: list[list[int]] = []
    for size in sizes:
        on, off = _lists(seed, size, clean)
        with ours.Index([company.name for company in on]) as index:
            found = index.search([company.name for company in off])
            best = np.sort(found.best(index.scores(found, scored_by=assemble(trees))))[::-1]
        # one more than the points of the first clean name beyond the budget
        table.append([int(best[min(budget * len(off) // 100_000, len(off) - 1)]) + 1 for budget in budgets])
        shown = ", ".join(f"{b}: {p}" for b, p in zip(budgets, table[-1], strict=True))
        print(f"list of {len(on):,}, {len(off):,} clean: {shown}", flush=True)
    return table


def report(name: str, trees: Trees, judged: Table, threshold: int) -> dict[str, Any]:
    """Print recall or false positives by kind at a threshold."""
    said = (points(trees, judged.rows) >= threshold) & (judged.vetoes == 0)
    right = int((said & (judged.labels == 1)).sum())
    f1 = 2 * right / (int(said.sum()) + int(judged.labels.sum()))
    print(f"{name}: F1 {f1:.4f}, precision {right / said.sum():.4f}, recall {right / judged.labels.sum():.4f}")
    rates = {kind: float(said[judged.kinds == kind].mean()) for kind in sorted(set(judged.kinds.tolist()))}
    for kind, rate in rates.items():
        what = "recall" if judged.labels[judged.kinds == kind][0] else "false positives"
        print(f"    {kind:24} {what:16} {rate:.3f}")
    return {"f1": round(f1, 4), "kinds": {kind: round(rate, 4) for kind, rate in rates.items()}}


def labelled(seed: int, number: int, leave_out: str = "") -> Table:
    """Features of generated pairs; aliases that the text itself states are split off before names are compared."""
    made = pairs(seed, number)
    return table([(p.left, p.right, p.label, p.kind) for p in made if p.kind not in (leave_out, "former_alias")])


SIZES, BUDGETS = (10_000, 100_000, 1_000_000), (10, 30, 100, 300, 1_000, 3_000, 10_000)


def main() -> None:
    """Fit, judge, and write if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=120_000, help="labelled pairs to fit on")
    parser.add_argument("--register", type=int, default=REGISTER, help="companies of the register to mine in")
    parser.add_argument("--asked", type=int, default=150_000, help="companies looked up in it")
    parser.add_argument("--seed", type=int, default=FIT_SEEDS[0], help="first of the fitting seeds")
    parser.add_argument("--write", action="store_true", help="write the model and the thresholds")
    parser.add_argument("--crowds", action="store_true", help="count the table of crowds anew, write it and end")
    parser.add_argument("--thresholds", action="store_true", help="only fit the thresholds of the model that ships")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="list sizes of the thresholds")
    asked = parser.parse_args()
    if asked.crowds:
        (HOUSE / "crowds.tsv").write_text(count_crowds(asked.seed, 400_000), "utf-8")
        return
    trees = shipped() if asked.thresholds else _fit(asked)
    made = calibrate(trees, asked.seed + 9, asked.sizes, 100_000, BUDGETS)
    if asked.write or asked.thresholds:
        calibration = {
            "sizes": list(asked.sizes), "budgets": list(BUDGETS), "points": made,
            "made": f"scripts/fit_names.py, seed {asked.seed + 9}, 100,000 clean generated names against each size;"
            f" lists below {NATIONAL:,} and their clean names from one in {PROVINCES} provinces",
        }  # fmt: skip
        (HOUSE / "calibration.json").write_bytes(msgspec.json.format(msgspec.json.encode(calibration)) + b"\n")


def _fit(asked: argparse.Namespace) -> Trees:
    known = labelled(asked.seed + 1, asked.pairs)
    neighbours = mine(asked.seed + 2, asked.register, asked.asked)
    stuff = material(known, neighbours)
    print(f"fitting on {len(known.rows):,} pairs and {len(neighbours.rows):,} candidates")
    trees = fit_model(*stuff, seed=asked.seed)
    threshold, f1 = best_threshold(points(trees, stuff.rows), stuff.labels, stuff.weights)
    print(f"threshold {threshold} points, F1 {f1:.4f} on the weighted material")
    judged = report("generated pairs of a judging seed", trees, labelled(JUDGE_SEEDS[1], 40_000), threshold)
    card = {
        "made": f"scripts/fit_names.py --pairs {asked.pairs} --register {asked.register}"
        f" --asked {asked.asked} --seed {asked.seed}",
        "lightgbm": lightgbm.__version__, "rounds": ROUNDS, "leaves": LEAVES, "rate": RATE,
        "pairs": len(known.rows), "candidates": len(neighbours.rows), "judged": judged,
        "fitted_on": "names generated by benchmarks/namelab; no name of a real register",
    }  # fmt: skip
    trees = msgspec.structs.replace(trees, pair_threshold=threshold, card=card)
    if asked.write:
        (HOUSE / "model.json").write_bytes(msgspec.json.encode(trees) + b"\n")
    return trees


if __name__ == "__main__":
    main()
