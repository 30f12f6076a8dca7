"""The last thing before an answer leaves: numbers of persons that stand in names, ids or remarks are masked, and
findings that only some may see are reduced to their code and effect.

Numbers of persons arrive in places where nobody expects them, such as the name of a bidder. Credit codes and
digests stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from api.hidden import ordinary_value
from graph.identifiers import mask_numbers_in_text

_DIGEST = re.compile(
    r"(?<![0-9A-Za-z])((?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}))(?![0-9A-Za-z])"
)
"""A digest in hex: many digits in a row in it are chance."""

_MAYBE = re.compile(rb"(?:[0-9]|\xef\xbc[\x90-\x99]){14}|[0-9]{6}[ -][0-9]{4}")
"""What a JSON text holds at least when a person's number stands in it."""
_RESTRICTED = re.compile(rb'"restricted"\s*:\s*true')


def mask_text(text: str) -> str:
    """A text with every number that may be a person's masked; digests and credit codes stay."""
    parts = _DIGEST.split(text)
    return "".join(part if index % 2 else mask_numbers_in_text(part) for index, part in enumerate(parts))


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
    hide = not restricted and _RESTRICTED.search(data) is not None
    if not hide and _MAYBE.search(data) is None:
        return data
    document = msgspec.json.decode(data)
    masked = mask_value(ordinary_value(document) if hide else document)
    return data if masked == document else msgspec.json.encode(masked, order="sorted")
