"""Bidder lists into plain rows: one row a bid, consortia as members, in the shape of a decision request.

Read are the trading platform's TENDER_LIST (Chinese headings, field codes, JSON), lists made by hand, and lists with
nothing but names or codes. What can't be told for certain is said in the row and never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph.identifiers import (
    Parsed,
    mask_numbers_in_text,
    parse_organization,
    same_organization_code,
    split_codes,
)
from graph.messages import Lang
from graph.model import Doc
from graph.text import clean, is_empty, org_key
from loaders.base import Problem, Row, RowError
from loaders.consortia import Names, split_names
from loaders.errors import FileError
from loaders.files import Limits, open_tables
from loaders.headers import Plan
from loaders.kinds import recognise
from loaders.kinds.bidders import BIDDERS
from loaders.mapping import Mapper, Origin, as_problem, skip
from loaders.report import entry, shown_columns
from loaders.tables import Line, Table

_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)(?:\s*[:：(（]?\s*\d+\s*[家个户行名]?[)）]?)?"
)
MAX_NAME = 200
"""Longer names are refused by a decision request."""
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


def _person(name: str, number: str, role: str) -> dict[str, Any]:
    person: dict[str, Any] = {"name": name, "role": role}
    if number:
        person["identifiers"] = [{"id": number}]
    return person


def _identifiers(codes: list[str]) -> list[dict[str, str]]:
    return [{"id": code} for code in codes]


def _same_firm(codes: list[str]) -> bool:
    """Whether several codes can be those of one organisation (a credit code and the code inside it)."""
    parsed: list[Parsed] = [parse_organization(code) for code in codes]
    return all(same_organization_code(parsed[0], other) in ("equal", "nested") for other in parsed[1:])


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
        return _same_firm([left[0], right[0]])
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


class _Bid:
    """Works out who bids in one row."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.complete = True

    def who(self) -> dict[str, Any]:
        """Name, codes and consortium of the row.

        Raises:
            RowError: `row.nameless`, `row.cell`.
        """
        row = self.row
        codes = list(split_codes(row.first("codes", "uscc"))) if row.first("codes", "uscc") else []
        if _TOTAL.fullmatch(row.get("org_name")):
            raise RowError("row.total", "org_name")
        own = split_names(row.get("org_name"), len(codes))
        union = split_names(row.get("union"), len(split_codes(row.get("union_codes"))))
        self._note(own, "org_name")
        self._note(union, "union")
        for field in ("org_code", "reg_no"):
            if (code := row.get(field)) and len(own.members) <= 1:
                codes.append(code)
        if not own.members and not codes and not union.members:
            raise RowError("row.nameless", "org_name")
        members = (
            self._members(own, codes, "org_name", "codes") if len(own.members) > 1 or not own.members else []
        )
        fields: dict[str, Any] = {}
        if len(own.members) == 1:
            fields["name"] = own.members[0].name
            if codes and (len(codes) == 1 or _same_firm(codes)):
                fields["identifiers"] = _identifiers(codes)
            elif codes:
                row.warn("bidders.several_codes", "codes", codes=str(len(codes)))
                members = [{"identifiers": _identifiers([code])} for code in codes]
        if union.members or row.get("union_codes"):
            members += self._members(union, list(split_codes(row.get("union_codes"))), "union", "union_codes")
        members = _merged(members)
        if len(members) == 1 and not fields:
            fields, members = members[0], []
        if members:
            lead = next((m for m in members if m.get("role") == "lead"), members[0])
            if not fields:
                fields = {key: lead[key] for key in ("name", "identifiers") if key in lead}
            plain = [{key: value for key, value in member.items() if key != "role"} for member in members]
            fields["consortium"] = {"members": plain}
        for party in (fields, *members):
            if len(str(party.get("name", ""))) > MAX_NAME:
                raise RowError("row.cell", "org_name", limit=str(MAX_NAME))
        return fields

    def _note(self, names: Names, field: str) -> None:
        if names.problem:
            self.row.warn(names.problem, field, **names.params)
            self.complete = False
        elif field == "org_name" and len(names.members) > 1:
            self.row.warn("bidders.split", field, count=str(len(names.members)))

    def _members(self, names: Names, codes: list[str], field: str, code_field: str) -> list[dict[str, Any]]:
        """Names with their codes by position; where the numbers differ, both stand alone and it is said."""
        count = len(names.members)
        members: list[dict[str, Any]] = []
        paired = len(codes) == count
        for index, member in enumerate(names.members):
            party: dict[str, Any] = {"name": member.name}
            if member.lead:
                party["role"] = "lead"
            if paired:
                party["identifiers"] = _identifiers([codes[index]])
            members.append(party)
        if codes and not paired:
            if count:
                self.row.warn("bidders.counts", code_field, names=str(count), codes=str(len(codes)))
            members += [{"identifiers": _identifiers([code])} for code in codes]
        return members


