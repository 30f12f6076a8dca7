"""`liancheng review`: the matches that wait for a person, and that person's answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import click

from api import bootstrap
from api.cli.common import CommandGroup, Run, command, option
from api.errors import USAGE, CommandError, mask_identity, mask_numbers
from api.masking import mask_text
from api.output import Column, Table
from graph.dates import iso
from matching.decision import Decision, Evidence
from matching.ledger import Viewer

COLUMNS = (
    ("decision_id", 0), ("record", 28), ("list", 0), ("subject", 24), ("role", 0), ("tier", 0),
    ("submitted", 24), ("matched", 24), ("rule", 0), ("seen_at", 0), ("pair", 0),
)  # fmt: skip


review = CommandGroup("review")


@command("review list", formats=("table", "json", "jsonl", "csv", "xlsx"))
@option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="opt.limit")
def review_list(run: Run, limit: int) -> int:
    """List the matches that wait."""
    viewer = Viewer(tenant=run.settings.tenant, roles=frozenset({"platform"}), principal="cli")
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        waiting = ledger.pending_matches(run.settings.tenant, limit, viewer=viewer, at=bootstrap.now())
    rows: list[dict[str, Any]] = [
        {
            "decision_id": match.decision_id,
            "record": match.record,
            "list": match.list,
            "subject": match.subject,
            "role": match.role,
            "tier": match.tier.value,
            "submitted": match.submitted,
            "matched": match.matched,
            "rule": match.rule,
            "seen_at": iso(match.seen_at),
            "pair": match.pair_key,
        }
        for match in waiting
    ]
    columns = tuple(Column(key, run.say(f"review.col.{key}"), wide) for key, wide in COLUMNS)
    run.emit(Table(columns=columns, rows=rows, document={"matches": rows}))
    return 0


def evidence_in(decision: Decision) -> Iterator[Evidence]:
    """Every record that a decision names."""
    groups = [subject.reasons for subject in (*decision.bidders, *decision.subjects)]
    groups += [pair.reasons for pair in decision.pairs]
    groups.append(decision.tender.reasons)
    for reasons in groups:
        for reason in reasons:
            yield from reason.evidence


def _names(evidence: Evidence) -> set[str]:
    """How a person may call a match: as it is, or as answers show it."""
    names = {evidence.pair, evidence.record, f"{evidence.list}:{evidence.record}"}
    return names | {mask_text(name) for name in names}


def find_pair(decision: Decision, record: str) -> Evidence:
    """The match that a person means, by record, `LIST:record` or pair key.

    Raises:
        CommandError: `review.none`, `review.several` (status 2).
    """
    found = {e.pair: e for e in evidence_in(decision) if e.pair and record in _names(e)}
    if not found:
        raise CommandError("review.none", status=USAGE, record=mask_identity(record), id=decision.decision_id)
    if len(found) > 1:
        raise CommandError(
            "review.several", status=USAGE, record=mask_identity(record), pairs=", ".join(found)
        )
    return next(iter(found.values()))


def answer(
    run: Run, reply: Literal["confirm", "reject"], decision_id: str, record: str, by: str, reason: str
) -> int:
    """Record a person's answer durably."""
    for name, value in (("--by", by), ("--reason", reason)):
        if not value.strip():
            raise CommandError("usage.blank", status=USAGE, name=name)
    if mask_numbers(by) != by:
        raise CommandError("review.by", status=USAGE)
    with bootstrap.opened_ledger(run.settings, create=False) as ledger:
        stored = ledger.decision(decision_id, tenant=run.settings.tenant)
        if stored is None:
            raise CommandError("explain.none", id=mask_identity(decision_id))
        if stored.decision is None:
            raise CommandError("explain.erased", id=decision_id)
        match = find_pair(stored.decision, record)
        made = ledger.add_review(
            pair_key=match.pair,
            answer=reply,
            reviewer=by,
            reason=reason,
            decision_id=decision_id,
            list=match.list,
            record=match.record,
            record_hash=match.record_hash,
            subject=match.submitted,
            tier=match.tier.value,
            tenant=run.settings.tenant,
            at=bootstrap.now(),
        )
    row = {"seq": made.seq, "answer": reply, "pair": match.pair, "list": match.list, "record": match.record}
    columns = tuple(Column(key, run.say(f"review.col.{key}")) for key in row)
    run.emit(Table(columns=columns, rows=[row], document=row))
    return 0


@command("review confirm", formats=("table", "json"))
@click.argument("decision_id", metavar="DECISION_ID")
@click.argument("record", metavar="RECORD")
@option("--by", required=True, help="opt.by")
@option("--reason", required=True, help="opt.reason")
def review_confirm(run: Run, decision_id: str, record: str, by: str, reason: str) -> int:
    """Confirm a match."""
    return answer(run, "confirm", decision_id, record, by, reason)


@command("review reject", formats=("table", "json"))
@click.argument("decision_id", metavar="DECISION_ID")
@click.argument("record", metavar="RECORD")
@option("--by", required=True, help="opt.by")
@option("--reason", required=True, help="opt.reason")
def review_reject(run: Run, decision_id: str, record: str, by: str, reason: str) -> int:
    """Reject a match."""
    return answer(run, "reject", decision_id, record, by, reason)


review.add_command(review_list, "list")
review.add_command(review_confirm, "confirm")
review.add_command(review_reject, "reject")
