"""How well Latin names of companies and persons are told apart, in tiers of clearness.

    python benchmarks/bench_latin.py                      the project's own pairs (benchmarks/latin_pairs.tsv)
    python benchmarks/bench_latin.py --cases cases.csv    any file with name1, name2, is_match, schema, quality
    python benchmarks/bench_latin.py --pairs pairs.csv    Latin against Chinese names: left, right, label, kind

The second form reads the public benchmark of the nomenklatura project (contrib/name_bench/cases.csv, not shipped
here). Two of its habits are not ours: a series' numbers (Fund I, Fund II) count as one name there and as a veto here,
and names that differ by one letter of the brand are mostly one name there.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import fuzz

from graph.text import org_key
from matching.names.cross import compare_cross
from matching.names.latin import compare_latin
from matching.names.persons import compare_persons

OWN = Path(__file__).parent / "latin_pairs.tsv"
_PERSON = frozenset({"person"})
_COMPANY = frozenset({"company", "organization", "legalentity"})


class Case(NamedTuple):
    """A labelled pair."""

    schema: str
    left: str
    right: str
    same: bool
    tier: str
    kind: str


def own_cases(half: str = "all") -> list[Case]:
    """The project's own pairs: `tune` the odd rows, `judge` the even ones, or all."""
    lines = [line for line in OWN.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    rows = [line.split("\t") for line in lines]
    wanted = {"tune": rows[::2], "judge": rows[1::2], "all": rows}[half]
    return [Case(schema, a, b, same == "1", tier, kind) for schema, a, b, same, tier, kind in wanted]


def cases_of(path: Path) -> list[Case]:
    """Pairs of a file in the public form; ships are left out."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [
        Case(
            row["schema"].lower(),
            row["name1"],
            row["name2"],
            row["is_match"].lower() == "true",
            (row.get("quality") or "MEDIUM").lower(),
            row.get("category") or row.get("case_group") or "",
        )
        for row in rows
        if row["schema"].lower() in _PERSON | _COMPANY
    ]


def cross_cases(path: Path) -> list[Case]:
    """Pairs of a Latin and a Chinese name; pairs of two Chinese ones are left out."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [
        Case("cross", row["left"], row["right"], row["label"] == "1", row["kind"], row["kind"])
        for row in rows
        if row["left"].isascii() and not row["right"].isascii() and any(map(str.isalpha, row["left"]))
    ]


def points(case: Case) -> int:
    """Points of a pair; a veto counts as far below zero."""
    if case.schema in _PERSON:
        return compare_persons(case.left, case.right).points
    if case.schema == "cross":
        crossed = compare_cross(case.left, org_key(case.right))
        return min(crossed.points, -5000) if crossed.vetoes else crossed.points
    found = compare_latin(case.left, case.right)
    return min(found.points, -5000) if found.vetoes else found.points


def _ratio(case: Case) -> int:
    return round(fuzz.ratio(case.left.upper(), case.right.upper())) - 85


def _token_sort(case: Case) -> int:
    return round(fuzz.token_sort_ratio(case.left.upper(), case.right.upper())) - 85


def _weighted(case: Case) -> int:
    return round(fuzz.WRatio(case.left.upper(), case.right.upper())) - 88


SCORERS: dict[str, Callable[[Case], int]] = {
    "liancheng": points,
    "rapidfuzz ratio >= 85": _ratio,
    "rapidfuzz token_sort >= 85": _token_sort,
    "rapidfuzz WRatio >= 88": _weighted,
}


class Figures(NamedTuple):
    """Counts of right and wrong answers."""

    pairs: int
    precision: float
    recall: float
    f1: float


def judge(cases: list[Case], scorer: Callable[[Case], int] = points) -> Figures:
    """Precision, recall and F1 of `same` at zero points."""
    hits = [(scorer(case) >= 0, case.same) for case in cases]
    both = sum(said and is_same for said, is_same in hits)
    said, same = sum(said for said, _ in hits), sum(is_same for _, is_same in hits)
    precision, recall = both / max(said, 1), both / max(same, 1)
    return Figures(len(cases), precision, recall, 2 * both / max(said + same, 1))


def _groups(cases: list[Case]) -> Iterator[tuple[str, list[Case]]]:
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups["companies" if case.schema not in _PERSON else "persons"].append(case)
        groups[f"tier {case.tier}"].append(case)
    yield "all", cases
    yield from sorted(groups.items())


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and the wrong answers if asked."""
    parser = argparse.ArgumentParser(description="Latin names: how well they are told apart.")
    parser.add_argument("--cases", type=Path, help="a file in the public form instead of the own pairs")
    parser.add_argument("--pairs", type=Path, help="a file of Latin and Chinese names instead")
    parser.add_argument(
        "--half", choices=("tune", "judge", "all"), default="judge", help="rows of the own pairs"
    )
    parser.add_argument("--wrong", action="store_true", help="print every wrong answer")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args(arguments)
    cases = cases_of(options.cases) if options.cases else own_cases(options.half)
    if options.pairs:
        cases = cross_cases(options.pairs)
    result: dict[str, object] = {
        "command": " ".join(["python benchmarks/bench_latin.py", *(arguments or sys.argv[1:])]),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    # Letters of two scripts have nothing in common for the peers.
    scorers = {"liancheng": points} if options.pairs else SCORERS
    for name, scorer in scorers.items():
        scorer(cases[0])
        begin = time.perf_counter()
        for case in cases:
            scorer(case)
        spent = (time.perf_counter() - begin) / len(cases) * 1e6
        rows = {group: judge(chosen, scorer)._asdict() for group, chosen in _groups(cases)}
        result[name] = {"microseconds": round(spent, 1), "groups": rows}
        print(f"{name}: {spent:.0f} microseconds a pair")
        for group, row in rows.items():
            print(
                f"  {group:14} {row['pairs']:4} pairs  precision {row['precision']:.3f}  "
                f"recall {row['recall']:.3f}  F1 {row['f1']:.3f}"
            )
    if options.wrong:
        for case in cases:
            value = points(case)
            if (value >= 0) != case.same:
                print(
                    f"{'same' if case.same else 'different'} {value:6} {case.tier:6} {case.left} | {case.right}"
                )
    if options.json:
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
