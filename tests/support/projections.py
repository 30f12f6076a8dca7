"""Small generations for tests of the projection: fictitious parties, relations and listings by number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from graph.generation import Generation, open_generation
from graph.generation.build import EdgeRow, ListingRow
from graph.generation.language import Language
from graph.generation.publish import publish_source
from graph.generation.source import Source
from graph.model import Interval, Listing, Mention, Name, Party, PartyType
from graph.relations import PartyRelation, RelationType
from graph.store import Publication

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLAIN = Language(n6=lambda name, person: name, stems=lambda n6: ())


def key(number: int) -> str:
    return f"p{number:08d}"


def party(number: int, kind: PartyType = PartyType.ORGANIZATION, **attributes: str) -> Party:
    return Party(
        key=key(number),
        type=kind,
        names=(Name(text=f"临江虚构{number}号"),),
        mentions=(f"REGISTER/city/{number}",),
        attributes=attributes,
    )


def relation(src: int, dst: int, kind: RelationType = RelationType.HOLDS, **more: object) -> PartyRelation:
    return PartyRelation(type=kind, src=key(src), dst=key(dst), **more)  # type: ignore[arg-type]


def listing(number: int, code: str = "SXBZXR", effect: Interval = Interval(), **more: object) -> ListingRow:  # noqa: B008
    """A record about party `number`; `events` and the generations by name."""
    subject = Mention(type=PartyType.ORGANIZATION, name=f"临江虚构{number}号", n6=f"临江虚构{number}号")
    doc = msgspec.json.encode(
        Listing(list_code=code, key=f"{number}", subject=subject, effect=effect, events=more.get("events", ()))  # type: ignore[arg-type]
    )
    begun, ended = more.get("from_gen", 1), more.get("to_gen")
    return ListingRow(doc, hashlib.sha256(doc).digest(), begun, ended, key(number))  # type: ignore[arg-type]


def publish(
    home: Path,
    parties: Sequence[Party],
    edges: Iterable[PartyRelation | EdgeRow],
    listings: Sequence[ListingRow] = (),
    number: int = 1,
) -> str:
    """Publish a generation of these; the parties are put into key order."""
    rows = [msgspec.json.encode(one) for one in sorted(parties, key=lambda one: one.key)]
    kept = [one if isinstance(one, EdgeRow) else EdgeRow(one, 1, None) for one in edges]
    by_list: dict[str, list[ListingRow]] = {}
    for row in listings:
        by_list.setdefault(msgspec.json.decode(row.doc)["list_code"], []).append(row)
    source = Source(
        number=number,
        newest=lambda: number,
        publications=[
            Publication(number=n, recorded_at=DAY + timedelta(days=n)) for n in range(1, number + 1)
        ],
        counts={},
        datasets=sorted(by_list),
        touched=lambda dataset: "",
        listings=lambda dataset: by_list[dataset],
        parties=lambda: rows,
        edges=lambda: kept,
    )
    return publish_source(lambda: source, home, language=PLAIN)


def generation(
    home: Path,
    parties: int | Sequence[Party],
    edges: Iterable[PartyRelation | EdgeRow],
    listings: Sequence[ListingRow] = (),
    number: int = 1,
) -> Generation:
    """Publish and open; with a number of parties, that many companies whose ordinals are their numbers."""
    everyone = [party(n) for n in range(parties)] if isinstance(parties, int) else parties
    return open_generation(home, publish(home, everyone, edges, listings, number), language=PLAIN)
