"""Takes a person out of stored documents."""

from __future__ import annotations

from typing import Any

import msgspec

from graph.model import Listing, Mention, Party, PartyRecord, PartyType
from graph.relations import Relation
from graph.stores import content
from graph.stores import rows as r

_SHORTEST = 2
"""A single character is not a name to look for inside texts."""


class Blanks:
    """What to look for, and what to leave of a row that holds it."""

    def __init__(self, person: Party) -> None:
        self.numbers = {
            one.value for one in person.ids if one.state == "valid" and one.scheme in content.STRONG_SCHEMES
        }
        self._tokens: set[str] = set()
        for name in person.names:
            self._learn(name.text)
        for one in person.ids:
            self._learn(one.value, one.raw)

    def _learn(self, *texts: str) -> None:
        self._tokens.update(text for text in texts if len(text) >= _SHORTEST)

    def learn(self, row: r.Row, role: int) -> None:
        """Take up the forms in which a version names the person."""
        mention = _mention(row, role)
        self._learn(mention.name, mention.n6, *(name.text for name in mention.names))
        for one in mention.ids:
            self._learn(one.value, one.raw)
            if one.state == "valid" and one.scheme in content.STRONG_SCHEMES:
                self.numbers.add(one.value)

    def text(self, text: str) -> str:
        """Empty if the text holds any of the person's forms."""
        return "" if any(token in text for token in self._tokens) else text

    def own(self, row: r.Row, role: int) -> r.Row:
        """A version that names the person: the mention is emptied, the published row goes, texts are blanked."""
        doc = self._walk(msgspec.json.decode(row.doc), self.text)
        field = "subject" if row.kind != r.RELATION else ("dst" if role else "src")
        key = self.text(_mention(row, role).key)
        doc[field] = msgspec.to_builtins(Mention(type=PartyType.PERSON, name="", key=key))
        doc.pop("raw", None)
        return self._packed(row, doc, self.text)

    def quoted(self, row: r.Row) -> r.Row:
        """A version of someone else that quotes one of the person's numbers: only that goes."""
        return self._packed(row, self._walk(msgspec.json.decode(row.doc), self._unquoted), self._unquoted)

    def _unquoted(self, text: str) -> str:
        for number in self.numbers:
            text = text.replace(number, "")
        return text

    def _packed(self, row: r.Row, doc: dict[str, Any], change: Any) -> r.Row:
        key = row.key if change(row.key) == row.key else f"{r.ERASED}{row.kh & (1 << 64) - 1:016x}"
        doc["key"] = key
        kind = (Listing, PartyRecord, Relation)[row.kind]
        packed = content.canonical(msgspec.convert(doc, kind, strict=False))
        own = (
            None if row.own is None else msgspec.json.encode(self._walk(msgspec.json.decode(row.own), change))
        )
        return row._replace(doc=packed, key=key, own=own)

    def _walk(self, value: Any, change: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [self._walk(one, change) for one in value]
        if isinstance(value, dict):
            return {change(key): self._walk(one, change) for key, one in value.items()}
        return value


def _mention(row: r.Row, role: int) -> Mention:
    if row.kind == r.RELATION:
        relation = r.decode_relation(row.doc)
        return relation.dst if role else relation.src
    return (r.decode_listing if row.kind == r.LISTING else r.decode_register)(row.doc).subject
