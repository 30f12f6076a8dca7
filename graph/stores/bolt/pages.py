"""All relations as columns and finished documents: what a generation is made from, without an object for each.

While one page is worked on, the server reads the next two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import msgspec
import numpy as np

from graph import keys
from graph.projection.columns import Array, EdgeColumns, EdgePage
from graph.projection.layout import OPEN, UNKNOWN, parts
from graph.stores import content, views
from graph.stores.bolt import convert
from graph.stores.bolt.streams import Streams
from graph.stores.links import Links

_encode = msgspec.json.Encoder().encode
_ROW: Final = 987_654_321
"""Stands for the number of a row in the text of a source, which is the same for all rows of a file."""
_ORDER = itemgetter(6, 0)
_BY_NAME: Final = ',"by":"name"'


class Pages(Streams):
    """The part of the store that `graph.generation.source.PageReader` describes."""

    def edge_pages(self, known: int) -> Iterator[EdgePage] | None:
        """All relation versions as known at a generation, in the order of `iter_edges`, a few ten thousand at a time.

        Returns:
            None where humans linked or separated records: each is then resolved by itself.
        """
        at, links = self._reading(lambda ask, at, links: (at, links), known)
        return None if links.verdicts else self._edge_pages(at, links)

    def _edge_pages(self, at: int, links: Links) -> Iterator[EdgePage]:
        texts = _Texts(self._origin)
        for ((rows,),) in self._server.ask_ahead(self._relation_pages(at)):
            if rows:
                rows.sort(key=_ORDER)
                yield _page(rows, at, links, texts)


class _Texts:
    """Parts of documents, as `msgspec` writes them, each formed once."""

    def __init__(self, origin: Callable[[int], str]) -> None:
        self._origin = origin
        self._sources: dict[int, tuple[str, str, str]] = {}
        self._hashes: Array = np.zeros(1 << 16, "<u8")

    def origin(self, number: int | None) -> str | None:
        """What rows say of their file."""
        return None if number is None else self._origin(number)

    def source(self, origin: int) -> tuple[str, str, str]:
        """Before the number of the row, after it, and all of it where there is none."""
        found = self._sources.get(origin)
        if found is None:
            whole = convert.source_of(self._origin(origin), None)
            plain = f',"source":{_encode(whole).decode()}'
            before, _, after = _encode(msgspec.structs.replace(whole, row=_ROW)).decode().partition(str(_ROW))
            found = self._sources[origin] = f',"source":{before}', after, plain
        return found

    def hashes(self, numbers: Array) -> Array:
        """`graph.keys.party` of parties."""
        highest = int(numbers.max())
        if highest >= len(self._hashes):
            grown = np.zeros(max(highest + 1, 2 * len(self._hashes)), "<u8")
            grown[: len(self._hashes)] = self._hashes
            self._hashes = grown
        wanted = np.unique(numbers)
        missing = wanted[self._hashes[wanted] == 0]
        self._hashes[missing] = [keys.party(content.party_key(one)) for one in missing.tolist()]
        return self._hashes[numbers]


@lru_cache(maxsize=65_536)
def _valid(start: int | None, end: int | None, zone: str | None) -> str:
    return f',"valid":{_encode(convert.valid(start, end, zone)).decode()}'


@lru_cache(maxsize=65_536)
def _parts(text: str | None) -> tuple[int, int, bool]:
    return (UNKNOWN, UNKNOWN, False) if text is None else parts(Decimal(text))


@lru_cache(maxsize=65_536)
def _field(name: str, value: str | None) -> str:
    return "" if value is None else f',"{name}":{_encode(value).decode()}'


def _page(rows: Sequence[list[Any]], at: int, links: Links, texts: _Texts) -> EdgePage:
    columns = EdgeColumns()
    docs: list[bytes] = []
    add, count = docs.append, columns.add_numbers
    plain = links.plain
    sources: list[int] = []
    targets: list[int] = []
    for row in rows:
        (_, _, _, strong, _, _, src, dst, kind, start, end, zone, share, votes, role, doc, origin, line) = row
        if not plain:
            src, dst = links.of(src), links.of(dst)
        sources.append(src)
        targets.append(dst)
        if doc is not None or origin is None:
            said = convert.edge_doc(
                kind, start, end, zone, share, votes, role, doc, texts.origin(origin), line
            )
            relation = views.resolved(links, said, 0, 0, strong, src, dst)
            columns.add(relation)
            add(_encode(relation))
            continue
        low, high, rounded = _parts(share)
        least, _, inexact = _parts(votes)
        count(kind, start, end, low, high, least, by_code=strong == 3, rounded=rounded or inexact)
        before, after, whole = texts.source(origin)
        source = f"{before}{line}{after}" if line else whole
        add(
            f'{{"type":"{kind}","src":"P{src:010d}","dst":"P{dst:010d}"{_field("share", share)}{_field("votes", votes)}'
            f"{_field('role', role)}{_valid(start, end, zone)}{source}{'' if strong == 3 else _BY_NAME}}}".encode()
        )
    ended = [OPEN if row[5] is None or row[5] > at else row[5] for row in rows]
    return EdgePage(
        docs=docs,
        src=texts.hashes(np.array(sources, "<i8")),
        dst=texts.hashes(np.array(targets, "<i8")),
        from_gen=np.array([row[4] for row in rows], "<u4"),
        to_gen=np.array(ended, "<u4"),
        columns=columns,
    )
