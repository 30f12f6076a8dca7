"""Any other list, by a mapping file: which heading is which field, which list it feeds (TOML)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, Literal

import msgspec

from graph.lists import BY_CODE
from graph.model import Doc
from loaders.base import Kind
from loaders.errors import FileError
from loaders.kinds.graph import GRAPH_KINDS
from loaders.kinds.lists import COMMON, reader


class Mapping(Doc, forbid_unknown_fields=True):
    """A mapping file. Other keys are refused, so that a misspelt one is never silently ignored."""

    list: str = ""
    """The list that the file feeds; empty where `kind` says which table of the graph it is."""
    kind: str = ""
    columns: dict[str, str]
    """Heading as written to canonical field."""
    title: str = ""
    source: str = ""
    ignored: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    snapshot: Literal["full", "delta"] | None = None
    """Whether the file is all of it; not said: a list is, a table of the graph is not."""
    common_aliases: bool = False
    """Also recognise the common aliases beside the columns named here."""


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        FileError: `mapping.missing`, `mapping.toml`, `mapping.invalid`, `mapping.list`, `mapping.field`,
            `mapping.identity`.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError("mapping.toml", path=str(path)) from error
    except OSError as error:
        raise FileError("mapping.missing", path=str(path)) from error
    try:
        mapping = msgspec.convert(data, Mapping)
    except msgspec.ValidationError as error:
        raise FileError("mapping.invalid", path=str(path), detail=str(error)) from error
    if mapping.kind:
        _check_table(mapping)
        return mapping
    if mapping.list not in BY_CODE:
        raise FileError("mapping.list", list=mapping.list, known=", ".join(BY_CODE))
    for heading, field in mapping.columns.items():
        if field not in COMMON:
            raise FileError("mapping.field", heading=heading, field=field, known=", ".join(sorted(COMMON)))
    if not {"org_name", "person_name", "uscc", "person_id"} & set(mapping.columns.values()):
        raise FileError("mapping.identity")
    return mapping


def _check_table(mapping: Mapping) -> None:
    kind = _TABLES.get(mapping.kind)
    if kind is None or mapping.list:
        raise FileError("mapping.kind", kind=mapping.kind[:80], known=", ".join(_TABLES))
    known = {*kind.fields, *kind.common}
    for heading, field in mapping.columns.items():
        if field not in known:
            raise FileError("mapping.field", heading=heading, field=field, known=", ".join(sorted(known)))
    for group in kind.needs:
        if not set(group) & set(mapping.columns.values()) and not mapping.common_aliases:
            raise FileError("mapping.needs", kind=kind.name, fields=" / ".join(group))


_TABLES: Final = {kind.name: kind for kind in GRAPH_KINDS}


def kind_of(mapping: Mapping) -> Kind:
    """The source kind that a mapping describes."""
    fields: dict[str, list[str]] = {}
    for heading, field in mapping.columns.items():
        fields.setdefault(field, []).append(heading)
    if mapping.kind:
        table = _TABLES[mapping.kind]
        if mapping.common_aliases:
            fields = {
                name: [*fields.get(name, ()), *table.fields.get(name, ())]
                for name in {*table.fields, *fields}
            }
        return msgspec.structs.replace(
            table,
            fields=fields,
            common=table.common if mapping.common_aliases else (),
            ignored=(*mapping.ignored, *(table.ignored if mapping.common_aliases else ())),
            snapshot=mapping.snapshot or table.snapshot,
            date_formats=mapping.date_formats,
        )
    info = BY_CODE[mapping.list]
    return Kind(
        name="generic",
        title_zh=mapping.title or info.zh,
        title_en=mapping.title or info.en,
        covers=(mapping.list,),
        read=reader(mapping.list),
        fields=fields,
        common=COMMON if mapping.common_aliases else (),
        ignored=mapping.ignored,
        needs=(("org_name", "person_name", "uscc", "person_id"),),
        snapshot=mapping.snapshot or "full",
        date_formats=mapping.date_formats,
    )


def plain_kind(list_code: str) -> Kind:
    """A list of the common pattern under any code, by the common aliases alone."""
    info = BY_CODE[list_code]
    return Kind(
        name="generic",
        title_zh=info.zh,
        title_en=info.en,
        covers=(list_code,),
        read=reader(list_code),
        fields={},
        common=COMMON,
        ignored=("备注", "BZ"),
        needs=(("org_name", "person_name"),),
    )


__all__ = ["Mapping", "kind_of", "plain_kind", "read_mapping"]
