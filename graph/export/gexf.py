"""GEXF 1.2, as Gephi and networkx read it; written and read piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from graph.export.model import (
    EDGE_FIELDS,
    NODE_FIELDS,
    Edge,
    Export,
    Node,
    edge_from,
    flat_edge,
    flat_head,
    flat_node,
    head_from,
    node_from,
)
from graph.export.texts import bared, xml

_SPACE = "http://www.gexf.net/1.2draft"


def write(export: Export, out: BinaryIO) -> None:
    """Write a graph as GEXF in UTF-8."""
    for part in _parts(export):
        out.write(part.encode())


def _parts(export: Export) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="{_SPACE}" version="1.2">\n'
    said = ";".join(f"{name}={text}" for name, text in flat_head(export.head).items())
    yield f"<meta><creator>liancheng</creator><description>{xml(said)}</description></meta>\n"
    yield '<graph defaultedgetype="directed" mode="static">\n'
    for kind, fields in (("node", NODE_FIELDS), ("edge", EDGE_FIELDS)):
        listed = "".join(
            f'<attribute id="{p}" title="{name}" type="string"/>' for p, name in enumerate(fields)
        )
        yield f'<attributes class="{kind}" mode="static">{listed}</attributes>\n'
    yield "<nodes>\n"
    for node in export.nodes():
        values = _values(NODE_FIELDS, flat_node(node))
        yield f'<node id="{xml(node.key)}" label="{xml(node.name or node.key)}">{values}</node>\n'
    yield "</nodes>\n<edges>\n"
    for edge in export.edges():
        ends = f'id="{xml(edge.key)}" source="{xml(edge.src)}" target="{xml(edge.dst)}"'
        yield f"<edge {ends}>{_values(EDGE_FIELDS, flat_edge(edge))}</edge>\n"
    yield "</edges>\n</graph>\n</gexf>\n"


def _values(fields: Iterable[str], said: dict[str, str]) -> str:
    listed = (
        f'<attvalue for="{p}" value="{xml(said[name])}"/>' for p, name in enumerate(fields) if name in said
    )
    return f"<attvalues>{''.join(listed)}</attvalues>"


def read(path: Path) -> Export:
    """Read back what `write` wrote.

    Raises:
        ValueError: another GEXF file.
    """

    def nodes() -> Iterator[Node]:
        for element in _elements(path, "node"):
            yield node_from(bared(element.attrib["id"]), _said(element, NODE_FIELDS))

    def edges() -> Iterator[Edge]:
        for element in _elements(path, "edge"):
            key, src, dst = (bared(element.attrib[name]) for name in ("id", "source", "target"))
            yield edge_from(key, src, dst, _said(element, EDGE_FIELDS))

    described = next((bared(element.text or "") for element in _elements(path, "description")), "")
    said = (pair.partition("=") for pair in described.split(";"))
    return Export(head_from({name: text for name, _, text in said}), nodes, edges)


def _elements(path: Path, name: str) -> Iterator[Element]:
    with path.open("rb") as file:
        for _, element in iterparse(file):
            if element.tag == f"{{{_SPACE}}}{name}":
                yield element
            if element.tag in (f"{{{_SPACE}}}node", f"{{{_SPACE}}}edge"):
                element.clear()


def _said(element: Element, fields: tuple[str, ...]) -> dict[str, str]:
    values = element.iter(f"{{{_SPACE}}}attvalue")
    return {fields[int(value.attrib["for"])]: bared(value.attrib["value"]) for value in values}
