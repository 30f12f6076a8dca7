"""Who else takes part in a tender: buyer, agency, operator of the platform and former providers of services.

Named in the request, or known to the graph for the tender's number. A bidder that is one of them gets a `same` tie;
whatever else connects it with them is found like a connection between two bidders (`matching.ties.ownership`).
"""

from __future__ import annotations

import msgspec

from graph import keys
from graph.model import Party, PartyType
from graph.relations import RelationType
from matching.decision import Fact
from matching.request import PartyRef
from matching.rules.base import Case, EntityView, Found, Tie
from matching.rules.identity import same
from matching.subjects import from_party
from matching.ties.field import Field, Other

ROLES = {
    RelationType.BUYER_OF: "buyer",
    RelationType.AGENT_FOR: "agency",
    RelationType.PLATFORM_FOR: "platform_operator",
    RelationType.SERVED: "prior_service_provider",
}
MOST = 100
"""Others that are taken from the graph for one tender."""


def others(case: Case) -> tuple[Other, ...]:
    """Everyone beside the bidders, each role and party once, with what the graph knows of former services."""
    found: list[Other] = []
    for subject in case.subjects:
        if subject.role in ROLES.values() and subject.entity is not None:
            found.append(Other(role=subject.role, label=subject.label, entity=subject.entity))
    for role, entity, service in _known(case):
        for place, other in enumerate(found):
            if other.role == role and same(other.entity.identity, entity.identity) != "no":
                if service and service not in other.services:
                    found[place] = msgspec.structs.replace(other, services=(*other.services, service))
                break
        else:
            found.append(
                Other(role=role, label=entity.label, entity=entity, services=(service,) if service else ())
            )
    return tuple(found)


def _known(case: Case) -> list[tuple[str, EntityView, str]]:
    """Who takes or took part in the tender as the graph knows it by number: role, party, service."""
    number = case.tender.id
    known: list[tuple[str, EntityView, str]] = []
    for ordinal in case.generation.parties(keys.identifier("tender", number)) if number else ():
        tender = case.generation.party(ordinal)
        if tender.type is not PartyType.TENDER or len(known) >= MOST:
            continue
        if case.generation.relation_count(ordinal) > case.policy.option("relation_cap"):
            continue
        for relation in case.generation.relations(ordinal, case.known):
            start = relation.valid.start
            if relation.type not in ROLES or (start is not None and start > case.as_of):
                continue
            place = case.generation.party_ordinal(relation.src)
            if place is not None and len(known) < MOST:
                role = ROLES[relation.type]
                service = relation.role or "unknown" if role == "prior_service_provider" else ""
                sure = relation.by == "code"
                known.append((role, _entity(case.generation.party(place), place, role, sure), service))
    return known


def _entity(party: Party, ordinal: int, role: str, sure: bool) -> EntityView:
    subject = from_party(party)
    named = (f"name:{subject.n6}",) if subject.n6 else ()
    return EntityView(
        role=role, ref=PartyRef(name=subject.name), type=party.type, label=subject.label,
        identity=(*subject.codes, *named), party=party.key if sure else None, found=(Found(ordinal, sure),),
    )  # fmt: skip


def ties(field: Field) -> None:
    """Bidders that are one of the others themselves."""
    for place, other in enumerate(field.others):
        for view in field.bidders:
            for entity in view.entities:
                how = same(entity.identity, other.entity.identity)
                if how == "no" and entity.party is not None and entity.party == other.entity.party:
                    how = "code"
                if how != "no":
                    fact = Fact(field="identity", a=entity.label, b=other.label)
                    tie = Tie(
                        kind="same", by="code" if how == "code" else "name", facts=(fact,), other=entity.label
                    )
                    field.add(view.index, field.count + place, tie)
