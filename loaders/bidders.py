"""Bidder lists into plain rows: one row a bid, consortia as members, in the shape of a decision request.

Read are the trading platform's TENDER_LIST (Chinese headings, field codes, JSON), lists made by hand, and lists with
nothing but names or codes. What can't be told for certain is said in the row and never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph.identifiers import (
    mask_numbers_in_text,
    split_codes,
)
from graph.messages import Lang
from graph.model import Doc
from graph.text import is_empty, org_key
from loaders.base import Problem, Row, RowError
from loaders.bids import MAX_NAME, people, read_bid, same_firm
from loaders.errors import FileError
from loaders.files import Limits, open_tables
from loaders.headers import Plan
from loaders.kinds import recognise
from loaders.kinds.bidders import BIDDERS
from loaders.mapping import Mapper, Origin, as_problem, skip
from loaders.report import entry, shown_columns
from loaders.tables import Line, Table

REQUEST_KEYS = frozenset(
    {
        "name",
        "type",
        "identifiers",
        "former_names",
        "legal_rep",
        "principal",
        "agent",
        "project_manager",
        "key_staff",
        "contacts",
        "bond_account",
        "bond_letter",
        "devices",
        "price",
        "brand",
        "lots",
        "documents",
        "consortium",
        "region",
        "address",
        "client_id",
        "sex",
        "age",
    }
)
"""Keys that a JSON list may take over from the decision request as they are."""


class BidderRow(Doc):
    """A bid as read. `fields` has the shape of a bidder in `POST /v1/decisions`."""

    row: int
    client_id: str
    fields: dict[str, Any]
    project: str = ""
    lot: str = ""
    complete: bool = True
    """False: the row may speak of members that could not be told apart; its verdict can't be CLEAR."""
    warnings: tuple[dict[str, Any], ...] = ()
    warned: tuple[Problem, ...] = ()
    """The warnings before they were put into a language."""


class BiddersFile(Doc):
    """A bidder list: its rows, what was rejected and why, how columns were used, where it was read from."""

    path: str
    label: str
    format: str
    encoding: str
    rows: tuple[BidderRow, ...]
    rejected: tuple[dict[str, Any], ...]
    columns: dict[str, Any]
    notes: tuple[dict[str, Any], ...] = ()
    refused: tuple[Problem, ...] = ()
    noted: tuple[Problem, ...] = ()
    """What was rejected and noted, before it was put into a language."""


def _differing(
    plan: Plan, line: Line, fields: tuple[str, ...], same: Callable[[str, str], bool]
) -> tuple[list[str], list[str]]:
    """Headings and texts of columns that stand for one thing and say different ones; empty when they agree."""
    headings: list[str] = []
    texts: list[str] = []
    for column in plan.columns:
        text = line.cells[column.index].strip() if column.index < len(line.cells) else ""
        if column.field not in fields or is_empty(text):
            continue
        if not any(same(text, other) for other in texts):
            headings.append(column.heading)
            texts.append(text)
    return (headings, texts) if len(texts) > 1 else ([], [])


def _same_name(one: str, other: str) -> bool:
    return org_key(one) == org_key(other)


def _same_codes(one: str, other: str) -> bool:
    """Whether two cells hold the same codes; of single codes one may stand inside the other."""
    left, right = split_codes(one), split_codes(other)
    if len(left) == len(right) == 1:
        return same_firm([left[0], right[0]])
    return sorted(left) == sorted(right)


_ONE: tuple[tuple[tuple[str, ...], Callable[[str, str], bool]], ...] = (
    (("codes", "uscc"), _same_codes),
    (("org_code",), _same_codes),
    (("org_name",), _same_name),
    (("union",), _same_name),
    (("union_codes",), _same_codes),
)
"""Fields of which a row has one value, whatever number of columns it stands in."""


def _contradictions(row: Row, line: Line, plan: Plan, fields: dict[str, Any]) -> bool:
    """Report columns that name different bidders, and keep all their codes; whether there are any."""
    found = False
    for names, same in _ONE:
        headings, texts = _differing(plan, line, names, same)
        if not headings:
            continue
        found = True
        # said once, and rightly: no column is preferred here
        said = {("row.disagree", f"={heading}") for heading in headings}
        row.problems = [problem for problem in row.problems if problem[:2] not in said]
        row.warn("bidders.columns", f"={headings[0]}", columns=" / ".join(headings))
        if names[0] in ("codes", "org_code") and "consortium" not in fields:
            kept: list[dict[str, str]] = fields.setdefault("identifiers", [])
            codes = [code for text in texts for code in split_codes(text)]
            kept += [{"id": code} for code in dict.fromkeys(codes) if {"id": code} not in kept]
    return found


