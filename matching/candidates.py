"""Where possible matches come from: the seam that fuzzy search will share with exact look-ups.

A candidate is a listing worth comparing and the keys that produced it. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from graph import keys
from graph.generation import Generation
from graph.model import PartyType
from matching.subjects import Subject


class Candidate(msgspec.Struct, frozen=True):
    """A listing (by its place in the generation) to compare a subject with."""

    ordinal: int
    keys: tuple[str, ...]


class CandidateSource(Protocol):
    """Finds candidates for a subject in one generation."""

    def candidates(self, subject: Subject) -> Iterable[Candidate]:
        """Candidates, each listing once, in the order of the listings."""
        ...


class ExactCandidates:
    """Look-ups by number, nested organisation code, and exact comparison name (tiers E1 to E4)."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def candidates(self, subject: Subject) -> Iterable[Candidate]:
        """Listings that share a number or a whole name with the subject.

        A person's name alone only finds records whose number does not contradict the person's.
        """
        found: dict[int, list[str]] = {}
        look = self._generation.listings
        for parsed in subject.ids:
            if parsed.state == "masked":
                continue
            for ordinal in look(keys.identifier(parsed.scheme, parsed.value)):
                found.setdefault(ordinal, []).append(parsed.scheme)
            if parsed.scheme == "uscc" and parsed.state == "valid":
                for ordinal in look(keys.identifier("org_code", parsed.value[8:17])):
                    found.setdefault(ordinal, []).append("nested")
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
        return [Candidate(ordinal, tuple(found[ordinal])) for ordinal in sorted(found)]
