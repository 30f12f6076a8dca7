"""`liancheng load`: published files in, a report of every row that could not be used out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from api import bootstrap
from api.cli.common import Run, command, instant, option
from api.errors import MISSING, REJECTED, USAGE, CommandError, mask_numbers, sentence
from api.loading import load_files
from api.output import Column, Table, plain
from graph.dates import iso

if TYPE_CHECKING:
    from loaders.report import LoadReport

AHEAD = timedelta(hours=24)
"""How far a clock elsewhere may be ahead; data can't have been taken later than that."""

SHOWN = 20
"""Rejected rows that the table view writes out per file; JSON has all of them."""


@command("load", formats=("table", "json", "jsonl", "csv", "xlsx"))
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@option("--kind", help="opt.kind")
@option("--list", "list_code", metavar="CODE", help="opt.list")
@option("--source", metavar="NAME", help="opt.source")
@option("--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="opt.mapping")
@option("--snapshot", type=click.Choice(("full", "delta")), help="opt.snapshot")
@option("--taken-at", type=instant(), metavar="TIME", help="opt.taken_at")
@option("--allow-shrink", is_flag=True, help="opt.allow_shrink")
@option("--allow-older", is_flag=True, help="opt.allow_older")
@option("--dry-run", is_flag=True, help="opt.dry_run")
def load(
    run: Run,
    files: tuple[Path, ...],
    kind: str | None,
    list_code: str | None,
    source: str | None,
    mapping: Path | None,
    snapshot: Literal["full", "delta"] | None,
    taken_at: datetime | None,
    allow_shrink: bool,
    allow_older: bool,
    dry_run: bool,
) -> int:
    """Load files."""
    from loaders.run import LoadOptions

    check_names(kind, list_code, mapping)
    recorded_at = bootstrap.now()
    if taken_at is not None and taken_at > recorded_at + AHEAD:
        raise CommandError("usage.taken_at", status=USAGE, time=iso(taken_at))
    options = LoadOptions(
        kind=kind,
        list_code=list_code,
        source=source,
        snapshot=snapshot,
        taken_at=taken_at,
        dry_run=dry_run,
        mapping=mapping,
        allow_shrink=allow_shrink,
        allow_older=allow_older,
        lang=run.lang,
    )
    if dry_run:
        # a trial needs a store to compare with; on a new installation an empty one is as good as none
        with bootstrap.opened_store(run.settings, create=True):
            pass
    run.compile_ahead()
    with run.progress(run.say("load.progress")) as advance:
        report = load_files(
            run.settings,
            files,
            options,
            recorded_at=recorded_at,
            progress=lambda label, rows: advance(rows, None),
            publishing=lambda step, done, total: advance(done, total or None),
            unkept=lambda error: run.note("load.unkept", message=sentence(error, run.lang) or error.code),
        )
    document = report.to_json(run.lang)
    run.emit(load_table(run, document))
    tell(run, document)
    return load_status(report)


def check_names(kind: str | None, list_code: str | None, mapping: Path | None) -> None:
    """Whether a kind and a list of those names exist.

    Raises:
        CommandError: `usage.kind`, `usage.list_code` (status 2).
    """
    from graph.lists import BY_CODE
    from loaders.kinds import BIDDERS, BY_NAME

    kinds = [name for name in (*BY_NAME, "generic") if name != BIDDERS.name]
    if kind is not None and kind not in kinds:
        shown = mask_numbers(kind[:80])
        raise CommandError("usage.kind", status=USAGE, kind=shown, allowed=", ".join(kinds))
    if list_code is not None and mapping is None and list_code not in BY_CODE:
        shown = mask_numbers(list_code[:40])
        raise CommandError("usage.list_code", status=USAGE, code=shown, allowed=", ".join(BY_CODE))


def load_status(report: LoadReport) -> int:
    """0 everything was used, 1 some input was rejected, 3 a file was unreadable."""
    if report.unreadable:
        return MISSING
    return 0 if report.clean else REJECTED


def load_table(run: Run, document: dict[str, Any]) -> Table:
    """One row a file: what it was taken for, what came of its rows, what changed."""
    rows = [
        {
            "path": file["path"],
            "kind": file["kind_title"] or file["kind"],
            "encoding": file["encoding"] or file["format"],
            "rows": file["rows"],
            "accepted": file["accepted"],
            "rejected": file["rejected_count"],
            "added": file["changed"]["added"],
            "updated": file["changed"]["updated"],
            "ended": file["changed"]["ended"],
            "unknown": file["columns"]["unknown"],
        }
        for file in document["files"]
    ]
    wide = {"path": 44, "kind": 24, "unknown": 30}
    keys = (
        "path",
        "kind",
        "encoding",
        "rows",
        "accepted",
        "rejected",
        "added",
        "updated",
        "ended",
        "unknown",
    )
    columns = tuple(Column(key, run.say(f"load.col.{key}"), wide.get(key, 0)) for key in keys)
    return Table(columns=columns, rows=rows, document=document)


def tell(run: Run, document: dict[str, Any]) -> None:
    """What a person should know, on stderr: problems, rejected rows, warnings, and whether it went live."""
    for item in document["problems"]:
        run.note("load.problem", path=plain(item["path"]) or "-", message=plain(item["message"]))
    if run.format == "table":
        for file in document["files"]:
            _tell_rejected(run, file["path"], file["rejected"])
            _tell_warnings(run, file["path"], file["warnings"])
    if document["dry_run"]:
        run.note("load.dry_run")
    elif document["published"]:
        run.note("load.published", generation=document["generation"])
    else:
        run.note("load.not_published")


def _tell_rejected(run: Run, path: str, entries: list[dict[str, Any]]) -> None:
    for item in entries[:SHOWN]:
        run.note("load.rejected", path=plain(path), **_where(item), message=plain(item["message"]))
    if len(entries) > SHOWN:
        run.note("load.more", path=plain(path), count=len(entries) - SHOWN)


def _tell_warnings(run: Run, path: str, entries: list[dict[str, Any]]) -> None:
    """One line a kind of warning and column, with how many rows have it: a register may have thousands."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in entries:
        groups.setdefault((item["code"], item["column"]), []).append(item)
    for items in groups.values():
        code = "load.warning" if len(items) == 1 else "load.warnings"
        message = plain(items[0]["message"])
        run.note(code, path=plain(path), **_where(items[0]), count=len(items), message=message)


def _where(item: dict[str, Any]) -> dict[str, object]:
    return {"row": item["row"] or "-", "column": plain(item["column"]) or "-"}