def _numbered(fields: dict[str, Any]) -> bool:
    """Whether a person's number stands where a bidder's or member's name should."""
    members = fields.get("consortium", {}).get("members", ())
    return any(_holds_number(str(party.get("name", ""))) for party in (fields, *members))


def _holds_number(name: str) -> bool:
    return mask_numbers_in_text(name) != name


def _taken_over(line: Line, table: Table, plan: Plan) -> dict[str, Any]:
    """What a JSON list states in the shape of a request already."""
    found: dict[str, Any] = {}
    for heading, text in zip(plan.headings, line.cells, strict=False):
        if heading in plan.unknown and heading in REQUEST_KEYS and text:
            found[heading] = json.loads(text) if text[:1] in "[{" else text
    return found


def _choose(path: Path, tables: tuple[Table, ...], mapper: Mapper) -> tuple[Table, list[Problem]]:
    fits = [table for table in tables if mapper.plan(table.headings).has(*BIDDERS.needs[0])]
    if not fits:
        raise FileError("bidders.not_bidders")
    notes = []
    if len(tables) > 1:
        rest = ", ".join(table.label.removeprefix(str(path)) for table in tables if table is not fits[0])
        notes.append(Problem(code="bidders.sheet", params={"label": fits[0].label}))
        notes.append(
            Problem(code="bidders.more_tables", params={"count": str(len(tables) - 1), "labels": rest[:500]})
        )
    return fits[0], notes


def read_bidders(path: Path, lang: Lang, limits: Limits | None = None) -> BiddersFile:
    """Read a bidder list.

    Args:
        path: CSV, TSV, XLSX, XLS, JSON or JSONL, also inside ZIP and GZ.
        lang: language of the sentences.
        limits: bounds for archives.

    Raises:
        FileError: the file can't be read or is no bidder list; `loaders.report.sentence` says it.
    """
    opened = open_tables(path, recognise, limits)
    mapper = Mapper(BIDDERS, Origin(dataset="", publisher="", file=str(path), sha256=""), keep_short=False)
    table, notes = _choose(path, opened.tables, mapper)
    notes += [Problem(code=code, params=params) for code, params in (*opened.notes, *table.notes)]
    rows: list[BidderRow] = []
    rejected: list[Problem] = []
    plan = mapper.plan(table.headings)
    for chunk in table.chunks():
        plan = mapper.plan(chunk.headings)
        for line in chunk.lines:
            if note := skip(line, chunk.headings):
                notes.append(Problem(row=line.number, code=note))
                continue
            try:
                rows.append(_row(mapper, table, line, plan, lang))
            except RowError as error:
                rejected.append(as_problem(line, plan, error.code, error.field, error.params))
            except (ValueError, ArithmeticError, LookupError, RecursionError):
                rejected.append(Problem(row=line.number, code="row.unreadable"))
    taken = REQUEST_KEYS if table.format.startswith("json") else frozenset()
    return BiddersFile(
        path=str(path),
        label=table.label,
        format=table.format,
        encoding=table.encoding,
        rows=tuple(rows),
        rejected=tuple(entry(problem, lang) for problem in rejected),
        columns=shown_columns(
            {
                **{column.heading: column.field for column in sorted(plan.columns, key=lambda c: c.index)},
                **{heading: heading for heading in plan.unknown if heading in taken},
            },
            plan.ignored,
            [heading for heading in plan.unknown if heading not in taken],
        ),
        notes=tuple(entry(problem, lang) for problem in notes),
        refused=tuple(rejected),
        noted=tuple(notes),
    )


def _row(mapper: Mapper, table: Table, line: Line, plan: Plan, lang: Lang) -> BidderRow:
    row = mapper.row(line, plan)
    taken = _taken_over(line, table, plan) if table.format.startswith("json") else {}
    if taken and ("identifiers" in taken or "consortium" in taken):
        fields: dict[str, Any] = {"name": row.get("org_name")} if row.get("org_name") else {}
        complete = True
        people(row, fields)
    else:
        fields, complete = read_bid(row)
        complete = not _contradictions(row, line, plan, fields) and complete
    fields |= taken
    if _numbered(fields):
        row.warn("bidders.number_as_name", "org_name")
        complete = False
    client_id = (row.flag("client_id") or str(line.number))[:MAX_NAME]
    fields["client_id"] = client_id
    warned = tuple(as_problem(line, plan, code, field, params) for code, field, params in row.problems)
    return BidderRow(
        row=line.number,
        client_id=client_id,
        fields=fields,
        project=row.get("project"),
        lot=row.get("lot"),
        complete=complete,
        warnings=tuple(entry(problem, lang) for problem in warned),
        warned=warned,
    )
