"""The posts, shares and relatives of one person, read from the graph for the rules on recusal and officials.

A person is found by a strong number only; nobody is looked up by name. Whatever ties a person to a unit that bids is
read from the person's own few relations, so that the cost does not grow with the number of bidders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from graph import keys
from graph.control import half_is_control
from graph.dates import add_years, china_day, end_of_day, start_of_day, within_years_before
from graph.kinship_codes import Relative, relatives, words_of
from graph.model import Interval, Party, PartyType
from graph.relations import PartyRelation, RelationType
from matching.decision import Bilingual, Fact, PathEdge, PathNode, RelationPath
from matching.rules.base import Case
from matching.subjects import Subject

POSTS: dict[RelationType, str] = {
    RelationType.EMPLOYED_BY: "employed",
    RelationType.DIRECTOR_OF: "director",
    RelationType.SUPERVISOR_OF: "supervisor",
    RelationType.LEGAL_REP_OF: "legal_rep",
    RelationType.HEAD_OF: "principal",
    RelationType.EXEC_OF: "executive",
    RelationType.OPERATES: "operator",
    RelationType.INVESTS_ALONE: "investor",
    RelationType.PARTNER_IN: "partner",
    RelationType.ACTS_FOR: "staff",
    RelationType.UBO_OF: "owner",
}
"""What a relation makes of a person in a unit, beside shares and control."""

MAX_COMPANIES = 2_000
"""Companies below one person that are looked at; more are reported."""
HALF = Decimal(50)
MAX_LINKS = 8
"""Links of a chain of control that are followed; longer ones are for `graph.control`."""
LOOKBACK_YEARS = 3
"""采条例 9(一)-(三): years before the activity."""


class Post(NamedTuple):
    """What a person is or was in a unit: the edges to it and the interval in which all of them held."""

    kind: str
    """A value of `POSTS`, `controller` (more than half in every link, or stated control), `by_sum` (more than half only
    by adding up) or `shareholder`."""
    unit: str
    edges: tuple[PartyRelation, ...]
    span: Interval
    share: Decimal | None = None


class People:
    """Reads persons at one case's clocks; keeps what it read, notes what it left out."""

    def __init__(self, case: Case) -> None:
        self.generation = case.generation
        self.activity = case.activity
        self._floating = case.request.tender.activity_date is None
        self._as_of = case.as_of
        self._known = case.known
        self._cap = case.policy.option("relation_cap")
        self._half = half_is_control(case.activity)
        self._relations: dict[str, tuple[PartyRelation, ...]] = {}
        self.cut = False
        """Whether a hub had more relations than are read for one decision."""
        self.boundaries: list[datetime] = []

    def ordinals(self, subject: Subject) -> list[int]:
        """The parties that a person is by a strong number."""
        found = []
        for code in subject.codes:
            scheme, value = code.split(":", 1)
            for ordinal in self.generation.parties(keys.identifier(scheme, value)):
                party = self.generation.party(ordinal)
                if any(i.scheme == scheme and i.value == value for i in party.ids) and ordinal not in found:
                    found.append(ordinal)
        return found

    def party(self, key: str) -> Party | None:
        """A party by its key."""
        ordinal = self.generation.party_ordinal(key)
        return None if ordinal is None else self.generation.party(ordinal)

    def sure(self, edges: Iterable[PartyRelation]) -> bool:
        """Whether every end of the edges is known by a strong number: a name alone never blocks."""
        return all(
            edge.by != "name" and self._numbered(edge.src) and self._numbered(edge.dst) for edge in edges
        )

    def _numbered(self, key: str) -> bool:
        party = self.party(key)
        return party is not None and any(one.state == "valid" for one in party.ids)

    def label(self, key: str) -> str:
        """How sentences call a party."""
        party = self.party(key)
        return party.names[0].text if party is not None and party.names else key

    def relations(self, key: str) -> tuple[PartyRelation, ...]:
        """Every relation of a party, whenever it held; none of a hub's, which is noted."""
        known = self._relations.get(key)
        if known is not None:
            return known
        ordinal = self.generation.party_ordinal(key)
        found: tuple[PartyRelation, ...] = ()
        if ordinal is not None:
            if self.generation.relation_count(ordinal) > self._cap:
                self.cut = True
            else:
                found = tuple(self.generation.relations(ordinal, self._known))
        self._relations[key] = found
        return found

    def holds(self, span: Interval) -> bool:
        """Whether an interval covers any moment of the day of the activity; notes when that changes."""
        self._watch(span)
        begins, ends = start_of_day(self.activity), end_of_day(self.activity)
        return (span.start is None or span.start < ends) and (span.end is None or span.end > begins)

    def _watch(self, span: Interval) -> None:
        later = [t for t in (span.start, span.end) if t is not None]
        if self._floating:
            if span.end is not None:
                later.extend(start_of_day(day) for day in turning_days(last_day_of(span.end)))
            self.boundaries.extend(t for t in later if t > self._as_of)

    def posts(self, key: str, units: Collection[str]) -> Iterator[Post]:
        """Everything that a person is or was in any of the units, directly or through control of companies."""
        for relation in self.relations(key):
            if relation.src != key or relation.dst not in units:
                continue
            kind = POSTS.get(relation.type)
            if kind is not None:
                self._watch(relation.valid)
                yield Post(kind, relation.dst, (relation,), relation.valid, relation.share)
            elif relation.type is RelationType.HOLDS and not majority(relation, self._half):
                self._watch(relation.valid)
                yield Post("shareholder", relation.dst, (relation,), relation.valid, relation.share)
        yield from self._controls(key, units)

    def _controls(self, key: str, units: Collection[str]) -> Iterator[Post]:
        """Chains of majorities and stated control, each with the interval that its links have in common; then units
        controlled only by adding up what controlled companies hold."""
        layer: list[tuple[str, tuple[PartyRelation, ...], Interval]] = [(key, (), Interval())]
        seen = {key}
        told: set[str] = set()
        for _ in range(MAX_LINKS):
            following = []
            for at, path, span in layer:
                for rows in self._majorities(at):
                    owned = rows[0].dst
                    if owned in seen and owned not in units:
                        continue
                    common = _overlap(span, rows[0].valid)
                    if common is None or any(edge.dst == owned for edge in path):
                        continue
                    edges = (*path, *rows)
                    if owned in units:
                        self._watch(common)
                        told.add(owned)
                        share = rows[0].share if len(rows) == 1 else sum(map(_share, rows), Decimal(0))
                        yield Post("controller", owned, edges, common, share)
                    if owned not in seen and not self._crowded(seen):
                        seen.add(owned)
                        following.append((owned, edges, common))
            layer = following
        yield from self._added_up(key, units, told)

    def _majorities(self, owner: str) -> Iterator[tuple[PartyRelation, ...]]:
        """What gives an owner control of a company: one edge, or rows of one data set for one and the same time."""
        rows: dict[tuple[str, str, datetime | None, datetime | None], list[PartyRelation]] = {}
        for relation in self.relations(owner):
            if relation.src != owner:
                continue
            if majority(relation, self._half):
                yield (relation,)
            elif relation.type is RelationType.HOLDS:
                span = relation.valid
                rows.setdefault((relation.dst, _source(relation), span.start, span.end), []).append(relation)
        for parts in rows.values():
            if _more(sum(map(_share, parts), Decimal(0)), self._half):
                yield tuple(parts)

    def _added_up(self, key: str, units: Collection[str], told: set[str]) -> Iterator[Post]:
        """Units in which the person and all that the person controls now hold more than half together. What two
        sources state of one holding counts once."""
        held: dict[str, dict[str, list[PartyRelation]]] = {}
        group, waiting = {key}, [key]
        while waiting and not self._crowded(group):
            at = waiting.pop()
            for relation in self.relations(at):
                if relation.src != at or relation.dst in group or not self.holds(relation.valid):
                    continue
                if relation.type not in (RelationType.HOLDS, RelationType.CONTROLS):
                    continue
                parts = held.setdefault(relation.dst, {})
                parts.setdefault(at, []).append(relation)
                together = sum(map(_held_by_one, parts.values()), Decimal(0))
                if majority(relation, self._half) or _more(together, self._half):
                    group.add(relation.dst)
                    waiting.append(relation.dst)
        for unit in sorted((group & set(units)) - told - {key}):
            edges: dict[int, PartyRelation] = {}
            asked = [unit]
            for node in asked:
                for relation in (one for rows in held.get(node, {}).values() for one in rows):
                    if relation.src in group and id(relation) not in edges:
                        edges[id(relation)] = relation
                        asked.append(relation.src)
            share = min(sum(map(_held_by_one, held[unit].values()), Decimal(0)), Decimal(100))
            yield Post("by_sum", unit, tuple(edges.values())[::-1], Interval(), share)

    def _crowded(self, companies: Collection[str]) -> bool:
        """Whether more companies than are looked at stand below one person; noted."""
        if len(companies) > MAX_COMPANIES:
            self.cut = True
        return self.cut and len(companies) > MAX_COMPANIES

    def relatives(self, key: str) -> list[Relative[PartyRelation]]:
        """The relatives whom edges that hold on the day of the activity make out."""

        def edges(person: str) -> Iterator[tuple[str, frozenset[str], PartyRelation]]:
            for relation in self.relations(person):
                if relation.type is not RelationType.KIN_OF or not self.holds(relation.valid):
                    continue
                if relation.dst == person:
                    yield relation.src, words_of(relation.role), relation
                else:
                    yield relation.dst, words_of(relation.role, backwards=True), relation

        found, cut = relatives(key, edges)
        self.cut = self.cut or cut
        return found

    def path(self, start: str, edges: tuple[PartyRelation, ...], words: Bilingual) -> RelationPath:
        """Edges from a party on, in order, as a path to show; several ways side by side name each party once."""
        at, nodes = start, [start]
        for edge in edges:
            apart = at not in (edge.src, edge.dst)
            at = edge.dst if edge.src == at else edge.src
            if apart or at in nodes:  # two rows on one holding lead back
                nodes = list(dict.fromkeys([start, *(end for one in edges for end in (one.src, one.dst))]))
                break
            nodes.append(at)
        return RelationPath(
            nodes=tuple(self._node(node) for node in nodes),
            edges=tuple(path_edge(edge) for edge in edges),
            sentence=words,
        )

    def _node(self, key: str) -> PathNode:
        party = self.party(key)
        kind = PartyType.ORGANIZATION if party is None else party.type
        return PathNode(id=key, name=self.label(key), type=kind.value)

    def facts(self, edges: Iterable[PartyRelation]) -> tuple[Fact, ...]:
        """The values of edges as recorded: who, of what type, to whom."""
        return tuple(
            Fact(field=f"relation.{edge.type.value}", a=self.label(edge.src), b=self.label(edge.dst))
            for edge in edges
        )


