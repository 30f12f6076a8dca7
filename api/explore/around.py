"""The picture around a party: expanded by type of relation with counts, hubs as one node, "30 of 2143" always said."""

from __future__ import annotations

from typing import Final, NamedTuple

from api.explore.dossier import kind
from api.explore.shapes import Collapsed, Kind, NeighbourhoodAnswer, RelationShown
from api.explore.told import Teller, both, cutting, seen, words_of
from graph import keys
from graph.model import Party, PartyType
from graph.projection import Walk
from graph.projection.model import Cut, Tally
from graph.text import org_key

SHOWN: Final = 30
"""Relations of one type of a party that are drawn; of more, beyond the first party, one node stands for all."""
NODES: Final = 150
MOST_NODES: Final = 500
"""Beyond this nobody can read a picture."""
MOST_SHOWN: Final = 500
DEPTH: Final = 3
ALIKE: Final = 5
"""Parties that bear the same whole name and are named as possibly the same."""


class _Picture(NamedTuple):
    nodes: dict[int, int]
    """Ordinals with their distance."""
    edges: dict[int, None]
    collapsed: list[Collapsed]


def around(
    teller: Teller, ordinal: int, walk: Walk, *, depth: int = 1, limit: int = SHOWN, nodes: int = NODES,
    possibly_same: bool = True,
) -> NeighbourhoodAnswer:  # fmt: skip
    """Who is around a party.

    Args:
        teller: the view and the clocks.
        ordinal: the party in the middle.
        walk: which relations are followed.
        depth: steps from it.
        limit: relations of each type and direction that are shown of it.
        nodes: parties in the picture at most.
        possibly_same: relations of which an end is known by name only, and parties of the same name, are shown.
    """
    picture = _Picture({ordinal: 0}, {}, [])
    first = teller.projection.neighbours(ordinal, walk, limit=limit)
    kinds: list[Kind] = []
    cuts: list[Cut] = [first.cut]
    more = False
    for tally in first:
        kinds.append(kind(teller, tally, shown=False))
        more |= _draw(picture, tally, 1, nodes)
        if tally.total > len(tally.edges):
            picture.collapsed.append(_group(teller, ordinal, tally, len(tally.edges)))
    front = [one for one, steps in picture.nodes.items() if steps == 1]
    for step in range(2, depth + 1):
        for one in front:
            told = teller.projection.neighbours(one, walk, limit=min(limit, SHOWN))
            cuts.append(told.cut)
            for tally in told:
                if tally.total > SHOWN:
                    known = [edge for edge in tally.edges if edge.peer in picture.nodes]
                    picture.edges.update((edge.edge, None) for edge in known)
                    picture.collapsed.append(_group(teller, one, tally, len(known)))
                else:
                    more |= _draw(picture, tally, step, nodes)
        front = [one for one, steps in picture.nodes.items() if steps == step]
    for one in picture.nodes:
        teller.party(one)
    shown = [teller.relation(edge) for edge in picture.edges]
    if possibly_same:
        shown += _alike(teller, ordinal)
    return NeighbourhoodAnswer(
        clocks=teller.clocks,
        party=teller.party(ordinal),
        depth=depth,
        nodes=teller.nodes(),
        relations=tuple(shown),
        kinds=tuple(kinds),
        collapsed=tuple(picture.collapsed),
        seen=seen(first.shown, first.total),
        cut=cutting(*cuts, more=more),
        notice=both("explore.notice"),
    )


def _draw(picture: _Picture, tally: Tally, step: int, nodes: int) -> bool:
    """Take relations into the picture; whether there was no room for some."""
    full = False
    for edge in tally.edges:
        if edge.peer not in picture.nodes:
            if len(picture.nodes) >= nodes:
                full = True
                continue
            picture.nodes[edge.peer] = step
        picture.edges[edge.edge] = None
    return full


def _group(teller: Teller, ordinal: int, tally: Tally, shown: int) -> Collapsed:
    words = words_of(tally.type)
    return Collapsed(
        party=teller.party(ordinal).id,
        type=tally.type.value,
        words=words,
        out=tally.out,
        shown=shown,
        total=tally.total,
        sentence=both("explore.collapsed", words=words, total=tally.total, shown=shown),
    )


def _alike(teller: Teller, ordinal: int) -> list[RelationShown]:
    """Organisations with the same whole name that nothing proves to be the same: drawn otherwise, or left out."""
    party: Party = teller.generation.party(ordinal)
    if party.type is not PartyType.ORGANIZATION or not party.names:
        return []
    others = teller.generation.parties(keys.org_name(org_key(party.names[0].text)))
    found = []
    for other in others:
        same = teller.generation.party(other)
        if other == ordinal or same.type is not PartyType.ORGANIZATION or teller.hidden(other):
            continue
        found.append(
            RelationShown(
                type="POSSIBLY_SAME",
                words=words_of("POSSIBLY_SAME"),
                source=party.key,
                target=teller.party(other).id,
                by="name",
                possibly_same=True,
            )
        )
        if len(found) == ALIKE:
            break
    return found


__all__ = ["DEPTH", "MOST_NODES", "MOST_SHOWN", "NODES", "SHOWN", "around"]
