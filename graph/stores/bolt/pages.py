"""All relations as columns and finished documents, then all parties: what a generation is made from.

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

from graph.model import Party
from graph.projection.columns import EdgeColumns, EdgePage
from graph.projection.layout import LEAST, MOST, OPEN, UNKNOWN, parts
from graph.stores import gather, views
from graph.stores import rows as r
from graph.stores.assemble import Part
from graph.stores.bolt import convert
from graph.stores.bolt.read import bases_of, part
from graph.stores.bolt.streams import Streams
from graph.stores.links import Links
from graph.stores.naming import Naming

_encode = msgspec.json.Encoder().encode
_ROW: Final = 987_654_321
"""Stands for the number of a row in the text of a source, which is the same for all rows of a file."""
_ORDER = itemgetter(6, 0)
_NO_SHARE: Final = UNKNOWN, UNKNOWN, False
_PARTIES: Final = 2_000
_HUB: Final = 2_000
"""Rows or relations of a party above which it is read by itself: as columns they would fill the server's memory."""
_NAMED: Final = "id", "source", "strong", "src", "dst"
_BY_NAME: Final = ',"by":"name"'


class Pages(Streams):
    """The part of the store that `graph.generation.source.PageReader` describes."""

    def graph_pages(self, known: int) -> GraphPages:
        """All relations and parties as known at a generation."""
        return GraphPages(self, known)

    def _edges(self, known: int, naming: Naming | None) -> Iterator[EdgePage]:
        at, links = self._reading(lambda ask, at, links: (at, links), known)
        texts = _Texts(self._origin)
        for ((rows,),) in self._server.ask_ahead(self._relation_pages(at)):
            if rows:
                rows.sort(key=_ORDER)
                yield _page(rows, at, links, texts, naming)

    def _whole(self, known: int, naming: Naming) -> Iterator[tuple[Party, bytes]]:
        at, links = self._reading(lambda ask, at, links: (at, links), known)
        ends: dict[int, bytes] = {}

        def of_parts(base: int, found: list[Part]) -> Party:
            if len(found) >= _HUB:  # as columns, its relations were not read to the end
                return self._of_parts(links, base, self._hub(base, at), at)
            found = [one._replace(doc=ends.get(one.id, one.doc)) for one in found]
            return self._of_parts(links, base, found, at)

        yield from gather.parties(
            links,
            at,
            naming,
            self._rows_of_parties(at, ends),
            self._special(links),
            of_parts,
            lambda number: self._one(links, number, at),
        )

    def _rows_of_parties(self, at: int, ends: dict[int, bytes]) -> Iterator[tuple[int, list[Part]]]:
        """The register and list rows of each party; `ends` gets whom the relations name of those that have none."""
        last = self._server.ask("last_party")[0][0]
        asked: Iterator[tuple[str, dict[str, object]]] = (
            ("party_rows", {"after": low, "last": low + _PARTIES, "known": at, "hub": _HUB})
            for low in range(0, last, _PARTIES)
        )
        for ((rows,),) in self._server.ask_ahead(asked):
            ends.clear()
            for _, _, named in rows:
                ends.update((number, convert.ends_doc(text)) for number, text in named)
            for number, records, _ in rows:
                found = [part(0, number, *row) for row in records]
                if len(found) >= _HUB:
                    found = [one for one in self._hub(number, at) if one.kind != r.RELATION]
                yield number, found

    def _special(self, links: Links) -> list[int]:
        if links.plain:
            return []
        return sorted(self._server.read(lambda ask: links.special(lambda place: bases_of(ask, place))))


class GraphPages:
    """All relations, and afterwards all parties."""

    def __init__(self, store: Pages, known: int) -> None:
        self._store = store
        self._known = known
        self._naming = Naming()

    apart = ""
    """Not of use: while relations are worked on here, the server is at the next ones."""

    def edges(self, *, named: bool = True) -> Iterator[EdgePage]:
        """All relation versions, in the order of `iter_edges`, a few ten thousand at a time.

        Args:
            named: keep what `parties` needs of them.
        """
        self._naming = Naming()
        return self._store._edges(self._known, self._naming if named else None)

    def names(self) -> None:
        """Read only what `parties` needs of the relations."""
        for _ in self.edges():
            pass

    def parties(self) -> Iterator[tuple[Party, bytes]]:
        """The parties of `iter_party_rows`, each with its JSON, once all relations or their names were taken."""
        self._naming.sort()
        return self._store._whole(self._known, self._naming)