def path_edge(edge: PartyRelation) -> PathEdge:
    """A relation as paths show it."""
    return PathEdge(
        src=edge.src,
        dst=edge.dst,
        type=edge.type.value,
        share="" if edge.share is None else f"{edge.share.normalize():f}",
        valid_from=edge.valid.start,
        valid_to=edge.valid.end,
        by=edge.by,
        source=edge.source,
        role=edge.role,
    )


def last_day_of(end: datetime) -> date:
    """The last day of a period that ends before the instant `end`."""
    return china_day(end - datetime.resolution)


def first_day_after(day: date, years: int) -> date:
    """The first day on which `day` is no longer within `years` before: 29 February included."""
    last = add_years(day, years)
    following = date.fromordinal(last.toordinal() + 1)
    if within_years_before(day, following, years):
        following = date.fromordinal(following.toordinal() + 1)
    return following


def turning_days(last: date) -> tuple[date, ...]:
    """The days on which a post that ended on `last` leaves the three years before (采条例 9), or its holder the two or
    three years after (公务员法 107)."""
    after = [date.fromordinal(add_years(last, years).toordinal() + 1) for years in (2, LOOKBACK_YEARS)]
    return tuple(dict.fromkeys((*after, first_day_after(last, LOOKBACK_YEARS))))


