"""Work in the background: jobs that exactly one process of an installation runs, again and again.

The process that holds the lease in the ledger runs them; when it dies, another has taken over within about 15
seconds. A job that fails is logged without anybody's data, counted, and tried again at its next turn: it never takes
the server down. A job works in small steps that are each durable, and stops between two when it is told to.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from api import bootstrap
from api.errors import log_unexpected
from api.settings import Settings

if TYPE_CHECKING:
    from api.service import Service

LEASE: Final = "work"
"""Name of the lease in the ledger."""
RENEW_SECONDS: Final = 3.0
"""How often the holder renews, and the others look whether it still lives."""
STOP_SECONDS: Final = 20.0
"""How long a process that is told to stop waits for the job at hand."""
RESTART_SECONDS: Final = 2.0
LONGEST_RESTART: Final = 60.0
"""After this a worker process that died is started again; later and later while it dies at once."""
TICK_SECONDS: Final = 0.5
DIARY: Final = timedelta(minutes=1)
"""How often a job that runs every few seconds is noted in the ledger; a failure always is."""


class Interrupted(Exception):  # noqa: N818 - not an error: the job goes on where it stood, at its next turn
    """A job was told to stop between two steps."""


class Parts:
    """What a job works with: the long-lived parts of the program, and whether to go on.

    `service` has the ledger, the policy and the current generation, as for requests.
    """

    def __init__(self, service: Service, stop: threading.Event) -> None:
        self.service = service
        self.stop = stop

    def go_on(self) -> None:
        """Ask between two steps of a long job.

        Raises:
            Interrupted: the process ends, or another one has taken over.
        """
        if self.stop.is_set():
            raise Interrupted


class Job(NamedTuple):
    """Something to do again and again, in a thread of its own: a name, how long after its last start, and what."""

    name: str
    every: timedelta
    run: Callable[[Parts, datetime], None]


class Worker:
    """Holds the lease, or waits for it, and runs what is due."""

    def __init__(self, settings: Settings, jobs: tuple[Job, ...]) -> None:
        """Set up.

        Args:
            settings: the installation.
            jobs: what there is to do (`api.jobs.JOBS`).
        """
        self.settings = settings
        self.jobs = jobs
        self.holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.stop = threading.Event()
        """Set by whoever wants the process to end."""
        self._halt = threading.Event()
        self._holds = threading.Event()
        self._running: dict[str, threading.Thread] = {}
        self._begun: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}

    def run(self) -> None:
        """Work until `stop` is set.

        Raises:
            LedgerError, PolicyError, HomeError: a part can't be opened.
        """
        service = bootstrap_service(self.settings)
        try:
            keeper = threading.Thread(target=self._keep, args=(service,), daemon=True)
            keeper.start()
            while not self.stop.wait(TICK_SECONDS):
                if self._holds.is_set():
                    self._turn(service)
            keeper.join(STOP_SECONDS + 1)
        finally:
            service.close()

    def once(self) -> list[str]:
        """Run every job one time, whether due or not; the names of those that failed.

        Raises:
            LedgerError, PolicyError, HomeError: a part can't be opened.
        """
        service = bootstrap_service(self.settings)
        failed = []
        try:
            while not service.ledger.leases.take(LEASE, self.holder, bootstrap.now()):
                if self.stop.wait(TICK_SECONDS):
                    return []
            self._holds.set()
            keeper = threading.Thread(target=self._keep, args=(service,), daemon=True)
            keeper.start()
            failed = [job.name for job in self.jobs if not self.stop.is_set() and not self._do(service, job)]
            self.stop.set()
            keeper.join(STOP_SECONDS)
        finally:
            service.close()
        return failed

    def _keep(self, service: Service) -> None:
        """Take the lease and renew it; a holder that can't tells its job to stop."""
        while True:
            try:
                held = service.ledger.leases.take(LEASE, self.holder, bootstrap.now())
            except Exception as error:  # noqa: BLE001 - a ledger that is away for a while must not end the work for good
                log_unexpected(error, self.settings.logs)
                held = False
            if held:
                self._halt.clear()
                self._holds.set()
            else:
                self._holds.clear()
                self._halt.set()
            if self.stop.wait(RENEW_SECONDS):
                break
        self._halt.set()
        self._join()
        if self._holds.is_set():
            with suppress(Exception):  # the lease runs out by itself
                service.ledger.leases.release(LEASE, self.holder)

    def _turn(self, service: Service) -> None:
        try:
            runs = service.ledger.leases.runs()
        except Exception as error:  # noqa: BLE001 - tried again at the next turn
            log_unexpected(error, self.settings.logs)
            self.stop.wait(RENEW_SECONDS)
            return
        for job in self.jobs:
            last = runs.get(job.name)
            now = bootstrap.now()
            begun = self._begun.get(job.name) or (
                last.started_at if last is not None and last.ended_at else None
            )
            # a run without an end was cut off: go on with it; a start in the future is a clock that was set back
            due = begun is None or not begun <= now < begun + job.every
            busy = self._running.get(job.name)
            if due and self._holds.is_set() and not self.stop.is_set() and not (busy and busy.is_alive()):
                thread = threading.Thread(target=self._do, args=(service, job), name=job.name, daemon=True)
                self._running[job.name] = thread
                thread.start()

    def _join(self) -> None:
        """Let the jobs at hand come to their next stop."""
        end = time.monotonic() + STOP_SECONDS
        for thread in self._running.values():
            thread.join(max(0.0, end - time.monotonic()))

    def _do(self, service: Service, job: Job) -> bool:
        leases, now = service.ledger.leases, bootstrap.now()
        self._begun[job.name] = now
        noted = self._noted.get(job.name)
        noting = job.every >= DIARY or noted is None or not noted <= now < noted + DIARY
        try:
            if noting:
                leases.started(job.name, now)
                self._noted[job.name] = now
            job.run(Parts(service, _Either(self.stop, self._halt)), now)
            if noting:
                leases.ended(job.name, bootstrap.now())
        except Interrupted:
            return True
        except Exception as error:  # noqa: BLE001 - one job's failure ends neither the others nor the server
            log_unexpected(error, self.settings.logs)
            with suppress(Exception):
                if not noting:
                    leases.started(job.name, now)
                leases.ended(job.name, bootstrap.now(), type(error).__name__)
            return False
        return True


