"""Connections, migrations and errors: everything about the ledger's database that is not its content."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Insert, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import ClauseElement

from matching.ledger.model import LedgerError
from matching.ledger.schema import REVISION

BUSY_SECONDS: Final = 30
"""How long a writer waits for another process before it gives up with `ledger.busy`."""

_LOOK_AGAIN: Final = 0.0003
_SOON: Final = 0.2
"""How often a writer looks whether another process has ended its commit; ten times as seldom after this long."""

AUTOCHECKPOINT_PAGES: Final = 16_000
"""Pages of 4 kB after which SQLite folds its log into the file while a writer waits: 64 MB, 1,500 decisions and more.
A server folds it sooner, beside its writers (`fold`)."""

FOLDS: Final = 3
"""Rounds of one folding."""

_SERVER_OPTIONS: Final = {
    "connect_timeout": 10,
    "application_name": "liancheng",
    # A commit is on the disk when it returns, whatever the server's default is.
    "options": f"-c synchronous_commit=on -c lock_timeout={BUSY_SECONDS}s",
}
_UPGRADE_LOCK: Final = 0x4C434C47
"""Number of the advisory lock under which the schema of a PostgreSQL ledger is made or upgraded."""

Row = tuple[Any, ...]


class Prepared:
    """A statement compiled once for a database, run with plain tuples in the order of its parameter names.

    For an INSERT the names are its columns. Constants inside the statement are bound by it.
    """

    def __init__(self, engine: Engine, statement: ClauseElement, names: Sequence[str]) -> None:
        keys = list(names) if isinstance(statement, Insert) else None
        compiled = statement.compile(dialect=engine.dialect, column_keys=keys)
        self.sql = str(compiled)
        bound: dict[str, Any] = compiled.params
        self._names = tuple(names)
        self._constants = {name: value for name, value in bound.items() if name not in self._names}
        order: list[str] | None = getattr(compiled, "positiontup", None)
        self._order = None if order is None else tuple(order)
        self._plain = self._order == self._names

    def _bind(self, row: Row) -> Any:
        if self._plain:
            return row
        values = dict(zip(self._names, row, strict=True)) | self._constants
        return values if self._order is None else tuple(values[name] for name in self._order)

    def run(self, connection: Connection, row: Row = ()) -> Any:
        """Run it once."""
        return connection.exec_driver_sql(self.sql, self._bind(row))

    def run_many(self, cursor: Any, rows: Sequence[Row]) -> None:
        """Run it for many rows in one call to the driver, on the driver's own cursor."""
        if len(rows) == 1:
            cursor.execute(self.sql, self._bind(rows[0]))
        else:
            cursor.executemany(self.sql, rows if self._plain else [self._bind(row) for row in rows])

    def first(self, cursor: Any, row: Row = ()) -> Row | None:
        """The first row found, on the driver's own cursor."""
        cursor.execute(self.sql, self._bind(row))
        found: Row | None = cursor.fetchone()
        return found


def is_duplicate(error: Exception) -> bool:
    """Whether a database refused a key that it already has."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, sqlite3.IntegrityError) or getattr(cause, "sqlstate", "") == "23505"


def translate(error: Exception, where: str) -> LedgerError:
    """The ledger's own error for SQLAlchemy's or the driver's: full, busy, damaged, or not available."""
    if is_duplicate(error):
        return LedgerError("ledger.duplicate", path=where)
    cause = error.orig if isinstance(error, DBAPIError) else error
    detail = str(cause) if cause is not None else type(error).__name__
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        primary = code & 0xFF if code is not None else None
        if primary == sqlite3.SQLITE_FULL:
            return LedgerError("ledger.full", path=where)
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return LedgerError("ledger.busy", path=where)
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return LedgerError("ledger.damaged", path=where, detail=detail)
        if "no such table" in detail or "no such column" in detail:
            return LedgerError("ledger.damaged", path=where, detail=detail)
    sqlstate = getattr(cause, "sqlstate", None)
    if sqlstate == "53100":
        return LedgerError("ledger.full", path=where)
    if sqlstate in ("55P03", "40001", "40P01"):
        return LedgerError("ledger.busy", path=where)
    return LedgerError("ledger.unavailable", path=where, detail=detail)


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn database errors inside the block into `LedgerError`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise translate(error, where) from error


