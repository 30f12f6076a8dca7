"""Between rows as every store knows them and what stands in Neo4j.

A document is taken apart: what every row of a file says of it stands once (`Origins`), what a property says is not said
again, and whom a relation names (`ends`) is read only where a party is known by nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from graph.dates import CST, from_micros, to_micros
from graph.model import Interval, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from graph.stores import content
from graph.stores import rows as r
from graph.stores.bolt.server import Rows
from graph.stores.views import EdgeDoc, decode_edge

_encode = content.canonical
_decode_raw = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_source = msgspec.json.Decoder(Source).decode
LABELS = {kind: kind.value.capitalize() for kind in PartyType}
"""The label that a party's node has beside `Party`: `Organization`, `Person`, `Tender` …"""
TYPES: Mapping[str, RelationType] = {one.value: one for one in RelationType}
_ZONES: Final = {timedelta(hours=8): "", timedelta(0): "Z"}
"""China's time is not said; of any other but UTC the document keeps the interval as it is written."""
_DST, _KEY, _SRC, _TYPE = b'"dst":{', b'},"key":"', b'"src":{', b'},"type":"'
_PLAIN = re.compile(
    rb'\{"ids":\[\{"scheme":"([a-z_]+)","value":"([^"\\]+)"\}\],"n6":"([^"\\]+)","name":"\3","type":"([a-z_]+)"\}'
).match
"""A mention that says nothing but one identifier, a name that is its own comparison form, and a type."""
_SOURCE, _AFTER = b'"source":{', b'},"s'


class Origins:
    """Numbers of the files from which rows come; new ones are given out by the one writer."""

    def __init__(self, known: Rows) -> None:
        """Take up those that are there."""
        self._numbers: dict[str, int] = {doc: number for number, doc in known}
        self._next = max(self._numbers.values(), default=0) + 1
        self._met: dict[tuple[object, ...], int] = {}
        self._new: list[list[Any]] = []

    def number(self, source: Source) -> int:
        """The number of a row's file."""
        met = source.dataset, source.file, source.file_sha256, source.publisher, source.taken_at
        number = self._met.get(met)
        if number is None:
            number = self._met[met] = self._of(_encode(msgspec.structs.replace(source, row=0)).decode())
        return number

    def _of(self, text: str) -> int:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = self._next
            self._next += 1
            self._new.append([number, text])
        return number

    def taken(self) -> list[list[Any]]:
        """Number and text of those that are not stored yet; to be stored with the rows that name them."""
        taken, self._new = self._new, []
        return taken

    def holding(self, token: str) -> list[int]:
        """Those whose text holds a token."""
        return [number for text, number in self._numbers.items() if token in text]


class Edge(NamedTuple):
    """A relation's document, taken apart into properties."""

    valid_from: int | None
    valid_to: int | None
    zone: str | None
    share: str | None
    votes: str | None
    role: str | None
    doc: str | None
    ends: str
    origin: int | None
    line: int | None


@lru_cache(maxsize=65_536)
def _bound(instant: datetime, offset: timedelta | None) -> tuple[int, str | None]:
    """An instant as stored, and how its zone is said. Equal instants of two zones are told apart by `offset`."""
    return to_micros(instant), _ZONES.get(offset) if offset is not None else None


def edge(record: Relation, doc: bytes, origins: Origins) -> Edge:
    """A relation and its document as properties."""
    valid, source = record.valid, record.source
    start = end = zone = None
    rest: dict[str, object] = {}
    if valid.start is not None:
        start, zone = _bound(valid.start, valid.start.utcoffset())
    if valid.end is not None:
        end, other = _bound(valid.end, valid.end.utcoffset())
        zone = other if start is None or zone == other else None
    if zone is None and (start is not None or end is not None):
        rest["valid"] = valid
    if record.attributes:
        rest["attributes"] = record.attributes
    if record.share_min is not None:
        rest["share_min"] = record.share_min
    if record.share_max is not None:
        rest["share_max"] = record.share_max
    origin = line = None
    if source.url:
        rest["source"] = source
    else:
        origin, line = origins.number(source), source.row or None
    return Edge(
        start,
        end,
        zone or None,
        None if record.share is None else str(record.share),
        None if record.votes is None else str(record.votes),
        record.role or None,
        _encode(rest).decode() if rest else None,
        _ends(doc),
        origin,
        line,
    )


def _ends(doc: bytes) -> str:
    """The two mentions of a relation's document, cut out: keys are sorted, and quotes inside texts are escaped.

    Most mentions are a type, a name and one identifier: two such are a list of these eight texts, in half the space.
    """
    dst = doc.index(_DST)
    first = _PLAIN(doc, dst + 6)
    key = doc.index(_KEY, dst) + 1
    src = doc.index(_SRC, key)
    if first is not None and (second := _PLAIN(doc, src + 6)) is not None:
        return (b'["%b","%b","%b","%b","%b","%b","%b","%b"]' % (*first.groups(), *second.groups())).decode()
    return (b"{" + doc[dst:key] + b"," + doc[src : doc.index(_TYPE, src) + 1] + b"}").decode()


