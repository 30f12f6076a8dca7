"""How to walk, and what a walk answers: numbers of parties and relations, with what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from graph.projection.columns import Array
from graph.relations import RelationType

Direction = Literal["out", "in", "both"]

HUB: Final = 1000
"""Relations of one type and direction above which a party says nothing about those it connects."""
HUB_OF_THING: Final = 20
"""The same for an address, a telephone, a device and other things (SPEC 8, R06: N = 20)."""
BUDGET: Final = 2_000_000
"""Relations that a walk looks at before it gives up (some 20 ms)."""
WITH_SHARE: Final = frozenset({RelationType.HOLDS, RelationType.CONTROLS, RelationType.UBO_OF})
"""Types to which a least share applies."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Which relations may be followed, as of when, and how far.

    Attributes:
        out: types followed from source to target; None: all.
        into: types followed from target to source; None: all.
        as_of: relations and listings that hold then; None: those of any time.
        known: as generation number `known` shows them; None: the newest.
        share: least percentage of holdings that are followed (`WITH_SHARE`); None: any, also unknown.
        above: the share must be greater, not equal: 50.00 is not above 50.
        possible: take a range, or a share not stated, by its upper end instead of its lower one.
        by_name: follow relations whose ends were found by name only.
        hub: a party that a path goes through has at most so many relations of the type and direction by which the
            path enters it, and by which it leaves. Its two ends may have any number.
        hub_of_thing: the same for things (an address, a telephone, a device, a tender …).
        budget: relations looked at before the walk ends, and says so.
    """

    out: frozenset[RelationType] | None = None
    into: frozenset[RelationType] | None = None
    as_of: datetime | None = None
    known: int | None = None
    share: Decimal | None = None
    above: bool = False
    possible: bool = False
    by_name: bool = True
    hub: int = HUB
    hub_of_thing: int = HUB_OF_THING
    budget: int = BUDGET

    @classmethod
    def along(
        cls,
        *types: RelationType,
        direction: Direction = "both",
        as_of: datetime | None = None,
        **more: object,
    ) -> Walk:
        """A walk along some types in one direction or both; further fields by name."""
        kinds, none = frozenset(types), frozenset[RelationType]()
        out, into = kinds if direction != "in" else none, kinds if direction != "out" else none
        return cls(out=out, into=into, as_of=as_of, **more)  # type: ignore[arg-type]


class Edge(NamedTuple):
    """A relation seen from one of its ends: its number, the party at the other end, whether it leads there."""

    edge: int
    peer: int
    out: bool


class Cut(NamedTuple):
    """What a walk left out: nothing, or some of `hubs` parties' many relations, or all beyond its budget."""

    hubs: int = 0
    spent: bool = False

    def __bool__(self) -> bool:
        return self.hubs > 0 or self.spent


class Route(NamedTuple):
    """A path: the parties in order, and the relation between each and the next.

    `edges[i]` connects `nodes[i]` with `nodes[i + 1]`, leading that way if `out[i]`.
    """

    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    out: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.edges)

    def reversed(self) -> Route:
        """The same path from its other end."""
        return Route(self.nodes[::-1], self.edges[::-1], tuple(not one for one in self.out[::-1]))


class Found(NamedTuple):
    """An answer that is one path or none; where `cut`, "none" means "none in what was looked at"."""

    route: Route | None
    cut: Cut


class Tally(NamedTuple):
    """The relations of a party of one type and direction: some of them, and how many there are."""

    type: RelationType
    out: bool
    edges: tuple[Edge, ...]
    total: int


class Neighbourhood(NamedTuple):
    """One step from a party, by type and direction; `cut` if not all of its relations were counted."""

    tallies: tuple[Tally, ...]
    cut: Cut

    def __iter__(self) -> Iterator[Tally]:  # type: ignore[override]
        return iter(self.tallies)

    @property
    def shown(self) -> int:
        """How many relations are given."""
        return sum(len(one.edges) for one in self.tallies)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(one.total for one in self.tallies)


class Reached:
    """Parties that a walk reached, the nearest first, with the path to each.

    Attributes:
        ordinals: the parties, `total` of them unless the answer was limited to fewer.
        hops: how many relations away each is.
        total: how many were found.
        cut: what the walk left out.
        edges: numbers of the relations that were followed, where they were asked for.
    """

    __slots__ = ("_code", "_edge", "_entries", "_node", "_prev", "cut", "edges", "hops", "ordinals", "total")

    def __init__(
        self, entries: Array, tree: tuple[Array, Array, Array, Array], hops: Array, total: int, cut: Cut,
        edges: Array,
    ) -> None:  # fmt: skip
        self._entries = entries
        self._node, self._prev, self._edge, self._code = tree
        self.ordinals: list[int] = self._node[entries].tolist()
        self.hops: list[int] = hops.tolist()
        self.total = total
        self.cut = cut
        self.edges = edges

    def __len__(self) -> int:
        return len(self.ordinals)

    def route(self, place: int) -> Route:
        """The path to the party at `place` of `ordinals`, from where the walk began."""
        nodes, edges, out = [], [], []
        at = int(self._entries[place])
        while at >= 0:
            nodes.append(int(self._node[at]))
            before = int(self._prev[at])
            if before >= 0:
                edges.append(int(self._edge[at]))
                out.append(not int(self._code[at]) & 1)
            at = before
        return Route(tuple(nodes[::-1]), tuple(edges[::-1]), tuple(out[::-1]))


class Group(NamedTuple):
    """Members that the same party connects: `through`, and each member (by its place) with the path to it."""

    through: int
    members: tuple[int, ...]
    routes: tuple[Route, ...]


class Groups(NamedTuple):
    """What connects the members of a set; `cut` if something was too large to be followed."""

    groups: tuple[Group, ...]
    cut: Cut


class Sharing(NamedTuple):
    """Who states the same address, telephone, e-mail or domain.

    `total` counts the others; above the cap `ordinals` is empty: so many have nothing to do with each other.
    """

    value: str
    ordinals: tuple[int, ...]
    total: int
