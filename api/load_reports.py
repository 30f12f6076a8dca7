"""What loads did, kept in the ledger: rows that could not be used, columns, changes, and whether it went live.

A report is the installation's and no tenant's, like the lists themselves; who may see the lists may see it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
import uuid_utils

from graph.identifiers import mask_numbers_in_text
from graph.messages import Lang
from matching.ledger import Draft, Item
from matching.ledger.items import read_body

if TYPE_CHECKING:
    from loaders.base import Problem
    from loaders.report import FileReport, LoadReport
    from matching.ledger import Ledger

LOAD: Final = "load_report"
LIVE, REFUSED = "live", "refused"
NOBODY: Final = ""
"""The tenant of what belongs to the installation; no caller has it."""
MOST_ROWS: Final = 2_000
"""Rejected rows that are kept of a file, the first ones; their number is always kept."""
MOST_WARNINGS: Final = 500
MOST_IN_ALL: Final = 10_000
"""Rejected rows and warnings that are kept of a load."""
_ARCHIVE: Final = re.compile(r"\.(zip|gz|tar|tgz|7z|rar)(!|$)", re.IGNORECASE)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as it is kept, without numbers of persons; sentences are made of it in the reader's language."""

    row: int = 0
    column: str = ""
    code: str
    params: dict[str, str] = {}


class LoadedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a file."""

    path: str
    kind: str
    kind_title: dict[str, str]
    format: str
    encoding: str
    header_row: int
    rows: int
    accepted: int
    rejected_count: int
    rejected: tuple[Said, ...]
    warning_count: int
    warnings: tuple[Said, ...]
    mapped: dict[str, str]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]
    snapshots: tuple[dict[str, Any], ...]
    added: int
    updated: int
    ended: int


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a load did."""

    published: bool
    unreadable: bool
    generation: int
    taken_at: datetime | None
    files: tuple[LoadedFile, ...]
    problems: tuple[tuple[str, Said], ...]
    """File (or empty) and what was wrong with it as a whole."""

    @property
    def rejected_count(self) -> int:
        """Rejected rows of all files."""
        return sum(file.rejected_count for file in self.files)


def keep(ledger: Ledger, report: LoadReport, *, taken_at: datetime | None, actor: str, at: datetime) -> Item:
    """Keep the report of a load.

    Raises:
        LedgerError: nothing was kept.
    """
    room = MOST_IN_ALL
    files = []
    for file in report.files:
        files.append(_file(file, room))
        room -= len(files[-1].rejected) + len(files[-1].warnings)
    body = Load(
        published=report.published,
        unreadable=report.unreadable,
        generation=report.generation,
        taken_at=taken_at,
        files=tuple(files),
        problems=tuple(
            (mask_numbers_in_text(short(path)), _said(problem)) for path, problem in report.problems
        ),
    )
    draft = Draft(
        kind=LOAD,
        id=str(uuid_utils.uuid7()),
        state=LIVE if report.published else REFUSED,
        body=msgspec.json.encode(body),
    )
    return ledger.items.put(draft, tenant=NOBODY, actor=actor, at=at)


def short(path: str) -> str:
    """A file's name as reports tell it: without the folders of the server, with an archive that it lies in."""
    parts = path.split("/")
    archives = [place for place, part in enumerate(parts) if _ARCHIVE.search(part)]
    return "/".join(parts[archives[0] if archives else -1 :])


def _file(file: FileReport, room: int) -> LoadedFile:
    from loaders.report import shown_columns

    columns = shown_columns(file.mapped, file.ignored, file.unknown)
    rejected = file.rejected[: min(MOST_ROWS, room)]
    return LoadedFile(
        path=mask_numbers_in_text(short(file.path)),
        kind=file.kind,
        kind_title=file.kind_title,
        format=file.format,
        encoding=file.encoding,
        header_row=file.header_row,
        rows=file.rows,
        accepted=file.accepted,
        rejected_count=file.rejected_count,
        rejected=tuple(_said(problem) for problem in rejected),
        warning_count=len(file.warnings) + file.unlisted_warnings,
        warnings=tuple(
            _said(problem) for problem in file.warnings[: max(0, min(MOST_WARNINGS, room - len(rejected)))]
        ),
        mapped=columns["mapped"],
        ignored=tuple(columns["ignored"]),
        unknown=tuple(columns["unknown"]),
        snapshots=tuple(file.snapshots),
        added=file.changed.added,
        updated=file.changed.updated,
        ended=file.changed.ended,
    )


def _said(problem: Problem) -> Said:
    return Said(
        row=problem.row,
        column=mask_numbers_in_text(problem.column),
        code=problem.code,
        params={name: mask_numbers_in_text(value) for name, value in problem.params.items()},
    )


def told(one: Said, lang: Lang) -> dict[str, Any]:
    """A problem with its sentence."""
    from loaders.base import Problem
    from loaders.report import entry

    return entry(Problem(row=one.row, column=one.column, code=one.code, params=one.params), lang)


def page(ledger: Ledger, *, before: int | None = None, limit: int = 50) -> Sequence[Item]:
    """The reports, newest first."""
    return ledger.items.page(LOAD, tenant=NOBODY, before=before, limit=limit)


def one(ledger: Ledger, identity: str) -> Item | None:
    """A report; None where there is none of that id."""
    return ledger.items.get(LOAD, identity, tenant=NOBODY)


def document(item: Item, lang: Lang) -> dict[str, Any]:
    """A report as `liancheng load --format json` prints it, with when and by whom; what is kept of its rows."""
    body: Load = read_body(item, Load)
    return {
        **summary(item),
        "files": [
            {
                "path": short(file.path),
                "kind": file.kind,
                "kind_title": file.kind_title.get(lang, ""),
                "format": file.format,
                "encoding": file.encoding,
                "header_row": file.header_row,
                "rows": file.rows,
                "accepted": file.accepted,
                "rejected_count": file.rejected_count,
                "rejected": [told(problem, lang) for problem in file.rejected],
                "warning_count": file.warning_count,
                "warnings": [told(problem, lang) for problem in file.warnings],
                "columns": {
                    "mapped": file.mapped,
                    "ignored": list(file.ignored),
                    "unknown": list(file.unknown),
                },
                "snapshots": list(file.snapshots),
                "changed": {"added": file.added, "updated": file.updated, "ended": file.ended},
            }
            for file in body.files
        ],
        "problems": [{"path": short(path), **told(problem, lang)} for path, problem in body.problems],
    }


def summary(item: Item) -> dict[str, Any]:
    """A report without its files."""
    from graph.dates import iso

    body: Load = read_body(item, Load)
    return {
        "id": item.id,
        "at": iso(item.created_at),
        "by": item.owner,
        "taken_at": None if body.taken_at is None else iso(body.taken_at),
        "published": body.published,
        "generation": body.generation,
        "paths": [short(file.path) for file in body.files] or [short(path) for path, _ in body.problems],
        "rows": sum(file.rows for file in body.files),
        "accepted": sum(file.accepted for file in body.files),
        "rejected_count": body.rejected_count,
    }
