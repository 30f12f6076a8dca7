"""A generation as a screening reads it: mapped files, look-ups by key, documents decoded on demand.

Opening checks every file against the manifest and the manifest against the folder's name; what does not
agree is not read. Nothing is written, so any number of processes share the pages.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from graph import keys
from graph.dates import to_micros
from graph.generation import masks
from graph.generation.build import LIST_COLUMNS, OPEN, PARTY_FILES
from graph.generation.errors import GenerationError, damaged
from graph.generation.format import Array, Mapped, check_host, map_file
from graph.generation.language import Language, house_language
from graph.generation.lookup import KeyTable
from graph.generation.manifest import ListState, Manifest, list_states, read_manifest, timeline
from graph.generation.projecting import open_projection
from graph.generation.verify import verify_folder
from graph.model import Listing, NameKind, Party, PartyType
from graph.relations import PartyRelation

if TYPE_CHECKING:
    from graph.projection.read import Projection

__all__ = ["Generation", "GenerationError", "ListState", "current_generation", "open_generation"]

_REF = re.compile(r"[0-9]{1,10}-[0-9a-f]{12}")
_FEW = 8
"""Up to this many namesakes are compared one by one; numpy's fixed cost is higher."""
_CACHED = 4096
INDEX_FILES = "index."
"""How the names of an index's files begin."""


class _Docs:
    def __init__(self, docs: Mapped, offsets: Mapped) -> None:
        self._docs = docs.payload
        self._offsets = offsets.items("Q")

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def get(self, place: int) -> memoryview:
        offsets = self._offsets
        return self._docs[offsets[place] : offsets[place + 1]]


class _List:
    """One list's columns."""

    def __init__(self, parts: Mapping[str, Mapped], codes: tuple[str, ...]) -> None:
        self.docs = _Docs(parts["docs"], parts["offsets"])
        self.codes = codes
        self.code = parts["code"].items("H")
        self.left = parts["left"].payload
        self.hash = parts["hash"].payload
        self.from_gen = parts["from"].items("I")
        self.to_gen = parts["to"].items("I")

    def records(self, known: int) -> dict[str, int]:
        """Records standing on the list at `known`, by list code: shown then, and not removed or repaired."""
        open_ = np.frombuffer(self.left, "u1") == 0
        open_ &= np.frombuffer(self.from_gen, "<u4") <= known
        open_ &= np.frombuffer(self.to_gen, "<u4") > known
        counts = np.bincount(np.frombuffer(self.code, "<u2")[open_], minlength=len(self.codes))
        return dict(zip(self.codes, counts.tolist(), strict=True))


class _Adjacent:
    def __init__(self, starts: Mapped, items: Mapped) -> None:
        self._starts = starts.items("Q")
        self._items = items.items("I")

    def get(self, ordinal: int) -> Sequence[int]:
        starts = self._starts
        return self._items[starts[ordinal] : starts[ordinal + 1]].tolist()


