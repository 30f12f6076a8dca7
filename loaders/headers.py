"""Headings to fields: the alias table, and the audit of what no field claims."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from graph.model import Doc
from graph.text import header
from loaders.base import UNITS, Kind

_NUMBERED = re.compile(r"^(行政相对人代码|XK相对人代码)\d+$")
_UNIT = re.compile(r"(亿元|万元|元)")
_UNNAMED = re.compile(r"#\d{1,3}")
"""What `tables.unique` calls a column without a heading."""
_REPEATED = re.compile(r" \(\d+\)$")

IGNORED = ("序号", "编号", "行号", "NO", "ID", "操作", "更新时间", "数据更新时间", "SJC", "详情", "查看")
"""Columns of any table that say nothing about anyone."""


@cache
def names(heading: str) -> tuple[str, str]:
    """A heading for comparison with its bracket hint, and without it.

    The number in 行政相对人代码_2 goes: editions number differently, only the text in brackets tells (SPEC 2.4).
    """
    name, hint = header(heading)
    name = _NUMBERED.sub(r"\1", name)
    return (f"{name}({hint})" if hint else name), name


@cache
def common() -> dict[str, tuple[str, ...]]:
    """The alias table: canonical field to headings as published."""
    with resources.files("loaders").joinpath("aliases.toml").open("rb") as handle:
        return {name: tuple(aliases) for name, aliases in tomllib.load(handle).items()}


@cache
def ignored_names() -> frozenset[str]:
    """Normalised headings that are ignored in every kind."""
    return frozenset(names(heading)[0] for heading in IGNORED)


def lookup(kind: Kind) -> tuple[dict[str, tuple[str, int]], frozenset[str]]:
    """Normalised heading to (field, rank) for a kind, and the headings that it ignores by name."""
    table: dict[str, tuple[str, int]] = {}
    for field, headings in kind.fields.items():
        for rank, heading in enumerate(headings):
            table.setdefault(names(heading)[0], (field, rank))
    for field in kind.common:
        start = len(kind.fields.get(field, ()))
        for rank, heading in enumerate(common()[field], start):
            table.setdefault(names(heading)[0], (field, rank))
    return table, frozenset(names(heading)[0] for heading in kind.ignored) | ignored_names()


class Column(Doc):
    """A column that is used: where it stands and as what."""

    index: int
    heading: str
    field: str
    rank: int


class Plan(Doc):
    """How a table's columns are used: resolved once, then applied to every row by position."""

    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    places: tuple[tuple[int, str, str], ...]
    """The same as plain tuples of position, field and heading, for the row loop."""
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]
    unnamed: tuple[int, ...]
    units: dict[str, int]

    def has(self, *fields: str) -> bool:
        """Whether any of the fields has a column."""
        return any(column.field in fields for column in self.columns)

    def heading(self, field: str) -> str:
        """The heading as written of a field's first column; empty when it has none."""
        return next((column.heading for column in self.columns if column.field == field), "")


def plan(kind: Kind, headings: Sequence[str]) -> Plan:
    """Resolve a table's headings for a kind."""
    table, ignored = lookup(kind)
    columns: list[Column] = []
    skipped: list[str] = []
    unknown: list[str] = []
    unnamed: list[int] = []
    units: dict[str, int] = {}
    for index, heading in enumerate(headings):
        full, bare = names(_REPEATED.sub("", heading))
        if not bare or _UNNAMED.fullmatch(heading):
            unnamed.append(index)
            continue
        found = table.get(full) or table.get(bare)
        if found:
            columns.append(Column(index=index, heading=heading, field=found[0], rank=found[1]))
            if unit := _UNIT.search(full[len(bare) :]):
                units.setdefault(found[0], UNITS[unit[1]])
            if "%" in full[len(bare) :]:
                units.setdefault(f"{found[0]}%", 1)
        elif full in ignored or bare in ignored:
            skipped.append(heading)
        else:
            unknown.append(heading)
    columns.sort(key=lambda column: (column.field, column.rank, column.index))
    return Plan(
        headings=tuple(headings),
        columns=tuple(columns),
        places=tuple((column.index, column.field, column.heading) for column in columns),
        ignored=tuple(skipped),
        unknown=tuple(unknown),
        unnamed=tuple(unnamed),
        units=units,
    )
