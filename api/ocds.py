"""An export as OCDS: the tenders among what leaves the graph, put together and written as a record package."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from graph.export import Export
from graph.export.model import Edge
from graph.model import Party, PartyType
from graph.procurement import Process
from graph.relations import PartyRelation
from graph.tenders import processes
from loaders.ocds.write import package

URI = "urn:liancheng:export"


def write_ocds(found: Export, out: BinaryIO, *, published: datetime, publisher: str) -> tuple[int, int]:
    """Write the tenders of an export; says how many, and of how many the bids stay in.

    What the export masks stays masked; telephones are left out for it.
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
    count, sealed = 0, list[str]()

    def each() -> Iterator[Process]:
        nonlocal count
        edges = (_relation(edge) for edge in found.edges())
        for process in processes(edges, parties.get, now=published, sealed=sealed):
            count += 1
            yield process

    for part in package(each(), uri=URI, publisher=publisher, published=published):
        out.write(part)
    return count, len(sealed)


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