class Generation:
    """One published state of everything that a screening reads.

    `ref` is the folder's name, `number` the newest publication in it, `hash` the manifest's SHA-256 (what a
    decision pins), `created_at` when that publication was recorded. Ordinals count from 0 and hold for this
    generation only.
    """

    def __init__(self, path: Path, language: Language, *, check: bool = True) -> None:
        """Map a folder.

        Args:
            path: the generation's folder.
            language: the name functions of the asking side; a generation made with others is refused.
            check: compare every file's checksum (about 20 GB a second from memory).

        Raises:
            GenerationError: `generation.missing`, `generation.damaged`, `generation.foreign`.
        """
        check_host()
        self.path = path
        self.ref = path.name
        self.manifest, self.hash = read_manifest(path)
        manifest = self.manifest
        if manifest.language != (spoken := language.fingerprint()):
            raise GenerationError("generation.foreign", path=str(path), found=manifest.language, known=spoken)
        self.number = manifest.number
        self.created_at = manifest.created_at
        self._n6 = language.n6
        self._times, self._numbers = timeline(manifest.publications)
        files = _map_all(path, manifest, check=check)
        try:
            self._attach(files)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(path, "files and manifest do not fit") from error

    def _attach(self, files: Mapping[str, Mapped]) -> None:
        manifest = self.manifest
        self._lists: list[_List] = []
        self._bases: list[int] = []
        base = 0
        for section in manifest.lists:
            parts = {part: files[f"{section.prefix}.{part}"] for part in LIST_COLUMNS}
            self._lists.append(_List(parts, section.codes))
            self._bases.append(base)
            if len(self._lists[-1].docs) != section.rows:
                raise ValueError(section.dataset)
            base += section.rows
        self._count = base
        self._keys = KeyTable(files["listings.keys"], files["listings.ords"], files["listings.starts"])
        self._persons = KeyTable(files["listings.pkeys"], files["listings.pords"], files["listings.pstarts"])
        self._person_ords = files["listings.pords"].array("<u4")
        self._person_words = files["listings.pwords"].array("<u8").reshape(3, -1)
        party = {part: files[f"party.{part}"] for part in PARTY_FILES}
        self._party_docs = _Docs(party["docs"], party["offsets"])
        self._party_keys = KeyTable(party["keys"], party["ords"], party["starts"])
        self._party_own = KeyTable(party["hkeys"], party["hords"], party["hstarts"])
        self._party_register = party["register"].payload
        self._has_register = bool(np.frombuffer(self._party_register, "u1").any())
        self._listing_party = files["links.party"].items("I")
        self._party_listings = _Adjacent(files["links.starts"], files["links.items"])
        self._edges = _Adjacent(files["edges.starts"], files["edges.items"])
        self._edge_docs = _Docs(files["relation.docs"], files["relation.offsets"])
        self._edge_from = files["relation.from"].items("I")
        self._edge_to = files["relation.to"].items("I")
        self._files = files
        self._projection: Projection | None = None
        self._projecting = Lock()
        self._index = {name: mapped for name, mapped in files.items() if name.startswith(INDEX_FILES)}
        self._decode_listing = msgspec.json.Decoder(Listing).decode
        self._decode_party = msgspec.json.Decoder(Party).decode
        self._decode_edge = msgspec.json.Decoder(PartyRelation).decode
        self._listing = lru_cache(_CACHED)(self._read_listing)
        self._party = lru_cache(_CACHED)(self._read_party)
        self._states = lru_cache(16)(self._list_states)

    def __len__(self) -> int:
        """How many listing versions there are; ordinals are below it."""
        return self._count

    def __enter__(self) -> Generation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def known(self, known_at: datetime) -> int:
        """The newest generation number recorded by `known_at`; 0 when there was none."""
        place = bisect_right(self._times, to_micros(known_at))
        return self._numbers[place - 1] if place else 0

    def lists(self, known: int) -> Mapping[str, ListState]:
        """The state of every list as known at a generation number, by list code."""
        return self._states(known)

    def _list_states(self, known: int) -> Mapping[str, ListState]:
        datasets: dict[str, set[str]] = {}
        records: dict[str, int] = {}
        for section, columns in zip(self.manifest.lists, self._lists, strict=True):
            for code, count in columns.records(known).items():
                datasets.setdefault(code, set()).add(section.dataset)
                records[code] = records.get(code, 0) + count
        return list_states(self.manifest.snapshots, datasets, records, known)

    def listings(self, key: int) -> Sequence[int]:
        """Ordinals of the listings under a key of `graph.keys`; mostly none, seldom more than three."""
        return self._keys.find(key)

    def _place(self, ordinal: int) -> tuple[_List, int]:
        if not 0 <= ordinal < self._count:
            raise IndexError(ordinal)
        at = bisect_right(self._bases, ordinal) - 1
        return self._lists[at], ordinal - self._bases[at]

    def listing(self, ordinal: int) -> Listing:
        """The record, with the published row that proves it.

        Raises:
            GenerationError: `generation.damaged`: the document can't be read.
        """
        return self._listing(ordinal)

    def _read_listing(self, ordinal: int) -> Listing:
        columns, place = self._place(ordinal)
        try:
            return self._decode_listing(columns.docs.get(place))
        except msgspec.DecodeError as error:
            raise damaged(self.path, f"listing {ordinal}") from error

    def listing_hash(self, ordinal: int) -> str:
        """The record's content hash, 64 hexadecimal digits."""
        columns, place = self._place(ordinal)
        return bytes(columns.hash[32 * place : 32 * place + 32]).hex()

    def recorded(self, ordinal: int, known: int) -> bool:
        """Whether generation number `known` shows this version of the record."""
        columns, place = self._place(ordinal)
        return columns.from_gen[place] <= known < columns.to_gen[place]

    def list_code(self, ordinal: int) -> str:
        """The code of the list on which the record stands."""
        columns, place = self._place(ordinal)
        return columns.codes[columns.code[place]]

    def listing_party(self, ordinal: int) -> int | None:
        """The party that the record's subject is linked to; None without a strong identifier."""
        party = self._listing_party[ordinal]
        return None if party == OPEN else party

    def persons(self, key: int, id18: str) -> Sequence[int]:
        """Records of persons of that name whose number does not contradict `id18`.

        Args:
            key: `graph.keys.person_name`, or `related` of it for persons named beside a subject.
            id18: 18 characters, `*` hidden; empty for no number, which excludes nobody.

        Returns:
            Ordinals, ascending. Records without a number are among them.
        """
        low, high = self._persons.span(key)
        if low == high:
            return ()
        asked = masks.pack(id18.upper())
        words = self._person_words
        if high - low > _FEW:
            fitting = self._person_ords[low:high][masks.compatible(words[:, low:high], asked)]
            # One record may name two persons of that name: equal ordinals stand side by side.
            found: list[int] = (
                np.unique(fitting) if (fitting[1:] == fitting[:-1]).any() else fitting
            ).tolist()
        else:
            places = [
                int(self._person_ords[at])
                for at in range(low, high)
                if not masks.contradicts((int(words[0, at]), int(words[1, at]), int(words[2, at])), asked)
            ]
            found = list(dict.fromkeys(places))
        return found

    def parties(self, key: int) -> Sequence[int]:
        """Ordinals of the parties with that identifier, name or former name."""
        return self._party_keys.find(key)

    def party(self, ordinal: int) -> Party:
        """A party as the newest publication knows it.

        Raises:
            GenerationError: `generation.damaged`: the document can't be read.
        """
        return self._party(ordinal)

    def _read_party(self, ordinal: int) -> Party:
        if not 0 <= ordinal < len(self._party_docs):
            raise IndexError(ordinal)
        try:
            return self._decode_party(self._party_docs.get(ordinal))
        except msgspec.DecodeError as error:
            raise damaged(self.path, f"party {ordinal}") from error

    def party_ordinal(self, party_key: str) -> int | None:
        """The ordinal of a party by its surrogate key."""
        for ordinal in self._party_own.find(keys.party(party_key)):
            if self.party(ordinal).key == party_key:
                return ordinal
        return None

    def party_listings(self, ordinal: int) -> Sequence[int]:
        """Ordinals of the listings linked to a party by strong identifier or by a human, every version."""
        return self._party_listings.get(ordinal)

    def relation_count(self, ordinal: int) -> int:
        """How many relation versions name a party: asked before a hub's are read."""
        return len(self._edges.get(ordinal))

    def relations(self, ordinal: int, known: int) -> Sequence[PartyRelation]:
        """A party's relations in both directions as generation number `known` shows them."""
        begin, end = self._edge_from, self._edge_to
        return tuple(
            self._edge(edge) for edge in self._edges.get(ordinal) if begin[edge] <= known < end[edge]
        )

    def _edge(self, ordinal: int) -> PartyRelation:
        try:
            return self._decode_edge(self._edge_docs.get(ordinal))
        except msgspec.DecodeError as error:
            raise damaged(self.path, f"relation {ordinal}") from error

    @property
    def has_register(self) -> bool:
        """Whether a register of organisations was loaded, and not only lists and relations."""
        return self._has_register

    def registered(self, n6: str) -> bool:
        """Whether a register has an organisation that now bears this name (comparison form)."""
        for ordinal in self._party_keys.find(keys.org_name(n6)):
            if not self._party_register[ordinal]:
                continue
            party = self.party(ordinal)
            if party.type is PartyType.ORGANIZATION and any(
                name.kind is NameKind.REGISTERED
                and name.valid.end is None
                and self._n6(name.text, False) == n6
                for name in party.names
            ):
                return True
        return False

    def relation(self, number: int) -> PartyRelation:
        """A relation by its number, as the projection gives it.

        Raises:
            GenerationError: `generation.damaged`: the document can't be read.
        """
        if not 0 <= number < len(self._edge_docs):
            raise IndexError(number)
        return self._edge(number)

    @property
    def projection(self) -> Projection:
        """The relations as arrays, for walks through the graph; opened at first use.

        Raises:
            GenerationError: `generation.unprojected`: published by an earlier program; `generation.damaged`.
        """
        with self._projecting:
            if self._projection is None:
                self._projection = open_projection(self, self._files)
            return self._projection

    @property
    def index(self) -> str:
        """What the manifest says of the index of names; empty where the generation has none."""
        return self.manifest.slots.get("index") or ""

    def index_files(self) -> Mapping[str, Mapped] | None:
        """The mapped files of the index of names (`index.*`); None where the generation has none."""
        return self._index if self.index else None

    def column(self, name: str, dtype: str) -> Array:
        """A mapped file as an array: what questions about the generation as a whole are answered from."""
        return self._files[name].array(dtype)

    def verify(self, *, full: bool = True) -> None:
        """Check every file again, with `full` by SHA-256.

        Raises:
            GenerationError: `generation.damaged`.
        """
        verify_folder(self.path, self.manifest, full=full)

    def close(self) -> None:
        """Let go of the mapped files. Using the generation afterwards is an error."""
        self._listing.cache_clear()
        self._party.cache_clear()
        self._states.cache_clear()
        kept = {
            name: getattr(self, name) for name in ("path", "ref", "manifest", "hash", "number", "created_at")
        }
        self.__dict__.clear()
        self.__dict__.update(kept)


