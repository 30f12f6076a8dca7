"""How fast one tender with many bidders is decided when a register knows their owners and officers.

`python benchmarks/bench_tender.py` builds a store of 20,000 companies (each with two or three owners, a legal
representative and two directors; groups of five under holding companies, some under a group above them, one owner
with thousands of holdings, some relatives), publishes it, and decides tenders of 50 and of 1,000 bidders. Prints
milliseconds p50 and p95 over the runs, those of the processor (a busy machine stretches the others), and how many
pairs something connects.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from graph.dates import CST
from graph.generation import current_generation, publish
from graph.identifiers.checks import citizen_check_character, uscc_check_character
from graph.model import Id, Mention, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from graph.store import Batch, SnapshotInfo, open_store
from matching.index.write import write_index
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

NOW = datetime(2026, 6, 1, 12, tzinfo=CST)
LISTS = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ")
SOURCE = Source(dataset="register", publisher="bench")


def company(number: int) -> Mention:
    """A fictitious company."""
    body = f"91329901{number:09d}"
    code = Id(scheme="uscc", value=body + uscc_check_character(body))
    return Mention(
        type=PartyType.ORGANIZATION, name=f"临江虚构{number}号建设有限公司", key=f"c{number}", ids=(code,)
    )


def given(number: int) -> str:
    """A fictitious name in plain characters."""
    letters = "甲乙丙丁戊己庚辛壬癸"
    return "虚构" + letters[number % 10] + letters[number // 10 % 10]


def person(number: int) -> Mention:
    """A fictitious person."""
    birth = f"19{50 + number % 50}{1 + number // 50 % 12:02d}{1 + number // 600 % 28:02d}"
    body = f"329901{birth}{number // 16800 % 1000:03d}"
    code = Id(scheme="citizen_id", value=body + citizen_check_character(body))
    return Mention(type=PartyType.PERSON, name=given(number), key=f"h{number}", ids=(code,))


def relations(count: int) -> Iterator[Relation]:
    """Owners and officers of the companies below `count`; holding companies have the numbers above it."""

    def edge(kind: RelationType, src: Mention, dst: Mention, share: str = "", role: str = "") -> Relation:
        return Relation(
            type=kind, key=f"{kind}|{src.key}|{dst.key}", src=src, dst=dst, role=role,
            share=Decimal(share) if share else None, source=SOURCE,
        )  # fmt: skip

    for number in range(count):
        me = company(number)
        if number % 10 < 3:
            yield edge(RelationType.HOLDS, company(count + number // 50), me, "60")
            yield edge(RelationType.HOLDS, person(4 * number), me, "35")
        else:
            yield edge(RelationType.HOLDS, person(4 * number), me, "55")
            yield edge(RelationType.HOLDS, person(4 * number + 1), me, "40")
        if number % 4 == 0:
            yield edge(RelationType.HOLDS, company(2 * count), me, "5")
        yield edge(RelationType.LEGAL_REP_OF, person(4 * number), me)
        yield edge(RelationType.DIRECTOR_OF, person(4 * number + 2), me)
        yield edge(RelationType.DIRECTOR_OF, person(4 * (number - number % 7) + 3), me)
        if number % 20 == 0:
            yield edge(RelationType.KIN_OF, person(4 * number), person(4 * (number + 1)), role="sibling")
    for number in range(count // 50):
        yield edge(RelationType.HOLDS, company(2 * count + 1 + number // 10), company(count + number), "70")


def prepare(home: Path, count: int) -> None:
    """Fill the store and publish, unless the home already holds a generation."""
    if (home / "current").exists():
        return
    store = open_store(str(home / "store.db"), create=True)
    store.begin(
        "bench",
        [
            *(SnapshotInfo(dataset=code, source="bench", full=True, taken_at=NOW) for code in LISTS),
            SnapshotInfo(dataset="register", source="bench", full=False, taken_at=NOW),
        ],
    )
    for first in range(0, count, 2_000):
        store.write(
            Batch(
                parties=tuple(
                    PartyRecord(key=f"c{n}", subject=company(n), source=SOURCE)
                    for n in range(first, min(first + 2_000, count))
                )
            )
        )
    batch: list[Relation] = []
    for relation in relations(count):
        batch.append(relation)
        if len(batch) == 5_000:
            store.write(Batch(relations=tuple(batch)))
            batch.clear()
    store.write(Batch(relations=tuple(batch)))
    store.publish(NOW - timedelta(hours=1))
    publish(store, home, index=write_index)
    store.close()


def request(count: int, size: int, shift: int) -> DecisionRequest:
    """A tender of `size` bidders spread over the register, neighbours in pairs so that some are connected."""
    step = max(1, count // size)
    bidders = []
    for position in range(size):
        number = (shift + position // 2 * 2 * step + position % 2) % count
        mention = company(number)
        bidders.append(
            {
                "client_id": f"b{position}",
                "name": mention.name,
                "identifiers": [{"scheme": "uscc", "id": mention.ids[0].value}],
            }
        )
    return DecisionRequest.model_validate(
        {"tender": {"id": "T", "regime": "mandatory_tender"}, "bidders": bidders}
    )


def main() -> int:
    """Run the benchmark; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--companies", type=int, default=20_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 1000])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        prepare(home, options.companies)
        with current_generation(home) as generation:
            screener = Screener(generation, load_policy(), None, pseudonym_key=b"bench")
            results = {}
            for size in options.sizes:
                asked = [request(options.companies, size, 7 * run) for run in range(options.runs)]
                screener.screen(asked[0], now=NOW)
                times, cpu, pairs = [], [], 0
                for one in asked:
                    start, busy = time.perf_counter(), time.process_time()
                    decision = screener.screen(one, now=NOW)
                    times.append(1000 * (time.perf_counter() - start))
                    cpu.append(1000 * (time.process_time() - busy))
                    pairs = len(decision.pairs)
                times.sort()
                results[size] = {
                    "p50_ms": round(statistics.median(times), 1),
                    "p95_ms": round(times[min(len(times) - 1, int(0.95 * len(times)))], 1),
                    "cpu_p50_ms": round(statistics.median(cpu), 1),
                    "pairs": pairs,
                    "verdict": decision.verdict.value,
                }
                print(f"{size:6d} bidders  {results[size]}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
