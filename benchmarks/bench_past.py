"""Histories of bidders (R11 to R14, R16, R18): what one tender with many bidders costs, read from a generation.

    liancheng bench past -- --bidders 1000 --lots 8000 --json benchmarks/results/past.json

A made-up market: lots of two to eight bidders of the last two years, a buyer with a tenth of them. Beside wall time
the CPU time is told, which other programs on the machine do not lengthen.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from graph.generation import Generation, open_generation
from graph.generation.build import EdgeRow
from graph.generation.language import Language
from graph.generation.publish import publish_source
from graph.generation.source import Source
from graph.model import Interval, Name, Party, PartyType
from graph.relations import PartyRelation, RelationType
from graph.store import Publication
from matching.redflags.collect import Actor, history

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLAIN = Language(n6=lambda name, person: name, stems=lambda n6: ())
SEED = 20_261_122


def key(number: int) -> str:
    return f"p{number:08d}"


def make(bidders: int, lots: int) -> tuple[list[Party], list[PartyRelation]]:
    """Bidders, one buyer behind them, then lots and tenders by turns."""
    rng = random.Random(SEED)
    parties = [
        Party(key=key(n), type=PartyType.ORGANIZATION, names=(Name(text=f"临江虚构{n}号"),))
        for n in range(bidders + 1)
    ]
    edges: list[PartyRelation] = []

    def add(kind: RelationType, src: int, dst: int, since: datetime, **facts: str) -> None:
        edges.append(
            PartyRelation(
                type=kind, src=key(src), dst=key(dst), valid=Interval(start=since), attributes=facts
            )
        )

    for n in range(lots):
        lot, tender = len(parties), len(parties) + 1
        for number, kind in ((lot, PartyType.LOT), (tender, PartyType.TENDER)):
            parties.append(Party(key=key(number), type=kind, names=(Name(text=f"{kind.value} {number}"),)))
        since = NOW - timedelta(days=rng.randrange(1, 729))
        add(RelationType.LOT_OF, lot, tender, since)
        if n % 10 == 0:
            add(RelationType.BUYER_OF, bidders, tender, since)
        offers = rng.sample(range(bidders), rng.randrange(2, 9))
        for who in offers:
            add(RelationType.BID_IN, who, lot, since, status="valid")
        add(RelationType.WON, offers[0], lot, since)
    return parties, edges


def publish(home: Path, parties: list[Party], edges: list[PartyRelation]) -> Generation:
    rows = [msgspec.json.encode(one) for one in parties]
    source = Source(
        number=1,
        newest=lambda: 1,
        publications=[Publication(number=1, recorded_at=NOW)],
        counts={},
        datasets=[],
        touched=lambda dataset: "",
        listings=lambda dataset: [],
        parties=lambda: rows,
        edges=lambda: [EdgeRow(edge, 1, None) for edge in edges],
    )
    return open_generation(home, publish_source(lambda: source, home, language=PLAIN), language=PLAIN)


def ordinals(made: Generation, number: int) -> tuple[int, ...]:
    found = made.party_ordinal(key(number))
    return () if found is None else (found,)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bidders", type=int, default=1000)
    parser.add_argument("--lots", type=int, default=8000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = publish(Path(folder), *make(given.bidders, given.lots))
        buyer = [Actor("buyer", "buyer", ordinals(made, given.bidders))]
        rows = []
        for count in sorted({min(count, given.bidders) for count in (3, 10, 100, given.bidders)}):
            bidders = {f"b{n}": ordinals(made, n) for n in range(count)}
            history(made, made.number, bidders, as_of=NOW, actors=buyer)
            wall, cpu = time.perf_counter(), time.process_time()
            found = history(made, made.number, bidders, as_of=NOW, actors=buyer)
            rows.append(
                {
                    "bidders": count,
                    "lots": found.lots,
                    "signs": len(found.signs),
                    "cut": sorted({cut.reason for cut in found.cut}),
                    "wall_ms": round((time.perf_counter() - wall) * 1000, 1),
                    "cpu_ms": round((time.process_time() - cpu) * 1000, 1),
                }
            )
        made.close()
    for row in rows:
        print(row)
    if given.json:
        given.json.write_text(json.dumps({"lots": given.lots, "rows": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
