"""The graph picture: which parties are in it, what connects them, and how much of each is not shown.

A picture is a set of parties. Everything else follows from it, so that whoever asks for the same parties at the same
time sees the same relations: a page, a file, a frozen copy in a case.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, NamedTuple

import msgspec

from api.explore.shapes import PartyShown, RelationShown
from api.explore.told import Teller, words_of
from graph import keys
from graph.model import PartyType
from graph.projection import Walk
from graph.relations import RelationType
from graph.text import org_key
from matching.decision import Bilingual

HUB: Final = 30
"""More relations of one type and direction than these are one node with their number."""
PAGE: Final = 30
"""Relations that a hub opens at a time."""
NODES: Final = 150
MOST: Final = 500
"""Parties beyond which nobody can read a picture."""
WIDE: Final = 20_000
"""Relations of a party above which it is looked at from its other ends."""
FURTHEST: Final = 100_000
"""The last relation of a hub that can be opened."""
LOOKED: Final = 300_000
"""Relations that are looked at for one picture's ties."""
PAIRS: Final = 500
"""Pairs of wide parties that are looked at for one picture's ties."""
ALIKE: Final = 30
SAME: Final = "POSSIBLY_SAME"


class Count(NamedTuple):
    """How many relations of one type and direction a party has; `type` may be `POSSIBLY_SAME`."""

    type: str
    words: Bilingual
    out: bool
    total: int


class Member(NamedTuple):
    """A party of the picture, with the counts of all of its relations."""

    party: PartyShown
    counts: tuple[Count, ...]


class Tie(NamedTuple):
    """A relation of the picture; `id` stays the same in every generation."""

    id: str
    relation: RelationShown
    edge: int | None
    """Its number in this generation; None where only a name is the same."""


class Ties(NamedTuple):
    """The relations of a picture."""

    found: tuple[Tie, ...]
    cut: bool
    """Whether the parties have too many relations to look at all of them: some may be missing."""


class Group(NamedTuple):
    """Relations of a party that one node stands for; `taken` of them have been opened."""

    party: str
    type: str
    words: Bilingual
    out: bool
    taken: int
    total: int


class Step(NamedTuple):
    """What a step takes into the picture."""

    found: tuple[int, ...]
    groups: tuple[Group, ...]
    left: int
    """Parties for which there was no room."""


def members(teller: Teller, ids: Iterable[str]) -> tuple[list[int], list[str]]:
    """The parties of a picture, each once, and those ids of which nothing is known (any more)."""
    found: dict[int, None] = {}
    gone: list[str] = []
    for one in dict.fromkeys(ids):
        ordinal = teller.generation.party_ordinal(one)
        if ordinal is None or teller.hidden(ordinal):
            gone.append(one)
        else:
            found[ordinal] = None
    return list(found), gone


def member(teller: Teller, ordinal: int, walk: Walk, *, same: bool = True) -> Member:
    """A party with what there is around it, counted and not loaded."""
    told = teller.projection.neighbours(ordinal, walk, limit=1)  # counts stand with the first of each
    counts = [Count(one.type.value, words_of(one.type), one.out, one.total) for one in told if one.total]
    alike = len(namesakes(teller, ordinal)) if same else 0
    if alike:
        counts.append(Count(SAME, words_of(SAME), True, alike))
    return Member(teller.party(ordinal), tuple(counts))


def namesakes(teller: Teller, ordinal: int) -> list[int]:
    """Organisations with the same whole name that nothing proves to be the same."""
    if teller.projection.kind(ordinal) is not PartyType.ORGANIZATION:
        return []
    names = teller.generation.party(ordinal).names
    if not names:
        return []
    others = teller.generation.parties(keys.org_name(org_key(names[0].text)))
    found = (
        other
        for other in others
        if other != ordinal
        and teller.projection.kind(other) is PartyType.ORGANIZATION
        and not teller.hidden(other)
    )
    return [other for other, _ in zip(found, range(ALIKE), strict=False)]


def begin(teller: Teller, ordinal: int, walk: Walk, *, same: bool = True, room: int = NODES) -> Step:
    """A party and who is next to it; its hubs are one node each."""
    step = expand(teller, ordinal, walk, (ordinal,), same=same, room=room)
    return Step((ordinal, *step.found), step.groups, step.left)


