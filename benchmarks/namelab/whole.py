"""Whole decisions on lists: runs `liancheng match list` as a user would and reads what it wrote."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from graph.text import org_key
from matching.bulk.parties import Cells
from namelab import lists, measure
from namelab.evaluation import Labelled

LIANCHENG = (str(Path(sys.executable).with_name("liancheng")),)
STRICT = ("CLEAR", "FLAG", "REVIEW", "UNDETERMINED", "BLOCK")


class Answer(NamedTuple):
    """A row of the answer: a candidate of a query."""

    row: int
    """Of the list, from 0; -1 where nothing was found."""
    decision: str
    tier: str
    reason: str


def _write(path: Path, rows: Sequence[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("name", "code", "legal_rep"))
        writer.writerows(rows)


def match_list(
    listed: Sequence[Cells],
    queries: Sequence[Cells],
    registry: Sequence[Cells] = (),
    *,
    budget: int = lists.BUDGET,
) -> list[list[Answer]]:
    """The candidates of every query, as the command tells them.

    Raises:
        RuntimeError: the command failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        files = {"list": listed, "queries": queries, "registry": registry}
        for name, rows in files.items():
            _write(home / f"{name}.csv", rows)
        words = ["match", "list", str(home / "list.csv"), str(home / "queries.csv"), "--budget", str(budget)]
        words += ["--registry", str(home / "registry.csv")] if registry else []
        done = subprocess.run(
            [*LIANCHENG, *words, "--lang", "en", "-o", str(home / "answer.csv")],
            env={**os.environ, "LIANCHENG_HOME": str(home / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 1):
            raise RuntimeError((done.stderr.strip().splitlines() or ["no answer"])[-1])
        found: list[list[Answer]] = [[] for _ in queries]
        with (home / "answer.csv").open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                listed_row = int(row["list_row"]) - 1 if row["list_row"] else -1
                answer = Answer(listed_row, row["decision"], row["tier"], row["reason"])
                found[int(row["query_row"]) - 1].append(answer)
    return found


def strictest(answers: Sequence[Answer]) -> str:
    """The strictest verdict among the candidates of a query."""
    return max((answer.decision for answer in answers), key=STRICT.index)


def _count(values: Sequence[str]) -> dict[str, int]:
    return {value: values.count(value) for value in sorted(set(values))}


def neighbours(rows: Sequence[Labelled]) -> dict[str, Any]:
    """One of two neighbours is listed, the other bids: with its code; without, but registered; and unknown.

    Bidders whose own name is on the list, as the neighbour of a third one, are left out.
    """
    listed_names = {org_key(row.left) for row in rows}
    kept = [row for row in rows if org_key(row.right) not in listed_names]
    listed = [Cells(row.left, row.left_code) for row in rows]
    coded = match_list(listed, [Cells(row.right, row.right_code) for row in kept])
    register = [Cells(row.right, row.right_code) for row in kept]
    known = match_list(listed, [Cells(row.right) for row in kept], register)
    bare = match_list(listed, [Cells(row.right) for row in kept])
    silent = sum(not any(answer.reason for answer in answers) for answers in known)
    return {
        "bidders": len(kept),
        "with_code": _count([strictest(answers) for answers in coded]),
        "registered_without_code": _count([strictest(answers) for answers in known]),
        "registered_without_a_trace": silent,
        "unknown_without_code": _count([strictest(answers) for answers in bare]),
        "wrong_block": sum(strictest(answers) == "BLOCK" for answers in (*coded, *known, *bare)),
    }


def decided(setting: lists.Setting) -> dict[str, Any]:
    """Whole decisions on a setting of the list trial, with and without the registry of known companies."""
    listed = [Cells(name) for name in setting.entries]
    places = {org_key(name): place for place, name in enumerate(setting.entries)}
    asked = [Cells(name) for name in setting.clean]
    ends = [0]
    rights: list[int] = []
    for variants in setting.variants.values():
        asked += [Cells(query) for query, _ in variants]
        rights += [places[org_key(name)] for _, name in variants]
        ends.append(len(rights))
    registry = [Cells(name) for name in setting.clean if org_key(name) in setting.registered]
    found: dict[str, Any] = {}
    for title, register in (("no registry", []), (f"registry of {lists.COVERAGE:.0%}", registry)):
        answers = match_list(listed, asked, register)
        clean, others = answers[: len(setting.clean)], answers[len(setting.clean) :]
        verdicts = [strictest(one) for one in clean]
        alarms = measure.wilson(sum(verdict != "CLEAR" for verdict in verdicts), len(verdicts))
        groups: dict[str, Any] = {}
        for number, group in enumerate(setting.variants):
            part = range(ends[number], ends[number + 1])
            hits = sum(
                any(answer.row == rights[i] and answer.decision != "CLEAR" for answer in others[i])
                for i in part
            )
            groups[group] = {"queries": len(part), **measure.wilson(hits, len(part))._asdict()}
        found[title] = {
            "clean": _count(verdicts),
            "tiers_of_alarms": _count([
                answer.tier or answer.decision
                for one in clean
                for answer in one
                if answer.decision != "CLEAR"
            ]),
            "alarms_per_100k": measure.Interval(*(value * measure.PER for value in alarms))._asdict(),
            "found": groups,
            "wrong_block": sum(verdict == "BLOCK" for verdict in verdicts),
        }  # fmt: skip
    return found
