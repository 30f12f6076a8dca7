"""Beneficial Ownership Data Standard 0.4: entities, persons and their interests (SPEC 6.3).

The newest statement on a record counts, so that a history does not add up. Interests held through others stand as
what they are and never as direct shares: the links between are loaded where they are stated, and are not counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from graph.dates import start_of_day
from graph.model import Id, Interval, Mention, NameKind, PartyRecord, PartyType, Source
from graph.relations import ABOVE_MIN, BELOW_MAX, Relation, RelationType
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
    unused,
)
from loaders.percentages import HUNDRED
from loaders.records import digest, keyed
from loaders.tables import Table
from loaders.values import plain

BODS = "bods"
_NOWHERE = Source(dataset="")
_CONTROL = frozenset({
    "appointmentOfBoard", "otherInfluenceOrControl", "controlViaCompanyRulesOrArticles", "controlByLegalFramework",
    "rightsGrantedByContract", "conditionalRightsGrantedByContract", "settlor", "trustee", "protector", "nominator",
})  # fmt: skip
_POSTS = {
    "seniorManagingOfficial": RelationType.EXEC_OF,
    "boardMember": RelationType.DIRECTOR_OF,
    "boardChair": RelationType.DIRECTOR_OF,
    "nominee": RelationType.ACTS_FOR,
}
_NO_RELATION = frozenset({
    "rightsToSurplusAssetsOnDissolution", "rightsToProfitOrIncome", "beneficiaryOfLegalArrangement",
    "enjoymentAndUseOfAssets", "rightToProfitOrIncomeFromAssets", "unpublishedInterest",
})  # fmt: skip
"""Interests that own or control nothing by themselves: with `beneficialOwnershipOrControl` they make a UBO_OF."""
_KEPT = (
    *("declaration", "declaration_subject", "statement", "annotations", "source_details", "status"),
    *("details", "publication", "date", "replaces"),
)
_CHINA = frozenset({"CN-SAIC", "CN-USCC", "CN-USCI", "CN-SAMR"})


class _Party(NamedTuple):
    type: PartyType
    name: str
    ids: tuple[Id, ...]


class _Context(NamedTuple):
    """Who stands behind each record id, and which statement on a record is its newest."""

    parties: dict[str, _Party]
    winners: dict[str, tuple[tuple[str, int], str, int]]
    closed: dict[str, str]


def prepare(tables: Mapping[str, Sequence[Table]]) -> _Context:
    """Read all statements once: parties by record id, and the newest statement of each record."""
    parties: dict[str, _Party] = {}
    winners: dict[str, tuple[tuple[str, int], str, int]] = {}
    closed: dict[str, str] = {}
    replaced: set[str] = set()
    statements: dict[str, str] = {}
    order = 0
    for table in tables.get(BODS, ()):
        for number, cells in rows_of(table, BODS_KIND):
            order += 1
            record = cells.get("record", "")
            row = Row(number, cells, {}, {}, _NOWHERE)
            replaced.update(texts(nested(row, "replaces")))
            if not record:
                continue
            rank = (cells.get("date", ""), order)
            if record in winners and winners[record][0] > rank:
                continue
            winners[record] = (rank, table.sha256, number)
            statements[record] = cells.get("statement", "")
            if cells.get("status") == "closed":
                closed[record] = cells.get("date", "")
            if cells.get("type") in ("entity", "person"):
                details = nested(row, "details")
                if isinstance(details, dict):
                    parties[record] = _party(row, cells["type"], record, details)
    for record, statement in statements.items():
        if statement in replaced:
            del winners[record]
    return _Context(parties, winners, closed)


def _publisher(row: Row) -> str:
    details = nested(row, "publication")
    publisher = details.get("publisher") if isinstance(details, dict) else None
    return str(publisher.get("name") or publisher.get("url") or "") if isinstance(publisher, dict) else ""


def _party(row: Row, kind: str, record: str, details: Mapping[str, Any]) -> _Party:
    """Who a record is: names, numbers of registers, and the record's own id within its publisher."""
    own = source_id("bods", digest(_publisher(row))[:12], record)
    ids: list[Id] = []
    for one in details.get("identifiers") or ():
        if not isinstance(one, dict) or not (value := str(one.get("id") or "").strip()):
            continue
        scheme = str(one.get("scheme") or "").strip()
        codes = chinese_codes(value) if scheme in _CHINA or not scheme else ()
        if codes:
            ids += codes
        elif kind == "person":
            # What a state gave a person: kept to compare, too often mistyped or short to link by.
            ids.append(Id(scheme="foreign_document", value=f"{scheme}:{value}"))
        elif scheme:
            ids.append(source_id(scheme, value))
        else:
            ids.append(Id(scheme="unknown", value=value))
    name, _ = _names(kind, details)
    return _Party(PartyType.PERSON if kind == "person" else PartyType.ORGANIZATION, name, (*ids, own))


