"""Writes the files of a generation from rows, list by list, without holding the documents in memory."""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from graph import keys
from graph.generation.errors import GenerationError
from graph.generation.format import Array, FileWriter, Mapped, Progress, Sink
from graph.generation.indexing import Indexer, SlimListing, SlimParty
from graph.generation.lookup import merge, put_table
from graph.generation.manifest import ListSection, PartySection, RelationSection
from graph.generation.partycolumns import Gathered, put_parties
from graph.generation.projected import SHARED_FILES, WALK_FILES, ends_of, write_listed, write_walks
from graph.model import Party
from graph.projection.columns import EdgeColumns
from graph.relations import PartyRelation

OPEN = 0xFFFF_FFFF
"""`to_gen` of a record that has not ended, and the ordinal of a party that is not there."""
_REPORT_EVERY = 20_000
_BLOCK = 1024

LIST_COLUMNS = ("docs", "offsets", "code", "left", "hash", "from", "to")
"""Files of a list that readers map."""
_LIST_KEYS = ("keys", "ords", "pkeys", "pords", "pwords")
_LIST_NAMES = ("names", "nkeys")
LIST_FILES = (*LIST_COLUMNS, "party", "span", *_LIST_KEYS, *_LIST_NAMES)
"""All files of a list; those beyond `LIST_COLUMNS` only the next publication reads."""
PARTY_EXTRA = ("party.kind", *(f"shared.{part}" for part in SHARED_FILES))
"""What the projection knows of parties: made with them, and missing in generations of earlier programs."""
RELATION_FILES = (
    *(f"relation.{part}" for part in ("docs", "offsets", "src", "dst", "from", "to")), "edges.starts", "edges.items",
    *(f"walk.{part}" for part in WALK_FILES),
)  # fmt: skip
PARTY_FILES = ("docs", "offsets", "hash", "register", "keys", "ords", "starts", "hkeys", "hords", "hstarts")


class ListingRow(NamedTuple):
    """A listing version as the store keeps it: JSON document, SHA-256, generations, party key or empty."""

    doc: bytes
    content_hash: bytes
    from_gen: int
    to_gen: int | None
    party: str


class EdgeRow(NamedTuple):
    """A relation version."""

    relation: PartyRelation
    from_gen: int
    to_gen: int | None


class Docs:
    """Documents end to end, and where each begins."""

    def __init__(self, sink: Sink, prefix: str) -> None:
        self._sink = sink
        self._prefix = prefix
        self._writer: FileWriter = sink.open(f"{prefix}.docs", "docs")
        self._lengths = array("Q", [0])
        self._parts: list[bytes] = []

    def add(self, doc: bytes) -> None:
        self._lengths.append(len(doc))
        self._parts.append(doc)
        if len(self._parts) == _BLOCK:
            self._flush()

    def extend(self, docs: Sequence[bytes]) -> None:
        self._lengths.extend(map(len, docs))
        self._parts.extend(docs)
        self._flush()

    def _flush(self) -> None:
        self._writer.write(b"".join(self._parts))
        self._parts.clear()

    def close(self) -> int:
        self._flush()
        self._sink.done(f"{self._prefix}.docs", self._writer)
        offsets = np.cumsum(column(self._lengths), dtype="<u8")
        self._sink.put(f"{self._prefix}.offsets", "offsets", offsets)
        return len(self._lengths) - 1


def column(values: array[int]) -> Array:
    """A grown array as little-endian numbers, without a copy."""
    return np.frombuffer(
        values, dtype={"q": "<i8", "Q": "<u8", "I": "<u4", "H": "<u2", "B": "u1"}[values.typecode]
    )


def _sorted_pair(sink: Sink, prefix: str, names: tuple[str, str], key: Array, ordinal: Array) -> Array:
    order = np.argsort(key, kind="stable")
    sink.put(f"{prefix}.{names[0]}", "keys", key[order])
    sink.put(f"{prefix}.{names[1]}", "ordinals", ordinal[order])
    return order


