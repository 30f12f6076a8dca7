"""What a case says of one entity beside its records: comparable keys, kind, founding day, its surest matches; and
how the rows of one consortium become one bid."""

from __future__ import annotations

from datetime import date

import msgspec

from graph.model import Party
from matching.decision import NotAssessable, RelationPath
from matching.gaps import note
from matching.prices import lot_key
from matching.rules.base import BidderView, EntityView, Hit
from matching.subjects import Subject, show


def best(hits: list[Hit]) -> list[Hit]:
    """Each record once, with its surest match."""
    best: dict[tuple[str, str], Hit] = {}
    for hit in sorted(hits, key=lambda h: (h.tier.value, -h.cap.rank, h.listing.list_code, h.listing.key)):
        best.setdefault((hit.listing.list_code, hit.listing.key), hit)
    return list(best.values())


def same_person(a: Subject, b: Subject) -> bool:
    """Whether two statements of a post name the same person: by a shared number, or by name where one has none."""
    if a.codes and b.codes:
        return bool(set(a.codes) & set(b.codes))
    return a.n6 == b.n6 and not a.ids


def identity(subject: Subject) -> tuple[str, ...]:
    """What two appearances of the same party share: valid numbers, the nested organisation code, the whole name."""
    nested = tuple(f"org_code:{code[13:22]}" for code in subject.codes if code.startswith("uscc:"))
    named = (f"name:{subject.n6}",) if subject.n6 else ()
    return tuple(dict.fromkeys((*subject.codes, *nested, *named)))


def individual(subject: Subject, parties: list[Party]) -> bool:
    """Whether the entity is an individual business (个体工商户): USCC prefix 92, or so registered."""
    if any(i.scheme == "uscc" and i.value.startswith("92") for i in subject.ids):
        return True
    return any("个体" in party.attributes.get("legal_form", "") for party in parties)


def shown_code(subject: Subject) -> str:
    """The number by which outputs show a party; empty where it has none."""
    return show(subject.ids[0]) if subject.ids else ""


def founded(party: Party) -> date | None:
    """The day a party was founded; None where the register does not say or says it unreadably."""
    try:
        return date.fromisoformat(party.attributes.get("founded_on", ""))
    except ValueError:
        return None


def along(hits: list[Hit], path: RelationPath) -> tuple[Hit, ...]:
    """Matches of somebody connected, with the path to that party."""
    return tuple(msgspec.structs.replace(hit, path=path) for hit in hits)


def unite(bidders: list[BidderView], gaps: list[list[NotAssessable]]) -> None:
    """Join the rows of one consortium: platforms list each member apart, and the law strikes all of them.

    A row that says it belongs to a consortium whose other members nobody names is not assessed whole.
    """
    groups: dict[str, list[int]] = {}
    for bidder in bidders:
        consortium = bidder.bidder.consortium
        if consortium is not None and consortium.id:
            groups.setdefault(lot_key(consortium.id), []).append(bidder.index)
    for bidder in list(bidders):
        consortium = bidder.bidder.consortium
        if consortium is None or consortium.members or len(groups.get(lot_key(consortium.id), ())) > 1:
            continue
        if consortium.id or consortium.role:
            gaps[bidder.index].append(note("members", "input:consortium.members", bidder.bidder.name, True))
    for group in groups.values():
        if len(group) < 2:
            continue
        entities: dict[tuple[str, ...], EntityView] = {}
        for entity in (entity for index in group for entity in bidders[index].entities):
            entities.setdefault((*entity.identity, entity.label), entity)
        together = list(dict.fromkeys(gap for index in group for gap in gaps[index]))
        for index in group:
            own = bidders[index].entities
            others = tuple(e for e in entities.values() if e not in own)
            bidders[index] = msgspec.structs.replace(bidders[index], entities=(*own, *others))
            gaps[index][:] = together
