"""The load: recognise, stage, check minimums, then switch. Nothing goes live that did not pass.

Files of one kind in one call form one snapshot. A full snapshot ends what it no longer holds; a delta ends
nothing. Whatever interrupts a load, the store holds the old state or the new one.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from graph.lists import BY_CODE
from graph.messages import Lang
from graph.model import Doc
from graph.store import Batch, Changes, SnapshotInfo, Store
from loaders import pool
from loaders.across import Contexts, Repeats
from loaders.base import End, Kind, Problem
from loaders.errors import FileError
from loaders.files import Limits, open_tables
from loaders.headers import Column
from loaders.kinds import BIDDERS, Spec, detect, recogniser, resolve, scores
from loaders.kinds.generic import read_mapping
from loaders.manifest import Figures, check_figures, check_headings, check_older, check_shrink, dated
from loaders.mapping import Mapper, Origin
from loaders.report import Changed, FileReport, LoadReport
from loaders.tables import Table

Progress = Callable[[str, int], None]
"""Called with a table's label and how many of its rows are done."""

RULES = "1"
"""Version of the reading of rows: part of a run's token, so that a resumed run was made by the same rules."""


class LoadOptions(Doc):
    """What the caller says of the files. Whatever is None is recognised, or the kind's own default."""

    kind: str | None = None
    list_code: str | None = None
    source: str | None = None
    snapshot: Literal["full", "delta"] | None = None
    taken_at: datetime | None = None
    dry_run: bool = False
    mapping: Path | None = None
    allow_shrink: bool = False
    allow_older: bool = False
    """Let a full snapshot end records although a newer one is live."""
    lang: Lang = "zh"
    workers: int | None = None
    """Processes that read rows; None: one less than processors, one to four; 0: none."""
    limits: Limits = Limits()


class _Group:
    """The tables of one kind and source: one snapshot."""

    def __init__(self, spec: Spec, kind: Kind, source: str, full: bool) -> None:
        self.spec = spec
        self.kind = kind
        self.source = source
        self.full = full
        self.tables: list[tuple[Table, FileReport]] = []

    @property
    def label(self) -> str:
        return f"{'/'.join(self.kind.covers)} ({self.source})"

    def figures(self) -> Figures:
        reports = [report for _, report in self.tables]
        return Figures(
            rows=sum(r.rows for r in reports),
            accepted=sum(r.accepted for r in reports),
            codes_read=sum(r.codes_read for r in reports),
            codes_bad=sum(r.codes_bad for r in reports),
        )

    def snapshots(self, taken_at: datetime | None) -> list[SnapshotInfo]:
        figures = self.figures()
        digest = hashlib.sha256("".join(sorted(t.sha256 for t, _ in self.tables)).encode()).hexdigest()
        rejected = sum(report.rejected_count for _, report in self.tables)
        files = tuple(dict.fromkeys(table.name for table, _ in self.tables))
        return [
            SnapshotInfo(
                dataset=dataset,
                source=self.source,
                full=self.full,
                taken_at=taken_at,
                sha256=digest,
                files=files,
                rows=figures.rows,
                accepted=figures.accepted,
                rejected=rejected,
            )
            for dataset in self.kind.covers
        ]


