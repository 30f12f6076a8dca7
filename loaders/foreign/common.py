"""What formats of nested records share: values inside JSON cells, dates of any precision, identifiers of a source."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from graph.dates import end_of_day, start_of_day
from graph.identifiers import parse_organization
from graph.model import Id, Mention, Name, NameKind, PartyType
from graph.text import clean, org_key, person_key, repair
from loaders.base import Kind, Row
from loaders.headers import plan
from loaders.records import to_id
from loaders.tables import Table

SOURCE_ID = "source_id"
"""Scheme of an identifier that a publisher or a foreign register gave, with who gave it: `GB-COH:01234567`."""
MAX_NAMES = 200
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ].*)?")
_USCC = re.compile(r"\b[0-9A-HJ-NP-RTUW-Y]{18}\b")
_HAN = re.compile("[\u3400-\u9fff]")
_decode = msgspec.json.Decoder().decode


def nested(row: Row, field: str) -> Any:
    """What a cell of a nested format holds: an object, a list, or text."""
    text = row.get(field)
    if text[:1] in ("{", "["):
        try:
            return _decode(text)
        except (msgspec.DecodeError, RecursionError):
            row.warn("foreign.cell", field)
            return None
    return text or None


def rows_of(table: Table, kind: Kind) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table by canonical field, for what a kind reads beforehand."""
    for chunk in table.chunks():
        used = plan(kind, chunk.headings)
        for line in chunk.lines:
            cells: dict[str, str] = {}
            for index, field, _ in used.places:
                if index < len(line.cells) and line.cells[index]:
                    cells.setdefault(field, line.cells[index].strip())
            yield line.number, cells


def days(text: str) -> tuple[date, date] | None:
    """The first and the last day of a date of any precision (`2018`, `2018-12`); None for anything else."""
    found = _PARTIAL.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    try:
        if day:
            return date(year, month, day), date(year, month, day)
        if month:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None


def begins(row: Row, text: str, field: str) -> datetime | None:
    """When a period begins; of a year or a month its first day, which is said."""
    found = _days(row, text, field)
    return start_of_day(found[0]) if found else None


def ends(row: Row, text: str, field: str, *, on: bool = False) -> datetime | None:
    """When a period ends, exclusive.

    Args:
        row: the row.
        text: the date.
        field: where it stands.
        on: the date is the day on which something was over already; else it is the last day on which it held.
    """
    found = _days(row, text, field)
    if not found:
        return None
    return start_of_day(found[0]) if on and found[0] == found[1] else end_of_day(found[1])


def _days(row: Row, text: str, field: str) -> tuple[date, date] | None:
    if not text:
        return None
    found = days(text)
    if found is None:
        row.warn("value.date", field)
    elif found[0] != found[1]:
        row.warn("foreign.partial_date", field)
    return found


def source_id(*parts: str) -> Id:
    """An identifier that somebody gave, with who gave it."""
    return Id(scheme=SOURCE_ID, value=":".join(part.strip() for part in parts if part.strip()))


def chinese_codes(text: str) -> tuple[Id, ...]:
    """Unified credit codes inside a text, where their check character is right."""
    found = (parse_organization(code) for code in _USCC.findall(text.upper()))
    return tuple(to_id(one) for one in found if one.scheme == "uscc" and one.state == "valid")


def named(
    kind: PartyType,
    names: list[tuple[str, NameKind]],
    ids: tuple[Id, ...] = (),
    *,
    key: str = "",
    sex: str = "",
    birth_year: int | None = None,
    address: str = "",
) -> Mention:
    """A party by the names that a record gives it, the first being its own."""
    cleaned = [(repair(clean(text)), how) for text, how in names if clean(text)]
    first = cleaned[0][0] if cleaned else ""
    form = org_key if kind is PartyType.ORGANIZATION else person_key
    more = tuple(
        Name(text=text, kind=how) for text, how in dict(reversed(cleaned[1:])).items() if text != first
    )
    return Mention(
        type=kind,
        name=first,
        key=key,
        n6=form(first),
        names=more[:MAX_NAMES],
        ids=ids,
        sex=sex,
        birth_year=birth_year,
        address=address,
    )


def foreign_kind(text: str) -> NameKind:
    """How a further name counts: Chinese ones are names like any other, the rest are foreign."""
    return NameKind.ALIAS if _HAN.search(text) else NameKind.FOREIGN


def unused(row: Row, where: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    """Report the keys of an object that nothing takes."""
    for name in given:
        if name not in known:
            row.unmapped.add(f"{where}/{name}")


def texts(value: Any) -> list[str]:
    """Texts of a value that may be one, a list of them, or absent."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str) and one]
    return []
