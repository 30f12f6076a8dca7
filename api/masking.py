"""The last thing before an answer leaves: numbers of persons that stand in names, ids or remarks are masked, and
findings that only some may see are reduced to their code and effect.

Numbers of persons arrive in places where nobody expects them, such as the name of a bidder. Credit codes and
digests stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from api.hidden import ordinary_value
from graph.identifiers import mask_numbers_in_text
from graph.model import Party, PartyType

_DIGEST = re.compile(
    r"(?<![0-9A-Za-z])((?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}))(?![0-9A-Za-z])"
)
"""A digest in hex: many digits in a row in it are chance."""

_LONG = b"0" * 15
"""What a JSON text holds at least when a person's number stands in it, digits made alike."""
_PLAIN = bytes.maketrans(b"0123456789", b"0" * 10)
_WIDE = bytes.maketrans(b"0123456789" + bytes(range(0x90, 0x9A)), b"0" * 20)
"""A full-width digit ends in one of ten bytes."""
BETWEEN = b"\\tnr -./_\xc2\xe2\xe3\xef" + bytes({*range(0x80, 0xC0)} - {*range(0x90, 0x9A)})
"""All bytes with which a JSON text writes what may stand between the groups of a number, and more: a wide net."""
_GROUPS = re.compile(b"[0-9\xef][0-9\x90-\x99" + re.escape(BETWEEN) + b"]{14,}")
_BACKSLASH = ord("\\")
_AFTER_STRINGS = frozenset(bytes((one,)) for one in b",:]} \t\r\n")
"""What may stand after a string in a JSON text: whatever else stands after a quote, that quote began one."""
_RESTRICTED = re.compile(rb'"restricted"\s*:\s*true')


def mask_text(text: str) -> str:
    """A text with every number that may be a person's masked; digests and credit codes stay."""
    parts = _DIGEST.split(text)
    return "".join(part if index % 2 else mask_numbers_in_text(part) for index, part in enumerate(parts))


def mask_name(party: Party, text: str) -> str:
    """A name or number of a party as it may be shown: of a bank account the last four digits only."""
    return mask_account(text) if party.type is PartyType.ACCOUNT else mask_text(text)


def mask_account(text: str) -> str:
    """The number of a bank account with all but its last four characters hidden."""
    left = sum(map(_counts, text)) - 4
    shown = []
    for char in text:
        shown.append("*" if _counts(char) and left > 0 else char)
        left -= _counts(char)
    return "".join(shown)


def _counts(char: str) -> bool:
    """Whether a character is one of an account's: a digit, or a Latin letter."""
    return char.isdecimal() or (char.isascii() and char.isalpha())


def mask_value(value: Any) -> Any:
    """A document of plain values with every text in it masked; keys stay."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: mask_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_value(item) for item in value]
    return value


def mask_json(data: bytes, *, restricted: bool = False) -> bytes:
    """A JSON text as it may be shown: the same bytes where nothing has to be masked.

    Args:
        data: the text.
        restricted: the caller may see restricted findings, and that is on record (`api.restricted`).
    """
    if not restricted and b'"restricted"' in data and _RESTRICTED.search(data) is not None:
        document = msgspec.json.decode(data)
        masked = mask_value(ordinary_value(document))
        return data if masked == document else msgspec.json.encode(masked, order="sorted")
    return _mask_strings(data)


def _mask_strings(data: bytes) -> bytes:
    """The text with its strings masked, keys left alone; only strings that are masked are written anew.

    Taking a whole answer apart and writing it again costs as much as deciding it.
    """
    parts: list[bytes] = []
    seen: dict[bytes, bytes] = {}
    done = 0
    for start, end in _suspects(data):
        token = data[start:end]
        masked = seen.get(token)
        if masked is None:
            text: str = msgspec.json.decode(token)
            hidden = mask_text(text)
            masked = seen[token] = token if hidden == text else msgspec.json.encode(hidden)
        if masked != token and not data[end : end + 8].lstrip().startswith(b":"):
            parts += (data[done:start], masked)
            done = end
    return b"".join((*parts, data[done:])) if parts else data


def _suspects(data: bytes) -> list[tuple[int, int]]:
    """Where strings stand in which a person's number may be, quotes included; in their order."""
    found: list[tuple[int, int]] = []
    done = 0
    for at in _places(data):
        if at < done:
            continue
        start, end = _quote_before(data, at), _quote_after(data, at)
        if start >= done and end > 0 and _begins(data, start):
            found.append((start, end))
            done = end
    return found


def _places(data: bytes) -> Iterator[int]:
    """Where digits stand that may be a person's number: long runs of them, or groups with separators between.

    Groups are looked for only where leaving the separators out makes more long runs: most answers have none.
    """
    alike = data.translate(_PLAIN)
    if data.translate(_WIDE, BETWEEN).count(_LONG) > alike.count(_LONG):
        yield from (match.start() for match in _GROUPS.finditer(data))
        return
    at = alike.find(_LONG)
    while at >= 0:
        yield at
        at = alike.find(_LONG, alike.find(b'"', at))


def _begins(data: bytes, quote: int) -> bool:
    """Whether a quote that is not escaped begins a string."""
    if data[quote + 1 : quote + 2] not in _AFTER_STRINGS:
        return True
    # without escapes quotes come in pairs: an odd one begins a string, an even one ends it
    plain = data[: quote + 1].replace(b"\\\\", b"__").replace(b'\\"', b"__")
    return plain.count(b'"') % 2 == 1


def _escaped(data: bytes, quote: int) -> bool:
    """Whether an odd number of backslashes stands before a quote."""
    place = quote
    while place > 0 and data[place - 1] == _BACKSLASH:
        place -= 1
    return (quote - place) % 2 == 1


def _quote_before(data: bytes, at: int) -> int:
    """The last quote before a place that is not escaped; -1 where there is none."""
    place = data.rfind(b'"', 0, at)
    while place > 0 and _escaped(data, place):
        place = data.rfind(b'"', 0, place)
    return place


def _quote_after(data: bytes, at: int) -> int:
    """The end of the first quote after a place that is not escaped; 0 where there is none."""
    place = data.find(b'"', at)
    while place > 0 and _escaped(data, place):
        place = data.find(b'"', place + 1)
    return place + 1
