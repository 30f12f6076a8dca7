"""Numbers of persons in free text, in one piece or in groups, masked for what leaves the system (SPEC 1 #29).

A text is looked through once for 15 digits or more that only separators stand between; most texts hold none.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from graph.identifiers.checks import birth_date, citizen_valid, uscc_valid
from graph.identifiers.masks import mask_person_id

SEPARATORS = (
    "\t\n\r -./_\u00a0\u00ad\u00b7\u2000-\u2015\u2022\u2028-\u202f\u2043\u205f\u2060\u2212\u3000\u30fb"
    "\ufe63\ufeff\uff0d\uff0e\uff0f\uff3f"
).replace("-", r"\-", 1)
"""What people write between the groups of a number, as the inside of a class of characters: spaces of every
width, dashes, points, strokes, and what no eye sees. A comma parts numbers, not groups."""

_DIGIT = "0-9０-９"
_RUN = re.compile(f"(?<![{_DIGIT}])(?:[{_DIGIT}]{{17}}[XxＸｘ]|[{_DIGIT}]{{15,}})")
_GROUPS = re.compile(
    f"(?<![{_DIGIT}])(?<![{_DIGIT}][{SEPARATORS}])[{_DIGIT}](?:[{SEPARATORS}]{{0,3}}[{_DIGIT}XxＸｘ]){{14,}}+"
)
"""Whatever holds a number of a person at all, however it is written."""

_DATED18 = re.compile(
    r"(?=([1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]))"
)
_DATED15 = re.compile(
    r"(?=([1-8][1-7][0-9]{4}[3-9][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}))"
)
"""Old numbers in groups: of 1930 to 1999. Younger dates are those of files, such as 329901-261123-001."""

_GROWN = 2010
"""Year of birth before which a number in groups is masked also where its check character is wrong: of one who
may be of age. Later days in the place of a birth are those of files, such as 329901-20261123-0012."""


def mask_numbers_in_text(text: str) -> str:
    """Free text with every 15- or 18-digit number that may be a citizen's masked, also in groups.

    A valid credit code stays; an 18-digit number that fails its check does not: it may be a person's with a
    slip of the pen. The time grows with the length only.
    """
    if len(text) < 15 or _GROUPS.search(text) is None:
        return text
    return _GROUPS.sub(_mask_groups, _RUN.sub(_mask_run, text))


def _mask_run(match: re.Match[str]) -> str:
    raw = match.group()
    text = unicodedata.normalize("NFKC", raw).upper()
    if len(text) == 18:
        if text[0] == "9" and uscc_valid(text) and not citizen_valid(text):
            return raw
        return raw if uscc_valid(text) and birth_date(text[6:14]) is None else mask_person_id(text)
    if len(text) == 15 and text.isdecimal():
        return mask_person_id(text) if birth_date("19" + text[6:12]) else raw
    if len(text) == 20 and birth_date(text[6:14]):
        return mask_person_id(text[:18]) + text[18:]
    if len(text) > 18:
        spans = [found.start() for found in _DATED18.finditer(text) if citizen_valid(found.group(1))]
        for start in spans:
            text = text[: start + 4] + "*" * 10 + text[start + 14 :]
        return text if spans else raw
    return raw


def _mask_groups(match: re.Match[str]) -> str:
    """A run of groups with the numbers in it masked that begin and end where groups do."""
    raw = match.group()
    places = [
        place for place, char in enumerate(raw) if unicodedata.normalize("NFKC", char).upper() in _KNOWN
    ]
    if len(places) == len(raw):
        return raw
    digits = unicodedata.normalize("NFKC", "".join(raw[place] for place in places)).upper()
    if _DATED18.search(digits) is None and _DATED15.search(digits) is None:
        return raw
    cuts = {0: "", len(places): ""}
    cuts |= {after: raw[a + 1 : b] for after, (a, b) in enumerate(pairwise(places), 1) if b > a + 1}
    parts: list[str] = []
    done = 0
    for start, size in _spans(digits, cuts):
        if places[start] < done:
            continue
        parts += (raw[done : places[start]], mask_person_id(digits[start : start + size]))
        done = places[start + size - 1] + 1
    return "".join((*parts, raw[done:]))


_KNOWN = frozenset("0123456789X")


def _spans(digits: str, cuts: dict[int, str]) -> list[tuple[int, int]]:
    """Where numbers of persons stand in a run of digits that is cut into groups: begin and length, in order."""
    found = [
        (at, 18)
        for at, number in ((match.start(), match[1]) for match in _DATED18.finditer(digits))
        if at in cuts and at + 18 in cuts and _is_persons(number, at, len(digits), cuts)
    ]
    found += [
        (at, 15)
        for at, number in ((match.start(), match[1]) for match in _DATED15.finditer(digits))
        if at in cuts and at + 15 in cuts and _is_old(number, at, cuts)
    ]
    return sorted(found)


def _is_persons(number: str, at: int, length: int, cuts: dict[int, str]) -> bool:
    """Whether 18 digits in groups are a person's: by their check character, or as they are grouped."""
    inside = cuts.keys() & set(range(at + 1, at + 18))
    if not inside or (number[0] == "9" and uscc_valid(number) and not citizen_valid(number)):
        return False
    if citizen_valid(number):
        return True
    as_written = {at + 6, at + 14} <= inside and not inside & {
        *range(at + 1, at + 6),
        *range(at + 15, at + 18),
    }
    born = birth_date(number[6:14])
    return born is not None and born.year < _GROWN and (as_written or length == 18)


def _is_old(number: str, at: int, cuts: dict[int, str]) -> bool:
    """Whether 15 digits are an old number in its three groups, and no piece of a longer row of the same groups."""
    inside = cuts.keys() & set(range(at + 1, at + 15))
    if not {at + 6, at + 12} <= inside or inside & {*range(at + 1, at + 6), at + 13, at + 14}:
        return False
    around = {cuts[at], cuts[at + 15]} - {""}
    return birth_date("19" + number[6:12]) is not None and not around & {cuts[at + 6], cuts[at + 12]}
