"""Codes of organisations as lists and bidder tables write them (SPEC 5.1 to 5.3)."""

from __future__ import annotations

import re
from functools import lru_cache

from graph.identifiers.checks import (
    birth_date,
    citizen_valid,
    org_code_check_character,
    org_code_valid,
    reg_no_valid,
    uscc_check_character,
    uscc_valid,
)
from graph.identifiers.masks import normalise_mask
from graph.identifiers.parsed import (
    CODE,
    MASK_SIGN,
    PERSON18,
    Parsed,
    exponent,
    placeholder,
    split_codes,
    squeeze,
    stretch,
)
from graph.text.cells import is_empty

_USCC = re.compile("[0-9A-HJ-NPQRTUWXY]{18}")
_ORG_CODE = re.compile("[0-9A-Z]{8}[0-9X]")
_TAX20 = re.compile("[0-9]{17}[0-9X][0-9]{2}")


def _organization18(value: str, raw: str) -> Parsed:
    if value[17] == uscc_check_character(value[:17]):
        if value.endswith("000") and value.isdecimal():
            if not org_code_valid(value[8:17]):
                return Parsed(scheme="uscc", value=value, raw=raw, state="damaged", problem="id.excel")
            return Parsed(scheme="uscc", value=value, raw=raw, state="valid", problem="id.zeros")
        return Parsed(scheme="uscc", value=value, raw=raw, state="valid")
    if citizen_valid(value):
        return Parsed(scheme="citizen_id", value=value, raw=raw, state="valid")
    if value.endswith("000") and value.isdecimal():
        return Parsed(scheme="uscc", value=value, raw=raw, state="damaged", problem="id.excel")
    params = {"expected": uscc_check_character(value[:17]), "found": value[17]}
    if PERSON18.fullmatch(value) and value[0] != "9":
        if birth_date(value[6:14]) is not None:
            return Parsed(
                scheme="citizen_id", value=value, raw=raw, state="checksum", problem="id.person_checksum"
            )
        if _person_shaped(value):
            return Parsed(scheme="citizen_id", value=value, raw=raw, state="malformed", problem="id.date")
    return Parsed(scheme="uscc", value=value, raw=raw, state="checksum", problem="id.checksum", params=params)


def _organization9(value: str, raw: str) -> Parsed:
    expected = org_code_check_character(value[:8])
    if value[8] == expected:
        return Parsed(scheme="org_code", value=value, raw=raw, state="valid")
    params = {"expected": expected, "found": value[8]}
    return Parsed(
        scheme="org_code", value=value, raw=raw, state="checksum", problem="id.checksum", params=params
    )


def _organization15(value: str, raw: str, tax: bool) -> Parsed:
    if not value.isdecimal() or (tax and org_code_valid(value[6:])):
        if not value[:6].isdecimal() or _ORG_CODE.fullmatch(value[6:]) is None:
            return Parsed(value=value, raw=raw, state="malformed", problem="id.unrecognised")
        state = "valid" if org_code_valid(value[6:]) else "checksum"
        if state == "valid":
            return Parsed(scheme="tax_no", value=value, raw=raw, state=state)
        params = {"expected": org_code_check_character(value[6:14]), "found": value[14]}
        return Parsed(
            scheme="tax_no", value=value, raw=raw, state=state, problem="id.checksum", params=params
        )
    if reg_no_valid(value):
        return Parsed(scheme="reg_no", value=value, raw=raw, state="valid")
    digit = next(d for d in "0123456789" if reg_no_valid(value[:14] + d))
    params = {"expected": digit, "found": value[14]}
    return Parsed(
        scheme="reg_no", value=value, raw=raw, state="checksum", problem="id.checksum", params=params
    )


_MASKED_SCHEMES = {18: "uscc", 9: "org_code", 15: "reg_no", 13: "reg_no"}


def _masked_organization(value: str, raw: str, hint: str) -> Parsed:
    value = stretch(value)
    scheme = _MASKED_SCHEMES.get(len(value), "unknown")
    if scheme == "uscc" and _person_shaped(value):
        scheme = "citizen_id"
    elif scheme == "unknown":
        scheme = _hinted(hint)
    return Parsed(scheme=scheme, value=value, raw=raw, state="masked", problem="id.masked")


