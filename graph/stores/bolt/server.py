"""The connection: one driver per process, one `_run` for every query, a limit on each, errors as `StoreError`."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

import neo4j
from neo4j import exceptions as errors

from graph.store import StoreError
from graph.stores.bolt.address import Address
from graph.stores.bolt.queries import Kind, query

T = TypeVar("T")
Rows = list[list[Any]]
LIMIT = 10.0
"""Seconds that a transaction may take on the server; twice that if it may wait for the one before it."""
PATIENCE = 14.0
"""Seconds after which a server that does not answer at all is given up; retries are within it."""
RETRY = 8.0
ACQUIRE = 10.0
_AHEAD = 2
OLDEST = (5, 26)
"""The oldest server whose Cypher suffices (dynamic labels, CALL with a scope clause)."""
_TIMED_OUT = "Neo.ClientError.Transaction.TransactionTimedOut"
_NO_DATABASE = "Neo.ClientError.Database.DatabaseNotFound"
_AUTH = ("Neo.ClientError.Security.",)
_ALSO_SLOW = (
    "Neo.TransientError.Transaction.LockClientStopped",
    "Neo.ClientError.Transaction.LockClientStopped",
    "Neo.TransientError.Transaction.Terminated",
)


class _Untold(list[Any]):
    """Rows as the driver sends them, which it would also write out for a log that nobody keeps: that takes as long as
    sending them, and they name persons."""

    def __repr__(self) -> str:
        return f"[{len(self)} rows]"


class Runner(Protocol):
    """A transaction or session of the driver."""

    def run(self, query: Any, parameters: dict[str, Any] | None = None) -> neo4j.Result:
        """Send a query."""
        ...


class Asking:
    """Named queries inside one transaction."""

    def __init__(self, runner: Runner, limit: float | None = None) -> None:
        self._runner = runner
        self._limit = limit

    def __call__(self, name: str, kind: Kind | None = None, /, **parameters: object) -> Rows:
        """Rows of the query `name`, as lists."""
        return self._run(name, kind, parameters)

    def _run(self, name: str, kind: Kind | None, parameters: dict[str, Any]) -> Rows:
        """The one place from which queries are sent: text from a file, values as parameters."""
        text: Any = query(name, kind)
        if self._limit is not None:
            text = neo4j.Query(text, timeout=self._limit)
        untold = {one: _Untold(value) if type(value) is list else value for one, value in parameters.items()}
        return self._runner.run(text, untold).values()


class Turn:
    """The place of a call among those that come one after the other.

    Its turn comes when the one before has done its work, and never when that failed or was called off. An `early` one
    begins when the turn of the one before has come, and asks for its own (`come`) in the middle of its work.
    """

    def __init__(self, before: Turn | None = None, *, early: bool = False) -> None:
        self._before = before
        self.early = early
        self._off = False
        self._came, self._ended = threading.Event(), threading.Event()
        self._error: BaseException | None = None

    def call_off(self) -> None:
        """Don't begin what has not begun."""
        self._off = True

    def begin(self) -> None:
        """Wait until the call may begin."""
        if not self.early:
            self.come()
        elif self._before is not None:
            self._before._came.wait()
            self._check(self._before)

    def come(self) -> None:
        """Wait until the call's turn has come."""
        before = self._before
        if before is not None:
            before._ended.wait()
        self._check(before)
        self._before = None
        self._came.set()

    def end(self, error: BaseException | None) -> None:
        """It is done, or failed: after those before it, so that the last one ends when all have."""
        if self._before is not None:
            self._before._ended.wait()
            self._before = None
        self._error = error
        self._came.set()
        self._ended.set()

    def _check(self, before: Turn | None) -> None:
        if before is not None and before._error is not None:
            raise before._error
        if self._off:
            raise _CalledOffError


class Flight(Generic[T]):
    """A call on its way, in a thread of its own: the one who waits can give up on a server that hangs."""

    def __init__(self, call: Callable[[], T], turn: Turn | None = None) -> None:
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._go, args=(call, turn or Turn()), daemon=True)
        self._thread.start()

    def _go(self, call: Callable[[], T], turn: Turn) -> None:
        try:
            turn.begin()
            self._result.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
            self._error = error
        turn.end(self._error)

    def result(self, patience: float, url: str) -> T:
        """What came back.

        Raises:
            StoreError: `store.slow`: nothing within `patience` seconds.
        """
        self._thread.join(patience)
        if self._thread.is_alive():
            raise StoreError("store.slow", path=url, seconds=round(patience))
        if self._error is not None:
            raise self._error
        return self._result[0]


