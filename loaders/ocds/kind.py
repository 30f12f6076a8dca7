"""OCDS as a source kind of `load`: every release becomes edges, every path is mapped, ignored by name or reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from graph.relations import Relation
from loaders.base import Kind, Row, RowError
from loaders.ocds.convert import process
from loaders.ocds.paths import IGNORED, MAPPED
from loaders.ocds.relations import DATASET, MAX_EDGES, TooManyEdgesError, relations
from loaders.ocds.stream import MAX_RELEASE
from loaders.ocds.table import DOCUMENT

_FIELD = "ocds_document"


def _read(row: Row) -> Iterator[Relation]:
    release = json.loads(row.need(_FIELD), parse_float=Decimal)
    made, troubles = process(release)
    if made is None:
        raise RowError("ocds.ocid", "=ocid")
    warned: set[tuple[str, str]] = set()

    def warn(code: str, path: str) -> None:
        if (code, path) not in warned:
            warned.add((code, path))
            row.warn(code, f"={path}")

    for trouble in troubles:
        warn(trouble.code, trouble.path)
    try:
        yield from relations(made, row.source, warn)
    except TooManyEdgesError:
        raise RowError("ocds.edges", "=ocid", limit=str(MAX_EDGES)) from None


def _fields() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path, field in MAPPED.items():
        found.setdefault(field, []).append(path)
    return {_FIELD: (DOCUMENT,), **{field: tuple(paths) for field, paths in found.items()}}


OCDS = Kind(
    name="ocds",
    title_zh="公开招标数据标准（OCDS）",
    title_en="Open Contracting Data Standard",
    covers=(DATASET,),
    read=_read,
    fields=_fields(),
    ignored=IGNORED,
    needs=((_FIELD,),),
    identity=(),
    marks={DOCUMENT: 20},
    snapshot="delta",
    max_cell=MAX_RELEASE,
    is_list=False,
)