def build_list(
    sink: Sink, prefix: str, dataset: str, rows: Iterable[ListingRow], number: int, indexer: Indexer,
    progress: Progress | None = None, touched: str = "", total: int = 0,
) -> ListSection:  # fmt: skip
    """Write one list's files. Rows that a later generation than `number` recorded are left out.

    Raises:
        GenerationError: `generation.inconsistent`: a document is not a listing.
    """
    decode = msgspec.json.Decoder(SlimListing).decode
    docs = Docs(sink, prefix)
    codes: dict[str, int] = {}
    code, from_gen, to_gen = array("H"), array("I"), array("I")
    hashes, left, spans = bytearray(), array("B"), array("q")
    party, key, ordinals = array("Q"), array("Q"), array("I")
    person_key, person_ord = array("Q"), array("I")
    words = (array("Q"), array("Q"), array("Q"))
    names: dict[int, str] = {}
    for row in rows:
        if row.from_gen > number:
            continue
        try:
            slim = decode(row.doc)
        except msgspec.DecodeError as error:
            raise GenerationError("generation.inconsistent", detail=f"{dataset}: document") from error
        place = len(code)
        docs.add(row.doc)
        code.append(codes.setdefault(slim.list_code, len(codes)))
        hashes += row.content_hash
        left.append(bool(slim.events) and slim.left)
        spans.extend(slim.force)
        from_gen.append(row.from_gen)
        to_gen.append(OPEN if row.to_gen is None or row.to_gen > number else row.to_gen)
        party.append(keys.party(row.party) if row.party else 0)
        found, persons = indexer.listing(slim)
        for one in found:
            key.append(one)
            ordinals.append(place)
        for name, number_words in persons:
            person_key.append(name)
            person_ord.append(place)
            for target, word in zip(words, number_words, strict=True):
                target.append(word)
        for name_key, text in indexer.searched(slim):
            names.setdefault(name_key, text)
        if progress is not None and place % _REPORT_EVERY == 0:
            progress(dataset, place, total)
    count = docs.close()
    if len(hashes) != 32 * count:
        raise GenerationError("generation.inconsistent", detail=f"{dataset}: content hash")
    sink.put(f"{prefix}.code", "code", column(code))
    sink.put(f"{prefix}.left", "flag", column(left))
    sink.put(f"{prefix}.hash", "hash", np.frombuffer(hashes, "u1").reshape(-1, 32))
    sink.put(f"{prefix}.from", "from", column(from_gen))
    sink.put(f"{prefix}.to", "to", column(to_gen))
    sink.put(f"{prefix}.party", "partyhash", column(party))
    sink.put(f"{prefix}.span", "span", column(spans))
    _sorted_pair(sink, prefix, ("keys", "ords"), column(key), column(ordinals))
    order = _sorted_pair(sink, prefix, ("pkeys", "pords"), column(person_key), column(person_ord))
    sink.put(f"{prefix}.pwords", "words", np.stack([column(each)[order] for each in words]))
    sink.put(f"{prefix}.nkeys", "keys", np.fromiter(names, "<u8", len(names)))
    _put_names(sink, f"{prefix}.names", names.values())
    if progress is not None:
        progress(dataset, count, count)
    return ListSection(dataset=dataset, prefix=prefix, codes=tuple(codes), rows=count, touched=touched)


def _put_names(sink: Sink, name: str, texts: Iterable[str]) -> None:
    """Texts that hold no line end, one a line."""
    writer = sink.open(name, "names")
    writer.write("\n".join(texts).encode("utf-8", "surrogatepass"))
    sink.done(name, writer)


def merge_names(sink: Sink, sections: Sequence[ListSection]) -> tuple[list[str], Array]:
    """The names of all lists' organisations and their keys, each key once, in the order of the keys."""
    texts: list[str] = []
    parts: list[Array] = [np.empty(0, "<u8")]
    for section in sections:
        part = sink.read(f"{section.prefix}.nkeys").array("<u8")
        if len(part):
            told = bytes(sink.read(f"{section.prefix}.names").payload).decode("utf-8", "surrogatepass")
            texts.extend(told.split("\n"))
            parts.append(part)
    merged, first = np.unique(np.concatenate(parts), return_index=True)
    if len(texts) != sum(map(len, parts)):
        raise GenerationError("generation.inconsistent", detail="names and their keys differ in number")
    return [texts[place] for place in first.tolist()], merged


