"""Columns that hold codes of either kind, and whether two codes say the same organisation (SPEC 5.2, 7.5)."""

from __future__ import annotations

import re

from graph.identifiers.checks import nested_org_code
from graph.identifiers.organizations import parse_organization
from graph.identifiers.parsed import Parsed
from graph.identifiers.persons import CHINESE_PASSPORT, parse_person


def parse_any(text: str) -> Parsed:
    """Read an identifier when the column may hold organisations and persons (身份证号码/组织机构代码).

    An 18-character number is a credit code when its check says so, else a citizen number when that does. What
    no check can tell apart is read as an organisation's: eight bare digits are no permit here.
    """
    found = parse_organization(text)
    if found.state in {"empty", "damaged"} or (found.scheme != "unknown" and found.state == "valid"):
        return found
    person = parse_person(text)
    if found.state == "masked":
        if found.scheme == "citizen_id" or (person.scheme == "citizen_id" and not _code_shaped(found.value)):
            return person
        return found
    unsure = person.scheme == "tw_permit" or (
        person.scheme == "passport" and not CHINESE_PASSPORT.fullmatch(person.value)
    )
    if person.state == "valid" and not unsure:
        return person
    if found.state == "checksum" or person.state != "checksum":
        return found
    return person


def _code_shaped(value: str) -> bool:
    """Whether a masked number can only be an organisation's: a letter inside, prefix 9, or nine
    characters."""
    return len(value) == 9 or value[:1] == "9" or re.search("[A-Z]", value[:-1]) is not None


def same_organization_code(a: Parsed, b: Parsed) -> str:
    """Whether two codes say the same organisation: `equal`, `nested`, `conflict` or `unknown` (SPEC 7.5).

    Nested: one is the organisation code inside the other's credit code. Only two valid codes that can be
    compared conflict; a code that fails its check is equal when literally equal, and never a conflict. A
    registration number says nothing about a credit code.
    """
    if not a.value or not b.value or "masked" in (a.state, b.state) or "damaged" in (a.state, b.state):
        return "unknown"
    if "malformed" in (a.state, b.state) or "unknown" in (a.scheme, b.scheme):
        return "unknown"
    both_valid = a.state == b.state == "valid"
    if a.scheme == b.scheme:
        if a.value == b.value:
            return "equal"
        if a.scheme == "reg_no" and (len(a.value) != len(b.value) or len(a.value) == 13):
            return "unknown"
        return "conflict" if both_valid else "unknown"
    inner_a, inner_b = _inner(a), _inner(b)
    if not inner_a or not inner_b:
        return "unknown"
    if inner_a == inner_b:
        return "nested"
    return "conflict" if both_valid else "unknown"


def _inner(parsed: Parsed) -> str:
    """The organisation code that an identifier is or holds."""
    if parsed.scheme == "uscc":
        return nested_org_code(parsed.value)
    if parsed.scheme == "tax_no" and len(parsed.value) == 15:
        return parsed.value[6:]
    return parsed.value if parsed.scheme == "org_code" else ""
