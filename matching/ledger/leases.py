"""Who does the background work: exactly one process of an installation, and another soon after that one died.

The lease is a row with an end. Whoever holds it renews it; whoever finds it run out takes it. Processes compare the
end with their own clocks, so the clocks of several machines have to agree within a few seconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Engine, delete, insert, select, update

from graph.dates import from_micros, to_micros
from matching.ledger.engine import translated
from matching.ledger.schema import work_lease, work_run
from matching.ledger.writer import GroupCommit, Transaction

LEASE = timedelta(seconds=10)
"""How long a holder that says nothing keeps the work."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """When a job last ran, whether it ended, how often it went well or failed, and the last error's kind."""

    job: str
    started_at: datetime
    ended_at: datetime | None
    done: int
    failed: int
    error: str


class Leases:
    """The leases and the job diary of a ledger."""

    def __init__(self, engine: Engine, writer: GroupCommit, where: str) -> None:
        self._engine = engine
        self._writer = writer
        self._where = where

    def take(self, name: str, holder: str, at: datetime, *, lease: timedelta = LEASE) -> bool:
        """Take or renew a lease; False while another process holds it.

        Raises:
            LedgerError: the ledger can't be written: whoever asked holds nothing.
        """
        moment, until = to_micros(at), to_micros(at + lease)

        def work(transaction: Transaction) -> bool:
            connection = transaction.connection
            row = connection.execute(select(work_lease).where(work_lease.c.name == name)).one_or_none()
            if row is None:
                connection.execute(insert(work_lease).values(name=name, holder=holder, until=until))
                return True
            # a clock that was set back must not leave the work undone for hours
            free = row.until <= moment or row.until > moment + 2 * (until - moment)
            if row.holder != holder and not free:
                return False
            connection.execute(
                update(work_lease).where(work_lease.c.name == name).values(holder=holder, until=until)
            )
            return True

        return self._writer.submit(work)

    def release(self, name: str, holder: str) -> None:
        """Let go of a lease, so that another process can take it at once."""

        def work(transaction: Transaction) -> None:
            transaction.connection.execute(
                delete(work_lease).where(work_lease.c.name == name, work_lease.c.holder == holder)
            )

        self._writer.submit(work)

    def holder(self, name: str) -> tuple[str, datetime] | None:
        """Who holds a lease and until when; None when nobody ever did or it was let go."""
        with translated(self._where), self._engine.connect() as connection:
            row = connection.execute(select(work_lease).where(work_lease.c.name == name)).one_or_none()
        return None if row is None else (row.holder, from_micros(row.until))

    def started(self, job: str, at: datetime) -> None:
        """Note that a job begins."""
        moment = to_micros(at)

        def work(transaction: Transaction) -> None:
            connection = transaction.connection
            changed = connection.execute(
                update(work_run).where(work_run.c.job == job).values(started_at=moment, ended_at=None)
            )
            if not changed.rowcount:
                connection.execute(
                    insert(work_run).values(
                        job=job, started_at=moment, ended_at=None, done=0, failed=0, error=""
                    )
                )

        self._writer.submit(work)

    def ended(self, job: str, at: datetime, error: str = "") -> None:
        """Note that a job ended, well or with an error's kind (never its text, which may name somebody)."""
        moment = to_micros(at)

        def work(transaction: Transaction) -> None:
            count = work_run.c.failed if error else work_run.c.done
            transaction.connection.execute(
                update(work_run)
                .where(work_run.c.job == job)
                .values({"ended_at": moment, "error": error, count.name: count + 1})
            )

        self._writer.submit(work)

    def runs(self) -> dict[str, Run]:
        """The diary, by job."""
        with translated(self._where), self._engine.connect() as connection:
            return {
                row.job: Run(
                    job=row.job,
                    started_at=from_micros(row.started_at),
                    ended_at=None if row.ended_at is None else from_micros(row.ended_at),
                    done=row.done,
                    failed=row.failed,
                    error=row.error,
                )
                for row in connection.execute(select(work_run))
            }
