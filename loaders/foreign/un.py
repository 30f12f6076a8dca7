"""The UN Security Council's consolidated list (XML), read as a stream; for research only (SPEC 3)."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from graph.model import Id, Interval, Listing, NameKind, PartyType
from loaders.base import Kind, Row
from loaders.errors import FileError
from loaders.foreign.common import foreign_kind, named, nested, unused
from loaders.tables import Line, Table

UN = "UN_SC"
ROOT = b"CONSOLIDATED_LIST"
MAX_RECORD = 4_000_000
"""Bytes of one record; the largest published ones have some thousands."""
_RECORDS = frozenset({"INDIVIDUAL", "ENTITY"})
_HEADINGS = (
    "UN_RECORD", "DATAID", "VERSIONNUM", "FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME", "UN_LIST_TYPE",
    "REFERENCE_NUMBER", "LISTED_ON", "NAME_ORIGINAL_SCRIPT", "GENDER", "COMMENTS1", "TITLE", "DESIGNATION",
    "NATIONALITY", "NATIONALITY2", "SUBMITTED_BY", "SUBMITTED_ON", "DELISTED_ON", "LIST_TYPE", "LAST_DAY_UPDATED",
    "INDIVIDUAL_ALIAS", "INDIVIDUAL_ADDRESS", "INDIVIDUAL_DATE_OF_BIRTH", "INDIVIDUAL_PLACE_OF_BIRTH",
    "INDIVIDUAL_DOCUMENT", "ENTITY_ALIAS", "ENTITY_ADDRESS", "SORT_KEY", "SORT_KEY_LAST_MOD",
)  # fmt: skip


class _Bounded(io.RawIOBase):
    """Refuses a record without end."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(min(size, 1 << 16) if size > 0 else 1 << 16)
        self.since += len(data)
        if self.since > MAX_RECORD + (1 << 17):
            raise FileError("file.json_record")
        return data


def open_table(label: str, path: str, opener: Callable[[], BinaryIO]) -> Table:
    """The consolidated list as a table, a row per individual or entity, a column per element.

    Raises:
        FileError: `file.xml`, another document; `file.damaged`, not sound or not safe to read.
    """
    with opener() as stream:
        head = stream.read(4096).replace(b"\0", b"")
        if ROOT not in head:
            raise FileError("file.xml")
    digest = hashlib.sha256()
    with opener() as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    extra: list[str] = []

    def read() -> Iterator[Line]:
        extra.clear()
        places = {name: index for index, name in enumerate(_HEADINGS)}
        for number, (tag, record) in enumerate(_records(opener), 1):
            cells = [""] * len(places)
            cells[0] = tag
            for name, value in record.items():
                if name not in places:
                    places[name] = len(places)
                    extra.append(name)
                    cells.append("")
                cells[places[name]] = value
            yield Line(number, cells)

    return Table(
        label=label,
        path=path,
        format="xml",
        encoding="XML",
        sha256=digest.hexdigest(),
        headings=_HEADINGS,
        header_row=0,
        titles=(),
        read=read,
        extra=extra,
    )


def _records(opener: Callable[[], BinaryIO]) -> Iterator[tuple[str, dict[str, str]]]:
    with opener() as raw:
        stream = _Bounded(raw)
        try:
            above: list[Element] = []
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    above.append(element)
                    continue
                above.pop()
                if element.tag in _RECORDS:
                    yield element.tag, _flat(element)
                    stream.since = 0
                    element.clear()
                    if above:
                        above[-1].remove(element)
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise FileError("file.damaged") from error


def _flat(record: Element) -> dict[str, str]:
    """The elements of a record: text as text, everything else as JSON."""
    found: dict[str, list[Any]] = {}
    for child in record:
        if len(child) == 0:
            value: Any = (child.text or "").strip()
        else:
            value = {inner.tag: (inner.text or "").strip() for inner in child if (inner.text or "").strip()}
        if value:
            found.setdefault(child.tag, []).append(value)
    return {
        name: values[0]
        if len(values) == 1 and isinstance(values[0], str)
        else json.dumps(values, ensure_ascii=False)
        for name, values in found.items()
    }


def _objects(row: Row, *fields: str) -> Iterator[dict[str, Any]]:
    for field in fields:
        value = nested(row, field)
        for one in value if isinstance(value, list) else ():
            if isinstance(one, dict):
                unused(row, field, one, _KNOWN)
                yield one


_KNOWN = frozenset({
    "QUALITY", "ALIAS_NAME", "NOTE", "DATE_OF_BIRTH", "CITY_OF_BIRTH", "COUNTRY_OF_BIRTH", "STREET", "CITY",
    "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "TYPE_OF_DATE", "DATE", "YEAR", "FROM_YEAR", "TO_YEAR",
    "TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2", "NUMBER", "ISSUING_COUNTRY", "COUNTRY_OF_ISSUE", "DATE_OF_ISSUE",
    "CITY_OF_ISSUE", "VALUE",
})  # fmt: skip


