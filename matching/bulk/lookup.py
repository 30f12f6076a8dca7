"""A chunk of queries against a list: what is found by number, name, branch and likeness, and what each comes to.

Only what can matter is looked at one by one; everything else stays in arrays. The order of decision is that of
`matching.bulk.verdict`; what a pair alone lacks is here: a register of known companies, and a threshold for the size
of the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from graph import keys, text
from matching.bulk.parties import Cells, Side, person_like
from matching.bulk.table import OTHER_CODE, READABLE, UNREADABLE, Block, Table, expand, read_block, runs
from matching.bulk.verdict import (
    BLOCK,
    BRANCH_OF,
    CERTAIN,
    CLEAR,
    DIFFERENT,
    REVIEW,
    SAME,
    UNDETERMINED,
    Found,
    Reason,
    conflict,
    decision_of,
    evidence,
    exact,
    phrases,
    weighed,
)
from matching.compare import compare
from matching.decision import Tier

Array = npt.NDArray[Any]

MOST_ROWS: Final = 50
"""Rows of the list that are looked at under one name or number."""
_STRICTNESS: Final = {BLOCK: 0, REVIEW: 1, CLEAR: 3}
_NONE: Final = -(1 << 30)
_UNNAMED_VETO: Final = 1 << 16
"""A veto of names in another script, whose reason is not told in a list."""


class Plan(msgspec.Struct, frozen=True):
    """What to search, and how."""

    table: str
    """Folder of the list."""
    registry: str = ""
    """Folder of the register of known companies, if there is one."""
    top: int = 3
    """Candidates of a query that are told."""
    limit: int = 12
    """Similar names looked at; 0: names are searched as written only."""
    budget: int = 100
    """Alarms per 100,000 clean bidders."""


class Hit(NamedTuple):
    """A row of the list beside a query. `row` counts from 0; -1: nothing was found."""

    row: int
    found: Found
    points: int = _NONE


class _Said(NamedTuple):
    """A name of the query beside an entry of the list."""

    text: str
    entry: int
    points: int
    stem: bool
    """Not the query's own name: that of the company which it is named after."""


class _Scored(NamedTuple):
    """Candidates of some texts: which text, which entry, its points, vetoes as bits."""

    text: Array
    entry: Array
    points: Array
    vetoes: Array


class _Asked:
    """A query, read as far as it is needed."""

    def __init__(self, cells: Cells) -> None:
        self.side = Side(cells)
        self.hits: dict[int, Hit] = {}


