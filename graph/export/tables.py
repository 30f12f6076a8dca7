"""Two CSV files, `nodes.csv` and `edges.csv`, as Neo4j's import and spreadsheets read them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

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
from graph.export.texts import cell, uncell

NODES, EDGES, HEAD = "nodes.csv", "edges.csv", "graph.csv"
_LIMIT = 10_000_000


def write(export: Export, folder: Path) -> None:
    """Write `nodes.csv`, `edges.csv` and `graph.csv` (what the export is of) into a folder, with a mark of UTF-8."""
    with (folder / NODES).open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", *NODE_FIELDS))
        for node in export.nodes():
            said = flat_node(node)
            rows.writerow([cell(node.key), *(cell(said.get(name, "")) for name in NODE_FIELDS)])
    with (folder / EDGES).open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "source", "target", *EDGE_FIELDS))
        for edge in export.edges():
            said = flat_edge(edge)
            ends = (cell(edge.key), cell(edge.src), cell(edge.dst))
            rows.writerow([*ends, *(cell(said.get(name, "")) for name in EDGE_FIELDS)])
    with (folder / HEAD).open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("field", "value"))
        rows.writerows((name, cell(text)) for name, text in flat_head(export.head).items())


def read(folder: Path) -> Export:
    """Read back what `write` wrote.

    Raises:
        ValueError: other files.
    """

    def nodes() -> Iterator[Node]:
        for said in _rows(folder / NODES):
            yield node_from(said.pop("id"), said)

    def edges() -> Iterator[Edge]:
        for said in _rows(folder / EDGES):
            yield edge_from(said.pop("id"), said.pop("source"), said.pop("target"), said)

    return Export(head_from({said["field"]: said["value"] for said in _rows(folder / HEAD)}), nodes, edges)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    before = csv.field_size_limit(_LIMIT)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                yield {name: uncell(text or "") for name, text in row.items()}
    finally:
        csv.field_size_limit(before)
