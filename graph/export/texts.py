"""Texts that no file format can hold as they are, written so that they come back as they were."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape as _xml

_ODD: Final = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_BACK: Final = re.compile(r"\\(\\|u[0-9a-f]{4})")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%", "'")
"""First characters at which spreadsheets may start a formula, and the apostrophe that tells them not to."""


def shielded(text: str) -> str:
    """A text without control characters and lone surrogates: `\\u0007` stands for one, `\\\\` for a backslash."""
    return _ODD.sub(lambda m: "\\\\" if m[0] == "\\" else f"\\u{ord(m[0]):04x}", text)


def bared(text: str) -> str:
    """The text that was shielded."""
    return _BACK.sub(lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), text)


def xml(text: str) -> str:
    """A shielded text for XML, in an element or between double quotes."""
    return _xml(shielded(text), {'"': "&quot;"})


def cell(text: str) -> str:
    """A shielded text that no spreadsheet takes for a formula: an apostrophe stands before it then."""
    safe = shielded(text)
    return "'" + safe if safe.lstrip(" \u3000\ufeff\u200b")[:1] in FORMULA else safe


def uncell(text: str) -> str:
    """The text of a cell."""
    return bared(text.removeprefix("'"))
