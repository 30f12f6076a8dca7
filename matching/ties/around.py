"""Who else takes part in a tender: buyer, agency, operator of the platform and former providers of services.

Named in the request, or known to the graph for the tender's number. A bidder that is one of them gets a `same` tie;
whatever else connects it with them is found like a connection between two bidders (`matching.ties.ownership`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from graph import keys
from graph.model import Party, PartyType
from graph.relations import PartyRelation, RelationType
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


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """Everyone beside the bidders, and what was left out or changes with time."""

    others: tuple[Other, ...]
    boundaries: tuple[datetime, ...]
    """When someone begins or ceases to be one of them."""
    cut: dict[str, int]
    """Tenders with too many relations to be read, with how many; "" for parties beyond the limit."""

    def report(self, field: Field) -> None:
        """Say what was left out, and keep when it changes."""
        field.closure.boundaries.update(self.boundaries)
        for name, count in self.cut.items():
            field.gap(None, "tender_cut" if name else "others_cut", "not_covered", party=name, count=str(count))


def others(case: Case) -> Around:
    """Everyone beside the bidders, each role and party once, with what the graph knows of former services."""
    known, boundaries, cut = _known(case)
    found: list[Other] = []
    for subject in case.subjects:
        if subject.role in ROLES.values() and subject.entity is not None:
            found.append(Other(role=subject.role, label=subject.label, entity=subject.entity))
    for role, entity, service in known:
        for place, other in enumerate(found):
            if other.role == role and same(other.entity.identity, entity.identity) != "no":
                if service and service not in other.services:
                    found[place] = msgspec.structs.replace(other, services=(*other.services, service))
                break
        else:
            found.append(
                Other(role=role, label=entity.label, entity=entity, services=(service,) if service else ())
            )
    return Around(others=tuple(found), boundaries=tuple(boundaries), cut=cut)


def _known(case: Case) -> tuple[list[tuple[str, EntityView, str]], set[datetime], dict[str, int]]:
    """Who takes or took part in the tender as the graph knows it by number: role, party, service."""
    number = case.tender.id
    known: list[tuple[str, EntityView, str]] = []
    boundaries: set[datetime] = set()
    cut: dict[str, int] = {}
    for ordinal in case.generation.parties(keys.identifier("tender", number)) if number else ():
        tender = case.generation.party(ordinal)
        if tender.type is not PartyType.TENDER:
            continue
        count = case.generation.relation_count(ordinal)
        if count > case.policy.option("relation_cap"):
            cut[tender.names[0].text if tender.names else number] = count
            continue
        for relation in case.generation.relations(ordinal, case.known):
            role = ROLES.get(relation.type)
            if role is None or not _counts(relation, case.as_of, boundaries):
                continue
            place = case.generation.party_ordinal(relation.src)
            if place is None:
                continue
            if len(known) >= MOST:
                cut[""] = MOST
                break
            service = relation.role or "unknown" if role == "prior_service_provider" else ""
            sure = relation.by == "code"
            known.append((role, _entity(case.generation.party(place), place, role, sure), service))
    return known, boundaries, cut


def _counts(relation: PartyRelation, as_of: datetime, boundaries: set[datetime]) -> bool:
    """Whether someone is one of them at `as_of`: services count once they began, also when they are over."""
    start, end = relation.valid.start, relation.valid.end
    if start is not None and start > as_of:
        boundaries.add(start)
        return False
    if end is None or relation.type is RelationType.SERVED:
        return True
    if end > as_of:
        boundaries.add(end)
        return True
    return False


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