def _names(kind: str, details: Mapping[str, Any]) -> tuple[str, list[tuple[str, NameKind]]]:
    """The name that counts and all of them; one who is not named is called by what the statement says of it."""
    if kind == "entity":
        name = str(details.get("name") or "")
        more = [(text, foreign_kind(text)) for text in texts(details.get("alternateNames"))]
        stated = details.get("entityType")
        what = str(stated.get("type") or "entity") if isinstance(stated, dict) else "entity"
    else:
        found: list[tuple[str, NameKind]] = []
        for one in details.get("names") or ():
            if isinstance(one, dict) and (text := _full_name(one)):
                former = one.get("type") in ("former", "birth")
                found.append((text, NameKind.FORMER if former else foreign_kind(text)))
        name, more = (found[0][0], found[1:]) if found else ("", [])
        what = str(details.get("personType") or "person")
    name = name or f"[{what}]"
    return name, [(name, NameKind.REGISTERED), *more]


def _full_name(one: Mapping[str, Any]) -> str:
    if full := one.get("fullName"):
        return str(full)
    return " ".join(str(one[part]) for part in ("givenName", "patronymicName", "familyName") if one.get(part))


def _read(row: Row) -> Iterator[Record]:
    kind, record = row.get("type"), row.need("record")
    for field in _KEPT:
        row.get(field)  # stays with the record as evidence
    context: _Context | None = row.context
    own = (row.source.file_sha256, row.number)
    counts = context is None or context.winners.get(record, ((), "", 0))[1:] == own
    details = nested(row, "details")
    if kind not in ("entity", "person", "relationship") or not isinstance(details, dict):
        raise RowError("bods.record", "type")
    if not counts:
        row.warn("bods.superseded", "record")
        return
    if kind == "relationship":
        yield from _relationship(row, record, details)
    else:
        yield _record(row, kind, record, details)


def _record(row: Row, kind: str, record: str, details: Mapping[str, Any]) -> PartyRecord:
    party = _party(row, kind, record, details)
    _, names = _names(kind, details)
    unused(row, "recordDetails", details, _ENTITY if kind == "entity" else _PERSON)
    born = days(str(details.get("birthDate") or ""))
    address = next(
        (str(a.get("address") or "") for a in details.get("addresses") or () if isinstance(a, dict)), ""
    )
    stated = details.get("entityType")
    where = details.get("jurisdiction") or details.get("incorporatedInJurisdiction")
    attributes = {
        "founded_on": str(details.get("foundingDate") or ""),
        "deregistered_on": str(details.get("dissolutionDate") or ""),
        "legal_form": str(stated.get("type") or "") if isinstance(stated, dict) else "",
        "address": address,
        "region": str(where.get("name") or where.get("code") or "") if isinstance(where, dict) else "",
        "status": "closed" if row.get("status") == "closed" else "",
    }
    subject = named(
        party.type, names, party.ids, key=f"{BODS}:{party.ids[-1].value}", address=address,
        birth_year=born[0].year if born else None,
    )  # fmt: skip
    return PartyRecord(
        key=party.ids[-1].value,
        subject=subject,
        attributes={name: text for name, text in attributes.items() if text},
        raw=row.raw,
        source=row.source,
    )


