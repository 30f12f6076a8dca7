"""Small generations for tests of the projection: fictitious parties, relations and listings by number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from graph.generation import Generation, open_generation
from graph.generation.build import EdgeRow, ListingRow
from graph.generation.format import Sink
from graph.generation.language import Language
from graph.generation.projected import slot_text, write_listed, write_shared, write_walks
from graph.generation.publish import publish_source
from graph.generation.source import Source
from graph.model import Interval, Listing, Mention, Name, Party, PartyType, StatusEvent
from graph.projection import layout
from graph.projection.columns import packed
from graph.projection.read import Projection
from graph.relations import PartyRelation, RelationType
from graph.store import Publication

Array = npt.NDArray[Any]
DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
ALWAYS = Interval()
PLAIN = Language(n6=lambda name, person: name, stems=lambda n6: ())


MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where many small generations are written: nothing waits for a disk there."""


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


def listing(
    number: int,
    code: str = "SXBZXR",
    effect: Interval = ALWAYS,
    *,
    events: tuple[StatusEvent, ...] = (),
    from_gen: int = 1,
    to_gen: int | None = None,
) -> ListingRow:
    """A record about party `number`."""
    subject = Mention(type=PartyType.ORGANIZATION, name=f"临江虚构{number}号", n6=f"临江虚构{number}号")
    doc = msgspec.json.encode(
        Listing(list_code=code, key=f"{number}", subject=subject, effect=effect, events=events)
    )
    return ListingRow(doc, hashlib.sha256(doc).digest(), from_gen, to_gen, key(number))


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


def from_arrays(folder: Path, nodes: int, src: Array, dst: Array, listed: Sequence[int] = ()) -> Projection:
    """A projection of very many holdings between companies, without documents; some of them are listed."""
    count = len(src)
    rows = np.zeros((count, layout.COLUMNS), "<i8")
    rows[:, layout.START], rows[:, layout.END] = layout.LEAST, layout.MOST
    rows[:, layout.SHARE_MIN : layout.VOTES + 1] = layout.UNKNOWN
    rows[:, layout.GENERATIONS] = packed(np.ones(count, "<u4"), np.full(count, layout.OPEN, "<u4"))
    rows[:, layout.ENDS] = packed(src.astype("<u4"), dst.astype("<u4"))
    starts = np.zeros(nodes + 1, "<u8")
    np.cumsum(np.isin(np.arange(nodes), listed), out=starts[1:])
    items = np.arange(len(listed), dtype="<u4")
    with Sink(folder) as sink:
        sink.put("party.kind", "kind", np.zeros(nodes, "u1"))
        sink.put("links.starts", "starts", starts)
        write_walks(sink, rows, nodes)
        spans = np.tile(np.array([layout.LEAST, layout.MOST], "<i8"), (len(listed), 1)).reshape(-1, 2)
        begun, ended = np.ones(len(listed), "<u4"), np.full(len(listed), layout.OPEN, "<u4")
        write_listed(sink, items, spans, begun, ended, np.zeros(len(listed), "<u2"))
        write_shared(sink, np.empty(0, "<u8"), np.empty(0, "<u4"), np.empty(0, "u1"), nodes)
        files = {name: sink.read(name) for name in sink.files}

    def unread(number: int) -> Any:
        raise AssertionError(f"document {number} was read")

    return Projection(files, slot_text(("SXBZXR",)), 1, unread, unread)
