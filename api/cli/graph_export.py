"""`liancheng graph export`: the graph, or what is around a party, as GraphML, GEXF, JSON, CSV, BODS or OCDS."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import click

from api import bootstrap
from api.cli.common import CommandGroup, Run, command, instant, option
from api.cli.match_files import replaced
from api.errors import REJECTED, USAGE, CommandError, mask_identity
from api.masking import mask_name
from graph.dates import china_day
from graph.export import FORMATS, LIMIT
from graph.model import Party
from graph.relations import RelationType

if TYPE_CHECKING:
    from api.unopened import Unopened
    from graph.export import Export
    from graph.store import GraphReader

T = TypeVar("T")
SUFFIXES = {".graphml": "graphml", ".gexf": "gexf", ".json": "json", "": "csv"}
TYPES = click.Choice([kind.value for kind in RelationType], case_sensitive=False)
PUBLISHER = "liancheng"
OCDS = "ocds"
"""Made of the rooms beside the graph: no format of its own."""


@command("graph export")
@click.argument("party", metavar="[PARTY]", required=False)
@option("--format", "kind", type=click.Choice((*FORMATS, OCDS)), help="opt.graph.format")
@option("-o", "--output", type=click.Path(path_type=Path), help="opt.graph.output")
@option("--hops", type=click.IntRange(1, 16), default=2, show_default=True, help="opt.graph.around_hops")
@option("--type", "types", type=TYPES, multiple=True, metavar="TYPE", help="opt.graph.type")
@option("--as-of", type=instant(), metavar="T", help="opt.graph.as_of")
@option("--any-time", is_flag=True, help="opt.graph.any_time")
@option("--known-at", type=instant(), metavar="T", help="opt.known_at")
@option("--limit", type=click.IntRange(1), default=LIMIT, show_default=True, help="opt.graph.export_limit")
@option("--publisher", default=PUBLISHER, show_default=True, help="opt.graph.publisher")
def graph_export(
    run: Run,
    party: str | None,
    kind: str | None,
    hops: int,
    types: tuple[str, ...],
    as_of: datetime | None,
    any_time: bool,
    known_at: datetime | None,
    limit: int,
    publisher: str,
) -> int:
    """Write the graph to a file that other programs read."""
    from graph.export import around, whole

    format = chosen(run, kind)
    at = as_of or bootstrap.now()
    when = None if any_time else at
    wanted = [RelationType(one.upper()) for one in types] or [
        t for t in RelationType if t is not RelationType.KIN_OF
    ]
    with bootstrap.opened_store(run.settings) as store:
        if party is None:
            found = whole(store, at=at, as_of=when, known_at=known_at, types=wanted)
        else:
            one = one_party(store, party, run, store.generation(known_at) if known_at else None)
            found = around(
                store, one.key, hops=hops, at=at, as_of=when, known_at=known_at, types=wanted, limit=limit
            )
        write(run, found, format, at, publisher)
    if not types and format not in (OCDS, "bods"):
        run.note("graph.export.kin")
    if run.output is not None:
        run.note("out.written", path=run.output)
    if found.head.cut:
        run.note("graph.export.cut", count=limit)
    return REJECTED if found.head.cut else 0


def chosen(run: Run, kind: str | None) -> str:
    """The format: as asked, else by the suffix of the output (none: a folder of CSV files), else JSON.

    Raises:
        CommandError: `graph.export.folder`, `usage.suffix` (status 2).
    """
    if kind == "csv" and run.output is None:
        raise CommandError("graph.export.folder", status=USAGE)
    if kind is not None or run.output is None:
        return kind or "json"
    found = SUFFIXES.get(run.output.suffix.lower())
    if found is None:
        raise CommandError(
            "usage.suffix", status=USAGE, suffix=run.output.suffix, allowed=", ".join((*FORMATS, OCDS))
        )
    return found


def one_party(store: GraphReader, asked: str, run: Run, known: int | None) -> Party:
    """The party that somebody means: its key, a code, `type:value` of a thing, or a whole name.

    Raises:
        CommandError: `graph.nobody`, or `graph.several` with the first of them (status 2).
    """
    scheme, _, value = asked.partition(":")
    own = store.get(asked, known=known) or (store.find(scheme, value, known=known) if value else None)
    if own is not None:
        return own
    hits = [hit.party for hit in store.search(asked, limit=20, known=known) if hit.how in ("code", "exact")]
    found = list({party.key: party for party in hits}.values())
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError("graph.nobody", status=USAGE, asked=mask_identity(asked))
    those = run.say("graph.and").join(
        f"{mask_name(p, p.names[0].text if p.names else p.key)} ({p.key})" for p in found[:5]
    )
    raise CommandError(
        "graph.several", status=USAGE, asked=mask_identity(asked), count=len(found), those=those
    )


def write(run: Run, found: Export, format: str, at: datetime, publisher: str) -> None:
    """Write to the output in one step, or to stdout, and say what was written and what has no place in the format."""
    from api.unopened import Unopened
    from graph.export import gexf, graphml, nodelink, tables
    from graph.export.bods import write as write_bods
    from graph.export.model import Export as Watched

    counts = [0, 0]
    unopened = Unopened(found, bootstrap.now())
    if format != OCDS:  # which seals by itself
        found = unopened.export()
    watched = Watched(
        found.head, lambda: counted(found.nodes(), counts, 0), lambda: counted(found.edges(), counts, 1)
    )
    if format == "csv" and run.output is not None:
        run.output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=run.output, prefix=".part-") as part:
            tables.write(watched, Path(part))
            for name in (tables.NODES, tables.EDGES, tables.HEAD):
                os.replace(Path(part) / name, run.output / name)
        run.note("graph.export.done", nodes=counts[0], edges=counts[1])
        tell_unopened(run, unopened)
        return
    with ExitStack() as stack:
        out: BinaryIO = sys.stdout.buffer
        if run.output is not None:
            out = stack.enter_context(replaced(run.output, run.output.with_name(run.output.name + ".part")))
        else:
            sys.stdout.flush()
        if format == OCDS:
            from api.ocds import write_ocds

            tenders, sealed = write_ocds(watched, out, published=at, publisher=publisher)
            run.note("graph.export.ocds", count=tenders, nodes=counts[0], edges=counts[1])
            if sealed:
                run.note("graph.export.sealed", count=sealed)
        elif format == "bods":
            parties, holdings = write_bods(watched, out, on=china_day(at), publisher=publisher)
            run.note(
                "graph.export.bods", parties=parties, holdings=holdings, nodes=counts[0], edges=counts[1]
            )
        else:
            {"graphml": graphml.write, "gexf": gexf.write, "json": nodelink.write}[format](watched, out)
            run.note("graph.export.done", nodes=counts[0], edges=counts[1])
        out.flush()
    tell_unopened(run, unopened)


def tell_unopened(run: Run, unopened: Unopened) -> None:
    """Say that relations stay in until their tenders are opened."""
    if unopened.left_out:
        run.note("graph.export.unopened", tenders=unopened.tenders, count=unopened.left_out)


def counted(items: Iterator[T], counts: list[int], which: int) -> Iterator[T]:
    """The items, counted anew each time that they are walked."""
    counts[which] = 0
    for item in items:
        counts[which] += 1
        yield item


def add_export(group: CommandGroup) -> None:
    """Put the command into the group `liancheng graph`."""
    group.add_command(graph_export, "export")
