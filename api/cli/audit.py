"""`liancheng audit verify`: whether anything in the ledger was altered, removed or reordered."""

from __future__ import annotations

import re

from api import bootstrap
from api.cli.common import CommandGroup, Run, command, option
from api.errors import REJECTED, USAGE, CommandError
from api.output import Table
from graph.messages import catalogue, say
from matching.ledger import Checkpoint

audit = CommandGroup("audit")


@command("audit verify", formats=("table", "json"))
@option("--expect", metavar="SEQ:HASH", multiple=True, help="opt.expect")
def audit_verify(run: Run, expect: tuple[str, ...]) -> int:
    """Verify the chain."""
    heads = [expected(text) for text in expect]
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        result = ledger.verify(heads)
    problems = [
        {
            "seq": problem.seq,
            "code": problem.code,
            "message": say("matching", problem.code, run.lang, seq=problem.seq)
            if problem.code in catalogue("matching")
            else problem.code,
        }
        for problem in result.problems
    ]
    document = {
        "ok": result.ok,
        "events": result.events,
        "head_seq": result.head_seq,
        "head_hash": result.head_hash,
        "head": f"{result.head_seq}:{result.head_hash}",
        "problems": problems,
    }
    if run.format == "json":
        run.emit(Table(columns=(), rows=(), document=document))
    else:
        code = "audit.ok" if result.ok else "audit.broken"
        head = run.say(code, events=result.events, hash=result.head_hash, count=len(problems))
        keep = run.say("audit.head", head=document["head"])
        lines = [head, keep, *(f"  {p['seq']}: {p['message']}" for p in problems)]
        run.emit_bytes("\n".join(lines).encode() + b"\n")
    return 0 if result.ok else REJECTED


def expected(text: str) -> Checkpoint:
    """A head of the chain that an earlier verification printed.

    Raises:
        CommandError: `usage.checkpoint` (status 2).
    """
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", text.strip().lower())
    if found is None:
        raise CommandError("usage.checkpoint", status=USAGE)
    return Checkpoint(day="", seq=int(found[1]), hash=found[2], event_seq=0)


audit.add_command(audit_verify, "verify")
