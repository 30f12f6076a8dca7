"""Lines to records, by a plan resolved once: the part of a load that worker processes do."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from graph.model import Doc, Listing, PartyRecord, Source
from graph.relations import Relation
from graph.store import Batch
from graph.text import is_empty
from loaders.base import End, Kind, Problem, Row, RowError
from loaders.headers import Plan, plan
from loaders.tables import Chunk, Line

_NOTE = re.compile(
    r"^[(（]?(?:注|说明|备注|合计|总计|小计|共计|制表|填表|导出|打印|数据来源|来源|截至|第\d+页|共\d+)"
)
_KEPT = {"row.short", "row.json_repeated"}
"""Problems of a whole line that are reported while what stands in it is used."""


LONGEST_PLACEHOLDER = 8
"""Longer cells say something (`N/A`, `暂无数据`, `#VALUE!` are as long as placeholders get)."""


class Origin(Doc):
    """Where a table's records come from."""

    dataset: str
    publisher: str
    file: str
    sha256: str
    taken_at: datetime | None = None


class Outcome(Doc):
    """What became of some rows."""

    rows: int = 0
    accepted: int = 0
    batch: Batch = Batch()
    ends: tuple[End, ...] = ()
    rejected: tuple[Problem, ...] = ()
    warned: tuple[Problem, ...] = ()
    codes_read: int = 0
    codes_bad: int = 0
    unmapped: tuple[str, ...] = ()
    """Parts inside cells that nothing takes, each once."""


class Mapper:
    """Applies a kind to the lines of one table."""

    def __init__(
        self, kind: Kind, origin: Origin, *, keep_short: bool = True, context: Any = None
    ) -> None:
        self._kind = kind
        self._context = context
        self._origin = origin
        self._kept = _KEPT if keep_short else {"row.json_repeated"}
        self._plans: dict[tuple[str, ...], Plan] = {}

    def plan(self, headings: tuple[str, ...]) -> Plan:
        """How columns under these headings are used."""
        found = self._plans.get(headings)
        if found is None:
            found = self._plans[headings] = plan(self._kind, headings)
        return found

    def row(self, line: Line, plan: Plan) -> Row:
        """The row of a line.

        Raises:
            RowError: the line as a whole can't be used.
        """
        if line.problem and line.problem not in self._kept:
            raise RowError(line.problem)
        texts = line.cells
        if len(texts) < len(plan.headings):
            texts = texts + [""] * (len(plan.headings) - len(texts))
        cells: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        disagree: list[str] = []
        for index, field, heading in plan.places:
            text = texts[index].strip()
            if not text:
                continue
            if len(text) <= LONGEST_PLACEHOLDER and is_empty(text):
                placeholders.setdefault(field, text)
            elif field not in cells:
                cells[field] = text
            elif cells[field] != text:
                disagree.append(heading)
        raw = {heading: text for heading, text in zip(plan.headings, texts, strict=False) if text}
        origin = self._origin
        source = Source(
            dataset=origin.dataset,
            publisher=origin.publisher,
            file=origin.file,
            file_sha256=origin.sha256,
            row=line.number,
            taken_at=origin.taken_at,
        )
        row = Row(line.number, cells, raw, plan.units, source, self._kind.date_formats)
        row.context = self._context
        if placeholders:
            row.placeholders = placeholders
        joined = "".join(texts)
        limit = self._kind.max_cell
        if len(joined) > limit or "\0" in joined:
            _refuse(raw, limit)
        if line.problem:
            row.warn(line.problem)
        for heading in disagree:
            row.warn("row.disagree", params_heading(heading))
        for index in plan.unnamed:
            if texts[index].strip():
                row.warn("row.unnamed", params_heading(plan.headings[index]))
        return row

    def map(self, chunk: Chunk) -> Outcome:
        """Read lines into records; nothing that one line holds can cost another."""
        plan = self.plan(chunk.headings)
        read = self._kind.read
        listings: list[Listing] = []
        parties: list[PartyRecord] = []
        relations: list[Relation] = []
        ends: list[End] = []
        rejected: list[Problem] = []
        warned: list[Problem] = []
        rows = accepted = codes_read = codes_bad = 0
        unmapped: set[str] = set()
        for line in chunk.lines:
            if skipped := skip(line, chunk.headings):
                warned.append(Problem(row=line.number, code=skipped))
                continue
            rows += 1
            row = None
            try:
                row = self.row(line, plan)
                records = list(read(row))
            except RowError as error:
                rejected.append(as_problem(line, plan, error.code, error.field, error.params))
                if row is not None:
                    codes_bad += row.seen_codes[1]
                continue
            except (ValueError, ArithmeticError, LookupError):
                rejected.append(Problem(row=line.number, code="row.unreadable"))
                continue
            accepted += 1
            codes_read += row.seen_codes[0]
            codes_bad += row.seen_codes[1]
            unmapped |= row.unmapped
            for code, field, params in row.problems:
                warned.append(as_problem(line, plan, code, field, params))
            for record in records:
                if isinstance(record, Listing):
                    listings.append(record)
                elif isinstance(record, PartyRecord):
                    parties.append(record)
                elif isinstance(record, End):
                    ends.append(record)
                else:
                    relations.append(record)
        return Outcome(
            rows=rows,
            accepted=accepted,
            ends=tuple(ends),
            rejected=tuple(rejected),
            warned=tuple(warned),
            batch=Batch(listings=tuple(listings), parties=tuple(parties), relations=tuple(relations)),
            codes_read=codes_read,
            codes_bad=codes_bad,
            unmapped=tuple(sorted(unmapped)),
        )


def _refuse(raw: dict[str, str], limit: int) -> None:
    for heading, text in raw.items():
        if len(text) > limit:
            raise RowError("row.cell", params_heading(heading), limit=str(limit))
        if "\0" in text:
            raise RowError("row.control", params_heading(heading))


def params_heading(heading: str) -> str:
    """A heading where a field is expected: marked, so that it is shown as it is."""
    return f"={heading}"


def skip(line: Line, headings: tuple[str, ...]) -> str:
    """Why a line is no row: a note below the table or the headings again; empty for a row."""
    if line.problem:
        return ""
    cells = line.cells
    if len(headings) > 2 and cells.count("") >= len(cells) - 1 and _NOTE.match("".join(cells).strip()):
        return "row.note"
    if len(headings) > 1 and cells and cells[0].strip() == headings[0]:
        return "row.heading" if [" ".join(cell.split()) for cell in cells] == list(headings) else ""
    return ""


def as_problem(line: Line, plan: Plan, code: str, field: str, params: dict[str, str]) -> Problem:
    """What to report of a line: the heading as written for a canonical field (`=` marks a heading)."""
    column = field[1:] if field.startswith("=") else plan.heading(field) if field else ""
    return Problem(row=line.number, column=column, code=code, params=params)
