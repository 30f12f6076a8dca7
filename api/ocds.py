"""An export as OCDS: the tenders among what leaves the graph, put together and written as a record package."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from graph.export import Export
from graph.export.model import Edge
from graph.model import Party, PartyType
from graph.relations import PartyRelation
from graph.tenders import processes
from loaders.ocds.write import package

URI = "urn:liancheng:export"


def write_ocds(found: Export, out: BinaryIO, *, published: datetime, publisher: str) -> None:
    """Write the tenders of an export. What the export masks stays masked; telephones are left out for it.

    Bids of tenders that are not opened yet are sealed and stay in (招标投标法 22).

    Args:
        found: parties and relations as they may leave; the parties are held in memory.
        out: where to.
        published: when.
        publisher: who publishes it.
    """
    parties = {
        node.key: Party(key=node.key, type=node.type, names=node.names, ids=node.ids)
        for node in found.nodes()
        if node.type is not PartyType.PHONE
    }
    edges = (_relation(edge) for edge in found.edges())
    for part in package(
        processes(edges, parties.get, now=published), uri=URI, publisher=publisher, published=published
    ):
        out.write(part)


def _relation(edge: Edge) -> PartyRelation:
    return PartyRelation(
        type=edge.type,
        src=edge.src,
        dst=edge.dst,
        role=edge.role,
        attributes=edge.attributes,
        valid=edge.valid,
        source=edge.origin,
        by=edge.by,
    )
