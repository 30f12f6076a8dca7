"""`liancheng lists`: what a decision would read, how old it is, and what is required but not there."""

from __future__ import annotations

from typing import Any

import click

from api import bootstrap
from api.cli.common import Run, command
from api.errors import MISSING, sentence
from api.liststate import list_rows
from api.output import Column, Table
from graph.messages import Lang, say
from graph.store import StoreError


def lists_table(rows: list[dict[str, Any]], generation: str | None, lang: Lang) -> Table:
    """The rows as a table; JSON holds everything, the table what a person looks for."""

    def t(code: str, **params: object) -> str:
        return say("api", code, lang, **params)

    shown = [
        {
            **row,
            "snapshot": (row["sha256"] or "")[:12],
            "source": " ".join(s["source"] for s in row["sources"]),
            "state": t(f"lists.{row['state']}"),
            "age": "" if row["age_hours"] is None else t("lists.age", hours=row["age_hours"]),
            "required": t("lists.required") if row["required"] else "",
        }
        for row in rows
    ]
    keys = ("code", "title", "state", "age", "records", "taken_at", "source", "snapshot", "required")
    columns = tuple(
        Column(key, t(f"lists.col.{key}"), 36 if key in ("title", "source") else 0) for key in keys
    )
    return Table(columns=columns, rows=shown, document={"generation": generation, "lists": rows})


@command("lists", formats=("table", "json", "jsonl", "csv", "xlsx"))
def lists(run: Run) -> int:
    """Show the lists."""
    from graph.generation import GenerationError

    policy = bootstrap.load_policy(run.settings)
    now = bootstrap.now()
    try:
        generation = bootstrap.open_current_generation(run.settings)
    except (StoreError, GenerationError) as error:
        if error.code not in ("store.missing", "store.missing_database", "generation.missing"):
            raise
        run.emit(lists_table(list_rows({}, policy, now, run.lang), None, run.lang))
        click.echo(sentence(error, run.lang), err=True)
        return MISSING
    try:
        states = generation.lists(generation.known(now))
        run.emit(lists_table(list_rows(states, policy, now, run.lang), generation.ref, run.lang))
    finally:
        generation.close()
    return 0
