"""GraphML, as Gephi, yEd and networkx read it; written and read piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from graph.export.model import (
    EDGE_FIELDS,
    HEAD_FIELDS,
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

_SPACE = "http://graphml.graphdrawing.org/xmlns"
_KEYS = {"graph": ("g", HEAD_FIELDS), "node": ("n", NODE_FIELDS), "edge": ("e", EDGE_FIELDS)}


def write(export: Export, out: BinaryIO) -> None:
    """Write a graph as GraphML in UTF-8."""
    for part in _parts(export):
        out.write(part.encode())


def _parts(export: Export) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{_SPACE}">\n'
    for kind, (letter, fields) in _KEYS.items():
        for place, name in enumerate(fields):
            yield f'<key id="{letter}{place}" for="{kind}" attr.name="{name}" attr.type="string"/>\n'
    yield '<graph edgedefault="directed">\n' + _data("g", HEAD_FIELDS, flat_head(export.head)) + "\n"
    for node in export.nodes():
        yield f'<node id="{xml(node.key)}">{_data("n", NODE_FIELDS, flat_node(node))}</node>\n'
    for edge in export.edges():
        ends = f'id="{xml(edge.key)}" source="{xml(edge.src)}" target="{xml(edge.dst)}"'
        yield f"<edge {ends}>{_data('e', EDGE_FIELDS, flat_edge(edge))}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _data(letter: str, fields: Iterable[str], said: dict[str, str]) -> str:
    return "".join(
        f'<data key="{letter}{place}">{xml(said[name])}</data>'
        for place, name in enumerate(fields)
        if name in said
    )


def read(path: Path) -> Export:
    """Read back what `write` wrote.

    Raises:
        ValueError: another GraphML file.
    """

    def nodes() -> Iterator[Node]:
        for element in _elements(path, "node"):
            yield node_from(bared(element.attrib["id"]), _said(element, "n", NODE_FIELDS))

    def edges() -> Iterator[Edge]:
        for element in _elements(path, "edge"):
            key, src, dst = (bared(element.attrib[name]) for name in ("id", "source", "target"))
            yield edge_from(key, src, dst, _said(element, "e", EDGE_FIELDS))

    head: dict[str, str] = {}
    for element in _elements(path, "data"):
        place = element.attrib.get("key", "")
        if not place.startswith("g"):
            break
        head[HEAD_FIELDS[int(place[1:])]] = bared(element.text or "")
    return Export(head_from(head), nodes, edges)


def _elements(path: Path, name: str) -> Iterator[Element]:
    with path.open("rb") as file:
        root: Element | None = None
        for event, element in iterparse(file, events=("start", "end")):
            if root is None:
                root = element
            if event == "end" and element.tag == f"{{{_SPACE}}}{name}":
                yield element
            if event == "end" and element.tag in (f"{{{_SPACE}}}node", f"{{{_SPACE}}}edge"):
                element.clear()
                root[-1].clear() if len(root) else None


def _said(element: Element, letter: str, fields: tuple[str, ...]) -> dict[str, str]:
    return {
        fields[int(data.attrib["key"][len(letter) :])]: bared(data.text or "")
        for data in element
        if data.attrib.get("key", "").startswith(letter)
    }
