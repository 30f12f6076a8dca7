"""`liancheng graph responsible`: who was responsible for a project on a day, phase by phase."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from api import bootstrap
from api.cli.common import CommandGroup, Run, command, instant, option
from api.errors import USAGE, CommandError, mask_identity
from api.output import Column, Table
from api.restricted import checked_purpose, record_access
from graph.dates import iso
from graph.messages import catalogue, say

if TYPE_CHECKING:
    from graph.generation import Generation
    from graph.model import Party
    from matching.responsibility import Responsible

COLUMNS = ("phase_name", "name", "posts", "from", "until", "by", "source")


def one_project(generation: Generation, asked: str) -> Party:
    """The project that somebody means, by its number or key, or a tender’s or contract’s number.

    Raises:
        CommandError: `responsible.none`, `responsible.several` (status 2).
    """
    from matching.responsibility import find_project

    found = find_project(generation, asked)
    if not found:
        raise CommandError("responsible.none", status=USAGE, project=mask_identity(asked))
    if len(found) > 1:
        raise CommandError(
            "responsible.several", status=USAGE, project=mask_identity(asked), count=len(found)
        )
    return found[0]


def phase_name(phase: str, run: Run) -> str:
    """A phase in words, or as the record calls it."""
    code = f"rule.official.phase_{phase or 'unknown'}"
    return say("matching", code, run.lang) if code in catalogue("matching") else phase


def told(one: Responsible, run: Run, *, restricted: bool) -> dict[str, Any]:
    """One person as the answer shows it: name and offices only where restricted content is asked."""
    valid, source = one.relation.valid, one.relation.source
    return {
        "phase": one.phase,
        "phase_name": phase_name(one.phase, run),
        "name": one.name if restricted else run.say("responsible.hidden"),
        "posts": list(one.posts) if restricted else [],
        "from": None if valid.start is None else iso(valid.start),
        "until": None if valid.end is None else iso(valid.end),
        "by": one.relation.by,
        "source": " ".join(
            part for part in (source.dataset, source.file, f"#{source.row}" if source.row else "") if part
        ),
    }


@command("graph responsible", formats=("table", "json", "jsonl", "csv", "xlsx"))
@click.argument("project", metavar="PROJECT")
@option("--on", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="opt.responsible.on")
@option("--known-at", type=instant(), metavar="T", help="opt.known_at")
@option("--restricted", is_flag=True, help="opt.restricted")
@option("--purpose", default="", metavar="TEXT", help="opt.purpose")
def responsible(
    run: Run, project: str, on: datetime, known_at: datetime | None, restricted: bool, purpose: str
) -> int:
    """Trace who was responsible for a project on a day."""
    from matching.responsibility import traceback

    purpose = checked_purpose(restricted, purpose)
    day: date = on.date()
    generation = bootstrap.open_current_generation(run.settings)
    try:
        party = one_project(generation, project)
        known = None if known_at is None else generation.known(known_at)
        found = traceback(generation, party, on=day, known=known)
        number = next((one.value for one in party.ids), "")
        name = party.names[0].text if party.names else number
        ref = generation.ref
    finally:
        generation.close()
    if restricted:
        with bootstrap.opened_ledger(run.settings) as ledger:
            record_access(
                ledger,
                subject=f"project:{number or party.key}",
                purpose=purpose,
                tenant=run.settings.tenant,
                actor="cli",
                at=bootstrap.now(),
            )
    rows = [told(one, run, restricted=restricted) for one in found]
    document = {
        "generation": ref,
        "project": {"key": party.key, "number": number, "name": name},
        "on": day.isoformat(),
        "restricted": restricted,
        "responsible": rows,
    }
    columns = tuple(Column(key, run.say(f"responsible.col.{key}")) for key in COLUMNS)
    run.emit(Table(columns=columns, rows=rows, document=document))
    if not rows:
        run.note("responsible.nobody", name=name, day=day.isoformat())
    elif not restricted:
        run.note("responsible.restricted", count=len(rows))
    return 0


def add_responsible(group: CommandGroup) -> None:
    """Put the command into the group `liancheng graph`."""
    group.add_command(responsible, "responsible")
