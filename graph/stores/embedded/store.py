"""The embedded store: `EmbeddedStore` opens the file, and is reader and writer of it (`graph.store`)."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from graph.store import StoreError
from graph.stores.embedded.files import SCHEMA, Pool, WriterLock, check_header, connect, guarded
from graph.stores.embedded.pages import Pages
from graph.stores.embedded.people import People


class EmbeddedStore(Pages, People):
    """One SQLite file. Safe to read from several threads and processes; one writes at a time.

    Args:
        path: the file.
        create: make an empty store where there is none.

    Raises:
        StoreError: `store.missing`, `store.damaged`, `store.version`, `store.unavailable`.
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = False) -> None:
        self._path = Path(path).absolute()
        self.url = f"sqlite://{self._path}"
        self._lock = WriterLock(self._path)
        self._pool = Pool(self._path)
        self._links_cache = {}
        self._writer: sqlite3.Connection | None = None
        self._run = None
        if not self._path.exists():
            if not create:
                raise StoreError("store.missing", path=str(self._path))
            self._make()
        check_header(self._path)
        self._check_version()

    def _make(self) -> None:
        from graph.stores.embedded.schema import make

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            make(self._path)
        except OSError as error:
            detail = error.strerror or "OSError"
            raise StoreError("store.unavailable", path=str(self._path), detail=detail) from error

    def _check_version(self) -> None:
        found = self._version()
        if found > SCHEMA:
            raise StoreError("store.version", path=str(self._path), found=found, known=SCHEMA)
        if found < 1:
            raise StoreError("store.damaged", path=str(self._path), detail="user_version")
        if found < SCHEMA:
            from graph.stores.embedded.schema import upgrade

            self._lock.acquire()
            try:
                upgrade(self._path)
            finally:
                self._lock.release()

    def _version(self) -> int:
        with guarded(self._path):
            connection = connect(self._path)
            try:
                tables = connection.execute(
                    "SELECT count(*) FROM sqlite_master WHERE name = 'record'"
                ).fetchone()
                found = connection.execute("PRAGMA user_version").fetchone()[0]
            finally:
                connection.close()
        if not tables[0]:
            raise StoreError("store.damaged", path=str(self._path), detail="record")
        return int(found)

    def close(self) -> None:
        """Release the file. What was staged and not published stays for the next `begin` of the same token."""
        self._leave()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._pool.close()
