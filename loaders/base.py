"""Rows in, records out: what every source kind is written with.

A kind reads a `Row` by *taking* canonical fields; the columns that no field claims are audited once per table,
so that every column is mapped, ignored by name, or reported. A problem with one row is a `RowError`; the others
go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from graph.dates import end_of_day, start_of_day
from graph.model import Doc, Listing, PartyRecord, Source
from graph.relations import Relation
from loaders import values

if TYPE_CHECKING:
    from loaders.tables import Table


class RowError(Exception):
    """A row that can't be used. `field` is the canonical field; the report shows the heading as written.

    `code` is a message of loaders/messages.toml; `params` never hold an identity number.
    """

    def __init__(self, code: str, field: str = "", **params: str) -> None:
        super().__init__(code, field, params)
        self.code = code
        self.field = field
        self.params = params


class Problem(Doc):
    """Something to report: where (row as a person counts, column heading), which message, with what in it."""

    row: int = 0
    column: str = ""
    code: str
    params: dict[str, str] = {}


class End(Doc):
    """An exit of a record that stands elsewhere (a withdrawn blacklist entry), by its key in a list."""

    row: int
    dataset: str
    key: str
    event: str
    at: datetime | None = None
    reason: str = ""


Record = Listing | PartyRecord | Relation | End

UNITS = {"万元": 10_000, "亿元": 100_000_000, "元": 1}


NO_CELLS: Mapping[str, str] = {}


class Row:
    """One row by canonical field. Placeholders (`N/A`, `无`, `/`, `0` …; SPEC 6.2) read as empty text."""

    __slots__ = (
        "cells",
        "context",
        "formats",
        "number",
        "placeholders",
        "problems",
        "raw",
        "seen_codes",
        "source",
        "units",
        "unmapped",
    )

    def __init__(
        self,
        number: int,
        cells: dict[str, str],
        raw: dict[str, str],
        units: Mapping[str, int],
        source: Source,
        formats: tuple[str, ...] = (),
    ) -> None:
        self.number = number
        self.cells = cells
        self.placeholders: Mapping[str, str] = NO_CELLS
        self.raw = raw
        self.units = units
        self.source = source
        self.formats = formats
        self.problems: list[tuple[str, str, dict[str, str]]] = []
        self.seen_codes: tuple[int, int] = (0, 0)
        """Codes read and codes unreadable in this row, for the minimum on readable codes."""
        self.unmapped: set[str] = set()
        """Parts inside a cell (of nested formats) that nothing takes: reported like unknown columns."""
        self.context: Any = None
        """What `Kind.prepare` found in the files before the first row was read."""

    def get(self, field: str) -> str:
        """The cell's text, empty when absent or a placeholder."""
        return self.cells.get(field, "")

    def flag(self, field: str) -> str:
        """The cell's text where `0` means something (a status, a type)."""
        return self.cells.get(field) or self.placeholders.get(field, "")

    def first(self, *fields: str) -> str:
        """The first of several fields that says something."""
        for field in fields:
            if text := self.get(field):
                return text
        return ""

    def need(self, field: str) -> str:
        """The cell's text.

        Raises:
            RowError: `row.missing`, there is none.
        """
        if text := self.get(field):
            return text
        raise RowError("row.missing", field)

    def warn(self, code: str, field: str = "", **params: str) -> None:
        """Report something about a row that is kept; once, however often a cell is asked for."""
        if (problem := (code, field, params)) not in self.problems:
            self.problems.append(problem)

    def moment(self, field: str) -> values.Moment:
        """A date or time; an unreadable one is reported and reads as absent."""
        text = self.get(field)
        if not text:
            return values.NOTHING
        try:
            return values.formatted(text, self.formats) if self.formats else values.moment(text)
        except ValueError:
            self.warn("value.date", field)
            return values.NOTHING

    def day(self, field: str) -> date | None:
        """A calendar day in China."""
        return self.moment(field).day

    def begin(self, *fields: str) -> datetime | None:
        """When a period starts: the first of `fields` with a date; a bare date begins at midnight."""
        for field in fields:
            moment = self.moment(field)
            if moment.day is not None:
                return moment.instant or start_of_day(moment.day)
        return None

    def finish(self, *fields: str) -> datetime | None:
        """When a period ends, exclusive: the last day counts; `长期` and alike are no end."""
        for field in fields:
            moment = self.moment(field)
            if moment.day is not None:
                return moment.instant or end_of_day(moment.day)
        return None

    def amount(self, field: str, *, unit: int = 1) -> Decimal | None:
        """An amount in yuan; the unit is the cell's own, else the heading's, else `unit`."""
        text = self.cells.get(field, "")
        if not text:
            return Decimal(0) if self.placeholders.get(field) == "0" else None
        try:
            return values.amount(text, unit=self.units.get(field, unit))
        except ValueError:
            self.warn("value.number", field)
            return None


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A source kind: how it is recognised, what it covers, and how a row becomes records.

    `covers` are the data sets of which such a file is a snapshot (a penalty file covers ZTBJ, ZDWF and XZCF).
    `fields` names, per canonical field, the headings of this kind (tried before the common aliases of
    `aliases.toml`, which are `common` fields here). `marks` are headings that tell this kind from others, by
    weight; `words` are words in a title or file name that decide between kinds of equal headings.
    """

    name: str
    title_zh: str
    title_en: str
    covers: tuple[str, ...]
    read: Callable[[Row], Iterable[Record]]
    fields: Mapping[str, Sequence[str]]
    common: tuple[str, ...] = ()
    marks: Mapping[str, int] = {}
    words: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = (("org_name",),)
    """Canonical fields without which a table is not of this kind: one of each group."""
    identity: tuple[str, ...] = ("uscc", "org_code", "person_id")
    """Fields that hold codes, for the minimum on readable codes."""
    snapshot: Literal["full", "delta"] = "full"
    never: tuple[str, ...] = ()
    """Headings that no table of this kind has: those of a table that looks like it and says something else."""
    prior: int = 0
    """Added to the score: which of two kinds of one shape is meant where no title says."""
    word_weight: int = 4
    date_formats: tuple[str, ...] = ()
    """Further forms of dates (strptime), tried first; only a mapping file sets them."""
    is_list: bool = True
    prepare: Callable[[Mapping[str, Sequence[Table]]], Any] | None = None
    """Reads what rows need of each other (aliases in another file, the type of whoever an id stands for) before the
    first row is mapped, from all tables of the load by kind name. Such a kind is read in one process."""
    max_cell: int = 100_000
    """Characters that one cell may have."""
    once: bool = False
    """Each row is a record of its own: two rows with one key are reported."""
