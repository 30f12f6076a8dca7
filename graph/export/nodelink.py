"""JSON in the node-link form of networkx: `nodes` with `id`, `edges` with `source`, `target` and `key`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from graph.export.model import Edge, Export, Head, Node

_NODE = {"key": "id"}
_EDGE = {"src": "source", "dst": "target"}


def write(export: Export, out: BinaryIO) -> None:
    """Write a graph as one JSON document, one node or edge a line."""
    encode = msgspec.json.Encoder().encode
    out.write(b'{"directed":true,"multigraph":true,"graph":' + encode(export.head) + b',\n"nodes":[')
    _listed(out, (encode(_renamed(node, _NODE)) for node in export.nodes()))
    out.write(b'],\n"edges":[')
    _listed(out, (encode(_renamed(edge, _EDGE)) for edge in export.edges()))
    out.write(b"]}\n")


def _listed(out: BinaryIO, items: Iterator[bytes]) -> None:
    for place, item in enumerate(items):
        out.write((b",\n" if place else b"\n") + item)


def _renamed(doc: Node | Edge, names: dict[str, str]) -> dict[str, Any]:
    said = msgspec.to_builtins(doc)
    return {names.get(name, name): value for name, value in said.items()}


def read(path: Path) -> Export:
    """Read back what `write` wrote; the whole document is held in memory.

    Raises:
        ValueError: another JSON file.
    """
    document = msgspec.json.decode(path.read_bytes())
    if not isinstance(document, dict) or not {"nodes", "edges", "graph"} <= set(document):
        raise ValueError("not a node-link document")
    nodes = [msgspec.convert(_back(item, _NODE), Node) for item in document["nodes"]]
    edges = [msgspec.convert(_back(item, _EDGE), Edge) for item in document["edges"]]
    return Export(msgspec.convert(document["graph"], Head), lambda: iter(nodes), lambda: iter(edges))


def _back(said: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    known = {shown: name for name, shown in names.items()}
    return {known.get(name, name): value for name, value in said.items()}
