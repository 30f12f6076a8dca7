"""A generation's projection as if some relations had never been recorded: what may not be shown is not walked either.

Counts, paths and neighbours over such a projection give nothing away, because every walk reads the same arrays. The
two files that say whether a relation holds are mapped privately: only the pages that change are copied, the others
stay shared by all processes.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec
import numpy as np

from graph.generation.errors import GenerationError, damaged
from graph.generation.format import HEADER_SIZE, Mapped
from graph.generation.projected import TYPE_NUMBERS
from graph.generation.reader import Generation
from graph.model import PartyType
from graph.projection import layout
from graph.projection.columns import TYPES, packed
from graph.projection.read import Projection
from graph.relations import RelationType

_BLOCK: Final = 1 << 20
"""Bytes of documents that are searched at once: between two blocks other threads have their turn."""
_ROWS, _TAGS = "walk.rows", "walk.tags"


class Mark(NamedTuple):
    """A relation whose document holds a searched text, with what follows it up to the closing quotation mark."""

    relation: int
    value: str


class Relations:
    """The relations of a generation as columns, every version of each, whatever any walk may see of them."""

    def __init__(self, generation: Generation) -> None:
        """Take the mapped files.

        Raises:
            GenerationError: `generation.unprojected`: published by an earlier program.
        """
        self._generation = generation
        files: Mapping[str, Mapped] = generation._files
        if _ROWS not in files:
            raise GenerationError("generation.unprojected", path=str(generation.path))
        self._rows = files[_ROWS].array("<i8").reshape(-1, layout.COLUMNS)
        self._starts = files["walk.starts"].array("<i8")
        self._places = files["walk.places"].array("<i8")
        self._kinds = files["party.kind"].array("u1")
        self._register = files["party.register"].array("u1")
        self._docs = files["relation.docs"].payload
        self._offsets = files["relation.offsets"].array("<u8")

    def parties(self, kind: PartyType) -> list[int]:
        """The ordinals of all parties of a type."""
        found: list[int] = np.flatnonzero(self._kinds == TYPE_NUMBERS[kind]).tolist()
        return found

    def registered(self, ordinal: int) -> bool:
        """Whether a register's row in force names the party, and not only a list or a relation."""
        return bool(self._register[ordinal])

    def of(self, ordinal: int) -> Iterator[tuple[int, RelationType, int]]:
        """The relations of a party: number, type, and the party at the other end."""
        for place in self._places[self._starts[ordinal] : self._starts[ordinal + 1]].tolist():
            number, peer = place >> 32, place & layout.OPEN
            yield number, TYPES[int(self._rows[number, layout.MARKS]) & layout.TYPE], peer

    def between(self, types: Iterable[RelationType]) -> list[int]:
        """The parties at the ends of all relations of some types."""
        wanted = [TYPES.index(kind) for kind in types]
        rows = self._rows[np.isin(self._rows[:, layout.MARKS] & layout.TYPE, wanted)]
        both = rows[:, layout.ENDS].view("<u8")
        there = np.zeros(len(self._kinds), bool)
        for ends in (both & np.uint64(layout.OPEN), both >> np.uint64(32)):
            there[ends[ends != layout.OPEN]] = True
        found: list[int] = np.flatnonzero(there).tolist()
        return found

    def unregistered(self, ordinals: Iterable[int]) -> list[int]:
        """Those of some parties that no register's row in force names; things always, which no register names."""
        asked = np.fromiter(ordinals, "<i8")
        things = np.zeros(256, bool)
        things[[TYPE_NUMBERS[kind] for kind in PartyType if kind.thing]] = True
        found: list[int] = asked[(self._register[asked] == 0) | things[self._kinds[asked]]].tolist()
        return found

    def ends(self, number: int) -> tuple[int, int]:
        """The ordinals of both ends of a relation; `layout.OPEN` for one that is no party here."""
        both = int(self._rows[number, layout.ENDS])
        return both & layout.OPEN, both >> 32 & layout.OPEN

    def holding(self, text: bytes) -> Iterator[Mark]:
        """The relations whose documents hold a text, each once a time it stands there.

        Args:
            text: as it stands in a document, e.g. `"lot":"`; it ends with a quotation mark that opens a value, or is
                a whole member.
        """
        offsets, docs = self._offsets, self._docs
        first = 0
        while first < len(offsets) - 1:
            last = int(np.searchsorted(offsets, offsets[first] + _BLOCK, side="right")) - 1
            last = min(max(last, first + 1), len(offsets) - 1)
            base = int(offsets[first])
            block = bytes(docs[base : int(offsets[last])])
            at = block.find(text)
            while at >= 0:
                number = int(np.searchsorted(offsets, base + at, side="right")) - 1
                yield Mark(number, _value(block, at + len(text)) if text.endswith(b':"') else "")
                at = block.find(text, at + len(text))
            first = last


