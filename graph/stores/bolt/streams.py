"""Whole lists, all parties, all relations, page by page as columns: decoding rows one by one would take longest.

Versions never change once published, so that pages of one generation belong together though each is read by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from graph.model import Party
from graph.relations import PartyRelation
from graph.store import ListingVersion, Versioned
from graph.stores import rows as r
from graph.stores import views
from graph.stores.assemble import RELATIONS_TOLD, Part
from graph.stores.bolt import convert, state
from graph.stores.bolt.read import Reading, assembled, bases_of, further, mentions, part, party_at
from graph.stores.bolt.server import Asking
from graph.stores.links import Links

_LISTINGS = 1_000
_PARTIES = 1_000
_HUB = 2_000
"""Relations of a party above which its mentions are read row by row: as columns they would fill the server's memory."""
_STARTS = 20_000
EDGES = 50_000
"""Relations that a page may have as columns."""


class Streams(Reading):
    """The iterators of `GraphReader`. Each sees one generation to its end."""

    _origins: dict[int, str]

    def touched(self, dataset: str) -> str:
        """A mark that changes whenever rows of a list (or, for "", parties and relations) may read differently."""

        def work(ask: Asking, at: int, links: Links) -> str:
            published = state.generations(ask, at)
            sources = {number: name for number, (name, _) in links.sources.items()}
            changing = [
                one.number
                for one in published
                if any(
                    sum(counts[:3]) > 0 and (not dataset or sources.get(source) == dataset)
                    for source, counts in one.figures.items()
                )
            ]
            numbers = {max(changing, default=0)}
            for low, high in ask("touched_decisions", known=at):
                numbers.add(max(low or 0, high or 0))
            rows = [(one.token, one.recorded_at, one.number) for one in published if one.number in numbers]
            return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()

        return self._reading(work)

    def iter_listing_rows(self, dataset: str) -> Iterator[tuple[bytes, str, int, int | None, str | None]]:
        """All versions of a list: JSON of the `Listing`, content hash (hex), from_gen, to_gen, party key.

        In the order of first recording. `to_gen` is None for what is in force now.
        """
        at, links = self._snapshot()
        sources = [number for number, (name, _) in links.sources.items() if name == dataset]
        after = 0
        while sources:
            page = self._server.ask("listing_page", after=after, sources=sources, known=at, size=_LISTINGS)
            rows = list(convert.columns(page))
            for _, doc, digest, low, high, party, strong, source, kh in rows:
                yield (
                    doc.encode(),
                    digest.hex(),
                    low,
                    high if 0 <= high <= at else None,
                    views.linked_party(links, party, strong, (source, kh, 0)),
                )
            if len(rows) < _LISTINGS:
                return
            after = rows[-1][0]

    def iter_listings(self, dataset: str) -> Iterator[ListingVersion]:
        """All versions of a list, every generation, in the order of first recording."""
        for doc, digest, from_gen, to_gen, party in self.iter_listing_rows(dataset):
            yield ListingVersion(
                from_gen=from_gen,
                to_gen=to_gen,
                listing=r.decode_listing(doc),
                content_hash=digest,
                party=party,
            )

    def iter_parties(self) -> Iterator[Party]:
        """All parties in key order; those without a record in force as they were last (without mentions)."""
        return self._parties(every=True)

    def iter_party_rows(self) -> Iterator[tuple[str, bytes]]:
        """Key and JSON of the parties that more is known of than one record on a list, in key order."""
        encode = msgspec.json.Encoder().encode
        for party in self._parties(every=False):
            yield party.key, encode(party)

    def iter_edges(self) -> Iterator[tuple[Versioned, PartyRelation]]:
        """All relation versions, ends resolved, in the order of the parties that they come from."""
        at, links = self._snapshot()
        for name, parameters in self._relation_pages(at):
            rows: list[Any] = self._server.ask(name, **parameters)[0][0]
            rows.sort(key=lambda row: (row[6], row[0]))
            for _, source, kh, strong, start, end, src, dst, *said, _ in rows:
                version = Versioned(from_gen=start, to_gen=end if end is not None and end <= at else None)
                doc = self._edge_of(*said)
                yield version, views.resolved(links, doc, source, kh, strong, src, dst)

    def _relation_pages(self, at: int) -> Iterator[tuple[str, dict[str, object]]]:
        """The queries by which all relations are read, each with one record, in the order of `iter_edges`."""
        for low, high, expected in self._spans():
            if expected <= EDGES:
                yield "relation_page", {"low": low, "high": high, "known": at}
                continue
            last = 0
            for after in self._server.ask("hub_bounds", number=high, known=at, size=EDGES)[0][0]:
                if after > last:
                    yield "hub_page", {"number": high, "after": last, "last": after, "known": at}
                    last = after

    def _spans(self) -> Iterator[tuple[int, int, int]]:
        """Pages of parties: after which, up to which, and how many relations they have; a hub is alone."""
        low = 0
        while True:
            high, count = self._server.ask("relation_degrees", after=low, size=_STARTS)[0]
            if high is None:
                return
            yield from self._bounds(low, high) if count > EDGES else [(low, high, int(count))]
            low = high

    def _bounds(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """A page of parties with too many relations, in smaller ones."""
        while low < high:
            size = _STARTS
            while True:
                size = max(1, size // 8)
                end, count = self._server.ask("relation_degrees", after=low, size=size)[0]
                if count <= EDGES or size == 1:
                    break
            yield low, min(end, high), int(count)
            low = end

    def _edge_of(
        self, kind: str, since: int | None, until: int | None, zone: str | None, share: str | None, votes: str | None,
        role: str | None, doc: str | None, origin: int | None, line: int | None,
    ) -> views.EdgeDoc:  # fmt: skip
        text = None if origin is None else self._origin(origin)
        return convert.edge_doc(kind, since, until, zone, share, votes, role, doc, text, line)

    def _origin(self, number: int) -> str:
        """What rows say of the file that they come from. Numbers are never given twice."""
        if number not in self._origins:
            self._origins = dict(map(tuple, self._server.ask("origins")))
        return self._origins[number]

    def _snapshot(self) -> tuple[int, Links]:
        return self._reading(lambda ask, at, links: (at, links))

    def _parties(self, *, every: bool) -> Iterator[Party]:
        at, links = self._snapshot()
        special: list[int] = []
        if not links.plain:
            special = sorted(self._server.read(lambda ask: links.special(lambda place: bases_of(ask, place))))
        apart = set(special)
        waiting = iter([*special, None])
        following = next(waiting)
        for base, parts in self._pages(at):
            while following is not None and following <= base:
                yield from self._one(links, following, at)
                following = next(waiting)
            if not parts or links.of(base) in apart:
                continue
            if every or any(one.kind != r.LISTING or one.coded for one in parts):
                yield self._of_parts(links, base, parts, at)
        while following is not None:
            yield from self._one(links, following, at)
            following = next(waiting)

    def _hub(self, number: int, at: int) -> list[Part]:
        return self._server.read(lambda ask: mentions(ask, [number], at, ended=True))

    def _pages(self, at: int) -> Iterator[tuple[int, list[Part]]]:
        """Every party number with its mentions at any time up to `at`, in order."""
        last = self._server.ask("last_party")[0][0]
        asked: Iterator[tuple[str, dict[str, object]]] = (
            ("party_page", {"after": low, "last": low + _PARTIES, "known": at, "hub": _HUB})
            for low in range(0, last, _PARTIES)
        )
        for rows in self._server.ask_ahead(asked):
            for number, records, out, into in rows[0][0]:
                if max(len(records), len(out), len(into)) >= _HUB:
                    yield number, self._hub(number, at)
                    continue
                parts = [part(0, number, *row) for row in records]
                parts += [_end(0, number, *row) for row in out]
                parts += [_end(1, number, *row) for row in into]
                yield number, parts

    def _one(self, links: Links, number: int, known: int) -> Iterator[Party]:
        party = self._server.read(lambda ask: party_at(ask, links, number, known))
        if party is not None:
            yield party

    def _of_parts(self, links: Links, number: int, parts: Sequence[Part], known: int) -> Party:
        current = [one for one in parts if one.to_gen is None or one.to_gen > known]
        last = 0 if current else max(one.to_gen or 0 for one in parts)
        shown = current or [one for one in parts if one.to_gen == last]
        told = any(one.kind != r.RELATION for one in shown) or all(one.doc is not None for one in shown)
        if told and len(shown) < RELATIONS_TOLD:
            return assembled(None, links, number, shown, current=bool(current))

        def work(ask: Asking) -> Party:
            more = further(ask, [number], shown, known)
            return assembled(ask, links, number, shown, current=bool(current), more=more)

        return self._server.read(work)


def _end(
    role: int,
    base: int,
    number: int,
    source: int,
    kh: int,
    key: str,
    strong: int,
    to_gen: int | None,
    ends: str | None,
) -> Part:
    doc = None if ends is None else convert.ends_doc(ends)
    return Part(role, base, number, r.RELATION, source, kh, key, strong, to_gen, doc)
