"""`liancheng decide`: the body of `POST /v1/decisions` in, the same answer out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from api import bootstrap
from api.cli.common import Run, command, option
from api.errors import MISSING, USAGE, CommandError
from api.masking import mask_json
from api.problems import MAX_BODY, RequestError, parse_request
from api.rows import VERDICT_STATUS, decision_table


def read_input(path: Path) -> bytes:
    """The bytes of a file, or of standard input for `-`; at most what a request may have and one more."""
    if str(path) == "-":
        return sys.stdin.buffer.read(MAX_BODY + 1)
    with path.open("rb") as source:
        return source.read(MAX_BODY + 1)


def loaded(run: Run, tender: str, lot: str) -> bytes:
    """The request of a loaded tender.

    Raises:
        CommandError: no such tender, lot or bids.
    """
    import msgspec

    from api.tenders import TenderError, request_of

    with bootstrap.opened_store(run.settings) as store:
        try:
            return msgspec.json.encode(request_of(store, tender, lot))
        except TenderError as error:
            raise CommandError(error.code, status=MISSING, **error.params) from error


def tell_problems(run: Run, error: RequestError) -> None:
    """All errors of a body on stderr, a line each."""
    run.note("decide.invalid", count=len(error.problems))
    for problem in error.problems:
        run.note(
            "decide.error",
            pointer=problem.pointer or "/",
            message=problem.message(run.lang),
            code=problem.code,
        )


@command("decide", formats=("json", "table", "csv", "jsonl", "xlsx", "html"), default="json")
@click.argument(
    "request_file",
    metavar="[REQUEST.json]",
    required=False,
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
)
@option("--tender", metavar="NO", help="opt.decide_tender")
@option("--lot", metavar="NO", help="opt.decide_lot")
@option("--exit-verdict", is_flag=True, help="opt.exit_verdict")
def decide(
    run: Run, request_file: Path | None, tender: str | None, lot: str | None, exit_verdict: bool
) -> int:
    """Decide one request, or a tender that was loaded."""
    from matching.decision import to_json

    if (request_file is None) == (tender is None) or (lot and tender is None):
        raise CommandError("decide.one_of", status=USAGE)
    try:
        body = read_input(request_file) if request_file is not None else loaded(run, tender or "", lot or "")
        request = parse_request(body)
    except RequestError as error:
        tell_problems(run, error)
        return USAGE
    run.compile_ahead()
    with bootstrap.opened_desk(run.settings) as desk:
        decision = desk.screener.screen(request, now=bootstrap.now(), tenant=run.settings.tenant, actor="cli")
    if run.format == "json":
        run.emit_bytes(mask_json(to_json(decision)) + b"\n")
    elif run.format == "html":
        from api.report import report

        run.emit_bytes(report([decision], run.lang, made_at=bootstrap.now()))
    else:
        run.emit(decision_table(decision, run.lang))
    return VERDICT_STATUS[decision.verdict] if exit_verdict else 0
