"""Trials on labelled pairs: every scorer on the same rows, errors by kind, the worst pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.text import index_text, organization_name
from matching.bulk.parties import Cells
from namelab import evaluation, measure, ours, peers
from namelab.evaluation import Labelled

Scores = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trial:
    """Scores of one scorer; `threshold` is the one it ships with, None for a peer, which ships none."""

    name: str
    scores: Scores
    microseconds: float
    threshold: float | None = None
    missing: str = ""


def trials(rows: Sequence[Labelled], *, outside: Sequence[str]) -> list[Trial]:
    """Ours and every peer on the same pairs; a nomenklatura algorithm with its better form of names."""
    pairs = [(row.left, row.right) for row in rows]
    own = ours.score(pairs)
    found = [Trial(ours.TITLE, own.scores, own.microseconds, ours.threshold())]
    for name in peers.SCORERS:
        one = peers.score(name, pairs)
        found.append(Trial(name, one.scores, one.microseconds))
    if outside:
        settled = [(peers.normalise(a), peers.normalise(b)) for a, b in pairs]
        raw = peers.score_outside(outside, pairs)
        normalised = peers.score_outside(outside, settled)
        same = np.array([row.same for row in rows])
        for one, other in zip(raw, normalised, strict=True):
            if one.missing:
                found.append(Trial(one.name, one.scores, 0.0, missing=one.missing))
                continue
            better = max(
                (one, "raw"), (other, "normalised"), key=lambda p: measure.best_f1(p[0].scores, same).f1
            )
            found.append(Trial(f"{better[0].name}, {better[1]}", better[0].scores, better[0].microseconds))
    return found


def quality(trial: Trial, rows: Sequence[Labelled], *, rounds: int, seed: int = 1) -> dict[str, Any]:
    """The figures of one scorer; the bootstrap draws registered names with all their pairs."""
    if trial.missing:
        return {"scorer": trial.name, "missing": trial.missing}
    same = np.array([row.same for row in rows])
    groups = [index_text(row.right) for row in rows]
    best = measure.best_f1(trial.scores, same)
    strict = measure.recall_at_precision(trial.scores, same, 0.999)
    threshold = best.threshold if trial.threshold is None else trial.threshold
    point = measure.at(trial.scores, same, threshold)
    interval = measure.bootstrap(
        lambda weights: measure.at(trial.scores, same, threshold, weights).f1,
        groups,
        rounds=rounds,
        seed=seed,
    )
    return {
        "scorer": trial.name,
        "threshold": threshold,
        "threshold_is": "shipped" if trial.threshold is not None else "best on these pairs",
        "f1": point.f1,
        "f1_low": interval.low,
        "f1_high": interval.high,
        "precision": point.precision,
        "recall": point.recall,
        "best_f1": best.f1,
        "recall_at_precision_999": strict.recall,
        "microseconds": trial.microseconds,
    }


def kinds(trial: Trial, rows: Sequence[Labelled]) -> list[measure.KindRow]:
    """Errors by kind at the threshold of the scorer."""
    same = np.array([row.same for row in rows])
    threshold = measure.best_f1(trial.scores, same).threshold if trial.threshold is None else trial.threshold
    called = (trial.scores >= threshold) & (trial.scores != measure.VETOED)
    return measure.by_kind([row.kind for row in rows], same, called)


def worst(trial: Trial, rows: Sequence[Labelled], top: int = 50) -> list[dict[str, Any]]:
    """The pairs that are furthest on the wrong side."""
    same = np.array([row.same for row in rows])
    threshold = 0.0 if trial.threshold is None else trial.threshold
    return [
        {
            "same": rows[i].same,
            "points": None if trial.scores[i] == measure.VETOED else float(trial.scores[i]),
            "kind": rows[i].kind,
            "left": rows[i].left,
            "right": rows[i].right,
        }
        for i in measure.worst(trial.scores, same, threshold, top)
    ]


def _count(values: Sequence[str]) -> dict[str, int]:
    return {value: values.count(value) for value in sorted(set(values))}


def _share(hits: int, of: int) -> dict[str, Any]:
    found = measure.wilson(hits, of)
    return {"hits": hits, "of": of, "share": found.value, "low": found.low, "high": found.high}


def decided(rows: Sequence[Labelled]) -> dict[str, Any]:
    """What `match pairs` decides on labelled pairs: relation against label, and how often it would BLOCK."""
    found = ours.decisions((Cells(row.left), Cells(row.right)) for row in rows)
    same = np.array([row.same for row in rows])
    called = np.array([one.relation == "same" for one in found])
    point = measure.at(called.astype(np.float64), same, 1.0)
    return {
        "f1": point.f1,
        "precision": point.precision,
        "recall": point.recall,
        "wrong_block": sum(
            one.decision == "BLOCK" and not row.same for one, row in zip(found, rows, strict=True)
        ),
        "block": sum(one.decision == "BLOCK" for one in found),
        "decisions": _count([one.decision for one in found]),
        "kinds": measure.by_kind([row.kind for row in rows], same, called),
    }


def neighbours(rows: Sequence[Labelled]) -> dict[str, Any]:
    """Different companies one character apart: with both codes, and without any."""
    coded = ours.decisions((Cells(r.left, r.left_code), Cells(r.right, r.right_code)) for r in rows)
    bare = ours.decisions((Cells(r.left), Cells(r.right)) for r in rows)
    return {
        "pairs": len(rows),
        "with_codes": _count([one.decision for one in coded]),
        "with_codes_clear": _share(sum(one.decision == "CLEAR" for one in coded), len(rows)),
        "wrong_block": sum(one.decision == "BLOCK" for one in (*coded, *bare)),
        "without_codes": _count([one.decision for one in bare]),
        "without_codes_same": _share(sum(one.relation == "same" for one in bare), len(rows)),
    }


def branches(rows: Sequence[Labelled]) -> dict[str, Any]:
    """Branches with their company: how often the relation is seen, without codes and with them."""
    bare = ours.decisions((Cells(r.left), Cells(r.right)) for r in rows)
    coded = ours.decisions((Cells(r.left, r.left_code), Cells(r.right, r.right_code)) for r in rows)
    missed = [r for r, one in zip(rows, bare, strict=True) if one.relation != "branch_of"]
    return {
        "pairs": len(rows),
        "branch_of": _share(len(rows) - len(missed), len(rows)),
        "branch_of_with_codes": _share(sum(one.relation == "branch_of" for one in coded), len(rows)),
        "relations": _count([one.relation for one in bare]),
        "decisions": _count([one.decision for one in bare]),
        "missed": [(r.left, r.right) for r in missed[:20]],
    }


def aliases(rows: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Names inside a registered string: each of them against the whole string."""
    found = ours.decisions((Cells(name), Cells(whole)) for whole, name, _ in rows)
    missed = [row for row, one in zip(rows, found, strict=True) if one.relation != "same"]
    return {
        "names": len(rows),
        "same": _share(len(rows) - len(missed), len(rows)),
        "decisions": _count([one.decision for one in found]),
        "missed": [(name, whole, pattern) for whole, name, pattern in missed],
    }


