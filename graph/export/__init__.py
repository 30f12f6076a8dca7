"""What leaves the graph: GraphML, GEXF, node-link JSON, CSV, and ownership as BODS 0.4 (SPEC 6.3).

`whole` and `around` collect from a store, `write` writes a format, `read` reads it back unchanged (BODS comes back in
through the loaders). Numbers of persons, phones and accounts are masked before anything is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from graph.export import gexf, graphml, nodelink, tables
from graph.export.collect import LIMIT, around, whole
from graph.export.model import Edge, Export, Head, Node

FORMATS: Final = ("graphml", "gexf", "json", "csv", "bods")


def read(path: Path) -> Export:
    """Read an export back: `.graphml`, `.gexf`, `.json`, or a folder of CSV files.

    Raises:
        ValueError: not one of these, or not an export of ours.
        OSError: the file can't be read.
    """
    if path.is_dir():
        return tables.read(path)
    reader = {".graphml": graphml.read, ".gexf": gexf.read, ".json": nodelink.read}.get(path.suffix)
    if reader is None:
        raise ValueError(f"no format for {path.suffix}")
    return reader(path)


__all__ = ["FORMATS", "LIMIT", "Edge", "Export", "Head", "Node", "around", "read", "whole"]
