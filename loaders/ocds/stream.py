"""Releases out of JSON of any length and of every shape that OCDS publishes, one after the other.

Packages of releases, packages of records, single releases and records, arrays of them and JSON lines are told
apart by what stands in them. Nothing but one release (and the parts of processes that are not compiled yet) is
kept in memory. Source: https://standard.open-contracting.org/1.1/ (schema reference, packages, records).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import TextIOWrapper
from typing import Any, NamedTuple

import xxhash

from loaders.errors import FileError
from loaders.jsonfile import Scanner
from loaders.ocds.merge import merge

MAX_RELEASE = 64_000_000
"""Characters of one release, one record or, in JSON lines, one line."""
MAX_HELD = 200_000
"""Releases that wait in memory for the others of their process; beyond, the file has to be compiled first."""

Object = dict[str, Any]


class Found(NamedTuple):
    """A release, or why there is none. `number` is the line in JSON lines, else the place in the file."""

    number: int
    release: Object | None
    problem: str = ""
    repeated: bool = False
    parts: int = 1
    """How many releases it was compiled from."""


class _Decoder:
    """Reads JSON without losing digits, and notices keys that stand twice in one object."""

    def __init__(self) -> None:
        self.repeated = False
        self.json = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=Decimal, parse_constant=_refuse, strict=False
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> Object:
        made = dict(pairs)
        self.repeated = self.repeated or len(made) != len(pairs)
        return made

    def taken(self) -> bool:
        """Whether a key was repeated since the last call."""
        repeated, self.repeated = self.repeated, False
        return repeated


def _refuse(name: str) -> None:
    raise ValueError(name)


def is_compiled(release: Object) -> bool:
    """Whether a release speaks for its whole process: it is tagged so, or has nothing to be merged by."""
    tags = release.get("tag")
    parts = isinstance(tags, list) and tags and "compiled" not in tags
    return not (parts and isinstance(release.get("date"), str))


def _classified(value: Any, number: int, repeated: bool) -> Iterator[Found]:
    """The releases of one release, one record or one package."""
    if not isinstance(value, dict):
        yield Found(number, None, "row.json")
        return
    compiled = value.get("compiledRelease")
    if isinstance(compiled, dict):
        found = {"ocid": value.get("ocid"), **compiled, "tag": ["compiled"]}
        yield Found(number, found, repeated=repeated)
    elif isinstance(inner := value.get("releases"), list):
        whole = [one for one in inner if isinstance(one, dict) and "ocid" in one]
        for one in whole:
            yield Found(number, one, repeated=repeated)
        if len(whole) < len(inner) or not inner:
            yield Found(number, None, "ocds.linked")
    elif isinstance(records := value.get("records"), list):
        for one in records:
            yield from _classified(one, number, repeated)
    elif "versionedRelease" in value:
        yield Found(number, None, "ocds.versioned")
    elif "ocid" in value:
        yield Found(number, value, repeated=repeated)
    else:
        yield Found(number, None, "ocds.no_release")


def _object(scanner: Scanner, decoder: _Decoder, number: int) -> Iterator[Found]:
    """A top-level object: a package is walked through, a release or record read whole."""
    scanner.take("{")
    head: Object = {}
    streamed = False
    while scanner.peek() != "}":
        key = scanner.value()
        if not isinstance(key, str):
            raise FileError("file.json")
        scanner.take(":")
        if key in ("releases", "records") and "ocid" not in head and scanner.peek() == "[":
            streamed = True
            for found in _array(scanner, decoder, number):
                number = found.number
                yield found
        else:
            head[key] = scanner.value()
        if scanner.peek() != "}":
            scanner.take(",")
    scanner.take("}")
    if not streamed or "ocid" in head:
        yield from _classified(head, number + 1, decoder.taken())


def _array(scanner: Scanner, decoder: _Decoder, number: int) -> Iterator[Found]:
    scanner.take("[")
    while scanner.peek() != "]":
        number += 1
        yield from _classified(scanner.value(), number, decoder.taken())
        if scanner.peek() != "]":
            scanner.take(",")
    scanner.take("]")


def _documents(stream: TextIOWrapper) -> Iterator[Found]:
    """Everything in a file that is not JSON lines."""
    decoder = _Decoder()
    scanner = Scanner(stream, decoder.json, MAX_RELEASE)
    number = 0
    while first := scanner.peek():
        if first not in "[{":
            raise FileError("file.json")
        for found in (_array if first == "[" else _object)(scanner, decoder, number):
            number = found.number
            yield found


def _lines(stream: TextIOWrapper) -> Iterator[Found]:
    """JSON lines: a line that can't be read costs nothing but itself."""
    decoder = _Decoder()
    number = 0
    while line := stream.readline(MAX_RELEASE):
        number += 1
        if not (line := line.strip().lstrip("\ufeff")):
            continue
        try:
            value = decoder.json.decode(line)
        except (ValueError, RecursionError):
            decoder.taken()
            yield Found(number, None, "row.json")
            continue
        repeated = decoder.taken()
        yield from _classified(value, number, repeated)


def is_lines(stream: TextIOWrapper) -> bool:
    """Whether every line is a document of its own: the first line is whole, or another object follows it."""
    first = second = ""
    while line := stream.readline(MAX_RELEASE):
        if line := line.strip().lstrip("\ufeff"):
            first, second = (line, second) if not first else (first, line)
            if second:
                break
    if not first.startswith("{"):
        return False
    if second.startswith("{"):
        return first.endswith("}")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def found(stream: TextIOWrapper, *, lines: bool) -> Iterator[Found]:
    """Every release of a file as it stands there.

    Raises:
        FileError: `file.json` (damaged), `file.json_record` (a release is too long).
    """
    return _lines(stream) if lines else _documents(stream)


def releases(stream: TextIOWrapper, *, lines: bool) -> Iterator[Found]:
    """One release a process.

    Raises:
        FileError: `file.json`, `file.json_record`, `ocds.many` (too many releases wait to be merged).
    """
    return compiled(found(stream, lines=lines))


def compiled(given: Iterable[Found]) -> Iterator[Found]:
    """One release a process: compiled ones as they come, the others merged once all have been read.

    Raises:
        FileError: `ocds.many`, too many releases wait to be merged.
    """
    held: dict[str, list[Found]] = {}
    count = 0
    whole: set[int] = set()
    for one in given:
        release = one.release
        ocid = release.get("ocid") if release else None
        if release is None or not isinstance(ocid, str) or is_compiled(release):
            if isinstance(ocid, str):
                whole.add(xxhash.xxh3_64_intdigest(ocid.encode("utf-8", "replace")))
            yield one
            continue
        count += 1
        if count > MAX_HELD:
            raise FileError("ocds.many", limit=str(MAX_HELD))
        held.setdefault(ocid, []).append(one)
    for ocid, parts in held.items():
        if xxhash.xxh3_64_intdigest(ocid.encode("utf-8", "replace")) in whole:
            continue
        merged = merge([one.release for one in parts if one.release is not None])
        yield Found(parts[0].number, merged, repeated=any(one.repeated for one in parts), parts=len(parts))