class _Load:
    """One call of `load`."""

    def __init__(
        self, store: Store, options: LoadOptions, recorded_at: datetime, progress: Progress | None
    ) -> None:
        self.store = store
        self.options = options
        self.recorded_at = recorded_at
        self.progress = progress or (lambda label, rows: None)
        self.report = LoadReport()
        self.report.dry_run = options.dry_run
        self.groups: dict[tuple[str, str], _Group] = {}
        self.skip = 0
        self.ends: list[tuple[FileReport, str, End]] = []
        self.contexts = Contexts()

    def recognise(self, paths: Sequence[Path]) -> None:
        """Open every file and find out what it is, before anything is staged."""
        mapping = read_mapping(self.options.mapping) if self.options.mapping else None
        forced = None
        if mapping is not None:
            forced = Spec(name="generic", mapping=mapping)
        elif self.options.kind:
            forced = Spec(name=self.options.kind, list_code=self.options.list_code or "")
        if forced is not None:
            resolve(forced)
        known = recogniser(forced)
        for path in dict.fromkeys(paths):
            try:
                opened = open_tables(path, known, self.options.limits)
            except FileError as error:
                self.report.file_problem(str(path), error)
                self.report.unreadable |= error.code != "file.no_header"
                continue
            for code, params in opened.notes:
                self.report.file_problem(str(path), FileError(code, **params))
            for table in opened.tables:
                self._assign(table, forced)

    def _assign(self, table: Table, forced: Spec | None) -> None:
        try:
            spec = forced or self._spec(table)
            kind = resolve(spec)
        except FileError as error:
            self.report.file_problem(table.label, error)
            return
        named = spec.mapping.source if spec.mapping else ""
        source = (
            self.options.source
            or named
            or (kind.name if kind.name != "generic" else f"generic:{kind.covers[0]}")
        )
        full = (self.options.snapshot or kind.snapshot) == "full"
        group = self.groups.setdefault((kind.name + spec.list_code, source), _Group(spec, kind, source, full))
        report = FileReport(table.label)
        report.kind, report.format, report.encoding = kind.name, table.format, table.encoding
        report.kind_title = {"zh": kind.title_zh, "en": kind.title_en}
        report.header_row = table.header_row
        report.warnings += [Problem(code=code, params=params) for code, params in table.notes]
        report.snapshots = [
            {"dataset": dataset, "source": source, "mode": "full" if full else "delta"}
            for dataset in kind.covers
        ]
        self.report.files.append(report)
        group.tables.append((table, report))

    def _spec(self, table: Table) -> Spec:
        """The kind of a table by its headings; a list code narrows the choice."""
        title = " ".join((*table.titles, table.name))
        code = self.options.list_code
        if code:
            fits = [(kind, score) for kind, score in scores(table.headings, title) if code in kind.covers]
            if fits and fits[0][1] >= 4 and (len(fits) == 1 or fits[0][1] > fits[1][1]):
                return Spec(name=fits[0][0].name, list_code=code)
            if code in BY_CODE:
                _agrees(table, title, code)
            return Spec(name="generic", list_code=code)
        kind, _ = detect(table.headings, title)
        if kind is BIDDERS:
            raise FileError("kind.bidders")
        return Spec(name=kind.name)

    def stage(self) -> list[Problem]:
        """Read all rows into a staged generation; returns the minimums that were missed."""
        missed = [
            problem
            for group in self.groups.values()
            for table, _ in group.tables
            for problem in check_headings(
                group.kind, Mapper(group.kind, _origin(group, table, None)).plan(table.headings)
            )
        ]
        if missed:
            return missed
        token = self._token()
        self.store.begin(token, self._snapshots())
        self.skip = self.store.staged()
        for group in self.groups.values():
            for table, report in group.tables:
                before = self._changes() if len(group.tables) > 1 else {}
                self._stage_table(group, table, report)
                if len(group.tables) > 1:
                    self._attribute(group, report, before, self._changes())
        lost = self._apply_ends()
        missed = [
            problem
            for group in self.groups.values()
            for problem in check_figures(
                group.label, group.figures(), full=group.full, allow_shrink=self.options.allow_shrink
            )
        ]
        if missed:
            return missed
        for report, problem in lost:
            report.reject(problem)
        for group in self.groups.values():
            if group.full:
                for dataset in group.kind.covers:
                    self.store.end_missing(dataset, group.source)
        final = self._changes()
        for group in self.groups.values():
            missed += self._settle(group, final)
        if not missed:
            # The counts of the snapshots are known only now; the same token keeps what is staged.
            self.store.begin(token, self._snapshots())
        return missed

    def _stage_table(self, group: _Group, table: Table, report: FileReport) -> None:
        origin = _origin(group, table, self.options.taken_at)
        mapper = Mapper(group.kind, origin, context=self.contexts.of(group.kind, self._named()))
        workers = self.options.workers
        if workers is None:
            workers = max(1, min(4, (os.cpu_count() or 1) - 1))
        repeats = Repeats(group.kind)
        headings = table.headings
        limits = self.options.limits
        for headings, outcome in pool.outcomes(
            table, mapper, group.spec, origin, workers=workers, limits=limits
        ):
            report.add(outcome)
            self._write(outcome.batch)
            for repeated in repeats.among(outcome):
                report.add(repeated)
            self.ends += [(report, mapper.plan(headings).heading("record_code"), end) for end in outcome.ends]
            self.progress(table.label, report.rows)
        plan = mapper.plan(headings)
        report.mapped = {column.heading: column.field for column in sorted(plan.columns, key=_place)}
        report.ignored = list(plan.ignored)
        report.unknown = [*plan.unknown, *sorted(report.unmapped)]

    def _named(self) -> Iterator[tuple[str, Table]]:
        for group in self.groups.values():
            for table, _ in group.tables:
                yield group.kind.name, table

    def _write(self, batch: Batch) -> None:
        """Stage a batch; a resumed run leaves out what it has."""
        if self.skip >= len(batch):
            self.skip -= len(batch)
            return
        self.skip = 0
        if len(batch):
            self.store.write(batch)

    def _apply_ends(self) -> list[tuple[FileReport, Problem]]:
        """Withdraw what the files say; returns the rows whose entry is not there."""
        lost = []
        for report, column, end in self.ends:
            found = self.store.end(
                end.dataset, [end.key], event=end.event, at=end.at or self.recorded_at, reason=end.reason
            )
            if not found:
                lost.append((report, Problem(row=end.row, column=column, code="end.not_found")))
        return lost

    def _changes(self) -> dict[tuple[str, str], Changes]:
        return {(c.dataset, c.source): c for c in self.store.staged_changes()}

    def _attribute(
        self,
        group: _Group,
        report: FileReport,
        before: dict[tuple[str, str], Changes],
        after: dict[tuple[str, str], Changes],
    ) -> None:
        """What one of several files of a snapshot did."""
        zero = Changes(dataset="", source="")
        pairs = [(before.get(key, zero), after.get(key, zero)) for key in self._keys(group)]
        report.changed = Changed(
            added=sum(b.added - a.added for a, b in pairs),
            updated=sum(b.updated - a.updated for a, b in pairs),
            ended=sum(b.ended - a.ended for a, b in pairs),
        )

    def _settle(self, group: _Group, final: dict[tuple[str, str], Changes]) -> list[Problem]:
        """The figures of a snapshot into its reports; the minimum that it may miss."""
        mine = [final[key] for key in self._keys(group) if key in final]
        missed: list[Problem] = []
        last = group.tables[-1][1]
        live = dated(info for one in self.store.publications() for info in one.snapshots)
        for changes in mine:
            older = check_older(changes, live.get((changes.dataset, changes.source)), self.options.taken_at)
            if group.full:
                missed += check_shrink(changes, allow_shrink=self.options.allow_shrink)
            if older is not None and group.full and not self.options.allow_older:
                missed.append(older)
            elif older is not None:
                last.warnings.append(msgspec.structs.replace(older, code="snapshot.older"))
        if len(group.tables) == 1:
            last.changed = Changed(
                added=sum(c.added for c in mine),
                updated=sum(c.updated for c in mine),
                ended=sum(c.ended for c in mine),
            )
        else:
            others = sum(report.changed.ended for _, report in group.tables[:-1])
            last.changed = msgspec.structs.replace(last.changed, ended=sum(c.ended for c in mine) - others)
        rejected = sum(report.rejected_count for _, report in group.tables)
        if group.full and rejected and last.changed.ended:
            last.warnings.append(
                Problem(
                    code="snapshot.rejected_and_ended",
                    params={"rejected": str(rejected), "ended": str(last.changed.ended)},
                )
            )
        return missed

    def _keys(self, group: _Group) -> list[tuple[str, str]]:
        return [(dataset, group.source) for dataset in group.kind.covers]

    def _snapshots(self) -> list[SnapshotInfo]:
        return [info for group in self.groups.values() for info in group.snapshots(self.options.taken_at)]

    def _token(self) -> str:
        parts = [
            RULES,
            str(self.options.taken_at),
            str(self.options.allow_shrink),
            str(self.options.allow_older),
        ]
        for key, group in self.groups.items():
            parts += [*key, str(group.full), msgspec.json.encode(group.spec).decode()]
            parts += [f"{table.label}{table.sha256}" for table, _ in group.tables]
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _origin(group: _Group, table: Table, taken_at: datetime | None) -> Origin:
    return Origin(
        dataset=group.kind.covers[0],
        publisher=group.source,
        file=table.name,
        sha256=table.sha256,
        taken_at=taken_at,
    )


