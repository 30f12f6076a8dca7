"""Whole lists, all parties, all relations, one after the other: what a generation folder is built from."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from functools import partial
from itertools import groupby

import msgspec

from graph.model import Party
from graph.relations import PartyRelation
from graph.store import ListingVersion, Versioned
from graph.stores import rows as r
from graph.stores.assemble import Part
from graph.stores.embedded.assemble import assemble, query
from graph.stores.embedded.links import bases_of
from graph.stores.embedded.read import Reading
from graph.stores.links import Links
from graph.stores.views import edge, linked_party

_ALL_PARTS = query("{column} IS NOT NULL AND from_gen <= :known", order=" ORDER BY base")

_LAST_TOUCH = "max(max(from_gen), max(CASE WHEN to_gen <= :known THEN to_gen ELSE 0 END))"


class Streams(Reading):
    """The iterators of `GraphReader`. Each is one read transaction: it sees one generation to its end."""

    def touched(self, dataset: str) -> str:
        """A mark that changes whenever rows of a list (or, for "", parties and relations) may read differently."""
        with self._reading() as (db, at, _):
            return self._mark(db, at, dataset)

    def _mark(self, db: sqlite3.Connection, known: int, dataset: str) -> str:
        """The mark that a generation has, or had when it was the newest."""
        where = "" if not dataset else "AND source IN (SELECT id FROM source WHERE dataset = :dataset)"
        rows = db.execute(
            "SELECT token, recorded_at, number FROM generation WHERE number IN ("
            f" SELECT max(gen) FROM change WHERE gen <= :known AND added + updated + ended > 0 {where}"
            f" UNION SELECT {_LAST_TOUCH} FROM bond WHERE from_gen <= :known"
            f" UNION SELECT {_LAST_TOUCH} FROM verdict WHERE from_gen <= :known"
            " UNION SELECT max(gen) FROM erasure) ORDER BY number",
            {"known": known, "dataset": dataset},
        ).fetchall()
        return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()

    def iter_listing_rows(self, dataset: str) -> Iterator[tuple[bytes, str, int, int | None, str | None]]:
        """All versions of a list: JSON of the `Listing`, content hash (hex), from_gen, to_gen, party key.

        In the order of first recording. `to_gen` is None for what is in force now.
        """
        with self._reading() as (db, at, links):
            low, high = db.execute(
                "SELECT min(id), max(id) FROM record WHERE source IN (SELECT id FROM source WHERE dataset = ?)",
                (dataset,),
            ).fetchone()
            rows = db.execute(
                "SELECT doc, hash, from_gen, to_gen, party, strong, source, kh FROM record"
                " WHERE id BETWEEN ? AND ? AND kind = 0 AND from_gen <= ?"
                " AND +source IN (SELECT id FROM source WHERE dataset = ?) ORDER BY id",
                (low, high, at, dataset),
            )
            for doc, digest, from_gen, to_gen, party, strong, source, kh in rows:
                yield (
                    doc,
                    digest.hex(),
                    from_gen,
                    to_gen if to_gen is not None and to_gen <= at else None,
                    linked_party(links, party, strong, (source, kh, 0)),
                )

    def iter_listings(self, dataset: str) -> Iterator[ListingVersion]:
        """All versions of a list, every generation, in the order of first recording."""
        decode = r.decode_listing
        for doc, digest, from_gen, to_gen, party in self.iter_listing_rows(dataset):
            yield ListingVersion(
                from_gen=from_gen, to_gen=to_gen, listing=decode(doc), content_hash=digest, party=party
            )

    def iter_parties(self) -> Iterator[Party]:
        """All parties in key order; those without a record in force as they were last (without mentions)."""
        return self._parties(every=True)

    def _parties(self, *, every: bool) -> Iterator[Party]:
        with self._reading() as (db, at, links):
            special = sorted(links.special(partial(bases_of, db))) if not links.plain else []
            waiting = iter([*special, None])
            following = next(waiting)
            apart = set(special)
            rows = map(Part._make, db.execute(_ALL_PARTS, {"known": at}))
            for base, group in groupby(rows, key=lambda part: part.base):
                while following is not None and following <= base:
                    yield from self._one(db, links, following, at)
                    following = next(waiting)
                if links.of(base) in apart:
                    continue
                parts = list(group)
                if every or any(part.kind != r.LISTING or part.coded for part in parts):
                    yield self._of_rows(db, links, base, parts, at)
            while following is not None:
                yield from self._one(db, links, following, at)
                following = next(waiting)

    def iter_party_rows(self) -> Iterator[tuple[str, bytes]]:
        """Key and JSON of the parties that more is known of than one record on a list, in key order."""
        encode = msgspec.json.Encoder().encode
        for party in self._parties(every=False):
            yield party.key, encode(party)

    def iter_edges(self) -> Iterator[tuple[Versioned, PartyRelation]]:
        """All relation versions, ends resolved, in the order of first recording."""
        with self._reading() as (db, at, links):
            rows = db.execute(
                f"SELECT {r.COLUMNS} FROM record WHERE kind = 2 AND from_gen <= ? ORDER BY id", (at,)
            )
            for row in map(r.Row._make, rows):
                to_gen = row.to_gen if row.to_gen is not None and row.to_gen <= at else None
                yield Versioned(from_gen=row.from_gen, to_gen=to_gen), edge(links, row)

    def _one(self, db: sqlite3.Connection, links: Links, number: int, known: int) -> Iterator[Party]:
        party = self._party(db, links, number, known)
        if party is not None:
            yield party

    def _of_rows(
        self, db: sqlite3.Connection, links: Links, number: int, parts: list[Part], known: int
    ) -> Party:
        current = [part for part in parts if part.to_gen is None or part.to_gen > known]
        if current:
            return assemble(db, links, number, current)
        last = max(part.to_gen or 0 for part in parts)
        return assemble(db, links, number, [part for part in parts if part.to_gen == last], current=False)
