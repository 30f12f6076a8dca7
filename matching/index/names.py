"""The index as the engine uses it: names in, the nearest listed names out, from any number of threads."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.generation.errors import GenerationError
from graph.generation.format import Mapped
from matching.index import extract
from matching.index.latin import latin_name, latin_names
from matching.index.search import search
from matching.index.segment import BASE, DEAD, DELTA, Segment, empty, find_key, is_dead, open_segment
from matching.index.tables import fingerprint
from matching.index.votes import RANKED, Scratch, scratch
from matching.names.characters import characters
from matching.names.coding import Chars, encode, encode_many
from matching.names.latin_keys import sound_keys
from matching.names.lexicon import lexicon

Ints = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]

LIMIT: Final = 12
"""Candidates of a query unless asked otherwise: the listed name is among them in 99 of 100 misspellings."""
MOST: Final = RANKED
_CHUNK: Final = 256
_LEAST: Final = 16
"""Names that a thread searches at once, at most and at least."""

_WHY: Final = {
    extract.WHOLE: "equal",
    extract.CORE: "core",
    extract.DELETION: "one_character",
    extract.SOUND: "sound",
    extract.PLACE_BRAND: "place_and_brand",
    extract.BRAND_CLASS: "brand_and_industry",
    extract.SORTED: "order",
    extract.BRAND_ALONE: "brand",
    extract.LATIN: "latin",
    extract.GRAMS: "grams",
    extract.NUMBERED: "ordinals",
}


class Candidate(NamedTuple):
    """A listed name that the query could be a spelling of.

    `entry` numbers it within this index, `key` is `graph.keys.org_name` of its comparison form, `text` the name as
    searched (characters beyond the basic plane come out as U+FFFD), `cost` its distance from the query (0: written
    alike; 100: one unrelated character), `why` what found it: equal, core, one_character, sound, place_and_brand,
    brand_and_industry, order, brand, latin, grams, ordinals.
    """

    entry: int
    key: int
    text: str
    cost: int
    why: tuple[str, ...]


class NameIndex:
    """All listed names, to be searched for spellings of a name. Threads may share it.

    Args:
        files: the files `index.*`, mapped after their header and checksum were compared with the manifest.
        value: what `write_index` returned for them (the manifest's slot `index`).

    Raises:
        GenerationError: `generation.foreign`: made by other tables or another format; `generation.damaged`: a
        part is missing or the parts don't belong together.
    """

    def __init__(self, files: Mapping[str, Mapped], value: str) -> None:
        if value != fingerprint():
            raise GenerationError("generation.foreign", path=BASE, found=value, known=fingerprint())
        self._base = open_segment(files, BASE, files.get(DEAD))
        self._delta = open_segment(files, DELTA) if DELTA + "keys" in files else empty()
        gone = int(np.unpackbits(self._base.dead).sum()) if len(self._base.dead) else 0
        self._living = len(self._base.keys) + len(self._delta.keys) - gone
        self._columns = _Column(self._base), _Column(self._delta)
        self._free: list[Scratch] = []
        self._words = lexicon()
        self._tables = characters()
        self._sounds = sound_keys()

    def __len__(self) -> int:
        """Listed names."""
        return self._living

    @property
    def entries(self) -> int:
        """Numbers that entries have: more than there are names where some were removed since the last rebuild."""
        return len(self._base.keys) + len(self._delta.keys)

    def contains(self, key: int) -> bool:
        """Whether a name with this key is listed."""
        return any(not is_dead(self._base, entry) for entry in find_key(self._base, key)) or bool(
            find_key(self._delta, key)
        )

    def text(self, entry: int) -> str:
        """An entry's name as searched."""
        base = len(self._base.keys)
        return self._columns[0].text(entry) if entry < base else self._columns[1].text(entry - base)

    def key(self, entry: int) -> int:
        """An entry's key."""
        base = len(self._base.keys)
        return self._columns[0].key(entry) if entry < base else self._columns[1].key(entry - base)

    def search(self, text: str, limit: int = LIMIT) -> list[Candidate]:
        """The listed names nearest to a name, the nearest first.

        Args:
            text: the name in its searched form (`graph.text.index_text`).
            limit: at most this many, up to 64.

        Returns:
            Nothing for an empty name; otherwise what shares a key or rare characters, near or not.
        """
        chars = encode(text)
        offsets = np.array((0, len(chars)), np.int64)
        entries, costs, kinds = self._run(chars, offsets, limit, 1)
        return self._candidates(entries[0].tolist(), costs[0].tolist(), kinds[0].tolist())

    def _candidates(self, entries: list[int], costs: list[int], kinds: list[int]) -> list[Candidate]:
        base, (own, added) = len(self._base.keys), self._columns
        found: list[Candidate] = []
        for entry, cost, why in zip(entries, costs, kinds, strict=True):
            if entry < 0:
                break
            column, place = (own, entry) if entry < base else (added, entry - base)
            found.append(Candidate(entry, column.key(place), column.text(place), cost, _why(why)))
        return found

    def search_all(self, texts: Sequence[str], limit: int = LIMIT) -> list[list[Candidate]]:
        """`search` of many names, with all processors where there are enough of them."""
        chars, offsets = encode_many(texts)
        rows = zip(*(part.tolist() for part in self._run(chars, offsets, limit, _processors())), strict=True)
        return [self._candidates(*row) for row in rows]

    def search_many(
        self, names: Sequence[str] | tuple[Chars, Offsets], limit: int = LIMIT, threads: int = 0
    ) -> tuple[Ints, Ints]:
        """The same for many names at once.

        Args:
            names: searched forms, or their characters end to end and where each begins (one more than names).
            limit: candidates of a name, up to 64.
            threads: how many to use; 0: one for each processor.

        Returns:
            Entries (-1: no more) and costs, a row for each name.
        """
        chars, offsets = names if isinstance(names, tuple) else encode_many(names)
        entries, costs, _ = self._run(chars, offsets, limit, threads or _processors())
        return entries, costs

    def _run(self, chars: Chars, offsets: Offsets, limit: int, threads: int) -> tuple[Ints, Ints, Ints]:
        if not 1 <= limit <= MOST:
            raise ValueError(f"limit {limit} is not between 1 and {MOST}")
        count = len(offsets) - 1
        entries, costs, kinds = (np.empty((count, limit), np.int32) for _ in range(3))
        extra, places = latin_names(chars, offsets) if count > 1 else latin_name(chars)

        chunk = min(_CHUNK, max(_LEAST, -(-count // threads)))

        def run(low: int) -> None:
            try:
                own = self._free.pop()
            except IndexError:
                own = scratch(MOST)
            high = min(low + chunk, count)
            search(
                chars, offsets, low, high, extra, places, self._base, self._delta, self._words, self._tables,
                self._sounds, own, limit, entries, costs, kinds,
            )  # fmt: skip
            self._free.append(own)

        if threads == 1 or count < 2 * _LEAST:
            for low in range(0, count, chunk):
                run(low)
        else:
            with ThreadPoolExecutor(threads) as pool:
                for _ in pool.map(run, range(0, count, chunk)):
                    pass
        return entries, costs, kinds


class _Column:
    """Names and keys of one segment, read one by one: memoryviews cost a tenth of numpy's items."""

    def __init__(self, segment: Segment) -> None:
        self._chars = memoryview(segment.chars.data)
        self._starts = memoryview(segment.starts.data)
        self._keys = memoryview(segment.keys.data)

    def text(self, place: int) -> str:
        chars = self._chars[self._starts[place] : self._starts[place + 1]]
        try:
            text = str(chars, "utf-16-le")
        except UnicodeDecodeError:
            text = ""
        if len(text) != len(chars):
            text = "".join("\ufffd" if 0xD800 <= c <= 0xDFFF else chr(c) for c in chars)
        return text

    def key(self, place: int) -> int:
        return int(self._keys[place])


def _processors() -> int:
    return os.cpu_count() or 1


@cache
def _why(kinds: int) -> tuple[str, ...]:
    return tuple(name for bit, name in _WHY.items() if kinds & bit)
