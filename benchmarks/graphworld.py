"""A made-up graph of companies, persons and contracts with power-law degrees, of any size, for benchmarks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from graph.generation.build import EdgeRow, ListingRow
from graph.generation.source import Source
from graph.model import Id, Interval, Listing, Mention, Name, Party, PartyRecord, PartyType
from graph.model import Source as Origin
from graph.relations import PartyRelation, Relation, RelationType
from graph.store import Batch, Publication, SnapshotInfo

Array = npt.NDArray[Any]
DAY: Final = datetime(2026, 9, 1, tzinfo=UTC)
FULL: Final = 830_500
"""Nodes of the graph on which the stores were compared; it has 2.62 relations a node."""
LISTED: Final = 100
"""One party of so many is listed."""
_BATCH: Final = 10_000


class World(NamedTuple):
    """Relations as columns; nodes are companies first, then persons, then contracts."""

    nodes: int
    companies: int
    persons: int
    src: Array
    dst: Array
    kind: Array
    share: Array
    """Hundredths of a percent, -1 for none."""
    start: Array
    """Days before `DAY`."""
    ended: Array
    """Whether it has ended 30 days before `DAY`."""
    listed: Array


KINDS: Final = (
    RelationType.LEGAL_REP_OF, RelationType.DIRECTOR_OF, RelationType.SUPERVISOR_OF, RelationType.HOLDS,
    RelationType.PARTY_TO, RelationType.KIN_OF,
)  # fmt: skip


def world(nodes: int = FULL, seed: int = 5) -> World:
    """The graph: each company has a legal representative, officers and holders; a few persons have hundreds."""
    dice = np.random.default_rng(seed)
    companies, persons = int(nodes * 0.38), int(nodes * 0.5)
    contracts = nodes - companies - persons

    def some(count: int, first: int, size: int, power: float = 1.6) -> Array:
        """Few of the nodes often, most of them once: drawn by a power of an even number."""
        return first + (size * dice.random(count) ** power).astype(np.int64)

    every = np.arange(companies)
    parts = [
        (some(companies, companies, persons), every, 0),
        (some(2 * companies, companies, persons), np.repeat(every, 2), 1),
        (some(companies // 2, companies, persons), dice.integers(0, companies, companies // 2), 2),
        (some(companies, companies, persons), every, 3),
        (some(companies // 2, 0, companies, 3), dice.integers(0, companies, companies // 2), 3),
        (
            some(5 * contracts, 0, companies, 2),
            companies + persons + dice.integers(0, contracts, 5 * contracts),
            4,
        ),
        (some(persons // 4, companies, persons, 1), some(persons // 4, companies, persons, 1), 5),
    ]
    src = np.concatenate([part[0] for part in parts])
    dst = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    order = dice.permutation(len(src))
    src, dst, kind = src[order], dst[order], kind[order]
    share = np.where(kind == 3, dice.choice([500, 1000, 2500, 5000, 5100, 6700, 10000], len(src)), -1)
    return World(
        nodes, companies, persons, src, dst, kind, share,
        dice.integers(60, 6000, len(src)), dice.random(len(src)) < 0.1,
        np.sort(dice.choice(companies + persons, (companies + persons) // LISTED, replace=False)),
    )  # fmt: skip


def node_type(made: World, number: int) -> PartyType:
    """What a node is."""
    if number < made.companies:
        return PartyType.ORGANIZATION
    return PartyType.PERSON if number < made.companies + made.persons else PartyType.CONTRACT


def key(number: int) -> str:
    """The key of a party where no store gives it one."""
    return f"P{number:010d}"


def mention(made: World, number: int) -> Mention:
    """A node as a record names it, with a made-up identifier."""
    kind = node_type(made, number)
    if kind is PartyType.ORGANIZATION:
        own = Id(scheme="org_code", value=f"{number:09d}")
    elif kind is PartyType.PERSON:
        own = Id(scheme="citizen_id", value=f"329901{number:012d}")
    else:
        own = Id(scheme="contract", value=f"HT{number}")
    name = f"临江虚构{number}号" + ("建设有限公司" if kind is PartyType.ORGANIZATION else "")
    return Mention(type=kind, name=name, n6=name, ids=(own,))


def interval(made: World, edge: int) -> Interval:
    """When a relation holds."""
    start = DAY - timedelta(days=int(made.start[edge]))
    return Interval(start=start, end=DAY - timedelta(days=30) if made.ended[edge] else None)


def share(made: World, edge: int) -> Decimal | None:
    """A holding's share."""
    value = int(made.share[edge])
    return None if value < 0 else Decimal(value).scaleb(-2)


