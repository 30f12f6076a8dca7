"""The engine as its judges ask it: pairs and lists, by the functions that decide in `match pairs` and `match list`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from graph import keys
from graph.text import index_text, org_key
from matching.bulk.parties import Cells, Side
from matching.bulk.verdict import Found, decide
from matching.index.folder import build_folder, open_folder
from matching.names.coding import decode, encode, encode_many
from matching.names.model import Model
from matching.names.score import OTHER_SCRIPT, compare_names, pair_threshold, score_pairs
from namelab.measure import VETOED, ListScores

Scores = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

LIMIT = 12
"""Candidates a query, as a screening asks for."""
TITLE = "Liancheng"


@dataclass(frozen=True, slots=True)
class Scored:
    """Points of pairs (VETOED where a veto came first) and the time of a pair."""

    scores: Scores
    microseconds: float


def score_texts(
    left: Sequence[str],
    right: Sequence[str],
    pairs: Rows,
    *,
    scored_by: Model | None = None,
    threads: int = 2,
) -> Scores:
    """Points of pairs of `index_text` forms, given as places in both; a veto before any points is VETOED."""
    points, vetoes = score_pairs(
        *encode_many(left), *encode_many(right), pairs, threads=threads, scored_by=scored_by
    )
    scores = points.astype(np.float64)
    other = (vetoes & OTHER_SCRIPT) != 0
    scores[(vetoes != 0) & ~other] = VETOED
    for place in np.flatnonzero(other):
        found = compare_names(left[pairs[place, 0]], right[pairs[place, 1]])
        scores[place] = VETOED if found.vetoes else found.points
    return scores


def score(pairs: Sequence[tuple[str, str]], *, scored_by: Model | None = None, threads: int = 1) -> Scored:
    """Points of pairs of raw names; the time is the scorer's own, without normalising."""
    left, right = [index_text(a) for a, _ in pairs], [index_text(b) for _, b in pairs]
    both = np.repeat(np.arange(len(pairs), dtype=np.int64), 2).reshape(-1, 2)
    score_texts(left[:1], right[:1], both[:1])  # compiling is no part of a pair's time
    start = time.perf_counter()
    scores = score_texts(left, right, both, scored_by=scored_by, threads=threads)
    return Scored(scores, (time.perf_counter() - start) / max(len(pairs), 1) * 1e6)


def threshold() -> float:
    """Points from which two names alone are called the same."""
    return float(pair_threshold())


def decisions(rows: Iterable[tuple[Cells, Cells]]) -> list[Found]:
    """What `match pairs` says of each row."""
    return [decide(Side(left), Side(right)) for left, right in rows]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the index found for some queries: entries best first, -1 where there are no more."""

    queries: list[str]
    found: Rows

    def flat(self) -> Rows:
        """(query, entry) of every candidate, equal queries together."""
        query, place = np.nonzero(self.found >= 0)
        return np.stack([query, self.found[query, place]], axis=1)

    def best(self, scores: Scores) -> Scores:
        """The highest score of each query, from the scores of `flat()`."""
        best = np.full(len(self.queries), VETOED)
        np.maximum.at(best, self.flat()[:, 0], scores)
        return best

    def of(self, scores: Scores, right: Rows) -> Scores:
        """The score of the right entry of each query; VETOED where the index did not find it."""
        flat = self.flat()
        hit = flat[:, 1] == right[flat[:, 0]]
        score = np.full(len(self.queries), VETOED)
        score[flat[hit, 0]] = scores[hit]
        return score

    def recall(self, right: Rows) -> int:
        """How many queries have their right entry among the candidates."""
        return int((self.found == right[:, None]).any(axis=1).sum())


class Index:
    """An index over names in a folder of its own, which goes with it. Entries are numbered as in `texts`."""

    def __init__(self, entries: Sequence[str]) -> None:
        forms = {keys.org_name(org_key(name)): index_text(name) for name in entries}
        numbers = np.fromiter(forms, np.uint64, len(forms))
        texts = list(forms.values())
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name) / "index"
        start = time.perf_counter()
        build_folder(folder, texts, numbers)
        self.build_seconds = time.perf_counter() - start
        files = [path for path in folder.rglob("*") if path.is_file()]
        self.bytes_per_name = sum(path.stat().st_size for path in files) / max(len(texts), 1)
        self._index = open_folder(folder)
        self.texts = [texts[place] for place in np.argsort(numbers, kind="stable").tolist()]
        self.places = {text: place for place, text in enumerate(self.texts)}
        for place in range(0, len(texts), max(len(texts) // 50, 1)):
            if self._index.text(place) != decode(encode(self.texts[place])):
                raise RuntimeError(
                    "the index numbers its entries in another order than was taken for granted"
                )

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def rows(self, names: Sequence[str]) -> Rows:
        """The entries of names that are on the list."""
        return np.fromiter((self.places[index_text(name)] for name in names), np.int64, len(names))

    def search(self, names: Sequence[str], *, threads: int = 2) -> Candidates:
        """Candidates of raw names."""
        texts = [index_text(name) for name in names]
        found, _ = self._index.search_many(texts, LIMIT, threads)
        return Candidates(texts, found.astype(np.int64))

    def scores(self, found: Candidates, *, scored_by: Model | None = None, threads: int = 2) -> Scores:
        """Points of every candidate, in the order of `Candidates.flat`."""
        return score_texts(found.queries, self.texts, found.flat(), scored_by=scored_by, threads=threads)

    def one(self, name: str) -> tuple[float, float]:
        """Milliseconds of one whole decision on a name: reading, searching, scoring, explaining the best."""
        start = time.perf_counter()
        text = index_text(name)
        candidates = self._index.search(text, LIMIT)
        searched = time.perf_counter()
        for candidate in candidates:
            compare_names(text, candidate.text)
        return (searched - start) * 1e3, (time.perf_counter() - start) * 1e3


def trial(
    index: Index,
    listed: Candidates,
    right: Rows,
    clean: Candidates,
    scorer: Callable[[Candidates], Scores],
    *,
    known_listed: npt.NDArray[np.bool_] | None = None,
    known_clean: npt.NDArray[np.bool_] | None = None,
) -> ListScores:
    """List-level scores of one scorer over the same candidates.

    Args:
        index: the list.
        listed: candidates of queries that stand for listed parties.
        right: the entry that each of them stands for.
        clean: candidates of queries of parties that are not listed.
        scorer: points of each candidate, in the order of `Candidates.flat`.
        known_listed: queries whose exact name a registry holds as somebody else: cleared before any score.
        known_clean: the same of the clean ones.
    """
    of_listed, of_clean = listed.of(scorer(listed), right), clean.best(scorer(clean))
    if known_listed is not None:
        of_listed[known_listed] = VETOED
    if known_clean is not None:
        of_clean[known_clean] = VETOED
    return ListScores(of_listed, of_clean)