def merge_lists(sink: Sink, sections: Sequence[ListSection]) -> int:
    """Write the look-up tables over all lists; returns how many records there are."""
    keyed, persons, words = [], [], []
    base = 0
    for section in sections:
        part = {name: sink.read(f"{section.prefix}.{name}") for name in _LIST_KEYS}
        keyed.append((part["keys"].array("<u8"), part["ords"].array("<u4"), base))
        persons.append((part["pkeys"].array("<u8"), part["pords"].array("<u4"), base))
        words.append(part["pwords"].array("<u8").reshape(3, -1))
        base += section.rows
    if base >= OPEN:
        raise GenerationError("generation.inconsistent", detail="more than 4,294,967,294 records")
    put_table(sink, "listings", "", *merge(keyed)[:2])
    sorted_keys, ordinals, order = merge(persons)
    put_table(sink, "listings", "p", sorted_keys, ordinals)
    merged = np.concatenate([np.empty((3, 0), "<u8"), *words], axis=1)
    sink.put("listings.pwords", "words", merged[:, order])
    return base


def decoded_parties(rows: Iterable[bytes]) -> Iterator[tuple[SlimParty, bytes]]:
    """What of parties is indexed, of their JSON.

    Raises:
        GenerationError: `generation.inconsistent`: a document is not a party.
    """
    decode = msgspec.json.Decoder(SlimParty).decode
    for doc in rows:
        try:
            yield decode(doc), doc
        except msgspec.DecodeError as error:
            raise GenerationError("generation.inconsistent", detail="parties: document") from error


def build_parties(
    sink: Sink, rows: Iterable[tuple[SlimParty | Party, bytes]], indexer: Indexer, lists: Container[str],
    progress: Progress | None = None, touched: str = "", total: int = 0,
) -> PartySection:  # fmt: skip
    """Write the parties' files from each `Party` and its JSON, in key order; `lists` are the lists' data sets.

    Raises:
        GenerationError: `generation.inconsistent`: a document is not a party, or two have one key.
    """
    docs = Docs(sink, "party")
    gathered = Gathered(indexer, lists)
    for party, doc in rows:
        place = len(gathered)
        docs.add(doc)
        gathered.add(party, place)
        if progress is not None and place % _REPORT_EVERY == 0:
            progress("parties", place, total)
    count = docs.close()
    if count >= OPEN:
        raise GenerationError("generation.inconsistent", detail="more than 4,294,967,294 parties")
    put_parties(sink, gathered.columns())
    if progress is not None:
        progress("parties", count, count)
    return PartySection(rows=count, touched=touched)


def party_ordinals(sink: Sink, hashes: Array) -> Array:
    """Party ordinals for key hashes; `OPEN` where there is no such party."""
    table: Mapped = sink.read("party.hkeys")
    known, places = table.array("<u8"), sink.read("party.hords").array("<u4")
    if not len(known):
        return np.full(len(hashes), OPEN, dtype="<u4")
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, places[at], np.uint32(OPEN)).astype("<u4")


def _adjacency(sink: Sink, name: str, owners: Array, items: Array, parties: int) -> None:
    """For each party its items, ascending: `<name>.starts` (parties + 1) and `<name>.items`."""
    inside = owners != OPEN
    owners, items = owners[inside], items[inside]
    both = owners.astype("<u8") << np.uint64(32) | items
    both.sort()
    starts = np.zeros(parties + 1, dtype="<u8")
    np.cumsum(np.bincount(owners, minlength=parties), out=starts[1:])
    sink.put(f"{name}.starts", "starts", starts)
    sink.put(f"{name}.items", "ordinals", (both & np.uint64(OPEN)).astype("<u4"))


