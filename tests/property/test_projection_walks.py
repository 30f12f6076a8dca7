"""Walks against networkx as the independent oracle, on random typed, dated multigraphs with loops and hubs."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import NamedTuple

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st
from projections import DAY, MEMORY, generation, key, listing, party, relation

from graph.generation.build import EdgeRow
from graph.model import Interval, PartyType
from graph.projection import Route, Walk
from graph.projection.model import WITH_SHARE
from graph.projection.read import Projection
from graph.relations import PartyRelation, RelationType

TYPES = (RelationType.HOLDS, RelationType.KIN_OF, RelationType.USES, RelationType.OVERSEES)
KINDS = (PartyType.ORGANIZATION, PartyType.PERSON, PartyType.ADDRESS)
SHARES = (None, Decimal(25), Decimal(50), Decimal("50.000000001"), Decimal("33.3333333333"), Decimal(100))
FAR = 30


class World(NamedTuple):
    """A random graph as rows, and the same published."""

    kinds: list[PartyType]
    edges: list[EdgeRow]
    listed: dict[int, tuple[Interval, str]]
    projection: Projection
    dice: random.Random


def moment(dice: random.Random) -> datetime | None:
    return dice.choice((None, DAY + timedelta(days=dice.randrange(8))))


def interval(dice: random.Random) -> Interval:
    if dice.random() < 0.5:
        return Interval()
    bounds = sorted(dice.sample(range(9), 2))
    start, end = (DAY + timedelta(days=n) for n in bounds)
    return dice.choice((Interval(start=start), Interval(end=end), Interval(start=start, end=end)))


def random_edge(dice: random.Random, nodes: int) -> EdgeRow:
    kind = dice.choice(TYPES)
    src = 0 if dice.random() < 0.2 else dice.randrange(nodes)
    share = dice.choice(SHARES) if kind is RelationType.HOLDS else None
    more: dict[str, object] = {"share": share, "valid": interval(dice), "by": dice.choice(("code", "name"))}
    if kind is RelationType.HOLDS and share is None and dice.random() < 0.5:
        more |= dice.choice(({"share_min": Decimal(25)}, {"share_max": Decimal(50)},
                             {"share_min": Decimal(50), "share_max": Decimal(75)}))  # fmt: skip
    begun = dice.randrange(1, 4)
    return EdgeRow(relation(src, dice.randrange(nodes), kind, **more), begun, dice.choice((None, begun + 1)))


@contextmanager
def world(seed: int) -> Iterator[World]:
    dice = random.Random(seed)
    nodes = dice.randrange(2, 14)
    kinds = [dice.choice(KINDS) for _ in range(nodes)]
    edges = [random_edge(dice, nodes) for _ in range(dice.randrange(40))]
    edges += [EdgeRow(relation(0, nodes + 5), 1, None)] * dice.randrange(2)  # an end that is no party here
    listed = {
        n: (interval(dice), dice.choice(("SXBZXR", "RED"))) for n in range(nodes) if dice.random() < 0.2
    }
    with tempfile.TemporaryDirectory(dir=MEMORY) as home:
        rows = [listing(n, code, effect) for n, (effect, code) in listed.items()]
        parties = [party(n, kind) for n, kind in enumerate(kinds)]
        with generation(Path(home), parties, edges, rows, number=4) as made:
            yield World(kinds, edges, listed, made.projection, dice)


def random_walk(dice: random.Random) -> Walk:
    chosen = [None, frozenset(dice.sample(TYPES, 2)), frozenset(TYPES[:1])]
    return Walk(
        out=dice.choice(chosen),
        into=dice.choice(chosen),
        as_of=moment(dice),
        known=dice.choice((None, 1, 2, 3)),
        share=dice.choice((None, Decimal(25), Decimal(50), Decimal("33.3333333333"))),
        above=dice.random() < 0.5,
        possible=dice.random() < 0.5,
        by_name=dice.random() < 0.7,
        hub=dice.choice((1, 2, 3, 1000)),
        hub_of_thing=dice.choice((1, 2, 1000)),
    )


def shares(one: PartyRelation) -> tuple[Decimal | None, Decimal | None]:
    """Bounds of a share; one with more than nine decimals counts as the range around it."""
    if one.share is not None:
        unit = Decimal("1e-9")
        return one.share.quantize(unit, ROUND_FLOOR), one.share.quantize(unit, ROUND_CEILING)
    if one.share_min is None and one.share_max is None:
        return None, None
    return one.share_min or Decimal(0), one.share_max if one.share_max is not None else Decimal(100)


def passes(row: EdgeRow, walk: Walk) -> bool:
    """By the definition, over documents."""
    known = 4 if walk.known is None else walk.known
    one = row.relation
    if row.from_gen > known or (row.to_gen is not None and row.to_gen <= known):
        return False
    if walk.as_of is not None and not one.valid.contains(walk.as_of):
        return False
    if not walk.by_name and one.by != "code":
        return False
    if walk.share is not None and one.type in WITH_SHARE:
        low, high = shares(one)
        bound = high if walk.possible else low
        if bound is None:
            return walk.possible
        return bound > walk.share if walk.above else bound >= walk.share
    return True


class Arc(NamedTuple):
    """A relation in the direction in which it is followed."""

    source: int
    target: int
    edge: int
    out: bool


def arcs(made: World, walk: Walk) -> list[Arc]:
    """Every relation as it may be followed; ends that are no party of the generation lead nowhere."""
    number = {key(n): n for n in range(len(made.kinds))}
    found = []
    for edge, row in enumerate(made.edges):
        src, dst = number.get(row.relation.src), number.get(row.relation.dst)
        if src is None or dst is None or not passes(row, walk):
            continue
        if walk.out is None or row.relation.type in walk.out:
            found.append(Arc(src, dst, edge, True))
        if walk.into is None or row.relation.type in walk.into:
            found.append(Arc(dst, src, edge, False))
    return found


def open_arcs(made: World, walk: Walk, ends: set[int]) -> list[Arc]:
    """The arcs that a path between `ends` may use: a party in between is no hub for how it is entered and left."""
    number = {key(n): n for n in range(len(made.kinds))}
    others: dict[tuple[int, RelationType, bool], set[int]] = {}
    for row in made.edges:
        src, dst = number.get(row.relation.src), number.get(row.relation.dst)
        if src is not None and dst is not None and passes(row, walk):
            others.setdefault((src, row.relation.type, True), set()).add(dst)
            others.setdefault((dst, row.relation.type, False), set()).add(src)

    def free(node: int, kind: RelationType, out: bool) -> bool:
        cap = walk.hub_of_thing if made.kinds[node].thing else walk.hub
        return node in ends or len(others[node, kind, out]) <= cap

    kinds = [row.relation.type for row in made.edges]
    return [
        a
        for a in arcs(made, walk)
        if free(a.source, kinds[a.edge], a.out) and free(a.target, kinds[a.edge], not a.out)
    ]


def distance(made: World, walk: Walk, source: int, target: int) -> int | None:
    """Hops between two parties by networkx; None where no path is."""
    net = nx.MultiDiGraph()
    net.add_nodes_from(range(len(made.kinds)))
    net.add_edges_from((a.source, a.target) for a in open_arcs(made, walk, {source, target}))
    try:
        return int(nx.shortest_path_length(net, source, target))
    except nx.NetworkXNoPath:
        return None


def assert_route(made: World, walk: Walk, route: Route) -> None:
    allowed = set(open_arcs(made, walk, {route.nodes[0], route.nodes[-1]}))
    steps = zip(route.nodes, route.nodes[1:], route.edges, route.out, strict=False)
    assert len(route.nodes) == len(route.edges) + 1 == len(route.out) + 1
    for source, target, edge, out in steps:
        assert Arc(source, target, edge, out) in allowed


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_shortest_paths_and_closures_are_networkx_own(seed: int) -> None:
    with world(seed) as made:
        for _ in range(4):
            walk, source = random_walk(made.dice), made.dice.randrange(len(made.kinds))
            expected = {
                n: d
                for n in range(len(made.kinds))
                if n != source and (d := distance(made, walk, source, n)) is not None
            }
            hops = made.dice.choice((1, 2, FAR))
            reached = made.projection.closure((source,), walk, hops=hops)
            near = {n: d for n, d in expected.items() if d <= hops}
            assert dict(zip(reached.ordinals, reached.hops, strict=True)) == near
            assert reached.total == len(near)
            assert reached.hops == sorted(reached.hops)
            for place in range(len(reached)):
                route = reached.route(place)
                assert (route.nodes[0], route.nodes[-1]) == (source, reached.ordinals[place])
                assert len(route) == reached.hops[place]
                assert_route(made, walk, route)
            for target in range(len(made.kinds)):
                found = made.projection.shortest_path(source, target, walk, hops=hops)
                wanted = 0 if target == source else near.get(target)
                assert (None if found.route is None else len(found.route)) == wanted
                if found.route is not None:
                    assert (found.route.nodes[0], found.route.nodes[-1]) == (source, target)
                    assert_route(made, walk, found.route)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_listed_parties_are_those_in_force_at_their_distance(seed: int) -> None:
    with world(seed) as made:
        for _ in range(4):
            walk, source = random_walk(made.dice), made.dice.randrange(len(made.kinds))
            lists = made.dice.choice((None, ("SXBZXR",), ("SXBZXR", "RED"), ("NOSUCH",)))
            expected = {
                n: d
                for n, (effect, code) in made.listed.items()
                if n != source
                and (walk.as_of is None or effect.contains(walk.as_of))
                and code in (lists or ("SXBZXR",))
                and (d := distance(made, walk, source, n)) is not None
                and d <= 3
            }
            reached = made.projection.listed_within((source,), walk, hops=3, lists=lists)
            assert dict(zip(reached.ordinals, reached.hops, strict=True)) == expected
            nearest = made.projection.nearest_listed(source, walk, hops=3, lists=lists).route
            assert (nearest is None) == (not expected)
            if nearest is not None:
                assert len(nearest) == expected[nearest.nodes[-1]] == min(expected.values())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_neighbourhoods_count_every_relation_that_passes(seed: int) -> None:
    with world(seed) as made:
        for _ in range(4):
            walk, node, limit = (
                random_walk(made.dice),
                made.dice.randrange(len(made.kinds)),
                made.dice.choice((1, 30)),
            )
            expected: dict[tuple[RelationType, bool], set[tuple[int, int]]] = {}
            for a in arcs(made, walk):
                if a.source == node:
                    kind = made.edges[a.edge].relation.type
                    expected.setdefault((kind, a.out), set()).add((a.edge, a.target))
            told = made.projection.neighbours(node, walk, limit=limit)
            assert {(one.type, one.out): one.total for one in told} == {
                k: len(v) for k, v in expected.items()
            }
            for one in told:
                assert len(one.edges) == min(limit, one.total)
                assert {(e.edge, e.peer) for e in one.edges} <= expected[one.type, one.out]
            assert told.total == sum(map(len, expected.values()))
            assert not told.cut


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_groups_are_what_two_members_reach(seed: int) -> None:
    with world(seed) as made:
        for hops in (1, 2):
            walk = random_walk(made.dice)
            members = made.dice.sample(range(len(made.kinds)), made.dice.randrange(len(made.kinds)) + 1)
            expected: dict[int, dict[int, int]] = {}
            for place, member in enumerate(members):
                for node in range(len(made.kinds)):
                    ends = {member, node} if node in members else {member}
                    net = nx.MultiDiGraph((a.source, a.target) for a in open_arcs(made, walk, ends))
                    net.add_nodes_from((member, node))
                    if nx.has_path(net, member, node):
                        length = nx.shortest_path_length(net, member, node)
                        if length <= hops:
                            expected.setdefault(node, {})[place] = length
            told = made.projection.groups(members, walk, hops=hops)
            assert {
                group.through: {p: len(r) for p, r in zip(group.members, group.routes, strict=True)}
                for group in told.groups
            } == {node: reach for node, reach in expected.items() if len(reach) > 1}
            assert not told.cut.spent


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_owners_are_all_ancestors_with_every_holding_between_them(seed: int) -> None:
    with world(seed) as made:
        walk = Walk.along(RelationType.HOLDS, direction="in", as_of=moment(made.dice), hub_of_thing=1000)
        asked = made.dice.sample(range(len(made.kinds)), 2 if len(made.kinds) > 2 else 1)
        net = nx.MultiDiGraph()
        net.add_nodes_from(range(len(made.kinds)))
        holdings = arcs(made, walk)
        net.add_edges_from((a.source, a.target) for a in holdings)
        above = set().union(*(nx.descendants(net, one) for one in asked)) | set(asked)
        told = made.projection.owners(asked, walk)
        assert set(told.ordinals) == above - set(asked)
        assert told.edges.tolist() == sorted({a.edge for a in holdings if a.source in above})
