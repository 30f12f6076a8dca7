"""Reading identifiers as published lists and bidder tables write them (SPEC 5).

A number that fails a check is kept with the reason, never dropped and never corrected: corrections are only
candidates. Sentences for `problem` stand in graph/messages.toml; none of them repeats a person's number.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from graph.identifiers.checks import (
    birth_date,
    citizen_check_character,
    citizen_valid,
    nested_org_code,
    org_code_check_character,
    org_code_valid,
    reg_no_valid,
    upgrade15,
    uscc_check_character,
    uscc_valid,
)
from graph.identifiers.masks import normalise_mask
from graph.model import Doc
from graph.text.cells import clean, is_empty

_MAX = 100
_USCC = re.compile("[0-9A-HJ-NPQRTUWXY]{18}")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}")
_FLOAT = re.compile(r"([0-9]{9,18})\.0{1,2}")
_BLANKS = re.compile("[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\u3000]+")
_DASH = re.compile("[-‐‑‒–—―−]")
_LABEL = re.compile(r"\A(?:[一-鿿()]{0,14}[码号证]:?|[一-鿿()]{1,16}:)(?=[0-9A-Z*])")
_MASK = re.compile("[*×●•○?]|X{2}")
_CODE = re.compile("[0-9A-Z]+")



class Parsed(Doc):
    """One identifier as read."""

    scheme: str = "unknown"
    """uscc, org_code, reg_no, citizen_id, residence_permit, foreign_permanent, hk_mo_permit, tw_permit, passport,
    tax_no or unknown."""
    value: str = ""
    """Normalised: capitals, no blanks, no hyphen; masks written `*`; empty for an empty cell."""
    raw: str = ""
    state: str = "empty"
    """valid; checksum (well-formed, check wrong); malformed; masked; damaged (digits lost); empty."""
    problem: str = ""
    """Code of a sentence in graph/messages.toml, or empty."""
    params: dict[str, str] = {}
    """What that sentence needs; never the number of a person."""
    candidate: str = ""
    """What may have been meant (I for 1, O for 0): to ask, never to use."""


def _squeeze(text: str) -> str:
    value = clean(text[:_MAX])
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    value = _BLANKS.sub("", value).upper().lstrip("'`’‘")
    label = _LABEL.match(value)
    return value[label.end() :] if label else value


def _damage(value: str, raw: str) -> Parsed | None:
    """What Excel leaves of a long number: an exponent, or zeros after fifteen digits."""
    if _SCIENTIFIC.fullmatch(value) and ("." in value or "+" in value):
        return Parsed(value=value, raw=raw, state="damaged", problem="id.excel")
    return None


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
    if _PERSON18.fullmatch(value) and value[0] != "9" and birth_date(value[6:14]) is not None:
        return Parsed(scheme="citizen_id", value=value, raw=raw, state="checksum", problem="id.person_checksum")
    return Parsed(scheme="uscc", value=value, raw=raw, state="checksum", problem="id.checksum", params=params)


def _organization9(value: str, raw: str) -> Parsed:
    expected = org_code_check_character(value[:8])
    if value[8] == expected:
        return Parsed(scheme="org_code", value=value, raw=raw, state="valid")
    params = {"expected": expected, "found": value[8]}
    return Parsed(scheme="org_code", value=value, raw=raw, state="checksum", problem="id.checksum", params=params)


def _organization15(value: str, raw: str, tax: bool) -> Parsed:
    if not value.isdecimal() or (tax and org_code_valid(value[6:])):
        if not value[:6].isdecimal() or re.fullmatch("[0-9A-Z]{8}[0-9X]", value[6:]) is None:
            return Parsed(value=value, raw=raw, state="malformed", problem="id.unrecognised")
        state = "valid" if org_code_valid(value[6:]) else "checksum"
        if state == "valid":
            return Parsed(scheme="tax_no", value=value, raw=raw, state=state)
        params = {"expected": org_code_check_character(value[6:14]), "found": value[14]}
        return Parsed(scheme="tax_no", value=value, raw=raw, state=state, problem="id.checksum", params=params)
    if reg_no_valid(value):
        return Parsed(scheme="reg_no", value=value, raw=raw, state="valid")
    digit = next(d for d in "0123456789" if reg_no_valid(value[:14] + d))
    params = {"expected": digit, "found": value[14]}
    return Parsed(scheme="reg_no", value=value, raw=raw, state="checksum", problem="id.checksum", params=params)


_MASKED_SCHEMES = {18: "uscc", 9: "org_code", 15: "reg_no", 13: "reg_no"}


def _masked_organization(value: str, raw: str, hint: str) -> Parsed:
    value = _stretch(value)
    scheme = _MASKED_SCHEMES.get(len(value), "unknown")
    if scheme == "uscc" and _person_shaped(value):
        scheme = "citizen_id"
    elif scheme == "unknown":
        scheme = _hinted(hint)
    return Parsed(scheme=scheme, value=value, raw=raw, state="masked", problem="id.masked")


def _stretch(value: str) -> str:
    """A mask of about 18 characters as one of 18, when its only run of `*` can have been miscounted."""
    runs = re.findall(r"\*+", value)
    if len(value) not in {16, 17, 19, 20} or len(runs) != 1:
        return value
    size = 18 - len(value) + len(runs[0])
    return value.replace(runs[0], "*" * size) if size >= 1 else value


def _person_shaped(value: str) -> bool:
    """Whether a masked number of 18 shows a century of birth where a person's has it."""
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
        hint: the column's heading or what its brackets say (组织机构代码, 税务登记号 …) or a scheme; decides only
            where the shape allows two readings.
    """
    if len(text) == 18 and _USCC.fullmatch(text) and not text.endswith("000"):
        if text[17] == uscc_check_character(text[:17]):
            return Parsed(scheme="uscc", value=text, raw=text, state="valid")
    return _organization(text, hint)


@lru_cache(maxsize=16_384)
def _organization(text: str, hint: str) -> Parsed:
    if is_empty(text):
        return Parsed(raw=text)
    value = _squeeze(text)
    damaged = _damage(value, text)
    if damaged is not None:
        return damaged
    whole = _FLOAT.fullmatch(value)
    if whole:
        value = whole.group(1)
    value = _DASH.sub("", value)
    if len(value) == 18 and _USCC.fullmatch(value) and ("XX" not in value or uscc_valid(value)):
        return _organization18(value, text)
    if re.fullmatch("[0-9A-Z]{8}[0-9X]", value) and ("XX" not in value or org_code_valid(value)):
        return _organization9(value, text)
    if _MASK.search(value):
        masked = normalise_mask(value)
        if "*" in masked:
            return _masked_organization(masked, text, hint)
    if len(value) == 15 and _CODE.fullmatch(value):
        return _organization15(value, text, _hinted(hint) == "tax_no")
    if len(value) == 13 and value.isdecimal():
        return Parsed(scheme="reg_no", value=value, raw=text, state="valid", problem="id.unchecked")
    if len(value) == 20 and value.isdecimal() and citizen_valid(value[:18]):
        return Parsed(scheme="tax_no", value=value, raw=text, state="valid")
    return _odd(value, text, hint)


def _odd(value: str, raw: str, hint: str) -> Parsed:
    """A code that has no known shape: say what is wrong, and what may have been meant."""
    hinted = _hinted(hint)
    if _CODE.fullmatch(value) is None or not any(c.isdecimal() for c in value) or len(value) > 36:
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


_PERSON18 = re.compile("[0-9]{17}[0-9X]")
_PASSPORT_HINT = re.compile("护照|PASSPORT", re.IGNORECASE)
_HK_HINT = re.compile("港澳(?:居民)?(?:来往|通行|往来)|回乡证|港澳.*通行证")
_TW_HINT = re.compile("台胞证|台湾(?:居民)?(?:来往|通行|往来)")
_CITIZEN_HINT = re.compile("身份证|公民身份")
_HK = re.compile("[HM](?:[0-9]{8}|[0-9]{10})")
_PASSPORT = re.compile("[A-Z]{1,2}[0-9]{7,8}")
_CHINESE_PASSPORT = re.compile("[EGDSPK][A-Z]?[0-9]{7,8}")
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
        if uscc_valid(value):
            return Parsed(scheme="uscc", value=value, raw=raw, state="valid")
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
    if len(text) == 18 and text.isascii() and _PERSON18.fullmatch(text):
        return _person18(text, text)
    if is_empty(text):
        return Parsed(raw=text)
    value = _squeeze(text)
    damaged = _damage(value, text)
    if damaged is not None:
        return damaged
    whole = _FLOAT.fullmatch(value)
    if whole:
        value = whole.group(1)
    value = _DASH.sub("", value)
    if _PERSON18.fullmatch(value):
        return _person18(value, text)
    if _MASK.search(value) and "*" in (masked := normalise_mask(value)):
        return _masked_person(masked, text, id_type)
    if len(value) == 15 and value.isdecimal() and value.isascii():
        if birth_date("19" + value[6:12]) is None:
            return Parsed(scheme="citizen_id", value=value, raw=text, state="malformed", problem="id.date")
        return Parsed(scheme="citizen_id", value=upgrade15(value), raw=text, state="valid", problem="id.fifteen")
    document = _document(value, text, id_type)
    if document is not None:
        return document
    if _CODE.fullmatch(value) is None or not any(c.isdecimal() for c in value):
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
    value = _stretch(value)
    scheme = "unknown"
    if re.fullmatch("[0-9*]{17}[0-9X*]", value):
        scheme = _scheme18(value)
    elif re.fullmatch("[0-9*]{15}", value) or (re.fullmatch("[0-9*]+X?", value) and _CITIZEN_HINT.search(id_type)):
        scheme = "citizen_id"
    elif _PASSPORT_HINT.search(id_type):
        scheme = "passport"
    elif re.fullmatch(r"[0-9]+\*+[0-9]*X?", value):
        scheme = "citizen_id"
    return Parsed(scheme=scheme, value=value, raw=raw, state="masked", problem="id.masked")


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
    unsure = person.scheme == "tw_permit" or (person.scheme == "passport" and not _CHINESE_PASSPORT.fullmatch(person.value))
    if person.state == "valid" and not unsure:
        return person
    if found.state == "checksum" or person.state != "checksum":
        return found
    return person


def _code_shaped(value: str) -> bool:
    """Whether a masked number can only be an organisation's: a letter inside, prefix 9, or nine characters."""
    return len(value) == 9 or value[:1] == "9" or re.search("[A-Z]", value[:-1]) is not None


