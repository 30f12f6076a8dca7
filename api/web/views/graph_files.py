"""What leaves the graph page as a file: the parties that are shown and the relations among them."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec
from fastapi import Response

from api.explore import picture
from api.explore.told import Teller, clean
from api.output import text_cell
from api.routes.exploring import looking
from api.routes.problem import ProblemError
from api.uploads import XLSX
from api.web.door import Visit
from api.web.render import HEADERS
from api.web.views.graph import LONGEST, asked_of, turn
from graph.export import Edge, Export, Head, Node, gexf, graphml, nodelink, tables
from graph.export.model import edge_of, node_of
from graph.export.texts import uncell


class Kind(NamedTuple):
    """A format: its media type, the end of the file's name, and what writes it."""

    media: str
    ending: str
    write: Callable[[Export, BinaryIO], None]


def _zipped(export: Export, out: BinaryIO) -> None:
    """The CSV files of an export in one archive."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        tables.write(export, Path(folder))
        for file in sorted(Path(folder).iterdir()):
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes())


def _workbook(export: Export, out: BinaryIO) -> None:
    """The CSV files of an export as sheets of one workbook, every cell a text that nothing runs."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    with tempfile.TemporaryDirectory() as folder:
        tables.write(export, Path(folder))
        for name in (tables.NODES, tables.EDGES, tables.HEAD):
            sheet = book.create_sheet(name.partition(".")[0])
            sheet.freeze_panes = "A2"
            with (Path(folder) / name).open(encoding="utf-8-sig", newline="") as file:
                for row in csv.reader(file):
                    sheet.append([text_cell(sheet, uncell(text)) for text in row])
    book.save(out)
    book.close()


KINDS: Final = {
    "graphml": Kind("application/graphml+xml", "graphml", graphml.write),
    "gexf": Kind("application/gexf+xml", "gexf", gexf.write),
    "json": Kind("application/json", "json", nodelink.write),
    "csv": Kind("application/zip", "csv.zip", _zipped),
    "xlsx": Kind(XLSX, "xlsx", _workbook),
}


def export(visit: Visit) -> Response:
    """A file of what is shown: GraphML, GEXF, CSV, XLSX or JSON.

    Raises:
        ProblemError: `http.bad_request` (another format, nothing to write, more than a picture holds).
    """
    kind = KINDS.get(visit.asked("format"))
    asked = asked_of(visit)
    if kind is None or not asked.ids:
        raise ProblemError("http.bad_request", detail="format" if kind is None else "ids")
    hidden = frozenset(visit.asked("without", LONGEST).split(","))
    with looking(visit.request, asked.clock) as here:
        out = io.BytesIO()
        with turn():
            made = collected(here.teller, asked.ids, hidden, former=asked.former, same=asked.same)
        kind.write(made, out)
    name = f"liancheng-graph-{here.teller.as_of:%Y%m%d}.{kind.ending}"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), 200, headers, kind.media)


def collected(
    teller: Teller, ids: tuple[str, ...], without: frozenset[str], *, former: bool, same: bool
) -> Export:
    """The parties of a picture and the relations among them, as they may leave the house.

    Args:
        teller: the view and the clocks.
        ids: the parties.
        without: the ids of relations that are not shown.
        former: relations that have ended are in it.
        same: relations of which an end is known by its name only are in it.
    """
    walk = teller.walk(former=former, by_name=same)
    inside, gone = picture.members(teller, ids)
    nodes: list[Node] = []
    for ordinal in inside:
        party = teller.generation.party(ordinal)
        bare = msgspec.structs.replace(party, attributes=teller.attributes(party))
        nodes.append(node_of(bare, teller.party(ordinal).lists))
    edges: list[Edge] = []
    ties = picture.ties(teller, inside, walk, same=False)
    for tie in ties.found:
        if tie.edge is not None and tie.id not in without:
            told = teller.generation.relation(tie.edge)
            bare_edge = msgspec.structs.replace(told, attributes=clean(told.attributes))
            edges.append(msgspec.structs.replace(edge_of(0, bare_edge), key=tie.id))
    head = Head(
        as_of=teller.as_of,
        known_at=teller.known_at,
        generation=teller.generation.number,
        cut=bool(gone) or bool(without - {""}) or ties.cut,
    )
    return Export(head, lambda: iter(nodes), lambda: iter(edges))
