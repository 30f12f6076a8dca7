"""The holdings above a tender's units as control and economic shares need them: exact, dated, one row an owner.

Two sources that state the same holding are not added up: rows are summed within one data set. Where data sets
contradict each other, or a data set has several rows without an end from different days (which may be one holding,
stated anew), the share is the range of what it may be. Only parts of the graph in which two positions meet are
worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from graph.control import UNKNOWN, WHOLE, Control, Controls, Holdings, controllers_of, groups_of, units
from graph.dates import china_day
from graph.relations import ABOVE_MIN, BELOW_MAX, PartyRelation, RelationType
from matching.kinship import limited
from matching.ties.closure import Link
from matching.ties.field import Field

HALF = WHOLE // 2
NO_SHARE = frozenset({RelationType.PARTNER_IN, RelationType.HOLDS})


class Row(NamedTuple):
    """One owner's share in one company, in units; UNKNOWN where nobody states it."""

    owner: str
    owned: str
    share_lo: int
    share_hi: int
    vote_lo: int
    vote_hi: int
    links: tuple[Link, ...]

    @property
    def least(self) -> int:
        """The share at least: nothing where none is stated."""
        return max(self.share_lo, 0)

    @property
    def most(self) -> int:
        """The share at most: all where none is stated."""
        return WHOLE if self.share_hi == UNKNOWN else self.share_hi

    @property
    def stated(self) -> bool:
        """Whether a share is stated at all."""
        return self.share_lo != UNKNOWN

    @property
    def by_name(self) -> bool:
        """Whether an end is known by name only."""
        return any(link.by_name for link in self.links)

    @property
    def decides(self) -> bool:
        """Whether the share surely gives a say: a limited partner's does not (合伙企业法 68), and a partner of whom
        nobody says which kind it is may be one."""
        partner = [link.relation.role for link in self.links if link.relation.type is RelationType.PARTNER_IN]
        return all(role and not limited(role) for role in partner)

    def for_control(self) -> Row:
        """The row as control needs it: a limited partner's share counts for nothing, an unclear one may count."""
        if self.decides:
            return self
        if all(limited(link.relation.role) for link in self.links):
            return self._replace(share_lo=0, share_hi=0, vote_lo=0, vote_hi=0)
        return self if self.share_lo == UNKNOWN else self._replace(share_lo=0)


class Web:
    """The part of the closure in which positions meet, numbered for `graph.control`."""

    def __init__(self, field: Field) -> None:
        closure = field.closure
        self.rows = {(row.owner, row.owned): row for row in rows(closure.owners)}
        self._closure = closure
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        parts = _Parts()
        for owner, owned in self.rows:
            parts.join(owner, owned)
        for link in (*closure.concert, *(each for found in closure.declared.values() for each in found)):
            parts.join(link.src, link.dst)
        meeting = parts.shared(field)
        self.used = [row for row in self.rows.values() if parts.root(row.owned) in meeting]
        self.nodes = dict.fromkeys(node for row in self.used for node in (row.owner, row.owned))
        for row in self.used:
            self.number(row.owner)
            self.number(row.owned)
        self.holdings = self._numbered(self.used)
        """What belongs to whom: shares of limited partners count."""
        deciding = [row.for_control() for row in self.used]
        declared = [node for node in closure.declared if parts.root(node) in meeting]
        sources = [link.src for node in declared for link in closure.declared[node]]
        self.companies = list(dict.fromkeys(u.legal for u in field.units if parts.root(u.legal) in meeting))
        asked = {self.number(node) for node in (*self.companies, *sources)}
        groups = groups_of(
            (self.number(link.src), self.number(link.dst))
            for link in closure.concert
            if parts.root(link.src) in meeting
        )
        self.controls: Controls = controllers_of(
            self._numbered(deciding), sorted(asked), groups=groups, as_of=china_day(field.case.as_of)
        )

    def _numbered(self, rows: list[Row]) -> Holdings:
        return Holdings.of(
            [self.number(r.owner) for r in rows],
            [self.number(r.owned) for r in rows],
            [r.share_lo for r in rows],
            [r.share_hi for r in rows],
            [r.vote_lo for r in rows],
            [r.vote_hi for r in rows],
        )

    def number(self, node: str) -> int:
        """The number of a node."""
        found = self._numbers.get(node)
        if found is None:
            found = self._numbers[node] = len(self._names)
            self._names.append(node)
        return found

    def name(self, number: int) -> str:
        """The node of a number."""
        return self._names[number]

    def proof(self, found: Control) -> tuple[Link, ...]:
        """The holdings that prove an answer, owners first."""
        links: list[Link] = []
        for step in self.controls.proof(found):
            links.extend(link for row in step.rows for link in self.used[row].links)
        return tuple(links)

    def excesses(self) -> list[str]:
        """Companies whose owners hold more than 100.5 % together."""
        return [self.name(excess.company) for excess in self.holdings.excesses()]

    def between(self, owner: str, company: str, most: int = 20) -> tuple[Link, ...]:
        """The holdings on the ways from an owner to a company, the owner's first; the first few of many."""
        above: dict[str, int] = {company: 0}
        waiting = [company]
        while waiting:
            node = waiting.pop(0)
            for row in self.above(node):
                if row.owner not in above:
                    above[row.owner] = above[node] + 1
                    waiting.append(row.owner)
        if owner not in above:
            return ()
        links: list[Link] = []
        reached, front = {owner}, [owner]
        while front and len(links) < most:
            node = front.pop(0)
            for row in self.below(node):
                if row.owned in above:
                    links.extend(row.links)
                    if row.owned not in reached and row.owned != company:
                        reached.add(row.owned)
                        front.append(row.owned)
        return tuple(links[:most])

    def above(self, node: str) -> list[Row]:
        """Who holds shares of a node."""
        return self._tables()[0].get(node, [])

    def below(self, node: str) -> list[Row]:
        """What a node holds."""
        return self._tables()[1].get(node, [])

    def _tables(self) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
        if not hasattr(self, "_by"):
            above: dict[str, list[Row]] = {}
            below: dict[str, list[Row]] = {}
            for row in self.used:
                above.setdefault(row.owned, []).append(row)
                below.setdefault(row.owner, []).append(row)
            self._by = (above, below)
        return self._by


