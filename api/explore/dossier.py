"""A party's dossier: one stable page of everything that is known, with counts where there is too much to show."""

from __future__ import annotations

from typing import Final

from api.explore.listings import listings_of
from api.explore.search import namesakes
from api.explore.shapes import Dossier, Kind, RelationShown, Shared
from api.explore.told import Teller, both, cutting, seen, words_of
from api.masking import mask_text
from graph.model import PartyType
from graph.projection import ContactKind, Walk
from graph.projection.model import Tally
from graph.relations import RelationType
from matching.explore.names import NameFinder

SHOWN: Final = 10
MOST: Final = 500
BIDS: Final = frozenset({RelationType.BID_IN, RelationType.WON})
CONTRACTS: Final = frozenset({RelationType.PARTY_TO, RelationType.CONTRACT_OF})


def dossier(teller: Teller, finder: NameFinder, ordinal: int, *, limit: int = SHOWN) -> Dossier:
    """The dossier of a party.

    Args:
        teller: the view and the clocks.
        finder: the names of the generation.
        ordinal: the party.
        limit: relations of each kind that are shown; their number is always said.
    """
    party = teller.generation.party(ordinal)
    shown = teller.party(ordinal)
    around = teller.projection.neighbours(ordinal, teller.walk(former=True), limit=limit)
    kinds = tuple(kind(teller, tally) for tally in around)
    return Dossier(
        clocks=teller.clocks,
        party=shown,
        names=teller.names(party),
        identifiers=teller.numbers(party),
        attributes=teller.attributes(party),
        namesakes=namesakes(finder, party),
        listings=listings_of(teller, ordinal, party),
        seen=seen(around.shown, around.total),
        relations=kinds,
        bids=_section(teller, ordinal, BIDS, limit),
        contracts=_section(teller, ordinal, CONTRACTS, limit),
        shared=shared_with(teller, ordinal),
        parties=teller.nodes(),
        cut=cutting(around.cut),
        restricted=teller.restricted,
        notice=both("explore.notice"),
    )


def kind(teller: Teller, tally: Tally, *, shown: bool = True, most: int = 1 << 30) -> Kind:
    """Relations of one type and direction, with how many there are."""
    edges = tally.edges[:most] if shown else ()
    return Kind(
        type=tally.type.value,
        words=words_of(tally.type),
        out=tally.out,
        seen=seen(len(tally.edges[:most]), tally.total),
        relations=tuple(teller.relation(edge.edge) for edge in edges),
    )


def _section(
    teller: Teller, ordinal: int, types: frozenset[RelationType], limit: int
) -> tuple[RelationShown, ...]:
    """What a party did, last first: bids and awards, or contracts; and of what they are part."""
    walk: Walk = teller.walk(types, former=True)
    found = teller.projection.neighbours(ordinal, walk, limit=MOST)
    shown = [teller.generation.relation(edge.edge) for tally in found for edge in tally.edges]
    shown.sort(key=lambda one: (one.valid.start is None, one.valid.start and -one.valid.start.timestamp()))
    told = [teller.told(one) for one in shown[:limit]]
    part = teller.walk((RelationType.LOT_OF,), former=True)
    for one in shown[:limit]:
        lot = teller.generation.party_ordinal(one.dst)
        if lot is not None and teller.projection.kind(lot) is PartyType.LOT:
            for tally in teller.projection.neighbours(lot, part, limit=1):
                told += [teller.relation(edge.edge) for edge in tally.edges if tally.out]
    unique = {(one.type, one.source, one.target, one.since): one for one in told}
    return tuple(unique.values())


def shared_with(teller: Teller, ordinal: int) -> tuple[Shared, ...]:
    """Who states the same address, telephone, e-mail or domain in the register; above a cap only how many."""
    found = []
    for contact in ContactKind:
        for one in teller.projection.sharing(contact, ordinal):
            others = [other for other in one.ordinals if not teller.hidden(other)]
            if others or not one.ordinals:
                found.append(
                    Shared(
                        kind=contact.value,
                        words=both(f"contact.{contact.value}"),
                        value=mask_text(one.value),
                        total=len(others) if one.ordinals else one.total,
                        parties=tuple(teller.party(other).id for other in others),
                    )
                )
    return tuple(found)


__all__ = ["MOST", "SHOWN", "dossier", "kind", "shared_with"]
