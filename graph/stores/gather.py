"""All relations and then all parties of a store, each read once: what a generation is made from.

What is read while relations go by (`graph.stores.naming`) is what parties are put together from afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec
import numpy as np

from graph import keys
from graph.model import Party
from graph.projection.columns import Array
from graph.stores import content
from graph.stores import rows as r
from graph.stores.assemble import Part, of_records
from graph.stores.links import Links
from graph.stores.naming import Named, Naming

_LAST: Final = 1 << 62


class PartyHashes:
    """`graph.keys.party` by number of a party, each worked out once."""

    def __init__(self) -> None:
        self._known: Array = np.zeros(1 << 16, "<u8")

    def of(self, numbers: Array) -> Array:
        """Those of some parties."""
        highest = int(numbers.max(initial=0))
        if highest >= len(self._known):
            grown = np.zeros(max(highest + 1, 2 * len(self._known)), "<u8")
            grown[: len(self._known)] = self._known
            self._known = grown
        found = self._known[numbers]
        if not found.all():
            missing = np.unique(numbers[found == 0])
            self._known[missing] = [keys.party(content.party_key(one)) for one in missing.tolist()]
            found = self._known[numbers]
        return found


def parties(
    links: Links,
    known: int,
    naming: Naming,
    records: Iterator[tuple[int, list[Part]]],
    special: Sequence[int],
    of_parts: Callable[[int, list[Part]], Party],
    one: Callable[[int], Iterator[Party]],
) -> Iterator[tuple[Party, bytes]]:
    """Each party that more is known of than one record on a list, in order of number, and its JSON.

    Args:
        links: those of the generation.
        known: the generation.
        naming: all relations, sorted.
        records: numbers of parties, ascending, each with the register and list rows that ever named it.
        special: parties whose rows do not all stand under their own number, ascending (`Links.special`).
        of_parts: puts a party together that no row names now, from everything that ever named it.
        one: reads a party by itself.
    """
    encode = msgspec.json.Encoder().encode
    apart = set(special)
    waiting = iter((*special, _LAST))
    following = next(waiting)
    for base, rows, named in _merged(records, naming.groups(links, known)):
        while following <= base:
            for party in one(following):
                yield party, encode(party)
            following = next(waiting)
        if apart and links.of(base) in apart:
            continue
        if named is None and not any(part.kind != r.LISTING or part.coded for part in rows):
            continue
        current = [part for part in rows if part.to_gen is None or part.to_gen > known]
        if current:
            told, more = ((), 0) if named is None else (named.told, named.more)
            party = of_records(links, base, current, told, more)
        else:
            party = of_parts(base, rows if named is None else [*rows, *naming.parts(named)])
        yield party, encode(party)
    while following < _LAST:
        for party in one(following):
            yield party, encode(party)
        following = next(waiting)


def _merged(
    records: Iterator[tuple[int, list[Part]]], naming: Iterator[Named]
) -> Iterator[tuple[int, list[Part], Named | None]]:
    """Both, party by party."""
    nothing: tuple[int, list[Part]] = (_LAST, [])
    nobody = Named(_LAST, [], 0, 0, 0)
    base, rows = next(records, nothing)
    named = next(naming, nobody)
    while base < _LAST or named.base < _LAST:
        if base == named.base:
            yield base, rows, named
            base, rows = next(records, nothing)
            named = next(naming, nobody)
        elif base < named.base:
            yield base, rows, None
            base, rows = next(records, nothing)
        else:
            yield named.base, [], named
            named = next(naming, nobody)
