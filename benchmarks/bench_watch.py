"""How fast a change of the lists reaches those who are watched: `python benchmarks/bench_watch.py`.

Builds (or reuses, with `--home`) a home with N judgment defaulters and N registered companies, watches M parties in
bulk, then publishes a day with C changed records: half are new records about watched parties, a quarter are new ones
about strangers, and a quarter end records of watched parties. Measured is one turn of the re-screening: finding whom
the change can touch, deciding them anew, recording decisions, changes and alerts, durable, in the ledger.

The first decision is measured on a sample; the others are set to what it finds of a party without a record.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import bench_decide
import bench_store as made
import msgspec
from made_register import code
from sqlalchemy import select, update

from api import monitors
from api.bootstrap import publish
from api.settings import Settings
from graph.generation import current_generation
from graph.model import Interval, Status, StatusEvent
from graph.store import Batch, SnapshotInfo, open_store
from matching.ledger import Ledger, open_ledger
from matching.ledger.schema import watched
from matching.policy import load_policy
from matching.request import PartyRef, Tender
from matching.screening import Screener
from matching.watch import compare
from matching.watch.rescreen import Rescreening

KEY = b"k" * 32

made.uscc = code
UPLOAD = 50_000
TENANT = "bench"


def parties(count: int, size: int, changed: int) -> Iterator[PartyRef]:
    """Watched parties by name and code: some that are listed, the registered ones, and strangers to the register."""
    for position in range(size):
        # every fifth number is a listed company; those whose records will end are watched too
        number = position * 5 if position < changed // 4 else count + position
        yield PartyRef.model_validate(
            {"client_id": f"p{position}", "name": made.company(number), "identifiers": [{"id": code(number)}]}
        )


def watch(ledger: Ledger, count: int, size: int, changed: int, at: datetime) -> dict[str, float]:
    """Watch everybody, by uploads of `UPLOAD`."""
    start = time.perf_counter()
    everybody = parties(count, size, changed)
    context = Tender.model_validate({"regime": "procurement_tender"})
    name = ""
    for _ in range(0, size, UPLOAD):
        part = list(islice(everybody, UPLOAD))
        if not name:
            name = monitors.create(
                ledger, part, reference="bench", webhook="", tender=context, tenant=TENANT, actor="bench", at=at
            ).id  # fmt: skip
        else:
            monitors.add(ledger, name, part, tenant=TENANT, actor="bench", at=at)
    seconds = time.perf_counter() - start
    return {"upload_s": round(seconds, 1), "uploaded_per_s": round(size / seconds)}


def first(ledger: Ledger, work: Rescreening, sample: int) -> dict[str, float]:
    """Decide a sample for the first time; the others are set to what a party without a record gets."""
    work.changed()
    start = time.perf_counter()
    decided = 0
    while decided < sample and (rows := ledger.watching.waiting(128)):
        work._step(rows, ledger.reviews_seq())
        decided += len(rows)
    seconds = time.perf_counter() - start
    clean = compare.encode(compare.Found(verdict=compare.Verdict.CLEAR))  # type: ignore[attr-defined]
    with ledger._engine.begin() as connection:
        connection.execute(
            update(watched).where(watched.c.state == 0).values(state=1, found=clean, version=2)
        )
    return {"first_decisions": decided, "first_decisions_per_s": round(decided / seconds)}


def change(home: Path, count: int, changed: int, at: datetime) -> dict[str, float]:
    """Load and publish a day with `changed` records."""
    start = time.perf_counter()
    store = open_store(str(home / "store.db"))
    try:
        taken = at - timedelta(hours=1)
        store.begin("SXBZXR", [SnapshotInfo(dataset="SXBZXR", source="bench", full=False, taken_at=taken)])
        listings = []
        half, quarter = changed // 2, changed // 4
        for place in range(half + quarter):
            # a watched company of the register, or one that nobody knows
            number = count + quarter + place if place < half else 5 * count + 5 * place
            new = made.listing(5 * (10 * count + place))
            subject = msgspec.structs.replace(
                new.subject,
                name=made.company(number),
                n6=made.company(number),
                ids=(msgspec.structs.replace(new.subject.ids[0], value=code(number)),),
            )
            listings.append(msgspec.structs.replace(new, subject=subject))
        for place in range(quarter):
            gone = StatusEvent(status=Status.REMOVED, span=Interval(start=taken))
            listings.append(msgspec.structs.replace(made.listing(place * 5), events=(gone,)))
        for begin in range(0, len(listings), 5_000):
            store.write(Batch(listings=tuple(listings[begin : begin + 5_000])))
        store.publish(at)
        loaded = time.perf_counter()
        publish(Settings(home=home, store=str(home / "store.db"), ledger=""), store)
    finally:
        store.close()
    return {
        "load_change_s": round(loaded - start, 1),
        "publish_change_s": round(time.perf_counter() - loaded, 1),
    }


def measure(home: Path, count: int, size: int, changed: int, sample: int) -> dict[str, object]:
    """All of it, once."""
    result: dict[str, object] = {}
    result |= bench_decide.prepare(home, count)
    at = bench_decide.NOW
    ledger_file = home / "watch-ledger.db"
    ledger_file.unlink(missing_ok=True)
    with open_ledger(f"sqlite:///{ledger_file}") as ledger:
        result |= watch(ledger, count, size, changed, at)

        def work(clock: datetime) -> Rescreening:
            generation = current_generation(home)
            screener = Screener(generation, load_policy(), ledger, pseudonym_key=KEY)
            return Rescreening(screener, ledger, folder=home / "watched-names", key=KEY, clock=lambda: clock)

        result |= first(ledger, work(at), sample)
        later = at + timedelta(minutes=30)
        result |= change(home, count, changed, later)
        turn = work(later + timedelta(minutes=1))
        start = time.perf_counter()
        found = turn.changed()
        seconds = time.perf_counter() - start
        assert found is not None
        told: dict[str, int] = {}
        after = 0
        while page := ledger.watching.changes(tenant=TENANT, after=after, limit=1_000):
            after = page[-1].seq
            for one in page:
                kind = json.loads(one.body or b"{}")["change"]
                told[kind] = told.get(kind, 0) + 1
        with ledger._engine.connect() as connection:
            rows = connection.execute(select(watched.c.id)).all()
        result |= {
            "watched": len(rows),
            "changed_records": found.listings,
            "touched": len(found.ids),
            "rescreen_s": round(seconds, 1),
            "changes_told": told,
            "alerts": len(ledger.items.page("alert", tenant=TENANT, limit=1_000)),
        }
    result["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000, help="listings, and as many registered companies")
    parser.add_argument("--watched", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=4_096, help="parties decided for the first time")
    parser.add_argument("--home", type=Path, help="keep the store and generation here and reuse them")
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        result: dict[str, object] = {
            "command": " ".join(["python", "benchmarks/bench_watch.py", *sys.argv[1:]]),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "listings": given.n,
            "registered": given.n,
        }
        result |= measure(home, given.n, given.watched, given.changed, given.sample)
        result["load_average_after"] = round(os.getloadavg()[0], 2)
    text = json.dumps(result, indent=1)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