def _agrees(table: Table, title: str, code: str) -> None:
    """Whether a table may be read as a plain list of that code.

    Raises:
        FileError: `kind.list`, it is plainly a kind that has nothing to do with that list.
    """
    try:
        kind, _ = detect(table.headings, title)
    except FileError:
        return
    if kind is BIDDERS:
        raise FileError("kind.bidders")
    raise FileError("kind.list", kind=kind.name, list=code, covers=", ".join(kind.covers))


def _place(column: Column) -> int:
    return column.index


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows make no reference cycles; looking for some after every few hundred costs a tenth of a load."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def load(
    store: Store,
    paths: Sequence[Path],
    *,
    options: LoadOptions,
    recorded_at: datetime,
    progress: Progress | None = None,
) -> LoadReport:
    """Load published files into the store as one new generation, or leave everything as it was.

    Args:
        store: opened for writing.
        paths: files; those of one kind form one snapshot per source.
        options: what the caller says of them.
        recorded_at: when this is recorded (the second clock).
        progress: called now and then with a table's label and its rows so far.

    Returns:
        The report. `published` is false when a minimum was missed, a file was unreadable or it was a dry run.

    Raises:
        StoreError: the store is busy, damaged or foreign.
    """
    run = _Load(store, options, recorded_at, progress)
    report = run.report
    try:
        run.recognise(paths)
    except FileError as error:
        report.file_problem("", error)
        report.unreadable = error.code.startswith("mapping.")
    report.generation = store.generation()
    if report.unreadable or not run.groups:
        return report
    begun = True
    try:
        with _no_collection():
            missed = run.stage()
        if missed or options.dry_run:
            store.abort()
        else:
            report.generation = store.publish(recorded_at).number
            report.published = True
        begun = False
    except FileError as error:
        report.file_problem("", error)
        report.unreadable = True
        missed = []
    finally:
        if begun:
            store.abort()
    report.problems += [("", problem) for problem in missed]
    return report
