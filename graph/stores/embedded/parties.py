"""The parties of a run, in the file."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from itertools import repeat

from graph.model import Mention, PartyType
from graph.stores import allot
from graph.stores import rows as r
from graph.stores.embedded.apart import Statements

_ORG, _PERSON = PartyType.ORGANIZATION, PartyType.PERSON


class Allotment(allot.Allotment):
    """Allots parties to the mentions of one run, in the order in which they arrive."""

    def __init__(self, connection: Statements, generation: int, next_party: int) -> None:
        super().__init__(next_party)
        self._db = connection
        self._gen = generation
        self._floor = self._begun = next_party
        self._forms = array("q")

    def use(self, connection: Statements) -> None:
        """Go on with another connection to the same file."""
        self._db = connection

    def look_up(self, source: int, kind: int, batch: Iterable[r.Formed]) -> None:
        """Read the strong identifiers of a batch, and find the parties of all of them at once."""
        self._known.clear()
        self._floor = self.next
        wanted = self._read(source, kind, batch)
        if wanted:
            query = "SELECT value, party FROM ident WHERE value IN (SELECT value FROM json_each(?))"
            self._known.update(self._db.execute(query, (json.dumps(wanted, ensure_ascii=False),)))

    def place(
        self, mention: Mention, ids: tuple[str, ...], record: int, role: int, before: r.Row | None
    ) -> int:
        """The base party of a mention."""
        if before is None and len(ids) == 1 and not mention.names:
            # Most parties are named by most records in the same way.
            known = self._known.get(ids[0])
            if known is not None and (place := known - self._begun) >= 0:
                letter = "o" if mention.type is _ORG else "p" if mention.type is _PERSON else "t"
                if place < len(self._forms) and self._forms[place] == hash(letter + mention.n6):
                    return known
        return super().place(mention, ids, record, role, before)

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

    def store(self) -> None:
        """Write what `place` gathered."""
        if self._new:
            self._db.executemany(
                "INSERT INTO ident (value, party, gen) VALUES (?, ?, ?)",
                [(value, party, self._gen) for value, party in sorted(self._new)],
            )
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

    def _remembered(self, form: str, party: int) -> bool:
        """Whether the form is the one last written of a party of this run: most are named alike each time.

        64 bits stand for the form, so that millions of parties are remembered.
        """
        place = party - self._begun
        return 0 <= place < len(self._forms) and self._forms[place] == hash(form)

    def _store_names(self) -> None:
        older = [pair for pair in self._names if pair[1] < self._floor and not self._remembered(*pair)]
        query = (
            "SELECT key FROM json_each(?) AS asked WHERE EXISTS (SELECT 1 FROM name"
            " WHERE n6 = asked.value ->> 0 AND party = asked.value ->> 1)"
        )
        text = json.dumps(older, ensure_ascii=False)
        known = {older[place] for (place,) in self._db.execute(query, (text,))} if older else set()
        fresh = [
            pair
            for pair in self._names
            if pair not in known and (pair[1] >= self._floor or not self._remembered(*pair))
        ]
        self._forms.extend(repeat(0, self.next - self._begun - len(self._forms)))
        for form, party in fresh:
            if party >= self._begun:
                self._forms[party - self._begun] = hash(form)
        insert = "INSERT INTO name (n6, party, gen) VALUES (?, ?, ?)"
        self._db.executemany(insert, [(form, party, self._gen) for form, party in sorted(fresh)])
        texts: dict[int, str] = {}
        for form, party in fresh:
            if form[0] == "o":
                texts[party] = f"{texts[party]}\n{form[1:]}" if party in texts else form[1:]
        # The full-text index wants ascending rows: another order makes it flush at each step.
        self._db.executemany("INSERT INTO infix (rowid, n6) VALUES (?, ?)", sorted(texts.items()))
