"""Any other list, by a mapping file: which heading is which field, which list it feeds (TOML)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from graph.lists import BY_CODE
from graph.model import Doc
from loaders.base import Kind
from loaders.errors import FileError
from loaders.kinds.lists import COMMON, reader


class Mapping(Doc, forbid_unknown_fields=True):
    """A mapping file. Other keys are refused, so that a misspelt one is never silently ignored."""

    list: str
    columns: dict[str, str]
    """Heading as written to canonical field."""
    title: str = ""
    source: str = ""
    ignored: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    snapshot: Literal["full", "delta"] = "full"
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
    if mapping.list not in BY_CODE:
        raise FileError("mapping.list", list=mapping.list, known=", ".join(BY_CODE))
    for heading, field in mapping.columns.items():
        if field not in COMMON:
            raise FileError("mapping.field", heading=heading, field=field, known=", ".join(sorted(COMMON)))
    if not {"org_name", "person_name", "uscc", "person_id"} & set(mapping.columns.values()):
        raise FileError("mapping.identity")
    return mapping


def kind_of(mapping: Mapping) -> Kind:
    """The source kind that a mapping describes."""
    fields: dict[str, list[str]] = {}
    for heading, field in mapping.columns.items():
        fields.setdefault(field, []).append(heading)
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
        snapshot=mapping.snapshot,
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
