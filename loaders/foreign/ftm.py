"""FollowTheMoney entities, as JSON lines or an array: parties, what connects them, and foreign measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from graph.kinship_codes import read_code
from graph.model import Id, Interval, Listing, Mention, NameKind, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from loaders.base import Kind, Record, Row, RowError
from loaders.foreign.common import (
    begins,
    chinese_codes,
    days,
    ends,
    foreign_kind,
    named,
    nested,
    rows_of,
    source_id,
    texts,
)
from loaders.percentages import read_share
from loaders.records import digest, keyed
from loaders.tables import Table

FTM, FOREIGN = "ftm", "FOREIGN"
_NOWHERE = Source(dataset="")
_PERSONS = frozenset({"Person"})
_ORGANIZATIONS = frozenset({"Organization", "Company", "LegalEntity", "PublicBody"})
_NUMBERS = (
    "registrationNumber", "taxNumber", "innCode", "ogrnCode", "leiCode", "dunsCode", "uscCode", "vatCode", "idNumber",
    "passportNumber", "imoNumber", "swiftBic", "okpoCode", "kppCode", "bicCode", "permId", "uniqueEntityId",
    "npiCode", "voenCode", "jibCode", "isinCode", "ricCode", "cikCode", "opencorporatesUrl",
)  # fmt: skip
_PARTY = frozenset({
    *_NUMBERS, "name", "alias", "weakAlias", "previousName", "abbreviation", "birthDate", "gender", "address",
    "addressEntity", "incorporationDate", "dissolutionDate", "legalForm", "status", "email", "phone", "country",
    "jurisdiction", "topics", "notes", "sourceUrl", "createdAt", "modifiedAt", "firstName", "lastName", "middleName",
    "fatherName", "secondName", "motherName", "title", "nationality", "programId", "summary",
})  # fmt: skip
"""Properties of a party that are taken, or stand with the record and say nothing more about who it is."""


class _Edge(NamedTuple):
    """A schema that connects: which property is the source, which the target, and as what."""

    src: str
    dst: str
    type: RelationType


_EDGES: dict[str, _Edge] = {
    "Ownership": _Edge("owner", "asset", RelationType.HOLDS),
    "Directorship": _Edge("director", "organization", RelationType.DIRECTOR_OF),
    "Employment": _Edge("employee", "employer", RelationType.EMPLOYED_BY),
    "Membership": _Edge("member", "organization", RelationType.PARTNER_IN),
    "Family": _Edge("relative", "person", RelationType.KIN_OF),
    "Succession": _Edge("successor", "predecessor", RelationType.SUCCEEDS),
    "Representation": _Edge("agent", "client", RelationType.ACTS_FOR),
    "Associate": _Edge("associate", "person", RelationType.IN_CONCERT),
    "UnknownLink": _Edge("subject", "object", RelationType.IN_CONCERT),
}
_UNCERTAIN = frozenset({"Associate", "UnknownLink"})
"""Ties of an unsaid nature: they connect nobody in law and are only counted and said."""
_EDGE = frozenset({
    "role", "status", "summary", "startDate", "endDate", "date", "percentage", "sharesCount", "sharesValue",
    "sharesCurrency", "sharesType", "legalBasis", "ownershipType", "relationship", "description", "sourceUrl",
    "recordId", "modifiedAt", "publisher", "publisherUrl", "retrievedAt",
})  # fmt: skip
_SANCTION = frozenset({
    "entity", "authority", "authorityId", "country", "program", "programId", "programUrl", "reason", "provisions",
    "status", "startDate", "endDate", "listingDate", "sourceUrl", "summary", "recordId", "unscId", "duration",
    "modifiedAt", "description",
})  # fmt: skip


class _Party(NamedTuple):
    type: PartyType
    name: str


def prepare(tables: Mapping[str, Sequence[Table]]) -> dict[str, _Party]:
    """Read all entities once: who stands behind each id."""
    parties: dict[str, _Party] = {}
    for table in tables.get(FTM, ()):
        for number, cells in rows_of(table, FTM_KIND):
            kind = _type(cells.get("schema", ""))
            if kind is not None and cells.get("id"):
                row = Row(number, cells, {}, {}, _NOWHERE)
                properties = nested(row, "properties")
                names = texts(properties.get("name")) if isinstance(properties, dict) else []
                parties[cells["id"]] = _Party(kind, names[0] if names else cells.get("caption", cells["id"]))
    return parties


def _type(schema: str) -> PartyType | None:
    if schema in _PERSONS:
        return PartyType.PERSON
    return PartyType.ORGANIZATION if schema in _ORGANIZATIONS else None


def _read(row: Row) -> Iterator[Record]:
    schema, key = row.need("schema"), row.need("id")
    properties = nested(row, "properties")
    for field in ("caption", "datasets", "referents", "target"):
        row.get(field)  # stays with the record as evidence
    if not isinstance(properties, dict):
        raise RowError("ftm.properties", "properties")
    kind = _type(schema)
    if kind is not None:
        yield _party(row, kind, schema, key, properties)
    elif schema in _EDGES:
        yield from _relation(row, schema, key, properties)
    elif schema == "Sanction":
        yield from _sanction(row, key, properties)
    else:
        row.unmapped.add(f"schema={schema[:60]}")
        row.warn("ftm.schema", "schema", schema=schema[:60])


def _say(row: Row, schema: str, properties: Mapping[str, Any], known: frozenset[str]) -> None:
    for name in properties:
        if name not in known:
            row.unmapped.add(f"properties/{schema}/{name}")


def _first(properties: Mapping[str, Any], name: str) -> str:
    return next(iter(texts(properties.get(name))), "")


def _own(key: str) -> Id:
    return source_id("ftm", key)


def _party(row: Row, kind: PartyType, schema: str, key: str, properties: Mapping[str, Any]) -> PartyRecord:
    _say(row, schema, properties, _PARTY)
    names = [(text, NameKind.REGISTERED) for text in texts(properties.get("name"))[:1]]
    names = names or [(row.get("caption") or key, NameKind.REGISTERED)]
    names += [(text, foreign_kind(text)) for text in texts(properties.get("name"))[1:]]
    for name, how in (("alias", None), ("abbreviation", NameKind.ALIAS), ("previousName", NameKind.FORMER)):
        names += [(text, how or foreign_kind(text)) for text in texts(properties.get(name))]
    ids: list[Id] = []
    for name in _NUMBERS:
        for text in texts(properties.get(name)):
            codes = chinese_codes(text) if name in ("registrationNumber", "taxNumber", "uscCode") else ()
            ids += codes or (Id(scheme="foreign_document", value=f"{name}:{text}"),)
    gender = _first(properties, "gender").lower()
    born = days(_first(properties, "birthDate"))
    attributes = {
        "founded_on": _first(properties, "incorporationDate"),
        "deregistered_on": _first(properties, "dissolutionDate"),
        "legal_form": _first(properties, "legalForm"),
        "status": _first(properties, "status"),
        "address": _first(properties, "address"),
        "email": _first(properties, "email"),
        "phone": _first(properties, "phone"),
        "region": _first(properties, "country") or _first(properties, "jurisdiction"),
    }
    return PartyRecord(
        key=key,
        subject=named(
            kind, names, (*ids, _own(key)), key=f"{FTM}:{key}", sex={"male": "m", "female": "f"}.get(gender, ""),
            birth_year=born[0].year if born else None, address=attributes["address"],
        ),
        attributes={name: text for name, text in attributes.items() if text},
        raw=row.raw,
        source=row.source,
    )  # fmt: skip


def _end(row: Row, value: str, field: str) -> Mention:
    known = row.context.get(value) if row.context is not None else None
    if known is None:
        raise RowError("ftm.unknown_party", "properties", end=field)
    return named(known.type, [(known.name, NameKind.REGISTERED)], (_own(value),))


def _valid(row: Row, properties: Mapping[str, Any]) -> Interval:
    start = begins(row, min(texts(properties.get("startDate")), default=""), "properties")
    end = ends(row, max(texts(properties.get("endDate")), default=""), "properties")
    if start is not None and end is not None and end <= start:
        row.warn("value.reversed", "properties")
        end = None
    return Interval(start=start, end=end)


def _percentage(
    row: Row, properties: Mapping[str, Any]
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    stated = dict.fromkeys(texts(properties.get("percentage")))
    if len(stated) > 1:
        row.warn("ftm.several", "properties", count=str(len(stated)))
        return None, None, None
    for text in stated:
        try:
            share = read_share(text, percent=True)
        except ValueError:
            row.warn("share.unreadable", "properties")
        else:
            return share.exact, share.least, share.most
    return None, None, None


def _relation(row: Row, schema: str, key: str, properties: Mapping[str, Any]) -> Iterator[Relation]:
    edge = _EDGES[schema]
    _say(row, schema, properties, _EDGE | {edge.src, edge.dst})
    if schema in _UNCERTAIN:
        row.warn("ftm.uncertain", "schema", schema=schema)
        return
    role = _first(properties, "role") or _first(properties, "relationship")
    if edge.type is RelationType.KIN_OF:
        code = read_code(_first(properties, "relationship"))
        if code is None:
            row.warn("kinship.unknown", "properties")
        role = code or _first(properties, "relationship")
    share, least, most = _percentage(row, properties) if schema == "Ownership" else (None, None, None)
    attributes = {
        name: _first(properties, name)
        for name in ("sharesCount", "ownershipType", "summary", "status", "legalBasis")
    }
    sources, targets = texts(properties.get(edge.src)), texts(properties.get(edge.dst))
    if not sources or not targets:
        raise RowError("ftm.ends", "properties")
    for source in sources:
        for target in targets:
            name = digest(key, source, target)
            yield Relation(
                type=edge.type,
                key=name,
                src=keyed(_end(row, source, edge.src), f"{FTM}:{name}:src"),
                dst=keyed(_end(row, target, edge.dst), f"{FTM}:{name}:dst"),
                share=share,
                share_min=least,
                share_max=most,
                role=role,
                attributes={name: text for name, text in attributes.items() if text},
                valid=_valid(row, properties),
                source=row.source,
            )


def _sanction(row: Row, key: str, properties: Mapping[str, Any]) -> Iterator[Listing]:
    """A measure of a foreign authority, as a record of the list for research."""
    _say(row, "Sanction", properties, _SANCTION)
    since = min((*texts(properties.get("startDate")), *texts(properties.get("listingDate"))), default="")
    for entity in texts(properties.get("entity")):
        yield Listing(
            list_code=FOREIGN,
            key=digest(key, entity),
            subject=keyed(_end(row, entity, "entity"), f"{FOREIGN}:{key}"),
            effect=Interval(
                start=begins(row, since, "properties"),
                end=ends(row, max(texts(properties.get("endDate")), default=""), "properties"),
            ),
            authority=_first(properties, "authority"),
            decision_no=_first(properties, "authorityId") or _first(properties, "recordId"),
            grounds=tuple(texts(properties.get("program"))),
            reason="; ".join(texts(properties.get("reason"))),
            measure="; ".join(texts(properties.get("provisions"))),
            region=_first(properties, "country"),
            raw=row.raw,
            source=row.source,
        )


# fmt: off
FTM_KIND = Kind(
    name=FTM,
    title_zh="FollowTheMoney 实体",
    title_en="FollowTheMoney entities",
    covers=(FTM, FOREIGN),
    read=_read,
    prepare=prepare,
    is_list=False,
    snapshot="delta",
    max_cell=4_000_000,
    fields={
        "id": ("id",),
        "caption": ("caption",),
        "schema": ("schema",),
        "properties": ("properties",),
        "datasets": ("datasets",),
        "referents": ("referents",),
        "target": ("target",),
    },
    ignored=("first_seen", "last_seen", "last_change"),
    needs=(("id",), ("schema",), ("properties",)),
    identity=(),
    marks={"schema": 4, "properties": 6, "caption": 3, "referents": 3},
)
# fmt: on
