"""What reading an identifier gives, and what its readers share: cleaning, damage, several codes in a cell.

A number that fails a check is kept with the reason, never dropped and never corrected: corrections are only
candidates. Sentences for `problem` stand in graph/messages.toml; none of them repeats a person's number.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from graph.identifiers.checks import citizen_valid, uscc_valid
from graph.model import Doc
from graph.text.cells import clean, is_empty

LONGEST_CELL = 100
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}")
_FLOAT = re.compile(r"([0-9]{9,18})\.0{1,2}")
_BLANKS = re.compile("[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\u3000]+")
_DASH = re.compile("[-‐‑‒–—―−]")
_LABEL = re.compile(r"\A(?:[一-鿿()]{0,14}[码号证]:?|[一-鿿()]{1,16}:)(?=[0-9A-Z*])")
MASK_SIGN = re.compile("[*×●•○?]|X{2}")
CODE = re.compile("[0-9A-Z]+")
PERSON18 = re.compile("[0-9]{17}[0-9X]")
_RUNS = frozenset(
    (digits * 2)[:size] for digits in ("0123456789", "1234567890", "9876543210") for size in range(9, 21)
)


def placeholder(value: str) -> bool:
    """Whether someone typed a filler (000000000, 123456789…) where a code was asked for.

    One character throughout, after the letter of a document too (X is a mask), or digits counted up or down
    from an end of the keyboard. Only the whole number: real credit codes hold such organisation codes.
    """
    if len(value) < 8 or value in _RUNS:
        return value in _RUNS
    sign = value[1]
    same = value.count(sign)
    if same < len(value) - 1 or sign == "X" or not sign.isalnum():
        return False
    return same == len(value) or (value[0] != sign and value[0].isalpha())


class Parsed(Doc):
    """One identifier as read."""

    scheme: str = "unknown"
    """uscc, org_code, reg_no, citizen_id, residence_permit, foreign_permanent, hk_mo_permit, tw_permit,
    passport, tax_no or unknown."""
    value: str = ""
    """Normalised: capitals, no blanks, no hyphen; masks written `*`; empty for an empty cell."""
    raw: str = ""
    state: str = "empty"
    """valid; checksum (well-formed, check wrong); malformed; masked; damaged (digits lost); empty."""
    problem: str = ""
    """Code of a sentence in graph/messages.toml, or empty."""
    params: dict[str, str] = msgspec.field(default_factory=dict)
    """What that sentence needs; never the number of a person."""
    candidate: str = ""
    """What may have been meant (I for 1, O for 0): to ask, never to use."""


def squeeze(text: str) -> str:
    """A cell as a bare code: capitals, no blanks or hyphens, no label before it (证件号码:), no .0 behind."""
    value = clean(text[:LONGEST_CELL])
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    value = _BLANKS.sub("", value).upper().lstrip("'`’‘")
    label = _LABEL.match(value)
    if label:
        value = value[label.end() :]
    whole = _FLOAT.fullmatch(value)
    return _DASH.sub("", whole.group(1) if whole else value)


def exponent(value: str) -> bool:
    """Whether Excel turned a code into a number with an exponent (9.1321E+17)."""
    return ("." in value or "+" in value) and _SCIENTIFIC.fullmatch(value) is not None


def stretch(value: str) -> str:
    """A mask of about 18 characters as one of 18, when its only run of `*` can have been miscounted."""
    runs = re.findall(r"\*+", value)
    if len(value) not in {16, 17, 19, 20} or len(runs) != 1:
        return value
    size = 18 - len(value) + len(runs[0])
    return value.replace(runs[0], "*" * size) if size >= 1 else value


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