def display(url: URL) -> str:
    """How messages call the ledger: the file, or the address without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


def parse(text: str) -> URL:
    """Read a database URL.

    Raises:
        LedgerError: `ledger.url` when it is none, names an unknown database, or would not be durable.
    """
    try:
        url = make_url(text)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise LedgerError("ledger.url", scheme=text.partition(":")[0]) from None
    if url.get_backend_name() == "sqlite" and (not url.database or ":memory:" in url.database):
        raise LedgerError("ledger.url", scheme="sqlite (:memory:)")
    return url


def connect(url: URL, *, create: bool, reading: bool = False) -> Engine:
    """An engine on the ledger's database, its schema brought to this program's revision.

    Args:
        url: a database URL as `parse` reads it.
        create: make the file when it is absent.
        reading: open an SQLite file without writing anything, so that a copy on a read-only disk can be read.
    """
    sqlite = url.get_backend_name() == "sqlite"
    where = display(url)
    if sqlite:
        _prepare_file(Path(url.database or ""), create=create)
    if sqlite and reading:
        opened = _connect_reading(Path(url.database or ""), where)
        if opened is not None:
            return opened
    with translated(where):
        # every thread that decides keeps a reader: a capped pool would make them wait for each other
        options: dict[str, Any] = {"max_overflow": -1}
        if sqlite:
            options["connect_args"] = {"timeout": BUSY_SECONDS}
        else:
            options |= {"pool_pre_ping": True, "connect_args": _SERVER_OPTIONS}
        engine = create_engine(url, **options)
        if sqlite:
            event.listen(engine, "connect", _on_connect)
            event.listen(engine, "begin", _on_begin)
    try:
        with translated(where):
            _to_revision(engine, where, create=create)
    except LedgerError:
        engine.dispose()
        raise
    return engine


def _connect_reading(path: Path, where: str) -> Engine | None:
    """An engine that writes nothing; None when the schema is of another revision and has to be migrated."""
    engine = create_engine("sqlite://", creator=lambda: open_reading(path), poolclass=NullPool)
    event.listen(engine, "connect", _on_connect_reading)
    event.listen(engine, "begin", _on_begin)
    try:
        with translated(where), engine.connect() as connection:
            found = _revision(connection)
        if found is None:
            raise LedgerError("ledger.missing", path=where)
        if found == "foreign":
            raise LedgerError("ledger.damaged", path=where, detail="alembic_version")
    except LedgerError:
        engine.dispose()
        raise
    if found == REVISION:
        return engine
    engine.dispose()
    return None


def open_reading(path: Path) -> sqlite3.Connection:
    """An SQLite file opened for reading only, also where its folder can't be written.

    Raises:
        sqlite3.Error: it can't be read. A log that nobody has folded in is never passed over: without write
            access to its folder such a file is an error, not an older state.
    """
    address = path.absolute().as_uri()
    try:
        return _opened(f"{address}?mode=ro")
    except sqlite3.OperationalError:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        # without its log the file is the whole truth; SQLite can't know this where it may not make one
        return _opened(f"{address}?immutable=1")


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _on_connect_reading(raw: Any, _record: object) -> None:
    raw.isolation_level = None


def _prepare_file(path: Path, *, create: bool) -> None:
    if path.is_file():
        return
    if not create:
        raise LedgerError("ledger.missing", path=path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Only the owner may read it: it tells who bids, and holds requests as they came.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise LedgerError("ledger.unavailable", path=path, detail=error.strerror or str(error)) from error


def _on_connect(raw: Any, _record: object) -> None:
    # The driver's own transactions are switched off: we begin and commit ourselves.
    raw.isolation_level = None
    cursor = raw.cursor()
    try:
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: a commit is on the disk when it returns. secure_delete: erased bodies are overwritten.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint={AUTOCHECKPOINT_PAGES}")
    finally:
        cursor.close()


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("ledger_begin", True):
        cursor = connection.connection.cursor()
        try:
            if options.get("ledger_write"):
                _begin_write(cursor)
            else:
                cursor.execute("BEGIN")
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance("BEGIN", None, error, connection.dialect.loaded_dbapi.Error) from error
        finally:
            cursor.close()


def impatient(connection: Connection) -> None:
    """Let a connection that only writes ask for SQLite's lock itself (`_begin_write`) instead of sleeping for it.

    In its log's mode nothing but the beginning of a transaction waits for other writers.
    """
    raw = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection) and raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        raw.execute("PRAGMA busy_timeout=0")


def fold(engine: Engine) -> None:
    """Fold an SQLite ledger's log into its file beside those who write: none of them waits for it.

    Where it fails, or another process is at it, nothing is lost: the writers do it themselves in the end.
    """
    if engine.dialect.name != "sqlite":
        return
    with suppress(SQLAlchemyError), autocommitting(engine.connect()) as connection:
        # the first round takes some time, in which others write; the last finds so little that the log can begin anew
        for _ in range(FOLDS):
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")


def _begin_write(cursor: Any) -> None:
    """Begin to write, as soon as the process that writes has ended.

    SQLite itself looks again after 1, 2, 5, 10 … 100 ms, so that a commit of half a millisecond costs the other
    processes ten.
    """
    begun = time.monotonic()
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            waited = time.monotonic() - begun
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited >= BUSY_SECONDS:
                raise
            time.sleep(_LOOK_AGAIN if waited < _SOON else 10 * _LOOK_AGAIN)
        else:
            return


def autocommitting(connection: Connection) -> Connection:
    """The connection without transactions: every statement sees the newest state and holds nothing."""
    if connection.dialect.name == "sqlite":
        return connection.execution_options(ledger_begin=False)
    return connection.execution_options(isolation_level="AUTOCOMMIT")


def _revision(connection: Connection) -> str | None:
    """The schema revision of the database, None for an empty one."""
    from sqlalchemy import inspect

    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables and "event" in tables:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none())
    if tables - {"alembic_version"}:
        return "foreign"
    return None


def _to_revision(engine: Engine, where: str, *, create: bool) -> None:
    with engine.connect() as connection:
        found = _revision(connection)
    if found == REVISION:
        return
    if found is None and not create:
        raise LedgerError("ledger.missing", path=where)
    if found == "foreign":
        raise LedgerError("ledger.damaged", path=where, detail="alembic_version")
    _upgrade(engine, where)


def alembic_config() -> Any:
    """Alembic's configuration for the scripts inside this package: works from a wheel, needs no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "matching.ledger:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(engine: Engine, where: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.connect().execution_options(ledger_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            # Two processes that start at once: the second waits until the tables are there.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        # Read again under the write lock: another process may have got here first.
        found = _revision(connection)
        if found == REVISION:
            return
        if found is not None and found not in known:
            raise LedgerError("ledger.version", path=where, found=found, known=REVISION)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
