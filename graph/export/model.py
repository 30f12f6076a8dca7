"""What is exported: parties and relations as they may leave the house, flat enough for every format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from graph.identifiers import mask_numbers_in_text, mask_person_id
from graph.model import Doc, Id, Interval, Name, Party, PartyType, Source
from graph.relations import PartyRelation, RelationType


class Head(Doc):
    """What an export is of."""

    as_of: datetime | None = None
    """Relations that hold at this instant; None: of every time."""
    known_at: datetime | None = None
    """What had been recorded by then; None: by now."""
    generation: int = 0
    around: str = ""
    """The party whose neighbourhood it is; empty for the whole store."""
    hops: int = 0
    cut: bool = False
    """More was there than the limit allowed."""


class Node(Doc):
    """A party with its numbers masked where they are a person's, and the lists it is on."""

    key: str
    type: PartyType
    name: str = ""
    names: tuple[Name, ...] = ()
    ids: tuple[Id, ...] = ()
    attributes: dict[str, str] = {}
    lists: tuple[str, ...] = ()


class Edge(Doc):
    """A relation; `key` tells several between the same two apart."""

    key: str
    type: RelationType
    src: str
    dst: str
    share: Decimal | None = None
    share_min: Decimal | None = None
    share_max: Decimal | None = None
    votes: Decimal | None = None
    role: str = ""
    attributes: dict[str, str] = {}
    valid: Interval = Interval()
    origin: Source = Source(dataset="")
    """Where the relation comes from; `source` is an end of an edge in most formats."""
    by: str = "code"


@dataclass(frozen=True)
class Export:
    """A graph to be written, or as read back. Both sides can be walked any number of times."""

    head: Head
    nodes: Callable[[], Iterator[Node]]
    edges: Callable[[], Iterator[Edge]]


NODE_FIELDS: Final = ("type", "name", "names", "ids", "attributes", "lists")
EDGE_FIELDS: Final = (
    "type", "share", "share_min", "share_max", "votes", "role", "by", "valid_from", "valid_until", "attributes",
    "origin",
)  # fmt: skip
HEAD_FIELDS: Final = ("as_of", "known_at", "generation", "around", "hops", "cut")
_PHONE: Final = re.compile(r"(?<!\d)(\d{3})\d{4}(\d{4})(?!\d)")
_HIDDEN: Final = frozenset({PartyType.PHONE, PartyType.ACCOUNT})
_NESTED: Final = {
    "names": tuple[Name, ...],
    "ids": tuple[Id, ...],
    "lists": tuple[str, ...],
    "origin": Source,
}


def node_of(party: Party, lists: tuple[str, ...] = ()) -> Node:
    """A party as it may leave: numbers of persons, phones and accounts masked, wherever they stand."""
    personal = party.type is PartyType.PERSON
    hidden, lead = party.type in _HIDDEN, 3 if party.type is PartyType.PHONE else 0

    def said(text: str) -> str:
        return _short(text, lead) if hidden else _PHONE.sub(r"\1****\2", mask_numbers_in_text(text))

    names = tuple(msgspec.structs.replace(name, text=said(name.text)) for name in party.names)
    ids = tuple(_masked(one, said, personal=personal, hidden=hidden) for one in party.ids)
    attributes = {key: said(value) for key, value in party.attributes.items()}
    name = names[0].text if names else ids[0].value if ids and party.type.thing else ""
    return Node(
        key=party.key, type=party.type, name=name, names=names, ids=ids, attributes=attributes, lists=lists
    )


def edge_of(number: int, relation: PartyRelation) -> Edge:
    """A relation as it may leave."""
    fields = {
        name: getattr(relation, name) for name in Edge.__struct_fields__ if name not in ("key", "origin")
    }
    fields["attributes"] = {k: mask_numbers_in_text(v) for k, v in relation.attributes.items()}
    fields["role"] = mask_numbers_in_text(relation.role)
    source = relation.source
    origin = msgspec.structs.replace(
        source, file=mask_numbers_in_text(source.file), url=mask_numbers_in_text(source.url)
    )
    return Edge(key=f"e{number}", origin=origin, **fields)


