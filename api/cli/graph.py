"""`liancheng graph`: how two parties are connected, and who is around one, read from the published relations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from api import bootstrap
from api.cli.common import CommandGroup, Run, command, instant, option
from api.cli.graph_export import add_export
from api.cli.responsible import add_responsible
from api.errors import USAGE, CommandError, mask_identity
from api.masking import mask_name
from api.output import Column, Table
from graph.dates import iso
from graph.model import Party, PartyType
from graph.relations import PartyRelation, RelationType

if TYPE_CHECKING:
    from graph.generation import Generation
    from graph.projection import Walk
    from graph.projection.model import Cut
    from matching.explore.view import View

graph = CommandGroup("graph")
"""Its commands; what goes out as files is `graph export`."""

TYPES = click.Choice([kind.value for kind in RelationType], case_sensitive=False)
_SHOWN = 30
_CANDIDATES = 5


@contextmanager
def opened(run: Run) -> Iterator[Generation]:
    """The current generation with its projection, compiled if need be."""
    run.compile_ahead()
    generation = bootstrap.open_current_generation(run.settings)
    try:
        yield generation
    finally:
        generation.close()


def seen(generation: Generation, run: Run) -> View:
    """What may be looked at now: nobody learns who bids in a tender before it is opened (招标投标法 22)."""
    from matching.explore.view import Views

    view = Views().of(generation, bootstrap.now())
    if view.closed:
        run.note("graph.sealed", count=view.closed)
    return view


def one_party(generation: Generation, asked: str, run: Run, view: View | None = None) -> int:
    """The party that somebody means; whoever is known from sealed bids only is nobody.

    Raises:
        CommandError: `graph.nobody`, or `graph.several` with the first of them (status 2).
    """
    from graph.paths import find, name_of

    found = find(generation, asked)
    if view is not None and view.closed:
        found = tuple(one for one in found if one not in view.hidden(restricted=True))
    if len(found) == 1:
        return found[0]
    shown = mask_identity(asked)
    if not found:
        raise CommandError("graph.nobody", status=USAGE, asked=shown)
    parties = [generation.party(one) for one in found[:_CANDIDATES]]
    those = run.say("graph.and").join(f"{mask_name(one, name_of(one))} ({one.key})" for one in parties)
    raise CommandError("graph.several", status=USAGE, asked=shown, count=len(found), those=those)


def walk(
    run: Run, generation: Generation, types: tuple[str, ...], as_of: datetime | None, any_time: bool,
    known_at: datetime | None, hub: int | None,
) -> Walk:  # fmt: skip
    """What is followed: by default every relation that holds now but kinship, which is for those who ask for it."""
    from graph.projection import Walk
    from graph.projection.model import HUB, HUB_OF_THING

    asked = [RelationType(one.upper()) for one in types]
    kinds = frozenset(asked or (kind for kind in RelationType if kind is not RelationType.KIN_OF))
    if not asked:
        run.note("graph.kin")
    return Walk(
        out=kinds,
        into=kinds,
        as_of=None if any_time else as_of or bootstrap.now(),
        known=None if known_at is None else generation.known(known_at),
        hub=HUB if hub is None else hub,
        hub_of_thing=HUB_OF_THING if hub is None else min(hub, HUB_OF_THING),
    )


def node(party: Party) -> dict[str, Any]:
    """A party as an answer shows it; a person's numbers stay inside."""
    from graph.paths import name_of

    code = next((one.value for one in party.ids if one.state == "valid"), "")
    return {
        "key": party.key,
        "type": party.type.value,
        "name": mask_name(party, name_of(party)),
        "code": "" if party.type is PartyType.PERSON else mask_name(party, code),
    }


