"""`liancheng replay`: the same answer again, or what differs, or why it can't be calculated again."""

from __future__ import annotations

import json

import click

from api import bootstrap
from api.cli.common import Run, command
from api.errors import MISSING, REJECTED
from api.replays import replay_document


@command("replay", formats=("table", "json"))
@click.argument("decision_id", metavar="DECISION_ID")
def replay(run: Run, decision_id: str) -> int:
    """Replay a decision."""
    run.compile_ahead()
    result = bootstrap.replay(run.settings, decision_id)
    document = replay_document(result, run.lang)
    if run.format == "json":
        run.emit_bytes(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")
    else:
        lines = [f"identical: {json.dumps(document['identical'])}"]
        if not result.replayable:
            lines = [f"not_replayable: {document['why']}"]
        lines += [f"  {place}" for place in result.differences]
        run.emit_bytes("\n".join(lines).encode() + b"\n")
    if not result.replayable:
        return MISSING
    return 0 if result.identical else REJECTED
