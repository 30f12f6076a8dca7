"""Gives staged mentions their parties: by strong identifier, else one of their own. Names are only indexed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from graph.model import Mention
from graph.relations import Relation
from graph.stores import content
from graph.stores.embedded import rows as r


class Allotment:
    """Allots parties to the mentions of one run, in the order in which they arrive."""

    def __init__(self, connection: sqlite3.Connection, generation: int, next_party: int) -> None:
        self._db = connection
        self._gen = generation
        self.next = next_party
        self._known: dict[str, int] = {}
        self._new: list[tuple[str, int, int]] = []
        self._names: dict[tuple[str, int], None] = {}
        self._bonds: list[tuple[int, int, int, int, int]] = []
        self._released: dict[int, list[tuple[int, int]]] = {}
        self._floor = next_party

    def look_up(self, source: int, kind: int, batch: Iterable[r.Formed]) -> None:
        """Read the strong identifiers of a batch, and find the parties of all of them at once."""
        self._known.clear()
        self._floor = self.next
        wanted: list[str] = []
        strong, alone = content.strong_ids, ((),)
        for formed in batch:
            record = formed.record
            if isinstance(record, Relation):
                formed.ids = (self._local(record.src, source), self._local(record.dst, source))
                wanted += formed.ids[0]
                wanted += formed.ids[1]
            else:
                mention = record.subject
                found = self._local(mention, source) if kind == r.REGISTER else strong(mention)
                formed.ids = (found,) if found else alone
                wanted += found
        if wanted:
            query = "SELECT value, party FROM ident WHERE value IN (SELECT value FROM json_each(?))"
            self._known.update(self._db.execute(query, (json.dumps(wanted, ensure_ascii=False),)))

    @staticmethod
    def _local(mention: Mention, source: int) -> tuple[str, ...]:
        """Strong identifiers, and in registers and relations the publisher's own key of the subject."""
        found = content.strong_ids(mention)
        return (*found, f"k:{source}:{mention.key}") if mention.key else found

    def release(self, record: int, *, same_run: bool) -> None:
        """End the bonds that an older version gave; `place` takes up those that still hold."""
        rows = self._db.execute(
            "SELECT id, a, b, role, carried FROM bond WHERE record = ? AND to_gen IS NULL", (record,)
        ).fetchall()
        self._released = {}
        for key, a, b, role, carried in rows:
            if same_run:
                self._db.execute("DELETE FROM bond WHERE id = ?", (key,))
            else:
                self._db.execute("UPDATE bond SET to_gen = ? WHERE id = ?", (self._gen, key))
            if carried:
                self._released.setdefault(role, []).append((a, b))

    def carry_all(self, old: int, new: int) -> None:
        """Give all bonds of a version to the next one, which says the same of its subject."""
        self._db.execute(
            "INSERT INTO bond (a, b, record, role, carried, from_gen) SELECT a, b, ?, role, carried, ? FROM bond"
            " WHERE record = ? AND to_gen IS NULL",
            (new, self._gen, old),
        )
        self._db.execute("UPDATE bond SET to_gen = ? WHERE record = ? AND to_gen IS NULL", (self._gen, old))

    def place(
        self, mention: Mention, ids: tuple[str, ...], record: int, role: int, before: r.Row | None
    ) -> int:
        """The base party of a mention.

        A mention that was alone keeps its party; when it gains the identifier of another one, both are joined.
        """
        if before is None and not ids:
            party = self.next
            self.next += 1
            for form in r.search_forms(mention, coded=False):
                self._names[form, party] = None
            return party
        alone: int | None = None
        if before is not None and not before.strong >> role & 1:
            alone = before.other if role else before.party
        known = {self._known[one] for one in ids if one in self._known}
        if known:
            party = min(known)
        elif alone is not None:
            party = alone
        else:
            party = self.next
            self.next += 1
        for one in ids:
            if one not in self._known:
                self._known[one] = party
                self._new.append((one, party, self._gen))
        if len(known) > 1:
            self._bonds.extend((party, one, record, role, 0) for one in sorted(known) if one != party)
        if before is not None and ids:
            old = [(alone, party)] if alone is not None and alone != party else []
            old += [(a, b) for a, b in self._released.get(role, ()) if b in known]
            self._bonds.extend((a, b, record, role, 1) for a, b in old)
        for form in r.search_forms(mention, coded=bool(ids)):
            self._names[form, party] = None
        return party

    def store(self) -> None:
        """Write what `place` gathered."""
        if self._new:
            self._db.executemany("INSERT INTO ident (value, party, gen) VALUES (?, ?, ?)", sorted(self._new))
            self._new.clear()
        if self._bonds:
            self._db.executemany(
                "INSERT INTO bond (a, b, record, role, carried, from_gen) VALUES (?, ?, ?, ?, ?, ?)",
                [(*bond, self._gen) for bond in self._bonds],
            )
            self._bonds.clear()
        if self._names:
            self._store_names()
            self._names.clear()

    def _store_names(self) -> None:
        known = "SELECT 1 FROM name WHERE n6 = ? AND party = ?"
        fresh = [
            pair
            for pair in self._names
            if pair[1] >= self._floor or self._db.execute(known, pair).fetchone() is None
        ]
        insert = "INSERT INTO name (n6, party, gen) VALUES (?, ?, ?)"
        self._db.executemany(insert, [(form, party, self._gen) for form, party in sorted(fresh)])
        texts: dict[int, str] = {}
        for form, party in fresh:
            if form[0] == "o":
                texts[party] = f"{texts[party]}\n{form[1:]}" if party in texts else form[1:]
        # The full-text index wants ascending rows: another order makes it flush at each step.
        self._db.executemany("INSERT INTO infix (rowid, n6) VALUES (?, ?)", sorted(texts.items()))
