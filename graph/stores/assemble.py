"""Puts a party together from the records that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from graph.model import Id, Name, NameKind, Party, PartyType
from graph.stores import content
from graph.stores import rows as r
from graph.stores.links import Links

_SUBJECT = b'"subject":'
RELATIONS_READ = 100
"""A relation adds names only where no register and no list knows the party; a hub's first ones are enough."""

RELATIONS_TOLD = 10_000
"""Relations of a party that are told as its mentions, the oldest: a hub of a million would be a document of 50 MB."""


class Part(NamedTuple):
    """One mention of a party: role 0 is the subject or src, 1 dst. Documents of relations are read when needed."""

    role: int
    base: int
    id: int
    kind: int
    source: int
    kh: int
    key: str
    strong: int
    to_gen: int | None
    doc: bytes | None

    @property
    def place(self) -> tuple[int, int, int]:
        """The mention, as `Links` knows it."""
        return self.source, self.kh, self.role

    def mention(self, links: Links) -> str:
        """The mention's key."""
        return content.mention_key(*links.sources[self.source], self.key, self.end)

    @property
    def end(self) -> str:
        """`src` or `dst` of a relation, empty for subjects."""
        return ("dst" if self.role else "src") if self.kind == r.RELATION else ""

    @property
    def coded(self) -> bool:
        """Whether an identifier gave the mention its party."""
        return bool(self.strong >> self.role & 1)


class _Known(msgspec.Struct, gc=False):
    """What of a mention is known of a party."""

    type: PartyType
    name: str
    names: tuple[Name, ...] = ()
    ids: tuple[Id, ...] = ()


class _Subject(msgspec.Struct, gc=False):
    subject: _Known
    attributes: dict[str, str] = {}


class _Ends(msgspec.Struct, gc=False):
    src: _Known
    dst: _Known


_decode_mention = msgspec.json.Decoder(_Known).decode
_decode_subject = msgspec.json.Decoder(_Subject).decode
_decode_ends = msgspec.json.Decoder(_Ends).decode


def subject_of(doc: bytes) -> _Known:
    """The subject of a listing. Keys are sorted, so that it stands last; reading only that is several times faster."""
    start = doc.rfind(_SUBJECT + b"{")
    return _decode_mention(doc[start + len(_SUBJECT) : -1])


def assemble(
    links: Links,
    party: int,
    parts: Sequence[Part],
    relation: Callable[[Part], bytes],
    *,
    current: bool = True,
    further: int = 0,
) -> Party:
    """The party that `parts` (at least one) speak of: register rows first, then lists, then relations.

    The newest register row wins for an attribute. A name that only a list uses is an alias of the registered one.

    Args:
        links: those of the generation.
        party: its number.
        parts: the mentions.
        relation: gives the document of a relation whose part comes without one.
        current: whether the parts are in force; else the party is shown without mentions.
        further: relations that name it and are not among `parts`.
    """
    ordered = list(parts)
    if len(ordered) > 1:
        ordered.sort(key=lambda part: (-(part.kind == r.REGISTER), part.kind, part.id))
    if len(ordered) > RELATIONS_TOLD:
        told = RELATIONS_TOLD + sum(part.kind != r.RELATION for part in ordered)
        further += len(ordered[told:])
        ordered = ordered[:told]
    names: dict[str, Name] = {}
    ids: dict[tuple[str, str], Id] = {}
    attributes: dict[str, str] = {}
    first: _Known | None = None
    for part, mention in _mentions(ordered, attributes, relation):
        first = first or mention
        if mention.name:
            registered = part.kind == r.REGISTER or not names
            kind = NameKind.REGISTERED if registered else NameKind.ALIAS
            names.setdefault(mention.name, Name(text=mention.name, kind=kind))
        for name in mention.names:
            names.setdefault(name.text, name)
        for one in mention.ids:
            ids.setdefault((one.scheme, one.value), one)
    if first is None:
        raise LookupError("a party without a mention")
    return Party(
        key=content.party_key(party),
        type=first.type,
        names=tuple(names.values()),
        ids=tuple(ids.values()),
        attributes=attributes,
        mentions=tuple(part.mention(links) for part in ordered) if current else (),
        more_mentions=further if current else 0,
    )


def of_records(links: Links, party: int, parts: Sequence[Part], told: Sequence[str], more: int) -> Party:
    """The same party, of the register and list rows in force that name it (at least one) and of its relations.

    Args:
        links: those of the generation.
        party: its number.
        parts: the rows.
        told: the keys of the mentions that are relations, at most `RELATIONS_TOLD`, the oldest first.
        more: how many relations beside them name it.
    """
    if len(parts) > 1 or parts[0].kind != r.REGISTER or parts[0].doc is None:
        found = assemble(links, party, parts, _never, further=more)
        return replace(found, mentions=(*found.mentions, *told))
    row = _decode_subject(parts[0].doc)
    who = row.subject
    names = (Name(text=who.name),) if who.name else ()
    if who.names:
        names = tuple({name.text: name for name in (*reversed(who.names), *names)}.values())[::-1]
    ids = who.ids
    if len(ids) > 1:
        ids = tuple({(one.scheme, one.value): one for one in reversed(ids)}.values())[::-1]
    return Party(
        key=content.party_key(party),
        type=who.type,
        names=names,
        ids=ids,
        attributes=row.attributes,
        mentions=(parts[0].mention(links), *told),
        more_mentions=more,
    )


def _never(part: Part) -> bytes:
    raise LookupError(part.id)


def _mentions(
    parts: Iterable[Part], attributes: dict[str, str], relation: Callable[[Part], bytes]
) -> Iterable[tuple[Part, _Known]]:
    known = False
    relations = 0
    for part in parts:
        if part.kind == r.LISTING and part.doc is not None:
            yield part, subject_of(part.doc)
        elif part.kind == r.REGISTER and part.doc is not None:
            row = _decode_subject(part.doc)
            attributes.update(row.attributes)
            yield part, row.subject
        elif not known and relations < RELATIONS_READ:
            relations += 1
            ends = _decode_ends(relation(part) if part.doc is None else part.doc)
            yield part, ends.dst if part.role else ends.src
        known = known or part.kind != r.RELATION