def _end_of(row: Row, value: Any, field: str) -> Mention | None:
    """One end of a relationship; None where the statement says why nobody is named."""
    if isinstance(value, str) and value:
        known = row.context.parties.get(value) if row.context is not None else None
        if known is None:
            raise RowError("bods.unknown_party", "details", end=field)
        return named(known.type, [(known.name, NameKind.REGISTERED)], known.ids)
    reason = str(value.get("reason") or "") if isinstance(value, dict) else ""
    row.warn("bods.unspecified", "details", end=field, reason=reason[:80])
    return None


def _relationship(row: Row, record: str, details: Mapping[str, Any]) -> Iterator[Relation]:
    unused(row, "recordDetails", details, _RELATION)
    held = _end_of(row, details.get("subject"), "subject")
    holder = _end_of(row, details.get("interestedParty"), "interestedParty")
    interests = [one for one in details.get("interests") or () if isinstance(one, dict)]
    if held is None or holder is None:
        return
    if not interests:
        row.warn("bods.no_interest", "details")
    through = bool(details.get("componentRecords"))
    made = _Made(row, record, holder, held)
    for place, interest in enumerate(interests):
        unused(row, "recordDetails/interests", interest, _INTEREST)
        yield from made.relations(place, interest, interests, through=through)


class _Made:
    """The relations that one relationship statement makes."""

    def __init__(self, row: Row, record: str, holder: Mention, held: Mention) -> None:
        self.row = row
        self.record = record
        self.holder = holder
        self.held = held

    def relations(
        self, place: int, interest: Mapping[str, Any], beside: list[dict[str, Any]], *, through: bool
    ) -> Iterator[Relation]:
        """What one interest says."""
        kind = str(interest.get("type") or "unknownInterest")
        stated = str(interest.get("directOrIndirect") or "")
        indirect = stated == "indirect" or (not stated and through)
        beneficial = interest.get("beneficialOwnershipOrControl") in (True, "true", "True", 1)
        valid = self._valid(interest)
        share = _share(self.row, interest.get("share"))
        extra = {"interest": kind, **({"directness": stated} if stated in ("indirect", "unknown") else {})}
        said = False
        if kind in ("shareholding", "unknownInterest") and not indirect:
            yield self._made(
                RelationType.HOLDS, f"{place}", valid, share, extra, votes=self._votes(interest, beside)
            )
            said = True
        elif kind == "votingRights" and not indirect:
            said = True
            if not any(
                other.get("type") == "shareholding" and _same_time(other, interest) for other in beside
            ):
                votes = share["share"]
                extra |= {
                    f"votes_{name}": str(share[f"share_{name}"])
                    for name in ("min", "max")
                    if share[f"share_{name}"]
                }
                yield self._made(RelationType.HOLDS, f"{place}", valid, _NOTHING, extra, votes=votes)
        elif kind in _CONTROL:
            yield self._made(RelationType.CONTROLS, f"{place}", valid, share, extra, role=kind)
            said = True
        elif kind in _POSTS:
            yield self._made(_POSTS[kind], f"{place}", valid, _NOTHING, extra, role=kind)
            said = True
        elif kind not in _NO_RELATION and kind not in ("shareholding", "votingRights", "unknownInterest"):
            self.row.unmapped.add(f"recordDetails/interests/type={kind[:60]}")
        if beneficial and self.holder.type is PartyType.PERSON:
            yield self._made(RelationType.UBO_OF, f"{place}:ubo", valid, share, extra, role=kind)
            said = True
        if not said:
            self.row.warn("bods.indirect" if indirect else "bods.no_relation", "details", interest=kind[:60])

    def _made(
        self,
        kind: RelationType,
        key: str,
        valid: Interval,
        share: Mapping[str, Decimal | None],
        attributes: dict[str, str],
        *,
        role: str = "",
        votes: Decimal | None = None,
    ) -> Relation:
        name = f"{self.holder.ids[-1].value}>{self.record}:{key}"
        prefix = digest(name)
        return Relation(
            type=kind,
            key=prefix,
            src=keyed(self.holder, f"{BODS}:{prefix}:src"),
            dst=keyed(self.held, f"{BODS}:{prefix}:dst"),
            share=share["share"],
            share_min=share["share_min"],
            share_max=share["share_max"],
            votes=votes,
            role=role,
            attributes=attributes | {n: "yes" for n in (ABOVE_MIN, BELOW_MAX) if share[n] is not None},
            valid=valid,
            source=self.row.source,
        )

    def _valid(self, interest: Mapping[str, Any]) -> Interval:
        start = begins(self.row, str(interest.get("startDate") or ""), "details")
        end = ends(self.row, str(interest.get("endDate") or ""), "details", on=True)
        if end is None and self.row.context is not None and self.record in self.row.context.closed:
            end = self._closed()
        if start is not None and end is not None and end <= start:
            self.row.warn("value.reversed", "details")
            end = None
        return Interval(start=start, end=end)

    def _closed(self) -> datetime | None:
        found = days(self.row.context.closed[self.record])
        return start_of_day(found[0]) if found else None

    def _votes(self, interest: Mapping[str, Any], beside: list[dict[str, Any]]) -> Decimal | None:
        """The votes that go with shares: stated by the same party for the same time."""
        for other in beside:
            if other.get("type") == "votingRights" and _same_time(other, interest):
                return _share(self.row, other.get("share"))["share"]
        return None


