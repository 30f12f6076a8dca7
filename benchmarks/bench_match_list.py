"""A list against a list: `python benchmarks/bench_match_list.py` runs `liancheng match list` as a whole process.

Makes a generated register, puts half of it on a list, and asks for the other half (clean bidders), for listed names
as they are written, and for variants of listed names. Prints the time from start to end, the memory of all processes
together, and what came of it: alarms of clean bidders, recall of variants at the first candidate and at all.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psutil
from namelab import companies
from namelab.variants import KINDS

SEED = 90_210
CLEAN, AS_WRITTEN = "clean", "as_written"


def write_files(folder: Path, listed: int, queries: int, coverage: float) -> list[tuple[str, int]]:
    """List, queries and register; what each query stands for: a kind, and the row of the list or -1."""
    rng = Random(SEED)
    on_list, on_query = companies(SEED, listed + queries), []
    truth: list[tuple[str, int]] = []
    kinds = list(KINDS)
    with (
        (folder / "list.csv").open("w", encoding="utf-8", newline="") as list_file,
        (folder / "registry.csv").open("w", encoding="utf-8", newline="") as registry_file,
        (folder / "queries.csv").open("w", encoding="utf-8", newline="") as query_file,
    ):
        lists, registry, asked = map(csv.writer, (list_file, registry_file, query_file))
        for out in (lists, registry, asked):
            out.writerow(("name", "code", "legal_rep"))
        for row, company in enumerate(on_list):
            if rng.random() < coverage:
                registry.writerow((company.name, company.code, ""))
            if row < listed:
                # every third record of a list has no code, as with court lists
                code, rep = ("" if row % 3 == 0 else company.code), company.legal_rep
                lists.writerow((company.name, code, rep))
                if rng.random() < queries * 0.3 / listed:
                    on_query.append(_variant(rng, company, kinds, row))
            elif len(on_query) < queries:
                on_query.append((company.name, "" if rng.random() < 0.5 else company.code, "", CLEAN, -1))
        rng.shuffle(on_query)
        for name, code, rep, kind, row in on_query:
            asked.writerow((name, code, rep))
            truth.append((kind, row))
    return truth


def _variant(rng: Random, company: object, kinds: list[str], row: int) -> tuple[str, str, str, str, int]:
    """A listed company as somebody writes it: two times in three as it is, else as a variant, without its code."""
    name = company.name  # type: ignore[attr-defined]
    if rng.random() < 0.66:
        return name, "", "", AS_WRITTEN, row
    for _ in range(20):
        kind = rng.choice(kinds)
        made = KINDS[kind].make(rng, company)  # type: ignore[arg-type]
        if made is not None and made != name:
            return made, "", "", kind, row
    return name, "", "", AS_WRITTEN, row


class Watch(threading.Thread):
    """Adds up the memory of a process and its children, ten times a second; shared pages count once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.unique = 0
        self.largest = 0

    def run(self) -> None:
        while True:
            try:
                root = psutil.Process(self._pid)
                found = [root, *root.children(recursive=True)]
                self.unique = max(self.unique, sum(each.memory_full_info().uss for each in found))
                self.largest = max(self.largest, max(each.memory_info().rss for each in found))
            except psutil.Error:
                return
            time.sleep(0.1)


def answers(path: Path) -> Iterator[list[dict[str, str]]]:
    """The candidates of each query."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        group: list[dict[str, str]] = []
        for row in csv.DictReader(handle):
            if group and row["query_row"] != group[0]["query_row"]:
                yield group
                group = []
            group.append(row)
        if group:
            yield group


def judge(path: Path, truth: list[tuple[str, int]]) -> dict[str, object]:
    """Alarms of clean bidders, and how many variants were found, by kind."""
    clean = alarms = undetermined = blocked = 0
    of_kind: Counter[str] = Counter()
    first: Counter[str] = Counter()
    found: Counter[str] = Counter()
    alarmed: Counter[str] = Counter()
    for (kind, row), group in zip(truth, answers(path), strict=True):
        decisions = {one["decision"] for one in group}
        if kind == CLEAN:
            clean += 1
            alarms += any(one["decision"] == "REVIEW" and one["tier"] == "E5" for one in group)
            blocked += "BLOCK" in decisions
            undetermined += "UNDETERMINED" in decisions
            continue
        of_kind[kind] += 1
        right = [one for one in group if one["list_row"] == str(row + 1)]
        first[kind] += group[0]["list_row"] == str(row + 1)
        found[kind] += bool(right)
        alarmed[kind] += any(one["decision"] in ("REVIEW", "BLOCK") for one in right)
    variants = [kind for kind in of_kind if kind != AS_WRITTEN]
    total = sum(of_kind[kind] for kind in variants)

    def share(counts: Counter[str]) -> float:
        return round(sum(counts[kind] for kind in variants) / max(total, 1), 4)

    return {
        "clean": clean,
        "alarms_per_100k_clean": round(alarms / max(clean, 1) * 1e5, 1),
        "wrong_block": blocked,
        "undetermined_per_100k_clean": round(undetermined / max(clean, 1) * 1e5, 1),
        "as_written": of_kind[AS_WRITTEN],
        "as_written_review_or_block": round(alarmed[AS_WRITTEN] / max(of_kind[AS_WRITTEN], 1), 4),
        "variants": total,
        "variants_first": share(first),
        "variants_among_candidates": share(found),
        "variants_review": share(alarmed),
        "review_by_kind": {kind: round(alarmed[kind] / of_kind[kind], 3) for kind in sorted(variants)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", type=int, default=1_000_000, dest="listed", help="names on the list")
    parser.add_argument("--queries", type=int, default=1_000_000)
    parser.add_argument(
        "--registry", type=float, default=0.9, help="part of the companies that it knows; 0: none"
    )
    parser.add_argument("--top", type=int, default=3)
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: one for every core")
    parser.add_argument("--files", type=Path, help="make the files here, or use those of an earlier run")
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.files or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        noted = folder / f"truth-{given.listed}-{given.queries}-{given.registry}.json"
        if noted.is_file():
            truth = [(kind, row) for kind, row in json.loads(noted.read_text("utf-8"))]
        else:
            truth = write_files(folder, given.listed, given.queries, given.registry)
            noted.write_text(json.dumps(truth), encoding="utf-8")
        words = [
            "match",
            "list",
            str(folder / "list.csv"),
            str(folder / "queries.csv"),
            "--top",
            str(given.top),
        ]
        if given.registry:
            words += ["--registry", str(folder / "registry.csv")]
        if given.workers:
            words += ["--workers", str(given.workers)]
        out = folder / "out.csv"
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("liancheng")), *words, "-o", str(out)],
            env={**os.environ, "LIANCHENG_HOME": str(folder / "home")},
        )
        watch = Watch(process.pid)
        watch.start()
        status = process.wait()
        seconds = time.perf_counter() - start
        if status not in (0, 1):
            raise SystemExit(f"liancheng ended with {status}")
        result = {
            "command": " ".join(["python", "benchmarks/bench_match_list.py", *sys.argv[1:]]),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "list": given.listed,
            "queries": len(truth),
            "seconds": round(seconds, 1),
            "queries_per_second": round(len(truth) / seconds),
            "memory_of_all_processes_mb": round(watch.unique / 2**20),
            "largest_process_mb": round(watch.largest / 2**20),
            **judge(out, truth),
            "load_average_after": round(os.getloadavg()[0], 2),
        }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