def edge(number: int, relation: PartyRelation, run: Run) -> dict[str, Any]:
    """A relation as an answer shows it, dated and sourced."""
    from graph.paths import share_text

    source = relation.source
    return {
        "edge": number,
        "type": relation.type.value,
        "words": run.say(f"relation.{relation.type.value}"),
        "src": relation.src,
        "dst": relation.dst,
        "share": share_text(relation),
        "votes": None if relation.votes is None else f"{relation.votes:f}",
        "role": relation.role,
        "attributes": relation.attributes,
        "from": None if relation.valid.start is None else iso(relation.valid.start),
        "until": None if relation.valid.end is None else iso(relation.valid.end),
        "by": relation.by,
        "source": {"dataset": source.dataset, "file": source.file, "row": source.row, "url": source.url},
    }


def left_out(cut: Cut) -> dict[str, Any]:
    """What a walk did not look at."""
    return {"hubs": cut.hubs, "spent": cut.spent}


def tell_cut(run: Run, cut: Cut) -> None:
    """Say on stderr what was left out: "none" then means none in what was looked at."""
    if cut.hubs:
        run.note("graph.cut.hubs", count=cut.hubs)
    if cut.spent:
        run.note("graph.cut.spent")


def columns(run: Run, *keys: str) -> tuple[Column, ...]:
    """Headings of a table."""
    wide = {"name": 36, "from_name": 30, "to_name": 30, "source": 30}
    return tuple(Column(key, run.say(f"graph.col.{key}"), wide.get(key, 0)) for key in keys)


def interval(told: dict[str, Any]) -> str:
    """When a relation holds, by days."""
    start, end = (told[key][:10] if told[key] else "" for key in ("from", "until"))
    return f"{start} … {end}" if start or end else ""


def origin(told: dict[str, Any]) -> str:
    """Where a relation comes from: data set, file and row."""
    source = told["source"]
    parts = [source["dataset"], source["file"], f"#{source['row']}" if source["row"] else ""]
    return " ".join(part for part in parts if part)


@command("graph path", formats=("table", "json", "jsonl", "csv", "xlsx"))
@click.argument("source", metavar="A")
@click.argument("target", metavar="B")
@option("--type", "types", type=TYPES, multiple=True, metavar="TYPE", help="opt.graph.type")
@option("--hops", type=click.IntRange(1, 64), default=8, show_default=True, help="opt.graph.hops")
@option("--as-of", type=instant(), metavar="T", help="opt.graph.as_of")
@option("--any-time", is_flag=True, help="opt.graph.any_time")
@option("--known-at", type=instant(), metavar="T", help="opt.known_at")
@option("--hub", type=click.IntRange(1), metavar="N", help="opt.graph.hub")
def graph_path(
    run: Run, source: str, target: str, types: tuple[str, ...], hops: int, as_of: datetime | None, any_time: bool,
    known_at: datetime | None, hub: int | None,
) -> int:  # fmt: skip
    """Show the shortest connection of two parties."""
    from graph.paths import tell

    with opened(run) as generation:
        view = seen(generation, run)
        first, last = (one_party(generation, asked, run, view) for asked in (source, target))
        terms = walk(run, generation, types, as_of, any_time, known_at, hub)
        found = view.projection(restricted=True).shortest_path(first, last, terms, hops=hops)
        ends = {"from": node(generation.party(first)), "to": node(generation.party(last))}
        path = None if found.route is None else tell(generation, found.route)
        nodes = [] if path is None else [node(party) for party in path.nodes]
        edges = (
            []
            if path is None or found.route is None
            else [
                {**edge(number, relation, run), "out": out}
                for number, relation, out in zip(found.route.edges, path.relations, path.out, strict=True)
            ]
        )
    rows = [
        {
            "step": place + 1,
            "from_name": nodes[place]["name"],
            "relation": f"—{one['words']}→" if one["out"] else f"←{one['words']}—",
            "to_name": nodes[place + 1]["name"],
            "share": one["share"],
            "role": one["role"],
            "valid": interval(one),
            "by": one["by"],
            "source": origin(one),
        }
        for place, one in enumerate(edges)
    ]
    document = {
        "generation": generation.ref, **ends, "found": path is not None, "hops": len(edges), "nodes": nodes,
        "edges": edges, "cut": left_out(found.cut),
    }  # fmt: skip
    shown = columns(run, "step", "from_name", "relation", "to_name", "share", "role", "valid", "by", "source")
    run.emit(Table(columns=shown, rows=rows, document=document))
    if path is None:
        run.note("graph.no_path", hops=hops)
    tell_cut(run, found.cut)
    return 0


