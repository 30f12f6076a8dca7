"""`liancheng review`: the matches that wait for a person, and that person's answer."""

from __future__ import annotations

from typing import Literal

import click

from api import bootstrap, reviews
from api.cli.common import CommandGroup, Run, command, option
from api.errors import USAGE, CommandError, mask_identity
from api.output import Column, Table
from matching.ledger import Viewer

COLUMNS = (
    ("decision_id", 0), ("record", 28), ("list", 0), ("subject", 24), ("role", 0), ("tier", 0),
    ("submitted", 24), ("matched", 24), ("rule", 0), ("seen_at", 0), ("pair", 0),
    ("question", 0), ("name", 24),
)  # fmt: skip


review = CommandGroup("review")


@command("review list", formats=("table", "json", "jsonl", "csv", "xlsx"))
@option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="opt.limit")
def review_list(run: Run, limit: int) -> int:
    """List the matches that wait."""
    viewer = Viewer(tenant=run.settings.tenant, roles=frozenset({"platform"}), principal="cli")
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        waiting = ledger.pending_matches(run.settings.tenant, limit, viewer=viewer, at=bootstrap.now())
        names = reviews.names_of(ledger, waiting, run.settings.tenant)
    rows = [reviews.row_of(match, names.get(match.pair_key, "")) for match in waiting]
    columns = tuple(Column(key, run.say(f"review.col.{key}"), wide) for key, wide in COLUMNS)
    run.emit(Table(columns=columns, rows=rows, document={"matches": rows}))
    return 0


def answer(
    run: Run,
    reply: Literal["confirm", "reject"],
    decision_id: str,
    record: str,
    by: str,
    reason: str,
    correct: bool,
) -> int:
    """Record a person's answer durably; where it stands already, nothing."""
    for name, value in (("--by", by), ("--reason", reason)):
        if not value.strip():
            raise CommandError("usage.blank", status=USAGE, name=name)
    with bootstrap.opened_ledger(run.settings, create=False) as ledger:
        stored = ledger.decision(decision_id, tenant=run.settings.tenant)
        if stored is None:
            raise CommandError("explain.none", id=mask_identity(decision_id))
        if stored.decision is None:
            raise CommandError("explain.erased", id=decision_id)
        done = reviews.add(
            ledger,
            stored.decision,
            record,
            reply,
            reviewer=by,
            reason=reason,
            tenant=run.settings.tenant,
            at=bootstrap.now(),
            correct=correct,
        )
    made = done.review
    row = {
        "seq": made.seq,
        "answer": reply,
        "pair": made.pair_key,
        "list": made.list,
        "record": made.record,
        "recorded": done.recorded,
    }
    columns = tuple(Column(key, run.say(f"review.col.{key}")) for key in row)
    run.emit(Table(columns=columns, rows=[row], document=row))
    return 0


@command("review confirm", formats=("table", "json"))
@click.argument("decision_id", metavar="DECISION_ID")
@click.argument("record", metavar="RECORD")
@option("--by", required=True, help="opt.by")
@option("--reason", required=True, help="opt.reason")
@option("--correct", is_flag=True, help="opt.correct")
def review_confirm(run: Run, decision_id: str, record: str, by: str, reason: str, correct: bool) -> int:
    """Confirm a match."""
    return answer(run, "confirm", decision_id, record, by, reason, correct)


@command("review reject", formats=("table", "json"))
@click.argument("decision_id", metavar="DECISION_ID")
@click.argument("record", metavar="RECORD")
@option("--by", required=True, help="opt.by")
@option("--reason", required=True, help="opt.reason")
@option("--correct", is_flag=True, help="opt.correct")
def review_reject(run: Run, decision_id: str, record: str, by: str, reason: str, correct: bool) -> int:
    """Reject a match."""
    return answer(run, "reject", decision_id, record, by, reason, correct)


review.add_command(review_list, "list")
review.add_command(review_confirm, "confirm")
review.add_command(review_reject, "reject")
