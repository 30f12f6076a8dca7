"""JSON arrays, `{"data": [...]}` envelopes and JSON lines, record by record; numbers keep every digit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from typing import Any, BinaryIO

from loaders.delimited import text
from loaders.encoding import Encoding
from loaders.errors import FileError
from loaders.tables import MAX_COLUMNS, Line, Recognise, Table, unique

BLOCK = 1 << 18
MAX_RECORD = 8_000_000
MAX_DEPTH = 4
"""Envelopes are unwrapped this deep (`{code, data: {list: [...]}}` is two)."""
_SPACE = re.compile(r"[\s\ufeff]*")


class _Pairs(dict[str, Any]):
    """An object; `repeated` when a key stood in it twice, which would hide a value."""

    repeated = False


def _object(pairs: list[tuple[str, Any]]) -> _Pairs:
    result = _Pairs(pairs)
    result.repeated = len(result) != len(pairs)
    return result


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=lambda _: "", strict=False
)


class Scanner:
    """Walks JSON text of any length, keeping one record in memory."""

    def __init__(
        self, stream: TextIOWrapper, decoder: json.JSONDecoder = _DECODER, limit: int = MAX_RECORD
    ) -> None:
        self._stream = stream
        self._decoder = decoder
        self._limit = limit
        self._buffer = ""
        self._at = 0
        self._ended = False

    def _more(self) -> bool:
        if self._ended:
            return False
        # what a value lacks is read in ever larger pieces, so that a long one is not tried again for each small piece
        block = self._stream.read(max(BLOCK, len(self._buffer) - self._at))
        self._ended = not block
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        if len(self._buffer) > self._limit + BLOCK:
            raise FileError("file.json_record")
        return bool(block)

    def peek(self) -> str:
        """The next character that is not space; empty at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Step over one character.

        Raises:
            FileError: `file.json`, something else stands there.
        """
        if self.peek() != expected:
            raise FileError("file.json")
        self._at += 1

    def value(self) -> Any:
        """The next whole value."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except ValueError:
                if not self._more():
                    raise FileError("file.json") from None
                continue
            except RecursionError:
                raise FileError("file.json") from None
            if (
                end == len(self._buffer)
                and isinstance(value, str)
                and self._buffer[end - 1] != '"'
                and self._more()
            ):
                continue
            self._at = end
            return value

    def records(self, depth: int = 0) -> Iterator[_Pairs]:
        """The objects of the one array of objects; everything around it is read over and must be sound.

        Raises:
            FileError: `file.json`, damaged; `file.json_two`, there are two such arrays.
        """
        first = self.peek()
        if first == "[":
            self.take("[")
            plain = depth > 0 and self.peek() != "{"
            while self.peek() != "]":
                value = self.value()
                if not plain:
                    yield value if isinstance(value, _Pairs) else _Pairs()
                if self.peek() != "]":
                    self.take(",")
            self.take("]")
        elif first == "{" and depth < MAX_DEPTH:
            yield from self._envelope(depth)
        elif depth:
            self.value()
        else:
            raise FileError("file.json")

    def _envelope(self, depth: int) -> Iterator[_Pairs]:
        self.take("{")
        found = False
        while self.peek() != "}":
            if not isinstance(self.value(), str):
                raise FileError("file.json")
            self.take(":")
            inner = False
            for record in self.records(depth + 1):
                if found:
                    raise FileError("file.json_two")
                inner = True
                yield record
            found = found or inner
            if self.peek() != "}":
                self.take(",")
        self.take("}")


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _sound(value.strip())
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return _sound(json.dumps(value, ensure_ascii=False))


def _sound(text: str) -> str:
    """Text without lone surrogates, which escapes in JSON can make and no file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _array(stream: TextIOWrapper) -> Iterator[tuple[int, _Pairs | None]]:
    scanner = Scanner(stream)
    yield from enumerate(scanner.records(), 1)
    if scanner.peek():
        raise FileError("file.json")


def _lines(stream: TextIOWrapper) -> Iterator[tuple[int, _Pairs | None]]:
    number = 0
    while line := stream.readline(MAX_RECORD):
        number += 1
        if not (line := line.strip().lstrip("\ufeff")):
            continue
        try:
            value = _DECODER.decode(line)
        except (ValueError, RecursionError):
            value = None
        yield number, value if isinstance(value, _Pairs) else None


def open_table(
    label: str,
    path: str,
    opener: Callable[[], BinaryIO],
    encoding: Encoding,
    sha256: str,
    recognise: Recognise,
) -> Table:
    """Find the records of a JSON file.

    Raises:
        FileError: `file.json`, `file.no_header`, `file.columns`.
    """
    with text(opener, encoding) as stream:
        lines = _is_lines(stream, recognise)
    records = _lines if lines else _array

    keys: list[str] = []
    with text(opener, encoding) as stream:
        for count, (_, record) in enumerate(records(stream), 1):
            for key in record or ():
                if key not in keys:
                    keys.append(key)
            if len(keys) > MAX_COLUMNS:
                raise FileError("file.columns", limit=str(MAX_COLUMNS))
            if count >= 50:
                break
    if not recognise(keys):
        raise FileError("file.no_header")
    headings = unique([_sound(key).strip() or f"#{index}" for index, key in enumerate(keys, 1)])
    extra: list[str] = []

    def read() -> Iterator[Line]:
        extra.clear()
        places = {key: index for index, key in enumerate(keys)}
        with text(opener, encoding) as stream:
            for number, record in records(stream):
                if record is None or not record:
                    yield Line(number, [], "row.json")
                    continue
                cells = [""] * len(places)
                for key, value in record.items():
                    index = places.get(key)
                    if index is None:
                        if len(places) >= MAX_COLUMNS:
                            raise FileError("file.columns", limit=str(MAX_COLUMNS))
                        index = places[key] = len(places)
                        extra.append(" ".join(_sound(key).split())[:200] or f"#{index + 1}")
                        cells.append("")
                    cells[index] = _cell(value)
                yield Line(number, cells, "row.json_repeated" if record.repeated else "")

    return Table(
        label=label,
        path=path,
        format="jsonl" if lines else "json",
        encoding=encoding.label,
        sha256=sha256,
        headings=headings,
        header_row=0,
        titles=(),
        read=read,
        extra=extra,
    )


_ENVELOPE = frozenset({"code", "id", "status", "state", "type", "total", "count", "msg", "message", "page"})
"""Keys of an envelope that a record might have too: they prove nothing."""


def _is_lines(stream: TextIOWrapper, recognise: Recognise) -> bool:
    """Whether the first line is a record: another object follows it, or it is no envelope around records."""
    first, second = _line(stream), _line(stream)
    try:
        value = _DECODER.decode(first)
    except (ValueError, RecursionError):
        return first.startswith("{") and first.endswith("}")
    if not isinstance(value, _Pairs):
        return False
    plain = [key for key, inner in value.items() if isinstance(inner, str) and key not in _ENVELOPE]
    return second.startswith("{") or recognise(plain) > 0 or not _holds_records(value)


def _line(stream: TextIOWrapper) -> str:
    """The next line that is not blank; empty at the end."""
    while line := stream.readline(MAX_RECORD):
        if line := line.strip().lstrip("\ufeff"):
            return line
    return ""


def _holds_records(value: _Pairs, depth: int = 0) -> bool:
    for inner in value.values():
        if isinstance(inner, list) and any(isinstance(item, _Pairs) for item in inner):
            return True
        if isinstance(inner, _Pairs) and depth < MAX_DEPTH and _holds_records(inner, depth + 1):
            return True
    return False