class _CalledOffError(Exception):
    """It was called off before it began."""


class Held:
    """A transaction that is open for as long as one writes; the server ends it with the connection."""

    def __init__(self, session: neo4j.Session, transaction: neo4j.Transaction) -> None:
        self._session = session
        self._transaction = transaction

    def let_go(self) -> None:
        """End it."""
        with contextlib.suppress(*_DRIVER):
            self._transaction.rollback()
        with contextlib.suppress(*_DRIVER):
            self._session.close()


class Server:
    """One database of one server or cluster. The driver is made at first use, and anew after a fork."""

    def __init__(self, address: Address, password: str) -> None:
        self.address = address
        self.url = address.url
        self._password = password
        self._driver: neo4j.Driver | None = None
        self._pid = 0
        self._lock = threading.Lock()
        self._closed = False

    def read(self, work: Callable[[Asking], T]) -> T:
        """Run `work` in a read transaction; it may be run again, and must only read."""
        return self._wait(lambda: self._managed(work, write=False))

    def ask(self, name: str, kind: Kind | None = None, /, **parameters: object) -> Rows:
        """One named query in a read transaction of its own."""
        return self.read(lambda ask: ask(name, kind, **parameters))

    def write(self, work: Callable[[Asking], T]) -> T:
        """Run `work` in a write transaction; it may be run again after an error that passes by itself."""
        return self._wait(lambda: self._managed(work, write=True))

    def start_writing(self, work: Callable[[Asking], T], turn: Turn | None = None) -> Flight[T]:
        """The same without waiting, at its `turn`: the caller asks the flight for its result."""

        limit = LIMIT * 2 if turn is not None and turn.early else LIMIT

        def call() -> T:
            try:
                return self._managed(work, write=True, limit=limit)
            except errors.ConstraintError:
                # Another writer has made what this one is about to make: asked again, the step says so.
                return self._managed(work, write=True, limit=limit)

        return Flight(lambda: self._guarded(call), turn)

    def ask_ahead(self, asked: Iterable[tuple[str, dict[str, object]]]) -> Iterator[Rows]:
        """The rows of named queries, each in a read transaction of its own, in order.

        While one answer is worked on, the server reads the next two: it uses a processor for each.
        """
        waiting: deque[Flight[Rows]] = deque()
        for name, parameters in asked:
            waiting.append(self._start_asking(name, parameters))
            if len(waiting) > _AHEAD:
                yield self.landed(waiting.popleft())
        while waiting:
            yield self.landed(waiting.popleft())

    def _start_asking(self, name: str, parameters: dict[str, object]) -> Flight[Rows]:
        return Flight(
            lambda: self._guarded(lambda: self._managed(lambda ask: ask(name, **parameters), write=False))
        )

    def landed(self, flight: Flight[T]) -> T:
        """The result of what was started."""
        return flight.result(PATIENCE, self.url)

    def change_schema(self, name: str, kind: Kind | None = None, /, **parameters: object) -> Rows:
        """Run one schema command in a transaction of its own; two at once are retried until both are done."""
        return self.write(lambda ask: ask(name, kind, **parameters))

    def hold(self, name: str, limit: float) -> Held:
        """Run a query in a transaction that stays open until it is let go; nobody else can run it meanwhile.

        Raises:
            StoreError: `store.busy`: another one holds it, for longer than `limit` seconds.
        """

        given_up = threading.Event()

        def take() -> Held:
            session = self._session(neo4j.WRITE_ACCESS)
            try:
                # The lock itself is waited for with a limit; once it is ours it has to last as long as the load.
                try:
                    with session.begin_transaction(timeout=limit) as trial:
                        Asking(trial)(name)
                        trial.rollback()
                except errors.Neo4jError as error:
                    refusal = self._refusal(error)
                    if refusal.code == "store.slow":
                        raise StoreError("store.busy", path=self.url) from None
                    raise refusal from None
                transaction = session.begin_transaction(
                    timeout=0, metadata={"application": "liancheng: writer"}
                )
                Asking(transaction)(name)
                held = Held(session, transaction)
            except BaseException:
                session.close()
                raise
            if given_up.is_set():
                held.let_go()
            return held

        try:
            return self._wait(take)
        except BaseException:
            given_up.set()
            raise

    def release(self, held: Held) -> None:
        """Let others run what was held; a server that hangs is not waited for."""
        with contextlib.suppress(StoreError):
            Flight(held.let_go).result(2.0, self.url)

    def check(self) -> None:
        """Refuse a server that does not answer, does not let us in, or is too old.

        Raises:
            StoreError: `store.unavailable`, `store.slow`, `store.auth`, `store.database`, `store.server_version`.
        """

        def once() -> Rows:
            # Without retries: a server that is not there is said to be so at once.
            with self._session(neo4j.READ_ACCESS) as session:
                return Asking(session, LIMIT)("server_version")

        rows = self._wait(once)
        version = str(rows[0][0]) if rows else "0"
        numbers = tuple(int(part) for part in version.split("-")[0].split(".")[:2] if part.isdigit())
        if numbers < OLDEST:
            raise StoreError(
                "store.server_version", path=self.url, found=version, known=".".join(map(str, OLDEST))
            )

    def close(self) -> None:
        """Close the connections. Not waited for: a server that hangs must not keep the program."""
        with self._lock:
            driver, self._driver, self._closed = self._driver, None, True
        if driver is not None and self._pid == os.getpid():
            closing = Flight(driver.close)
            with contextlib.suppress(StoreError, *_DRIVER):
                closing.result(2.0, self.url)

    def _managed(self, work: Callable[[Asking], T], *, write: bool, limit: float = LIMIT) -> T:
        @neo4j.unit_of_work(metadata={"application": "liancheng"}, timeout=limit)
        def unit(transaction: neo4j.ManagedTransaction) -> T:
            return work(Asking(transaction))

        with self._session(neo4j.WRITE_ACCESS if write else neo4j.READ_ACCESS) as session:
            return session.execute_write(unit) if write else session.execute_read(unit)

    def _session(self, access: str) -> neo4j.Session:
        return self._opened().session(
            database=self.address.database, default_access_mode=access, fetch_size=1000
        )

    def _opened(self) -> neo4j.Driver:
        with self._lock:
            if self._closed:
                raise StoreError("store.unavailable", path=self.url, detail="closed")
            if self._driver is None or self._pid != os.getpid():
                self._pid = os.getpid()
                self._driver = neo4j.GraphDatabase.driver(
                    self.address.uri,
                    auth=(self.address.user, self._password),
                    connection_acquisition_timeout=ACQUIRE,
                    connection_timeout=5.0,
                    max_transaction_retry_time=RETRY,
                    liveness_check_timeout=60.0,
                    max_connection_pool_size=20,
                    notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
                    user_agent="liancheng",
                )
            return self._driver

    def _wait(self, call: Callable[[], T]) -> T:
        return Flight(lambda: self._guarded(call)).result(PATIENCE, self.url)

    def _guarded(self, call: Callable[[], T]) -> T:
        """Turn the driver's errors into the store's. Their texts may hold values: only their codes are passed on."""
        try:
            return call()
        except errors.Neo4jError as error:
            raise self._refusal(error) from None
        except errors.AuthConfigurationError:
            raise StoreError("store.auth", path=self.url) from None
        except (errors.ConfigurationError, ValueError) as error:
            if isinstance(error, UnicodeError):
                raise
            raise StoreError("store.unavailable", path=self.url, detail=type(error).__name__) from None
        except (errors.DriverError, OSError) as error:
            raise StoreError("store.unavailable", path=self.url, detail=type(error).__name__) from None

    def _refusal(self, error: errors.Neo4jError) -> StoreError:
        code = error.code or type(error).__name__
        if code.startswith(_AUTH):
            return StoreError("store.auth", path=self.url)
        if code == _NO_DATABASE:
            return StoreError("store.database", path=self.url, database=self.address.database)
        if code.startswith(_TIMED_OUT) or code in _ALSO_SLOW:
            return StoreError("store.slow", path=self.url, seconds=round(LIMIT))
        return StoreError("store.unavailable", path=self.url, detail=code)


_DRIVER = (errors.Neo4jError, errors.DriverError, OSError)
