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
        self._ids: dict[tuple[int, int], list[str]] = {}
        self._known: dict[str, int] = {}
        self._new: list[tuple[str, int, int]] = []
        self._names: dict[tuple[str, int], None] = {}
        self._bonds: list[tuple[int, int, int, int, int]] = []
        self._released: dict[int, list[tuple[int, int]]] = {}
        self._floor = next_party

    def look_up(self, source: int, kind: int, batch: Iterable[r.Formed]) -> None:
        """Find the parties of all identifiers of a batch at once."""
        self._known.clear()
        self._floor = self.next
        wanted: list[str] = []
        for formed in batch:
            record = formed.record
            if isinstance(record, Relation):
                wanted += self._strong(record.src, source) + self._strong(record.dst, source)
            elif record.subject.ids or record.subject.key:
                wanted += self._strong(record.subject, source, local=kind == r.REGISTER)
        if wanted:
            query = "SELECT value, party FROM ident WHERE value IN (SELECT value FROM json_each(?))"
            packed = json.dumps(wanted, ensure_ascii=False)
            self._known.update(self._db.execute(query, (packed,)))

    @staticmethod
    def _strong(mention: Mention, source: int, *, local: bool = True) -> list[str]:
        """Strong identifiers; in registers and relations also the publisher's own key of the subject."""
        found = content.strong_ids(mention) if mention.ids else []
        if local and mention.key:
            found.append(f"k:{source}:{mention.key}")
        return found

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
        self,
        mention: Mention,
        source: int,
        record: int,
        role: int,
        before: r.Row | None,
        *,
        local: bool = True,
    ) -> tuple[int, int]:
        """The base party of a mention, and whether an identifier gave it.

        A mention that was alone keeps its party; when it gains the identifier of another one, both are joined.
        """
        alone: int | None = None
        if before is not None and not before.strong >> role & 1:
            alone = before.other if role else before.party
        ids = self._strong(mention, source, local=local) if mention.ids or mention.key else []
        if not ids:
            party = self._allot() if alone is None else alone
        else:
            known = {self._known[one] for one in ids if one in self._known}
            party = min(known) if known else self._allot() if alone is None else alone
            for one in ids:
                if one not in self._known:
                    self._known[one] = party
                    self._new.append((one, party, self._gen))
            if len(known) > 1:
                self._bonds.extend((party, one, record, role, 0) for one in sorted(known - {party}))
            if before is not None:
                old = [(alone, party)] if alone is not None and alone != party else []
                old += [(a, b) for a, b in self._released.get(role, ()) if b in known]
                self._bonds.extend((a, b, record, role, 1) for a, b in old)
        for form in r.search_forms(mention, coded=bool(ids)):
            self._names[form, party] = None
        return party, int(bool(ids))

    def _allot(self) -> int:
        self.next += 1
        return self.next - 1

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