class Searcher:
    """Looks up chunks of queries in one list. One a process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.table = Table(Path(plan.table))
        self.registry = Table(Path(plan.registry)) if plan.registry else None
        self.least = 0
        if plan.limit:
            from matching.names.thresholds import threshold

            self._index = self.table.index()
            self.chars = self.table.chars()
            self.least = threshold(max(self.table.facts.entries, 1), plan.budget)

    def chunk(self, rows: Sequence[Cells]) -> list[list[Hit]]:
        """The candidates of every query, the strictest first; a query without any has one hit without a row."""
        block = read_block(rows)
        asked: dict[int, _Asked] = {}
        own = self.table.entries_of(block.entry_keys)
        for query, row in set(self._exact(rows, block, own)):
            one = asked.setdefault(query, _Asked(rows[query]))
            right = Side(self.table.cells(row))
            found = exact(one.side, right)
            if found is not None and (found.relation != DIFFERENT or found.tier):
                one.hits[row] = Hit(row, found)
        self._derived(rows, block, asked)
        alike = self._alike(rows, block, asked) if self.plan.limit else {}
        return [
            self._ranked(rows[query], int(block.state[query]), asked.get(query), alike.get(query, []))
            for query in range(len(rows))
        ]

    def _exact(self, rows: Sequence[Cells], block: Block, own: Array) -> Iterator[tuple[int, int]]:
        """(query, row) worth an exact comparison: by name, number, lost characters, branch and parent."""
        table = self.table
        listed = np.flatnonzero(own >= 0)
        yield from _pairs(block.entry_rows[listed], *self._rows_of(own[listed]), table.entry_rows)
        yield from _pairs(
            block.code_rows, *runs(table.code_keys, block.code_keys, MOST_ROWS), table.code_rows
        )
        for query, stem in self._stems(rows, block):
            entry = table.entries_of(np.array([keys.org_name(stem)], np.uint64))
            if entry[0] >= 0:
                yield from _pairs(np.array([query]), *self._rows_of(entry), table.entry_rows)
        names = np.flatnonzero(block.own)
        if len(table.branch_keys):
            yield from self._branches(rows, block.entry_rows[names])
        if len(table.wild_keys):
            for query in block.entry_rows[names].tolist():
                n6 = text.org_key(rows[query].name)
                if text.WILDCARD not in n6:
                    wanted = np.array(keys.org_wildcard(n6), np.uint64)
                    yield from _pairs(
                        np.repeat(query, len(wanted)),
                        *runs(table.wild_keys, wanted, MOST_ROWS),
                        table.wild_rows,
                    )

    def _rows_of(self, entries: Array) -> tuple[Array, Array]:
        low = self.table.entry_starts[entries]
        return expand(low, np.minimum(self.table.entry_starts[entries + 1] - low, MOST_ROWS))

    def _stems(self, rows: Sequence[Cells], block: Block) -> Iterator[tuple[int, str]]:
        """Names that a branch may be named after: the longest that the register knows, and longer ones (A14)."""
        for query in np.unique(block.branch_rows).tolist():
            parts = text.branch(Side(rows[query]).read.n6)
            if parts is not None:
                known = next((stem for stem in parts.stem_candidates if self._registered(stem)), "")
                yield from ((query, stem) for stem in parts.stem_candidates if len(stem) >= len(known))

    def _branches(self, rows: Sequence[Cells], queries: Array) -> Iterator[tuple[int, int]]:
        """Listed branches that are named after a query and not after a longer registered name (A15)."""
        numbers = queries.tolist()
        names = [text.org_key(rows[query].name) for query in numbers]
        wanted = np.fromiter(map(keys.branch_parent, names), np.uint64, len(names))
        which, places = runs(self.table.branch_keys, wanted, MOST_ROWS)
        for at, row in zip(which.tolist(), self.table.branch_rows[places].tolist(), strict=True):
            name = names[at]
            branch = Side(self.table.cells(row)).read.n6
            if text.parent_of(branch, lambda stem, name=name: stem == name or self._registered(stem)) == name:  # type: ignore[misc]
                yield numbers[at], row

    def _registered(self, n6: str) -> bool:
        """Whether the register holds exactly this name as somebody's own."""
        return bool(self._register_rows(n6))

    def _register_rows(self, n6: str) -> list[int]:
        if self.registry is None or not n6:
            return []
        entry = int(self.registry.entries_of(np.array([keys.org_name(n6)], np.uint64))[0])
        if entry < 0:
            return []
        low, high = self.registry.entry_starts[entry : entry + 2].tolist()
        places = range(low, min(high, low + MOST_ROWS))
        rows = [int(self.registry.entry_rows[place]) for place in places if self.registry.own[place]]
        return [row for row in rows if Side(self.registry.cells(row)).read.n6 == n6]

    def _known(self, side: Side) -> bool:
        """Whether a query is a registered company, whose code the stated one does not contradict."""
        rows = self._register_rows(side.read.n6)
        if not rows or not side.numbered:
            return bool(rows)
        return any(
            not conflict(side, Side(self.registry.cells(row))) for row in rows if self.registry is not None
        )

    def _derived(self, rows: Sequence[Cells], block: Block, asked: dict[int, _Asked]) -> None:
        """Records of a company under another name, by the code that the register knows it by: at most a REVIEW."""
        if self.registry is None:
            return
        names = np.flatnonzero(block.own)
        queries = block.entry_rows[names]
        entries = self.registry.entries_of(block.entry_keys[names])
        wanted = np.flatnonzero((entries >= 0) & (block.row_code[queries] == 0))
        first = self.registry.entry_rows[self.registry.entry_starts[entries[wanted]]]
        coded = self.registry.row_code[first] > OTHER_CODE
        queries, first = queries[wanted[coded]], first[coded]
        which, places = runs(self.table.code_keys, self.registry.row_code[first], MOST_ROWS)
        for at, row in zip(which.tolist(), self.table.code_rows[places].tolist(), strict=True):
            query = int(queries[at])
            one = asked.setdefault(query, _Asked(rows[query]))
            known = Side(self.registry.cells(int(first[at])))
            if row in one.hits or known.read.n6 != one.side.read.n6:
                continue
            right = Side(self.table.cells(row))
            subject = msgspec.structs.replace(known.subject, derived=True)
            found = compare(subject, right.listing.subject, right.listing)
            if found.tier is not None and found.tier is not Tier.X:
                decision = decision_of(found.tier, False)
                said = Found(
                    SAME, found.tier.value, CERTAIN, decision, (Reason("by_register"), *phrases(found))
                )
                one.hits[row] = Hit(row, said)

    def _alike(self, rows: Sequence[Cells], block: Block, asked: dict[int, _Asked]) -> dict[int, list[Hit]]:
        """Rows whose names are like a query's: as many as are told, and all that may reach the threshold."""
        texts, queries, own = list(block.texts), block.entry_rows, block.entry_keys
        parents = self._parents(rows, block, asked)
        if parents:
            texts += [stem for _, stem in parents]
            queries = np.append(queries, np.array([query for query, _ in parents], np.int32))
            own = np.append(own, np.zeros(len(parents), np.uint64))
        if not texts:
            return {}
        found = self._scored(texts, own)
        query = queries[found.text].astype(np.int64)
        stem = found.text >= len(block.texts)
        hopeful = (found.vetoes == 0) & (
            found.points + self._potential(rows, block, query, found) >= self.least
        )
        order = np.lexsort((found.entry, -found.points, found.vetoes != 0, query))
        ranked = query[order]
        begins = np.flatnonzero(np.diff(ranked, prepend=-1))
        position = np.arange(len(ranked)) - np.repeat(begins, np.diff(begins, append=len(ranked)))
        chosen = order[hopeful[order] | ((position < self.plan.top) & ~stem[order])]
        low = self.table.entry_starts[found.entry[chosen]]
        counts = np.minimum(self.table.entry_starts[found.entry[chosen] + 1] - low, self.plan.top)
        which, places = expand(low, counts)
        listed = self.table.entry_rows[places].astype(np.int64)
        chosen = chosen[which]
        mine, other = block.row_code[query[chosen]], self.table.row_code[listed]
        differ = (mine > OTHER_CODE) & (other > OTHER_CODE) & (mine != other) & ~stem[chosen]
        told: dict[int, list[Hit]] = {}
        seen = {(number, row) for number, one in asked.items() for row in one.hits}
        for number, row, text_, entry, points, vetoes, may, codes, parent in zip(
            query[chosen].tolist(), listed.tolist(), found.text[chosen].tolist(), found.entry[chosen].tolist(),
            found.points[chosen].tolist(), found.vetoes[chosen].tolist(), hopeful[chosen].tolist(), differ.tolist(),
            stem[chosen].tolist(), strict=True,
        ):  # fmt: skip
            if (number, row) in seen:
                continue
            seen.add((number, row))
            if codes:
                said = _CODES_DIFFER
            elif vetoes:
                said = _vetoed(vetoes)
            elif not may:
                said = _below(points)
            else:
                said = self._weigh(Side(rows[number]), row, _Said(texts[text_], entry, points, parent))
            told.setdefault(number, []).append(Hit(row, said, points))
        return told

    def _scored(self, texts: Sequence[str], own: Array) -> _Scored:
        """Every candidate of every text with its points; names written alike are the exact search's affair."""
        from matching.names.coding import encode_many
        from matching.names.score import OTHER_SCRIPT, compare_names, score_pairs

        chars = encode_many(texts)
        found, _ = self._index.search_many(chars, self.plan.limit, 1)
        which, column = np.nonzero(found >= 0)
        entries = found[which, column].astype(np.int64)
        keep = self.table.entry_keys[entries] != own[which]
        which, entries = which[keep], entries[keep]
        points, vetoes = score_pairs(*chars, *self.chars, np.stack([which, entries], axis=1))
        for place in np.flatnonzero(vetoes & OTHER_SCRIPT).tolist():
            other = compare_names(texts[which[place]], self._index.text(int(entries[place])))
            points[place] = other.points
            vetoes[place] = _UNNAMED_VETO if other.vetoes else 0
        return _Scored(which, entries, points, vetoes)

    def _potential(self, rows: Sequence[Cells], block: Block, query: Array, found: _Scored) -> Array:
        """The most that other facts can add to each candidate's points."""
        from matching import similarity

        reps = np.fromiter((bool(cells.legal_rep) for cells in rows), bool, len(rows))
        starts = self.table.entry_starts
        first = self.table.entry_rows[starts[found.entry]]
        several = starts[found.entry + 1] - starts[found.entry] > 1
        mine, other = block.row_code[query], self.table.row_code[first]
        numbers = (
            (mine != 0) & (several | (other != 0)) & (several | (mine == OTHER_CODE) | (other == OTHER_CODE))
        )
        named = reps[query] & (several | self.table.has_rep[first])
        most: Array = (
            similarity.SAME_PROVINCE + similarity.SAME_NUMBER * numbers + similarity.SAME_REP * named
        )
        return most

    def _parents(
        self, rows: Sequence[Cells], block: Block, asked: dict[int, _Asked]
    ) -> list[tuple[int, str]]:
        """The company that a branch is named after, where neither list nor register knows exactly that name."""
        found = []
        for query in np.unique(block.branch_rows).tolist():
            one = asked.get(query)
            parts = text.branch(Side(rows[query]).read.n6)
            if parts is None or (one and any(hit.found.relation == BRANCH_OF for hit in one.hits.values())):
                continue
            stems = np.fromiter(map(keys.org_name, parts.stem_candidates), np.uint64)
            listed = (self.table.entries_of(stems) >= 0).any()
            if not listed and not any(map(self._registered, parts.stem_candidates)):
                found.append((query, parts.stem_candidates[0]))
        return found

    def _weigh(self, left: Side, row: int, said: _Said) -> Found:
        """A similar name with everything else that is known."""
        from matching.names.score import compare_names, probability

        right = Side(self.table.cells(row))
        if right.person or (person_like(right.raw) and not right.numbered):
            return _PERSON
        if not said.stem and conflict(left, right):
            return _CODES_DIFFER
        more, facts = (0, ()) if said.stem else evidence(left, right)
        if said.points + more < self.least:
            return Found(
                DIFFERENT, "", probability(said.points + more), CLEAR, (Reason("not_similar"), *facts)
            )
        edits = compare_names(said.text, self._index.text(said.entry)).edits
        found = weighed(said.points + more, self.least, edits, facts, probability)
        if said.stem:
            return Found(BRANCH_OF, "E5", 0, REVIEW, (Reason("branch_of_similar"), *found.reasons[1:]))
        if self._known(left):
            return found._replace(
                decision=CLEAR, relation=DIFFERENT, reasons=(Reason("registered"), *found.reasons)
            )
        return found

    def _ranked(self, cells: Cells, state: int, asked: _Asked | None, alike: list[Hit]) -> list[Hit]:
        """The hits of a query in order, at most as many as are told."""
        hits = sorted([*(asked.hits.values() if asked else ()), *alike], key=_rank)[: self.plan.top]
        if not hits:
            hits = [Hit(-1, _NOTHING)]
        if state == READABLE or any(hit.found.decision in (BLOCK, REVIEW) for hit in hits):
            return hits
        side = Side(cells)
        if not cells.name.strip():
            why, rejected = Reason("query_empty"), True
        elif state == UNREADABLE:
            why, rejected = Reason("query_unreadable"), True
        elif side.numbered and not side.read.several:
            return hits
        else:
            why, rejected = Reason("query_several" if side.read.several else "query_doubtful"), False
        return [
            hit._replace(
                found=hit.found._replace(
                    decision=UNDETERMINED, reasons=(why, *hit.found.reasons), rejected=rejected
                )
            )
            for hit in hits
        ]


