"""The search box: which parties may bear a name or code. What is found is checked against the party itself."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator

from graph.model import Party, PartyType
from graph.stores import content

Matches = Callable[[Party], str | None]
"""Gives the name or code of a party that matched; None when the index was out of date."""
_CODE = re.compile(r"[0-9A-Z]{8}-?[0-9A-Z]|[0-9A-Z]{18}|[0-9]{13}|[0-9]{15}")
_LAST = "\U0010ffff"
_TRIGRAM = 3


def candidates(db: sqlite3.Connection, text: str) -> Iterator[tuple[int, str, Matches]]:
    """Party numbers with how they match: `code`, `exact`, `prefix`, `infix`, best first.

    Persons and things are found by their whole name or title only; identity numbers are in none of these indexes.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    code = text.upper().replace(" ", "")
    if _CODE.fullmatch(code):
        yield from _by_code(db, code)
    org = content.comparison_form(PartyType.ORGANIZATION, text)
    person = content.comparison_form(PartyType.PERSON, text)
    exact = "SELECT party FROM name WHERE n6 = ? ORDER BY party"
    if org:
        for (party,) in db.execute(exact, (f"o{org}",)):
            yield party, "exact", _named(org.__eq__)
    if person:
        for (party,) in db.execute(exact, (f"p{person}",)):
            yield party, "exact", _named(person.__eq__)
    for (party,) in db.execute(exact, (f"t{text}",)):
        yield party, "exact", _named(text.__eq__)
    if org:
        prefix = "SELECT party FROM name WHERE n6 > ? AND n6 < ? ORDER BY n6, party"
        for (party,) in db.execute(prefix, (f"o{org}", f"o{org}{_LAST}")):
            yield party, "prefix", _named(lambda form: form.startswith(org))
        for party in _inside(db, org):
            yield party, "infix", _named(lambda form: org in form)


def matched(party: Party, matches: Matches) -> str | None:
    """The name or code that matched."""
    return matches(party)


def _named(test: Callable[[str], bool]) -> Matches:
    def matches(party: Party) -> str | None:
        for name in party.names:
            if test(content.comparison_form(party.type, name.text)):
                return name.text
        return None

    return matches


def _by_code(db: sqlite3.Connection, code: str) -> Iterator[tuple[int, str, Matches]]:
    plain = code.replace("-", "")
    for scheme in ("uscc", "org_code"):
        form = content.strong(scheme, plain) if len(plain) in (9, 18) else None
        row = (
            None
            if form is None
            else db.execute("SELECT party FROM ident WHERE value = ?", (form,)).fetchone()
        )
        if row is not None:
            yield (
                row[0],
                "code",
                lambda party, scheme=scheme: (  # type: ignore[misc]
                    plain
                    if party.type is PartyType.ORGANIZATION and content.owns(party.ids, scheme, plain)
                    else None
                ),
            )
    for (party,) in db.execute("SELECT party FROM name WHERE n6 = ? ORDER BY party", (f"#{plain}",)):
        yield (
            party,
            "code",
            lambda party: (
                plain if any(one.scheme == "reg_no" and one.value == plain for one in party.ids) else None
            ),
        )


def _inside(db: sqlite3.Connection, text: str) -> Iterator[int]:
    """Organisations with `text` inside a name: by trigrams, and below three characters by looking at each name."""
    if len(text) < _TRIGRAM:
        names = "SELECT party FROM name WHERE n6 >= 'o' AND n6 < 'p' AND instr(n6, ?) > 2"
        yield from (party for (party,) in db.execute(names, (text,)))
        return
    grams = dict.fromkeys(text[at : at + _TRIGRAM] for at in range(len(text) - _TRIGRAM + 1))
    query = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)
    yield from (party for (party,) in db.execute("SELECT rowid FROM infix WHERE infix MATCH ?", (query,)))