_USUAL = str.maketrans({"０": "0", "〇": "0", "○": "0", "ｏ": "0", "Ｏ": "0"})


def usual(name: str, odd: str) -> str:
    """How a clerk would type a name with an odd character; empty where there is no telling."""
    if odd == "LATIN":
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name.lower())
    if odd == "SPACE":
        return "" if organization_name(name).aliases else "".join(name.split())
    if odd == "TRAILING_PUNCT":
        return name.rstrip(".。,，、;；:：·-—_'\"`!！* ")
    if odd == "MIDDLE_DOT":
        return "".join(c for c in name if c not in "·•・‧∙⋅．")
    if odd == "DIGIT_VARIANT":
        return name.translate(_USUAL)
    if odd == "PUA":
        return "".join("梓" if "\ue000" <= c <= "\uf8ff" else c for c in name)
    if odd == "LOST_CHAR":
        return name.replace("?", "梓").replace("\ufffd", "梓")
    return ""


def odd(rows: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Names with odd characters against the same names as a clerk would type them."""
    typed = [(name, usual(name, why), why) for name, why in rows]
    asked = [(name, other, why) for name, other, why in typed if other and other != name]
    found = ours.decisions((Cells(other), Cells(name)) for name, other, _ in asked)
    by: dict[str, Any] = {}
    for why in dict.fromkeys(why for _, _, why in asked):
        of = [one for one, (_, _, w) in zip(found, asked, strict=True) if w == why]
        by[why] = {
            **_share(sum(one.relation == "same" for one in of), len(of)),
            "decisions": _count([one.decision for one in of]),
        }
    missed = [a for a, one in zip(asked, found, strict=True) if one.relation != "same"]
    return {"names": len(rows), "asked": len(asked), "kinds": by, "missed": missed[:30]}


def special(data: Any, limit: int | None) -> Mapping[str, dict[str, Any]]:
    """The four special files; `limit` rows of each for a quick look."""
    return {
        "one_character_apart": neighbours(evaluation.one_character_apart(data)[:limit]),
        "branches": branches(evaluation.branches(data)[:limit]),
        "embedded_aliases": aliases(evaluation.embedded_aliases(data)[:limit]),
        "odd_characters": odd(evaluation.odd_names(data)[:limit]),
    }
