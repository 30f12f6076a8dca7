"""All relations as columns and finished documents, then all parties: one reading of the table, hardly an object a row.

A document as stored has its keys in order of the alphabet, one as published in that of `PartyRelation`. What it says
is cut out, and what many documents say alike is formed once.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np

from graph.model import Interval, Party, Source
from graph.projection.columns import Array, EdgeColumns, EdgePage, end, start
from graph.projection.layout import OPEN, UNKNOWN, parts
from graph.stores import gather, views
from graph.stores.assemble import Part
from graph.stores.embedded.changes import Changes
from graph.stores.embedded.links import bases_of
from graph.stores.links import Links
from graph.stores.naming import Naming

_PAGE: Final = 20_000
_ROWS: Final = 1_000
APART_FROM: Final = 300_000
"""Records from which on it pays that another process begins."""
_RELATIONS: Final = (
    "SELECT id, source, kh, key, strong, from_gen, to_gen, party, other, type, doc FROM record"
    " WHERE kind = 2 AND from_gen <= ? ORDER BY id"
)
_NAMES: Final = (
    "SELECT id, source, key, strong, to_gen, party, other FROM record"
    " WHERE kind = 2 AND from_gen <= ? ORDER BY id"
)
_PLACES: Final = "SELECT party, id, kind = 0 AND NOT strong & 1 FROM record WHERE kind < 2 AND from_gen <= ?"
_PARTS: Final = (
    "SELECT 0, party, id, kind, source, kh, key, strong, to_gen, doc FROM record"
    " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY party, id"
)
_ROW: Final = re.compile(rb'"row":([1-9][0-9]*)').search
_SOME_ROW: Final = b'"row":987654321'
_NO_SOURCE: Final = b'{"dataset":""}'
_NO_SHARE: Final = "", UNKNOWN, UNKNOWN, False
_BY_NAME: Final = ',"by":"name"'
_encode = msgspec.json.Encoder().encode


class _Said(msgspec.Struct, gc=False):
    """What a document says of a relation, as it is written."""

    share: msgspec.Raw = msgspec.Raw()
    share_min: msgspec.Raw = msgspec.Raw()
    share_max: msgspec.Raw = msgspec.Raw()
    votes: msgspec.Raw = msgspec.Raw()
    role: msgspec.Raw = msgspec.Raw()
    attributes: msgspec.Raw = msgspec.Raw()
    valid: msgspec.Raw = msgspec.Raw()
    source: msgspec.Raw = msgspec.Raw()


_decode = msgspec.json.Decoder(_Said).decode
_decode_valid = msgspec.json.Decoder(Interval).decode
_decode_source = msgspec.json.Decoder(Source).decode
_decode_percent = msgspec.json.Decoder(Decimal).decode
_decode_text = msgspec.json.Decoder(str).decode


@lru_cache(maxsize=65_536)
def _valid(said: bytes) -> tuple[str, int, int]:
    valid = _decode_valid(said or b"{}")
    return f',"valid":{_encode(valid).decode()}', start(valid.start), end(valid.end)


@lru_cache(maxsize=65_536)
def _percent(name: str, said: bytes) -> tuple[str, int, int, bool]:
    """A percentage as published, and its bounds."""
    share = _decode_percent(said)
    return f',"{name}":{_encode(share).decode()}', *parts(share)


@lru_cache(maxsize=65_536)
def _role(said: bytes) -> str:
    role = _decode_text(said)
    return f',"role":{_encode(role).decode()}' if role else ""


@lru_cache(maxsize=4_096)
def _around(before: bytes, after: bytes) -> tuple[str, str]:
    """A source as published, before and after the number of its row."""
    first, _, last = _whole_source(before + _SOME_ROW + after).partition(_SOME_ROW.decode())
    return f'{first}"row":', last


@lru_cache(maxsize=4_096)
def _whole_source(said: bytes) -> str:
    return f',"source":{_encode(_decode_source(said)).decode()}'


def _source(said: bytes) -> str:
    found = _ROW(said)
    if found is None:
        return _whole_source(said or _NO_SOURCE)
    before, after = _around(said[: found.start()], said[found.end() :])
    return f"{before}{found[1].decode()}{after}"


class Pages(Changes):
    """The part of the store that `graph.generation.source.PageReader` describes."""

    def graph_pages(self, known: int) -> GraphPages:
        """All relations and parties as known at a generation."""
        return GraphPages(self, known)

    def _rows(self) -> int:
        with self._reading() as (db, _, _):
            return int(db.execute("SELECT coalesce(max(id), 0) FROM record").fetchone()[0])

    def _named(self, known: int, naming: Naming) -> None:
        with self._reading(known) as (db, at, _):
            rows = db.execute(_NAMES, (at,))
            while page := rows.fetchmany(_PAGE):
                number, source, names, strong, ended, src, dst = zip(*page, strict=True)
                _name(naming, names, number, source, strong, _until(ended, at), src, dst)

    def _edges(self, known: int, naming: Naming | None) -> Iterator[EdgePage]:
        hashes = gather.PartyHashes()
        with self._reading(known) as (db, at, links):
            rows = db.execute(_RELATIONS, (at,))
            while page := rows.fetchmany(_PAGE):
                yield _page(page, at, links, hashes, naming)

    def _whole(self, known: int, naming: Naming) -> Iterator[tuple[Party, bytes]]:
        with self._reading(known) as (db, at, links):
            special = sorted(links.special(partial(bases_of, db))) if not links.plain else []
            yield from gather.parties(
                links,
                at,
                naming,
                _records(db, at, naming),
                special,
                lambda base, found: self._of_rows(db, links, base, found, at),
                lambda number: self._one(db, links, number, at),
            )


class GraphPages:
    """All relations, and afterwards all parties."""

    def __init__(self, store: Pages, known: int) -> None:
        self._store = store
        self._known = known
        self._naming = Naming()

    @property
    def apart(self) -> str:
        """The file, where it has so many rows that another process should read the relations meanwhile."""
        return str(self._store._path) if self._store._rows() >= APART_FROM else ""

    def edges(self, *, named: bool = True) -> Iterator[EdgePage]:
        """All relation versions, in the order of `iter_edges`.

        Args:
            named: keep what `parties` needs of them.
        """
        self._naming = Naming()
        return self._store._edges(self._known, self._naming if named else None)

    def names(self) -> None:
        """Read only what `parties` needs of the relations."""
        self._naming = Naming()
        self._store._named(self._known, self._naming)

    def parties(self) -> Iterator[tuple[Party, bytes]]:
        """The parties of `iter_party_rows`, each with its JSON, once all relations or their names were taken."""
        self._naming.sort()
        return self._store._whole(self._known, self._naming)


def _records(db: sqlite3.Connection, known: int, naming: Naming) -> Iterator[tuple[int, list[Part]]]:
    """The register and list rows of each party that more may be known of than one record on a list."""
    cursor = db.execute(_PLACES, (known,))
    found = [np.empty((0, 3), "<i8")]
    while page := cursor.fetchmany(_PAGE):
        found.append(np.array(page, "<i8"))
    party, number, alone = np.concatenate(found).T
    wanted = np.isin(party, np.concatenate([party[alone == 0], naming.owners().astype("<i8")]))
    order = np.flatnonzero(wanted)
    order = order[np.lexsort((number[order], party[order]))]
    rows = _parts(db, number[order])
    for base, group in groupby(rows, key=attrgetter("base")):
        yield base, list(group)


def _parts(db: sqlite3.Connection, numbers: Array) -> Iterator[Part]:
    for first in range(0, len(numbers), _ROWS):
        asked = numbers[first : first + _ROWS].tolist()
        yield from map(Part._make, db.execute(_PARTS, (f"[{','.join(map(str, asked))}]",)))


def _until(ended: Sequence[int | None], at: int) -> Array:
    return np.array([OPEN if one is None or one > at else one for one in ended], "<u4")


def _name(
    naming: Naming, names: Sequence[str], number: Sequence[int], source: Sequence[int], strong: Sequence[int],
    until: Array, src: Sequence[int], dst: Sequence[int],
) -> None:  # fmt: skip
    naming.add(
        names, id=np.array(number, "<i8"), src=np.array(src, "<i8"), dst=np.array(dst, "<i8"),
        source=np.array(source, "<u4"), strong=np.array(strong, "u1"), to=until,
    )  # fmt: skip


def _page(
    rows: Iterable[tuple[Any, ...]],
    at: int,
    links: Links,
    hashes: gather.PartyHashes,
    naming: Naming | None,
) -> EdgePage:
    number, source, places, names, strong, begun, ended, src, dst, kinds, stored = zip(*rows, strict=True)
    until = _until(ended, at)
    if naming is not None:
        _name(naming, names, number, source, strong, until, src, dst)
    left, right = (list(side) if links.plain else list(map(links.of, side)) for side in (src, dst))
    columns = EdgeColumns()
    docs: list[bytes] = []
    add, count, judged = docs.append, columns.add_row, links.judged
    for place, doc in enumerate(stored):
        said = _decode(doc)
        kind, coded = kinds[place], strong[place] == 3
        if said.attributes or said.share_min or said.share_max or places[place] in judged:
            relation = views.resolved(
                links,
                views.decode_edge(doc),
                source[place],
                places[place],
                strong[place],
                src[place],
                dst[place],
            )
            left[place] = int(relation.src[1:])
            right[place] = int(relation.dst[1:])
            columns.add(relation)
            add(_encode(relation))
            continue
        valid, first, last = _valid(bytes(said.valid))
        share, low, high, rounded = _percent("share", bytes(said.share)) if said.share else _NO_SHARE
        votes, least, _, inexact = _percent("votes", bytes(said.votes)) if said.votes else _NO_SHARE
        role = _role(bytes(said.role)) if said.role else ""
        count(kind, (first, last, low, high, least), by_code=coded, rounded=rounded or inexact)
        add(
            f'{{"type":"{kind}","src":"P{left[place]:010d}","dst":"P{right[place]:010d}"{share}{votes}{role}{valid}'
            f"{_source(bytes(said.source))}{'' if coded else _BY_NAME}}}".encode()
        )
    return EdgePage(
        docs=docs,
        src=hashes.of(np.array(left, "<i8")),
        dst=hashes.of(np.array(right, "<i8")),
        from_gen=np.array(begun, "<u4"),
        to_gen=until,
        columns=columns,
    )
