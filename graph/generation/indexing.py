"""Under which keys a record is found: identifiers, names, parents of branches, people named beside it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

import msgspec

from graph import keys
from graph.generation.masks import NO_ID, Words, id18, pack
from graph.model import Id, Interval, Name, Party, PartyType, Status, StatusEvent
from graph.projection.columns import end, start
from graph.projection.contacts import ContactKind, contacts

_MATCHING = frozenset({"valid", "checksum"})
"""States whose value may be looked up; masked and malformed numbers are compared, never looked up."""
_CONTACTS = frozenset(("address", "phone", "email"))
_RELATION_ENDS = "#src", "#dst"
_EXITS = frozenset({Status.REMOVED, Status.REPAIRED, Status.REVOKED})


class SlimMention(msgspec.Struct, frozen=True, gc=False):
    """What of a mention is indexed."""

    type: PartyType
    name: str
    n6: str = ""
    names: tuple[Name, ...] = ()
    ids: tuple[Id, ...] = ()


class SlimRelated(msgspec.Struct, frozen=True, gc=False):
    """What of a related person is indexed."""

    mention: SlimMention


class SlimListing(msgspec.Struct, frozen=True, gc=False):
    """What of a listing is indexed; decoding it leaves the evidence (`raw`) unread."""

    list_code: str
    subject: SlimMention
    related: tuple[SlimRelated, ...] = ()
    effect: Interval = Interval()
    events: tuple[StatusEvent, ...] = ()

    @property
    def left(self) -> bool:
        """Whether the record has left its list for good: removed, repaired or revoked, without an end."""
        return any(event.status in _EXITS and event.span.end is None for event in self.events)

    @property
    def force(self) -> tuple[int, int]:
        """From when until when it may bind (microseconds): a pause is not taken off, an exit for good is."""
        until = end(self.effect.end)
        for event in self.events:
            if event.status in _EXITS and event.span.end is None:
                until = min(until, start(event.span.start))
        return start(self.effect.start), until


class SlimAttributes(msgspec.Struct, frozen=True, gc=False):
    """What of a register row may be shared with others."""

    address: str = ""
    phone: str = ""
    email: str = ""


class SlimParty(msgspec.Struct, frozen=True, gc=False):
    """What of a party is indexed."""

    key: str
    type: PartyType
    names: tuple[Name, ...] = ()
    ids: tuple[Id, ...] = ()
    mentions: tuple[str, ...] = ()
    attributes: SlimAttributes = SlimAttributes()


def stated(attributes: SlimAttributes | Mapping[str, str]) -> Iterable[tuple[ContactKind, str]]:
    """The address, telephones, e-mails and domains of a register row as comparable text."""
    if isinstance(attributes, SlimAttributes):
        if attributes.address or attributes.phone or attributes.email:
            return contacts(msgspec.structs.asdict(attributes))
        return ()
    return () if _CONTACTS.isdisjoint(attributes) else contacts(attributes)


def in_register(mentions: Iterable[str], lists: Container[str]) -> bool:
    """Whether a register's row in force names a party, and not only a list or a relation.

    Args:
        mentions: of the party.
        lists: the data sets that hold listings. A mention's key begins with its data set and ends with
            `#src` or `#dst` when a relation makes it.
    """
    return any(
        not mention.endswith(_RELATION_ENDS) and mention.partition("/")[0] not in lists
        for mention in mentions
    )


Persons = list[tuple[int, Words]]
"""Keys of persons' names, with the number that tells namesakes apart."""


class Indexer:
    """Works out keys. `n6` gives a name's comparison form (its flag: a person's); `stems` a branch's parents.

    Both come from `graph.text`; they are passed in so that what is indexed and what is asked stay one
    function.
    """

    def __init__(
        self,
        n6: Callable[[str, bool], str],
        stems: Callable[[str], Sequence[str]],
        text: Callable[[str], str] = str,
    ) -> None:
        self._n6 = n6
        self._stems = stems
        self._text = text

    def searched(self, listing: SlimListing) -> Iterator[tuple[int, str]]:
        """The names under which a listed organisation is searched for likeness, each with its key."""
        subject = listing.subject
        if subject.type is PartyType.ORGANIZATION:
            own = subject.n6 or self._n6(subject.name, False)
            for name, n6 in (
                (subject.name, own),
                *((n.text, self._n6(n.text, False)) for n in subject.names),
            ):
                if n6:
                    yield keys.org_name(n6), self._text(name).replace("\n", " ") or n6

    def listing(self, listing: SlimListing) -> tuple[list[int], Persons]:
        """Keys of a listing: its subject's, and apart from them those of everyone named beside it."""
        subject = listing.subject
        names = self._names(subject)
        found = _identifiers(subject.ids)
        persons: Persons = []
        if subject.type is PartyType.ORGANIZATION:
            for name in names:
                found.append(keys.org_name(name))
                if "?" in name:  # graph.text.WILDCARD: a character that the file lost
                    found.extend(keys.org_wildcard(name))
                found.extend([keys.branch_parent(stem) for stem in self._stems(name)])
        else:
            words = _words(subject)
            for name in names:
                key = keys.person_name(name)
                found.append(key)
                persons.append((key, words))
        for other in listing.related:
            self._related(other.mention, found, persons)
        return list(dict.fromkeys(found)), persons if len(persons) < 2 else list(dict.fromkeys(persons))

    def _related(self, mention: SlimMention, found: list[int], persons: Persons) -> None:
        person = mention.type is PartyType.PERSON
        found.extend([keys.related(key) for key in _identifiers(mention.ids)])
        words = _words(mention) if person else NO_ID
        for name in self._names(mention):
            key = keys.related(keys.person_name(name) if person else keys.org_name(name))
            found.append(key)
            if person:
                persons.append((key, words))

    def party(self, party: SlimParty | Party) -> tuple[int, ...]:
        """Keys of a party: identifiers, every name it bears or bore. Persons without a number have none, and the
        titles of things are no names."""
        found = _identifiers(party.ids)
        person = party.type is PartyType.PERSON
        if (person and not found) or party.type.thing:
            return tuple(dict.fromkeys(found))
        key = keys.person_name if person else keys.org_name
        for name in party.names:
            form = self._n6(name.text, person)
            if form:
                found.append(key(form))
        return tuple(dict.fromkeys(found))

    def _names(self, mention: SlimMention) -> list[str]:
        person = mention.type is PartyType.PERSON
        own = mention.n6 or self._n6(mention.name, person)
        if not mention.names:
            return [own] if own else []
        further = [self._n6(one.text, person) for one in mention.names]
        return [name for name in dict.fromkeys([own, *further]) if name]


def _words(mention: SlimMention) -> Words:
    return pack(id18(mention.ids)) if mention.ids else NO_ID


def _identifiers(ids: Iterable[Id]) -> list[int]:
    found = []
    for one in ids:
        if one.state in _MATCHING:
            found.append(keys.identifier(one.scheme, one.value))
            if one.scheme == "uscc" and len(one.value) == 18:
                found.append(keys.identifier("org_code", one.value[8:17]))
            elif one.scheme == "tax_no" and len(one.value) == 15:
                found.append(keys.identifier("org_code", one.value[6:15]))
    return found
