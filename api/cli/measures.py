"""`liancheng measures`: what each list allows, the tickets of a decision, and what has been carried out."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, TypeVar

import click
import msgspec

from api import bootstrap
from api import measures as parts
from api.cli.common import CommandGroup, Run, command, instant, option
from api.errors import MISSING, USAGE, CommandError, mask_identity
from api.output import Column, Table
from graph.dates import china_day
from graph.lists import code_of
from matching.ledger import Viewer, visible
from matching.measures import feedback
from matching.measures.catalogue import Place
from matching.request import ALIASES, ProjectObject, Regime, Stage

E = TypeVar("E", bound=enum.StrEnum)
ROW = (
    ("measure_code", 0), ("title", 24), ("target_list", 0), ("decision", 0), ("where", 40), ("implementer", 0),
    ("basis", 40), ("valid_from", 0),
)  # fmt: skip
TICKET = (
    ("ticket", 0), ("state", 0), ("party", 24), ("measure", 0), ("title", 24), ("list", 0), ("decision", 0),
    ("basis", 40),
)  # fmt: skip
DONE = (
    ("id", 0), ("state", 0), ("party", 24), ("measure", 0), ("list", 0), ("amount", 0), ("implementer", 24),
    ("date", 0),
)  # fmt: skip

measures = CommandGroup("measures")


def _chosen(kind: type[E], given: str, name: str) -> E | None:
    """A value by its code or its Chinese word; None where none was given.

    Raises:
        CommandError: `usage.choice` (status 2).
    """
    if not given:
        return None
    text = given.strip().replace("（", "(").replace("）", ")")
    try:
        return kind(ALIASES[kind].get(text, text))
    except ValueError:
        allowed = ", ".join(one.value for one in kind)
        raise CommandError("usage.choice", status=USAGE, name=name, allowed=allowed) from None


def _columns(run: Run, columns: tuple[tuple[str, int], ...]) -> tuple[Column, ...]:
    return tuple(Column(key, run.say(f"measures.col.{key}"), wide) for key, wide in columns)


def _basis(row: dict[str, Any]) -> str:
    return "; ".join(f"{one['instrument']} {one['article']}".strip() for one in row["legal_basis"])


@command("measures catalogue", formats=("table", "json", "jsonl", "csv", "xlsx"))
@option("--list", "listed", default="", metavar="CODE", help="opt.measures_list")
@option("--regime", default="", help="opt.regime")
@option("--object", "what", default="", help="opt.object")
@option("--stage", default="", help="opt.stage")
@option("--as-of", "as_of", type=instant(), help="opt.as_of")
def show_catalogue(run: Run, listed: str, regime: str, what: str, stage: str, as_of: datetime | None) -> int:
    """Show what lists allow."""
    place = Place(
        regime=_chosen(Regime, regime, "--regime"),
        object=_chosen(ProjectObject, what, "--object"),
        stage=_chosen(Stage, stage, "--stage"),
    )
    found = parts.catalogue_view(
        china_day(as_of or bootstrap.now()), code_of(listed) if listed else None, place
    )
    document = msgspec.to_builtins(found)
    rows = [
        {
            **row,
            "title": row["name"][run.lang],
            "basis": _basis(row),
            "where": "; ".join(f"{key}: {', '.join(values)}" for key, values in row["scenario"].items()),
        }
        for row in document["measures"]
    ]
    run.emit(Table(columns=_columns(run, ROW), rows=rows, document=document))
    return 0


@command("measures tickets", formats=("table", "json", "jsonl", "csv", "xlsx"))
@click.argument("decision_id", metavar="DECISION_ID")
def show_tickets(run: Run, decision_id: str) -> int:
    """Show the tickets of a decision."""
    tenant = run.settings.tenant
    viewer = Viewer(tenant=tenant, roles=frozenset({"platform"}), principal="cli")
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        stored = ledger.decision(decision_id, tenant=tenant)
        if stored is None:
            raise CommandError("explain.none", id=mask_identity(decision_id))
        if stored.decision is None:
            raise CommandError("explain.erased", id=decision_id)
        if not visible(stored, viewer, bootstrap.now()):
            raise CommandError("explain.sealed", id=decision_id, status=MISSING)
        document = msgspec.to_builtins(parts.ticket_list(ledger, stored))
    rows = [{**one, "title": one["name"][run.lang], "basis": _basis(one)} for one in document["tickets"]]
    run.emit(Table(columns=_columns(run, TICKET), rows=rows, document=document))
    return 0


@command("measures list", formats=("table", "json", "jsonl", "csv", "xlsx"))
@option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="opt.limit")
def show_reported(run: Run, limit: int) -> int:
    """Show what has been carried out."""
    tenant, now = run.settings.tenant, bootstrap.now()
    viewer = Viewer(tenant=tenant, roles=frozenset({"platform"}), principal="cli")
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        found = ledger.items.page(feedback.KIND, tenant=tenant, limit=limit)
    shown = [one for one in found if one.body is not None and visible(one, viewer, now)]
    rows = [msgspec.to_builtins(parts.view(one)) for one in shown]
    run.emit(Table(columns=_columns(run, DONE), rows=rows, document={"measures": rows}))
    return 0


measures.add_command(show_catalogue, "catalogue")
measures.add_command(show_tickets, "tickets")
measures.add_command(show_reported, "list")
