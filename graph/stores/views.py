"""What readers get: stored rows turned into relations, listings and parties' keys."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from graph.model import Doc, Interval, SameAs, Source
from graph.relations import PartyRelation, RelationType
from graph.store import ListingVersion
from graph.stores import content
from graph.stores import rows as r
from graph.stores.assemble import Part
from graph.stores.links import Links


class EdgeDoc(Doc):
    """What a relation's document says of itself, without whom it names: a third of the work of reading it all."""

    type: RelationType
    share: Decimal | None = None
    share_min: Decimal | None = None
    share_max: Decimal | None = None
    votes: Decimal | None = None
    role: str = ""
    attributes: dict[str, str] = {}
    valid: Interval = Interval()
    source: Source = Source(dataset="")


decode_edge = msgspec.json.Decoder(EdgeDoc).decode


def resolved(
    links: Links, relation: EdgeDoc, source: int, kh: int, strong: int, src: int, dst: int
) -> PartyRelation:
    """A relation between base parties with its ends resolved."""
    one, two = (source, kh, 0), (source, kh, 1)
    by_code = (strong & 1 or links.linked(one)) and (strong & 2 or links.linked(two))
    return PartyRelation(
        type=relation.type,
        src=content.party_key(links.resolve(src, one)),
        dst=content.party_key(links.resolve(dst, two)),
        share=relation.share,
        share_min=relation.share_min,
        share_max=relation.share_max,
        votes=relation.votes,
        role=relation.role,
        attributes=relation.attributes,
        valid=relation.valid,
        source=relation.source,
        by="code" if by_code else "name",
    )


def edge(links: Links, row: r.Row) -> PartyRelation:
    """A relation row with its ends resolved."""
    return resolved(links, decode_edge(row.doc), row.source, row.kh, row.strong, row.party, row.other or 0)


def linked_party(links: Links, base: int, strong: int, place: tuple[int, int, int]) -> str | None:
    """The party of a listing, where an identifier or a human says which; a party of its own is none."""
    if links.plain:
        return content.party_key(base) if strong else None
    if links.linked(place) is not None:
        return content.party_key(links.resolve(base, place))
    party = links.resolve(base, place)
    return content.party_key(party) if strong and party == links.of(base) else None


def version(links: Links, row: r.Row, known: int) -> ListingVersion:
    """A listing row as read at a generation."""
    return ListingVersion(
        from_gen=row.from_gen,
        to_gen=row.to_gen if row.to_gen is not None and row.to_gen <= known else None,
        listing=r.decode_listing(row.doc),
        content_hash=row.hash.hex(),
        party=linked_party(links, row.party, row.strong, (row.source, row.kh, 0)),
    )


def same_as(links: Links, party: int, parts: Iterable[Part]) -> list[SameAs]:
    """The links of a party's mentions: by identifier (`E1`), by a human, or the only one (`own`)."""
    found = []
    for part in sorted(parts, key=lambda one: (one.kind, one.id, one.role)):
        human = links.linked(part.place)
        tier, by = ("E1", "identifier") if part.coded else ("own", "record")
        if human is not None:
            tier, by = human.tier, human.decided_by
        found.append(
            SameAs(mention=part.mention(links), party=content.party_key(party), tier=tier, decided_by=by)
        )
    return found
