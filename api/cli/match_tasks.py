"""Chunks of `liancheng match` as worker processes do them: rows in, a finished shard on the disk."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from api.cli.match_files import Chunk, csv_bytes
from api.cli.match_words import sentence
from api.masking import mask_text
from api.output import defuse
from graph.messages import Lang
from graph.text import is_empty
from matching.bulk.lookup import Hit, Plan, Searcher
from matching.bulk.pairs import PairPlaces, judge
from matching.bulk.parties import Cells
from matching.bulk.table import Block, read_block
from matching.bulk.verdict import BLOCK, CLEAR, REVIEW, UNDETERMINED, Found, Reason
from matching.bulk.work import Shard, write_shard

PAIR_RESULT = ("relation", "tier", "score", "decision", "reason")


def score_text(permille: int) -> str:
    """A chance in a thousand as it is written: 0.973."""
    return f"{permille // 1000}.{permille % 1000:03d}"


def finish(
    folder: Path, index: int, rows: int, rejected: int, data: bytes, decisions: Counter[str], written: int
) -> Shard:
    """Put a shard on the disk."""
    shard = Shard(
        rows=rows, rejected=rejected, written=written, sha256=hashlib.sha256(data).hexdigest(),
        decisions=dict(sorted(decisions.items())),
    )  # fmt: skip
    write_shard(folder, index, data, shard)
    return shard


class PairsTask(msgspec.Struct, frozen=True):
    """Judges pairs and writes their rows, cells as they came."""

    folder: str
    places: PairPlaces
    width: int
    lang: Lang

    def open(self) -> Callable[[Chunk], Shard]:
        """What is called with every chunk."""
        return self._work

    def _work(self, chunk: Chunk) -> Shard:
        decisions: Counter[str] = Counter()
        rejected = 0
        out = []
        for place, cells in enumerate(chunk.rows):
            problem = chunk.problems.get(place, "")
            if len(cells) != self.width:
                problem, cells = self._fitted(problem, cells)
            found = judge(self.places, cells, problem)
            decisions[found.decision] += 1
            rejected += found.rejected
            out.append((*cells, *answer(found, self.lang)))
        return finish(
            Path(self.folder), chunk.number, len(out), rejected, csv_bytes(out), decisions, len(out)
        )

    def _fitted(self, problem: str, cells: list[str]) -> tuple[str, list[str]]:
        """A row of another width: missing cells are empty ones; cells without a heading make it unreadable."""
        if len(cells) < self.width:
            return problem, [*cells, *[""] * (self.width - len(cells))]
        if any(cell.strip() for cell in cells[self.width :]):
            problem = problem or "match.row.wide"
        return problem, cells[: self.width]


LIST_RESULT = ("query_row", "rank", "list_row", "name", "tier", "score", "decision", "reason")


class PartyPlaces(msgspec.Struct, frozen=True):
    """At which positions of a row the fields of a party stand; none where a file has no such column."""

    name: tuple[int, ...]
    code: tuple[int, ...] = ()
    """Of several numbers the first that is there counts."""
    legal_rep: tuple[int, ...] = ()

    def parties(self, chunk: Chunk) -> list[Cells]:
        """What the rows of a chunk say of a party each; nothing where a row itself is broken."""
        name, codes, rep = self.name[0], self.code, self.legal_rep[0] if self.legal_rep else -1
        wide = max(name, rep, *codes, 0) + 1
        found = []
        for place, cells in enumerate(chunk.rows):
            if place in chunk.problems:
                found.append(Cells(""))
                continue
            if len(cells) < wide:
                cells = [*cells, *[""] * (wide - len(cells))]
            code = next((cells[at] for at in codes if cells[at] and not is_empty(cells[at])), "")
            found.append(Cells(cells[name], code, cells[rep] if rep >= 0 else ""))
        return found


class ReadTask(msgspec.Struct, frozen=True):
    """Reads rows of a list or register into blocks."""

    places: PartyPlaces

    def open(self) -> Callable[[Chunk], Block]:
        """What is called with every chunk."""
        return self._work

    def _work(self, chunk: Chunk) -> Block:
        return read_block(self.places.parties(chunk))


class ListTask(msgspec.Struct, frozen=True):
    """Looks up queries and writes their candidates."""

    folder: str
    places: PartyPlaces
    plan: Plan
    lang: Lang

    def open(self) -> Callable[[Chunk], Shard]:
        """What is called with every chunk: the list is mapped once."""
        searcher = Searcher(self.plan)

        def work(chunk: Chunk) -> Shard:
            return self._work(searcher, chunk)

        return work

    def _work(self, searcher: Searcher, chunk: Chunk) -> Shard:
        decisions: Counter[str] = Counter()
        rejected = 0
        out: list[tuple[object, ...]] = []
        for place, hits in enumerate(searcher.chunk(self.places.parties(chunk))):
            decisions[strictest(hit.found.decision for hit in hits)] += 1
            rejected += hits[0].found.rejected
            problem = chunk.problems.get(place, "")
            for rank, hit in enumerate(hits, 1):
                out.append((chunk.first + place, rank, *self._told(searcher, hit, problem)))
        data = csv_bytes(out)
        return finish(Path(self.folder), chunk.number, len(chunk.rows), rejected, data, decisions, len(out))

    def _told(self, searcher: Searcher, hit: Hit, problem: str) -> tuple[object, ...]:
        found = hit.found
        name = shown(searcher.table.name(hit.row)) if hit.row >= 0 else ""
        reasons = (Reason(problem),) if problem else found.reasons
        return (
            hit.row + 1 if hit.row >= 0 else "", name, found.tier, score_text(found.score),
            found.decision, sentence(reasons, self.lang),
        )  # fmt: skip


_ORDER = (BLOCK, UNDETERMINED, REVIEW, CLEAR)


def strictest(decisions: Iterable[str]) -> str:
    """The strictest verdict among the candidates of a query."""
    found = set(decisions)
    return next(decision for decision in _ORDER if decision in found)


def shown(name: str) -> str:
    """A listed name as answers show it: numbers of persons masked, nothing that a spreadsheet would run."""
    return defuse(mask_text(name) if _DIGITS.search(name) else name)


_DIGITS = re.compile(r"\d{6}")


def answer(found: Found, lang: Lang) -> tuple[str, str, str, str, str]:
    """The columns of the answer."""
    return (
        found.relation,
        found.tier,
        score_text(found.score),
        found.decision,
        sentence(found.reasons, lang),
    )
