"""`liancheng objections` and `liancheng repairs`: what waits and until when, and the next step with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api import bootstrap, casework
from api.casework import objection_view
from api.cli.common import CommandGroup, Run, command, instant, option
from api.errors import USAGE, CommandError, mask_identity, mask_numbers
from api.output import Column, Table
from graph.dates import china_day
from matching.casework import objections as book
from matching.casework import repairs as credit
from matching.casework.base import CaseworkError, NamedDocument
from matching.casework.objections import Objection, ObjectionGround, StepTaken
from matching.casework.repairs import Ruling
from matching.ledger import Item, Ledger, Viewer

OBJECTION_COLUMNS = (
    ("id", 0), ("state", 0), ("ground", 0), ("list", 0), ("record", 24), ("tier", 0), ("suspends", 0), ("due_at", 0),
    ("overdue", 0), ("version", 0),
)  # fmt: skip
REPAIR_COLUMNS = (
    ("id", 0), ("state", 0), ("kind", 0), ("list", 0), ("record", 24), ("subject", 24), ("in_effect", 0),
    ("due_at", 0), ("overdue", 0), ("contradicted", 0), ("version", 0),
)  # fmt: skip
FILE = click.Path(path_type=Path, dir_okay=False)

objections = CommandGroup("objections")
repairs = CommandGroup("repairs")


@contextmanager
def _refusals() -> Iterator[None]:
    """A refused step as a sentence and exit status 2."""
    try:
        yield
    except CaseworkError as error:
        raise CommandError(error.code, status=USAGE, **error.params) from None


def _documents(paths: Sequence[Path]) -> tuple[NamedDocument, ...]:
    return tuple(
        NamedDocument(name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths
    )


def _actor(by: str) -> str:
    """Who does it, as the ledger records it: a name, never a number of a person."""
    if not by.strip():
        raise CommandError("usage.blank", status=USAGE, name="--by")
    if mask_numbers(by) != by:
        raise CommandError("review.by", status=USAGE)
    return f"cli:{by.strip()}"


def _emit(run: Run, word: str, views: Sequence[Any], columns: Sequence[tuple[str, int]]) -> None:
    documents = [casework.shown(view) for view in views]
    rows = [{**one, "due_at": one["due"]["due_at"] if one["due"] else ""} for one in documents]
    shown = tuple(Column(key, run.say(f"desk.col.{key}"), wide) for key, wide in columns)
    run.emit(Table(columns=shown, rows=rows, document={word: documents}))


def _item(ledger: Ledger, kind: str, name: str, tenant: str) -> Item:
    item = ledger.items.get(kind, name, tenant=tenant)
    if item is None or item.body is None:
        raise CommandError("desk.none", status=USAGE, id=mask_identity(name))
    return item


def _waiting(run: Run, ledger: Ledger, kind: str, state: str | None, overdue: bool, limit: int) -> list[Item]:
    viewer = Viewer(tenant=run.settings.tenant, roles=frozenset({"platform"}), principal="cli")
    found, _ = casework.queue(
        ledger,
        kind,
        tenant=run.settings.tenant,
        viewer=viewer,
        at=bootstrap.now(),
        state=state,
        overdue=overdue,
        limit=limit,
    )
    return found


@command("objections list", formats=("table", "json", "jsonl", "csv", "xlsx"))
@option("--state", type=click.Choice([state.value for state in book.State]), help="opt.casework_state")
@option("--overdue", is_flag=True, help="opt.casework_overdue")
@option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="opt.limit")
def objections_list(run: Run, state: str | None, overdue: bool, limit: int) -> int:
    """List objections with their deadlines."""
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        found = _waiting(run, ledger, book.KIND, state, overdue, limit)
    now = bootstrap.now()
    _emit(run, "objections", [objection_view(item, now) for item in found], OBJECTION_COLUMNS)
    return 0


@command("objections open", formats=("table", "json"))
@click.argument("decision_id", metavar="DECISION_ID")
@option(
    "--ground",
    required=True,
    type=click.Choice([ground.value for ground in ObjectionGround]),
    help="opt.objection_ground",
)
@option("--record", default="", help="opt.objection_record")
@option("--reason", required=True, help="opt.objection_text")
@option("--reference", default="", help="opt.objection_reference")
@option("--document", "documents", multiple=True, type=FILE, help="opt.casework_document")
@option("--by", required=True, help="opt.by")
def objections_open(
    run: Run,
    decision_id: str,
    ground: str,
    record: str,
    reason: str,
    reference: str,
    documents: tuple[Path, ...],
    by: str,
) -> int:
    """Enter an objection."""
    now, actor, kind = bootstrap.now(), _actor(by), ObjectionGround(ground)
    with bootstrap.opened_ledger(run.settings, create=False) as ledger, _refusals():
        stored = ledger.decision(decision_id, tenant=run.settings.tenant)
        if stored is None or stored.decision is None:
            raise CommandError("explain.none", id=mask_identity(decision_id))
        key = bootstrap.secret_key(run.settings)
        item = book.receive(
            ledger,
            casework.terms_of(run.settings),
            Objection(
                ground=kind,
                decision_id=decision_id,
                match=casework.matched_in(stored.decision, record, kind, key),
                text=reason,
                reference=reference,
                documents=_documents(documents),
                received_at=now,
            ),
            tenant=run.settings.tenant,
            actor=actor,
            at=now,
            opening_at=stored.opening_at,
        )
    _emit(run, "objections", [objection_view(item, now)], OBJECTION_COLUMNS)
    return 0


@command("objections take", formats=("table", "json"))
@click.argument("objection_id", metavar="OBJECTION_ID")
@click.argument("step", metavar="STEP", type=click.Choice(tuple(book.WORKFLOW)))
@option("--by", required=True, help="opt.by")
@option("--reason", default="", help="opt.reason")
@option("--source", default="", help="opt.verified_with")
@option("--document", "documents", multiple=True, type=FILE, help="opt.casework_document")
def objections_take(
    run: Run, objection_id: str, step: str, by: str, reason: str, source: str, documents: tuple[Path, ...]
) -> int:
    """Take the next step with an objection."""
    from graph.generation import GenerationError
    from graph.store import StoreError

    now, actor, seen = bootstrap.now(), _actor(by), ""
    with bootstrap.opened_ledger(run.settings, create=False) as ledger, _refusals():
        item = _item(ledger, book.KIND, objection_id, run.settings.tenant)
        if step == "uphold":
            # what the record says now is part of the answer; without a generation the one objected to counts alone
            with (
                suppress(GenerationError, StoreError),
                bootstrap.open_current_generation(run.settings) as generation,
            ):
                seen = casework.now_hash(generation, now, book.read(item))
        taken = StepTaken(
            step=step, at=now, by=actor, reason=reason, source=source, documents=_documents(documents)
        )
        changed = book.take(
            ledger,
            casework.terms_of(run.settings),
            item,
            taken,
            expect=item.version,
            record_hash=seen,
        )
    _emit(run, "objections", [objection_view(changed, now)], OBJECTION_COLUMNS)
    return 0


@command("repairs list", formats=("table", "json", "jsonl", "csv", "xlsx"))
@option("--state", type=click.Choice([state.value for state in credit.State]), help="opt.casework_state")
@option("--overdue", is_flag=True, help="opt.casework_overdue")
@option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="opt.limit")
def repairs_list(run: Run, state: str | None, overdue: bool, limit: int) -> int:
    """List repairs with their deadlines, and those that a published list contradicts."""
    from api.repairs import repair_view
    from graph.generation import GenerationError
    from graph.store import StoreError

    now = bootstrap.now()
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        found = _waiting(run, ledger, credit.KIND, state, overdue, limit)
    views = [repair_view(item, now) for item in found]
    with suppress(GenerationError, StoreError), bootstrap.open_current_generation(run.settings) as generation:
        views = [repair_view(item, now, generation) for item in found]
    _emit(run, "repairs", views, REPAIR_COLUMNS)
    return 0


@command("repairs take", formats=("table", "json"))
@click.argument("repair_id", metavar="REPAIR_ID")
@click.argument("step", metavar="STEP", type=click.Choice(tuple(credit.WORKFLOW)))
@option("--by", required=True, help="opt.by")
@option("--reason", default="", help="opt.reason")
@option("--document", "documents", multiple=True, type=FILE, help="opt.casework_document")
@option("--authority", default="", help="opt.ruling_authority")
@option("--number", default="", help="opt.ruling_number")
@option("--via", type=click.Choice(("authority", "credit_china")), default="authority", help="opt.ruling_via")
@option("--decided-on", type=instant(), metavar="DAY", help="opt.ruling_day")
@option("--since", type=instant(), metavar="T", help="opt.lifted_since")
@option("--until", type=instant(), metavar="T", help="opt.lifted_until")
def repairs_take(
    run: Run,
    repair_id: str,
    step: str,
    by: str,
    reason: str,
    documents: tuple[Path, ...],
    authority: str,
    number: str,
    via: str,
    decided_on: datetime | None,
    since: datetime | None,
    until: datetime | None,
) -> int:
    """Take the next step with a repair."""
    from api.repairs import repair_view

    now, actor = bootstrap.now(), _actor(by)
    ruling = None
    if decided_on is not None:
        ruling = Ruling(
            authority=authority,
            document_no=number,
            decided_on=china_day(decided_on),
            via=via,
            since=since or now,
            until=until,
        )
    with bootstrap.opened_ledger(run.settings, create=False) as ledger, _refusals():
        item = _item(ledger, credit.KIND, repair_id, run.settings.tenant)
        taken = StepTaken(step=step, at=now, by=actor, reason=reason, documents=_documents(documents))
        changed = credit.take(
            ledger, casework.terms_of(run.settings), item, taken, expect=item.version, ruling=ruling
        )
    _emit(run, "repairs", [repair_view(changed, now)], REPAIR_COLUMNS)
    return 0


objections.add_command(objections_list, "list")
objections.add_command(objections_open, "open")
objections.add_command(objections_take, "take")
repairs.add_command(repairs_list, "list")
repairs.add_command(repairs_take, "take")
