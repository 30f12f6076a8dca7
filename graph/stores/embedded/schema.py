"""Making and upgrading the file, with Alembic. Imported only when there is something to make or upgrade."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from graph.stores.embedded.files import APPLICATION_ID, SCHEMA

REVISIONS = ("0001",)
"""Alembic revision by `user_version` (the first is version 1)."""


def _engine(path: Path) -> Engine:
    # Python's driver opens no transaction for DDL by itself; an upgrade must be all or nothing. A path is no URL:
    # it may hold `?` and `%`.
    engine = create_engine(
        "sqlite://", poolclass=NullPool, creator=lambda: sqlite3.connect(path, isolation_level=None)
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def upgrade(path: Path) -> None:
    """Bring a file to the newest schema, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    engine = _engine(path)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")
    finally:
        engine.dispose()


def make(path: Path) -> None:
    """Make a new, empty store at `path` in one step: others see no file or a whole one. An existing one stays."""
    part = Path(f"{path}.new-{os.getpid()}")
    part.unlink(missing_ok=True)
    try:
        raw = sqlite3.connect(part)
        try:
            raw.execute("PRAGMA page_size=16384")
            raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
            raw.execute("PRAGMA journal_mode=WAL")
        finally:
            raw.close()
        upgrade(part)
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            return
        except OSError:
            # A file system without hard links; two makers at once are then one after the other.
            part.replace(path)
        if os.name == "posix":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)
