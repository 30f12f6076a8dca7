"""Check characters of the four national numbers (SPEC 5.1 to 5.4): pure arithmetic, nothing is decided
here."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from operator import mul

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: no I, O, S, V, Z."""

_USCC_VALUES = {character: value for value, character in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_ORG_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_VALUES = {character: value for value, character in enumerate("0123456789")}
CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"

FIRST_BIRTH, LAST_BIRTH = 1900, 2099
"""Years of birth that a citizen number can plausibly name; no clock is read."""


def uscc_check_character(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015), from the first 17.

    Raises:
        ValueError: not 17 characters of the alphabet.
    """
    if len(first17) != 17:
        raise ValueError("a credit code has 17 characters before its check character")
    try:
        total = sum(map(mul, map(_USCC_VALUES.__getitem__, first17), _USCC_WEIGHTS))
    except KeyError:
        raise ValueError("a character that a credit code cannot have") from None
    return USCC_ALPHABET[-total % 31]


def org_code_check_character(first8: str) -> str:
    """The 9th character of an organisation code (GB 11714-1997), from the first 8.

    Raises:
        ValueError: not 8 digits or capital letters.
    """
    if len(first8) != 8:
        raise ValueError("an organisation code has 8 characters before its check character")
    try:
        total = sum(map(mul, map(_ORG_VALUES.__getitem__, first8), _ORG_WEIGHTS))
    except KeyError:
        raise ValueError("a character that an organisation code cannot have") from None
    return "0123456789X"[-total % 11]


def citizen_check_character(first17: str) -> str:
    """The 18th character of a citizen number (GB 11643-1999), from the first 17.

    Raises:
        ValueError: not 17 digits.
    """
    if len(first17) != 17:
        raise ValueError("a citizen number has 17 digits before its check character")
    try:
        total = sum(map(mul, map(_CITIZEN_VALUES.__getitem__, first17), CITIZEN_WEIGHTS))
    except KeyError:
        raise ValueError("a character that a citizen number cannot have") from None
    return _CITIZEN_CHECKS[total % 11]


def reg_no_valid(digits15: str) -> bool:
    """Whether the last digit of a 15-digit registration number is right (GS 15-2006, ISO 7064 MOD 11,10).

    One real number in ten fails: never a reason to reject (SPEC 5.3).
    """
    if len(digits15) != 15 or not digits15.isascii() or not digits15.isdecimal():
        return False
    product = 10
    for digit in digits15[:14]:
        product = 2 * ((product + int(digit)) % 10 or 10) % 11
    return (product + int(digits15[14])) % 10 == 1


@lru_cache(maxsize=32_768)
def birth_date(text: str) -> date | None:
    """The day that eight digits YYYYMMDD of a citizen number name, or None when there is none."""
    if len(text) != 8 or not text.isascii() or not text.isdecimal():
        return None
    year = int(text[:4])
    if not FIRST_BIRTH <= year <= LAST_BIRTH:
        return None
    try:
        return date(year, int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def citizen_valid(value: str) -> bool:
    """Whether 18 characters are a citizen number with a real birth date and the right check digit."""
    return (
        len(value) == 18
        and value.isascii()
        and value[:17].isdecimal()
        and birth_date(value[6:14]) is not None
        and citizen_check_character(value[:17]) == value[17]
    )


def uscc_valid(value: str) -> bool:
    """Whether 18 characters are a credit code with the right check character."""
    if len(value) != 18 or not _USCC_VALUES.keys() >= set(value):
        return False
    return uscc_check_character(value[:17]) == value[17]


def org_code_valid(value: str) -> bool:
    """Whether 9 characters are an organisation code with the right check character."""
    if len(value) != 9 or not _ORG_VALUES.keys() >= set(value):
        return False
    return org_code_check_character(value[:8]) == value[8]


def nested_org_code(uscc: str) -> str:
    """The organisation code inside a credit code: characters 9 to 17 (SPEC 5.2); empty for anything else."""
    return uscc[8:17] if len(uscc) == 18 else ""


def upgrade15(value: str) -> str:
    """The 18-digit form of a 15-digit citizen number: the century is 19, the check digit is computed.

    Raises:
        ValueError: not 15 digits.
    """
    if len(value) != 15 or not value.isascii() or not value.isdecimal():
        raise ValueError("an old citizen number has 15 digits")
    body = value[:6] + "19" + value[6:]
    return body + citizen_check_character(body)


def id_facts(value18: str) -> tuple[date | None, str]:
    """Birth date and sex (`m`, `f`) that an 18-character number states; None and '' for what it does not.

    A masked number gives what it shows: sex from a visible 17th digit; no date unless all of it is visible
    (see `birth_year`).
    """
    if len(value18) != 18:
        return None, ""
    digit = value18[16]
    sex = ("m" if int(digit) % 2 else "f") if digit.isascii() and digit.isdecimal() else ""
    return birth_date(value18[6:14]), sex


def birth_year(value18: str) -> int | None:
    """The year of birth that a number shows, also a masked one (court masks keep it), or None."""
    year = value18[6:10]
    if len(value18) != 18 or not year.isascii() or not year.isdecimal():
        return None
    return int(year) if FIRST_BIRTH <= int(year) <= LAST_BIRTH else None