_NOTHING = Found(DIFFERENT, "", 0, CLEAR, (Reason("nothing"),))
_PERSON = Found(DIFFERENT, "", 0, CLEAR, (Reason("person_no_match"),))
_CODES_DIFFER = Found(DIFFERENT, "X", 0, CLEAR, (Reason("codes_differ"),))


def _rank(hit: Hit) -> tuple[int, str, int, int]:
    found = hit.found
    tier = found.tier if found.decision in (BLOCK, REVIEW) else ("" if found.tier in ("", "E5") else "~")
    return _STRICTNESS.get(found.decision, 2), tier, -hit.points, hit.row


def _pairs(queries: Array, which: Array, places: Array, rows: Array) -> Iterator[tuple[int, int]]:
    return zip(queries[which].tolist(), rows[places].tolist(), strict=True)


@lru_cache(maxsize=256)
def _vetoed(bits: int) -> Found:
    """A name that a veto speaks against."""
    from matching.names.features import VETOES

    names = tuple(name for bit, name in VETOES.items() if bits & bit)
    return Found(
        DIFFERENT, "", 0, CLEAR, (Reason("vetoes", (("vetoes", names),)) if names else Reason("vetoed"),)
    )


@lru_cache(maxsize=65_536)
def _below(points: int) -> Found:
    """A name that nothing could make similar enough."""
    from matching.names.score import probability

    return Found(DIFFERENT, "", probability(points), CLEAR, (Reason("not_similar"),))