def majority(relation: PartyRelation, half: bool) -> bool:
    """Whether an edge alone gives control: stated control, or more than half of the shares or votes; exactly half
    too where that was control in law (`half`)."""
    if relation.type is RelationType.CONTROLS:
        return True
    if relation.type is not RelationType.HOLDS:
        return False
    parts = (relation.share, relation.share_min, relation.votes)
    return any(part is not None and _more(part, half) for part in parts)


def _more(part: Decimal, half: bool) -> bool:
    return part > HALF or (half and part == HALF)


def _held_by_one(relations: Iterable[PartyRelation]) -> Decimal:
    """What one owner holds in one company: rows of one data set add up, of several the one that says most counts."""
    sums: dict[str, Decimal] = {}
    for relation in relations:
        source = _source(relation)
        sums[source] = sums.get(source, Decimal(0)) + _share(relation)
    return max(sums.values(), default=Decimal(0))


def _source(relation: PartyRelation) -> str:
    return f"{relation.source.dataset}|{relation.source.publisher}"


def _share(relation: PartyRelation) -> Decimal:
    return relation.share if relation.share is not None else relation.share_min or Decimal(0)


def _overlap(one: Interval, other: Interval) -> Interval | None:
    """The time that two intervals have in common; None without any."""
    starts = [t for t in (one.start, other.start) if t is not None]
    ends = [t for t in (one.end, other.end) if t is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    if start is not None and end is not None and start >= end:
        return None
    return Interval(start=start, end=end)
