"""A chunk of queries against a list: what is found by number, name, branch and likeness, and what each comes to.

Only what can matter is looked at one by one; everything else stays in arrays. The order of decision is that of
`matching.bulk.verdict`; what a pair alone lacks is here: a register of known companies, and a threshold for the size
of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from graph import keys, text
from matching.bulk.parties import Cells, Side, person_like
from matching.bulk.table import OTHER_CODE, READABLE, UNREADABLE, Table, expand, read_block
from matching.bulk.verdict import (
    BLOCK,
    BRANCH_OF,
    CLEAR,
    DIFFERENT,
    REVIEW,
    UNDETERMINED,
    Found,
    Reason,
    conflict,
    evidence,
    exact,
    weighed,
)
from matching.bulk.written import MOST_ROWS, Asked, Register, by_register, written

Array = npt.NDArray[Any]

_STRICTNESS: Final = {BLOCK: 0, REVIEW: 1, CLEAR: 3}
_WRITTEN: Final = 1 << 30
"""Stands for the points of what was found as it is written: above any likeness."""
_TOLD: Final = -6_900
"""Points of one chance in a thousand: names less alike are no candidates."""
_FAR: Final = 40
"""Distance a character (100: another one) above which names are no candidates, by the longer one."""
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
    known: int = 0
    """How many in a hundred clean queries the registry is taken to hold; 0 without one."""


class Hit(NamedTuple):
    """A row of the list beside a query. `row` counts from 0; -1: nothing was found."""

    row: int
    found: Found
    points: int = _WRITTEN


class _Said(NamedTuple):
    """A name of the query beside an entry of the list."""

    text: str
    entry: int
    points: int
    stem: bool
    """Not the query's own name: that of the company which it is named after."""


class _Scored(NamedTuple):
    """Candidates of some texts: which text, which entry, its points, vetoes as bits, whether it is near at all."""

    text: Array
    entry: Array
    points: Array
    vetoes: Array
    near: Array


