"""`liancheng doctor`: what to check first when something is wrong."""

from __future__ import annotations

import msgspec

from api import bootstrap
from api.cli.common import Run, command
from api.errors import MISSING
from api.output import Column, Table


@command("doctor", formats=("table", "json"))
def doctor(run: Run) -> int:
    """Check the installation."""
    from api.doctor import run_checks

    checks = run_checks(run.settings, run.lang, bootstrap.now())
    rows = [msgspec.to_builtins(check) for check in checks]
    failed = sum(check.state == "fail" for check in checks)
    shown = [{**row, "state": run.say(f"doctor.state.{row['state']}")} for row in rows]
    widths = {"detail": 60, "todo": 60}
    columns = tuple(
        Column(key, run.say(f"doctor.col.{key}"), widths.get(key, 0))
        for key in ("name", "state", "detail", "todo")
    )
    run.emit(Table(columns=columns, rows=shown, document={"ok": not failed, "checks": rows}))
    return MISSING if failed else 0
