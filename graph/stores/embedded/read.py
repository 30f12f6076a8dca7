"""The reading side of the embedded store: each call sees one published generation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from graph.dates import from_micros, to_micros
from graph.model import Party, SameAs
from graph.relations import PartyRelation, RelationType
from graph.store import Changes, ListingVersion, PartyHit, Publication, SnapshotInfo
from graph.stores import content, search
from graph.stores import rows as r
from graph.stores.embedded.assemble import assemble, last_parts_of, parts_of
from graph.stores.embedded.files import Pool
from graph.stores.embedded.links import VISIBLE, read_links
from graph.stores.embedded.search import FileNames
from graph.stores.links import Links
from graph.stores.views import edge, same_as, version

_LINKS_KEPT = 4
_EDGES = (
    "SELECT id FROM record WHERE {column} IN (SELECT value FROM json_each(:parties)) AND kind = 2 AND "
    f"{VISIBLE}"
    " AND (:types IS NULL OR type IN (SELECT value FROM json_each(:types)))"
    " AND (:as_of IS NULL OR ((valid_from IS NULL OR valid_from <= :as_of)"
    " AND (valid_to IS NULL OR valid_to > :as_of)))"
)
_TOUCHING = f"{_EDGES.format(column='party')} UNION {_EDGES.format(column='other')}"


class Reading:
    """`GraphReader` without its streams."""

    _path: Path
    _pool: Pool
    _links_cache: dict[int, Links]

    def generation(self, known_at: datetime | None = None) -> int:
        """The newest generation published by `known_at`; 0 when there is none."""
        with self._pool.lease() as db:
            limit = None if known_at is None else to_micros(known_at)
            row = db.execute(
                "SELECT max(number) FROM generation WHERE recorded_at <= coalesce(?, recorded_at)", (limit,)
            ).fetchone()
            return int(row[0] or 0)

    def publications(self) -> Sequence[Publication]:
        """All published generations, oldest first."""
        with self._pool.lease() as db:
            snapshots: dict[int, list[SnapshotInfo]] = {}
            for gen, doc in db.execute("SELECT gen, doc FROM snapshot ORDER BY gen, position"):
                snapshots.setdefault(gen, []).append(msgspec.json.decode(doc, type=SnapshotInfo))
            changes: dict[int, list[Changes]] = {}
            for gen, dataset, source, added, updated, ended, unchanged in db.execute(
                "SELECT gen, dataset, source.source, added, updated, ended, unchanged FROM change"
                " JOIN source ON source.id = change.source ORDER BY gen, source.id"
            ):
                one = Changes(
                    dataset=dataset,
                    source=source,
                    added=added,
                    updated=updated,
                    ended=ended,
                    unchanged=unchanged,
                )
                changes.setdefault(gen, []).append(one)
            return [
                Publication(
                    number=number,
                    recorded_at=from_micros(recorded),
                    asked_at=None if asked is None else from_micros(asked),
                    snapshots=tuple(snapshots.get(number, ())),
                    changes=tuple(changes.get(number, ())),
                )
                for number, recorded, asked in db.execute(
                    "SELECT number, recorded_at, asked_at FROM generation WHERE recorded_at IS NOT NULL"
                    " ORDER BY number"
                )
            ]

    def snapshots(self, known: int | None = None) -> Sequence[SnapshotInfo]:
        """Newest snapshot of each (dataset, source); its `taken_at` is what a list's age counts from."""
        with self._reading(known) as (db, at, _):
            rows = db.execute(
                "SELECT dataset, source, doc FROM snapshot WHERE gen <= ? ORDER BY gen, position", (at,)
            )
            newest = {(dataset, source): doc for dataset, source, doc in rows}
        return [msgspec.json.decode(doc, type=SnapshotInfo) for _, doc in sorted(newest.items())]

    def counts(self, known: int | None = None) -> Mapping[str, int]:
        """Open records by dataset."""
        with self._reading(known) as (db, at, _):
            rows = db.execute(
                "SELECT dataset, open, max(gen) FROM change JOIN source ON source.id = change.source"
                " WHERE gen <= ? GROUP BY change.source",
                (at,),
            ).fetchall()
        found: dict[str, int] = {}
        for dataset, count, _ in rows:
            found[dataset] = found.get(dataset, 0) + count
        return dict(sorted(found.items()))

    def get(self, party: str, *, known: int | None = None) -> Party | None:
        """A party by its key, or by one that it had before it turned out to be the same as an older one.

        When none of its records is in force any more it is shown as they last said, without mentions.
        """
        number = content.party_number(party)
        if number is None:
            return None
        with self._reading(known) as (db, at, links):
            return self._party(db, links, links.of(number), at)

    def find(self, scheme: str, value: str, *, known: int | None = None) -> Party | None:
        """The party that owns a strong identifier."""
        form = content.strong(scheme, value)
        if form is None:
            return None
        with self._reading(known) as (db, at, links):
            row = db.execute("SELECT party FROM ident WHERE value = ?", (form,)).fetchone()
            if row is None:
                return None
            bases = links.members(links.of(row[0]))
            candidates = dict.fromkeys([links.of(row[0])])
            if links.verdicts:
                for base in bases:
                    rows = db.execute(f"SELECT source, kh FROM record WHERE party = :base AND {VISIBLE}",
                                      {"base": base, "known": at})  # fmt: skip
                    candidates.update((links.resolve(base, (source, kh, 0)), None) for source, kh in rows)
            for number in candidates:
                party = self._party(db, links, number, at)
                if party is not None and content.owns(party.ids, scheme, value):
                    return party
        return None

    def search(self, text: str, *, limit: int = 20, known: int | None = None) -> Sequence[PartyHit]:
        """Organisations by code, name, former name (exact, prefix, infix); persons by exact name, never by number."""
        hits: dict[str, PartyHit] = {}
        with self._reading(known) as (db, at, links):
            for number, how, matches in search.candidates(FileNames(db), text):
                if len(hits) >= limit:
                    break
                if content.party_key(links.of(number)) in hits:
                    continue
                party = self._party(db, links, links.of(number), at)
                matched = None if party is None else search.matched(party, matches)
                if party is not None and matched is not None:
                    hits.setdefault(party.key, PartyHit(party=party, matched=matched, how=how))
        return list(hits.values())

    def expand(
        self,
        parties: Sequence[str],
        *,
        types: Sequence[RelationType] | None = None,
        as_of: datetime | None = None,
        known: int | None = None,
        limit: int = 1000,
    ) -> tuple[Sequence[PartyRelation], int]:
        """One hop from several parties in one query: edges (at most `limit`) and how many there are in all."""
        numbers = {number for one in parties if (number := content.party_number(one)) is not None}
        with self._reading(known) as (db, at, links):
            wanted = {links.of(number) for number in numbers}
            bases = [base for number in sorted(wanted) for base in links.members(number)]
            values: dict[str, object] = {
                "parties": f"[{','.join(map(str, bases))}]",
                "known": at,
                "types": None
                if types is None
                else msgspec.json.encode([one.value for one in types]).decode(),
                "as_of": r.micros(as_of),
                "limit": limit,
            }
            if links.verdicts:
                return self._expand_judged(db, links, wanted, values, limit)
            total = db.execute(f"SELECT count(*) FROM ({_TOUCHING})", values).fetchone()[0]
            rows = db.execute(
                f"SELECT {r.COLUMNS} FROM record WHERE id IN ({_TOUCHING} ORDER BY id LIMIT :limit) ORDER BY id",
                values,
            )
            return [edge(links, row) for row in map(r.Row._make, rows)], total

    def _expand_judged(
        self, db: sqlite3.Connection, links: Links, wanted: set[int], values: dict[str, object], limit: int
    ) -> tuple[Sequence[PartyRelation], int]:
        """The same where humans moved mentions between parties: each edge is looked at."""
        places = [place for number in wanted for place in links.moved.get(number, ())]
        moved = [base for source, kh, role in places for (base,) in db.execute(
            f"SELECT {'other' if role else 'party'} FROM record WHERE source = ? AND kh = ? AND kind = 2",
            (source, kh),
        )]  # fmt: skip
        values["parties"] = f"[{','.join(map(str, sorted({*moved, *_numbers(values['parties'])})))}]"
        rows = db.execute(f"SELECT {r.COLUMNS} FROM record WHERE id IN ({_TOUCHING}) ORDER BY id", values)
        keys = {content.party_key(number) for number in wanted}
        found: list[PartyRelation] = []
        total = 0
        for row in map(r.Row._make, rows):
            one = edge(links, row)
            if one.src in keys or one.dst in keys:
                total += 1
                if len(found) < limit:
                    found.append(one)
        return found, total

    def listings_of(self, party: str, *, known: int | None = None) -> Sequence[ListingVersion]:
        """The listings linked to a party, ended ones included; of each the version in force at `known`."""
        number = content.party_number(party)
        if number is None:
            return []
        with self._reading(known) as (db, at, links):
            parts = parts_of(db, links, links.of(number), at)
            ids = f"[{','.join(str(part.id) for part in parts if part.kind == r.LISTING)}]"
            rows = db.execute(
                f"SELECT {r.COLUMNS} FROM record WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                (ids,),
            )
            return [version(links, row, at) for row in map(r.Row._make, rows)]

    def same_as(self, party: str, *, known: int | None = None) -> Sequence[SameAs]:
        """The mentions linked to a party: by identifier (`E1`), by a human, or the only one (`own`)."""
        number = content.party_number(party)
        if number is None:
            return []
        with self._reading(known) as (db, at, links):
            canon = links.of(number)
            return same_as(links, canon, parts_of(db, links, canon, at))

    @contextmanager
    def _reading(self, known: int | None = None) -> Iterator[tuple[sqlite3.Connection, int, Links]]:
        """A connection, the generation to read (at most the newest), and its links."""
        with self._pool.lease() as db:
            newest = (
                db.execute("SELECT max(number) FROM generation WHERE recorded_at IS NOT NULL").fetchone()[0]
                or 0
            )
            at = newest if known is None else min(known, newest)
            links = self._links_cache.get(at)
            if links is None:
                links = read_links(db, at)
                cache = {key: self._links_cache[key] for key in sorted(self._links_cache)[-_LINKS_KEPT:]}
                self._links_cache = {**cache, at: links}
            yield db, at, links

    def _party(self, db: sqlite3.Connection, links: Links, number: int, known: int) -> Party | None:
        parts = parts_of(db, links, number, known)
        if parts:
            return assemble(db, links, number, parts)
        parts = last_parts_of(db, links, number, known)
        return assemble(db, links, number, parts, current=False) if parts else None


def _numbers(packed: object) -> list[int]:
    return msgspec.json.decode(str(packed), type=list[int])