def _map_all(path: Path, manifest: Manifest, *, check: bool) -> dict[str, Mapped]:
    """Map every file; checksums run on all processors because hashing lets go of the interpreter."""
    with ThreadPoolExecutor() as pool:
        sizes = sorted(manifest.files.items(), key=lambda item: -item[1].size)
        mapped = pool.map(lambda item: (item[0], map_file(path / item[0], item[1], check=check)), sizes)
        return dict(mapped)


def open_generation(home: Path, ref: str, *, language: Language | None = None) -> Generation:
    """Map the generation `ref` below `home`.

    Raises:
        GenerationError: `generation.missing`, `generation.damaged`, `generation.foreign`.
    """
    if not _REF.fullmatch(ref):
        raise GenerationError("generation.missing", path=str(home), detail="ref")
    return Generation(home / "generations" / ref, language or house_language())


def current_ref(home: Path) -> str | None:
    """The reference in `home/current`; None when nothing was published there.

    Raises:
        GenerationError: `generation.damaged`: the file does not hold a reference.
    """
    try:
        text = (home / "current").read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    if not _REF.fullmatch(text):
        raise damaged(home / "current", "reference")
    return text


def current_generation(home: Path, *, language: Language | None = None) -> Generation:
    """Map the generation that `home/current` names.

    Raises:
        GenerationError: `generation.missing`, `generation.damaged`, `generation.foreign`.
    """
    ref = current_ref(home)
    while True:
        if ref is None:
            raise GenerationError("generation.missing", path=str(home), detail="current")
        try:
            return open_generation(home, ref, language=language)
        except GenerationError:
            # Another one may have been published, and this one pruned, since `current` was read.
            ref, refused = current_ref(home), ref
            if ref == refused:
                raise
