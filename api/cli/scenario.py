"""`liancheng scenario`: runs golden scenarios and says what differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from api.cli.common import STORE_KEY, Run, command
from api.errors import REJECTED
from api.output import Column, Table

if TYPE_CHECKING:
    from graph.store import TrialStore


@contextmanager
def trial_store(run: Run) -> Iterator[TrialStore | None]:
    """The database that `--store` names for the scenarios, closed afterwards; without it each has a file of its own.

    The store of the installation is never used: scenarios begin with an empty one.
    """
    context = click.get_current_context()
    given = context.params.get("store") or context.find_root().meta.get(STORE_KEY)
    if not given or "://" not in run.settings.store:
        yield None
        return
    from graph.store import open_trial_store

    settings = run.settings
    store = open_trial_store(settings.store, user=settings.neo4j_user, password=settings.neo4j_password)
    try:
        yield store
    finally:
        store.close()


@command("scenario", formats=("table", "json", "jsonl", "csv", "xlsx"))
@click.argument(
    "paths",
    metavar="FILE_OR_FOLDER...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
)
def scenario(run: Run, paths: tuple[Path, ...]) -> int:
    """Run scenarios."""
    from api.scenario import run_file, scenario_files
    from matching.policy import load_policy

    files = scenario_files(paths)
    run.compile_ahead()
    policy = load_policy()
    outcomes = []
    with trial_store(run) as trial, run.progress(run.say("scenario.progress"), len(files)) as advance:
        for done, path in enumerate(files, 1):
            outcomes.append(run_file(path, run.lang, policy=policy, trial=trial))
            advance(done, len(files))
    rows = [{**msgspec.structs.asdict(outcome), "state": outcome.state} for outcome in outcomes]
    for row in rows:
        if not row["ok"] and not row["differences"]:
            row["differences"] = (run.say("scenario.xpassed"),)
    shown = [
        {**row, "state": run.say(f"scenario.{row['state']}"), "differences": "; ".join(row["differences"])}
        for row in rows
        if run.format != "table" or not row["ok"]
    ]
    columns = tuple(
        Column(key, run.say(f"scenario.col.{key}"), wide)
        for key, wide in (("id", 0), ("title", 36), ("state", 0), ("differences", 0))
    )
    failed = sum(not row["ok"] for row in rows)
    if run.format != "table":
        run.emit(Table(columns=columns, rows=shown, document={"scenarios": rows, "failed": failed}))
    elif shown:
        run.emit(Table(columns=columns, rows=shown))
    run.note("scenario.summary", total=len(rows), failed=failed, xfailed=sum(bool(r["xfail"]) for r in rows))
    return REJECTED if failed else 0
