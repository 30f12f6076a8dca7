"""`liancheng redflags`: the Open Contracting indicators over files of contracting processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api import bootstrap
from api.cli.common import Run, command, instant, option
from api.errors import MISSING, REJECTED, USAGE, CommandError
from api.masking import mask_value
from api.output import Column, Table

if TYPE_CHECKING:
    from graph.procurement import Process
    from loaders.base import Problem
    from matching.redflags.more import Kind
    from matching.redflags.run import Answer
    from matching.redflags.settings import Settings

SHOWN = 20
"""Problems written out on stderr; their number is told in any case."""
KEYS = ("file", "group", "subject", "indicator", "title", "value", "fence", "side", "reference", "facts")
PLAIN = "tsv"
ALSO = ("screens", "histories", "conduct")


@command("redflags", formats=(PLAIN, "table", "json", "jsonl", "csv", "xlsx"), default=PLAIN)
@click.argument(
    "files",
    metavar="[OCDS]...",
    nargs=-1,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@option(
    "--settings", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="opt.redflags.settings"
)
@option("--meta", is_flag=True, help="opt.redflags.meta")
@option("--graph", is_flag=True, help="opt.redflags.graph")
@option("--also", multiple=True, type=click.Choice(ALSO), help="opt.redflags.also")
@option("--as-of", type=instant(), metavar="TIME", help="opt.redflags.as_of")
@option("--split-under", type=str, metavar="AMOUNT", help="opt.redflags.split_under")
def redflags(
    run: Run,
    files: tuple[Path, ...],
    settings: Path | None,
    meta: bool,
    graph: bool,
    also: tuple[Kind, ...],
    as_of: datetime | None,
    split_under: str | None,
) -> int:
    """Red flags of contracting processes."""
    from graph.tenders import processes as assembled
    from loaders.ocds.read import Refused
    from matching.redflags.more import Asked
    from matching.redflags.run import run as calculate

    if graph == bool(files):
        raise CommandError("redflags.source", status=USAGE)
    asked = Asked(kinds=tuple(dict.fromkeys(also)), as_of=as_of, threshold=_amount(split_under))
    chosen = _settings(run, settings)
    answers: list[tuple[Path, Answer]] = []
    problems: list[tuple[Path, Problem]] = []
    with run.progress(run.say("redflags.progress")) as advance:
        done = 0

        def read(path: Path) -> Iterator[Process]:
            nonlocal done
            for one in _processes(run, path, problems):
                done += 1
                advance(done, None)
                yield one

        for path in files:
            answers.append((path, calculate(read(path), chosen, asked)))
        if graph:
            with bootstrap.opened_store(run.settings) as store:
                edges = (edge for version, edge in store.iter_edges() if version.to_gen is None)
                sealed: list[str] = []
                found = assembled(edges, store.get, now=bootstrap.now(), sealed=sealed)
                answers.append((Path("graph"), calculate(found, chosen, asked)))
            if sealed:
                run.note("redflags.sealed", count=len(sealed))
    _emit(run, answers, meta)
    _tell(run, answers, problems)
    return REJECTED if any(isinstance(problem, Refused) for _, problem in problems) else 0


def _amount(text: str | None) -> Decimal | None:
    """The threshold of contract splitting.

    Raises:
        CommandError: `redflags.amount`, it is no amount above 0.
    """
    if text is None:
        return None
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise CommandError("redflags.amount", status=USAGE)
    return amount


def _settings(run: Run, path: Path | None) -> Settings:
    from matching.redflags.settings import Settings, SettingsFileError, parse_settings

    if path is None:
        return Settings()
    try:
        chosen, over = parse_settings(path.read_text("utf-8-sig"))
    except SettingsFileError as error:
        from graph.messages import say

        detail = say("matching", error.code, run.lang, **error.params)
        raise CommandError("redflags.settings", status=USAGE, path=path, detail=detail) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError("redflags.settings_unreadable", status=MISSING, path=path) from error
    if over:
        run.note("redflags.sections_over", sections=", ".join(f"[{name}]" for name in over))
    if not chosen.enabled:
        run.note("redflags.none_enabled")
    return chosen


def _processes(run: Run, path: Path, problems: list[tuple[Path, Problem]]) -> Iterator[Process]:
    from graph.procurement import Process
    from loaders.errors import FileError
    from loaders.ocds.read import processes
    from loaders.report import sentence

    try:
        for one in processes(path):
            if isinstance(one, Process):
                yield one
            else:
                problems.append((path, one))
    except FileError as error:
        detail = sentence(error.code, error.params, run.lang)
        raise CommandError("redflags.file", status=MISSING, path=path, detail=detail) from error


def _emit(run: Run, answers: list[tuple[Path, Answer]], meta: bool) -> None:
    documents = {path: _document(answer, meta) for path, answer in answers}
    if run.format in (PLAIN, "json"):
        lines = []
        for path, document in documents.items():
            text = json.dumps(mask_value(document), ensure_ascii=False, separators=(",", ":"))
            lines.append(text if len(documents) == 1 else f"{_stem(path)}\t{text}")
        if run.format == "json" and len(documents) > 1:
            named = {_stem(path): document for path, document in documents.items()}
            lines = [json.dumps(mask_value(named), ensure_ascii=False, separators=(",", ":"))]
        run.emit_bytes(("\n".join(lines) + "\n").encode())
        return
    rows = [row for path, answer in answers for row in _rows(run, path, answer)]
    wide = {"subject": 30, "title": 40, "facts": 60, "reference": 40}
    columns = tuple(Column(key, run.say(f"redflags.col.{key}"), wide.get(key, 0)) for key in KEYS)
    run.emit(Table(columns=columns, rows=rows))


def _stem(path: Path) -> str:
    return path.name.split(".")[0]


def _document(answer: Answer, meta: bool) -> dict[str, Any]:
    found: dict[str, Any] = dict(answer.grouped())
    if meta:
        found["Meta"] = answer.meta()
    return found


def _rows(run: Run, path: Path, answer: Answer) -> Iterator[dict[str, Any]]:
    from matching.redflags.wording import code, facts, reference, title

    for result in answer.results:
        judged = result.reference
        yield {
            "file": _stem(path),
            "group": result.group,
            "subject": result.subject,
            "indicator": code(result),
            "title": title(result, run.lang),
            "value": result.value,
            "fence": None if judged is None else judged.fence,
            "side": "" if judged is None else judged.side,
            "reference": "" if judged is None else reference(judged, run.lang),
            "facts": facts(result),
        }


def _tell(run: Run, answers: list[tuple[Path, Answer]], problems: list[tuple[Path, Problem]]) -> None:
    from graph.messages import say
    from loaders.report import sentence

    for path, problem in problems[:SHOWN]:
        message = sentence(problem.code, problem.params, run.lang)
        run.note(
            "redflags.problem",
            path=path,
            row=problem.row or "-",
            column=problem.column or "-",
            message=message,
        )
    if len(problems) > SHOWN:
        run.note("redflags.more_problems", count=len(problems) - SHOWN)
    for path, answer in answers:
        run.note("redflags.read", path=path, count=answer.processes, found=len(answer.results))
        for cut in answer.cut:
            since = cut.since.date().isoformat() if cut.since is not None else ""
            note = say(
                "matching", f"rule.past.{cut.reason}", run.lang, party=cut.about, count=cut.count, since=since
            )
            run.note("redflags.cut", path=path, message=note)
        if answer.repeated:
            run.note("redflags.repeated", path=path, count=answer.repeated)
        if answer.cancelled or answer.excluded:
            run.note("redflags.left_out", path=path, cancelled=answer.cancelled, excluded=answer.excluded)