def link_lists(sink: Sink, sections: Sequence[ListSection], parties: PartySection) -> tuple[str, ...]:
    """Write which party each listing belongs to, and each party's listings with when they are in force.

    A listing whose subject is known from that record alone has no party here.

    Returns:
        The codes of the lists, by the numbers that the table of listings has.
    """
    hashes = np.concatenate(
        [np.empty(0, "<u8"), *(sink.read(f"{section.prefix}.party").array("<u8") for section in sections)]
    )
    owners = party_ordinals(sink, hashes)
    owners[hashes == 0] = OPEN
    sink.put("links.party", "ordinals", owners)
    _adjacency(sink, "links", owners, np.arange(len(owners), dtype="<u4"), parties.rows)
    numbers = {code: place for place, code in enumerate(sorted({c for one in sections for c in one.codes}))}
    spans, begun, ended, codes = (
        [np.empty(0, "<i8")],
        [np.empty(0, "<u4")],
        [np.empty(0, "<u4")],
        [np.empty(0, "<u2")],
    )
    for section in sections:
        part = {name: sink.read(f"{section.prefix}.{name}") for name in ("span", "from", "to", "code")}
        spans.append(part["span"].array("<i8"))
        begun.append(part["from"].array("<u4"))
        ended.append(part["to"].array("<u4"))
        own = np.array([numbers[code] for code in section.codes], "<u2")
        codes.append(own[part["code"].array("<u2")])
    write_listed(
        sink,
        sink.read("links.items").array("<u4"),
        np.concatenate(spans).reshape(-1, 2),
        np.concatenate(begun),
        np.concatenate(ended),
        np.concatenate(codes),
    )
    return tuple(numbers)


def build_relations(
    sink: Sink, rows: Iterable[EdgeRow], number: int, parties: PartySection, progress: Progress | None = None
) -> RelationSection:
    """Write the relations and each party's, in both directions."""
    encode = msgspec.json.Encoder().encode
    docs = Docs(sink, "relation")
    src, dst, from_gen, to_gen = array("Q"), array("Q"), array("I"), array("I")
    columns = EdgeColumns()
    for row in rows:
        if row.from_gen > number:
            continue
        place = len(src)
        docs.add(encode(row.relation))
        columns.add(row.relation)
        src.append(keys.party(row.relation.src))
        dst.append(keys.party(row.relation.dst))
        from_gen.append(row.from_gen)
        to_gen.append(OPEN if row.to_gen is None or row.to_gen > number else row.to_gen)
        if progress is not None and place % _REPORT_EVERY == 0:
            progress("relations", place, 0)
    count = docs.close()
    left, right = party_ordinals(sink, column(src)), party_ordinals(sink, column(dst))
    begun, ended = column(from_gen), column(to_gen)
    section = put_relations(sink, begun, ended, columns.rows(left, right, begun, ended), parties)
    if progress is not None:
        progress("relations", count, count)
    return section


def put_relations(
    sink: Sink, from_gen: Array, to_gen: Array, rows: Array, parties: PartySection
) -> RelationSection:
    """Write the relations' files but for the documents: generations, each party's relations, the projection.

    Args:
        sink: where.
        from_gen: the generation that recorded each.
        to_gen: the one that ended it.
        rows: the table of relations (`graph.projection.layout`).
        parties: what the ends are ordinals of.
    """
    left, right = ends_of(rows)
    sink.put("relation.src", "ordinals", left)
    sink.put("relation.dst", "ordinals", right)
    sink.put("relation.from", "from", from_gen)
    sink.put("relation.to", "to", to_gen)
    numbers = np.arange(len(rows), dtype="<u4")
    apart = left != right
    owners = np.concatenate([left, right[apart]])
    _adjacency(sink, "edges", owners, np.concatenate([numbers, numbers[apart]]), parties.rows)
    write_walks(sink, rows, parties.rows)
    return RelationSection(rows=len(rows), outside=int((left == OPEN).sum() + (right == OPEN).sum()))
