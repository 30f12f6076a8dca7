"""The search box: which parties may bear a name or code. What is found is checked against the party itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from graph.model import Party, PartyType
from graph.stores import content

Matches = Callable[[Party], str | None]
"""Gives the name or code of a party that matched; None when the index was out of date."""
_CODE = re.compile(r"[0-9A-Z]{8}-?[0-9A-Z]|[0-9A-Z]{18}|[0-9]{13}|[0-9]{15}")


class Names(Protocol):
    """How a store finds party numbers by comparison form (`o…` an organisation, `p…`, `t…`, `#` a number)."""

    def owner(self, identifier: str) -> int | None:
        """The party to which a strong identifier was given first."""
        ...

    def exact(self, form: str) -> Iterable[int]:
        """Parties with this form, in order of number."""
        ...

    def prefix(self, form: str) -> Iterable[int]:
        """Parties with a longer form that begins so, in order of the form."""
        ...

    def inside(self, text: str) -> Iterable[int]:
        """Organisations with `text` inside a form."""
        ...


def candidates(names: Names, text: str) -> Iterator[tuple[int, str, Matches]]:
    """Party numbers with how they match: `code`, `exact`, `prefix`, `infix`, best first.

    Persons and things are found by their whole name or title only; identity numbers are in none of these indexes.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    code = text.upper().replace(" ", "")
    if _CODE.fullmatch(code):
        yield from _by_code(names, code)
    org = content.comparison_form(PartyType.ORGANIZATION, text)
    person = content.comparison_form(PartyType.PERSON, text)
    if org:
        for party in names.exact(f"o{org}"):
            yield party, "exact", _named(org.__eq__)
    if person:
        for party in names.exact(f"p{person}"):
            yield party, "exact", _named(person.__eq__)
    for party in names.exact(f"t{text}"):
        yield party, "exact", _named(text.__eq__)
    if org:
        for party in names.prefix(f"o{org}"):
            yield party, "prefix", _named(lambda form: form.startswith(org))
        for party in names.inside(org):
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


def _by_code(names: Names, code: str) -> Iterator[tuple[int, str, Matches]]:
    plain = code.replace("-", "")
    for scheme in ("uscc", "org_code"):
        form = content.strong(scheme, plain) if len(plain) in (9, 18) else None
        owner = None if form is None else names.owner(form)
        if owner is not None:
            yield (
                owner,
                "code",
                lambda party, scheme=scheme: (  # type: ignore[misc]
                    plain
                    if party.type is PartyType.ORGANIZATION and content.owns(party.ids, scheme, plain)
                    else None
                ),
            )
    for party in names.exact(f"#{plain}"):
        yield (
            party,
            "code",
            lambda party: (
                plain if any(one.scheme == "reg_no" and one.value == plain for one in party.ids) else None
            ),
        )
