"""What readers get: stored rows turned into relations, listings and parties' keys."""

from __future__ import annotations

from graph.relations import PartyRelation
from graph.store import ListingVersion
from graph.stores import content
from graph.stores import rows as r
from graph.stores.links import Links


def edge(links: Links, row: r.Row) -> PartyRelation:
    """A relation row with its ends resolved."""
    relation = r.decode_relation(row.doc)
    src, dst = (row.source, row.kh, 0), (row.source, row.kh, 1)
    by_code = (row.strong & 1 or links.linked(src)) and (row.strong & 2 or links.linked(dst))
    return PartyRelation(
        type=relation.type,
        src=content.party_key(links.resolve(row.party, src)),
        dst=content.party_key(links.resolve(row.other or 0, dst)),
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