def edges(made: World) -> Iterator[EdgeRow]:
    """Relations as a store gives them."""
    origin = Origin(dataset="REGISTER", file="虚构.csv")
    for edge, (src, dst, kind) in enumerate(
        zip(made.src.tolist(), made.dst.tolist(), made.kind.tolist(), strict=True)
    ):
        yield EdgeRow(
            PartyRelation(
                type=KINDS[kind], src=key(src), dst=key(dst), share=share(made, edge), valid=interval(made, edge),
                source=origin,
            ),
            1,
            None,
        )  # fmt: skip


def parties(made: World) -> Iterator[bytes]:
    """Parties as a store gives them."""
    encode = msgspec.json.Encoder().encode
    for number in range(made.nodes):
        one = mention(made, number)
        attributes = (
            {"address": f"临江市虚构路{number // 3}号", "phone": f"1390000{number // 2:07d}"[-11:]}
            if number < made.companies
            else {}
        )
        yield encode(
            Party(
                key=key(number), type=one.type, names=(Name(text=one.name),), ids=one.ids, attributes=attributes,
                mentions=(f"REGISTER/city/{number}",),
            )
        )  # fmt: skip


def listings(made: World) -> Iterator[ListingRow]:
    """Listings of one party of a hundred."""
    for number in made.listed.tolist():
        doc = msgspec.json.encode(listing(made, number))
        yield ListingRow(doc, hashlib.sha256(doc).digest(), 1, None, key(number))


def listing(made: World, number: int) -> Listing:
    """A party's record on a list."""
    return Listing(
        list_code="SXBZXR", key=f"{number:09d}", subject=mention(made, number),
        effect=Interval(start=DAY - timedelta(days=200)), source=Origin(dataset="SXBZXR"),
    )  # fmt: skip


def source(made: World) -> Source:
    """The rows, as if a store gave them."""
    return Source(
        number=1,
        newest=lambda: 1,
        publications=[Publication(number=1, recorded_at=DAY)],
        counts={},
        datasets=["SXBZXR"],
        touched=lambda dataset: "1",
        listings=lambda dataset: listings(made),
        parties=lambda: parties(made),
        edges=lambda: edges(made),
    )


def snapshots() -> tuple[SnapshotInfo, ...]:
    """What a load of the graph says of itself."""
    return (
        SnapshotInfo(dataset="REGISTER", source="made", full=True, taken_at=DAY),
        SnapshotInfo(dataset="SXBZXR", source="made", full=True, taken_at=DAY),
    )


def batches(made: World) -> Iterator[Batch]:
    """The graph as records to load into a store: parties, then listings, then relations."""
    origin = Origin(dataset="REGISTER", file="虚构.csv", publisher="made")
    for first in range(0, made.nodes, _BATCH):
        rows = range(first, min(first + _BATCH, made.nodes))
        yield Batch(
            parties=tuple(PartyRecord(key=f"{n}", subject=mention(made, n), source=origin) for n in rows)
        )
    listed = made.listed.tolist()
    for first in range(0, len(listed), _BATCH):
        yield Batch(listings=tuple(listing(made, n) for n in listed[first : first + _BATCH]))
    for first in range(0, len(made.src), _BATCH):
        yield Batch(
            relations=tuple(
                relation(made, n, origin) for n in range(first, min(first + _BATCH, len(made.src)))
            )
        )


def relation(made: World, edge: int, origin: Origin) -> Relation:
    """A relation as a record states it."""
    return Relation(
        type=KINDS[int(made.kind[edge])], key=f"e{edge}", src=mention(made, int(made.src[edge])),
        dst=mention(made, int(made.dst[edge])), share=share(made, edge), valid=interval(made, edge), source=origin,
    )  # fmt: skip