def _masked(one: Id, said: Callable[[str], str], *, personal: bool, hidden: bool) -> Id:
    if personal:
        return Id(scheme=one.scheme, value=mask_person_id(one.value), state="masked")
    if hidden:
        return Id(scheme=one.scheme, value=said(one.value), state="masked")
    if one.scheme == "uscc" and one.state == "valid":
        return one  # a credit code of digits only may look like a person's number
    raw = mask_numbers_in_text(one.raw) if one.raw else ""
    return msgspec.structs.replace(one, value=mask_numbers_in_text(one.value), raw=raw)


def _short(text: str, lead: int) -> str:
    """A phone or an account with all hidden but so many digits at its begin and four at its end."""
    digits = sum(c.isdigit() for c in text)
    if digits < lead + 4:
        return text
    found, seen = [], 0
    for char in text:
        seen += char.isdigit()
        found.append("*" if char.isdigit() and lead < seen <= digits - 4 else char)
    return "".join(found)


def flat_node(node: Node) -> dict[str, str]:
    """A node as texts, absent ones left out; nested values are JSON."""
    said = {"type": node.type.value, "name": node.name}
    for name in ("names", "ids", "attributes", "lists"):
        value = getattr(node, name)
        said[name] = _json(value) if value else ""
    return {name: text for name, text in said.items() if text}


def node_from(key: str, said: Mapping[str, str]) -> Node:
    """A node from its texts.

    Raises:
        ValueError: not what `flat_node` writes.
    """
    values: dict[str, Any] = {"key": key, "type": PartyType(said["type"]), "name": said.get("name", "")}
    for name in ("names", "ids", "lists"):
        if said.get(name):
            values[name] = msgspec.json.decode(said[name], type=_NESTED[name])
    if said.get("attributes"):
        values["attributes"] = msgspec.json.decode(said["attributes"], type=dict[str, str])
    return Node(**values)


def flat_edge(edge: Edge) -> dict[str, str]:
    """An edge as texts, without its ends; absent ones are left out."""
    said = {"type": edge.type.value, "role": edge.role, "by": edge.by}
    for name in ("share", "share_min", "share_max", "votes"):
        value = getattr(edge, name)
        said[name] = "" if value is None else f"{value:f}"
    said["valid_from"] = "" if edge.valid.start is None else edge.valid.start.isoformat()
    said["valid_until"] = "" if edge.valid.end is None else edge.valid.end.isoformat()
    said["attributes"] = _json(edge.attributes) if edge.attributes else ""
    said["origin"] = "" if edge.origin == Source(dataset="") else _json(edge.origin)
    return {name: text for name, text in said.items() if text}


def edge_from(key: str, src: str, dst: str, said: Mapping[str, str]) -> Edge:
    """An edge from its texts.

    Raises:
        ValueError: not what `flat_edge` writes.
    """
    values: dict[str, Any] = {"key": key, "src": src, "dst": dst, "type": RelationType(said["type"])}
    values |= {name: said[name] for name in ("role", "by") if said.get(name)}
    for name in ("share", "share_min", "share_max", "votes"):
        if said.get(name):
            values[name] = Decimal(said[name])
    start, end = (
        datetime.fromisoformat(t) if t else None for t in map(said.get, ("valid_from", "valid_until"))
    )
    if start is not None or end is not None:
        values["valid"] = Interval(start=start, end=end)
    if said.get("attributes"):
        values["attributes"] = msgspec.json.decode(said["attributes"], type=dict[str, str])
    if said.get("origin"):
        values["origin"] = msgspec.json.decode(said["origin"], type=Source)
    return Edge(**values)


def flat_head(head: Head) -> dict[str, str]:
    """What the export is of, as texts."""
    said = {
        "as_of": "" if head.as_of is None else head.as_of.isoformat(),
        "known_at": "" if head.known_at is None else head.known_at.isoformat(),
        "generation": str(head.generation), "around": head.around, "hops": str(head.hops or ""),
        "cut": "true" if head.cut else "",
    }  # fmt: skip
    return {name: text for name, text in said.items() if text}


def head_from(said: Mapping[str, str]) -> Head:
    """What the export is of, from its texts."""
    as_of, known = (datetime.fromisoformat(t) if t else None for t in map(said.get, ("as_of", "known_at")))
    return Head(
        as_of=as_of, known_at=known, generation=int(said.get("generation") or 0), around=said.get("around", ""),
        hops=int(said.get("hops") or 0), cut=said.get("cut") == "true",
    )  # fmt: skip


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
