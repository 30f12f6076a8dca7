"""Paths in words and documents: who is meant by a code or a name, and what a route of the projection says."""

from __future__ import annotations

from typing import NamedTuple

from graph import keys
from graph.generation import Generation
from graph.identifiers import looks_personal, parse_organization
from graph.model import Party, PartyType
from graph.projection import Route
from graph.relations import PartyRelation
from graph.text import org_key, person_key


class Path(NamedTuple):
    """A route with what its numbers stand for: `relations[i]` connects `nodes[i]` with `nodes[i + 1]`.

    `out[i]` says that it leads that way; a path shown from its other end is still the same relations.
    """

    nodes: tuple[Party, ...]
    relations: tuple[PartyRelation, ...]
    out: tuple[bool, ...]


def tell(generation: Generation, route: Route) -> Path:
    """The parties and relations of a route, with dates and sources.

    Raises:
        GenerationError: `generation.damaged`: a document can't be read.
    """
    return Path(
        tuple(generation.party(node) for node in route.nodes),
        tuple(generation.relation(edge) for edge in route.edges),
        route.out,
    )


def name_of(party: Party) -> str:
    """What a party is called: its first name, else its key."""
    return party.names[0].text if party.names else party.key


def share_text(relation: PartyRelation) -> str | None:
    """A share in percent, as a range where it is stated as one; None where none is stated."""
    if relation.share is not None:
        return f"{relation.share:f}"
    if relation.share_min is None and relation.share_max is None:
        return None
    low, high = relation.share_min, relation.share_max
    return f"{0 if low is None else low:f}-{100 if high is None else high:f}"


def find(generation: Generation, asked: str) -> tuple[int, ...]:
    """The parties that somebody means by a text: a party's key, a code, `type:value` of a thing, or a whole name.

    Args:
        generation: where to look.
        asked: e.g. `91329901…`, `lot:T1/L1`, `临江市虚构建设有限公司`. A person is found by key or by name, never by
            number: what is typed here ends up in histories and logs.

    Returns:
        Ordinals; several where a name is borne by several, none where nobody is known by it.
    """
    asked = asked.strip()
    own = generation.party_ordinal(asked)
    if own is not None:
        return (own,)
    found: list[int] = []
    scheme, sep, value = asked.partition(":")
    if sep and scheme in _THINGS:
        found += generation.parties(keys.identifier(scheme, value.strip()))
    elif not looks_personal(asked):
        code = parse_organization(asked)
        if code.scheme in _CODES and code.state in ("valid", "checksum"):
            found += generation.parties(keys.identifier(code.scheme, code.value))
            if not found and code.scheme == "uscc":  # known by the organisation code inside it
                found += generation.parties(keys.identifier("org_code", code.value[8:17]))
        else:
            found += generation.parties(keys.org_name(org_key(asked)))
            found += generation.parties(keys.person_name(person_key(asked)))
    return tuple(dict.fromkeys(found))


_CODES = frozenset({"uscc", "org_code", "reg_no", "tax_no"})
_THINGS = frozenset(kind.value for kind in PartyType if kind.thing)
