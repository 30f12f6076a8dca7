"""A day's change on top of the last generation: its rows are taken over, moved and completed, not read again.

What comes out is byte for byte what a full build of the same rows would write: both can be compared, and nothing
depends on which way was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Final

import msgspec
import numpy as np

from graph import keys
from graph.generation.build import (
    OPEN,
    PARTY_EXTRA,
    PARTY_FILES,
    RELATION_FILES,
    EdgeRow,
    party_ordinals,
    put_relations,
)
from graph.generation.errors import GenerationError
from graph.generation.format import Array, Mapped, Sink
from graph.generation.indexing import Indexer, SlimParty
from graph.generation.lookup import order_of
from graph.generation.manifest import Manifest, PartySection, RelationSection
from graph.generation.partycolumns import Gathered, PartyColumns, overlay, put_parties
from graph.generation.projected import ends_of
from graph.generation.source import Changes
from graph.projection import layout
from graph.projection.columns import EdgeColumns, packed

LARGEST: Final = 10
"""Above a tenth of the parties or relations a full build is as fast."""
SMALL: Final = 10_000
"""Changes that are never too many."""


class _Earlier:
    """The files of the generation before, as far as they are whole."""

    def __init__(self, sink: Sink, previous: Manifest, names: Iterable[str]) -> None:
        self.files: dict[str, Mapped] = {}
        self.whole = True
        for name in names:
            info = previous.files.get(name)
            mapped = None if info is None else sink.earlier(info)
            if mapped is None:
                self.whole = False
                return
            self.files[name] = mapped

    def __getitem__(self, name: str) -> Mapped:
        return self.files[name]


class Moved:
    """Where the parties of the generation before stand now."""

    def __init__(self, inserted: Array) -> None:
        self._inserted = inserted

    def __call__(self, ordinals: Array) -> Array:
        """New ordinals for old ones; `OPEN` stays."""
        moved = ordinals + np.searchsorted(self._inserted, ordinals, side="right").astype("<u4")
        return np.where(ordinals == OPEN, np.uint32(OPEN), moved).astype("<u4")


def small(changes: Changes, previous: Manifest) -> bool:
    """Whether so few changes are better worked in than read with everything else."""
    return len(changes.parties) <= max(SMALL, previous.parties.rows // LARGEST) and len(changes.edges) <= max(
        SMALL, previous.relations.rows // LARGEST
    )


def change_parties(
    sink: Sink, previous: Manifest, changes: Changes, indexer: Indexer, lists: Container[str], touched: str
) -> tuple[PartySection, Moved] | None:
    """Write the parties' files with some of them changed; None where the earlier ones can't be taken.

    Raises:
        GenerationError: `generation.inconsistent`: a document is not a party.
    """
    earlier = _Earlier(sink, previous, (*(f"party.{part}" for part in PARTY_FILES), *PARTY_EXTRA))
    if not earlier.whole:
        return None
    docs, offsets = earlier["party.docs"].payload, earlier["party.offsets"].array("<u8")
    decode = msgspec.json.Decoder(SlimParty).decode

    def read(place: int) -> bytes:
        return bytes(docs[offsets[place] : offsets[place + 1]])

    count = len(offsets) - 1
    ordered = sorted(changes.parties)
    replaced: dict[int, int] = {}
    new: list[tuple[int, int]] = []
    for number, (key, _) in enumerate(ordered):
        place = _place(key, count, lambda at: decode(read(at)).key)
        if place < count and decode(read(place)).key == key:
            replaced[place] = number
        else:
            new.append((place, number))
    inserted = np.array([place for place, _ in new], "<u4")
    moved = Moved(inserted)
    there = np.array(sorted(replaced), "<u4")
    targets = np.empty(len(ordered), "<u4")
    targets[[replaced[int(place)] for place in there]] = moved(there)
    targets[[number for _, number in new]] = inserted + np.arange(len(new), dtype="<u4")
    gathered = Gathered(indexer, lists)
    for (_, doc), target in zip(ordered, targets.tolist(), strict=True):
        try:
            gathered.add(decode(doc), target)
        except msgspec.DecodeError as error:
            raise GenerationError("generation.inconsistent", detail="parties: document") from error
    edits = sorted([(place, 1, number) for place, number in replaced.items()] + [(p, 0, n) for p, n in new])
    _write_docs(sink, "party", docs, offsets, edits, [doc for _, doc in ordered])
    stay = np.ones(count, bool)
    stay[there] = False
    old = PartyColumns(
        hash=earlier["party.hash"].array("<u8"),
        register=earlier["party.register"].array("u1"),
        kind=earlier["party.kind"].array("u1"),
        keys=earlier["party.keys"].array("<u8"),
        ords=earlier["party.ords"].array("<u4"),
        shared_keys=earlier["shared.keys"].array("<u8"),
        sharers=earlier["shared.ords"].array("<u4"),
        shared_kinds=earlier["shared.kinds"].array("u1"),
    )
    put_parties(sink, overlay(old, stay, moved, gathered.columns(), targets))
    return PartySection(rows=count + len(new), touched=touched), moved


def _place(key: str, count: int, read: Callable[[int], str]) -> int:
    """The first of the ordered parties whose key is not less."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if read(middle) < key:
            low = middle + 1
        else:
            high = middle
    return low