class _Either(threading.Event):
    """Set when either of two events is."""

    def __init__(self, one: threading.Event, other: threading.Event) -> None:
        super().__init__()
        self._both = (one, other)

    def is_set(self) -> bool:
        """Whether one of the two is set."""
        return any(event.is_set() for event in self._both)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the first of the two (asked every tenth of a second), at most `timeout` seconds."""
        waited = 0.0
        while not self.is_set() and (timeout is None or waited < timeout):
            self._both[0].wait(0.1)
            waited += 0.1
        return self.is_set()


def bootstrap_service(settings: Settings) -> Service:
    """The long-lived parts for a process that serves nobody."""
    from api.service import Service

    return Service(settings)


def until_signalled(worker: Worker, *, orphan: bool = False) -> None:
    """Run a worker until SIGINT or SIGTERM; with `orphan` also until standard input ends: its server is gone."""

    def told(_number: int, _frame: object) -> None:
        worker.stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    if orphan:

        def watch() -> None:
            with suppress(OSError, ValueError):
                sys.stdin.buffer.read()
            worker.stop.set()
            # a job that does not come to an end must not outlive its server
            late = threading.Timer(STOP_SECONDS, os._exit, (1,))
            late.daemon = True
            late.start()

        threading.Thread(target=watch, daemon=True).start()
    worker.run()


@contextmanager
def beside(settings: Settings) -> Iterator[None]:
    """A worker process beside a server, for as long as the block runs; started again when it dies.

    It is a process of its own so that nobody who waits for a decision waits for a list of a million records to be
    watched. It ends with the server, also when that is killed: its standard input ends then.
    """
    if not settings.work:
        yield
        return
    ending = threading.Event()
    running: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "LIANCHENG_HOME": str(settings.home),
        "LIANCHENG_STORE": settings.store,
        "LIANCHENG_LEDGER": settings.ledger,
    }

    def guard() -> None:
        wait = RESTART_SECONDS
        while not ending.is_set():
            began = time.monotonic()
            process = subprocess.Popen(
                (sys.executable, "-c", "from api.cli.main import main; main()", "work", "--beside"),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
            running[:] = [process]
            if ending.is_set():
                process.terminate()
            process.wait()
            lived = time.monotonic() - began > LONGEST_RESTART
            wait = RESTART_SECONDS if lived else min(2 * wait, LONGEST_RESTART)
            ending.wait(wait)

    keeper = threading.Thread(target=guard, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        for process in running:
            process.terminate()
        keeper.join(STOP_SECONDS)
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()


__all__ = ["Interrupted", "Job", "Parts", "Worker", "beside", "until_signalled"]
