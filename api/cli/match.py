"""`liancheng match`: pairs of names judged, and lists of names matched against lists, by the million."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from api.cli.common import CommandGroup, Run, command, option
from api.errors import REJECTED, USAGE, CommandError, mask_identity
from api.output import BINARY

if TYPE_CHECKING:
    from api.cli.match_files import Chunk, Opened
    from matching.bulk.work import Shard, WorkFolder

CHUNK_ROWS = 20_000
ALONE = 10_000
"""So few rows are judged in this process: starting others would take longer."""
FORMATS = ("csv", "json", "jsonl", "xlsx", "table")
MAX_SHEET = 1_048_576
"""Rows of a sheet, the headings among them."""

match = CommandGroup("match")


@command("match pairs", formats=FORMATS, default="csv")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option("--keep", is_flag=True, help="opt.keep")
@option("--workers", type=click.IntRange(1, 64), help="opt.match_workers")
def match_pairs(run: Run, file: Path, keep: bool, workers: int | None) -> int:
    """Judge pairs of names."""
    from api.cli.match_files import open_rows, pair_columns
    from api.cli.match_tasks import PAIR_RESULT, PairsTask
    from matching.bulk.pairs import PairPlaces
    from matching.bulk.work import digest, program

    opened = open_rows(file, pair_columns())
    clash = [heading for heading in opened.headings if heading.strip() in PAIR_RESULT]
    if clash:
        raise CommandError("match.clash", status=USAGE, path=shown(file), column=clash[0])
    tell_unknown(run, opened, "match.carried")
    run.compile_ahead()
    key = digest("pairs", program(), opened.sha256, opened.headings, run.lang, CHUNK_ROWS)
    columns = (*opened.headings, *PAIR_RESULT)
    with work_folder(run, key, keep=keep) as work:
        folder = work.run(key)
        task = PairsTask(
            folder=str(folder),
            places=PairPlaces(**{field: places[0] for field, places in opened.places.items()}),
            width=len(opened.headings),
            lang=run.lang,
        )
        shards = judge_all(run, task, opened, folder, workers)
        emit(run, columns, folder, len(shards), texts=len(opened.headings))
    return summary(run, shards)


@command("match list", formats=FORMATS, default="csv")
@click.argument("list_file", metavar="LIST", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("queries", metavar="QUERIES", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option("--registry", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="opt.registry")
@option("--top", type=click.IntRange(1, 50), default=3, show_default=True, help="opt.top")
@option("--budget", type=click.IntRange(1, 10_000), help="opt.budget")
@option("--keep", is_flag=True, help="opt.keep")
@option("--workers", type=click.IntRange(1, 64), help="opt.match_workers")
def match_list(
    run: Run,
    list_file: Path,
    queries: Path,
    registry: Path | None,
    top: int,
    budget: int | None,
    keep: bool,
    workers: int | None,
) -> int:
    """Match a list against a list."""
    from api.bootstrap import load_policy
    from api.cli.match_files import open_rows, party_columns
    from api.cli.match_tasks import LIST_RESULT, ListTask, PartyPlaces
    from matching.bulk.lookup import Plan
    from matching.bulk.work import digest, program

    policy = load_policy(run.settings)
    files = {"list": open_rows(list_file, party_columns()), "queries": open_rows(queries, party_columns())}
    if registry is not None:
        files["registry"] = open_rows(registry, party_columns())
    for opened in files.values():
        tell_unknown(run, opened, "match.ignored")
    run.compile_ahead()
    wanted = {
        name: digest(name, program(), opened.sha256, sorted(opened.places.items()))
        for name, opened in files.items()
    }
    limit, alarms = policy.candidates, budget or policy.alarm_budget
    known = policy.register_holds if registry else 0
    key = digest("list", sorted(wanted.items()), top, limit, alarms, known, run.lang, CHUNK_ROWS)
    with work_folder(run, key, keep=keep) as work:
        tables = work.tables({name: wanted[name] for name in ("list", "registry") if name in wanted})
        bad = 0
        for name, path in tables.items():
            bad += read_table(run, files[name], path, index=name == "list" and limit > 0, workers=workers)
        plan = Plan(
            table=str(tables["list"]), registry=str(tables.get("registry", "")), top=top,
            limit=min(max(limit, top) if limit else 0, 64), budget=alarms, known=known,
        )  # fmt: skip
        folder = work.run(key)
        task = ListTask(
            folder=str(folder), places=PartyPlaces(**files["queries"].places), plan=plan, lang=run.lang
        )
        shards = judge_all(run, task, files["queries"], folder, workers)
        emit(run, LIST_RESULT, folder, len(shards), texts=0)
    return max(summary(run, shards), REJECTED if bad else 0)


def read_table(run: Run, opened: Opened, path: Path, *, index: bool, workers: int | None) -> int:
    """A list or register as a table in the work folder, made once. Returns how many rows could not be used."""
    import os

    from api.cli.match_files import chunks
    from api.cli.match_tasks import PartyPlaces, ReadTask
    from matching.bulk.pool import mapped
    from matching.bulk.table import Block, Table, build
    from matching.bulk.work import once

    def make(folder: Path) -> None:
        task = ReadTask(places=PartyPlaces(**opened.places))
        count = workers or os.cpu_count() or 1
        small = 0 < opened.lines <= ALONE

        def blocks() -> Iterator[Block]:
            rows = 0
            for block in mapped(task, chunks(opened.rows(), CHUNK_ROWS), workers=1 if small else count):
                yield block
                rows += len(block.names)
                advance(rows, opened.lines or None)

        with run.progress(run.say("match.reading", path=shown(opened.path)), opened.lines or None) as advance:
            build(folder, blocks(), index=index)

    once(path, make)
    facts = Table(path).facts
    if facts.bad:
        rows = ", ".join(map(str, facts.first_bad))
        run.note("match.bad_rows", path=shown(opened.path), count=facts.bad, rows=rows)
    return facts.bad


def shown(path: Path) -> str:
    """A path in a message."""
    return mask_identity(str(path))


def tell_unknown(run: Run, opened: Opened, code: str) -> None:
    """Columns that no field claims, on stderr."""
    if opened.unknown:
        from api.output import plain

        run.note(
            code, path=shown(opened.path), columns=", ".join(plain(name) or "-" for name in opened.unknown)
        )


@contextmanager
def work_folder(run: Run, key: str, *, keep: bool) -> Iterator[WorkFolder]:
    """The work folder of this run: beside the output file, else in the home. It stays when the run fails."""
    from matching.bulk.work import WorkError, WorkFolder

    path = run.settings.home / "match" / key
    if run.output is not None:
        path = run.output.absolute().with_name(run.output.name + ".work")
    try:
        work = WorkFolder(path)
    except WorkError as error:
        code = "match.work.busy" if error.busy else "match.work.foreign"
        raise CommandError(code, path=shown(error.path)) from error
    done = False
    try:
        yield work
        done = True
    finally:
        work.close(remove=done and not keep)


def judge_all(run: Run, task: Any, opened: Opened, folder: Path, workers: int | None) -> list[Shard]:
    """Every chunk judged; those that an earlier run finished are taken from there."""
    import os

    from api.cli.match_files import chunks
    from matching.bulk.pool import mapped
    from matching.bulk.work import read_shard

    shards: dict[int, Shard] = {}
    resumed = 0

    def missing() -> Iterator[Chunk]:
        nonlocal resumed
        for chunk in chunks(opened.rows(), CHUNK_ROWS):
            shard = read_shard(folder, chunk.number)
            if shard is None:
                order.append(chunk.number)
                yield chunk
            else:
                shards[chunk.number] = shard
                resumed += shard.rows

    order: list[int] = []
    count = workers or os.cpu_count() or 1
    with run.progress(run.say("match.progress"), opened.lines or None) as advance:
        done = 0
        small = 0 < opened.lines <= ALONE
        for done, shard in enumerate(mapped(task, missing(), workers=1 if small else count)):
            shards[order[done]] = shard
            advance(sum(one.rows for one in shards.values()), opened.lines or None)
    if resumed:
        run.note("match.resumed", count=resumed)
    return [shards[index] for index in range(len(shards))]


def rows_of(folder: Path, count: int) -> Iterator[list[str]]:
    """The rows of all shards, in order."""
    from matching.bulk.work import shard_path

    for index in range(count):
        with shard_path(folder, index).open(encoding="utf-8", errors="surrogatepass", newline="") as handle:
            yield from csv.reader(handle)


def emit(run: Run, columns: Sequence[str], folder: Path, count: int, *, texts: int) -> None:
    """The answer in the chosen format, to the output file in one step, or to stdout.

    Args:
        run: format and output.
        columns: headings.
        folder: where the shards stand.
        count: how many.
        texts: so many columns in front hold texts whatever they look like.
    """
    from api.cli.match_files import replaced

    if run.output is None:
        if run.format in BINARY and sys.stdout.isatty():
            raise CommandError("usage.binary", status=USAGE, format=run.format)
        sys.stdout.flush()
        stream = sys.stdout.buffer
        write(run.format, stream, columns, folder, count, texts, bom=False)
        stream.flush()
        return
    with replaced(run.output, folder.parent / "answer.part") as out:
        write(run.format, out, columns, folder, count, texts, bom=True)
    run.note("out.written", path=run.output)


def write(
    format: str, out: BinaryIO, columns: Sequence[str], folder: Path, count: int, texts: int, *, bom: bool
) -> None:
    """All rows in one format, without holding them."""
    import shutil

    from api.cli.match_files import csv_bytes, write_json
    from matching.bulk.work import shard_path

    if format == "csv":
        out.write(("\ufeff" if bom else "").encode() + csv_bytes([columns]))
        for index in range(count):
            with shard_path(folder, index).open("rb") as shard:
                shutil.copyfileobj(shard, out, 1 << 20)
        return
    rows = (typed(row, texts, columns) for row in rows_of(folder, count))
    if format in ("json", "jsonl"):
        write_json(out, columns, rows, lines=format == "jsonl")
    elif format == "xlsx":
        write_workbook(out, columns, rows)
    else:
        write_table(out, columns, rows)


def typed(row: list[str], texts: int, columns: Sequence[str]) -> list[Any]:
    """A row with its numbers as numbers: row numbers, ranks, scores."""
    return [
        *row[:texts],
        *(
            (float(cell) if name == "score" else int(cell))
            if cell and name in ("score", "query_row", "rank", "list_row")
            else cell
            for name, cell in zip(columns[texts:], row[texts:], strict=True)
        ),
    ]


def write_workbook(out: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A workbook written row by row; another sheet is begun where one is full."""
    from itertools import chain, islice

    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    from api.output import defuse

    book = Workbook(write_only=True)
    source = iter(rows)
    number = 0
    while (first := next(source, None)) is not None or not number:
        number += 1
        sheet = book.create_sheet("liancheng" if number == 1 else f"liancheng {number}")
        sheet.freeze_panes = "A2"
        sheet.append([ILLEGAL_CHARACTERS_RE.sub(" ", str(name)) for name in columns])
        for row in chain([first] if first is not None else [], islice(source, MAX_SHEET - 2)):
            cells: list[Any] = []
            for value in row:
                if isinstance(value, (int, float)):
                    cells.append(value)
                    continue
                said = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:32_767]
                cell = WriteOnlyCell(sheet, said)
                cell.data_type = "s"
                cell.quotePrefix = defuse(said) != said
                cells.append(cell)
            sheet.append(cells)
    data = io.BytesIO()
    book.save(data)
    book.close()
    out.write(data.getvalue())