@command("graph around", formats=("table", "json", "jsonl", "csv", "xlsx"))
@click.argument("party", metavar="A")
@option("--type", "types", type=TYPES, multiple=True, metavar="TYPE", help="opt.graph.type")
@option("--limit", type=click.IntRange(1, 100_000), default=_SHOWN, show_default=True, help="opt.graph.limit")
@option("--as-of", type=instant(), metavar="T", help="opt.graph.as_of")
@option("--any-time", is_flag=True, help="opt.graph.any_time")
@option("--known-at", type=instant(), metavar="T", help="opt.known_at")
def graph_around(
    run: Run, party: str, types: tuple[str, ...], limit: int, as_of: datetime | None, any_time: bool,
    known_at: datetime | None,
) -> int:  # fmt: skip
    """Show who is connected with a party, by relation, with counts."""
    with opened(run) as generation:
        view = seen(generation, run)
        centre = one_party(generation, party, run, view)
        terms = walk(run, generation, types, as_of, any_time, known_at, None)
        told = view.projection(restricted=True).neighbours(centre, terms, limit=limit)
        groups: list[dict[str, Any]] = [
            {
                "type": tally.type.value,
                "words": run.say(f"relation.{tally.type.value}"),
                "out": tally.out,
                "shown": len(tally.edges),
                "total": tally.total,
                "relations": [
                    {
                        **edge(one.edge, generation.relation(one.edge), run),
                        "other": node(generation.party(one.peer)),
                    }
                    for one in tally.edges
                ],
            }
            for tally in told.tallies
        ]
        shared = _shared(generation, centre)
        me = node(generation.party(centre))
    rows = [
        {
            "type": group["type"],
            "relation": f"—{group['words']}→" if group["out"] else f"←{group['words']}—",
            "name": one["other"]["name"],
            "code": one["other"]["code"] or one["other"]["key"],
            "share": one["share"],
            "role": one["role"],
            "valid": interval(one),
            "by": one["by"],
            "source": origin(one),
            "count": group["total"],
        }
        for group in groups
        for one in group["relations"]
    ]
    document = {
        "generation": generation.ref, "party": me, "shown": told.shown, "total": told.total,
        "relations": groups, "shared": shared, "cut": left_out(told.cut),
    }  # fmt: skip
    shown = columns(
        run, "type", "relation", "name", "code", "share", "role", "valid", "by", "source", "count"
    )
    run.emit(Table(columns=shown, rows=rows, document=document))
    run.note("graph.shown", name=me["name"], shown=told.shown, total=told.total)
    for one in shared:
        run.note(
            "graph.shared", kind=run.say(f"contact.{one['kind']}"), value=one["value"], count=one["total"]
        )
    tell_cut(run, told.cut)
    return 0


def _shared(generation: Generation, centre: int) -> list[dict[str, Any]]:
    """Who has the same address, telephone, e-mail or domain in the register."""
    from graph.projection import ContactKind

    return [
        {
            "kind": kind.value,
            "value": one.value,
            "total": one.total,
            "parties": [node(generation.party(other)) for other in one.ordinals],
        }
        for kind in ContactKind
        for one in generation.projection.sharing(kind, centre)
    ]


graph.add_command(graph_path, "path")
graph.add_command(graph_around, "around")
add_export(graph)
add_responsible(graph)
