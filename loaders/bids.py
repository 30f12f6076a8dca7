"""Who bids in one row of a bidder list, and through whom: in the shape of a bidder in a decision request."""

from __future__ import annotations

import json
import re
from typing import Any

from graph.identifiers import Parsed, parse_organization, same_organization_code, split_codes
from graph.text import clean, org_key
from loaders.base import Row, RowError
from loaders.consortia import Names, split_names

_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)(?:\s*[:：(（]?\s*\d+\s*[家个户行名]?[)）]?)?"
)
MAX_NAME = 200
"""Longer names are refused by a decision request."""


def _person(name: str, number: str, role: str) -> dict[str, Any]:
    person: dict[str, Any] = {"name": name, "role": role}
    if number:
        person["identifiers"] = [{"id": number}]
    return person


def _identifiers(codes: list[str]) -> list[dict[str, str]]:
    return [{"id": code} for code in codes]


def same_firm(codes: list[str]) -> bool:
    """Whether several codes can be those of one organisation (a credit code and the code inside it)."""
    parsed: list[Parsed] = [parse_organization(code) for code in codes]
    return all(same_organization_code(parsed[0], other) in ("equal", "nested") for other in parsed[1:])


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
            if codes and (len(codes) == 1 or same_firm(codes)):
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


def people(row: Row, fields: dict[str, Any]) -> None:
    """Who acts for the bidder in a row, and how it is reached, into `fields`."""
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


def read_bid(row: Row) -> tuple[dict[str, Any], bool]:
    """A bid of a row, and whether everyone who bids could be told apart."""
    bid = _Bid(row)
    fields = bid.who()
    people(row, fields)
    unit = 10_000 if "万" in row.flag("price_unit") else 1
    price = row.amount("price", unit=unit)
    if price is not None:
        fields["price"] = str(price)
    for field, target in (
        ("bond", "bond_account"),
        ("bond_letter", "bond_letter"),
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
