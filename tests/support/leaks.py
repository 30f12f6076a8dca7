"""What may stand in no log, no output and no address: numbers of persons, and whatever opens a door."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

# Provinces of GB/T 2260 and the residence-permit prefixes: a number that begins otherwise is nobody's.
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_CITIZEN = re.compile(
    rf"(?<![0-9A-Za-z])({_PROVINCE}\d{{4}}(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[0-9Xx])"
    r"(?![0-9A-Za-z])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PATTERNS = {
    "an API key": re.compile(r"lc_[0-9a-z]{8}_[0-9a-z]{20,}"),
    "a webhook secret": re.compile(r"whsec_[0-9A-Za-z+/=_-]{16,}"),
    "a password hash": re.compile(r"\$argon2[a-z]*\$"),
    "a first password": re.compile(r"(?<![0-9a-z-])[a-z2-9]{5}(?:-[a-z2-9]{5}){3}(?![0-9a-z-])"),
    "a bearer token": re.compile(r"(?i)bearer [0-9a-z_.~+/=-]{16,}"),
    "a session": re.compile(r"liancheng=[0-9A-Za-z_-]{30,}"),
}
PASSWORDS = ("seven lanterns over Linjiang", "quiet ferries leave at dawn")
"""What people choose in these tests."""


def citizen_numbers(text: str) -> list[str]:
    """Complete citizen numbers in a text, told from other numbers by their check digit (GB 11643)."""

    def check_digit(number: str) -> str:
        return "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False)) % 11]

    return [number for number in _CITIZEN.findall(text) if check_digit(number) == number[17].upper()]


def leaks(text: str, secrets: Iterable[str] = ()) -> list[str]:
    """What a text tells that it may not, by kind: never the thing itself."""
    found = [kind for kind, pattern in PATTERNS.items() if pattern.search(text)]
    found += ["a citizen number"] * bool(citizen_numbers(text))
    found += ["a password"] * any(password in text for password in PASSWORDS)
    return found + ["a secret of this test"] * any(secret and secret in text for secret in secrets)


def logs_of(home: Path) -> str:
    """Everything that stands in the log files of an installation."""
    folder = home / "logs"
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return "\n".join(path.read_text("utf-8", "replace") for path in files)
