"""`liancheng backup` and `liancheng restore`: a whole installation into a folder while it works, and back."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import Run, command


@command("backup")
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
def backup(run: Run, folder: Path) -> int:
    """Copy the installation."""
    from api.backup import backup as take

    note = take(run.settings, folder.absolute())
    run.note(
        "backup.done", path=folder, events=note.events, head=note.head or "-", generation=note.generation
    )
    return 0


@command("restore")
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
def restore(run: Run, folder: Path) -> int:
    """Put the copy back."""
    from api.backup import restore as put

    result = put(run.settings, folder.absolute())
    head = f"{result.head_seq}:{result.head_hash}"
    run.note("restore.done", path=run.settings.home, events=result.events, head=head)
    return 0