class _Texts:
    """Parts of documents, as `msgspec` writes them, each formed once."""

    def __init__(self, origin: Callable[[int], str]) -> None:
        self._origin = origin
        self._sources: dict[int, tuple[str, str, str]] = {}
        self.hashes = gather.PartyHashes()

    def origin(self, number: int | None) -> str | None:
        """What rows say of their file."""
        return None if number is None else self._origin(number)

    def source(self, origin: int) -> tuple[str, str, str]:
        """Before the number of the row, after it, and all of it where there is none."""
        found = self._sources.get(origin)
        if found is None:
            whole = convert.source_of(self._origin(origin), None)
            plain = f',"source":{_encode(whole).decode()}'
            some = _encode(msgspec.structs.replace(whole, row=_ROW)).decode()
            before, _, after = some.partition(f'"row":{_ROW}')
            found = self._sources[origin] = f',"source":{before}"row":', after, plain
        return found


@lru_cache(maxsize=65_536)
def _valid(start: int | None, end: int | None, zone: str | None) -> str:
    return f',"valid":{_encode(convert.valid(start, end, zone)).decode()}'


@lru_cache(maxsize=65_536)
def _parts(text: str) -> tuple[int, int, bool]:
    return parts(Decimal(text))


@lru_cache(maxsize=65_536)
def _field(name: str, value: str | None) -> str:
    return "" if value is None else f',"{name}":{_encode(value).decode()}'


def _page(rows: Sequence[list[Any]], at: int, links: Links, texts: _Texts, naming: Naming | None) -> EdgePage:
    columns = EdgeColumns()
    docs: list[bytes] = []
    add, count = docs.append, columns.add_row
    plain, judged = links.plain, links.judged
    sources: list[int] = []
    targets: list[int] = []
    names: list[str] = []
    named: list[int] = []
    gens: list[int] = []
    for row in rows:
        (own, number, kh, strong, first, last, src, dst, kind, start, end, zone, share, votes, role, doc, origin, line,
         name) = row  # fmt: skip
        names.append(name)
        named += (own, number, strong, src, dst)
        gens += (first, OPEN if last is None or last > at else last)
        if doc is not None or origin is None or kh in judged:
            said = convert.edge_doc(
                kind, start, end, zone, share, votes, role, doc, texts.origin(origin), line
            )
            relation = views.resolved(links, said, number, kh, strong, src, dst)
            sources.append(int(relation.src[1:]))
            targets.append(int(relation.dst[1:]))
            columns.add(relation)
            add(_encode(relation))
            continue
        if not plain:
            src, dst = links.of(src), links.of(dst)
        sources.append(src)
        targets.append(dst)
        low, high, rounded = _NO_SHARE if share is None else _parts(share)
        least, _, inexact = _NO_SHARE if votes is None else _parts(votes)
        bounds = LEAST if start is None else start, MOST if end is None else end
        count(kind, (*bounds, low, high, least), by_code=strong == 3, rounded=rounded or inexact)
        before, after, whole = texts.source(origin)
        source = f"{before}{line}{after}" if line else whole
        add(
            f'{{"type":"{kind}","src":"P{src:010d}","dst":"P{dst:010d}"{_field("share", share)}{_field("votes", votes)}'
            f"{_field('role', role)}{_valid(start, end, zone)}{source}{'' if strong == 3 else _BY_NAME}}}".encode()
        )
    begun, until = np.array(gens, "<u4").reshape(-1, 2).T
    if naming is not None:
        numbers = dict(zip(_NAMED, np.array(named, "<i8").reshape(-1, len(_NAMED)).T, strict=True))
        naming.add(names, to=until, **numbers)
    return EdgePage(
        docs=docs,
        src=texts.hashes.of(np.array(sources, "<i8")),
        dst=texts.hashes.of(np.array(targets, "<i8")),
        from_gen=begun,
        to_gen=until,
        columns=columns,
    )
