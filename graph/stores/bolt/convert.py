"""Between rows as every store knows them and what stands in Neo4j.

A relation's document is kept in two parts: whom it names (`ends`) is read only where a party is known by nothing
else, and left out where all relations are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from graph.model import PartyType
from graph.relations import RelationType
from graph.stores import rows as r
from graph.stores.bolt.server import Rows

_decode_raw = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_ENDS = ("dst", "src")
LABELS = {kind: kind.value.capitalize() for kind in PartyType}
"""The label that a party's node has beside `Party`: `Organization`, `Person`, `Tender` …"""


def _joined(parts: Mapping[str, msgspec.Raw]) -> str:
    return f"{{{','.join(f'{chr(34)}{key}{chr(34)}:{bytes(parts[key]).decode()}' for key in sorted(parts))}}}"


def split(doc: bytes) -> tuple[dict[str, msgspec.Raw], str, str]:
    """A relation's document: its fields, the document without its ends, its ends."""
    fields = _decode_raw(doc)
    ends = {key: fields[key] for key in _ENDS}
    rest = {key: value for key, value in fields.items() if key not in _ENDS}
    return fields, _joined(rest), _joined(ends)


def whole(doc: str, ends: str) -> bytes:
    """The document that `split` took apart, byte for byte."""
    return _joined({**_decode_raw(doc.encode()), **_decode_raw(ends.encode())}).encode()


def text_of(fields: Mapping[str, msgspec.Raw], name: str) -> str | None:
    """A text field of a document; None when it has none."""
    return _decode_text(fields[name]) if name in fields else None


def record(row: list[Any]) -> r.Row:
    """A listing or register row, in the order in which the queries return its properties."""
    number, kind, source, kh, key, mark, digest, low, high, state, party, strong, own, doc = row
    return r.Row(
        number, kind, source, kh, key, mark, digest or b"", low, high, state, party, strong, None, None, None, None,
        own, doc.encode(),
    )  # fmt: skip


def relation(row: list[Any]) -> r.Row:
    """A relation, in the order in which the queries return its properties."""
    number, source, kh, key, mark, low, high, src, strong, dst, kind, since, until, doc, ends = row
    return r.Row(
        number, r.RELATION, source, kh, key, mark, b"", low, high, r.OPEN, src, strong, dst, kind, since, until, None,
        whole(doc, ends),
    )  # fmt: skip


def columns(rows: Rows) -> Iterable[tuple[Any, ...]]:
    """What one record of columns holds, row by row."""
    return zip(*rows[0], strict=True) if rows else ()


TYPES: Mapping[str, RelationType] = {one.value: one for one in RelationType}
