"""Parties and relations of a store for an export: all of it, or the neighbourhood of one party."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from graph.export.model import Edge, Export, Head, Node, edge_of, node_of
from graph.model import Party, Status
from graph.relations import PartyRelation, RelationType
from graph.store import GraphReader

LIMIT: Final = 100_000
"""Relations of a neighbourhood."""
_STEP: Final = 2_000
_IN_FORCE: Final = (Status.ACTIVE, Status.DISPUTED)


def whole(
    reader: GraphReader, *, at: datetime, as_of: datetime | None = None, known_at: datetime | None = None,
    types: Sequence[RelationType] | None = None,
) -> Export:  # fmt: skip
    """Everything that a store holds.

    Args:
        reader: the store.
        at: the day on which lists are looked at where `as_of` is not given.
        as_of: only relations that hold at this instant; None: of every time.
        known_at: as it was recorded then; None: now.
        types: only these relations.

    Raises:
        StoreError: the store can't be read.
    """
    generation = reader.generation(known_at)
    known = None if known_at is None else generation
    lists = _lists(reader, as_of or at, generation)

    def nodes() -> Iterator[Node]:
        for one in reader.iter_parties():
            party = one if known is None else reader.get(one.key, known=known)
            if party is not None:
                yield node_of(party, lists.get(party.key, ()))

    def edges() -> Iterator[Edge]:
        number = 0
        for version, relation in reader.iter_edges():
            if version.from_gen > generation or (version.to_gen is not None and version.to_gen <= generation):
                continue
            if types is not None and relation.type not in types:
                continue
            if as_of is None or relation.valid.contains(as_of):
                number += 1
                yield edge_of(number, relation)

    return Export(Head(as_of=as_of, known_at=known_at, generation=generation), nodes, edges)


def around(
    reader: GraphReader, party: str, *, hops: int, at: datetime, as_of: datetime | None = None,
    known_at: datetime | None = None, types: Sequence[RelationType] | None = None, limit: int = LIMIT,
) -> Export:  # fmt: skip
    """A party and all within so many relations of it; the head says when there was more than the limit.

    Args:
        reader: the store.
        party: its key.
        hops: how many relations away.
        at: the day on which lists are looked at where `as_of` is not given.
        as_of: only relations that hold at this instant; None: of every time.
        known_at: as it was recorded then; None: now.
        types: only these relations.
        limit: at most so many relations.
    """
    generation = reader.generation(known_at)
    known = None if known_at is None else generation
    seen, front, cut = {party}, [party], False
    relations: dict[bytes, PartyRelation] = {}
    for _ in range(hops):
        found: list[str] = []
        for start in range(0, len(front), _STEP):
            room = limit - len(relations)
            if room <= 0:
                cut = True
                break
            batch = front[start : start + _STEP]
            edges, total = reader.expand(batch, types=types, as_of=as_of, known=known, limit=room + 1)
            cut = cut or total > len(edges)
            for relation in edges:
                mark = msgspec.json.encode(relation)
                if len(relations) >= limit and mark not in relations:
                    cut = True
                    continue
                relations[mark] = relation
                found += [end for end in (relation.src, relation.dst) if end not in seen]
                seen.update((relation.src, relation.dst))
        front = found
        if not front:
            break
    parties: list[Party] = [p for key in sorted(seen) if (p := reader.get(key, known=known)) is not None]
    lists = _lists(reader, as_of or at, generation)
    nodes = [node_of(one, lists.get(one.key, ())) for one in parties]
    listed = [edge_of(number, relations[mark]) for number, mark in enumerate(sorted(relations), 1)]
    head = Head(as_of=as_of, known_at=known_at, generation=generation, around=party, hops=hops, cut=cut)
    return Export(head, lambda: iter(nodes), lambda: iter(listed))


def _lists(reader: GraphReader, at: datetime, generation: int) -> dict[str, tuple[str, ...]]:
    """The lists on which each party stands at that time, as far as records are linked to parties."""
    found: dict[str, set[str]] = {}
    for dataset in {snapshot.dataset for snapshot in reader.snapshots(generation or None)}:
        for version in reader.iter_listings(dataset):
            if version.party is None or version.from_gen > generation:
                continue
            if version.to_gen is not None and version.to_gen <= generation:
                continue
            if version.listing.status(at) in _IN_FORCE:
                found.setdefault(version.party, set()).add(version.listing.list_code)
    return {party: tuple(sorted(codes)) for party, codes in found.items()}
