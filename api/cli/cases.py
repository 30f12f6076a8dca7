"""`liancheng cases`: opened, read, noted on, changed, closed and frozen; the same items as those of HTTP and page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
import msgspec

from api import bootstrap, casework
from api import cases as shown_cases
from api.case_pictures import bare, handed
from api.cli.casework import _actor, _item, _refusals
from api.cli.common import CommandGroup, Run, command, instant, option
from api.errors import USAGE, CommandError
from api.masking import mask_value
from api.output import Column, Table
from graph.dates import china_day
from graph.identifiers import parse_organization
from matching.casework import cases as book
from matching.casework import snapshots
from matching.casework.cases import CaseFile, CaseNote, CaseParty
from matching.ledger import Item, Viewer

ROW = (
    ("id", 0), ("state", 0), ("title", 32), ("assignee", 0), ("due_on", 0), ("overdue", 0), ("parties", 0),
    ("decisions", 0), ("version", 0),
)  # fmt: skip
DATA = ("table", "json", "jsonl", "csv", "xlsx")

cases = CommandGroup("cases")


def _viewer(run: Run) -> Viewer:
    return Viewer(tenant=run.settings.tenant, roles=frozenset({"platform"}), principal="cli")


def _listed(run: Run, items: Sequence[Item]) -> int:
    now, viewer = bootstrap.now(), _viewer(run)
    rows = [casework.shown(shown_cases.summary_view(item, viewer, now)) for item in items]
    columns = tuple(Column(key, run.say(f"cases.col.{key}"), wide) for key, wide in ROW)
    run.emit(Table(columns=columns, rows=rows, document={"cases": rows}))
    return 0


def _changed(
    run: Run, name: str, by: str, fields: dict[str, Any], *, step: str = "", expect: int | None = None
) -> int:
    """Change a case on the version that stands, or only on the one that the caller saw."""
    with bootstrap.opened_ledger(run.settings, create=False) as ledger, _refusals():
        item = _item(ledger, book.KIND, name, run.settings.tenant)
        made = book.change(
            ledger,
            item,
            fields,
            step=step,
            actor=_actor(by),
            at=bootstrap.now(),
            expect=item.version if expect is None else expect,
        )
    return _listed(run, [made])


@command("cases list", formats=DATA)
@option("--state", type=click.Choice([state.value for state in book.CaseState]), help="opt.casework_state")
@option("--assignee", default="", help="opt.case_assignee")
@option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="opt.limit")
def cases_list(run: Run, state: str | None, assignee: str, limit: int) -> int:
    """List cases."""
    key = f"assignee:{assignee}" if assignee else None
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        found = ledger.items.page(book.KIND, tenant=run.settings.tenant, state=state, key=key, limit=limit)
    return _listed(run, [item for item in found if item.body is not None])


@command("cases open", formats=("table", "json"))
@click.argument("title", metavar="TITLE")
@option("--by", required=True, help="opt.by")
@option("--summary", default="", help="opt.case_summary")
@option("--assignee", default="", help="opt.case_assignee")
@option("--due", type=instant(), metavar="DAY", help="opt.case_due")
@option("--party", "parties", multiple=True, help="opt.case_party")
def cases_open(
    run: Run, title: str, by: str, summary: str, assignee: str, due: datetime | None, parties: tuple[str, ...]
) -> int:
    """Open a case."""
    now = bootstrap.now()
    given = CaseFile(
        title=title,
        summary=summary,
        assignee=assignee,
        due_on="" if due is None else china_day(due).isoformat(),
        parties=tuple(_party(one) for one in parties),
        opened_at=now,
    )
    with bootstrap.opened_ledger(run.settings, create=True) as ledger, _refusals():
        made = book.open_case(ledger, given, tenant=run.settings.tenant, actor=_actor(by), at=now)
    return _listed(run, [made])


def _party(given: str) -> CaseParty:
    """A party by code or name; a number of a person is refused, for a case is handed on."""
    from api.explore.search import personal

    if personal(given):
        raise CommandError("query.personal", status=USAGE)
    coded = parse_organization(given).state == "valid"
    return CaseParty(code=given) if coded else CaseParty(name=given)


@command("cases show", formats=("json", "table", "csv", "xlsx"), default="json")
@click.argument("case_id", metavar="CASE_ID")
def cases_show(run: Run, case_id: str) -> int:
    """Show a case with its notes, snapshots and history."""
    from api.case_tables import COLUMNS, document, rows_of

    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        item = _item(ledger, book.KIND, case_id, run.settings.tenant)
        found = document(ledger, item, _viewer(run), bootstrap.now())
    columns = tuple(Column(name, name, 32) for name in COLUMNS)
    run.emit(Table(columns=columns, rows=rows_of(found), document=found))
    return 0


@command("cases note", formats=("table", "json"))
@click.argument("case_id", metavar="CASE_ID")
@click.argument("text", metavar="TEXT")
@option("--by", required=True, help="opt.by")
def cases_note(run: Run, case_id: str, text: str, by: str) -> int:
    """Add a note to a case."""
    with bootstrap.opened_ledger(run.settings, create=False) as ledger, _refusals():
        item = _item(ledger, book.KIND, case_id, run.settings.tenant)
        note = CaseNote(case_id=item.id, text=text)
        made = book.add_note(ledger, item, note, actor=_actor(by), at=bootstrap.now())
    row = casework.shown(shown_cases.note_view(made))
    columns = tuple(Column(key, run.say(f"cases.col.{key}"), 40) for key in ("id", "at", "by", "text"))
    run.emit(Table(columns=columns, rows=[row], document={"note": row}))
    return 0


@command("cases change", formats=("table", "json"))
@click.argument("case_id", metavar="CASE_ID")
@option("--by", required=True, help="opt.by")
@option("--title", help="opt.case_title")
@option("--summary", help="opt.case_summary")
@option("--assignee", help="opt.case_assignee")
@option("--due", type=instant(), metavar="DAY", help="opt.case_due")
@option("--version", type=click.IntRange(1), help="opt.case_version")
def cases_change(
    run: Run, case_id: str, by: str, title: str | None, summary: str | None, assignee: str | None,
    due: datetime | None, version: int | None,
) -> int:  # fmt: skip
    """Change fields of a case."""
    given = {
        "title": title, "summary": summary, "assignee": assignee,
        "due_on": None if due is None else china_day(due).isoformat(),
    }  # fmt: skip
    fields = {name: value for name, value in given.items() if value is not None}
    return _changed(run, case_id, by, fields, expect=version)


@command("cases close", formats=("table", "json"))
@click.argument("case_id", metavar="CASE_ID")
@option("--by", required=True, help="opt.by")
@option("--reason", required=True, help="opt.reason")
def cases_close(run: Run, case_id: str, by: str, reason: str) -> int:
    """Close a case."""
    return _changed(run, case_id, by, {"reason": reason}, step="close")


@command("cases reopen", formats=("table", "json"))
@click.argument("case_id", metavar="CASE_ID")
@option("--by", required=True, help="opt.by")
@option("--reason", required=True, help="opt.reason")
def cases_reopen(run: Run, case_id: str, by: str, reason: str) -> int:
    """Open a case again."""
    return _changed(run, case_id, by, {"reason": reason}, step="reopen")


@command("cases freeze", formats=("json",), default="json")
@click.argument("case_id", metavar="CASE_ID")
@option("--by", required=True, help="opt.by")
def cases_freeze(run: Run, case_id: str, by: str) -> int:
    """Freeze a case; the answer bears the hash by which the page finds it."""
    tenant, now = run.settings.tenant, bootstrap.now()
    with bootstrap.opened_ledger(run.settings, create=False) as ledger:
        item = _item(ledger, book.KIND, case_id, tenant)
        whole = book.read(item)
        case, _ = book.unsealed(whole, book.sealed_decisions(whole, item, _viewer(run), now))
        made = snapshots.freeze(
            ledger,
            item,
            viewer=_viewer(run),
            lookup=lambda name: ledger.decision(name, tenant=tenant),
            clean=mask_value,
            generation="",
            actor=_actor(by),
            at=now,
            picture=handed(bare(case.pins, case.as_of or now)) if case.pins else None,
        )
    row = msgspec.to_builtins(shown_cases.snapshot_view(made))
    run.emit(Table(columns=(), rows=[row], document=row))
    return 0


for _name, _command in (
    ("list", cases_list), ("open", cases_open), ("show", cases_show), ("note", cases_note),
    ("change", cases_change), ("close", cases_close), ("reopen", cases_reopen), ("freeze", cases_freeze),
):  # fmt: skip
    cases.add_command(_command, _name)
