"""What parties and relations state beside names and dates: posts, kinship, amounts and codes, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from api.explore.shapes import RelationShown
from api.web.words import Words
from graph.dates import parse_instant
from graph.messages import catalogue, say
from graph.relations import RelationType
from matching.decision import Feature

JOINS: Final = frozenset({"bid", "lot", "restricted"})
"""By these rows find each other, or are kept apart; they say nothing to a reader."""
AMOUNTS: Final = frozenset({"amount", "amount_cny", "budget_cny", "capital_cny", "price", "settled_cny"})
INSTANTS: Final = frozenset({"finished_at", "opening_at", "reported_at", "signed_at"})


def role(words: Words, kind: str, value: str) -> str:
    """A post, a phase or a kinship: a code as its word, any other text as the row says it."""
    if not value:
        return ""
    if kind == RelationType.KIN_OF and f"rule.kin.{value}" in catalogue("matching"):
        return say("matching", f"rule.kin.{value}", words.lang)
    known = words.known(f"post.{kind}.{value}", "") or words.known(f"post.{value}", "")
    return known or words.word("role", value)


def facts(words: Words, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What else is stated, named and in words; what only joins rows is left out."""
    rows = (
        (words.known(f"attribute.{name}", name), _value(words, name, value)) for name, value in given.items()
    )
    return tuple(row for row, name in zip(rows, given, strict=True) if name not in JOINS and row[1])


def note(words: Words, one: RelationShown) -> str:
    """Share, votes, post and what else a relation states, on one line."""
    share = "" if one.share is None else words("share", share=one.share)
    votes = "" if one.votes is None else words("votes", votes=one.votes)
    colon = words("casework.colon")
    rest = (f"{name}{colon}{value}" for name, value in facts(words, one.attributes))
    return " · ".join(filter(None, (share, votes, role(words, one.type, one.role), *rest)))


def sides(words: Words, feature: Feature) -> tuple[str, str]:
    """What was submitted and what the record says: a sex is kept as a letter, an age beside the year of birth."""
    one, other = feature.submitted, feature.matched
    if feature.name == "sex":
        return words.known(f"stated.sex.{one}", one), words.known(f"stated.sex.{other}", other)
    if feature.name == "age" and one and other:
        return words("stated.born", year=one), words("stated.aged", age=other)
    return one, other


def _value(words: Words, name: str, value: str) -> str:
    if name in AMOUNTS:
        try:
            return f"{Decimal(value):,f}"
        except InvalidOperation:
            return value
    if name in INSTANTS:
        try:
            return words.time(parse_instant(value))
        except ValueError:
            return value
    if name == "regime":
        return words.known(f"regime.{value}", value)
    if name == "object":
        return words.known(f"batch.option.{value}", value)
    return words.known(f"stated.{name}.{value}", "") or (words("stated.yes") if value == "yes" else value)
