"""What changed between two publications, read from the newer generation alone: every version says who recorded it and
who ended it. Answers are arrays over the whole generation, so that a day's change costs milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
import xxhash

from graph.generation.format import Array
from graph.generation.projected import Slot, ends_of
from graph.generation.reader import Generation
from graph.projection import layout
from graph.relations import RelationType

MOST_AT_ONE = 20
"""Parties at one address, telephone or e-mail above which these connect nobody (SPEC 8, R06)."""


class Changed(NamedTuple):
    """Ordinals of the listing versions, and the parties at the ends of the relation versions, that began or ended."""

    listings: Array
    parties: Array


def changed_since(generation: Generation, number: int) -> Changed:
    """What was recorded or ended after publication `number`, up to the generation's own."""
    found = []
    base = 0
    for section in generation.manifest.lists:
        begin = generation.column(f"{section.prefix}.from", "<u4")
        end = generation.column(f"{section.prefix}.to", "<u4")
        found.append(np.flatnonzero(_between(begin, end, number)).astype("<u4") + np.uint32(base))
        base += section.rows
    rows = generation.column("walk.rows", "<i8").reshape(-1, layout.COLUMNS)
    spans = rows[:, layout.GENERATIONS]
    begin, end = (spans & layout.OPEN).astype("<u4"), (spans >> 32 & layout.OPEN).astype("<u4")
    turned = _between(begin, end, number)
    ends = np.concatenate(ends_of(rows[turned])) if turned.any() else np.empty(0, "<u4")
    return Changed(
        np.concatenate([np.empty(0, "<u4"), *found]),
        np.unique(ends[ends != np.uint32(layout.OPEN)]),
    )


def changed_parties(generation: Generation, earlier: Generation) -> Array:
    """Ordinals of the parties whose entry differs from an earlier generation's: renamed, moved, newly registered.

    Parties that are gone have no ordinal; whoever was connected with them is found by the relations that ended.
    """
    if generation.manifest.files["party.docs"].segment == earlier.manifest.files["party.docs"].segment:
        return np.empty(0, "<u4")
    old, old_docs = _digests(earlier)
    new, new_docs = _digests(generation)
    order = np.argsort(old)
    old, old_docs = old[order], old_docs[order]
    at = np.searchsorted(old, new)
    at[at == len(old)] = 0
    same = (old[at] == new) & (old_docs[at] == new_docs) if len(old) else np.zeros(len(new), bool)
    return np.flatnonzero(~same).astype("<u4")


def _digests(generation: Generation) -> tuple[Array, Array]:
    """For each party the hash of its key, and of its entry."""
    offsets = generation.column("party.offsets", "<u8").tolist()
    docs: memoryview = generation.column("party.docs", "u1").data
    hashed = xxhash.xxh3_64_intdigest
    found = (hashed(docs[begin:end]) for begin, end in pairwise(offsets))
    return generation.column("party.hash", "<u8"), np.fromiter(found, "<u8", len(offsets) - 1)


def _between(begin: Array, end: Array, number: int) -> Array:
    between: Array = (begin > number) | ((end > number) & (end != np.uint32(layout.OPEN)))
    return between


def listing_keys(generation: Generation, ordinals: Array) -> Array:
    """Every key under which one of these listings is found, and the name keys of the persons in them."""
    chosen = np.zeros(len(generation), bool)
    chosen[ordinals] = True
    found = [
        generation.column(f"listings.{letter}keys", "<u8")[
            chosen[generation.column(f"listings.{letter}ords", "<u4")]
        ]
        for letter in ("", "p")
    ]
    return np.unique(np.concatenate(found))


def parties_under(generation: Generation, wanted: Array) -> Array:
    """Ordinals of the parties that one of these (sorted) keys finds."""
    there = generation.column("party.keys", "<u8")
    return np.unique(generation.column("party.ords", "<u4")[contained(there, wanted)])


def linked_parties(generation: Generation, listings: Array) -> Array:
    """Ordinals of the parties that these listings are linked to by number or by a human."""
    linked = generation.column("links.party", "<u4")[listings]
    return np.unique(linked[linked != np.uint32(layout.OPEN)])


def party_keys(generation: Generation, parties: Array) -> Array:
    """Every key under which one of these parties is found."""
    chosen = np.zeros(generation.manifest.parties.rows, bool)
    chosen[parties] = True
    return np.unique(generation.column("party.keys", "<u8")[chosen[generation.column("party.ords", "<u4")]])


class Reach:
    """Walks from many parties at once over all relations of a generation, of any time: who may be concerned."""

    def __init__(self, generation: Generation, *, cap: int) -> None:
        """Set up.

        Args:
            generation: what is walked.
            cap: relations of one party above which nobody is reached through it, as in decisions.
        """
        self._count = generation.manifest.parties.rows
        rows = generation.column("walk.rows", "<i8").reshape(-1, layout.COLUMNS)
        src, dst = ends_of(rows)
        whole = (src != np.uint32(layout.OPEN)) & (dst != np.uint32(layout.OPEN))
        self._src, self._dst = src[whole], dst[whole]
        self._types = (rows[:, layout.MARKS] & layout.TYPE)[whole]
        degree = np.bincount(self._src, minlength=self._count) + np.bincount(self._dst, minlength=self._count)
        self._walked = degree <= cap
        self._names = _type_names(generation)
        self._generation = generation

    def step(self, begun: Array, types: Iterable[RelationType] | None = None) -> Array:
        """Who is one relation away, those who begin included. `begun` marks the parties."""
        src, dst = self._src, self._dst
        if types is not None:
            wanted = np.isin(self._types, [self._names[one] for one in types if one in self._names])
            src, dst = src[wanted], dst[wanted]
        through = begun & self._walked
        reached = begun.copy()
        reached[dst[through[src]]] = True
        reached[src[through[dst]]] = True
        return reached

    def closure(self, begun: Array, types: Iterable[RelationType], most: int) -> Array:
        """Who is up to `most` relations of these types away."""
        chosen = tuple(types)
        for _ in range(most):
            reached = self.step(begun, chosen)
            if not (reached != begun).any():
                break
            begun = reached
        return begun

    def beside(self, begun: Array) -> Array:
        """Who shares an address, telephone or e-mail with them, where few do."""
        shared, sharers = (
            self._generation.column("shared.keys", "<u8"),
            self._generation.column("shared.ords", "<u4"),
        )
        reached = begun.copy()
        if len(shared):
            unique, which, counts = np.unique(shared, return_inverse=True, return_counts=True)
            touched = np.zeros(len(unique), bool)
            touched[which[begun[sharers]]] = True
            reached[sharers[(touched & (counts <= MOST_AT_ONE))[which]]] = True
        return reached

    def marks(self, parties: Array) -> Array:
        """Parties as marks."""
        marked = np.zeros(self._count, bool)
        marked[parties] = True
        return marked


def _type_names(generation: Generation) -> dict[RelationType, int]:
    slot = generation.manifest.slots.get("projection")
    told = msgspec.json.decode(slot, type=Slot).types if slot else ()
    return {RelationType(name): number for number, name in enumerate(told)}


def contained(values: Array, wanted: Array) -> Array:
    """Which of the values stand among the sorted wanted ones."""
    if not len(wanted):
        return np.zeros(len(values), bool)
    at = np.searchsorted(wanted, values)
    at[at == len(wanted)] = 0
    found: Array = wanted[at] == values
    return found