def expand(
    teller: Teller,
    ordinal: int,
    walk: Walk,
    shown: Iterable[int],
    *,
    wanted: tuple[str, bool] | None = None,
    skip: int = 0,
    same: bool = True,
    room: int = NODES,
) -> Step:
    """Take the next of a party's relations into the picture.

    Args:
        teller: the view and the clocks.
        ordinal: the party that is opened.
        walk: which relations are followed.
        shown: the parties that are in the picture.
        wanted: type and direction; None: every type, hubs as one node each.
        skip: relations of that type that have been opened already.
        same: parties of the same name are taken too.
        room: parties that the picture may hold.
    """
    here = set(shown)
    found: dict[int, None] = {}
    groups: list[Group] = []
    left = 0
    me = teller.party(ordinal).id
    for kind, out, peers, total in _kinds(teller, ordinal, walk, wanted, skip, same):
        if wanted is None and total > HUB:
            groups.append(Group(me, kind, words_of(kind), out, 0, total))
            continue
        taken = skip
        for peer in peers:
            if peer not in here:
                if len(here) >= room:
                    left += 1
                    continue
                here.add(peer)
                found[peer] = None
            taken += not left
        if total > HUB:
            groups.append(Group(me, kind, words_of(kind), out, taken, total))
    return Step(tuple(found), tuple(groups), left)


def _kinds(
    teller: Teller, ordinal: int, walk: Walk, wanted: tuple[str, bool] | None, skip: int, same: bool
) -> Iterable[tuple[str, bool, list[int], int]]:
    """The asked types of a party's relations, each with the next parties at its other ends, and how many it has."""
    if wanted is None or wanted[0] != SAME:
        limit = HUB
        if wanted is not None:
            only = frozenset({RelationType(wanted[0])})
            none = frozenset[RelationType]()
            allowed = only & (walk.out if walk.out is not None else only)
            walk = dataclasses.replace(
                walk, out=allowed if wanted[1] else none, into=none if wanted[1] else allowed
            )
            limit = min(skip, FURTHEST) + PAGE
        for tally in teller.projection.neighbours(ordinal, walk, limit=limit):
            yield tally.type.value, tally.out, [edge.peer for edge in tally.edges][skip:], tally.total
    if same and (wanted is None or wanted[0] == SAME):
        alike = namesakes(teller, ordinal)
        if alike:
            yield SAME, True, alike[skip:], len(alike)


def ties(
    teller: Teller,
    ordinals: Sequence[int],
    walk: Walk,
    *,
    touching: Iterable[int] | None = None,
    same: bool = True,
) -> Ties:
    """The relations among the parties of a picture, as far as a bounded look finds them.

    Args:
        teller: the view and the clocks.
        ordinals: the parties.
        walk: which relations count.
        touching: only those that touch one of these; None: all.
        same: parties of the same name are tied as possibly the same.
    """
    inside = set(ordinals)
    new = inside if touching is None else inside & set(touching)
    degrees = {one: teller.projection.degree(one) for one in inside}
    wide = {one for one in inside if degrees[one] > WIDE}
    looked = [one for one in inside - wide if one in new or new & wide]
    near: dict[int, list[int]] = {}
    left, cut = LOOKED, False
    for one in sorted(looked, key=lambda one: (degrees[one], one)):  # the wide ends are seen from the others
        left -= degrees[one]
        if left < 0:
            cut = True
            break
        near[one] = [
            edge.edge
            for tally in teller.projection.neighbours(one, walk, limit=WIDE)
            for edge in tally.edges
            if edge.peer in inside and (one in new or edge.peer in new)
        ]
    edges = dict.fromkeys(edge for one in ordinals for edge in near.get(one, ()))
    pairs = [(one, other) for one, other in combinations(sorted(wide), 2) if one in new or other in new]
    for one, other in pairs[:PAIRS]:
        route = teller.projection.shortest_path(one, other, walk, hops=1).route
        edges.update((edge, None) for edge in (route.edges if route else ()))
    cut = cut or len(pairs) > PAIRS
    found = [Tie("", teller.relation(edge), edge) for edge in edges]
    if same:
        found += _alike(teller, inside, new)
    return Ties(tuple(_named(found)), cut)


def _alike(teller: Teller, inside: set[int], new: set[int]) -> list[Tie]:
    pairs = {
        (min(one, other), max(one, other))
        for one in new
        for other in namesakes(teller, one)
        if other in inside
    }
    return [
        Tie(
            "",
            RelationShown(
                type=SAME,
                words=words_of(SAME),
                source=teller.party(one).id,
                target=teller.party(other).id,
                by="name",
                possibly_same=True,
            ),
            None,
        )
        for one, other in sorted(pairs)
    ]


def _named(found: list[Tie]) -> list[Tie]:
    """Each relation with a name of its own, made of what it says."""
    seen: dict[str, int] = {}
    named = []
    for one in found:
        digest = hashlib.sha256(msgspec.json.encode(one.relation, order="sorted")).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        named.append(one._replace(id=f"r{digest}" + (f"-{seen[digest]}" if seen[digest] > 1 else "")))
    return named


__all__ = [
    "HUB", "MOST", "NODES", "PAGE", "SAME", "Count", "Group", "Member", "Step", "Tie", "Ties", "begin", "expand",
    "member", "members", "namesakes", "ties",
]  # fmt: skip