def _person_shaped(value: str) -> bool:
    """Whether a number of 18, masked or not, shows a century of birth where a person's has it."""
    return value[6:8] in {"19", "20"} and re.fullmatch("[1-8*][0-9*]{16}[0-9X*]", value) is not None


def _hinted(hint: str) -> str:
    if "统一" in hint or "信用代码" in hint or hint == "uscc":
        return "uscc"
    if "组织机构" in hint or "机构代码" in hint or hint == "org_code":
        return "org_code"
    if "注册号" in hint or "登记" in hint or hint == "reg_no":
        return "reg_no"
    if "纳税" in hint or "税" in hint or hint == "tax_no":
        return "tax_no"
    return "unknown"


def parse_organization(text: str, hint: str = "") -> Parsed:
    """Read the code of an organisation (SPEC 5.1 to 5.3).

    Recognised are the unified social credit code, the organisation code with or without hyphen, registration
    numbers of 15 and 13 digits, tax numbers of 15 and 20, masked codes, and what Excel leaves of one.

    Args:
        text: the cell.
        hint: the column's heading or what its brackets say (组织机构代码, 税务登记号 …) or a scheme;
            decides only
            where the shape allows two readings.
    """
    plain = len(text) == 18 and not text.endswith("000") and _USCC.fullmatch(text) is not None
    if plain and text[17] == uscc_check_character(text[:17]) and not placeholder(text):
        return Parsed(scheme="uscc", value=text, raw=text, state="valid")
    return _organization(text, hint)


@lru_cache(maxsize=16_384)
def _organization(text: str, hint: str) -> Parsed:
    if is_empty(text):
        return Parsed(raw=text)
    value = squeeze(text)
    if exponent(value):
        return Parsed(value=value, raw=text, state="damaged", problem="id.excel")
    if placeholder(value):
        return Parsed(value=value, raw=text, state="malformed", problem="id.placeholder")
    if len(value) == 18 and _USCC.fullmatch(value) and ("XX" not in value or uscc_valid(value)):
        return _organization18(value, text)
    if _ORG_CODE.fullmatch(value) and ("XX" not in value or org_code_valid(value)):
        return _organization9(value, text)
    if MASK_SIGN.search(value):
        masked = normalise_mask(value)
        if "*" in masked:
            return _masked_organization(masked, text, hint)
    if len(value) == 15 and CODE.fullmatch(value):
        return _organization15(value, text, _hinted(hint) == "tax_no")
    if len(value) == 13 and value.isdecimal():
        return Parsed(scheme="reg_no", value=value, raw=text, state="valid", problem="id.unchecked")
    if _TAX20.fullmatch(value) and citizen_valid(value[:18]):
        return Parsed(scheme="tax_no", value=value, raw=text, state="valid")
    return _odd(value, text, hint)


def _odd(value: str, raw: str, hint: str) -> Parsed:
    """A code that has no known shape: say what is wrong, and what may have been meant."""
    hinted = _hinted(hint)
    if CODE.fullmatch(value) is None or not any(c.isdecimal() for c in value) or len(value) > 36:
        if len(split_codes(raw)) > 1:
            return Parsed(value=value, raw=raw, state="malformed", problem="id.several")
        return Parsed(scheme=hinted, value=value, raw=raw, state="malformed", problem="id.unrecognised")
    if len(value) == 18:
        candidate = value.replace("I", "1").replace("O", "0")
        letters = "".join(sorted({c for c in value if c in "IOSVZ"}))
        return Parsed(
            scheme="uscc",
            value=value,
            raw=raw,
            state="malformed",
            problem="id.alphabet",
            params={"found": letters},
            candidate=candidate if uscc_valid(candidate) else "",
        )
    if len(split_codes(raw)) > 1:
        return Parsed(value=value, raw=raw, state="malformed", problem="id.several")
    if hinted == "unknown" and len(value) in {16, 17, 19} and value[:1] == "9":
        hinted = "uscc"
    params = {"found": str(len(value)), "expected": "18, 9, 15, 13"}
    return Parsed(scheme=hinted, value=value, raw=raw, state="malformed", problem="id.length", params=params)