class _Parts:
    """Connected parts of the graph."""

    def __init__(self) -> None:
        self._root: dict[str, str] = {}

    def root(self, node: str) -> str:
        way = []
        while (above := self._root.get(node, node)) != node:
            way.append(node)
            node = above
        for passed in way:
            self._root[passed] = node
        return node

    def join(self, a: str, b: str) -> None:
        self._root[self.root(a)] = self.root(b)

    def shared(self, field: Field) -> set[str]:
        """The parts in which a bidder meets another position."""
        found: dict[str, set[int]] = {}
        for unit in field.units:
            found.setdefault(self.root(unit.legal), set()).add(unit.position)
        return {root for root, places in found.items() if len(places) > 1 and min(places) < field.count}


def rows(owners: Mapping[str, Sequence[Link]]) -> Iterable[Row]:
    """One row for each owner and company, from the links of each company with its owners."""
    pairs: dict[tuple[str, str], dict[str, list[Link]]] = {}
    for owned, links in owners.items():
        for link in links:
            by_source = pairs.setdefault((link.src, owned), {})
            source = link.relation.source
            by_source.setdefault(f"{source.dataset}|{source.publisher}", []).append(link)
    for (owner, owned), by_source in pairs.items():
        yield _agreed([_row(owner, owned, links) for links in by_source.values()])


def _agreed(rows: list[Row]) -> Row:
    """What several data sets say of one holding: what all of them allow, or all that they say in contradiction."""
    best = max(rows, key=lambda row: (row.least, -row.most, row.vote_lo))
    stated = [row for row in rows if row.stated]
    if len(stated) < 2:
        return best
    low, high = max(row.share_lo for row in stated), min(row.share_hi for row in stated)
    if low <= high:
        return best._replace(share_lo=low, share_hi=high)
    voting = any(row.vote_lo != UNKNOWN for row in stated)
    votes = [
        (row.vote_lo, row.vote_hi) if row.vote_lo != UNKNOWN else (row.share_lo, row.share_hi) for row in stated
    ]
    return best._replace(
        vote_lo=min(least for least, _ in votes) if voting else UNKNOWN,
        vote_hi=max(most for _, most in votes) if voting else UNKNOWN,
        share_lo=min(row.share_lo for row in stated),
        share_hi=max(row.share_hi for row in stated),
        links=tuple(link for row in stated for link in row.links),
    )


def _row(owner: str, owned: str, links: list[Link]) -> Row:
    """One data set's word on a holding, its rows added up and none above all of a company."""
    ranges = [found for link in links if (found := _range(link.relation)) is not None]
    votes = [_units(link.relation.votes) for link in links if link.relation.votes is not None]
    vote_lo = vote_hi = UNKNOWN
    if votes and len(votes) == len(links):
        vote_lo, vote_hi = (min(sum(vote[end] for vote in votes), WHOLE) for end in (0, 1))
        vote_lo = min(vote_lo, _stands(links, lambda relation: _units(relation.votes or Decimal(0))))
    if not ranges:
        return Row(owner, owned, UNKNOWN, UNKNOWN, vote_lo, vote_hi, tuple(links))
    low, high = (min(sum(found[end] for found in ranges), WHOLE) for end in (0, 1))
    low = min(low, _stands([link for link in links if _range(link.relation) is not None], _range))
    if len(ranges) < len(links):
        high = WHOLE  # a row without a share may be any
    return Row(owner, owned, low, high, vote_lo, vote_hi, tuple(links))


def _stands(links: list[Link], part: Callable[[PartyRelation], tuple[int, int] | None]) -> int:
    """What surely stands of rows that may state one holding anew: those without an end, from different days."""
    by_start: dict[datetime | None, int] = {}
    sure = 0
    for link in links:
        low = (part(link.relation) or (0, 0))[0]
        if link.relation.valid.end is None:
            start = link.relation.valid.start
            by_start[start] = by_start.get(start, 0) + low
        else:
            sure += low
    return sure + min(by_start.values(), default=0)


def _range(relation: PartyRelation) -> tuple[int, int] | None:
    """A stated share in units; a range without an end is open to it."""
    if relation.share is not None:
        return _units(relation.share)
    if relation.share_min is not None or relation.share_max is not None:
        low = _units(relation.share_min or Decimal(0))[0]
        high = WHOLE if relation.share_max is None else _units(relation.share_max)[1]
        low += relation.attributes.get(ABOVE_MIN) == "yes"
        high -= relation.attributes.get(BELOW_MAX) == "yes"
        return min(low, high), max(low, high)
    return None if relation.type in NO_SHARE else (WHOLE, WHOLE)


def _units(percent: Decimal) -> tuple[int, int]:
    """Units of a percentage, down and up; what is not between 0 and 100 counts as the nearer end."""
    return units(min(max(percent, Decimal(0)), Decimal(100)))
