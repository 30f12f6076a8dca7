"""`liancheng report`: statistics for supervision, to read, to print and to send on."""

from __future__ import annotations

from datetime import datetime

import msgspec

from api import bootstrap
from api.cli.common import CommandGroup, Run, command, instant, option
from api.output import Column, Table
from api.timeliness import COLUMNS, check_period, chosen_lists, page, report_of, rows, view
from graph.dates import china_day
from graph.lists import code_of

report = CommandGroup("report")


@command("report timeliness", formats=("table", "json", "jsonl", "csv", "xlsx", "html"))
@option("--from", "first", type=instant(), help="opt.report_from")
@option("--to", "last", type=instant(), help="opt.report_to")
@option("--list", "listed", default="", metavar="CODE", help="opt.report_list")
def report_timeliness(run: Run, first: datetime | None, last: datetime | None, listed: str) -> int:
    """Report how soon decisions were collected."""
    lists = chosen_lists(code_of(listed) if listed else "")
    begin = None if first is None else china_day(first)
    end = None if last is None else china_day(last)
    check_period(begin, end)
    now = bootstrap.now()
    generation = bootstrap.open_current_generation(run.settings)
    try:
        found = view(report_of(run.settings, generation, generation.known(now), lists, begin, end))
    finally:
        generation.close()
    if run.format == "html":
        run.emit_bytes(page(found, run.lang, made_at=now))
        return 0
    columns = tuple(
        Column(key, run.say(f"timeliness.col.{key}"), 28 if key == "authority" else 0) for key in COLUMNS
    )
    run.emit(Table(columns=columns, rows=rows(found, run.lang), document=msgspec.to_builtins(found)))
    return 0


report.add_command(report_timeliness, "timeliness")
