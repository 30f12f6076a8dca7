"""Listed parties close to a bidder: the same legal representative, beneficial owner or address (SPEC 8, R20).

Only parties that a record is linked to by number or by a human are looked at, so that a common name leads nowhere. A
person's other companies are read from the register; an address that many share says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple, Protocol

from graph import keys
from graph.generation import Generation, GenerationError
from graph.model import Party, PartyType
from graph.projection import ContactKind
from graph.relations import PartyRelation, RelationType
from matching.groups import QUARTER, Groups, share_of
from matching.policy import Policy

NearRole = Literal["shared_legal_rep", "shared_owner", "shared_address"]
Edges = tuple[PartyRelation, ...]
FILED = frozenset({RelationType.UBO_OF, RelationType.CONTROLS})


class Neighbour(NamedTuple):
    """A listed party with what it shares with the one asked about."""

    role: NearRole
    party: Party
    via: Party | None
    value: str
    """The person's name, or the address as compared."""
    edges: Edges = ()


class Register(Protocol):
    """What is read of the register: relations that hold, parties, groups under one control."""

    groups: Groups

    def relations(self, ordinal: int) -> list[PartyRelation]:
        """The relations of a party that hold."""
        ...

    def party(self, key: str) -> Party | None:
        """A party by its surrogate key."""
        ...


def neighbours(
    register: Register,
    generation: Generation,
    policy: Policy,
    ordinal: int,
    me: Party,
    heads: Iterable[str],
) -> Iterator[Neighbour]:
    """Every listed party that shares a legal representative, a beneficial owner or an address with `me`.

    Args:
        register: relations that hold at the decision's moment.
        generation: what is read.
        policy: for state investors, `address_hub` and words of cluster addresses.
        ordinal: the party's place.
        me: the party.
        heads: numbers of legal representatives that the request names.
    """
    seen = {me.key}
    own = register.relations(ordinal)
    representatives: dict[str, Edges] = {
        r.src: (r,) for r in own if r.type is RelationType.LEGAL_REP_OF and r.dst == me.key
    }
    for number in heads:
        scheme, value = number.split(":", 1)
        for place in generation.parties(keys.identifier(scheme, value)):
            person = generation.party(place)
            if person.type is PartyType.PERSON:
                representatives.setdefault(person.key, ())
    yield from _through(
        register, generation, representatives, seen, "shared_legal_rep",
        lambda edge: edge.type is RelationType.LEGAL_REP_OF,
    )  # fmt: skip
    owners: dict[str, Edges] = {
        r.src: (r,) for r in own if r.dst == me.key and _owns(r) and _natural(register, r.src)
    }
    for above in register.groups.above(me.key) if any(share_of(r) for r in own) else ():
        if _natural(register, above.key):
            owners.setdefault(above.key, above.edges)
    yield from _through(register, generation, owners, seen, "shared_owner", _owns)
    yield from _at_address(generation, policy, ordinal, me, seen)
    yield from _using_address(register, generation, policy, me, own, seen)


def _owns(relation: PartyRelation) -> bool:
    """Whether a relation makes a beneficial owner by itself: a quarter and more, or filed as such."""
    if relation.type in FILED:
        return relation.share is None or relation.share >= QUARTER
    share = share_of(relation)
    return share is not None and share >= QUARTER


def _natural(register: Register, key: str) -> bool:
    party = register.party(key)
    return party is not None and party.type is PartyType.PERSON


def _through(
    register: Register,
    generation: Generation,
    people: dict[str, Edges],
    seen: set[str],
    role: NearRole,
    wanted: Callable[[PartyRelation], bool],
) -> Iterator[Neighbour]:
    for key, mine in people.items():
        place = register.groups.place(key)
        if place is None:
            continue
        person = generation.party(place)
        found: dict[str, Edges] = {
            r.dst: (r,) for r in register.relations(place) if r.src == key and wanted(r)
        }
        if role == "shared_owner":
            for under in register.groups.below(key).values():
                found.setdefault(under.key, under.edges)
        for company, edges in found.items():
            if company in seen or not _listed(register, generation, company):
                continue
            party = register.party(company)
            if party is not None:
                seen.add(company)
                yield Neighbour(role, party, person, _name(person), (*mine, *edges))


def _at_address(
    generation: Generation, policy: Policy, ordinal: int, me: Party, seen: set[str]
) -> Iterator[Neighbour]:
    """Companies whose register row states the same address."""
    address = me.attributes.get("address", "")
    if not address or any(word in address for word in policy.shared("address_words")):
        return
    try:
        projection = generation.projection
    except GenerationError:
        return  # published by an earlier program, without what rows have in common
    for shared in projection.sharing(ContactKind.ADDRESS, ordinal, cap=policy.option("address_hub")):
        for place in shared.ordinals:
            party = generation.party(place)
            if party.key not in seen and generation.party_listings(place):
                seen.add(party.key)
                yield Neighbour("shared_address", party, None, address)


def _using_address(
    register: Register,
    generation: Generation,
    policy: Policy,
    me: Party,
    own: Iterable[PartyRelation],
    seen: set[str],
) -> Iterator[Neighbour]:
    """Companies that use the same address as a party of the graph."""
    for mine in own:
        if mine.type is not RelationType.USES or mine.src != me.key:
            continue
        place = register.groups.place(mine.dst)
        thing = None if place is None else generation.party(place)
        if place is None or thing is None or thing.type is not PartyType.ADDRESS:
            continue
        if generation.relation_count(place) > policy.option("address_hub"):
            continue
        for edge in register.relations(place):
            party = register.party(edge.src)
            if edge.src in seen or party is None or not _listed(register, generation, edge.src):
                continue
            seen.add(edge.src)
            yield Neighbour("shared_address", party, thing, _name(thing), (mine, edge))


def _listed(register: Register, generation: Generation, key: str) -> bool:
    place = register.groups.place(key)
    return place is not None and bool(generation.party_listings(place))


def _name(party: Party) -> str:
    return party.names[0].text if party.names else party.key
