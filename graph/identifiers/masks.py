"""Masked numbers compared position by position (SPEC 5.5), and numbers masked for what leaves the system.

A mask is never filled in. Compared are the visible positions, whether any value fits both sides (check digit
and birth date included), and how many values do.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from graph.identifiers.checks import (
    CITIZEN_WEIGHTS,
    FIRST_BIRTH,
    LAST_BIRTH,
    USCC_ALPHABET,
    birth_date,
    citizen_valid,
    org_code_valid,
    upgrade15,
    uscc_valid,
)
from graph.model import Doc

COUNTED_FROM, COUNTED_TO = 1943, 2006
"""Years of birth that `consistent` counts where the year is hidden: 64 years, grown persons of working age. A
visible year outside them is counted as it stands. Feasibility looks at 1900 to 2099."""

_SIGNS = re.compile("[*×✕✖●•○◯□■?]")
_SHORT_RUN, _LONG_RUN = re.compile("X{2,}"), re.compile("X{4,}")
_ZERO_WIDTH = re.compile("[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff-]+")
_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COURT = frozenset(range(10, 14))
_TAX = frozenset(range(6, 14))


class MaskComparison(Doc):
    """What two numbers, masked or not, say about being the same."""

    visible_equal: int
    """Positions visible on both sides and equal."""
    conflicts: int
    """Positions visible on both sides and different: one is enough for two persons."""
    hidden: int
    """Positions hidden on at least one side."""
    feasible: bool
    """Whether at least one value fits both sides, check digit and birth date included."""
    consistent: int
    """How many values fit what is visible on both sides (see COUNTED_FROM): a court mask leaves about 33,
    so that agreement with it is weighty. 0 when nothing fits or nothing can be compared."""
    kind: str
    """full, court (at most month and day hidden), tax (at most the birth date), local (another part), org, other, or
    incomparable: the lengths don't fit, so that nothing is known."""

    @property
    def agrees(self) -> bool:
        """No conflict, and a value that fits both: what the tiers of SPEC 7.7 ask for."""
        return self.kind != "incomparable" and self.conflicts == 0 and self.feasible


_INCOMPARABLE = MaskComparison(
    visible_equal=0, conflicts=0, hidden=0, feasible=True, consistent=0, kind="incomparable"
)


def normalise_mask(text: str) -> str:
    """A number with every mask sign written `*` (SPEC 5.5): `* ＊ × ● • ?` and runs of X.

    A single X stays: it is the check digit of a citizen number, or a letter of a code. In codes with other
    letters a run counts from four on, and never in a valid one. Blanks and hyphens go, letters are capitals.
    """
    value = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)  # what a blank kept apart
    if "XX" in value and not uscc_valid(value) and not org_code_valid(value):
        run = _LONG_RUN if re.search("[A-WYZ]", value) else _SHORT_RUN
        value = run.sub(lambda match: "*" * len(match.group()), value)
    return _SIGNS.sub("*", value)


@lru_cache(maxsize=8_192)
def _years(pattern: str, first: int, last: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Residues mod 11 that years fitting a pattern contribute: common years, leap years."""
    common, leap = [0] * 11, [0] * 11
    hidden = "*" in pattern
    years = range(first, last + 1) if hidden else range(FIRST_BIRTH, LAST_BIRTH + 1)
    for year in years:
        text = str(year)
        if all(p in ("*", c) for p, c in zip(pattern, text, strict=True)):
            residue = sum(int(c) * w for c, w in zip(text, CITIZEN_WEIGHTS[6:10], strict=True)) % 11
            is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
            (leap if is_leap else common)[residue] += 1
    return tuple(common), tuple(leap)


@lru_cache(maxsize=8_192)
def _days(pattern: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Residues that days MMDD fitting a pattern contribute: in a common year, in a leap year."""
    common, leap = [0] * 11, [0] * 11
    for month, length in enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1):
        for day in range(1, length + 1):
            text = f"{month:02}{day:02}"
            if all(p in ("*", c) for p, c in zip(pattern, text, strict=True)):
                residue = sum(int(c) * w for c, w in zip(text, CITIZEN_WEIGHTS[10:14], strict=True)) % 11
                leap[residue] += 1
                if text != "0229":
                    common[residue] += 1
    return tuple(common), tuple(leap)


def _convolve(a: tuple[int, ...], b: tuple[int, ...], modulus: int) -> tuple[int, ...]:
    out = [0] * modulus
    for i, x in enumerate(a):
        if x:
            for j, y in enumerate(b):
                if y:
                    out[(i + j) % modulus] += x * y
    return tuple(out)


