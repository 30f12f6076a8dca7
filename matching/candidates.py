"""Where possible matches come from: equal numbers and names, and names that resemble a listed one.

A candidate is a listing worth comparing and the keys that produced it. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from graph import keys
from graph.generation import Generation
from graph.model import PartyType
from graph.text import WILDCARD
from matching.kept import Kept
from matching.subjects import Subject

MOST_DAMAGED = 2_000
"""Records compared of those under one key of names with lost characters; the keys hold a handful each."""
KEPT = 4_096
"""Searched names whose neighbours are kept: some 3 kB each."""
MOST_KEPT = 100
"""Listings of one answer that is kept; where a common name stands on many, it is looked up each time."""
SIMILAR = ("similar",)
"""The keys of a candidate that only resembles the subject."""


class Alike(msgspec.Struct, frozen=True, gc=False):
    """One of the subject's names beside a listed one that resembles it."""

    left: str
    right: str


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A listing (by its place in the generation) to compare a subject with."""

    ordinal: int
    keys: tuple[str, ...]
    names: tuple[Alike, ...] = ()
    """Where only likeness led here: which names are alike."""


class CandidateSource(Protocol):
    """Finds candidates for a subject in one generation."""

    def candidates(self, subject: Subject, similar: Sequence[str] = ()) -> Iterable[Candidate]:
        """Candidates; those that only resemble one of the names `similar` come last."""
        ...

    def ahead(self, names: Sequence[str]) -> None:
        """Make ready for many names that will be searched for likeness."""
        ...


class Resembling(Protocol):
    """What is read of a name that an index found."""

    @property
    def key(self) -> int:
        """`graph.keys.org_name` of its comparison form."""
        ...

    @property
    def text(self) -> str:
        """The listed name in its searched form."""
        ...


class NameSearch(Protocol):
    """An index of listed names."""

    def search(self, text: str, limit: int = 12) -> Sequence[Resembling]:
        """The listed names that resemble `text` most, best first."""
        ...

    def search_all(self, texts: Sequence[str], limit: int = 12) -> Sequence[Sequence[Resembling]]:
        """The same of many names."""
        ...

    def __len__(self) -> int:
        """How many names there are."""
        ...


class ExactCandidates:
    """Look-ups by number, nested organisation code, and comparison name but for lost characters (E1 to E4)."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def candidates(self, subject: Subject, similar: Sequence[str] = ()) -> Iterable[Candidate]:
        """Listings that share a number or a whole name with the subject.

        A person's name alone only finds records whose number does not contradict the person's.
        """
        found: dict[int, list[str]] = {}
        look = self._generation.listings
        for parsed in (*subject.ids, *subject.operator_numbers):
            if parsed.state == "masked":
                continue
            for ordinal in look(keys.identifier(parsed.scheme, parsed.value)):
                found.setdefault(ordinal, []).append(parsed.scheme)
            if parsed.scheme == "uscc" and parsed.state == "valid":
                for ordinal in look(keys.identifier("org_code", parsed.value[8:17])):
                    found.setdefault(ordinal, []).append("nested")
        for parsed in subject.operator_numbers:
            if parsed.state == "valid":
                for ordinal in look(keys.related(keys.identifier(parsed.scheme, parsed.value))):
                    found.setdefault(ordinal, []).append("operator")
        names = (subject.n6, *subject.former)
        if subject.type is PartyType.PERSON:
            number = subject.person_number
            for name in names:
                if name:
                    for ordinal in self._generation.persons(keys.person_name(name), number):
                        found.setdefault(ordinal, []).append("person_name")
        else:
            for position, name in enumerate(names):
                if name:
                    for ordinal in look(keys.org_name(name)):
                        found.setdefault(ordinal, []).append("former_name" if position else "name")
                    if WILDCARD not in name:
                        for key in keys.org_wildcard(name):
                            for ordinal in look(key)[:MOST_DAMAGED]:
                                found.setdefault(ordinal, []).append("wildcard")
        return [Candidate(ordinal, tuple(found[ordinal])) for ordinal in sorted(found)]

    def ahead(self, names: Sequence[str]) -> None:
        """Nothing: numbers and whole names are looked up one by one."""


class _Near(msgspec.Struct, frozen=True, gc=False):
    """A listed name that resembles a searched one, and the listings that bear it."""

    key: int
    alike: Alike
    ordinals: tuple[int, ...]


class FuzzyCandidates:
    """Exact candidates, and for organisations the listings whose names resemble one of the subject's (E5)."""

    def __init__(self, generation: Generation, index: NameSearch, limit: int) -> None:
        """Set up a source.

        Args:
            generation: what to read.
            index: the names of its lists.
            limit: listed names that are looked at for one name of a subject.
        """
        self._generation = generation
        self._exact = ExactCandidates(generation)
        self._index = index
        self._limit = limit
        # the same companies bid again and again; a name that is searched once more finds the same in a generation
        self._kept: Kept[str, tuple[_Near, ...]] = Kept(KEPT)

    def candidates(self, subject: Subject, similar: Sequence[str] = ()) -> Iterable[Candidate]:
        """Exact candidates first; then those that resemble one of `similar`, best name first."""
        exact = self._exact.candidates(subject)
        if not (similar and self._limit):
            return exact
        own = {keys.org_name(name) for name in (subject.n6, *subject.former) if name}
        alike: dict[int, list[Alike]] = {}
        for text in similar:
            for found in self._near(text):
                if found.key not in own:  # a name written alike is the exact search's affair
                    for ordinal in found.ordinals:
                        alike.setdefault(ordinal, []).append(found.alike)
        return [*exact, *[Candidate(ordinal, SIMILAR, tuple(names)) for ordinal, names in alike.items()]]

    def ahead(self, names: Sequence[str]) -> None:
        """Search many names at once, which takes a third of the time of one after the other."""
        new = [text for text in dict.fromkeys(names) if self._kept.get(text) is None][:KEPT]
        if self._limit and new:
            for text, found in zip(new, self._index.search_all(new, self._limit), strict=True):
                self._keep(text, found)

    def _near(self, text: str) -> tuple[_Near, ...]:
        found = self._kept.get(text)
        return self._keep(text, self._index.search(text, self._limit)) if found is None else found

    def _keep(self, text: str, found: Sequence[Resembling]) -> tuple[_Near, ...]:
        near = tuple(
            [
                _Near(one.key, Alike(text, one.text), tuple(self._generation.listings(one.key)))
                for one in found
            ]
        )
        if sum(len(one.ordinals) for one in near) <= MOST_KEPT:
            self._kept.put(text, near)
        return near
