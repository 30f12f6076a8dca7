"""Puts a party together from the records that name it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from graph.model import Id, Mention, Name, NameKind, Party
from graph.stores import content
from graph.stores.embedded import rows as r
from graph.stores.embedded.links import VISIBLE, Links

_SUBJECT = b'"subject":'
_RELATIONS_READ = 100
"""A relation adds names only where no register and no list knows the party; a hub's first ones are enough."""
_PART = "id, kind, source, kh, key, strong, to_gen, CASE WHEN kind = 2 THEN NULL ELSE doc END"


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


class _Subject(msgspec.Struct):
    subject: Mention
    attributes: dict[str, str] = {}


class _Ends(msgspec.Struct):
    src: Mention
    dst: Mention


_decode_mention = msgspec.json.Decoder(Mention).decode
_decode_subject = msgspec.json.Decoder(_Subject).decode
_decode_ends = msgspec.json.Decoder(_Ends).decode


def subject_of(doc: bytes) -> Mention:
    """The subject of a listing. Keys are sorted, so that it stands last; reading only that is several times faster."""
    start = doc.rfind(_SUBJECT + b"{")
    return _decode_mention(doc[start + len(_SUBJECT) : -1])


def query(condition: str, *, order: str = "") -> str:
    """The parts whose row meets `condition`, which names the number of the party `{column}`."""
    arms = (
        f"SELECT {role} AS role, {column} AS base, {_PART} FROM record WHERE {condition.format(column=column)}"
        for role, column in enumerate(("party", "other"))
    )
    return " UNION ALL ".join(arms) + order


_OF_PARTIES = query(f"{{column}} IN (SELECT value FROM json_each(:parties)) AND {VISIBLE}")
_LAST_OF_PARTIES = query("{column} IN (SELECT value FROM json_each(:parties)) AND from_gen <= :known")


def parts_of(db: sqlite3.Connection, links: Links, party: int, known: int) -> list[Part]:
    """The mentions of a party (an oldest number, `Links.of`) in force at a generation."""
    found = _select(db, links, _OF_PARTIES, party, known)
    for source, kh, role in links.moved.get(party, ()):
        rows = db.execute(
            f"SELECT ?3, {'other' if role else 'party'}, {_PART} FROM record WHERE source = ?1 AND kh = ?2"
            " AND from_gen <= ?4 AND (to_gen IS NULL OR to_gen > ?4)",
            (source, kh, role, known),
        )
        have = {(one.id, one.role) for one in found}
        moved = [part for part in map(Part._make, rows) if (part.id, part.role) not in have]
        found.extend(part for part in moved if links.resolve(part.base, part.place) == party)
    return found


def last_parts_of(db: sqlite3.Connection, links: Links, party: int, known: int) -> list[Part]:
    """The mentions that a party had when the last of its records ended."""
    found = _select(db, links, _LAST_OF_PARTIES, party, known)
    last = max((part.to_gen or 0 for part in found), default=0)
    return [part for part in found if part.to_gen == last]


def _select(db: sqlite3.Connection, links: Links, text: str, party: int, known: int) -> list[Part]:
    parties = f"[{','.join(map(str, links.members(party)))}]"
    rows = db.execute(text, {"parties": parties, "known": known})
    parts = map(Part._make, rows)
    if links.plain:
        return list(parts)
    return [part for part in parts if links.resolve(part.base, part.place) == party]


def assemble(
    db: sqlite3.Connection, links: Links, party: int, parts: Sequence[Part], *, current: bool = True
) -> Party:
    """The party that `parts` (at least one) speak of: register rows first, then lists, then relations.

    The newest register row wins for an attribute. A name that only a list uses is an alias of the registered one.
    """
    ordered = list(parts)
    if len(ordered) > 1:
        ordered.sort(key=lambda part: (-(part.kind == r.REGISTER), part.kind, part.id))
    names: dict[str, Name] = {}
    ids: dict[tuple[str, str], Id] = {}
    attributes: dict[str, str] = {}
    first: Mention | None = None
    for part, mention in _mentions(db, ordered, attributes):
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
    )


def _mentions(
    db: sqlite3.Connection, parts: Iterable[Part], attributes: dict[str, str]
) -> Iterable[tuple[Part, Mention]]:
    known = False
    relations = 0
    for part in parts:
        if part.kind == r.LISTING and part.doc is not None:
            yield part, subject_of(part.doc)
        elif part.kind == r.REGISTER and part.doc is not None:
            row = _decode_subject(part.doc)
            attributes.update(row.attributes)
            yield part, row.subject
        elif not known and relations < _RELATIONS_READ:
            relations += 1
            doc = db.execute("SELECT doc FROM record WHERE id = ?", (part.id,)).fetchone()[0]
            ends = _decode_ends(doc)
            yield part, ends.dst if part.role else ends.src
        known = known or part.kind != r.RELATION
