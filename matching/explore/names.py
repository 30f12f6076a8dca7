"""Names of parties for the search box: found by any part of them, by the initials of their pinyin, by case number.

Built from a generation's own files into a folder beside it, named by their content: a generation that shares them
shares the folder, and what is lost can be made again. No decision reads it.

All names stand one after the other in an array of 16-bit characters, and their initials in two arrays of letters (a
character may be read in two ways). A search looks for the rarest character of what was typed and compares the others
where it stands: no index has to be kept, and the number of names found is exact.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
import xxhash

from graph.generation import Generation, GenerationError
from graph.generation.errors import damaged
from graph.generation.format import Array, FileInfo, Mapped, Sink, fsync_folder, map_file
from graph.generation.language import house_language
from graph.generation.lookup import KeyTable, put_table
from graph.generation.projected import TYPE_NUMBERS
from graph.generation.veil import listing_docs, party_docs
from graph.model import Doc, Name, PartyType
from matching.explore.view import NAMED_THINGS

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
FOLDER: Final = "search"
_END: Final = 10
_CHARACTERS: Final = 65_536
_LONGEST: Final = 0xFF_FFFF
_RANKS: Final = ("exact", "prefix", "infix")

TITLED: Final = frozenset({PartyType.ORGANIZATION, *NAMED_THINGS})
"""What is found by a part of its name; persons are found by their whole name or number only."""
NOBODY: Final = np.empty(0, "<u4")


class _Manifest(Doc):
    format: int
    files: dict[str, FileInfo]


class _Named(msgspec.Struct, frozen=True, gc=False):
    type: PartyType
    names: tuple[Name, ...] = ()


class _Numbered(msgspec.Struct, frozen=True, gc=False):
    case_no: str = ""
    decision_no: str = ""


class Place(NamedTuple):
    """A party that a search found: `exact`, `prefix`, `infix` or `initials`."""

    ordinal: int
    by: str


class Places(NamedTuple):
    """What a search found, best first, and how many parties there are in all."""

    found: tuple[Place, ...]
    total: int


@cache
def initials() -> tuple[Array, Array]:
    """The first letter of each character's first and second reading, 0 for none; letters and digits stand for
    themselves."""
    tables = np.zeros((2, _CHARACTERS), "u1")
    text = files("matching.names").joinpath("sound.tsv").read_text("utf-8")
    for line in text.splitlines():
        parts = line.split("\t")
        if parts[0] != "syllable" or len(parts) < 4:
            continue
        for table, characters in zip(tables, parts[2:4], strict=True):
            for character in characters:
                if ord(character) < _CHARACTERS:
                    table[ord(character)] = ord(parts[1][0])
    for letter in range(0x21, 0x7F):
        tables[:, letter] = ord(chr(letter).lower())
    return tables[0], tables[1]


def number_form(text: str) -> str:
    """A case or decision number for comparison: letters, digits and characters only, brackets of any kind gone."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(one for one in plain if one.isalnum())


def _number_key(form: str) -> int:
    return xxhash.xxh3_64_intdigest(f"case\x1f{form}".encode("utf-8", "surrogatepass"))


def _person_key(form: str) -> int:
    return xxhash.xxh3_64_intdigest(f"who\x1f{form}".encode("utf-8", "surrogatepass"))


def _units(text: str) -> Array:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")


