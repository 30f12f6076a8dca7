"""Which relations name which parties, kept as columns while all relations are read once.

A party's mentions are most of what is known of it. Asking for them party by party would read every relation twice
more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from graph.projection.columns import Array
from graph.projection.layout import OPEN
from graph.stores import content
from graph.stores import rows as r
from graph.stores.assemble import RELATIONS_TOLD, Part
from graph.stores.links import Links

_ENTRIES: Final = 1 << 16
"""Mentions whose texts are formed at once."""
_SIDES: Final = ("src", "dst")
_ENDS: Final = ("#src", "#dst")


class Named(NamedTuple):
    """A party, by number, and the relations in force that name it: the oldest ones told, how many more, and the
    places of all that ever did."""

    base: int
    told: list[str]
    more: int
    low: int
    high: int


class Naming:
    """Grows while relations are read; then gives each party's mentions, parties in order of number."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[Array]] = {
            "id": [np.empty(0, "<i8")], "src": [np.empty(0, "<u4")], "dst": [np.empty(0, "<u4")],
            "source": [np.empty(0, "<u4")], "strong": [np.empty(0, "u1")], "to": [np.empty(0, "<u4")],
        }  # fmt: skip
        self._texts: list[str] = []
        self._lengths: list[Array] = [np.zeros(1, "<i8")]

    def add(self, names: Sequence[str], **columns: Array) -> None:
        """Take some relations.

        Args:
            names: their keys.
            columns: `id`, `src` and `dst` (numbers of parties), `source`, `strong`, and `to`: the generation that
                ended each, `layout.OPEN` for none.
        """
        for name, parts in self._numbers.items():
            parts.append(columns[name].astype(parts[0].dtype))
        self._texts.append("".join(names))
        self._lengths.append(np.fromiter(map(len, names), "<i8", len(names)))

    def sort(self) -> None:
        """All are taken: put them in order of party, and of number for each."""
        whole = {name: np.concatenate(parts) for name, parts in self._numbers.items()}
        self._numbers.clear()
        self._id, self._source, self._strong, self._to = (whole[n] for n in ("id", "source", "strong", "to"))
        self._text = "".join(self._texts)
        self._texts.clear()
        self._begins = np.cumsum(np.concatenate(self._lengths))
        self._lengths.clear()
        count = len(self._id)
        self._by_id = np.argsort(self._id, kind="stable").astype("<u4")
        older = np.empty(count, "<u8")
        older[self._by_id] = np.arange(count, dtype="<u8")
        older <<= np.uint64(1)
        # owner, then age, then role: the numbers themselves are sorted, in a fraction of the time that places take
        both = np.concatenate(
            [
                whole[end].astype("<u8") << np.uint64(32) | older | np.uint64(role)
                for role, end in enumerate(_SIDES)
            ]
        )
        both.sort()
        self._owner = (both >> np.uint64(32)).astype("<u4")
        self._aged = (both & np.uint64(OPEN)).astype("<u4")
        bounds = np.flatnonzero(np.diff(self._owner)) + 1
        self._first = np.concatenate([np.zeros(min(count, 1), "<i8"), bounds, [2 * count]])

    def owners(self) -> Array:
        """Numbers of all parties that a relation ever named, ascending."""
        found: Array = self._owner[self._first[:-1]]
        return found

    def groups(self, links: Links, known: int) -> Iterator[Named]:
        """Each party that a relation ever named, in order of number.

        Args:
            links: with the names of the sources.
            known: a generation; what ended later is in force.
        """
        first = self._first.tolist()
        starts = {number: content.mention_key(*name, "") for number, name in links.sources.items()}
        begun = 0
        while begun < len(first) - 1:
            last = bisect_right(first, first[begun] + _ENTRIES, lo=begun + 1) - 1
            last = min(max(last, begun + 1), len(first) - 1)
            yield from self._some(starts, known, first[begun : last + 1])
            begun = last

    def _some(self, starts: Mapping[int, str], known: int, first: Sequence[int]) -> Iterator[Named]:
        low, high = first[0], first[-1]
        aged = self._aged[low:high]
        place = self._by_id[aged >> 1]
        held = self._to[place] > known
        if len(first) == 2 and high - low > RELATIONS_TOLD:  # a hub: only those that are told need a text
            told = np.flatnonzero(held)
            texts = self._named(starts, place[told[:RELATIONS_TOLD]], aged[told[:RELATIONS_TOLD]])
            yield Named(int(self._owner[low]), texts, len(told) - len(texts), low, high)
            return
        texts = self._named(starts, place, aged)
        every = bool(held.all())
        holds = [] if every else held.tolist()
        for owner, begin, end in zip(self._owner[list(first[:-1])].tolist(), first, first[1:], strict=False):
            mine = texts[begin - low : end - low]
            if not every:
                mine = [
                    text
                    for text, holding in zip(mine, holds[begin - low : end - low], strict=True)
                    if holding
                ]
            yield Named(owner, mine[:RELATIONS_TOLD], max(0, len(mine) - RELATIONS_TOLD), begin, end)

    def _named(self, starts: Mapping[int, str], place: Array, aged: Array) -> list[str]:
        text = self._text
        return [
            f"{starts[source]}{text[begin:end]}{_ENDS[role]}"
            for source, begin, end, role in zip(
                self._source[place].tolist(), self._begins[place].tolist(), self._begins[place + 1].tolist(),
                (aged & 1).tolist(), strict=True,
            )
        ]  # fmt: skip

    def parts(self, named: Named) -> list[Part]:
        """All relations that ever named a party, as its mentions."""
        aged = self._aged[named.low : named.high]
        place = self._by_id[aged >> 1]
        return [
            Part(
                role, named.base, number, r.RELATION, source, 0, self._text[begin:end], strong,
                None if to_gen == OPEN else to_gen, None,
            )
            for role, number, source, begin, end, strong, to_gen in zip(
                (aged & 1).tolist(), self._id[place].tolist(), self._source[place].tolist(),
                self._begins[place].tolist(), self._begins[place + 1].tolist(), self._strong[place].tolist(),
                self._to[place].tolist(), strict=True,
            )
        ]  # fmt: skip