def _write_docs(
    sink: Sink, prefix: str, docs: memoryview, offsets: Array, edits: Sequence[tuple[int, int, int]],
    texts: Sequence[bytes],
) -> None:  # fmt: skip
    """Write documents with some put in before (0) or instead of (1) the old one at a place."""
    writer = sink.open(f"{prefix}.docs", "docs")
    old = np.diff(offsets)
    lengths: list[Array] = []
    done = 0
    for place, instead, number in edits:
        if place > done:
            writer.write(docs[offsets[done] : offsets[place]])
            lengths.append(old[done:place])
            done = place
        writer.write(texts[number])
        lengths.append(np.array([len(texts[number])], "<u8"))
        done += instead
    writer.write(docs[offsets[done] :])
    lengths.append(old[done:])
    sink.done(f"{prefix}.docs", writer)
    whole = np.concatenate([np.zeros(1, "<u8"), *lengths])
    sink.put(f"{prefix}.offsets", "offsets", np.cumsum(whole, dtype="<u8"))


def change_relations(
    sink: Sink, previous: Manifest, changes: Changes, number: int, parties: PartySection, moved: Moved
) -> RelationSection | None:
    """Write the relations' files with some ended and some added; None where that can't be told from the earlier."""
    earlier = _Earlier(sink, previous, RELATION_FILES)
    if not earlier.whole or previous.relations.outside:
        return None
    docs, offsets = earlier["relation.docs"].payload, earlier["relation.offsets"].array("<u8")
    rows = earlier["walk.rows"].array("<i8").reshape(-1, layout.COLUMNS).copy()
    src, dst = map(moved, ends_of(rows))
    from_gen = earlier["relation.from"].array("<u4")
    to_gen = earlier["relation.to"].array("<u4").copy()
    encode = msgspec.json.Encoder().encode
    earlier_ones = _Finder(src, docs, offsets, from_gen)
    ended = [row for row in changes.edges if row.from_gen <= previous.number]
    for row, ordinal in zip(ended, _sources(sink, ended).tolist(), strict=True):
        place = earlier_ones.place(ordinal, encode(row.relation), row.from_gen)
        if place is None:
            return None
        to_gen[place] = _until(row, number)
    added = [row for row in changes.edges if previous.number < row.from_gen <= number]
    columns = EdgeColumns()
    for row in added:
        columns.add(row.relation)
    left = _sources(sink, added)
    right = party_ordinals(sink, np.array([keys.party(row.relation.dst) for row in added], "<u8"))
    if bool((left == OPEN).any() or (right == OPEN).any()):
        return None
    texts = [encode(row.relation) for row in added]
    _write_docs(sink, "relation", docs, offsets, [(len(offsets) - 1, 0, n) for n in range(len(texts))], texts)
    begun = np.array([row.from_gen for row in added], "<u4")
    until = np.array([_until(row, number) for row in added], "<u4")
    rows[:, layout.ENDS] = packed(src, dst)
    rows[:, layout.GENERATIONS] = packed(from_gen, to_gen)
    table = np.concatenate([rows, columns.rows(left, right, begun, until)])
    return put_relations(
        sink, np.concatenate([from_gen, begun]), np.concatenate([to_gen, until]), table, parties
    )


def _until(row: EdgeRow, number: int) -> int:
    return OPEN if row.to_gen is None or row.to_gen > number else row.to_gen


def _sources(sink: Sink, rows: Sequence[EdgeRow]) -> Array:
    """The ordinals of the parties that relations come from."""
    return party_ordinals(sink, np.array([keys.party(row.relation.src) for row in rows], "<u8"))


class _Finder:
    """Finds a relation version among earlier ones: of the same source, with the same document."""

    def __init__(self, src: Array, docs: memoryview, offsets: Array, from_gen: Array) -> None:
        self._order = order_of(src)
        self._src = src[self._order]
        self._docs = docs
        self._offsets = offsets
        self._from = from_gen
        self._taken: set[int] = set()

    def place(self, ordinal: int, doc: bytes, from_gen: int) -> int | None:
        """Its place, each once; None where there is none."""
        low, high = np.searchsorted(self._src, [ordinal, ordinal + 1])
        places = self._order[low:high]
        sizes = self._offsets[places + 1] - self._offsets[places]
        for at in places[(sizes == len(doc)) & (self._from[places] == from_gen)].tolist():
            if at not in self._taken and self._docs[self._offsets[at] : self._offsets[at + 1]] == doc:
                self._taken.add(at)
                return int(at)
        return None
