"""A plain screening service to compare with: FastAPI, SQLite with a trigram index, rapidfuzz, an audit row a request.

What a team would write in a week in the manner of yente (candidates from a search index, then a score for each): exact
look-ups by code and name, twenty candidates by trigrams, the best by similarity, one committed row an answer. It knows
no law, no dates, no relations, no evidence and no chain. `python benchmarks/baseline_server.py DATABASE PORT`.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import Body, FastAPI
from rapidfuzz import fuzz, process


def build(path: Path, rows: Any) -> None:
    """The database: names and codes of the listed."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE listed (id INTEGER PRIMARY KEY, name TEXT, code TEXT)")
        database.executemany("INSERT INTO listed (name, code) VALUES (?, ?)", rows)
        database.execute("CREATE INDEX by_code ON listed (code)")
        database.execute("CREATE INDEX by_name ON listed (name)")
        database.execute(
            "CREATE VIRTUAL TABLE grams USING fts5(name, content='listed', content_rowid='id', tokenize='trigram')"
        )
        database.execute("INSERT INTO grams (grams) VALUES ('rebuild')")
        database.execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, asked TEXT, answer TEXT)")


def create(path: str) -> FastAPI:
    """The service."""
    app = FastAPI()
    local = threading.local()

    def database() -> sqlite3.Connection:
        if not hasattr(local, "database"):
            local.database = sqlite3.connect(path, timeout=30)
            local.database.execute("PRAGMA synchronous=FULL")
        found: sqlite3.Connection = local.database
        return found

    @app.post("/v1/decisions")
    def decide(asked: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008 - the framework's own form
        here = database()
        results = []
        for bidder in asked["bidders"]:
            name = bidder.get("name", "")
            codes = [one["id"] for one in bidder.get("identifiers", ())]
            marks = ",".join("?" * len(codes))
            hits = [
                *here.execute(f"SELECT id, name, code FROM listed WHERE code IN ({marks})", codes),
                *here.execute("SELECT id, name, code FROM listed WHERE name = ?", (name,)),
            ]  # fmt: skip
            grams = " OR ".join(f'"{name[at : at + 3]}"' for at in range(0, max(1, len(name) - 2), 2))
            near = here.execute(
                "SELECT rowid, name FROM grams WHERE grams MATCH ? ORDER BY rank LIMIT 20", (grams,)
            ).fetchall()
            best = process.extract(name, {one[0]: one[1] for one in near}, scorer=fuzz.WRatio, limit=5)
            results.append({"name": name, "exact": hits, "near": best, "blocked": bool(hits)})
        with here:
            here.execute("INSERT INTO audit (asked, answer) VALUES (?, ?)", (str(asked), str(results)))
        return {"results": results}

    return app


def from_environment() -> FastAPI:
    """The service as its processes make it."""
    return create(os.environ["BASELINE_DATABASE"])


if __name__ == "__main__":
    os.environ["BASELINE_DATABASE"] = sys.argv[1]
    uvicorn.run(
        "baseline_server:from_environment",
        factory=True,
        app_dir=str(Path(__file__).parent),
        port=int(sys.argv[2]),
        workers=2,
        log_level="warning",
        access_log=False,
    )
