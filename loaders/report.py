"""What a load did, file by file: the fixed JSON of `liancheng load --format json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.identifiers import mask_numbers_in_text
from graph.messages import Lang, catalogue, say
from graph.model import Doc
from loaders.base import Problem
from loaders.errors import FileError
from loaders.mapping import Outcome

MAX_LISTED = 20_000
"""Rejected rows and warnings are written out up to this many a file; beyond, their number is."""


class Changed(Doc):
    """What a file's snapshot did to the lists."""

    added: int = 0
    updated: int = 0
    ended: int = 0


class FileReport:
    """One table: how it was read, what came of its rows."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.kind = ""
        self.kind_title: dict[str, str] = {}
        self.format = ""
        self.encoding = ""
        self.header_row = 0
        self.rows = 0
        self.accepted = 0
        self.rejected: list[Problem] = []
        self.warnings: list[Problem] = []
        self.unlisted_rejected = 0
        self.unlisted_warnings = 0
        self.mapped: dict[str, str] = {}
        self.ignored: list[str] = []
        self.unknown: list[str] = []
        self.unmapped: set[str] = set()
        """Parts inside cells that nothing takes."""
        self.snapshots: list[dict[str, Any]] = []
        self.changed = Changed()
        self.codes_read = 0
        self.codes_bad = 0

    def add(self, outcome: Outcome) -> None:
        """Count what became of some rows."""
        self.rows += outcome.rows
        self.accepted += outcome.accepted
        self.codes_read += outcome.codes_read
        self.codes_bad += outcome.codes_bad
        self.unmapped.update(outcome.unmapped)
        room = max(0, MAX_LISTED - len(self.rejected))
        self.rejected += outcome.rejected[:room]
        self.unlisted_rejected += len(outcome.rejected[room:])
        room = max(0, MAX_LISTED - len(self.warnings))
        self.warnings += outcome.warned[:room]
        self.unlisted_warnings += len(outcome.warned[room:])

    def reject(self, problem: Problem) -> None:
        """Count a row that was accepted first as one that could not be used."""
        self.accepted -= 1
        if len(self.rejected) < MAX_LISTED:
            self.rejected.append(problem)
        else:
            self.unlisted_rejected += 1

    @property
    def rejected_count(self) -> int:
        """How many rows could not be used."""
        return len(self.rejected) + self.unlisted_rejected

    def to_json(self, lang: Lang) -> dict[str, Any]:
        """The file's part of the report."""
        warnings = [entry(problem, lang) for problem in self.warnings]
        for count, code in (
            (self.unlisted_rejected, "report.more_rejected"),
            (self.unlisted_warnings, "report.more_warnings"),
        ):
            if count:
                warnings.append(entry(Problem(code=code, params={"count": str(count)}), lang))
        return {
            "path": self.path,
            "kind": self.kind,
            "kind_title": self.kind_title.get(lang, ""),
            "format": self.format,
            "encoding": self.encoding,
            "header_row": self.header_row,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected_count": self.rejected_count,
            "rejected": [entry(problem, lang) for problem in self.rejected],
            "warnings": warnings,
            "columns": shown_columns(self.mapped, self.ignored, self.unknown),
            "snapshots": self.snapshots,
            "changed": {
                "added": self.changed.added,
                "updated": self.changed.updated,
                "ended": self.changed.ended,
            },
        }


class LoadReport:
    """A whole load."""

    def __init__(self) -> None:
        self.files: list[FileReport] = []
        self.published = False
        self.dry_run = False
        self.generation = 0
        self.problems: list[tuple[str, Problem]] = []
        """Path (or empty) and what is wrong with it as a whole."""
        self.unreadable = False
        """A file could not be opened or is damaged, so that nothing went live."""

    @property
    def rejected_count(self) -> int:
        """Rejected rows of all files."""
        return sum(file.rejected_count for file in self.files)

    @property
    def clean(self) -> bool:
        """Whether everything that was handed in was used."""
        return not self.problems and self.rejected_count == 0

    def file_problem(self, path: str, error: FileError) -> None:
        """Note what is wrong with a file."""
        self.problems.append((path, Problem(code=error.code, params=dict(error.params))))

    def to_json(self, lang: Lang) -> dict[str, Any]:
        """The report as `load --format json` prints it, sentences in `lang`."""
        return {
            "files": [file.to_json(lang) for file in self.files],
            "published": self.published,
            "dry_run": self.dry_run,
            "generation": self.generation,
            "problems": [{"path": path, **entry(problem, lang)} for path, problem in self.problems],
        }


def shown_columns(mapped: dict[str, str], ignored: Sequence[str], unknown: Sequence[str]) -> dict[str, Any]:
    """How columns were used. In a file without headings a row of data may stand in their place: numbers are masked."""
    return {
        "mapped": {mask_numbers_in_text(heading): field for heading, field in mapped.items()},
        "ignored": [mask_numbers_in_text(heading) for heading in ignored],
        "unknown": [mask_numbers_in_text(heading) for heading in unknown],
    }


def entry(problem: Problem, lang: Lang) -> dict[str, Any]:
    """A problem with its sentence."""
    return {
        "row": problem.row or None,
        "column": mask_numbers_in_text(problem.column),
        "code": problem.code,
        "message": mask_numbers_in_text(sentence(problem.code, problem.params, lang)),
    }


def sentence(code: str, params: dict[str, str], lang: Lang) -> str:
    """The sentence of a code; those of identifiers and the store stand in the room `graph`."""
    if code == "archive.member":
        inner = sentence(params["reason"], params, lang)
        return say("loaders", code, lang, member=params["member"], detail=inner)
    room = "loaders" if code in catalogue("loaders") else "graph"
    return say(room, code, lang, **params)
