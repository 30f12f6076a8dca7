"""Load reports: what was read when, what could not be used and why, and what changed by it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fastapi import Response

from api import load_reports
from api.load_reports import Load, LoadedFile, Said
from api.routes.base import cursor, from_cursor
from api.routes.problem import ProblemError
from api.web.answers import page
from api.web.door import Visit
from api.web.words import Words
from matching.ledger import Item
from matching.ledger.items import read_body

SHOWN: Final = 30
"""Loads on the page of the lists."""
FIRST: Final = 20
"""Rejected rows of a file that the whole report shows."""
ROWS: Final = 200
"""Rejected rows on a page of one file."""


class Listed(NamedTuple):
    """A load in the list."""

    id: str
    at: str
    live: bool
    generation: int
    files: str
    rows: int
    accepted: int
    rejected: int
    added: int
    updated: int
    ended: int


class Trouble(NamedTuple):
    """A row, or a file as a whole, with what is wrong with it."""

    row: str
    column: str
    message: str


class Told(NamedTuple):
    """Some of many problems: those shown, from which to which, how many are kept and how many there were."""

    lines: tuple[Trouble, ...]
    first: int
    last: int
    kept: int
    total: int


class FileShown(NamedTuple):
    """What came of a file, in words."""

    number: int
    path: str
    kind: str
    encoding: str
    header_row: int
    figures: str
    changes: str
    snapshots: tuple[str, ...]
    mapped: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]
    rejected: Told
    warnings: Told


def listed(visit: Visit) -> dict[str, Any]:
    """What the page of the lists shows of the loads, newest first."""
    before = from_cursor(visit.request, visit.asked("before", 40))
    found = load_reports.page(visit.service.ledger, before=before, limit=SHOWN + 1)
    older = cursor(found[SHOWN - 1].event_seq) if len(found) > SHOWN else None
    return {"reports": [_listed(one, visit.words) for one in found[:SHOWN]], "older": older}


def _listed(item: Item, words: Words) -> Listed:
    body: Load = read_body(item, Load)
    files = [load_reports.short(file.path) for file in body.files] or [
        load_reports.short(path) for path, _ in body.problems if path
    ]
    return Listed(
        id=item.id,
        at=words.time(item.created_at),
        live=body.published,
        generation=body.generation,
        files=words.listed(files, 3),
        rows=sum(file.rows for file in body.files),
        accepted=sum(file.accepted for file in body.files),
        rejected=body.rejected_count,
        added=sum(file.added for file in body.files),
        updated=sum(file.updated for file in body.files),
        ended=sum(file.ended for file in body.files),
    )


def show(visit: Visit) -> Response:
    """One load, file by file; with `file`, the rejected rows of that one, a page at a time."""
    item = load_reports.one(visit.service.ledger, str(visit.request.path_params["load_id"]))
    if item is None:
        raise ProblemError("http.not_found")
    body: Load = read_body(item, Load)
    chosen, number = visit.asked("file", 6), visit.asked("page", 6)
    only = int(chosen) if chosen.isdecimal() and 1 <= int(chosen) <= len(body.files) else 0
    turn = max(1, int(number)) if number.isdecimal() else 1
    files = [
        _file(file, place, visit.words, turn if only else 0)
        for place, file in enumerate(body.files, 1)
        if not only or place == only
    ]
    kept = files[0].rejected.kept if only else 0
    return page(
        visit,
        "load.html",
        load=_listed(item, visit.words),
        by=item.owner,
        taken=visit.words("load.unknown_time") if body.taken_at is None else visit.words.time(body.taken_at),
        problems=[
            Trouble("", load_reports.short(path) if path else "", _message(said, visit))
            for path, said in body.problems
        ],
        files=files,
        only=only,
        turn=turn,
        turns=max(1, -(-kept // ROWS)),
    )


def _message(said: Said, visit: Visit) -> str:
    return str(load_reports.told(said, visit.lang)["message"])


def _file(file: LoadedFile, number: int, words: Words, turn: int) -> FileShown:
    return FileShown(
        number=number,
        path=load_reports.short(file.path),
        kind=file.kind_title.get(words.lang) or file.kind,
        encoding=" · ".join(part for part in (file.format.upper(), file.encoding.upper()) if part),
        header_row=file.header_row,
        figures=words(
            "load.figures",
            rows=words.number(file.rows),
            accepted=words.number(file.accepted),
            rejected=words.number(file.rejected_count),
        ),
        changes=words(
            "load.changes",
            added=words.number(file.added),
            updated=words.number(file.updated),
            ended=words.number(file.ended),
        ),
        snapshots=tuple(
            f"{words.dataset(one['dataset'])} · {one['source']} · {_mode(one, words)}"
            for one in file.snapshots
        ),
        mapped=tuple(file.mapped.items()),
        ignored=file.ignored,
        unknown=file.unknown,
        rejected=_told(file.rejected, file.rejected_count, words, turn),
        warnings=_told(() if turn else file.warnings, file.warning_count, words, 0),
    )


def _told(problems: tuple[Said, ...], total: int, words: Words, turn: int) -> Told:
    """The first problems, or those of one page."""
    begin = (turn - 1) * ROWS if turn else 0
    shown = problems[begin : begin + (ROWS if turn else FIRST)]
    lines = []
    for one in shown:
        said = load_reports.told(one, words.lang)
        lines.append(Trouble(str(said["row"] or "–"), said["column"] or "–", said["message"]))
    return Told(tuple(lines), begin + 1 if shown else 0, begin + len(shown), len(problems), total)


def _mode(snapshot: dict[str, Any], words: Words) -> str:
    return words.known(f"load.mode.{snapshot['mode']}", str(snapshot["mode"]))