def _read(row: Row) -> Iterator[Listing]:
    person = row.need("record") == "INDIVIDUAL"
    number = row.get("reference") or row.need("data_id")
    whole = " ".join(filter(None, (row.get(part) for part in ("first", "second", "third", "fourth"))))
    names = [(whole, NameKind.REGISTERED)]
    if original := row.get("original"):
        names.append((original, foreign_kind(original)))
    weak = 0
    for alias in _objects(row, "alias"):
        quality, text = str(alias.get("QUALITY") or ""), str(alias.get("ALIAS_NAME") or "")
        if quality.lower() == "low":
            weak += bool(text)  # too weak to search by, says the publisher: stays in the row
        elif text:
            names.append((text, NameKind.FORMER if quality.startswith("f.k.a") else foreign_kind(text)))
    if weak:
        row.warn("un.weak_alias", "alias", count=str(weak))
    addresses = [
        ", ".join(
            str(one[part])
            for part in ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
            if part in one
        )
        for one in _objects(row, "address")
    ]
    for field in (
        "data_id",
        "version",
        "list_type",
        "updated",
        "submitted",
        "submitted_on",
        "title",
        "birthplace",
    ):
        row.get(field)  # stays with the record as evidence
    yield Listing(
        list_code=UN,
        key=number,
        subject=named(
            PartyType.PERSON if person else PartyType.ORGANIZATION, names, tuple(_documents(row)),
            key=f"{UN}:{number}", sex={"Male": "m", "Female": "f"}.get(row.get("gender"), ""),
            birth_year=_born(row), address="; ".join(filter(None, addresses))[:1000],
        ),
        effect=Interval(start=row.begin("listed"), end=row.begin("delisted")),
        authority="UN Security Council",
        decision_no=number,
        grounds=tuple(filter(None, (row.get("program"),))),
        reason=row.get("comments"),
        measure="; ".join(_values(row, "designation")),
        region="; ".join((*_values(row, "nationality"), *_values(row, "nationality2"))),
        raw=row.raw,
        source=row.source,
    )  # fmt: skip


def _values(row: Row, field: str) -> list[str]:
    value = nested(row, field)
    if isinstance(value, str):
        return [value]
    return [str(text) for one in value or () if isinstance(one, dict) for text in one.values()]


def _born(row: Row) -> int | None:
    """The year of birth where it is exact and all statements agree."""
    years = {
        str(one.get("YEAR") or one.get("DATE") or "")[:4] if one.get("TYPE_OF_DATE") == "EXACT" else ""
        for one in _objects(row, "born")
    }
    year = years.pop() if len(years) == 1 else ""
    return int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None


def _documents(row: Row) -> Iterator[Id]:
    """Numbers of documents with kind and country; none of them links parties."""
    for one in _objects(row, "document"):
        if number := str(one.get("NUMBER") or "").strip():
            kind = " ".join(
                str(one.get("TYPE_OF_DOCUMENT") or one.get("TYPE_OF_DOCUMENT2") or "document").split()
            )
            country = str(one.get("ISSUING_COUNTRY") or one.get("COUNTRY_OF_ISSUE") or "")
            yield Id(scheme="foreign_document", value=":".join(filter(None, (kind, number, country))))


# fmt: off
UN_KIND = Kind(
    name="un_consolidated",
    title_zh="联合国安理会综合制裁名单（XML，仅供研究）",
    title_en="UN Security Council consolidated list (XML, research only)",
    covers=(UN,),
    read=_read,
    max_cell=MAX_RECORD,
    fields={
        "record": ("UN_RECORD",), "reference": ("REFERENCE_NUMBER",), "data_id": ("DATAID",),
        "version": ("VERSIONNUM",),
        "first": ("FIRST_NAME",), "second": ("SECOND_NAME",), "third": ("THIRD_NAME",), "fourth": ("FOURTH_NAME",),
        "program": ("UN_LIST_TYPE",), "listed": ("LISTED_ON",), "delisted": ("DELISTED_ON",),
        "original": ("NAME_ORIGINAL_SCRIPT",), "gender": ("GENDER",), "comments": ("COMMENTS1",), "title": ("TITLE",),
        "designation": ("DESIGNATION",), "nationality": ("NATIONALITY",), "nationality2": ("NATIONALITY2",),
        "submitted": ("SUBMITTED_BY",), "submitted_on": ("SUBMITTED_ON",),
        "list_type": ("LIST_TYPE",), "updated": ("LAST_DAY_UPDATED",),
        "alias": ("INDIVIDUAL_ALIAS", "ENTITY_ALIAS"), "address": ("INDIVIDUAL_ADDRESS", "ENTITY_ADDRESS"),
        "born": ("INDIVIDUAL_DATE_OF_BIRTH",), "birthplace": ("INDIVIDUAL_PLACE_OF_BIRTH",),
        "document": ("INDIVIDUAL_DOCUMENT",),
    },
    ignored=("SORT_KEY", "SORT_KEY_LAST_MOD"),
    needs=(("record",), ("reference",), ("first",)),
    identity=(),
    marks={"UN_RECORD": 8, "UN_LIST_TYPE": 8, "DATAID": 4},
)
# fmt: on