def _same_time(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in ("startDate", "endDate", "directOrIndirect"))


_NOTHING: Mapping[str, Decimal | None] = dict.fromkeys(
    ("share", "share_min", "share_max", ABOVE_MIN, BELOW_MAX)
)


def _share(row: Row, value: Any) -> Mapping[str, Decimal | None]:
    """A share object in percent: exact, or its bounds and whether they belong to it."""
    if not isinstance(value, dict):
        return _NOTHING
    unused(row, "recordDetails/interests/share", value, _SHARE)
    exact = _percent(row, value.get("exact"))
    least, most = _percent(row, value.get("minimum")), _percent(row, value.get("maximum"))
    above, below = _percent(row, value.get("exclusiveMinimum")), _percent(row, value.get("exclusiveMaximum"))
    if exact is None and least is not None and least == most:
        exact = least
    if exact is not None:
        return {**_NOTHING, "share": exact}
    return {
        "share": None,
        "share_min": least if above is None else above,
        "share_max": most if below is None else below,
        ABOVE_MIN: above,
        BELOW_MAX: below,
    }


def _percent(row: Row, value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        row.warn("share.unreadable", "details")
        return None
    if not found.is_finite() or not 0 <= found <= HUNDRED:
        row.warn("share.unreadable", "details")
        return None
    return plain(found)


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENTITY = _keys(
    "isComponent entityType unspecifiedEntityDetails name alternateNames jurisdiction incorporatedInJurisdiction"
    " identifiers foundingDate dissolutionDate addresses"
)
_PERSON = _keys("isComponent personType unspecifiedPersonDetails names identifiers birthDate addresses")
_RELATION = _keys("isComponent componentRecords subject interestedParty interests")
_INTEREST = _keys("type directOrIndirect beneficialOwnershipOrControl share startDate endDate")
_SHARE = _keys("exact minimum maximum exclusiveMinimum exclusiveMaximum")


# fmt: off
BODS_KIND = Kind(
    name=BODS,
    title_zh="受益所有权数据标准（BODS 0.4）",
    title_en="Beneficial Ownership Data Standard (BODS 0.4)",
    covers=(BODS,),
    read=_read,
    prepare=prepare,
    is_list=False,
    snapshot="delta",
    max_cell=4_000_000,
    fields={
        "statement": ("statementId", "statementID"),
        "date": ("statementDate",),
        "record": ("recordId",),
        "type": ("recordType",),
        "status": ("recordStatus",),
        "details": ("recordDetails",),
        "declaration": ("declaration",),
        "declaration_subject": ("declarationSubject",),
        "publication": ("publicationDetails",),
        "replaces": ("replacesStatements",),
        "source_details": ("source",),
        "annotations": ("annotations",),
    },
    needs=(("record",), ("type",), ("details",)),
    identity=(),
    marks={"statementId": 4, "recordId": 4, "recordType": 4, "recordDetails": 6, "declarationSubject": 3},
)
# fmt: on
