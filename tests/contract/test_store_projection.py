"""The projection is the same graph whatever store it is built from: walks against networkx over the store's edges."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import networkx as nx
from store_records import T0, load, org, person, relation, row, snapshot, uscc

from graph import keys
from graph.generation import Generation, current_generation
from graph.generation.publish import publish
from graph.model import Interval, Mention, PartyRecord
from graph.projection import Walk
from graph.relations import Relation, RelationType
from graph.store import Store

NODES = 12
TYPES = (RelationType.HOLDS, RelationType.KIN_OF, RelationType.DIRECTOR_OF)
CITIZENS = ("329901198811062462", "329901197210158022", "329902197210158022")


def subject(number: int) -> Mention:
    if number < len(CITIZENS):
        return person(f"虚构{number}", CITIZENS[number])
    return org(f"临江虚构{number}有限公司", uscc(number))


def relations(dice: random.Random, count: int, first: int = 0) -> list[PartyRecord | Relation]:
    found: list[PartyRecord | Relation] = []
    for number in range(first, first + count):
        bounds = sorted(dice.sample(range(8), 2))
        start, end = (T0 + timedelta(days=bound) for bound in bounds)
        valid = dice.choice((Interval(), Interval(start=start), Interval(start=start, end=end)))
        src, dst = dice.sample(range(NODES), 2)
        kind = dice.choice(TYPES)
        share = dice.choice((Decimal(60), Decimal("33.333"), None)) if kind is RelationType.HOLDS else None
        found.append(relation(f"r{number}", kind, subject(src), subject(dst), valid=valid, share=share))
    return found


def register(number: int, **attributes: str) -> PartyRecord:
    return row(f"{number}", subject(number), **attributes)


def check(store: Store, generation: Generation, as_of: datetime) -> int:
    """Compare all distances; returns how many pairs are connected."""
    number = generation.number
    net = nx.MultiGraph()
    everyone = {generation.party(n).key: n for n in range(generation.projection.parties)}
    net.add_nodes_from(everyone.values())
    for version, one in store.iter_edges():
        if version.from_gen <= number and version.to_gen is None and one.valid.contains(as_of):
            net.add_edge(everyone[one.src], everyone[one.dst])
    found = 0
    walk = Walk(as_of=as_of)
    for source in everyone.values():
        lengths = nx.single_source_shortest_path_length(net, source, cutoff=8)
        for target in everyone.values():
            route = generation.projection.shortest_path(source, target, walk).route
            assert (None if route is None else len(route)) == lengths.get(target)
            found += route is not None
    return found


def test_walks_are_networkx_own_before_and_after_a_change(store: Store, tmp_path: Path) -> None:
    dice = random.Random(3)
    first = [
        register(3, address="临江市虚构路12号"),
        register(4, address="临江市虚构路12号"),
        *relations(dice, 14),
    ]
    load(store, first, at=T0, snapshots=[snapshot("register", "city")])
    publish(store, tmp_path)
    with current_generation(tmp_path) as generation:
        counts = [check(store, generation, T0 + timedelta(days=days, hours=1)) for days in (0, 3, 9)]
        assert min(counts) > NODES
        (three,) = generation.parties(keys.identifier("uscc", uscc(3)))
        (same,) = generation.projection.sharing("address", three)
        assert same.total == 1
    more = [register(5, address="临江市虚构路12号"), *relations(dice, 4, 10)]
    load(
        store,
        more,
        at=T0 + timedelta(days=1),
        snapshots=[snapshot("register", "city", full=False)],
        full=False,
    )
    publish(store, tmp_path)
    with current_generation(tmp_path) as generation:
        for days in (0, 3, 9):
            check(store, generation, T0 + timedelta(days=days, hours=1))
        (three,) = generation.parties(keys.identifier("uscc", uscc(3)))
        (same,) = generation.projection.sharing("address", three)
        assert same.total == 2
        ended = [n for n in range(generation.projection.relations) if not _open(generation, n)]
        assert len(ended) == 4, "the versions that the second load replaced"


def _open(generation: Generation, number: int) -> bool:
    from graph.projection import layout

    generations = int(generation.projection.table[number, layout.GENERATIONS])
    return generations >> 32 & layout.OPEN == layout.OPEN
