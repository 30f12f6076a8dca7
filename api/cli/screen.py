"""`liancheng screen`: a list of bidders in, one verdict a row out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api import bootstrap
from api.cli.common import Run, command, instant, option
from api.cli.decide import tell_problems
from api.errors import REJECTED, USAGE, CommandError
from api.output import Table, plain
from api.problems import RequestError, read_json
from api.rows import VERDICT_STATUS, columns
from graph.dates import iso
from matching.decision import Verdict, strictest

if TYPE_CHECKING:
    from api.screening import Ask, InputRow, RejectedRow
    from loaders.bidders import BiddersFile
    from matching.decision import Decision


SHOWN = 20
"""Notes on the reading that are written out; they are in the rows' remarks where they matter."""


@command("screen", formats=("table", "json", "jsonl", "csv", "xlsx", "html"))
@click.argument("bidders", metavar="BIDDERS", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option("--tender", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="opt.tender")
@option("--regime", help="opt.regime")
@option("--object", "object_", help="opt.object")
@option("--stage", help="opt.stage")
@option("--as-of", type=instant(), metavar="TIME", help="opt.as_of")
@option("--known-at", type=instant(), metavar="TIME", help="opt.known_at")
@option("--invoked", metavar="CODES", help="opt.invoked")
@option("--exit-verdict", is_flag=True, help="opt.exit_verdict")
def screen(
    run: Run,
    bidders: Path,
    tender: Path | None,
    regime: str | None,
    object_: str | None,
    stage: str | None,
    as_of: datetime | None,
    known_at: datetime | None,
    invoked: str | None,
    exit_verdict: bool,
) -> int:
    """Screen a bidder list."""
    from api.screening import make_asks, result_rows

    given = {"regime": regime, "object": object_, "stage": stage, "as_of": as_of and iso(as_of)}
    try:
        frame = make_frame(tender, given, invoked_lists(invoked), known_at)
        rows, rejected = read_rows(bidders, run)
        asks, wrong = make_asks(rows, frame, tender is not None, run.lang)
    except RequestError as error:
        tell_problems(run, error)
        return USAGE
    rejected += wrong
    decisions = decide_all(run, asks)
    table = list(result_rows(asks, decisions, rejected, run.lang))
    if run.format == "html":
        from api.report import report

        about = [("asked_by", "cli"), ("name", bidders.name), ("rows", str(len(table)))]
        run.emit_bytes(report(decisions, run.lang, made_at=bootstrap.now(), rows=table, about=about))
    else:
        run.emit(Table(columns=columns(run.lang), rows=table))
    if rejected:
        run.note("screen.rejected_rows", count=len(rejected))
    if not table:
        run.note("screen.empty", path=bidders)
    if exit_verdict:
        return VERDICT_STATUS[strictest(Verdict(row["verdict"]) for row in table)]
    return REJECTED if rejected or not table else 0


def decide_all(run: Run, asks: list[Ask]) -> list[Decision]:
    """Decide every request, durably, with progress."""
    decisions: list[Decision] = []
    run.compile_ahead()
    with (
        bootstrap.opened_desk(run.settings) as desk,
        run.progress(run.say("screen.progress"), len(asks)) as advance,
    ):
        answers = desk.screener.screen_many(
            (ask.request for ask in asks), now=bootstrap.now(), tenant=run.settings.tenant, actor="cli"
        )
        for decision in answers:
            decisions.append(decision)
            advance(len(decisions), len(asks))
    return decisions


def read_rows(path: Path, run: Run) -> tuple[list[InputRow], list[RejectedRow]]:
    """The rows of a bidder list, good and rejected.

    Raises:
        FileError: the file is no bidder list, or can't be read.
    """
    from api.screening import InputRow, RejectedRow
    from loaders.bidders import read_bidders

    found = read_bidders(path, run.lang)
    tell_reading(run, found)
    rows = [
        InputRow(
            row=row.row,
            client_id=row.client_id,
            fields=row.fields,
            project=row.project,
            lot=row.lot,
            incomplete="" if row.complete else "; ".join(w["message"] for w in row.warnings) or "-",
        )
        for row in found.rows
    ]
    rejected = [RejectedRow(row=row["row"] or 0, name="", message=row["message"]) for row in found.rejected]
    return rows, rejected


def tell_reading(run: Run, found: BiddersFile) -> None:
    """What was noticed while reading, on stderr: columns that nobody knows, notes, warnings."""
    if found.columns["unknown"]:
        run.note("screen.unknown", columns=", ".join(plain(name) for name in found.columns["unknown"]))
    notes = [*found.notes, *(warning for row in found.rows for warning in row.warnings)]
    for item in notes[:SHOWN]:
        run.note("screen.note", row=item["row"] or "-", message=plain(item["message"]))
    if len(notes) > SHOWN:
        run.note("screen.more", count=len(notes) - SHOWN)


def make_frame(
    tender: Path | None, given: dict[str, Any], invoked: list[str] | None, known_at: datetime | None
) -> dict[str, Any]:
    """What all rows share: the tender of the file, with the options on top.

    Raises:
        RequestError: the file is not JSON, or no object.
    """
    frame: dict[str, Any] = {}
    if tender is not None:
        document = read_json(tender.read_bytes())
        if isinstance(document, dict) and isinstance(document.get("tender"), dict):
            frame = {key: value for key, value in document.items() if key != "bidders"}
        else:
            frame = {"tender": document}
    fields = {key: value for key, value in given.items() if value is not None}
    if invoked is not None:
        fields["invoked_lists"] = invoked
    if fields and isinstance(frame.get("tender", {}), dict):
        frame["tender"] = {**frame.get("tender", {}), **fields}
    if known_at is not None:
        frame["known_at"] = iso(known_at)
    return frame


def invoked_lists(text: str | None) -> list[str] | None:
    """The list codes of `--invoked`; `none` says that the documents invoke no list.

    Raises:
        CommandError: `usage.list_code` (status 2): a code that no list has.
    """
    from graph.lists import BY_CODE

    if text is None:
        return None
    codes = [
        code.strip().upper() for code in text.replace("，", ",").replace("、", ",").split(",") if code.strip()
    ]
    if codes == ["NONE"]:
        return []
    for code in codes:
        if code not in BY_CODE:
            raise CommandError("usage.list_code", status=USAGE, code=code[:40], allowed=", ".join(BY_CODE))
    return codes