def _merged(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Members named in both the bidder's and the consortium's cell, once."""
    found: dict[str, dict[str, Any]] = {}
    for member in members:
        name = org_key(member["name"]) if "name" in member else ""
        key = name or json.dumps(member.get("identifiers"), sort_keys=True)
        known = found.setdefault(key, dict(member))
        for field, value in member.items():
            known.setdefault(field, value)
    coded = {json.dumps(m["identifiers"]) for m in found.values() if "name" in m and "identifiers" in m}
    return [m for m in found.values() if "name" in m or json.dumps(m["identifiers"]) not in coded]


def _people(row: Row, fields: dict[str, Any]) -> None:
    if name := row.get("legal_rep"):
        fields["legal_rep"] = _person(name, row.get("legal_rep_id"), "legal_rep")
    if name := row.get("manager"):
        fields["project_manager"] = _person(name, row.get("manager_id"), "project_manager")
    operator = row.get("operator")
    if name := row.get("agent"):
        fields["agent"] = _person(name, row.get("agent_id"), "agent")
        if operator and operator != name:
            fields["key_staff"] = [_person(operator, row.get("operator_id"), "operator")]
    elif operator:
        fields["agent"] = _person(operator, row.get("operator_id"), "operator")
    contacts: list[dict[str, str]] = []
    for name_field, phone_field in (
        ("contact", "phone"),
        ("operator", "operator_phone"),
        ("union_contact", "union_phone"),
    ):
        if phone := row.get(phone_field):
            contacts.append({"name": row.get(name_field)[:MAX_NAME], "phone": phone[:MAX_NAME]})
    if mail := row.get("email"):
        contacts.append({"email": mail[:MAX_NAME]})
    if contacts:
        fields["contacts"] = contacts


def _read(row: Row) -> tuple[dict[str, Any], bool]:
    bid = _Bid(row)
    fields = bid.who()
    _people(row, fields)
    unit = 10_000 if "万" in row.flag("price_unit") else 1
    price = row.amount("price", unit=unit)
    if price is not None:
        fields["price"] = str(price)
    for field, target in (
        ("bond", "bond_account"),
        ("brand", "brand"),
        ("region", "region"),
        ("address", "address"),
    ):
        if text := row.get(field):
            fields[target] = clean(text)[:MAX_NAME]
    if former := row.get("former"):
        fields["former_names"] = [member.name for member in split_names(former).members]
    if lot := row.get("lot"):
        fields["lots"] = [lot]
    return fields, bid.complete


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
    )


def _row(mapper: Mapper, table: Table, line: Line, plan: Plan, lang: Lang) -> BidderRow:
    row = mapper.row(line, plan)
    taken = _taken_over(line, table, plan) if table.format.startswith("json") else {}
    if taken and ("identifiers" in taken or "consortium" in taken):
        fields: dict[str, Any] = {"name": row.get("org_name")} if row.get("org_name") else {}
        complete = True
        _people(row, fields)
    else:
        fields, complete = _read(row)
        complete = not _contradictions(row, line, plan, fields) and complete
    fields |= taken
    if _numbered(fields):
        row.warn("bidders.number_as_name", "org_name")
        complete = False
    client_id = (row.flag("client_id") or str(line.number))[:MAX_NAME]
    fields["client_id"] = client_id
    return BidderRow(
        row=line.number,
        client_id=client_id,
        fields=fields,
        project=row.get("project"),
        lot=row.get("lot"),
        complete=complete,
        warnings=tuple(
            entry(as_problem(line, plan, code, field, params), lang) for code, field, params in row.problems
        ),
    )
