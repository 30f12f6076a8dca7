"""What humans decide about parties: link, separate, erase. Each decision is a publication of its own."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from graph.model import Party, PartyType, SameAs
from graph.store import StoreError
from graph.stores import content
from graph.stores import rows as r
from graph.stores.blank import Blanks
from graph.stores.embedded.links import read_links
from graph.stores.embedded.read import Reading
from graph.stores.embedded.write import Writing
from graph.stores.links import Links, Place
from graph.stores.staging import Deciding

_MENTION = "SELECT party, other, key FROM record WHERE source = ? AND kh = ? ORDER BY id DESC LIMIT 1"


class People(Deciding, Reading, Writing):
    """`GraphWriter.link`, `separate` and `erase`.

    They take the next generation, and therefore discard what an interrupted load had staged (it starts anew).
    """

    def erase(self, party: str, *, reason: str, recorded_at: datetime) -> int:
        """Remove a person's data from every version (PIPL art. 47) and from the file's free space.

        Names, identifiers, rows as published and every text that holds them go; keys, hashes, dates and
        generations stay, so that histories still add up. The person's strong identifiers are also blanked where
        other records quote them. What a list names again later, with another content, is recorded again.

        Returns:
            How many record versions were blanked; 0 when there is no such party.

        Raises:
            StoreError: `store.not_person`; `store.busy`: another one writes, or a reader holds the old pages;
                then call again.
        """
        number = content.party_number(party)
        with self._idle() as db:
            known = self._newest(db)
            links = read_links(db, known)
            found = None if number is None else self._party(db, links, links.of(number), known)
            if number is None or found is None:
                self._leave()
                return 0
            if found.type is not PartyType.PERSON:
                raise StoreError("store.not_person", party=party)
            count = self._blank(db, links, links.of(number), found, reason, recorded_at)
            self._purge(db)
            self._leave()
            return count

    def _decide(self, same_as: SameAs, *, differs: bool, reason: str, recorded_at: datetime) -> None:
        number = content.party_number(same_as.party)
        with self._idle() as db:
            known = self._newest(db)
            links = read_links(db, known)
            if number is None or self._party(db, links, links.of(number), known) is None:
                raise StoreError("store.party", party=same_as.party)
            place = self._place(db, same_as.mention)
            verdict = links.verdicts.get(place)
            if not differs and verdict and links.of(number) in {links.of(one) for one in verdict.differs}:
                raise StoreError("store.separated", party=same_as.party)
            with self._durable(db, begin=False):
                generation = self._next_generation(db, "decision")
                recorded, asked = self._clock(db, recorded_at)
                own = None
                if differs:
                    own = (
                        verdict.own
                        if verdict is not None and verdict.own is not None
                        else self._allot(db, generation)
                    )
                else:
                    db.execute(
                        "UPDATE verdict SET to_gen = ? WHERE source = ? AND kh = ? AND role = ? AND NOT differs"
                        " AND to_gen IS NULL",
                        (generation, *place),
                    )
                db.execute(
                    "INSERT INTO verdict (source, kh, role, mention, party, differs, own, tier, decided_by, reason,"
                    " recorded_at, from_gen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*place, same_as.mention, number, int(differs), own, same_as.tier, same_as.decided_by, reason,
                     recorded, generation),
                )  # fmt: skip
                self._finish(db, generation, recorded, asked)
            self._leave()

    def _allot(self, db: sqlite3.Connection, generation: int) -> int:
        number = db.execute("SELECT next_party FROM generation WHERE number = ?", (generation,)).fetchone()[0]
        db.execute("UPDATE generation SET next_party = next_party + 1 WHERE number = ?", (generation,))
        return int(number)

    def _place(self, db: sqlite3.Connection, mention: str) -> Place:
        """Where a mention stands, from its key."""
        for source, dataset, name in db.execute("SELECT * FROM source").fetchall():
            prefix = content.mention_key(dataset, name, "")
            if not mention.startswith(prefix):
                continue
            rest = mention.removeprefix(prefix)
            tries = [(kind, rest, 0) for kind in (r.LISTING, r.REGISTER)]
            tries += [
                (r.RELATION, rest[:-4], role)
                for role, end in enumerate(("#src", "#dst"))
                if rest.endswith(end)
            ]
            for kind, key, role in tries:
                kh = r.natural(kind, key)
                row = db.execute(_MENTION, (source, kh)).fetchone()
                if row is not None and row[2] == key:
                    return source, kh, role
        raise StoreError("store.mention")

    def _newest(self, db: sqlite3.Connection) -> int:
        return int(db.execute("SELECT max(number) FROM generation").fetchone()[0] or 0)

    def _blank(
        self,
        db: sqlite3.Connection,
        links: Links,
        party: int,
        person: Party,
        reason: str,
        recorded_at: datetime,
    ) -> int:
        blanks = Blanks(person)
        count = 0
        with self._durable(db, begin=False):
            generation = self._next_generation(db, "erasure")
            recorded, asked = self._clock(db, recorded_at)
            everything = Blanks(person)
            rows = self._rows_ever(db, links, party)
            for row, role in rows:
                everything.learn(row, role)
            blanks = everything
            done = set()
            for row, role in rows:
                current = row if row.id not in done else self._row(db, row.id)
                self._put(db, blanks.own(current, role))
                done.add(row.id)
            count = len(done)
            for token in blanks.numbers:
                quoting = db.execute(
                    f"SELECT {r.COLUMNS} FROM record WHERE instr(doc, ?) OR instr(key, ?)",
                    (token.encode(), token),
                ).fetchall()
                for row in map(r.Row._make, quoting):
                    self._put(db, blanks.quoted(row))
                    count += row.id not in done
                    done.add(row.id)
            members = f"[{','.join(map(str, links.members(party)))}]"
            inside = "party IN (SELECT value FROM json_each(?))"
            db.execute(f"DELETE FROM ident WHERE {inside} AND value NOT GLOB 'k:*'", (members,))
            db.execute(f"DELETE FROM name WHERE {inside}", (members,))
            verdicts = db.execute("SELECT id, mention, reason FROM verdict").fetchall()
            db.executemany(
                "UPDATE verdict SET mention = ?, reason = ? WHERE id = ?",
                [(blanks.text(mention), blanks.text(why), key) for key, mention, why in verdicts],
            )
            db.execute(
                "INSERT INTO erasure (party, reason, recorded_at, gen, rows) VALUES (?, ?, ?, ?, ?)",
                (party, blanks.text(reason), recorded, generation, count),
            )
            self._finish(db, generation, recorded, asked)
        return count

    def _rows_ever(self, db: sqlite3.Connection, links: Links, party: int) -> list[tuple[r.Row, int]]:
        """Every version that ever named the party, with the role in which it did."""
        found: list[tuple[r.Row, int]] = []
        members = f"[{','.join(map(str, links.members(party)))}]"
        for role, column in enumerate(("party", "other")):
            rows = db.execute(
                f"SELECT {r.COLUMNS} FROM record WHERE {column} IN (SELECT value FROM json_each(?))",
                (members,),
            )
            for row in map(r.Row._make, rows):
                base = row.other if role else row.party
                if links.resolve(base or 0, (row.source, row.kh, role)) == party:
                    found.append((row, role))
        for source, kh, role in links.moved.get(party, ()):
            rows = db.execute(f"SELECT {r.COLUMNS} FROM record WHERE source = ? AND kh = ?", (source, kh))
            for row in map(r.Row._make, rows):
                base = row.other if role else row.party
                if links.resolve(base or 0, (source, kh, role)) == party and (row, role) not in found:
                    found.append((row, role))
        return found

    def _row(self, db: sqlite3.Connection, number: int) -> r.Row:
        return r.Row(*db.execute(f"SELECT {r.COLUMNS} FROM record WHERE id = ?", (number,)).fetchone())

    def _put(self, db: sqlite3.Connection, row: r.Row) -> None:
        db.execute(
            "UPDATE record SET key = ?, own = ?, doc = ? WHERE id = ?", (row.key, row.own, row.doc, row.id)
        )

    def _purge(self, db: sqlite3.Connection) -> None:
        """Rewrite the file and empty the log, so that no page keeps what was blanked."""
        db.execute("PRAGMA temp_store=FILE")
        db.execute("VACUUM")
        db.execute("PRAGMA temp_store=MEMORY")
        if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise StoreError("store.busy", path=str(self._path))
