"""`liancheng audit verify`: whether anything in the ledger was altered, removed or reordered."""

from __future__ import annotations

from api import bootstrap
from api.cli.common import CommandGroup, Run, command
from api.errors import REJECTED
from api.output import Table
from graph.messages import catalogue, say

audit = CommandGroup("audit")


@command("audit verify", formats=("table", "json"))
def audit_verify(run: Run) -> int:
    """Verify the chain."""
    with bootstrap.opened_ledger(run.settings, create=False) as ledger:
        result = ledger.verify()
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
        "problems": problems,
    }
    if run.format == "json":
        run.emit(Table(columns=(), rows=(), document=document))
    else:
        code = "audit.ok" if result.ok else "audit.broken"
        head = run.say(code, events=result.events, hash=result.head_hash, count=len(problems))
        lines = [head, *(f"  {p['seq']}: {p['message']}" for p in problems)]
        run.emit_bytes("\n".join(lines).encode() + b"\n")
    return 0 if result.ok else REJECTED


audit.add_command(audit_verify, "verify")
