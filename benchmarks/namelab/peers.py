"""What else compares and finds names: public scorers and searchers, each at its best sensible setting.

Scorers get normalised names (`normalised`; raw ones beside them, because one or two do better so) and are
measured at the threshold that is best on the very pairs: more than a user of them would reach. Peers that are no
dependency of this project run in an interpreter of their own (`LIANCHENG_PEERS`, a virtual environment with
`pip install nomenklatura tantivy`); without one they are reported as not installed.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from graph.text import org_key

Pairs = Sequence[tuple[str, str]]
Scores = npt.NDArray[np.float64]

OUTSIDE_SCORERS = ("logic-v1", "logic-v2", "name-based", "ofac", "regression-v1")
"""nomenklatura's algorithms; logic-v1 and logic-v2 are what yente serves."""
ENVIRONMENT = "LIANCHENG_PEERS"
"""Names the Python of the environment that holds nomenklatura and tantivy."""
OUTSIDE = Path(__file__).with_name("peers_outside.py")


@dataclass(frozen=True, slots=True)
class PeerScores:
    """A peer's scores of the pairs, or why there are none."""

    name: str
    scores: Scores = field(default_factory=lambda: np.zeros(0))
    microseconds: float = 0.0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class PeerSearch:
    """What a searcher found: entries of each query, best first, and how long each query took."""

    name: str
    found: list[list[int]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    build_seconds: float = 0.0
    bytes_per_name: float = 0.0
    missing: str = ""


Scorer = Callable[[str, str], float]


def _ratio(left: str, right: str) -> float:
    return float(fuzz.ratio(left, right))


def _wratio(left: str, right: str) -> float:
    return float(fuzz.WRatio(left, right))


def _jaro_winkler(left: str, right: str) -> float:
    return float(JaroWinkler.similarity(left, right))


SCORERS: dict[str, tuple[Scorer, bool]] = {
    "rapidfuzz ratio, raw": (_ratio, False),
    "rapidfuzz ratio, normalised": (_ratio, True),
    "rapidfuzz WRatio, normalised": (_wratio, True),
    "Jaro-Winkler, normalised": (_jaro_winkler, True),
}
"""Scorers by title: the function and whether it gets normalised names."""


def normalise(raw: str) -> str:
    """The comparison form of a Chinese name; a Latin one keeps its words, which token scorers need."""
    key = org_key(raw)
    return " ".join(raw.upper().split()) if key.isascii() else key


def score(name: str, pairs: Pairs) -> PeerScores:
    """Scores of one of `SCORERS`; the time is the scorer's own, without normalising."""
    function, normalised = SCORERS[name]
    texts = [(normalise(a), normalise(b)) for a, b in pairs] if normalised else list(pairs)
    start = time.perf_counter()
    scores = np.fromiter((function(a, b) for a, b in texts), np.float64, len(texts))
    return PeerScores(name, scores, (time.perf_counter() - start) / max(len(texts), 1) * 1e6)


def outside_python() -> str | None:
    """The interpreter that holds the peers, or None."""
    given = os.environ.get(ENVIRONMENT, "")
    return given if given and Path(given).is_file() else None


def _ask(request: dict[str, Any], timeout: float) -> tuple[dict[str, Any] | None, str]:
    """The answer of the other interpreter, or why there is none."""
    python = outside_python()
    if python is None:
        return None, f"not installed ({ENVIRONMENT} names no Python that has it)"
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "request.json", Path(folder) / "answer.json"
        asked.write_text(json.dumps(request, ensure_ascii=True), "ascii")
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        try:
            done = subprocess.run(
                [python, "-W", "ignore", str(OUTSIDE), str(asked), str(answered), folder],
                env=environment,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None, f"no answer within {timeout:.0f} s"
        if done.returncode or not answered.is_file():
            return None, f"not installed ({(done.stderr.strip().splitlines() or ['no answer'])[-1]})"
        return json.loads(answered.read_text("utf-8")), ""


def score_outside(names: Sequence[str], pairs: Pairs, *, timeout: float = 1800) -> list[PeerScores]:
    """Scores of nomenklatura's algorithms, each between two companies that have nothing but a name."""
    answer, missing = _ask({"task": "score", "algorithms": list(names), "pairs": list(pairs)}, timeout)
    if answer is None:
        return [PeerScores(f"nomenklatura {name}", missing=missing) for name in names]
    return [
        PeerScores(
            f"nomenklatura {name}",
            np.asarray(answer[name]["scores"], np.float64) if name in answer else np.zeros(0),
            float(answer[name]["microseconds"]) if name in answer else 0.0,
            "" if name in answer else "no such algorithm in the installed version",
        )
        for name in names
    ]


def search_fts5(entries: Sequence[str], queries: Sequence[str], limit: int) -> PeerSearch:
    """SQLite FTS5 with the trigram tokenizer, ranked by bm25, any trigram of the query may match."""
    title = "SQLite FTS5 trigram"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "names.db"
        database = sqlite3.connect(path)
        try:
            try:
                database.execute(
                    "CREATE VIRTUAL TABLE names USING fts5(name, content='', tokenize='trigram')"
                )
            except sqlite3.OperationalError as error:
                return PeerSearch(title, missing=f"not available ({error})")
            start = time.perf_counter()
            with database:
                database.executemany(
                    "INSERT INTO names(rowid, name) VALUES (?, ?)", ((i, t) for i, t in enumerate(entries))
                )
                database.execute("INSERT INTO names(names) VALUES ('optimize')")
            built = time.perf_counter() - start
            found, took = [], []
            for query in queries:
                start = time.perf_counter()
                grams = dict.fromkeys(query[i : i + 3] for i in range(max(len(query) - 2, 0)))
                wanted = " OR ".join('"' + g.replace('"', '""') + '"' for g in grams)
                rows = (
                    database.execute(
                        "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?", (wanted, limit)
                    ).fetchall()
                    if wanted
                    else []
                )
                took.append((time.perf_counter() - start) * 1e3)
                found.append([int(row[0]) for row in rows])
            return PeerSearch(title, found, took, built, path.stat().st_size / max(len(entries), 1))
        finally:
            database.close()


def search_scan(entries: Sequence[str], queries: Sequence[str], limit: int) -> PeerSearch:
    """Every query against every entry with rapidfuzz's ratio: finds what the ratio can, in linear time."""
    found, took = [], []
    for query in queries:
        start = time.perf_counter()
        rows = process.extract(query, entries, scorer=fuzz.ratio, processor=None, limit=limit)
        took.append((time.perf_counter() - start) * 1e3)
        found.append([int(row[2]) for row in rows])
    size = sum(len(e.encode()) for e in entries) / max(len(entries), 1)
    return PeerSearch("rapidfuzz scan (ratio)", found, took, 0.0, size)


def search_tantivy(
    entries: Sequence[str], queries: Sequence[str], limit: int, *, timeout: float = 1800
) -> PeerSearch:
    """tantivy over character bigrams, ranked by BM25, any bigram of the query may match."""
    title = "tantivy bigrams"
    request = {"task": "search", "entries": list(entries), "queries": list(queries), "limit": limit}
    answer, missing = _ask(request, timeout)
    if answer is None:
        return PeerSearch(title, missing=missing)
    return PeerSearch(
        title,
        answer["found"],
        answer["milliseconds"],
        float(answer["build_seconds"]),
        float(answer["bytes"]) / max(len(entries), 1),
    )
