"""Reads the links of a generation from the file."""

from __future__ import annotations

import sqlite3

from graph.stores.links import BondRow, Links, Place, VerdictRow

VISIBLE = "from_gen <= :known AND (to_gen IS NULL OR to_gen > :known)"


def read_links(connection: sqlite3.Connection, known: int) -> Links:
    """The links visible to a generation."""
    sources = {key: (dataset, source) for key, dataset, source in connection.execute("SELECT * FROM source")}
    verdicts = connection.execute(
        f"SELECT source, kh, role, mention, party, differs, own, tier, decided_by FROM verdict WHERE {VISIBLE}"
        " ORDER BY id",
        {"known": known},
    )
    bonds = connection.execute(
        "SELECT a, b, source, kh, role FROM (SELECT a, b, bond.role AS role, source, kh, bond.from_gen AS from_gen,"
        f" bond.to_gen AS to_gen FROM bond JOIN record ON record.id = bond.record) WHERE {VISIBLE}",
        {"known": known},
    )
    return Links(sources, map(VerdictRow._make, verdicts), map(BondRow._make, bonds))


def bases_of(connection: sqlite3.Connection, place: Place) -> list[int]:
    """The base parties that a mention ever had."""
    source, kh, role = place
    column = "other" if role else "party"
    query = f"SELECT DISTINCT {column} FROM record WHERE source = ? AND kh = ?"
    return [base for (base,) in connection.execute(query, (source, kh))]
