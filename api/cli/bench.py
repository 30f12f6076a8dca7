"""`liancheng bench`: runs a benchmark of the checkout; an installed program has none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from api.cli.common import Run, command
from api.errors import MISSING, USAGE, CommandError
from api.output import Column, Table


def benchmarks_folder() -> Path:
    """The checkout's `benchmarks/`.

    Raises:
        CommandError: `bench.none`: the program is not run from a checkout.
    """
    folder = Path(__file__).resolve().parents[2] / "benchmarks"
    if not folder.is_dir():
        raise CommandError("bench.none")
    return folder


def summary(script: Path) -> str:
    """The first line of a script's docstring."""
    import ast

    return (ast.get_docstring(ast.parse(script.read_text("utf-8"))) or "").partition("\n")[0]


@command("bench", formats=("table", "json"))
@click.argument("name", required=False)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def bench(run: Run, name: str | None, args: tuple[str, ...]) -> int:
    """List or run benchmarks."""
    scripts = {p.stem.removeprefix("bench_"): p for p in sorted(benchmarks_folder().glob("bench_*.py"))}
    if name is None:
        columns = (Column("name", run.say("bench.col.name")), Column("what", run.say("bench.col.what")))
        run.emit(Table(columns=columns, rows=[{"name": n, "what": summary(p)} for n, p in scripts.items()]))
        return 0
    if name not in scripts:
        raise CommandError("bench.unknown", status=USAGE, name=name, known=", ".join(scripts) or "-")
    # its output is the answer: both streams go straight through
    done = subprocess.run([sys.executable, str(scripts[name]), *args], check=False)
    if done.returncode:
        run.note("bench.failed", name=name, status=done.returncode)
        return MISSING
    return 0