def write_table(out: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Aligned text for people, in pages of a thousand rows: widths need no more than a page in memory."""
    from itertools import islice

    from api.output import Column, Table, render

    heads = tuple(Column(str(place), name) for place, name in enumerate(columns))
    source = iter(rows)
    number = 0
    while page := [
        dict(zip(map(str, range(len(columns))), row, strict=True)) for row in islice(source, 1000)
    ]:
        number += 1
        out.write(
            (b"\n" if number > 1 else b"") + render(Table(columns=heads, rows=page), "table", to_file=True)
        )
    if not number:
        out.write(render(Table(columns=heads, rows=[]), "table", to_file=True))


def summary(run: Run, shards: Sequence[Shard]) -> int:
    """What was done, on stderr; the exit status."""
    decisions: Counter[str] = Counter()
    for shard in shards:
        decisions.update(shard.decisions)
    rejected = sum(shard.rejected for shard in shards)
    said = ", ".join(f"{name} {count}" for name, count in sorted(decisions.items())) or "-"
    run.note("match.summary", rows=sum(shard.rows for shard in shards), decisions=said)
    if rejected:
        run.note("match.rejected", count=rejected)
    return REJECTED if rejected else 0


match.add_command(match_pairs, "pairs")
match.add_command(match_list, "list")