def _value(block: bytes, start: int) -> str:
    """The text of a JSON string that begins here."""
    end = start
    while block[end] != 0x22:
        end += 2 if block[end] == 0x5C else 1
    return str(msgspec.json.decode(b'"' + block[start:end] + b'"'))


def party_docs(generation: Generation) -> Iterator[memoryview]:
    """The JSON of every party, by ordinal."""
    docs = generation._party_docs
    return (docs.get(ordinal) for ordinal in range(len(docs)))


def listing_docs(generation: Generation) -> Iterator[memoryview]:
    """The JSON of every version of every record, by ordinal."""
    return (columns.docs.get(place) for columns in generation._lists for place in range(len(columns.docs)))


def veiled(generation: Generation, hidden: Iterable[int]) -> Projection:
    """The projection of a generation without some relations, in every version of what was known.

    Args:
        generation: whose; it stays as it is.
        hidden: numbers of relations.

    Raises:
        GenerationError: `generation.unprojected`, `generation.damaged`, or the files went away.
    """
    numbers = np.unique(np.fromiter(hidden, "<i8"))
    if not len(numbers):
        return generation.projection
    files: dict[str, Mapped] = dict(generation._files)
    known = Relations(generation)
    rows = _private(generation, _ROWS)
    table = np.frombuffer(rows, "<i8").reshape(-1, layout.COLUMNS)
    ends = {end for number in numbers.tolist() for end in known.ends(number)} - {layout.OPEN}
    nobody = packed(np.array([layout.OPEN], "<u4"), np.array([layout.OPEN], "<u4"))[0]
    table[numbers, layout.GENERATIONS] = nobody
    tags = _private(generation, _TAGS)
    marks = np.frombuffer(tags, "<u4")
    for ordinal in ends:
        low, high = int(known._starts[ordinal]), int(known._starts[ordinal + 1])
        # a walk looks at a relation's row unless its tag says that it holds for good
        these = low + np.flatnonzero(np.isin(known._places[low:high] >> 32, numbers))
        marks[these] |= np.uint32(layout.DAY)
    files[_ROWS], files[_TAGS] = Mapped(rows.toreadonly()), Mapped(tags.toreadonly())
    slot = generation.manifest.slots.get("projection")
    if not slot:
        raise GenerationError("generation.unprojected", path=str(generation.path))
    try:
        return Projection(files, slot, generation.number, generation.party, generation.relation)
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise damaged(generation.path, "projection") from error


def _private(generation: Generation, name: str) -> memoryview:
    """A file's payload that this process may write into: its own copy of each page that it changes."""
    try:
        with (generation.path / name).open("rb") as handle:
            data = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_COPY)
    except OSError as error:
        raise damaged(generation.path / name, error.strerror or "unreadable") from error
    payload = memoryview(data)[HEADER_SIZE:]
    if len(payload) != len(generation._files[name].payload):
        raise damaged(generation.path / name, "size")
    return payload


__all__ = ["Mark", "Relations", "listing_docs", "party_docs", "veiled"]
