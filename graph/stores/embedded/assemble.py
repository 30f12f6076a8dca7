"""Reads the mentions of a party from the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from graph.model import Party
from graph.stores import assemble as shared
from graph.stores.assemble import Part
from graph.stores.embedded.links import VISIBLE
from graph.stores.links import Links

_PART = "id, kind, source, kh, key, strong, to_gen, CASE WHEN kind = 2 THEN NULL ELSE doc END"


def query(condition: str, *, order: str = "") -> str:
    """The parts whose row meets `condition`, which names the number of the party `{column}`."""
    arms = (
        f"SELECT {role} AS role, {column} AS base, {_PART} FROM record WHERE {condition.format(column=column)}"
        for role, column in enumerate(("party", "other"))
    )
    return " UNION ALL ".join(arms) + order


_OF_PARTIES = query(f"{{column}} IN (SELECT value FROM json_each(:parties)) AND {VISIBLE}")
_LAST_OF_PARTIES = query("{column} IN (SELECT value FROM json_each(:parties)) AND from_gen <= :known")


def parts_of(db: sqlite3.Connection, links: Links, party: int, known: int) -> list[Part]:
    """The mentions of a party (an oldest number, `Links.of`) in force at a generation."""
    found = _select(db, links, _OF_PARTIES, party, known)
    for source, kh, role in links.moved.get(party, ()):
        rows = db.execute(
            f"SELECT ?3, {'other' if role else 'party'}, {_PART} FROM record WHERE source = ?1 AND kh = ?2"
            " AND from_gen <= ?4 AND (to_gen IS NULL OR to_gen > ?4)",
            (source, kh, role, known),
        )
        have = {(one.id, one.role) for one in found}
        moved = [part for part in map(Part._make, rows) if (part.id, part.role) not in have]
        found.extend(part for part in moved if links.resolve(part.base, part.place) == party)
    return found


def last_parts_of(db: sqlite3.Connection, links: Links, party: int, known: int) -> list[Part]:
    """The mentions that a party had when the last of its records ended."""
    found = _select(db, links, _LAST_OF_PARTIES, party, known)
    last = max((part.to_gen or 0 for part in found), default=0)
    return [part for part in found if part.to_gen == last]


def _select(db: sqlite3.Connection, links: Links, text: str, party: int, known: int) -> list[Part]:
    parties = f"[{','.join(map(str, links.members(party)))}]"
    rows = db.execute(text, {"parties": parties, "known": known})
    parts = map(Part._make, rows)
    if links.plain:
        return list(parts)
    return [part for part in parts if links.resolve(part.base, part.place) == party]


def assemble(
    db: sqlite3.Connection, links: Links, party: int, parts: Sequence[Part], *, current: bool = True
) -> Party:
    """The party that `parts` (at least one) speak of."""

    def relation(part: Part) -> bytes:
        doc: bytes = db.execute("SELECT doc FROM record WHERE id = ?", (part.id,)).fetchone()[0]
        return doc

    return shared.assemble(links, party, parts, relation, current=current)
