"""Whether a register says that a name is the one of the party that states it.

An organisation's registered name is no misspelling of a listed one: of 29,760 made slips three hit another real name.
What a register holds as a party's own is therefore not searched for likeness.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph import keys, text
from graph.generation import Generation
from graph.model import Id, Party, PartyType
from matching.subjects import Subject


class OwnNames:
    """Registered names of one generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def holds(self, subject: Subject, name: str) -> bool:
        """Whether the name is a registered organisation's own, whose code the stated one does not contradict.

        A former name counts where the stated code is that of the organisation that bore it.

        Args:
            subject: who states the name.
            name: one of its `texts`.
        """
        n6 = subject.n6 if name == subject.n6 else text.org_key(name)
        stated = {code for i in subject.ids if i.state != "masked" for code in _codes(i.scheme, i.value)}
        held = [_valid(party.ids) for party in self._parties(n6)]
        if any(not stated.isdisjoint(codes) for codes in held):
            return True
        return (not stated or not all(held)) and self._generation.registered(n6)

    def _parties(self, n6: str) -> Iterator[Party]:
        """The organisations that bear or bore a name."""
        for ordinal in self._generation.parties(keys.org_name(n6)):
            party = self._generation.party(ordinal)
            if party.type is PartyType.ORGANIZATION:
                yield party


def _valid(ids: Iterable[Id]) -> set[str]:
    return {code for one in ids if one.state == "valid" for code in _codes(one.scheme, one.value)}


def _codes(scheme: str, value: str) -> tuple[str, ...]:
    """A code in the forms in which it meets others: a credit code holds an organisation code."""
    if scheme == "uscc" and len(value) == 18:
        return (value[8:17],)
    return (value,) if scheme == "org_code" else ()
