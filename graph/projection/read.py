"""The projection of a generation: neighbours, paths, listed parties near by, owners, what connects a set.

Everything is read from mapped files, which all processes share; a thread that walks has arrays of its own to write
into. Parties and relations are numbers of this generation; `relation` and `Generation.party` tell what they are.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

import msgspec
import numpy as np

from graph import keys
from graph.dates import to_micros
from graph.generation.errors import GenerationError
from graph.generation.format import Mapped
from graph.generation.projected import Slot
from graph.lists import FAVOURABLE
from graph.model import Party, PartyType
from graph.projection import kernels, layout
from graph.projection.columns import Array
from graph.projection.contacts import ContactKind, contacts
from graph.projection.layout import percent
from graph.projection.model import (
    WITH_SHARE,
    Cut,
    Edge,
    Found,
    Group,
    Groups,
    Neighbourhood,
    Reached,
    Route,
    Sharing,
    Tally,
    Walk,
)
from graph.projection.scratch import (
    BACK_MEETING,
    EDGES,
    END,
    HUBS,
    KEPT,
    MEETING,
    SPENT,
    TOTAL,
    Lines,
    Scratch,
    Terms,
    scratch,
)
from graph.relations import PartyRelation, RelationType

SHOWN: Final = 30
"""Relations of each type and direction that a neighbourhood shows unless more are asked for."""
LIMIT: Final = 10_000
"""Parties that an answer holds unless more are asked for; it always says how many there are."""
CAP: Final = 20
"""Parties at one address above which it connects nobody (SPEC 8, R06)."""
ANY: Final = Walk()
"""Every relation of any time."""
_CODES: Final = 256
_NOBODY: Final[Array] = np.empty(0, np.int64)
_TERMS_KEPT: Final = 256


class Share(msgspec.Struct, frozen=True):
    """What a relation states of a holding, in percent; absent values are None."""

    low: Any
    high: Any
    votes: Any
    exact: bool


class Projection:
    """The compiled read side of one generation. Safe for any number of threads and processes at once."""

    def __init__(
        self,
        files: Mapping[str, Mapped],
        slot: str,
        number: int,
        party: Callable[[int], Party],
        relation: Callable[[int], PartyRelation],
    ) -> None:
        """Take a generation's mapped files.

        Args:
            files: those called `walk.*`, `listed.*`, `shared.*`, `party.kind` and `links.starts`.
            slot: what the manifest says of the projection.
            number: the generation's newest publication.
            party: reads a party by its ordinal.
            relation: reads a relation by its number.

        Raises:
            GenerationError: `generation.foreign`: written in a format that this program does not know.
            KeyError, ValueError: the files do not fit each other.
        """
        told = msgspec.json.decode(slot, type=Slot)
        if told.format != layout.FORMAT:
            raise GenerationError(
                "generation.foreign", path="projection", found=told.format, known=layout.FORMAT
            )
        self._types = tuple(RelationType(one) for one in told.types)
        self._kinds = tuple(PartyType(one) for one in told.kinds)
        self._lists = told.lists
        self._contacts = tuple(ContactKind(one) for one in told.contacts)
        self._number = number
        self._party = party
        self._relation = relation
        self._lines = Lines(
            starts=files["walk.starts"].array("<i8"),
            place=files["walk.places"].array("<i8"),
            tag=files["walk.tags"].array("<u4"),
            rows=files["walk.rows"].array("<i8").reshape(-1, layout.COLUMNS),
            kind=files["party.kind"].array("u1"),
            listed=files["links.starts"].array("<i8"),
            spans=files["listed.spans"].array("<i8").reshape(-1, layout.LISTED_COLUMNS),
            lists=files["listed.lists"].array("<u2"),
        )
        self.parties = len(self._lines.kind)
        """How many parties there are; ordinals are below it."""
        self.relations = len(self._lines.rows)
        """How many relation versions there are; their numbers are below it."""
        self._check()
        self._shared_keys = files["shared.keys"].items("Q")
        self._shared_ords = files["shared.ords"].items("I")
        self._shared_kinds = files["shared.kinds"].payload
        self._shared_firsts = files["shared.firsts"].items("Q")
        self._shared_places = files["shared.places"].items("I")
        self._threads = threading.local()
        self._terms = lru_cache(_TERMS_KEPT)(self._make_terms)

    def _check(self) -> None:
        """Whether the files fit each other: sizes only, their content is what the checksums vouch for."""
        g = self._lines
        places = len(g.place)
        fits = (
            len(g.starts) == self.parties + 1
            and len(g.listed) == self.parties + 1
            and len(g.tag) == places
            and int(g.starts[-1]) == places
            and len(g.spans) == len(g.lists) == int(g.listed[-1])
        )
        if not fits:
            raise ValueError("projection")

    # what a number stands for

    def kind(self, ordinal: int) -> PartyType:
        """What a party is."""
        return self._kinds[int(self._lines.kind[self._one(ordinal)])]

    def relation(self, edge: int) -> PartyRelation:
        """The relation of that number, with its role, attributes and source."""
        return self._relation(edge)

    def share(self, edge: int) -> Share:
        """The share that a relation states, without reading its document."""
        row = self._lines.rows[edge]
        return Share(
            low=percent(int(row[layout.SHARE_MIN])),
            high=percent(int(row[layout.SHARE_MAX])),
            votes=percent(int(row[layout.VOTES])),
            exact=not int(row[layout.MARKS]) & layout.ROUNDED,
        )

    def by_name(self, edge: int) -> bool:
        """Whether an end of the relation was found by its name only: then it can't block anybody."""
        return bool(int(self._lines.rows[edge, layout.MARKS]) & layout.BY_NAME)

    def degree(self, ordinal: int) -> int:
        """How many relation versions a party has, in both directions."""
        starts = self._lines.starts
        return int(starts[self._one(ordinal) + 1]) - int(starts[ordinal])

    @property
    def table(self) -> Array:
        """All relations as numbers (`graph.projection.layout`), read-only: what whole-graph sums are made from."""
        return self._lines.rows

    # walks

    def neighbours(self, ordinal: int, walk: Walk = ANY, *, limit: int = SHOWN) -> Neighbourhood:
        """The relations of a party by type and direction: how many, and the first `limit` of each (0: none)."""
        s, totals = self._scratch(), np.zeros(_CODES, np.int64)
        kernels.around(self._lines, self._terms(walk, None), s, self._one(ordinal), limit, totals)
        g = self._lines
        slots = s.kept[: s.info[KEPT]]
        codes = (g.tag[slots] >> layout.CODE).tolist()
        edges, peers = (g.place[slots] >> 32).tolist(), (g.place[slots] & layout.OPEN).tolist()
        shown = {
            code: tuple(Edge(edges[at], peers[at], not code & 1) for at in places)
            for code, places in groupby(range(len(codes)), key=codes.__getitem__)
        }
        tallies = (
            Tally(self._types[code >> 1], not code & 1, shown.get(code, ()), int(totals[code]))
            for code in np.flatnonzero(totals).tolist()
        )
        return Neighbourhood(tuple(tallies), self._cut(s))

    def nearest_listed(
        self, ordinal: int, walk: Walk = ANY, *, hops: int = 4, lists: Iterable[str] | None = None
    ) -> Found:
        """The nearest party on a list, and the path to it; the one that begins is not asked for.

        Args:
            ordinal: where the walk begins.
            walk: what is followed; its `as_of` also says when the listing is in force.
            hops: relations at most.
            lists: codes of the lists that count; None: all that speak against somebody.
        """
        s = self._spread((ordinal,), walk, hops, kernels.NEAREST, 1, lists)
        route = self._route(s, int(s.kept[0])) if s.info[KEPT] else None
        return Found(route, self._cut(s))

    def listed_within(
        self, ordinals: Sequence[int], walk: Walk = ANY, *, hops: int = 4, lists: Iterable[str] | None = None,
        limit: int = LIMIT,
    ) -> Reached:  # fmt: skip
        """All listed parties within some steps of any of these, nearest first, with the path to each."""
        return self._reached(self._spread(ordinals, walk, hops, kernels.LISTED, limit, lists))

    def closure(
        self,
        ordinals: Sequence[int],
        walk: Walk = ANY,
        *,
        hops: int = 4,
        limit: int = LIMIT,
        edges: bool = False,
    ) -> Reached:
        """All parties within some steps of any of these; with `edges` also every relation that was followed."""
        return self._reached(self._spread(ordinals, walk, hops, kernels.ALL, limit, None, note=edges))

    def owners(
        self, ordinals: Sequence[int], walk: Walk | None = None, *, hops: int = 64, limit: int = LIMIT
    ) -> Reached:
        """Everybody upward of these parties by holdings, with the relations: what control is worked out from.

        Args:
            ordinals: the companies asked about.
            walk: a walk that follows holdings to their owners; None: at any time, as newest known.
            hops: layers at most.
            limit: owners at most; `total` says how many there are.
        """
        upward = walk or Walk.along(RelationType.HOLDS, direction="in")
        return self.closure(ordinals, upward, hops=hops, limit=limit, edges=True)

    def shortest_path(self, source: int, target: int, walk: Walk = ANY, *, hops: int = 8) -> Found:
        """The shortest path between two parties; the same length from either end where `walk` is symmetric."""
        self._one(source), self._one(target)
        if source == target:
            return Found(Route((source,), (), ()), Cut())
        s = self._scratch()
        kernels.between(self._lines, self._terms(walk, None), s, source, target, hops)
        if not s.info[TOTAL]:
            return Found(None, self._cut(s))
        first = self._route(s, int(s.info[MEETING]))
        back = self._chain(s.back_node, s.back_prev, s.back_slot, int(s.info[BACK_MEETING])).reversed()
        whole = Route(first.nodes + back.nodes[1:], first.edges + back.edges, first.out + back.out)
        return Found(whole, self._cut(s))

    def groups(
        self, members: Sequence[int], walk: Walk = ANY, *, hops: int = 1, limit: int = 100_000
    ) -> Groups:
        """What connects the members of a set: each party within some steps of two of them or more.

        One walk for each member, never one for each pair. A party that has too many relations of the kind connects
        nobody, unless it is a member itself.

        Args:
            members: parties, each once; the answer names them by their places here.
            walk: what is followed from each member.
            hops: steps from a member, so that two members are at most twice as far apart.
            limit: entries of all walks together; what is beyond is cut.
        """
        s, g, terms = self._scratch(), self._lines, self._terms(walk, None)
        room = min(limit, len(s.node) - 1)
        bounds, end, hubs, spent = [0], 0, 0, False
        for member in members:
            if end >= room:
                spent = True
                break
            epoch = kernels.begin(s)
            end = kernels.surround(g, terms, s, self._one(member), epoch, end, hops, room)
            bounds.append(end)
            hubs += int(s.info[HUBS])
            spent |= bool(s.info[SPENT])
        owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        node, slot = s.node[:end], s.slot[:end]
        if not end:
            return Groups((), Cut(hubs, spent))
        useful = (slot >= 0) | np.isin(node, np.asarray(members, np.uint32))
        entries = np.flatnonzero(useful)
        order = entries[np.lexsort((entries, node[entries]))]
        nodes = node[order]
        edges_of = np.flatnonzero(np.append(True, nodes[1:] != nodes[:-1]))
        found = []
        for low, high in zip(edges_of, np.append(edges_of[1:], len(order)), strict=True):
            if high - low < 2:
                continue
            first_of = {int(owner[at]): int(at) for at in order[low:high][::-1]}
            if len(first_of) > 1:
                who = tuple(sorted(first_of))
                routes = tuple(self._route(s, first_of[one]) for one in who)
                found.append(Group(int(nodes[low]), who, routes))
        return Groups(tuple(found), Cut(hubs, spent))

    # what register rows have in common

    def sharing(self, kind: ContactKind | str, ordinal: int, *, cap: int = CAP) -> tuple[Sharing, ...]:
        """Who else states an address, telephone, e-mail or mail domain of a party, for each that it states.

        Args:
            kind: what is compared.
            ordinal: the party.
            cap: above so many others nobody is named (a shared office, an agent's telephone).
        """
        kind = ContactKind(kind)
        answers = []
        firsts = self._shared_firsts
        for at in self._shared_places[firsts[self._one(ordinal)] : firsts[ordinal + 1]]:
            if self._contacts[self._shared_kinds[at]] is kind:
                key = self._shared_keys[at]
                low, high = bisect_left(self._shared_keys, key), bisect_right(self._shared_keys, key)
                if high - low > 1:
                    answers.append(self._share(kind, ordinal, key, low, high, cap))
        return tuple(one for one in answers if one.total)

    def _share(self, kind: ContactKind, ordinal: int, key: int, low: int, high: int, cap: int) -> Sharing:
        mine = contacts(self._party(ordinal).attributes)
        value = next((text for each, text in mine if each is kind and keys.contact(kind, text) == key), "")
        others = [one for one in self._shared_ords[low:high].tolist() if one != ordinal]
        if len(others) > cap:
            return Sharing(value, (), len(others))
        same = tuple(one for one in others if (kind, value) in set(contacts(self._party(one).attributes)))
        return Sharing(value, same, len(same))

    # inside

    def _one(self, ordinal: int) -> int:
        if not 0 <= ordinal < self.parties:
            raise IndexError(ordinal)
        return ordinal

    def _scratch(self) -> Scratch:
        found: Scratch | None = getattr(self._threads, "scratch", None)
        if found is None:
            found = self._threads.scratch = scratch(self.parties)
        return found

    def _make_terms(self, walk: Walk, lists: tuple[str, ...] | None) -> Terms:
        """A walk in numbers. Small, and kept: decisions of one moment ask with the same."""
        codes = np.zeros(_CODES, np.uint8)
        for number, kind in enumerate(self._types):
            how = 2 if walk.share is not None and kind in WITH_SHARE else 1
            for way, wanted in enumerate((walk.out, walk.into)):
                if wanted is None or kind in wanted:
                    codes[2 * number + way] = how
        caps = np.array([walk.hub_of_thing if kind.thing else walk.hub for kind in self._kinds], np.int64)
        counted = [code not in FAVOURABLE if lists is None else code in lists for code in self._lists] or [
            False
        ]
        least = 0
        if walk.share is not None:
            low, high, _ = layout.parts(walk.share)
            least = high + 1 if walk.above and low == high else high
        known = self._number if walk.known is None else walk.known
        as_of = 0 if walk.as_of is None else to_micros(walk.as_of)
        today = layout.LATER - 1 if walk.as_of is None else layout.day_of(as_of)
        return Terms(
            codes=codes,
            caps=caps,
            few=int(caps.min()),
            wanted=np.array(counted, np.uint8),
            day=today if known >= self._number else -1,
            dated=walk.as_of is not None,
            as_of=as_of,
            known=known,
            share=least,
            possible=walk.possible,
            by_name=walk.by_name,
            budget=walk.budget,
        )

    def _spread(
        self, ordinals: Sequence[int], walk: Walk, hops: int, goal: int, limit: int,
        lists: Iterable[str] | None, *, note: bool = False,
    ) -> Scratch:  # fmt: skip
        s = self._scratch()
        starts = list(dict.fromkeys(map(self._one, ordinals)))
        s.node[: len(starts)] = starts
        terms = self._terms(walk, None if lists is None else tuple(sorted(lists)))
        kernels.spread(self._lines, terms, s, len(starts), hops, goal, min(limit, len(s.kept)), note)
        return s

    def _reached(self, s: Scratch) -> Reached:
        """A copy of what the walk left in its thread's arrays: the next walk writes over them."""
        if not s.info[KEPT] and not s.info[EDGES]:
            # most walks of most tenders find nobody
            return Reached(_NOBODY, (_NOBODY,) * 4, _NOBODY, int(s.info[TOTAL]), self._cut(s), _NOBODY)
        end = int(s.info[END])
        entries = s.kept[: s.info[KEPT]].copy()
        slot = s.slot[:end]
        slot = np.where(slot < 0, -1 - slot, slot)
        g = self._lines
        begins = s.prev[:end] < 0
        slot[begins] = 0
        edge = g.place[slot] >> 32 if len(g.place) else slot
        code = g.tag[slot] >> layout.CODE if len(g.tag) else slot
        tree = (s.node[:end].copy(), s.prev[:end].copy(), edge, code)
        hops = s.depth[entries].copy()
        edges = np.unique(s.edges[: s.info[EDGES]])
        return Reached(entries, tree, hops, int(s.info[TOTAL]), self._cut(s), edges)

    def _route(self, s: Scratch, entry: int) -> Route:
        return self._chain(s.node, s.prev, s.slot, entry)

    def _chain(self, node: Array, prev: Array, slot: Array, entry: int) -> Route:
        """The path that ends with an entry."""
        g = self._lines
        nodes, edges, out = [], [], []
        while True:
            nodes.append(int(node[entry]))
            before = int(prev[entry])
            if before < 0:
                break
            place = int(slot[entry])
            place = -1 - place if place < 0 else place
            edges.append(int(g.place[place]) >> 32)
            out.append(not int(g.tag[place]) >> layout.CODE & 1)
            entry = before
        return Route(tuple(nodes[::-1]), tuple(edges[::-1]), tuple(out[::-1]))

    @staticmethod
    def _cut(s: Scratch) -> Cut:
        return Cut(int(s.info[HUBS]), bool(s.info[SPENT]))
