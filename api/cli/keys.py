"""`liancheng keys`: the API keys of tender platforms: make, list, rotate, revoke. A key is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from api import bootstrap
from api import keys as book
from api.cli.common import CommandGroup, Run, command, option
from api.errors import USAGE, CommandError
from api.output import Column, Table
from api.principals import Scope
from graph.dates import iso, parse_instant

COLUMNS = (
    ("prefix", 0), ("name", 24), ("scopes", 40), ("state", 0), ("created_at", 0), ("expires_at", 0),
    ("last_used_at", 0), ("successor", 0),
)  # fmt: skip
DEFAULT_SCOPES = (Scope.DECIDE.value, Scope.READ.value)
ACTOR = "cli"

keys = CommandGroup("keys")


def row(view: book.KeyView) -> dict[str, Any]:
    """A key as the answer shows it."""
    return {
        "prefix": view.prefix,
        "name": view.name,
        "scopes": " ".join(view.scopes),
        "state": view.state,
        "created_at": iso(view.created_at),
        "expires_at": "" if view.expires_at is None else iso(view.expires_at),
        "last_used_at": "" if view.last_used_at is None else iso(view.last_used_at),
        "successor": view.successor,
    }


def emit(run: Run, rows: list[dict[str, Any]], columns: tuple[tuple[str, int], ...] = COLUMNS) -> None:
    """Write keys as a table or as data."""
    shown = tuple(Column(key, run.say(f"keys.col.{key}"), wide) for key, wide in columns)
    run.emit(Table(columns=shown, rows=rows, document={"keys": rows}))


@command("keys create", formats=("table", "json"))
@click.argument("name")
@option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=DEFAULT_SCOPES,
    show_default=True,
    help="opt.scope",
)
@option("--expires", metavar="T", help="opt.expires")
def create(run: Run, name: str, scopes: tuple[str, ...], expires: str | None) -> int:
    """Make a key and show it, once."""
    try:
        end = None if expires is None else parse_instant(expires)
    except ValueError:
        raise CommandError("usage.value", status=USAGE, name="--expires") from None
    with bootstrap.opened_ledger(run.settings, create=True) as ledger:
        try:
            key, view = book.make(
                ledger,
                tenant=run.settings.tenant,
                name=name,
                scopes=map(Scope, scopes),
                actor=ACTOR,
                at=bootstrap.now(),
                expires_at=end,
            )
        except book.ApiKeyError as error:
            raise CommandError(error.code, status=USAGE, **error.params) from None
    _show(run, key, view)
    return 0


@command("keys list", formats=("table", "json", "jsonl", "csv", "xlsx"))
def list_keys(run: Run) -> int:
    """List the keys of the tenant."""
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        emit(run, [row(view) for view in book.listed(ledger, tenant=run.settings.tenant)])
    return 0


@command("keys revoke", formats=("table", "json"))
@click.argument("prefix")
def revoke(run: Run, prefix: str) -> int:
    """End a key at once."""
    with bootstrap.opened_ledger(run.settings, create=False) as ledger:
        try:
            view = book.revoke(
                ledger, prefix, tenant=run.settings.tenant, actor=ACTOR, at=bootstrap.now()
            )
        except book.ApiKeyError as error:
            raise CommandError(error.code, status=USAGE, **error.params) from None
    emit(run, [row(view)])
    return 0


@command("keys rotate", formats=("table", "json"))
@click.argument("prefix")
@option("--grace", type=click.IntRange(0, 24 * 90), default=24, show_default=True, help="opt.grace")
def rotate(run: Run, prefix: str, grace: int) -> int:
    """Make a successor; the old key goes on for some hours."""
    with bootstrap.opened_ledger(run.settings, create=False) as ledger:
        try:
            key, view = book.rotate(
                ledger,
                prefix,
                tenant=run.settings.tenant,
                actor=ACTOR,
                at=bootstrap.now(),
                grace=timedelta(hours=grace),
            )
        except book.ApiKeyError as error:
            raise CommandError(error.code, status=USAGE, **error.params) from None
    _show(run, key, view)
    return 0


def _show(run: Run, key: str, view: book.KeyView) -> None:
    emit(run, [{"key": key, **row(view)}], (("key", 0), *COLUMNS))
    run.note("keys.once")


keys.add_command(create, "create")
keys.add_command(list_keys, "list")
keys.add_command(rotate, "rotate")
keys.add_command(revoke, "revoke")
