"""Beneficial Ownership Data Standard 0.4: who holds what, as statements (SPEC 6.3)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final

import msgspec

from graph.dates import china_day
from graph.export.model import Edge, Export, Node
from graph.model import NameKind, PartyType
from graph.relations import RelationType

VERSION: Final = "0.4"
_SPACE: Final = uuid.UUID("6f0a3c52-58a1-5c1e-9b57-2f0b6d2c9a41")


def write(export: Export, out: BinaryIO, *, on: date, publisher: str) -> tuple[int, int]:
    """Write all holdings, and the parties that they connect, as one array of statements; says how many of each.

    Things and other relations have no place in the standard and are left out. Numbers of persons are left out too:
    masked they identify nobody.

    Args:
        export: the graph.
        out: where to.
        on: the day of publication.
        publisher: who publishes.
    """
    encode = msgspec.json.Encoder(decimal_format="number").encode
    count = holdings = 0
    for statement in statements(export, on=on, publisher=publisher):
        out.write((b",\n" if count else b"[\n") + encode(statement))
        count += 1
        holdings += statement["recordType"] == "relationship"
    out.write(b"\n]\n" if count else b"[]\n")
    return count - holdings, holdings


def statements(export: Export, *, on: date, publisher: str) -> Iterator[dict[str, Any]]:
    """The statements: parties first, then the holdings."""
    ends = {end for edge in export.edges() if edge.type is RelationType.HOLDS for end in (edge.src, edge.dst)}
    types: dict[str, PartyType] = {}
    for node in export.nodes():
        if node.key in ends and not node.type.thing:
            types[node.key] = node.type
            kind = "person" if node.type is PartyType.PERSON else "entity"
            details = _person(node) if kind == "person" else _entity(node)
            yield _statement(node.key, node.key, kind, details, on, publisher)
    for edge in export.edges():
        if edge.type is RelationType.HOLDS and edge.src in types and edge.dst in types:
            record = str(
                uuid.uuid5(_SPACE, msgspec.json.encode(msgspec.structs.replace(edge, key="")).decode())
            )
            made = _statement(record, edge.dst, "relationship", _relationship(edge), on, publisher)
            yield made | ({"source": _source(edge)} if edge.origin.dataset else {})


def _statement(
    record: str, subject: str, kind: str, details: dict[str, Any], on: date, publisher: str
) -> dict[str, Any]:
    day = on.isoformat()
    return {
        "statementId": str(uuid.uuid5(_SPACE, f"{record}\n{day}\n{msgspec.json.encode(details).decode()}")),
        "declarationSubject": subject,
        "statementDate": day,
        "publicationDetails": {
            "publicationDate": day,
            "bodsVersion": VERSION,
            "publisher": {"name": publisher},
        },
        "recordId": record,
        "recordStatus": "new",
        "recordType": kind,
        "recordDetails": details,
    }


def _entity(node: Node) -> dict[str, Any]:
    codes = [one.value for one in node.ids if one.scheme == "uscc" and one.state == "valid"]
    others = [name.text for name in node.names if name.text != node.name]
    said: dict[str, Any] = {
        "isComponent": False,
        "entityType": {"type": "registeredEntity" if codes else "legalEntity"},
        "name": node.name or node.key,
    }
    if others:
        said["alternateNames"] = others
    if codes:
        said["jurisdiction"] = {"name": "China", "code": "CN"}
        said["identifiers"] = [{"id": code, "scheme": "CN-USCC"} for code in codes]
    return said


def _person(node: Node) -> dict[str, Any]:
    kinds = {NameKind.ALIAS: "alternative", NameKind.FOREIGN: "translation", NameKind.FORMER: "former"}
    names = [{"type": kinds.get(name.kind, "legal"), "fullName": name.text} for name in node.names]
    known = {"personType": "knownPerson", "names": names} if names else {"personType": "unknownPerson"}
    return {"isComponent": False, **known}


def _relationship(edge: Edge) -> dict[str, Any]:
    interests = [_interest("shareholding", edge, _share(edge))]
    if edge.votes is not None:
        interests.append(_interest("votingRights", edge, {"exact": edge.votes}))
    return {"isComponent": False, "subject": edge.dst, "interestedParty": edge.src, "interests": interests}


def _interest(kind: str, edge: Edge, share: dict[str, Decimal]) -> dict[str, Any]:
    said: dict[str, Any] = {"type": kind, "directOrIndirect": "direct"}
    if share:
        said["share"] = share
    if edge.valid.start is not None:
        said["startDate"] = china_day(edge.valid.start).isoformat()
    if edge.valid.end is not None:
        said["endDate"] = china_day(edge.valid.end).isoformat()  # the first day without it
    return said


def _share(edge: Edge) -> dict[str, Decimal]:
    if edge.share is not None:
        return {"exact": edge.share}
    said = {"minimum": edge.share_min, "maximum": edge.share_max}
    if edge.attributes.get("share_above_min") == "yes":
        said["exclusiveMinimum"] = said.pop("minimum")
    if edge.attributes.get("share_below_max") == "yes":
        said["exclusiveMaximum"] = said.pop("maximum")
    return {name: value for name, value in said.items() if value is not None}


def _source(edge: Edge) -> dict[str, Any]:
    where = [edge.origin.dataset, edge.origin.file, f"#{edge.origin.row}" if edge.origin.row else ""]
    said: dict[str, Any] = {"type": ["thirdParty"], "description": " ".join(part for part in where if part)}
    if edge.origin.url:
        said["url"] = edge.origin.url
    taken: datetime | None = edge.origin.taken_at
    if taken is not None:
        said["retrievedAt"] = taken.isoformat()
    return said