@lru_cache(maxsize=8_192)
def _digits(pattern: str, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Residues mod 11 that digits fitting a pattern contribute."""
    total: tuple[int, ...] = (1,) + (0,) * 10
    for sign, weight in zip(pattern, weights, strict=True):
        values = range(10) if sign == "*" else (int(sign),)
        one = [0] * 11
        for value in values:
            one[value * weight % 11] += 1
        total = _convolve(total, tuple(one), 11)
    return total


@lru_cache(maxsize=8_192)
def _count_citizen(pattern: str, first: int, last: int) -> int:
    """How many citizen numbers fit a pattern of digits, X and `*`."""
    if re.fullmatch(r"[0-9*]{17}[0-9X*]", pattern) is None:
        return 0
    years, days = _years(pattern[6:10], first, last), _days(pattern[10:14])
    born = [0] * 11
    for year, day in zip(years, days, strict=True):
        for residue, count in enumerate(_convolve(year, day, 11)):
            born[residue] += count
    rest = _digits(pattern[:6] + pattern[14:17], CITIZEN_WEIGHTS[:6] + CITIZEN_WEIGHTS[14:])
    totals = _convolve(tuple(born), rest, 11)
    if pattern[17] == "*":
        return sum(totals)
    return totals["10X98765432".index(pattern[17])]


@lru_cache(maxsize=4_096)
def _count_checked(pattern: str, alphabet: str, modulus: int, weights: tuple[int, ...], checks: str) -> int:
    """How many codes of an alphabet with a weighted check character fit a pattern."""
    total: tuple[int, ...] = (1,) + (0,) * (modulus - 1)
    for sign, weight in zip(pattern[:-1], weights, strict=True):
        characters = alphabet if sign == "*" else sign
        one = [0] * modulus
        for character in characters:
            value = alphabet.find(character)
            if value < 0:
                return 0
            one[value * weight % modulus] += 1
        total = _convolve(total, tuple(one), modulus)
    if pattern[-1] == "*":
        return sum(total)
    place = checks.find(pattern[-1])
    return total[place] if place >= 0 else 0


_USCC_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_USCC_CHECKS = "".join(USCC_ALPHABET[-total % 31] for total in range(31))
_ORG_CHECKS = "".join("0123456789X"[-total % 11] for total in range(11))


def _count_org(pattern: str) -> int:
    if len(pattern) == 18:
        return _count_checked(pattern, USCC_ALPHABET, 31, _USCC_WEIGHTS, _USCC_CHECKS)
    return _count_checked(pattern, _ORG_ALPHABET, 11, (3, 7, 9, 10, 5, 8, 4, 2), _ORG_CHECKS)


_KNOWN_LENGTHS = frozenset({9, 15, 18})
"""Masks of these lengths are as long as they look; only others have a run that was miscounted."""


def _expand(value: str, length: int) -> str | None:
    """A value whose single run of `*` is shortened or lengthened to fit, as printers are careless with it."""
    if len(value) == length:
        return value
    if len(value) in _KNOWN_LENGTHS:
        return None
    runs = re.findall(r"\*+", value)
    if len(runs) != 1:
        return None
    size = length - (len(value) - len(runs[0]))
    return value.replace(runs[0], "*" * size) if size >= 1 else None


_LETTER_INSIDE = re.compile("[A-Z].|[A-WYZ]")


def _is_org(a: str, b: str) -> bool:
    """Whether two numbers of 18 are credit codes: by a full one's check, else by letters, else by a 9."""
    for full in (a, b):
        if "*" not in full and citizen_valid(full) != uscc_valid(full):
            return uscc_valid(full)
    if _LETTER_INSIDE.search(a) or _LETTER_INSIDE.search(b):
        return True
    return a[:1] == "9" or b[:1] == "9"


def _widen15(value: str) -> str:
    """A 15-character citizen number, masked or not, in 18 positions."""
    if "*" not in value:
        return upgrade15(value) if value.isdecimal() else value
    return f"{value[:6]}19{value[6:]}*"


def compare_masked(a: str, b: str) -> MaskComparison:
    """Compare two numbers of which either may be masked (SPEC 5.5).

    One conflict means two persons. A full number whose own check digit or birth date is wrong fits nothing.
    Old 15-digit citizen numbers are compared in their 18-digit form. Lengths must be equal once a single
    run of `*` is stretched; otherwise the kind is `incomparable`, which is neither agreement nor conflict.
    """
    return _compare(normalise_mask(a), normalise_mask(b))


@lru_cache(maxsize=16_384)
def _compare(a: str, b: str) -> MaskComparison:
    lengths = sorted({len(a), len(b)})
    if lengths == [15, 18] and _all_digits(a if len(a) == 15 else b):
        a, b = (_widen15(v) if len(v) == 15 else v for v in (a, b))
    if len(a) != len(b):
        target = next((len(v) for v in (a, b) if "*" not in v), 18 if max(lengths) > 9 else 9)
        fitted = _expand(a, target), _expand(b, target)
        if fitted[0] is None or fitted[1] is None:
            return _INCOMPARABLE
        a, b = fitted[0], fitted[1]
    if not a:
        return _INCOMPARABLE
    equal = sum(map(_visibly_equal, a, b))
    hidden = frozenset(place for place, pair in enumerate(zip(a, b, strict=True)) if "*" in pair)
    conflicts = len(a) - equal - len(hidden)
    merged = "".join(y if x == "*" else x for x, y in zip(a, b, strict=True))
    shared = "".join("*" if place in hidden else x for place, x in enumerate(a))
    if conflicts:
        kind, feasible, count = _kind(a, b, hidden), False, 0
    else:
        kind, feasible, count = _judge(a, b, merged, shared, hidden)
    return MaskComparison(
        visible_equal=equal,
        conflicts=conflicts,
        hidden=len(hidden),
        feasible=feasible,
        consistent=count,
        kind=kind,
    )


def _visibly_equal(x: str, y: str) -> bool:
    return x == y != "*"


def _all_digits(text: str) -> bool:
    return re.fullmatch("[0-9*]+", text) is not None


def _kind(a: str, b: str, hidden: frozenset[int]) -> str:
    """What a comparison leaves hidden, in the words of `MaskComparison.kind`."""
    if not hidden:
        return "full"
    if len(a) == 18 and not _is_org(a, b):
        return "court" if hidden <= _COURT else "tax" if hidden <= _TAX else "local"
    return "org" if len(a) in (9, 18) else "other"


def _judge(a: str, b: str, merged: str, shared: str, hidden: frozenset[int]) -> tuple[str, bool, int]:
    """Kind, feasibility (of what either side shows) and count (of what both show)."""
    kind = _kind(a, b, hidden)
    full = [value for value in (a, b) if "*" not in value]
    if len(merged) not in (9, 18):
        return kind, True, 10 ** min(len(hidden), 18)
    if len(merged) == 18 and not _is_org(a, b):
        fits = all(map(citizen_valid, full)) if full else _count_citizen(merged, FIRST_BIRTH, LAST_BIRTH) > 0
        return kind, fits, max(1, _count_citizen(shared, COUNTED_FROM, COUNTED_TO)) if fits else 0
    check = uscc_valid if len(merged) == 18 else org_code_valid
    fits = all(map(check, full)) if full else _count_org(merged) > 0
    return kind, fits, _count_org(shared) if fits else 0


def mask_person_id(value: str) -> str:
    """An identity number as outputs may show it: the first four and the last four of 18, less of others.

    A number that arrives masked stays as it is; one of four characters or fewer is hidden whole.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if normalise_mask(text).count("*") >= 2:
        return text
    if len(text) >= 18:
        return text[:4] + "*" * (len(text) - 8) + text[-4:]
    if len(text) >= 15:
        return text[:4] + "*" * (len(text) - 7) + text[-3:]
    if len(text) <= 4:
        return "*" * len(text)
    return text[:1] + "*" * (len(text) - 3) + text[-2:]


_POINTS = str.maketrans("", "", "./_\u00b7\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2043\u2212\u30fb")
_DIGITS = re.compile("[0-9]{14,19}[0-9X]|[0-9]{17}X[0-9]{2}")


def looks_personal(value: str) -> bool:
    """Whether a number may be, or hold, a citizen's number, whatever it is called: outputs mask it.

    Numbers of 15 to 20 digits with a birth date where a citizen's has it (a tax number of 20 is a citizen's
    and two digits more), and those of 18 that name a century of birth with an impossible day. A valid credit
    code is none, unless it is a valid citizen number as well.
    """
    text = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", value).translate(_POINTS)).upper()
    if _DIGITS.fullmatch(text) is None:
        return False
    if len(text) == 15:
        return birth_date("19" + text[6:12]) is not None
    if len(text) == 18 and uscc_valid(text):
        return citizen_valid(text) and text[0] != "9"
    return birth_date(text[6:14]) is not None or (len(text) == 18 and text[6:8] in {"19", "20"})
