"""The committed quality of name matching: measured on generated names, written to tests/quality/names.json.

    python benchmarks/namelab/quality.py           # measure in full and compare with the committed file
    python benchmarks/namelab/quality.py --write   # measure in full and write it

The test measures again on the first part of the same samples and fails where a figure is worse than the committed
one by more than chance allows. Judging seeds are never fitted on.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT / "benchmarks") not in sys.path:  # run as a script
    sys.path.insert(0, str(ROOT / "benchmarks"))

import numpy as np  # noqa: E402

from matching.bulk.parties import Cells  # noqa: E402
from namelab import generated, lists, measure, ours  # noqa: E402
from namelab.sampling import FIT_SEEDS  # noqa: E402

FILE: Final = ROOT / "tests" / "quality" / "names.json"
LIST_SIZE: Final = 50_000
FIT_SEED: Final = FIT_SEEDS[900]
"""Of the pairs that leave-one-kind-out fits on; neither judged on nor used for the model that ships."""
ROUNDS, LEAVES, RATE = 40, 16, 0.25
"""Of the models that are fitted without a kind: a tenth of the work of the one that ships."""
MINED_REGISTER, MINED_ASKED = 40_000, 2_000
FALSE_RATE: Final = 0.1
"""Share of the fitted different names that each of these models may call the same: where its cut is set. The cut of the
best F1 lies on a flat top and jumps; this one does not."""
FIT_SLACK: Final = 0.05
"""Allowed beside chance where a model is fitted anew: whatever moves a candidate moves the trees a little."""
SPLIT_OFF: Final = frozenset({"former_alias"})
"""Kinds that no scorer of two names sees: the text itself states both names, which are taken apart before."""
STRONG: Final = 0.99
USUAL: Final = 0.9
DEVIATIONS: Final = 3.3
"""Standard deviations by which a figure may fall behind: one in two thousand, if only chance were at work."""
SLACK: Final = 0.002
"""Allowed beside chance, as a share."""


class Sizes(NamedTuple):
    """How much is measured."""

    pairs: int
    clean: int
    listed: int
    left_out_pairs: int


FULL: Final = Sizes(pairs=100_000, clean=50_000, listed=20_000, left_out_pairs=20_000)
SMALL: Final = Sizes(pairs=20_000, clean=20_000, listed=4_000, left_out_pairs=20_000)


def tier(share: float) -> str:
    """What a kind of variant is to us: strong (nearly always found), usual, or hard."""
    return "strong" if share >= STRONG else "usual" if share >= USUAL else "hard"


def pair_figures(sizes: Sizes) -> dict[str, Any]:
    """F1, precision and recall of `relation = same` as `match pairs` says it, and the right answers of every kind."""
    rows = generated.labelled_pairs(sizes.pairs)
    decided = ours.decisions((Cells(row.left), Cells(row.right)) for row in rows)
    same = np.array([row.same for row in rows])
    called = np.array([one.relation == "same" for one in decided])
    point = measure.at(called.astype(np.float64), same, 1.0)
    found: dict[str, dict[str, Any]] = {"positive": {}, "negative": {}}
    for row in measure.by_kind([row.kind for row in rows], same, called):
        right = 1 - row.share.value
        one: dict[str, Any] = {"right": round(right, 4), "pairs": row.pairs}
        if row.same:
            one["tier"] = tier(right)
        found["positive" if row.same else "negative"][row.kind] = one
    return {
        "pairs": len(rows),
        "f1": round(point.f1, 4),
        "precision": round(point.precision, 4),
        "recall": round(point.recall, 4),
        "block": sum(one.decision == "BLOCK" for one in decided),
        **found,
    }


def list_figures(sizes: Sizes) -> dict[str, Any]:
    """Against a generated list: candidates, recall at the budget of alarms, and what the shipped threshold gives."""
    setting = lists.made(LIST_SIZE, sizes.clean, sizes.listed, generated.JUDGE_SEED)
    trial = lists.run(setting)
    by = dict(lists.points(trial, "own generator"))
    best, shipped = by[ours.TITLE], by[f"{ours.TITLE}, shipped threshold"]
    return {
        "size": trial.size,
        "listed": len(setting.variants["own generator"]),
        "clean": best.clean,
        "recall_12": round(trial.recall["own generator"].value, 4),
        "recall_at_100_alarms": round(best.recall.value, 4),
        "shipped_recall": round(shipped.recall.value, 4),
        "shipped_alarms_per_100k": round(shipped.alarms.value, 1),
    }


@cache
def fitting() -> ModuleType:
    """scripts/fit_names.py, which fits the model that ships."""
    spec = importlib.util.spec_from_file_location("fit_names", ROOT / "scripts" / "fit_names.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("scripts/fit_names.py is not there")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def left_out_figures(sizes: Sizes) -> dict[str, Any]:
    """What the model does with a kind that it was not fitted on, with every kind in turn.

    Fitted as the model that ships, weights included, on less: fewer pairs, fewer trees, and of what is mined from a
    register only the neighbours, because mined variants are of every kind. `seen` and `unseen` are the
    shares of right answers on the kind by the model fitted with and without it; for a kind of variants, `opposite` is
    the share of right answers of the latter on the different names that look most like it.
    """
    fit = fitting()
    known, judged = (
        fit.table([(r.left, r.right, int(r.same), r.kind) for r in rows if r.kind not in SPLIT_OFF])
        for rows in (
            generated.labelled_pairs(sizes.left_out_pairs, FIT_SEED),
            generated.labelled_pairs(sizes.left_out_pairs),
        )
    )
    mined = fit.mine(FIT_SEED - 1, MINED_REGISTER, MINED_ASKED)
    mined = type(mined)(*(column[mined.labels == 0] for column in mined))

    def answers(kept: Any) -> Any:
        part = type(known)(*(column[kept] for column in known))
        stuff = fit.material(part, mined)
        model = fit.fit_model(*stuff, rounds=ROUNDS, leaves=LEAVES, rate=RATE, threads=1)
        different = np.where(part.vetoes == 0, fit.points(model, part.rows), measure.VETOED)[part.labels == 0]
        cut, _ = measure.list_threshold(different.astype(np.float64), FALSE_RATE * measure.PER)
        called = (fit.points(model, judged.rows) >= cut) & (judged.vetoes == 0)
        return called == (judged.labels == 1)

    seen = answers(np.ones(len(known.labels), bool))
    opposites = generated.opposites()
    found: dict[str, Any] = {}
    for kind in sorted(set(known.kinds.tolist())):
        of = judged.kinds == kind
        right = answers(known.kinds != kind)
        one: dict[str, Any] = {
            "pairs": int(of.sum()),
            "same": bool(judged.labels[of][0]),
            "seen": round(float(seen[of].mean()), 4),
            "unseen": round(float(right[of].mean()), 4),
        }
        against = np.isin(judged.kinds, opposites.get(kind, ()))
        if against.any():
            one["opposite_seen"] = round(float(seen[against].mean()), 4)
            one["opposite"] = round(float(right[against].mean()), 4)
            one["opposite_pairs"] = int(against.sum())
        found[kind] = one
    return found


def measured(sizes: Sizes) -> dict[str, Any]:
    """Everything at once, as it is committed."""
    return {
        "made": "python benchmarks/namelab/quality.py --write",
        "seeds": {"judge": generated.JUDGE_SEED, "fit_without_a_kind": FIT_SEED},
        "tolerance": {
            "standard_deviations": DEVIATIONS,
            "slack": SLACK,
            "slack_where_fitted_anew": FIT_SLACK,
        },
        "pairs": pair_figures(sizes),
        "list": list_figures(sizes),
        "left_out": left_out_figures(sizes),
    }


def allowance(share: float, of: int, committed_of: int) -> float:
    """How far a share may fall by chance: both the committed figure and the new one are counts.

    Args:
        share: the committed share of right answers.
        of: cases of the new figure.
        committed_of: cases of the committed one.
    """
    # a share of exactly 0 or 1 still has an unknown rate beside it: count two more cases of each sort
    settled = (share * committed_of + 2) / (committed_of + 4)
    return (
        DEVIATIONS * math.sqrt(settled * (1 - settled) * (1 / max(of, 1) + 1 / max(committed_of, 1))) + SLACK
    )


def worse(
    what: str, committed: float, now: float, of: int, committed_of: int, more: float = 0.0
) -> list[str]:
    """A sentence when a share of right answers fell by more than chance, and `more`, allow."""
    allowed = allowance(committed, of, committed_of) + more
    if now >= committed - allowed:
        return []
    return [f"{what}: {now:.4f} of {of}, committed {committed:.4f} (may be {committed - allowed:.4f})"]


def pair_drops(committed: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Where figures on pairs are worse than committed; a kind that is gone counts, and a new one must be committed."""
    said = []
    for name in ("f1", "precision", "recall"):
        said += worse(name, committed[name], now[name], now["pairs"], committed["pairs"])
    for side in ("positive", "negative"):
        for kind in sorted({*committed[side], *now[side]}):
            if kind not in now[side] or kind not in committed[side]:
                said.append(
                    f"{side} kind {kind}: only in the {'file' if kind in committed[side] else 'measurement'}"
                )
                continue
            old, new = committed[side][kind], now[side][kind]
            said += worse(f"{side} kind {kind}", old["right"], new["right"], new["pairs"], old["pairs"])
    return said


