"""`liancheng users`: the people who sign in: add, list, disable, enable, erase, new password, roles.

A password comes from a prompt or from standard input, never from an argument, which other processes could read; without
either a random one is made and shown once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from api import bootstrap
from api.cli.common import CommandGroup, Run, command, option
from api.errors import USAGE, CommandError, mask_identity
from api.output import Column, Table
from api.passwords import LONGEST, Hasher, PasswordError
from api.principals import Role
from api.sessions import Sessions
from api.users import ACTIVE, DISABLED, UserError, Users, UserView
from graph.dates import iso

COLUMNS = (
    ("name", 0), ("display", 20), ("roles", 30), ("state", 0), ("first_password", 0), ("created_at", 0),
    ("changed_at", 0), ("changed_by", 0),
)  # fmt: skip
ACTOR = "cli"
ROLES = tuple(role.value for role in Role)

users = CommandGroup("users")


class Book:
    """The users of an open ledger, for one command."""

    def __init__(self, run: Run, people: Users, sessions: Sessions) -> None:
        self.tenant = run.settings.tenant
        self.people = people
        self.sessions = sessions
        self.at: datetime = bootstrap.now()


@contextmanager
def opened(run: Run, *, create: bool = False) -> Iterator[Book]:
    """The users of the installation; what can't be done is one sentence and status 2."""
    with bootstrap.opened_ledger(run.settings, create=create) as ledger:
        people = Users(ledger, Hasher())
        book = Book(run, people, Sessions(ledger, people, bootstrap.secret_key(run.settings)))
        try:
            yield book
        except (UserError, PasswordError) as error:
            raise CommandError(error.code, status=USAGE, **error.params) from None


def row(view: UserView) -> dict[str, Any]:
    """A user as the answer shows it."""
    return {
        "name": view.name,
        "display": view.display,
        "roles": " ".join(view.roles),
        "state": view.state,
        "first_password": "yes" if view.must_change_password else "no",
        "created_at": iso(view.created_at),
        "changed_at": iso(view.changed_at),
        "changed_by": view.changed_by,
    }


def emit(run: Run, rows: list[dict[str, Any]], columns: tuple[tuple[str, int], ...] = COLUMNS) -> None:
    """Write users as a table or as data."""
    shown = tuple(Column(key, run.say(f"users.col.{key}"), wide) for key, wide in columns)
    run.emit(Table(columns=shown, rows=rows, document={"users": rows}))


def password_of(run: Run, prompt: bool, stdin: bool) -> str | None:
    """The password that somebody types; None where a random one is to be made."""
    if prompt and stdin:
        raise CommandError("users.both", status=USAGE)
    if prompt:
        given: str = click.prompt(
            run.say("users.prompt"), hide_input=True, confirmation_prompt=run.say("users.again"), err=True
        )
        return given
    # one line of standard input, and no more of it than a password has
    return sys.stdin.readline(LONGEST * 8).rstrip("\r\n") if stdin else None


def _with_first(run: Run, first: str, view: UserView, *, typed: bool) -> None:
    if typed:
        emit(run, [row(view)])
        return
    emit(run, [{"password": first, **row(view)}], (("password", 0), *COLUMNS))
    run.note("users.once")


@command("users add", formats=("table", "json"))
@click.argument("name")
@option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="opt.role")
@option("--display", default="", help="opt.display")
@option("--prompt", is_flag=True, help="opt.password_prompt")
@option("--stdin", is_flag=True, help="opt.password_stdin")
def add(run: Run, name: str, roles: tuple[str, ...], display: str, prompt: bool, stdin: bool) -> int:
    """Make a user."""
    given = password_of(run, prompt, stdin)
    with opened(run, create=True) as book:
        first, view = book.people.add(
            name,
            tenant=book.tenant,
            roles=map(Role, roles),
            display=display,
            actor=ACTOR,
            at=book.at,
            password=given,
        )
    _with_first(run, first, view, typed=given is not None)
    return 0


@command("users list", formats=("table", "json", "jsonl", "csv", "xlsx"))
def list_users(run: Run) -> int:
    """List the users of the tenant."""
    with opened(run) as book:
        emit(run, [row(view) for view in book.people.listed(tenant=book.tenant)])
    return 0


@command("users password", formats=("table", "json"))
@click.argument("name")
@option("--prompt", is_flag=True, help="opt.password_prompt")
@option("--stdin", is_flag=True, help="opt.password_stdin")
def password(run: Run, name: str, prompt: bool, stdin: bool) -> int:
    """Give a user a new first password."""
    given = password_of(run, prompt, stdin)
    with opened(run) as book:
        first, view = book.people.reset(name, tenant=book.tenant, actor=ACTOR, at=book.at, password=given)
        book.sessions.unlock(book.tenant, view.name)
    _with_first(run, first, view, typed=given is not None)
    return 0


@command("users roles", formats=("table", "json"))
@click.argument("name")
@option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="opt.role")
def change_roles(run: Run, name: str, roles: tuple[str, ...]) -> int:
    """Give a user other roles in place of the former ones."""
    return _changed(run, lambda book: _change(book, name, roles=list(map(Role, roles))))


@command("users disable", formats=("table", "json"))
@click.argument("name")
def disable(run: Run, name: str) -> int:
    """Let a user sign in no more; every session ends."""
    return _changed(run, lambda book: _change(book, name, state=DISABLED))


@command("users enable", formats=("table", "json"))
@click.argument("name")
def enable(run: Run, name: str) -> int:
    """Let a user sign in again, also one who has to wait after wrong passwords."""

    def work(book: Book) -> UserView:
        view = _change(book, name, state=ACTIVE)
        book.sessions.unlock(book.tenant, view.name)
        return view

    return _changed(run, work)


@command("users erase", formats=("table", "json"))
@click.argument("name")
@option("--yes", is_flag=True, help="opt.users_sure")
def erase(run: Run, name: str, yes: bool) -> int:
    """Erase what is kept of a user."""
    if not yes and not click.confirm(run.say("users.sure", name=mask_identity(name)), err=True):
        return 2
    return _changed(run, lambda book: book.people.erase(name, tenant=book.tenant, actor=ACTOR, at=book.at))


def _change(book: Book, name: str, **what: Any) -> UserView:
    return book.people.change(name, tenant=book.tenant, actor=ACTOR, at=book.at, **what)


def _changed(run: Run, work: Callable[[Book], UserView]) -> int:
    with opened(run) as book:
        view = work(book)
    emit(run, [row(view)])
    return 0


users.add_command(add, "add")
users.add_command(list_users, "list")
users.add_command(password, "password")
users.add_command(change_roles, "roles")
users.add_command(disable, "disable")
users.add_command(enable, "enable")
users.add_command(erase, "erase")