class NameFinder:
    """The search box over one generation's names. Safe for any number of threads."""

    def __init__(self, parts: dict[str, Mapped]) -> None:
        self._text = parts["names.text"].array("<u2")
        self._first = parts["names.first"].array("u1")
        self._second = parts["names.second"].array("u1")
        self._starts = parts["names.starts"].array("<u4")
        self._owners = parts["names.owners"].array("<u4")
        self._types = parts["names.types"].array("u1")
        self._often = parts["names.often"].array("<u4")
        self._letters = np.bincount(self._first, minlength=256)
        self._persons = KeyTable(parts["who.keys"], parts["who.ords"], parts["who.starts"])
        self._numbers = KeyTable(parts["case.keys"], parts["case.ords"], parts["case.starts"])

    def listings(self, number: str) -> tuple[int, ...]:
        """Ordinals of the records with that case or decision number, however its brackets are written."""
        form = number_form(number)
        return tuple(self._numbers.find(_number_key(form))) if form else ()

    def persons(self, form: str) -> tuple[int, ...]:
        """Ordinals of the persons with that whole name (comparison form), with a number or without."""
        return tuple(self._persons.find(_person_key(form))) if form else ()

    def namesakes(self, form: str) -> int:
        """How many persons here bear a name: how common it is among those that we know."""
        low, high = self._persons.span(_person_key(form))
        return high - low

    def names(
        self, form: str, limit: int, *, types: frozenset[PartyType] = TITLED, hidden: Array = NOBODY
    ) -> Places:
        """Organisations, tenders, lots, projects and contracts with a text in a name or title.

        Args:
            form: comparison form of what was typed.
            limit: parties at most; those whose whole name it is come first, then those that begin with it, then
                the others, shorter names first.
            types: what is looked for.
            hidden: ordinals of parties that are neither found nor counted.
        """
        wanted = _units(form)
        if not len(wanted):
            return Places((), 0)
        rare = sorted(range(len(wanted)), key=lambda at: int(self._often[wanted[at]]))
        if not self._often[wanted[rare[0]]]:
            return Places((), 0)
        places = np.flatnonzero(self._text == wanted[rare[0]]) - rare[0]
        places = places[(places >= 1) & (places + len(wanted) < len(self._text))]
        for at in rare[1:]:
            places = places[self._text[places + at] == wanted[at]]
        return self._ranked(places, len(wanted), limit, types, hidden)

    def initials(
        self, letters: str, limit: int, *, types: frozenset[PartyType] = TITLED, hidden: Array = NOBODY
    ) -> Places:
        """The same by the first letters of the pinyin of successive characters: `ljcy` finds 临江澄远…."""
        wanted = np.frombuffer(letters.lower().encode("ascii"), "u1")
        rare = sorted(range(len(wanted)), key=lambda at: int(self._letters[wanted[at]]))
        here = (self._first == wanted[rare[0]]) | (self._second == wanted[rare[0]])
        places = np.flatnonzero(here) - rare[0]
        places = places[(places >= 1) & (places + len(wanted) < len(self._text))]
        for at in rare[1:]:
            near = places + at
            places = places[(self._first[near] == wanted[at]) | (self._second[near] == wanted[at])]
        found = self._ranked(places, len(wanted), limit, types, hidden)
        return found._replace(found=tuple(one._replace(by="initials") for one in found.found))

    def _ranked(
        self, places: Array, length: int, limit: int, types: frozenset[PartyType], hidden: Array
    ) -> Places:
        number = np.searchsorted(self._starts, places.astype("<u4"), side="right") - 1
        if types != TITLED:
            wanted = np.zeros(256, bool)
            wanted[[TYPE_NUMBERS[kind] for kind in types]] = True
            kept = wanted[self._types[number]]
            places, number = places[kept], number[kept]
        owner = self._owners[number]
        if len(hidden):
            kept = ~np.isin(owner, hidden)
            places, number, owner = places[kept], number[kept], owner[kept]
        if not len(places):
            return Places((), 0)
        # names stand in the order of their parties, so that a party's places follow each other
        total = 1 + int(np.count_nonzero(owner[1:] != owner[:-1]))
        begins = self._text[places - 1] == _END
        whole = begins & (self._text[places + length] == _END)
        rank = np.where(whole, 0, np.where(begins, 1, 2)).astype("<u8")
        size = np.minimum(self._starts[number + 1] - self._starts[number], _LONGEST).astype("<u8")
        weight = rank << np.uint64(56) | size << np.uint64(32) | owner.astype("<u8")
        return Places(_first(weight, limit), total)


def _first(weight: Array, limit: int) -> tuple[Place, ...]:
    """The parties of the least weights (rank, length of the name, ordinal), each once."""
    shown: dict[int, str] = {}
    count = 4 * limit
    while True:
        several = np.partition(weight, count)[:count] if count < len(weight) else weight
        for one in np.sort(several).tolist():
            if len(shown) == limit:
                break
            shown.setdefault(one & 0xFFFF_FFFF, _RANKS[one >> 56])
        if len(shown) == limit or count >= len(weight):
            return tuple(Place(ordinal, by) for ordinal, by in shown.items())
        # a party may stand there by many names
        count *= 8


def write_names(sink: Sink, generation: Generation) -> None:
    """Write what the search box needs of a generation."""
    n6 = house_language().n6
    decode = msgspec.json.Decoder(_Named).decode
    texts: list[str] = []
    owners: list[int] = []
    types: list[int] = []
    person_keys: list[int] = []
    persons: list[int] = []
    for ordinal, doc in enumerate(party_docs(generation)):
        party = decode(doc)
        if party.type is PartyType.PERSON:
            for form in dict.fromkeys(n6(name.text, True) for name in party.names):
                if form:
                    person_keys.append(_person_key(form))
                    persons.append(ordinal)
            continue
        if party.type not in TITLED:
            continue
        organization = party.type is PartyType.ORGANIZATION
        forms = (n6(name.text, False) if organization else title_form(name.text) for name in party.names)
        for form in dict.fromkeys(forms):
            if form:
                texts.append(form.replace("\n", ""))
                owners.append(ordinal)
                types.append(TYPE_NUMBERS[party.type])
    # every name stands between two line ends, so that its beginning and end are seen without a table
    text = _units("\n" + "\n".join(texts) + "\n")
    first, second = initials()
    sink.put("names.text", "text", text)
    sink.put("names.first", "letters", first[text])
    sink.put("names.second", "letters", second[text])
    sink.put("names.starts", "starts", (np.flatnonzero(text == _END) + 1).astype("<u4"))
    sink.put("names.owners", "ordinals", np.array([*owners, 0], "<u4"))
    sink.put("names.types", "kind", np.array([*types, 0], "u1"))
    sink.put("names.often", "counts", np.bincount(text, minlength=_CHARACTERS).astype("<u4"))
    _put_keys(sink, "who", person_keys, persons)
    numbers = msgspec.json.Decoder(_Numbered).decode
    case_keys: list[int] = []
    cases: list[int] = []
    for ordinal, doc in enumerate(listing_docs(generation)):
        one = numbers(doc)
        for form in {number_form(one.case_no), number_form(one.decision_no)} - {""}:
            case_keys.append(_number_key(form))
            cases.append(ordinal)
    _put_keys(sink, "case", case_keys, cases)