_SPLIT = re.compile(r"[、，,;；/|\\\n\r\t]+|\s+|(?<=[0-9A-Za-z])(?:和|与|及)(?=[0-9A-Za-z])")
_NOTE = re.compile(r"[(（][^()（）]*[)）]|[一-鿿]+[:：]?")


def split_codes(cell: str) -> tuple[str, ...]:
    """The codes in one cell (BIDDER_ORG_CODE holds up to 200 characters), in order, notes left out.

    Splits at 、，,;/| blanks and 和与及, and two credit codes written without a gap. A code that is itself
    written with blanks (9132 0899 …) stays one.
    """
    cell = unicodedata.normalize("NFKC", clean(cell[:2000]))
    cell = _NOTE.sub(lambda match: match.group() if match.group() in {"和", "与", "及"} else ",", cell)
    pieces = [piece.strip("'\"`:.") for piece in _SPLIT.split(cell)]
    pieces = [piece for piece in pieces if piece and not is_empty(piece)]
    joined = "".join(pieces).upper()
    if len(pieces) > 1 and len(joined) == 18 and (uscc_valid(joined) or citizen_valid(joined)):
        return (joined,)
    out: list[str] = []
    for piece in pieces:
        if len(piece) >= 36 and len(piece) % 18 == 0:
            parts = [piece[i : i + 18].upper() for i in range(0, len(piece), 18)]
            if all(uscc_valid(part) for part in parts):
                out += parts
                continue
        out.append(piece)
    return tuple(out)


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
