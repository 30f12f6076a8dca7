"""Under which keys a record is found: identifiers, names, parents of branches, people named beside it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

import msgspec

from graph import keys
from graph.generation.masks import NO_ID, Words, id18, pack
from graph.model import Id, Name, PartyType, Status, StatusEvent

_MATCHING = frozenset({"valid", "checksum"})
"""States whose value may be looked up; masked and malformed numbers are compared, never looked up."""
_EXITS = frozenset({Status.REMOVED, Status.REPAIRED, Status.REVOKED})


class SlimMention(msgspec.Struct, frozen=True):
    """What of a mention is indexed."""

    type: PartyType
    name: str
    n6: str = ""
    names: tuple[Name, ...] = ()
    ids: tuple[Id, ...] = ()


class SlimRelated(msgspec.Struct, frozen=True):
    """What of a related person is indexed."""

    mention: SlimMention


class SlimListing(msgspec.Struct, frozen=True):
    """What of a listing is indexed; decoding it leaves the evidence (`raw`) unread."""

    list_code: str
    subject: SlimMention
    related: tuple[SlimRelated, ...] = ()
    events: tuple[StatusEvent, ...] = ()

    @property
    def left(self) -> bool:
        """Whether the record has left its list for good: removed, repaired or revoked, without an end to it."""
        return any(event.status in _EXITS and event.span.end is None for event in self.events)


class SlimParty(msgspec.Struct, frozen=True):
    """What of a party is indexed."""

    key: str
    type: PartyType
    names: tuple[Name, ...] = ()
    ids: tuple[Id, ...] = ()
    mentions: tuple[str, ...] = ()

    def in_register(self, lists: Container[str]) -> bool:
        """Whether a register's row in force names the party, and not only a list or a relation.

        Args:
            lists: the data sets that hold listings. A mention's key begins with its data set and ends with
                `#src` or `#dst` when a relation makes it.
        """
        return any(
            not mention.endswith(("#src", "#dst")) and mention.partition("/")[0] not in lists
            for mention in self.mentions
        )


class Keyed(msgspec.Struct, frozen=True):
    """The keys of a record, and the persons among its names with the number that tells namesakes apart."""

    keys: tuple[int, ...]
    persons: tuple[tuple[int, Words], ...] = ()


class Indexer:
    """Works out keys. `n6` gives a name's comparison form (its flag: a person's); `stems` a branch's parents.

    Both come from `graph.text`; they are passed in so that what is indexed and what is asked stay one
    function.
    """

    def __init__(self, n6: Callable[[str, bool], str], stems: Callable[[str], Sequence[str]]) -> None:
        self._n6 = n6
        self._stems = stems

    def listing(self, listing: SlimListing) -> Keyed:
        """Keys of a listing: its subject's, and apart from them those of everyone named beside it."""
        subject = listing.subject
        found = self._mention(subject)
        if subject.type is PartyType.ORGANIZATION:
            names = self._names(subject)
            found.extend(keys.branch_parent(stem) for name in names for stem in self._stems(name))
            if not listing.related:
                return Keyed(keys=tuple(dict.fromkeys(found)))
        persons = self._persons(subject, found=False)
        for other in listing.related:
            found.extend(keys.related(key) for key in self._mention(other.mention))
            persons.extend(self._persons(other.mention, found=True))
        return Keyed(keys=tuple(dict.fromkeys(found)), persons=tuple(dict.fromkeys(persons)))

    def party(self, party: SlimParty) -> tuple[int, ...]:
        """Keys of a party: identifiers, every name it bears or bore. Persons without a number have none."""
        found = _identifiers(party.ids)
        person = party.type is PartyType.PERSON
        if person and not found:
            return ()
        key = keys.person_name if person else keys.org_name
        names = (self._n6(name.text, person) for name in party.names)
        found.extend(key(name) for name in names if name)
        return tuple(dict.fromkeys(found))

    def _names(self, mention: SlimMention) -> list[str]:
        person = mention.type is PartyType.PERSON
        own = mention.n6 or self._n6(mention.name, person)
        return [name for name in (own, *(self._n6(one.text, person) for one in mention.names)) if name]

    def _mention(self, mention: SlimMention) -> list[int]:
        key = keys.person_name if mention.type is PartyType.PERSON else keys.org_name
        found = _identifiers(mention.ids)
        found.extend(key(name) for name in self._names(mention))
        return found

    def _persons(self, mention: SlimMention, *, found: bool) -> list[tuple[int, Words]]:
        if mention.type is not PartyType.PERSON:
            return []
        words = pack(id18(mention.ids)) if mention.ids else NO_ID
        names = (keys.person_name(name) for name in self._names(mention))
        return [(keys.related(name) if found else name, words) for name in names]


def _identifiers(ids: Iterable[Id]) -> list[int]:
    found = []
    for one in ids:
        if one.state in _MATCHING:
            found.append(keys.identifier(one.scheme, one.value))
            if one.scheme == "uscc" and len(one.value) == 18:
                found.append(keys.identifier("org_code", one.value[8:17]))
    return found
