"""Several shortest paths against networkx, and a projection without some relations against one that never had them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import networkx as nx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projections import MEMORY, generation, relation

from graph.generation.veil import Relations, veiled
from graph.projection import Walk
from graph.relations import RelationType
from matching.explore.ways import best, shortest

NODES = 9
KINDS = (RelationType.HOLDS, RelationType.DIRECTOR_OF, RelationType.USES)
EDGES = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from(KINDS)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    max_size=24,
    unique=True,
)  # fmt: skip
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(edges=EDGES, limit=st.integers(1, 6))
def test_paths_are_the_shortest_and_differ_in_their_middle(
    edges: list[tuple[int, int, RelationType]], limit: int
) -> None:
    oracle = nx.Graph()
    oracle.add_nodes_from(range(NODES))
    oracle.add_edges_from((src, dst) for src, dst, _ in edges)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        made = generation(Path(folder), NODES, [relation(src, dst, kind) for src, dst, kind in edges])
        for target in range(1, NODES):
            found = shortest(made.projection, 0, target, Walk(), hops=NODES, limit=limit)
            if not nx.has_path(oracle, 0, target):
                assert (found.routes, found.total) == ((), 0)
                continue
            every = [tuple(path) for path in nx.all_shortest_paths(oracle, 0, target)]
            assert all(route.nodes in every for route in found.routes)
            assert len(set(found.routes)) == len(found.routes) <= limit
            middles = {path[len(path) // 2] for path in every} if len(every[0]) > 2 else {0}
            assert found.total == len(middles)
            assert len(found.routes) == min(limit, len(middles))
            for route in found.routes:
                for at, edge in enumerate(route.edges):
                    ends = [
                        made.party_ordinal(end) for end in (made.relation(edge).src, made.relation(edge).dst)
                    ]
                    assert ends == list(route.nodes[at : at + 2])[:: 1 if route.out[at] else -1]
        made.close()


@QUICK
@given(edges=EDGES, limit=st.integers(1, 12), hops=st.integers(1, 6))
def test_longer_paths_follow_the_shortest_and_meet_nobody_twice(
    edges: list[tuple[int, int, RelationType]], limit: int, hops: int
) -> None:
    oracle = nx.Graph()
    oracle.add_nodes_from(range(NODES))
    oracle.add_edges_from((src, dst) for src, dst, _ in edges)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        made = generation(Path(folder), NODES, [relation(src, dst, kind) for src, dst, kind in edges])
        for target in range(1, NODES):
            found = best(made.projection, 0, target, Walk(), hops=hops, limit=limit)
            first = shortest(made.projection, 0, target, Walk(), hops=hops, limit=limit)
            assert found.routes[: len(first.routes)] == first.routes
            assert found.total == first.total
            every = {tuple(path) for path in nx.all_simple_paths(oracle, 0, target, cutoff=hops)}
            assert {route.nodes for route in found.routes} <= every
            assert [len(route) for route in found.routes] == sorted(len(route) for route in found.routes)
            assert len({route.nodes for route in found.routes}) == len(found.routes) <= limit
            assert bool(found.routes) == bool(every)
        made.close()


@QUICK
@given(edges=EDGES.filter(bool), data=st.data())
def test_hidden_relations_leave_no_trace_in_any_walk(
    edges: list[tuple[int, int, RelationType]], data: st.DataObject
) -> None:
    hidden = data.draw(st.sets(st.integers(0, len(edges) - 1)))
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        made = generation(Path(folder, "a"), NODES, [relation(*edge) for edge in edges])
        left = [relation(*edge) for number, edge in enumerate(edges) if number not in hidden]
        never = generation(Path(folder, "b"), NODES, left)
        seen = veiled(made, hidden)
        for node in range(NODES):
            counts = [
                [
                    (one.type, one.out, one.total, [edge.peer for edge in one.edges])
                    for one in each.neighbours(node)
                ]
                for each in (seen, never.projection)
            ]
            assert counts[0] == counts[1]
            reached = [
                sorted(zip(each.closure((node,)).ordinals, each.closure((node,)).hops, strict=True))
                for each in (seen, never.projection)
            ]
            assert reached[0] == reached[1]
            for other in range(NODES):
                routes = [each.shortest_path(node, other).route for each in (seen, never.projection)]
                assert (routes[0] is None) == (routes[1] is None)
                assert routes[0] is None or routes[1] is None or len(routes[0]) == len(routes[1])
        assert made.projection.neighbours(0).total == sum(0 in edge[:2] for edge in edges)
        assert sum(1 for node in range(NODES) for _ in Relations(made).of(node)) == 2 * len(edges)
        made.close()
        never.close()


def test_a_text_in_documents_is_found_with_its_value() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        texts = ['T-1/"quoted"', "T-2", "临江"]
        made = generation(
            Path(folder),
            NODES,
            [relation(0, number + 1, KINDS[2], attributes={"lot": text}) for number, text in enumerate(texts)]
            + [relation(5, 6, KINDS[0], attributes={"restricted": "yes"})],
        )
        relations = Relations(made)
        assert sorted((mark.relation, mark.value) for mark in relations.holding(b'"lot":"')) == list(
            enumerate(texts)
        )
        assert [mark.relation for mark in relations.holding(b'"restricted":"yes"')] == [3]
        made.close()