def ends_doc(text: str) -> bytes:
    """The two mentions as their document has them."""
    if text[0] == "{":
        return text.encode()
    scheme, value, name, kind, other_scheme, other_value, other_name, other_kind = text[2:-2].split('","')
    return (
        f'{{"dst":{{"ids":[{{"scheme":"{scheme}","value":"{value}"}}],"n6":"{name}","name":"{name}","type":"{kind}"}},'
        f'"src":{{"ids":[{{"scheme":"{other_scheme}","value":"{other_value}"}}],"n6":"{other_name}",'
        f'"name":"{other_name}","type":"{other_kind}"}}}}'
    ).encode()


def register_row(record: PartyRecord, doc: bytes, origins: Origins) -> tuple[str, int | None, int | None]:
    """A register row's document without its source, the number of its file, and the row in it."""
    start = doc.find(_SOURCE)
    if start < 0 or record.source.url:
        return doc.decode(), None, None
    end = doc.index(_AFTER, start) + 2
    return (doc[:start] + doc[end:]).decode(), origins.number(record.source), record.source.row or None


@lru_cache(maxsize=1_024)
def _source(text: str) -> Source:
    return _decode_source(text)


def source_of(text: str, line: int | None) -> Source:
    """Where a row comes from, of the file's text and the row in it."""
    found = _source(text)
    return msgspec.structs.replace(found, row=line) if line else found


def interval(start: int | None, end: int | None, zone: str | None) -> dict[str, datetime]:
    """An interval as its document says it."""
    where = UTC if zone == "Z" else CST
    return {
        name: from_micros(one).astimezone(where)
        for name, one in (("start", start), ("end", end))
        if one is not None
    }


def record(row: list[Any]) -> r.Row:
    """A listing or register row, in the order in which the queries return its properties."""
    number, kind, source, kh, key, mark, digest, low, high, state, party, strong, own, doc, origin, line = row
    if origin is not None:
        doc = _encode({**_decode_raw(doc), "source": source_of(origin, line)}).decode()
    return r.Row(
        number, kind, source, kh, key, mark, digest or b"", low, high, state, party, strong, None, None, None, None,
        own, doc.encode(),
    )  # fmt: skip


def relation(row: list[Any]) -> r.Row:
    """A relation, in the order in which the queries return its properties."""
    (number, source, kh, key, mark, low, high, src, strong, dst, kind, since, until, zone, share, votes, role, doc,
     ends, origin, line) = row  # fmt: skip
    fields = _fields(kind, since, until, zone, share, votes, role, doc, origin, line)
    fields |= {"key": key, **_decode_raw(ends_doc(ends))}
    return r.Row(
        number, r.RELATION, source, kh, key, mark, b"", low, high, r.OPEN, src, strong, dst, kind, since, until, None,
        _encode(fields),
    )  # fmt: skip


@lru_cache(maxsize=65_536)
def valid(start: int | None, end: int | None, zone: str | None) -> Interval:
    """An interval of its stored bounds."""
    return Interval(**interval(start, end, zone))


@lru_cache(maxsize=65_536)
def _decimal(text: str) -> Decimal:
    return Decimal(text)


def edge_doc(
    kind: str, since: int | None, until: int | None, zone: str | None, share: str | None, votes: str | None,
    role: str | None, doc: str | None, origin: str | None, line: int | None,
) -> EdgeDoc:  # fmt: skip
    """What a relation says of itself, of its properties."""
    if doc is None and origin is not None:
        return EdgeDoc(
            type=TYPES[kind],
            share=None if share is None else _decimal(share),
            votes=None if votes is None else _decimal(votes),
            role=role or "",
            valid=valid(since, until, zone),
            source=source_of(origin, line),
        )
    return decode_edge(_encode(_fields(kind, since, until, zone, share, votes, role, doc, origin, line)))


def _fields(
    kind: str, since: int | None, until: int | None, zone: str | None, share: str | None, votes: str | None,
    role: str | None, doc: str | None, origin: str | None, line: int | None,
) -> dict[str, Any]:  # fmt: skip
    fields: dict[str, Any] = {"type": kind}
    for name, value in (("share", share), ("votes", votes), ("role", role)):
        if value is not None:
            fields[name] = value
    if since is not None or until is not None:
        fields["valid"] = interval(since, until, zone)
    if origin is not None:
        fields["source"] = source_of(origin, line)
    return fields if doc is None else fields | _decode_raw(doc)


def columns(rows: Rows) -> Iterable[tuple[Any, ...]]:
    """What one record of columns holds, row by row."""
    return zip(*rows[0], strict=True) if rows else ()
