"""Releases of one process merged into what they say together (OCDS 1.1, "Merging", compiled releases)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from graph.dates import parse_instant

Object = dict[str, Any]

WHOLE_LISTS = frozenset(
    {
        "additionalClassifications", "additionalIdentifiers", "changes", "classifications", "deliveryAddresses",
        "deliveryLocations", "identifiers", "locations",
    }
)  # fmt: skip
"""Lists of objects that are replaced as a whole, whatever ids stand in them (`wholeListMerge` of the schema)."""
_NOT_MERGED = frozenset({"id", "tag", "date", "publisher", "links"})


def _when(release: Object) -> tuple[bool, float, str]:
    text = str(release.get("date", ""))
    try:
        instant: datetime = parse_instant(text)
    except ValueError:
        return (False, 0.0, text)
    return (True, instant.timestamp(), text)


def merge(releases: Sequence[Object]) -> Object:
    """The compiled release: later values replace earlier ones, `null` removes, objects in lists meet by their id.

    Args:
        releases: of one ocid, in any order; they are taken by their date.

    Returns:
        A new release with tag `compiled`, the date of the latest, and an id made of both.
    """
    ordered = sorted(releases, key=_when)
    made: Object = {}
    for release in ordered:
        _into(made, {key: value for key, value in release.items() if key not in _NOT_MERGED})
    last = ordered[-1] if ordered else {}
    date = last.get("date", "")
    return {**made, "id": f"{last.get('ocid', '')}-{date}", "date": date, "tag": ["compiled"]}


def _into(target: Object, source: Object) -> None:
    for key, value in source.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            held = target.get(key)
            if not isinstance(held, dict):
                held = target[key] = {}
            _into(held, value)
        elif isinstance(value, list) and _by_id(value, key):
            held = target.get(key)
            target[key] = _lists(held if isinstance(held, list) else [], value)
        else:
            target[key] = value


def _by_id(value: list[Any], key: str) -> bool:
    """Whether the entries of a list are told apart by their ids."""
    return bool(value) and key not in WHOLE_LISTS and all(isinstance(one, dict) for one in value)


def _lists(held: list[Any], new: list[Object]) -> list[Any]:
    places = {str(one["id"]): one for one in held if isinstance(one, dict) and "id" in one}
    result = list(held)
    for one in new:
        known = places.get(str(one["id"])) if "id" in one else None
        if known is None:
            known = {}
            result.append(known)
            if "id" in one:
                places[str(one["id"])] = known
        _into(known, one)
    return result