def list_drops(committed: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Where figures against the generated list are worse than committed."""
    said = []
    for name in ("recall_12", "recall_at_100_alarms", "shipped_recall"):
        said += worse(name, committed[name], now[name], now["listed"], committed["listed"])
    quiet = 1 - now["shipped_alarms_per_100k"] / measure.PER
    said += worse(
        "clean bidders without an alarm at the shipped threshold",
        1 - committed["shipped_alarms_per_100k"] / measure.PER,
        quiet,
        now["clean"],
        committed["clean"],
    )
    return said


def left_out_drops(committed: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Where a model fitted without a kind does worse than committed, on the kind or on its opposite."""
    said = []
    for kind in sorted({*committed, *now}):
        if kind not in now or kind not in committed:
            said.append(f"kind {kind}: only in the {'file' if kind in committed else 'measurement'}")
            continue
        old, new = committed[kind], now[kind]
        said += worse(
            f"fitted without {kind}, on it",
            old["unseen"],
            new["unseen"],
            new["pairs"],
            old["pairs"],
            FIT_SLACK,
        )
        if "opposite" in old:
            said += worse(
                f"fitted without {kind}, on its opposite",
                old["opposite"],
                new.get("opposite", 0.0),
                new.get("opposite_pairs", 0),
                old["opposite_pairs"],
                FIT_SLACK,
            )
    return said


def load() -> dict[str, Any]:
    """The committed figures."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write tests/quality/names.json")
    given = parser.parse_args(words)
    now = measured(FULL)
    if given.write:
        FILE.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    committed = load()
    said = [
        *pair_drops(committed["pairs"], now["pairs"]),
        *list_drops(committed["list"], now["list"]),
        *left_out_drops(committed["left_out"], now["left_out"]),
    ]
    print("\n".join(said) or "nothing is worse than committed")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
