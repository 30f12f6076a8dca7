"""Red flags under any data: no order of processes matters, units do not either, fences lie where they should."""

from __future__ import annotations

from decimal import Decimal
from math import isclose

import msgspec
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.cobidding import co_bidding, communities, rotation
from graph.procurement import Award, Bid, Money, OrgRef, Process
from matching.redflags.base import fence, quantile
from matching.redflags.run import run
from matching.redflags.screens import screens
from matching.redflags.settings import Settings

names = st.sampled_from("ABCDEFG")
refs = names.map(lambda name: OrgRef(id=name))
statuses = st.sampled_from(["valid", "disqualified", "pending", "withdrawn", ""])
money = st.none() | st.builds(
    Money, amount=st.integers(1, 30).map(Decimal), currency=st.sampled_from(["CNY", "CNY", "CNY", "USD", ""])
)
bids = st.lists(
    st.builds(Bid, status=statuses, value=money, tenderers=st.lists(refs, max_size=2, unique=True).map(tuple)),
    max_size=5,
).map(tuple)  # fmt: skip
awards = st.lists(
    st.builds(
        Award, status=st.sampled_from(["active", "active", "cancelled", "pending"]),
        suppliers=st.lists(refs, max_size=2, unique=True).map(tuple),
    ),
    max_size=2,
).map(tuple)  # fmt: skip
markets = st.lists(
    st.builds(
        Process, key=st.uuids().map(str), bids=bids, awards=awards, bids_known=st.just(True), buyer=st.none() | refs,
        status=st.sampled_from(["", "complete", "cancelled"]),
    ),
    max_size=12, unique_by=lambda process: process.key,
)  # fmt: skip
CNY = Settings(currency="CNY", r038_minimum_processes=1, r048_minimum_processes=1)


@given(markets, st.randoms(use_true_random=False))
def test_the_order_of_processes_does_not_matter(market: list[Process], chance: object) -> None:
    other = list(market)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert run(other, CNY).grouped() == run(market, CNY).grouped()


@given(markets)
def test_prices_in_another_unit_flag_the_same(market: list[Process]) -> None:

    def times(value: Money | None) -> Money | None:
        return None if value is None else Money(amount=value.amount * 4, currency=value.currency)

    def quadrupled(process: Process) -> Process:
        scaled = tuple(msgspec.structs.replace(bid, value=times(bid.value)) for bid in process.bids)
        return msgspec.structs.replace(process, bids=scaled)

    assert run([quadrupled(one) for one in market], CNY).grouped() == run(market, CNY).grouped()


@given(markets)
def test_every_result_names_values_and_lies_beyond_its_fence(market: list[Process]) -> None:
    for result in run(market, CNY).results:
        assert result.facts
        measured = result.code in ("R024", "R025", "R038", "R048", "R058") and result.value != 0.0
        if measured and result.reference is not None:
            assert result.reference.holds(result.value)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_a_quantile_lies_between_the_ends_and_grows(values: list[float], share: float) -> None:
    ordered = sorted(values)
    found = quantile(ordered, share)
    assert ordered[0] <= found <= ordered[-1]
    assert quantile(ordered, share / 2) <= found or isclose(quantile(ordered, share / 2), found)


@given(st.lists(st.floats(0, 100), max_size=30))
def test_a_lower_fence_lies_below_the_upper_one(values: list[float]) -> None:
    low, high = fence(values, "lower"), fence(values, "upper")
    assert (low is None) == (high is None)
    if low is not None and high is not None:
        assert low.fence <= high.fence


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=12))
def test_screens_do_not_depend_on_order_or_unit(prices: list[int]) -> None:
    plain = screens(map(Decimal, prices)).values()
    other = screens(Decimal(price) * 10 for price in reversed(prices)).values()
    assert plain.keys() == other.keys()
    for name, value in plain.items():
        assert other[name] == pytest.approx(value, rel=1e-6, abs=1e-9)
    if "KS" in plain:
        assert 0 < plain["KS"] <= 1


@given(st.lists(st.sets(names, max_size=5), min_size=1, max_size=20))
def test_co_bidding_is_the_projection_of_lots_on_bidders(lots: list[set[str]]) -> None:
    graph = nx.Graph()
    for number, bidders in enumerate(lots):
        graph.add_node(number)
        graph.add_edges_from((number, name) for name in bidders)
    bidders = {node for node in graph if isinstance(node, str)}
    oracle = nx.bipartite.weighted_projected_graph(graph, bidders)
    overlap = nx.bipartite.overlap_weighted_projected_graph(graph, bidders)
    found = co_bidding({str(number): names for number, names in enumerate(lots)})
    assert {(one.first, one.second): one.together for one in found.pairs} == {
        tuple(sorted(pair[:2])): pair[2]["weight"] for pair in oracle.edges(data=True)
    }
    for one in found.pairs:
        assert one.jaccard == pytest.approx(overlap.edges[one.first, one.second]["weight"])
        assert one.lift > 0


@given(st.lists(st.sets(names, min_size=2, max_size=4), max_size=20))
def test_communities_share_nobody_and_stay_in_bounds(lots: list[set[str]]) -> None:
    groups = communities(co_bidding({str(n): names for n, names in enumerate(lots)}).pairs, least=2)
    members = [name for group in groups for name in group.members]
    assert len(members) == len(set(members))
    for group in groups:
        for value in (group.coherence, group.exclusivity, group.density):
            assert 0 <= value <= 1 + 1e-9


@given(st.text("ABC", max_size=20))
def test_rotation_stays_in_bounds(wins: str) -> None:
    one = rotation(wins, 3)
    assert (one is None) == (wins == "")
    if one is not None:
        assert 0 <= one.entropy <= 1
        assert 1 / 3 - 1e-9 <= one.herfindahl <= 1
        assert 0 <= one.repeated <= 1
