"""Finds names and identifiers in the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

_LAST = "\U0010ffff"
_TRIGRAM = 3


class FileNames:
    """`graph.stores.search.Names` over one connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def owner(self, identifier: str) -> int | None:
        """The party to which a strong identifier was given first."""
        row = self._db.execute("SELECT party FROM ident WHERE value = ?", (identifier,)).fetchone()
        return None if row is None else int(row[0])

    def exact(self, form: str) -> Iterator[int]:
        """Parties with this form, in order of number."""
        rows = self._db.execute("SELECT party FROM name WHERE n6 = ? ORDER BY party", (form,))
        return (party for (party,) in rows)

    def prefix(self, form: str) -> Iterator[int]:
        """Parties with a longer form that begins so, in order of the form."""
        query = "SELECT party FROM name WHERE n6 > ? AND n6 < ? ORDER BY n6, party"
        return (party for (party,) in self._db.execute(query, (form, f"{form}{_LAST}")))

    def inside(self, text: str) -> Iterator[int]:
        """Organisations with `text` inside a name: by trigrams, below three characters by looking at each name."""
        if len(text) < _TRIGRAM:
            names = "SELECT party FROM name WHERE n6 >= 'o' AND n6 < 'p' AND instr(n6, ?) > 2"
            yield from (party for (party,) in self._db.execute(names, (text,)))
            return
        grams = dict.fromkeys(text[at : at + _TRIGRAM] for at in range(len(text) - _TRIGRAM + 1))
        query = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)
        found = self._db.execute("SELECT rowid FROM infix WHERE infix MATCH ?", (query,))
        yield from (party for (party,) in found)
