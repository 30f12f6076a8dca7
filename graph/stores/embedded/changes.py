"""What changed since a generation: so that a day's load is worked into the next one instead of all being read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial

import msgspec

from graph.relations import PartyRelation
from graph.store import Versioned
from graph.stores import content
from graph.stores import rows as r
from graph.stores.assemble import Part
from graph.stores.embedded.assemble import query
from graph.stores.embedded.links import bases_of
from graph.stores.embedded.streams import Streams
from graph.stores.links import Links
from graph.stores.views import edge

MANY = 100_000
"""Rows above which reading everything is as fast."""
_CHANGED = "(id >= :first OR to_gen > :since) AND from_gen <= :known"
_ALL_OF = query(
    "{column} IN (SELECT value FROM json_each(:parties)) AND from_gen <= :known", order=" ORDER BY base"
)


class Changes(Streams):
    """The part of the store that `graph.generation.source.ChangeReader` describes."""

    def changes_since(
        self, number: int, touched: str
    ) -> tuple[Sequence[tuple[str, bytes]], Sequence[tuple[Versioned, PartyRelation]]] | None:
        """Parties and relation versions that read differently since generation `number`; None where that is more
        than some rows of this store: parties were joined, linked by humans or erased, or it was another store's."""
        with self._reading() as (db, at, links):
            if number >= at or self._mark(db, number, "") != touched or self._joined(db, number, at, links):
                return None
            first = db.execute(
                "SELECT first_record FROM generation WHERE number = ?", (number + 1,)
            ).fetchone()
            bounds = {"first": first[0], "since": number, "known": at}
            total = db.execute(f"SELECT count(*) FROM record WHERE {_CHANGED}", bounds).fetchone()[0]
            if total > MANY:
                return None
            rows = db.execute(f"SELECT {r.COLUMNS} FROM record WHERE {_CHANGED} ORDER BY id", bounds)
            changed = [r.Row._make(row) for row in rows]
            edges = []
            for row in changed:
                if row.kind == r.RELATION:
                    to_gen = row.to_gen if row.to_gen is not None and row.to_gen <= at else None
                    edges.append((Versioned(from_gen=row.from_gen, to_gen=to_gen), edge(links, row)))
            bases = {base for row in changed for base in (row.party, row.other) if base is not None}
            return self._changed(db, links, bases, at), edges

    def _joined(self, db: sqlite3.Connection, number: int, at: int, links: Links) -> bool:
        """Whether parties of before were joined, linked by humans, separated or erased since."""
        since = {"since": number, "known": at}
        verdicts = db.execute(
            "SELECT 1 FROM verdict WHERE (from_gen > :since AND from_gen <= :known) OR to_gen > :since LIMIT 1",
            since,
        ).fetchone()
        erased = db.execute("SELECT 1 FROM erasure WHERE gen >= :since LIMIT 1", since).fetchone()
        if verdicts is not None or erased is not None or links.verdicts:
            return True
        # a bond carried over to the next version of its record joins the same two as before
        begun = db.execute(
            "SELECT a, b FROM bond WHERE from_gen > :since AND from_gen <= :known", since
        ).fetchall()
        ended = db.execute(
            "SELECT a, b FROM bond WHERE to_gen > :since AND to_gen <= :known", since
        ).fetchall()
        return set(begun) != set(ended)

    def _changed(
        self, db: sqlite3.Connection, links: Links, bases: set[int], at: int
    ) -> list[tuple[str, bytes]]:
        """The parties that stand under these numbers, as `iter_party_rows` gives them."""
        encode = msgspec.json.Encoder().encode
        special = set(links.special(partial(bases_of, db))) if not links.plain else set()
        found = []
        by_number: dict[int, list[Part]] = {}
        plain = sorted({base for base in bases if links.of(base) not in special})
        for low in range(0, len(plain), 1000):
            wanted = f"[{','.join(map(str, plain[low : low + 1000]))}]"
            for part in map(Part._make, db.execute(_ALL_OF, {"parties": wanted, "known": at})):
                by_number.setdefault(part.base, []).append(part)
        for base, parts in by_number.items():
            if any(part.kind != r.LISTING or part.coded for part in parts):
                party = self._of_rows(db, links, base, parts, at)
                found.append((party.key, encode(party)))
        for canon in sorted({links.of(base) for base in bases} & special):
            for party in self._one(db, links, canon, at):
                found.append((content.party_key(canon), encode(party)))
        return sorted(found)
