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
from graph.text import WILDCARD
from matching.subjects import Subject

MOST_DAMAGED = 2_000
"""Records compared of those under one key of names with lost characters; the keys hold a handful each."""


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
    """Look-ups by number, nested organisation code, and comparison name but for lost characters (E1 to E4)."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def candidates(self, subject: Subject) -> Iterable[Candidate]:
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