class Searcher:
    """Looks up chunks of queries in one list. One a process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.table = Table(Path(plan.table))
        self.register = Register(Table(Path(plan.registry)) if plan.registry else None)
        self.least = 0
        if plan.limit:
            from matching.names.thresholds import threshold

            self._index = self.table.index()
            self.chars = self.table.chars()
            self.least = threshold(max(self.table.facts.entries, 1), plan.budget, plan.known)

    def chunk(self, rows: Sequence[Cells]) -> list[list[Hit]]:
        """The candidates of every query, the strictest first; a query without any has one hit without a row."""
        asked = Asked(rows, read_block(rows))
        hits: dict[int, dict[int, Hit]] = {}
        sides: dict[int, Side] = {}
        for query, row in written(self.table, self.register, asked):
            left = sides.get(query) or sides.setdefault(query, Side(rows[query]))
            found = exact(left, Side(self.table.cells(row)))
            if found is not None and (found.relation != DIFFERENT or found.tier):
                hits.setdefault(query, {})[row] = Hit(row, found)
        for query, row, found in by_register(self.table, self.register, asked):
            hits.setdefault(query, {}).setdefault(row, Hit(row, found))
        alike = self._alike(asked, hits) if self.plan.limit else {}
        return [
            self._ranked(
                rows[query],
                int(asked.block.state[query]),
                [*hits.get(query, {}).values(), *alike.get(query, ())],
            )
            for query in range(len(rows))
        ]

    def _alike(self, asked: Asked, hits: dict[int, dict[int, Hit]]) -> dict[int, list[Hit]]:
        """Rows whose names are like a query's: as many as are told, and all that may reach the threshold."""
        rows, block = asked
        texts, queries, own = list(block.texts), block.entry_rows, block.entry_keys
        parents = self._parents(asked, hits)
        if parents:
            texts += [stem for _, stem in parents]
            queries = np.append(queries, np.array([query for query, _ in parents], np.int32))
            own = np.append(own, np.zeros(len(parents), np.uint64))
        if not texts:
            return {}
        found = self._scored(texts, own, self.register.surely(asked)[queries])
        query = queries[found.text].astype(np.int64)
        stem = found.text >= len(block.texts)
        hopeful = (found.vetoes == 0) & (found.points + self._potential(asked, query, found) >= self.least)
        order = np.lexsort((found.entry, -found.points, found.vetoes != 0, query))
        ranked = query[order]
        begins = np.flatnonzero(np.diff(ranked, prepend=-1))
        position = np.arange(len(ranked)) - np.repeat(begins, np.diff(begins, append=len(ranked)))
        told = (found.points >= _TOLD) & found.near & ~stem
        chosen = order[hopeful[order] | ((position < self.plan.top) & told[order])]
        low = self.table.entry_starts[found.entry[chosen]]
        # a listing whose code contradicts must not hide a namesake's behind it, however few are told
        most = np.where(hopeful[chosen], MOST_ROWS, self.plan.top)
        counts = np.minimum(self.table.entry_starts[found.entry[chosen] + 1] - low, most)
        which, places = expand(low, counts)
        listed = self.table.entry_rows[places].astype(np.int64)
        chosen = chosen[which]
        mine, other = block.row_code[query[chosen]], self.table.row_code[listed]
        differ = (mine > OTHER_CODE) & (other > OTHER_CODE) & (mine != other) & ~stem[chosen]
        alike: dict[int, list[Hit]] = {}
        seen = {(number, row) for number, known in hits.items() for row in known}
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
            alike.setdefault(number, []).append(Hit(row, said, points))
        return alike

    def _scored(self, texts: Sequence[str], own: Array, known: Array) -> _Scored:
        """Every candidate of every text with its points; names written alike are the exact search's affair.

        Candidates of a registered company are clear whatever their points: only those that are told are looked at.
        """
        from matching.names.coding import encode_many
        from matching.names.score import OTHER_SCRIPT, compare_names, score_pairs

        found, costs = (np.full((len(texts), self.plan.limit), -1, np.int32) for _ in range(2))
        for some, limit in ((known, min(self.plan.top, self.plan.limit)), (~known, self.plan.limit)):
            places = np.flatnonzero(some)
            if len(places):
                named = [texts[place] for place in places.tolist()]
                found[places, :limit], costs[places, :limit] = self._index.search_many(named, limit, 1)
        chars = encode_many(texts)
        which, column = np.nonzero(found >= 0)
        entries = found[which, column].astype(np.int64)
        keep = self.table.entry_keys[entries] != own[which]
        cost, which, entries = costs[which, column][keep], which[keep], entries[keep]
        points, vetoes = score_pairs(*chars, *self.chars, np.stack([which, entries], axis=1))
        script = (vetoes & OTHER_SCRIPT) != 0
        for place in np.flatnonzero(script).tolist():
            other = compare_names(texts[which[place]], self._index.text(int(entries[place])))
            points[place] = other.points
            vetoes[place] = _UNNAMED_VETO if other.vetoes else 0
        starts = self.chars[1]
        longer = np.maximum(np.diff(chars[1])[which], starts[entries + 1] - starts[entries])
        return _Scored(which, entries, points, vetoes, (cost <= _FAR * longer) | script)

    def _potential(self, asked: Asked, query: Array, found: _Scored) -> Array:
        """The most that other facts can add to each candidate's points."""
        from matching import similarity

        reps = np.fromiter((bool(cells.legal_rep) for cells in asked.rows), bool, len(asked.rows))
        starts = self.table.entry_starts
        first = self.table.entry_rows[starts[found.entry]]
        several = starts[found.entry + 1] - starts[found.entry] > 1
        mine, other = asked.block.row_code[query], self.table.row_code[first]
        numbers = (
            (mine != 0) & (several | (other != 0)) & (several | (mine == OTHER_CODE) | (other == OTHER_CODE))
        )
        named = reps[query] & (several | self.table.has_rep[first])
        most: Array = (
            similarity.SAME_PROVINCE + similarity.SAME_NUMBER * numbers + similarity.SAME_REP * named
        )
        return most

    def _parents(self, asked: Asked, hits: dict[int, dict[int, Hit]]) -> list[tuple[int, str]]:
        """The company that a branch is named after, where neither list nor register knows exactly that name."""
        found = []
        for query in np.unique(asked.block.branch_rows).tolist():
            parts = text.branch(Side(asked.rows[query]).read.n6)
            if parts is None or any(hit.found.relation == BRANCH_OF for hit in hits.get(query, {}).values()):
                continue
            stems = np.fromiter(map(keys.org_name, parts.stem_candidates), np.uint64)
            listed = (self.table.entries_of(stems) >= 0).any()
            if not listed and not any(map(self.register.holds, parts.stem_candidates)):
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
        if self.register.knows(left):
            return found._replace(
                decision=CLEAR, relation=DIFFERENT, reasons=(Reason("registered"), *found.reasons)
            )
        return found

    def _ranked(self, cells: Cells, state: int, hits: list[Hit]) -> list[Hit]:
        """The hits of a query in order, at most as many as are told."""
        hits = sorted(hits, key=_rank)[: self.plan.top] or [Hit(-1, _NOTHING)]
        if state == READABLE or any(hit.found.decision in (BLOCK, REVIEW) for hit in hits):
            return hits
        side = Side(cells)
        if not cells.name.strip():
            why, rejected = Reason("query_empty"), True
        elif state == UNREADABLE:
            why, rejected = Reason("query_unreadable"), True
        elif side.subject.comparable:
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
    """Strictest first; then by tier, what was found as it is written, and the most alike."""
    found = hit.found
    strict = found.decision in (BLOCK, REVIEW)
    return _STRICTNESS.get(found.decision, 2), found.tier if strict else "", -hit.points, hit.row


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