def title_form(text: str) -> str:
    """A title for comparison: widths alike, capitals, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def _put_keys(sink: Sink, name: str, keys: Iterable[int], ordinals: Iterable[int]) -> None:
    key, ordinal = np.array(list(keys), "<u8"), np.array(list(ordinals), "<u4")
    order = np.lexsort((ordinal, key))
    put_table(sink, name, "", key[order], ordinal[order])


def content_of(generation: Generation) -> str:
    """What names the folder: the contents that it is made from."""
    told = xxhash.xxh3_128(f"names/{FORMAT}/{generation.manifest.language}".encode())
    manifest = generation.manifest
    for prefix in ("party", *(section.prefix for section in manifest.lists)):
        told.update(f"{prefix}/{manifest.files[f'{prefix}.docs'].xxh3}".encode())
    return str(told.hexdigest())


def ensure(home: Path, generation: Generation) -> Path:
    """The folder of a generation's names, built if it is not there; two builders make it once.

    Args:
        home: the folder of the generations.
        generation: whose.

    Raises:
        GenerationError: `generation.unwritable`.
    """
    root = home / FOLDER
    folder = root / content_of(generation)
    if (folder / MANIFEST).exists():
        return folder
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root):
            if not (folder / MANIFEST).exists():
                _build(root, folder, generation)
    except OSError as error:
        raise GenerationError("generation.unwritable", path=str(root), detail=error.strerror or "") from error
    return folder


def open_names(folder: Path) -> NameFinder:
    """The search box of a folder.

    Raises:
        GenerationError: `generation.missing`, `generation.damaged`.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest)
    except FileNotFoundError:
        raise GenerationError("generation.missing", path=str(folder)) from None
    except (OSError, msgspec.DecodeError) as error:
        raise damaged(folder, MANIFEST) from error
    if manifest.format != FORMAT or any("/" in name for name in manifest.files):
        raise damaged(folder, MANIFEST)
    try:
        return NameFinder({name: map_file(folder / name, info) for name, info in manifest.files.items()})
    except (KeyError, ValueError) as error:
        raise damaged(folder, MANIFEST) from error


def _build(root: Path, folder: Path, generation: Generation) -> None:
    building = root / f"tmp-{os.getpid()}"
    for left in root.glob("tmp-*"):
        shutil.rmtree(left)
    building.mkdir()
    with Sink(building) as sink:
        write_names(sink, generation)
    manifest = _Manifest(format=FORMAT, files=sink.files)
    with (building / MANIFEST).open("wb") as out:
        out.write(msgspec.json.encode({**msgspec.to_builtins(manifest), "format": FORMAT}, order="sorted"))
        out.flush()
        os.fsync(out.fileno())
    fsync_folder(building)
    if folder.exists():
        shutil.rmtree(folder)
    building.rename(folder)
    fsync_folder(root)
    kept = sorted((one for one in root.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
    for old in kept[:-3]:
        if old != folder:
            shutil.rmtree(old)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    handle = os.open(root / "build.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Finders:
    """The search boxes of the generations that are open. One a process; safe for any number of threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._found: dict[str, NameFinder] = {}

    def made(self, generation: Generation) -> bool:
        """Whether the names of a generation are ready to be opened."""
        return (self._home / FOLDER / content_of(generation) / MANIFEST).exists()

    def of(self, generation: Generation) -> NameFinder:
        """The search box of a generation; built, while others wait, where the load did not make it.

        Raises:
            GenerationError: it can't be written or read.
        """
        known = self._found.get(generation.ref)
        if known is not None:
            return known
        with self._lock:
            known = self._found.get(generation.ref)
            if known is None:
                folder = ensure(self._home, generation)
                try:
                    known = open_names(folder)
                except GenerationError:
                    # what is derived can be made again
                    (folder / MANIFEST).unlink(missing_ok=True)
                    known = open_names(ensure(self._home, generation))
                self._found = {**dict(list(self._found.items())[-1:]), generation.ref: known}
            return known


__all__ = [
    "Finders",
    "NameFinder",
    "Place",
    "Places",
    "content_of",
    "ensure",
    "number_form",
    "open_names",
    "title_form",
]
