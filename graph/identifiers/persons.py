"""Identity numbers of persons (SPEC 5.4)."""

from __future__ import annotations

import re
from functools import lru_cache

from graph.identifiers.checks import (
    birth_date,
    citizen_check_character,
    citizen_valid,
    upgrade15,
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

_PASSPORT_HINT = re.compile("护照|PASSPORT", re.IGNORECASE)
_HK_HINT = re.compile("港澳(?:居民)?(?:来往|通行|往来)|回乡证|港澳.*通行证|hk_mo_permit")
_TW_HINT = re.compile("台胞证|台湾(?:居民)?(?:来往|通行|往来)|tw_permit")
_CITIZEN_HINT = re.compile("身份证|公民身份|citizen_id")
_HK = re.compile("[HM](?:[0-9]{8}|[0-9]{10})")
_PASSPORT = re.compile("[A-Z]{1,2}[0-9]{7,8}")
CHINESE_PASSPORT = re.compile("[EGDSPK][A-Z]?[0-9]{7,8}")
_TW = re.compile("[0-9]{8}")
_PERMANENT = re.compile("[A-Z]{3}[0-9]{12}")
_FOREIGN_PASSPORT = re.compile("[A-Z0-9]{6,12}")


def _scheme18(value: str) -> str:
    if value[:6] in {"810000", "820000", "830000"}:
        return "residence_permit"
    return "foreign_permanent" if value[0] == "9" else "citizen_id"


def _person18(value: str, raw: str) -> Parsed:
    scheme = _scheme18(value)
    right = citizen_check_character(value[:17]) == value[17]
    if value.endswith("000") and not right:
        return Parsed(scheme=scheme, value=value, raw=raw, state="damaged", problem="id.excel")
    if birth_date(value[6:14]) is None:
        return Parsed(scheme=scheme, value=value, raw=raw, state="malformed", problem="id.date")
    if not right:
        return Parsed(scheme=scheme, value=value, raw=raw, state="checksum", problem="id.person_checksum")
    problem = "id.zeros" if value.endswith("000") else ""
    return Parsed(scheme=scheme, value=value, raw=raw, state="valid", problem=problem)


def _hinted_document(value: str, raw: str, id_type: str) -> Parsed | None:
    """Documents whose shape is shared: the stated type decides."""
    scheme = ""
    if _PASSPORT_HINT.search(id_type) and _FOREIGN_PASSPORT.fullmatch(value):
        scheme = "passport"
    elif _HK_HINT.search(id_type) and re.fullmatch("[A-Z]?(?:[0-9]{8}|[0-9]{10})", value):
        scheme = "hk_mo_permit"
    elif _TW_HINT.search(id_type) and re.fullmatch("(?:[0-9]{8}|[0-9]{10}[A-Z]?|T[0-9]{8,9})", value):
        scheme = "tw_permit"
    if not scheme:
        return None
    return Parsed(scheme=scheme, value=value, raw=raw, state="valid", problem="id.unchecked")


def _document(value: str, raw: str, id_type: str) -> Parsed | None:
    """Permits and passports by their shape: none has a check digit that is public."""
    hinted = _hinted_document(value, raw, id_type)
    if hinted is not None:
        return hinted
    for scheme, shape in (
        ("hk_mo_permit", _HK),
        ("passport", _PASSPORT),
        ("tw_permit", _TW),
        ("foreign_permanent", _PERMANENT),
    ):
        if shape.fullmatch(value):
            return Parsed(scheme=scheme, value=value, raw=raw, state="valid", problem="id.unchecked")
    return None


def parse_person(text: str, id_type: str = "") -> Parsed:
    """Read the identity number of a person (SPEC 5.4).

    Recognised are citizen numbers of 18 and 15 digits (the old form is converted, the century being 19),
    residence permits for Hong Kong, Macao and Taiwan, foreigners' permanent residence cards of both kinds,
    permits, passports, and masked numbers.

    Args:
        text: the cell.
        id_type: the stated type of document (居民身份证, 护照 …), which decides where shapes are shared.
    """
    return _person(text, id_type)


@lru_cache(maxsize=16_384)
def _person(text: str, id_type: str) -> Parsed:
    if len(text) == 18 and text.isascii() and PERSON18.fullmatch(text) and not placeholder(text):
        return _person18(text, text)
    if is_empty(text):
        return Parsed(raw=text)
    value = squeeze(text)
    if exponent(value):
        return Parsed(value=value, raw=text, state="damaged", problem="id.excel")
    if placeholder(value):
        return Parsed(value=value, raw=text, state="malformed", problem="id.placeholder")
    if PERSON18.fullmatch(value):
        return _person18(value, text)
    if MASK_SIGN.search(value) and "*" in (masked := normalise_mask(value)):
        return _masked_person(masked, text, id_type)
    if len(value) == 15 and value.isdecimal() and value.isascii():
        if birth_date("19" + value[6:12]) is None:
            return Parsed(scheme="citizen_id", value=value, raw=text, state="malformed", problem="id.date")
        return Parsed(
            scheme="citizen_id", value=upgrade15(value), raw=text, state="valid", problem="id.fifteen"
        )
    document = _document(value, text, id_type)
    if document is not None:
        return document
    if CODE.fullmatch(value) is None or not any(c.isdecimal() for c in value):
        problem = "id.several" if len(split_codes(text)) > 1 else "id.unrecognised"
        return Parsed(value=value, raw=text, state="malformed", problem=problem)
    scheme = "citizen_id" if _CITIZEN_HINT.search(id_type) or len(value) in {16, 17, 19} else "unknown"
    params = {"found": str(len(value)), "expected": "18, 15"}
    candidate = value.replace("I", "1").replace("O", "0").replace("L", "1") if len(value) == 18 else ""
    if len(value) == 18 and candidate != value and citizen_valid(candidate):
        letters = "".join(sorted({c for c in value[:17] if not c.isdecimal()}))
        return Parsed(
            scheme="citizen_id",
            value=value,
            raw=text,
            state="malformed",
            problem="id.alphabet_person",
            params={"found": letters},
            candidate=candidate,
        )
    problem = "id.unrecognised" if len(value) in {15, 18} else "id.length"
    return Parsed(scheme=scheme, value=value, raw=text, state="malformed", problem=problem, params=params)


def _masked_person(value: str, raw: str, id_type: str) -> Parsed:
    value = stretch(value)
    scheme = "unknown"
    if re.fullmatch("[0-9*]{17}[0-9X*]", value):
        scheme = _scheme18(value)
    elif re.fullmatch("[0-9*]{15}", value) or (
        re.fullmatch("[0-9*]+X?", value) and _CITIZEN_HINT.search(id_type)
    ):
        scheme = "citizen_id"
    elif _PASSPORT_HINT.search(id_type):
        scheme = "passport"
    elif re.fullmatch(r"[0-9]+\*+[0-9]*X?", value):
        scheme = "citizen_id"
    return Parsed(scheme=scheme, value=value, raw=raw, state="masked", problem="id.masked")
