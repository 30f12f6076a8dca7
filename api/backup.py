"""A copy of an installation that is taken while it works, and the way back from it.

The ledger is copied first: whatever its decisions refer to was there before they were made, so it is in the parts that
are copied after it. Nothing is stopped for it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy.engine import URL, make_url

from api import bootstrap
from api.errors import CommandError
from api.settings import Settings
from graph.dates import iso, parse_instant
from graph.generation import GenerationError
from graph.generation.reader import current_ref
from matching.ledger import Checkpoint, VerifyResult

NOTE: Final = "backup.json"
DUMP: Final = "ledger.dump"
LAST: Final = "last-backup"
"""Beside the data: when it was last copied."""
_PLAIN: Final = ("secret.key", "policy.toml")


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. `head` is the end of the audit chain in it, `events` its length."""

    taken_at: str
    ledger: str
    events: int
    head: str
    generation: str
    format: int = 1


def backup(settings: Settings, target: Path) -> Note:
    """Copy an installation that may be at work into a new folder, readable by its owner only.

    Raises:
        CommandError: `backup.target` (it exists), `backup.store` (Neo4j is backed up with its own tools),
            `backup.tool`, `backup.failed`.
        LedgerError: the ledger can't be read; or its copy is not whole.
        OSError: the folder can't be written.
    """
    if target.exists():
        raise CommandError("backup.target", path=target)
    if "://" in settings.store:
        raise CommandError("backup.store")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    try:
        kind = _copy_ledger(settings, part)
        _copy_sqlite(Path(settings.store), part / "store.db")
        generation = _copy_generations(settings.data_root, part)
        for name in _PLAIN:
            if (settings.home / name).is_file():
                shutil.copy2(settings.home / name, part / name)
        found = _verified(part) if kind == "sqlite" else None
        note = Note(
            taken_at=iso(bootstrap.now()),
            ledger=kind,
            events=0 if found is None else found.events,
            head="" if found is None else f"{found.head_seq}:{found.head_hash}",
            generation=generation,
        )
        (part / NOTE).write_bytes(msgspec.json.format(msgspec.json.encode(note)) + b"\n")
        _sync(part)
        part.rename(target)
        with suppress(OSError):  # the copy is whole; only its age is not known then
            (settings.home / LAST).write_text(note.taken_at + "\n", "utf-8")
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return note


def last_backup(settings: Settings) -> datetime | None:
    """When the installation was last backed up by this program; None where that is not known."""
    try:
        return parse_instant((settings.home / LAST).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def restore(settings: Settings, source: Path) -> VerifyResult:
    """Put a backup in the place of an installation that is not there, and check the whole chain.

    Raises:
        CommandError: `restore.source` (no backup), `restore.home` (the home is not empty), `restore.ledger` (the
            backup is of another kind of ledger), `backup.tool`, `backup.failed`, `restore.broken`.
        LedgerError: the ledger can't be read.
        OSError: the home can't be written.
    """
    try:
        note = msgspec.json.decode((source / NOTE).read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        raise CommandError("restore.source", path=source) from None
    home, url = settings.home, make_url(settings.ledger)
    if home.exists() and any(home.iterdir()):
        raise CommandError("restore.home", path=home)
    if (url.get_backend_name() == "sqlite") != (note.ledger == "sqlite"):
        raise CommandError("restore.ledger", kind=note.ledger)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in ("segments", "generations"):
        _copy_linked(source / folder, home / folder, {})
    for name in ("store.db", "current", *_PLAIN):
        if (source / name).is_file():
            shutil.copy2(source / name, home / name)
    if note.ledger == "sqlite":
        place = Path(url.database or "")
        if place.exists():
            raise CommandError("restore.home", path=place)
        shutil.copy2(source / "ledger.db", place)
    else:
        _tool("pg_restore", url, ("--exit-on-error", "--no-owner", str(source / DUMP)), named="--dbname")
    with bootstrap.opened_ledger(settings, create=False) as ledger:
        seq, _, head = note.head.partition(":")
        anchors = [Checkpoint(day="", seq=int(seq), hash=head, event_seq=0)] if head else []
        result = ledger.verify(anchors)
    if not result.ok:
        raise CommandError("restore.broken", count=len(result.problems))
    _sync(home)
    return result


def _copy_ledger(settings: Settings, part: Path) -> str:
    url = make_url(settings.ledger)
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(Path(url.database or ""), part / "ledger.db")
        return "sqlite"
    _tool("pg_dump", url, ("--format=custom", "--no-owner", "--file", str(part / DUMP)), named="--dbname")
    return "postgresql"


def _verified(part: Path) -> VerifyResult:
    """The copy's own chain: a copy that is not whole is found when it is made, not when it is needed."""
    from matching.ledger import open_ledger

    with open_ledger(f"sqlite:///{part / 'ledger.db'}", create=False) as ledger:
        result = ledger.verify()
    for path in part.glob("ledger.db-*"):
        path.unlink()
    if not result.ok:
        raise CommandError("restore.broken", count=len(result.problems))
    return result


def _copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a database that is written to meanwhile, its log folded in."""
    if not source.is_file():
        raise CommandError("backup.missing", path=source)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


def _copy_generations(root: Path, part: Path) -> str:
    """The generations that are finished, and which one is current; files that they share stay shared."""
    try:
        ref = current_ref(root)
    except GenerationError:
        ref = None
    shared: dict[int, Path] = {}
    _copy_linked(root / "segments", part / "segments", shared)
    _copy_linked(root / "generations", part / "generations", shared)
    if ref is not None:
        (part / "current").write_text(ref + "\n", "ascii")
    return ref or ""


def _copy_linked(source: Path, target: Path, shared: dict[int, Path]) -> None:
    target.mkdir(mode=0o700)
    for path in _finished(source):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(mode=0o700)
            continue
        try:
            inode = path.stat().st_ino
            if inode in shared:
                place.hardlink_to(shared[inode])
            else:
                shared[inode] = Path(shutil.copy2(path, place))
        except FileNotFoundError:
            # pruned meanwhile: what was pruned is of a generation that no copied decision needs
            continue


def _finished(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.name.startswith("tmp-") or path.name.endswith(".part"):
                continue
            yield path
            if path.is_dir():
                yield from sorted(path.iterdir())


def _tool(name: str, url: URL, arguments: tuple[str, ...], *, named: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment, never by the command line."""
    program = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if program is None:
        raise CommandError("backup.tool", name=name)
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(
        (program, "--no-password", f"{named}={address}", *arguments),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError("backup.failed", name=name, detail=done.stderr.strip()[-500:])


def _sync(folder: Path) -> None:
    """On the disk before anybody is told that it is done."""
    for path in (*folder.rglob("*"), folder):
        if path.is_symlink():
            continue
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
