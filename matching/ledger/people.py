"""What signing in needs beside the chain: password hashes, when sessions were last used, attempts that failed.

A password hash is replaced, not kept: it stands in a table of its own, and the user's item holds only its digest, so
that one who writes into the database can't put another hash in its place unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, update

from graph.dates import from_micros, to_micros
from matching.ledger.engine import translated
from matching.ledger.schema import attempt, credential, session_use
from matching.ledger.writer import GroupCommit, Transaction

FORGOTTEN: Final = timedelta(days=1)
"""After so long without an attempt, earlier ones count no more."""
REMEMBERED: Final = timedelta(days=30)
"""For how long a success is remembered."""


class Limit(msgspec.Struct, frozen=True):
    """How many attempts may fail at once, and how long the growing wait after them may become, in seconds."""

    free: int
    longest: int

    def wait(self, failures: int, since: timedelta) -> float:
        """Seconds to wait after so many failures, the last of them `since` ago."""
        if failures < self.free or since < timedelta(0):
            return 0.0
        return max(0.0, min(2.0 ** min(failures - self.free + 2, 32), self.longest) - since.total_seconds())


class People:
    """The tables of people of a ledger."""

    def __init__(self, engine: Engine, writer: GroupCommit, where: str) -> None:
        self._engine = engine
        self._writer = writer
        self._where = where

    # Password hashes

    def credential(self, tenant: str, name: str) -> str | None:
        """A user's password hash."""
        query = select(credential.c.hash).where(credential.c.tenant == tenant, credential.c.name == name)
        with translated(self._where), self._engine.connect() as connection:
            found: str | None = connection.execute(query).scalar_one_or_none()
        return found

    @staticmethod
    def set_credential(transaction: Transaction, tenant: str, name: str, hashed: str, at: datetime) -> None:
        """Replace a user's password hash inside a write; the old one is gone."""
        own = (credential.c.tenant == tenant) & (credential.c.name == name)
        transaction.connection.execute(delete(credential).where(own))
        row = {"tenant": tenant, "name": name, "hash": hashed, "changed_at": to_micros(at)}
        transaction.connection.execute(insert(credential).values(row))

    @staticmethod
    def drop_credential(transaction: Transaction, tenant: str, name: str) -> None:
        """Forget a user's password hash inside a write: nobody signs in under that name any more."""
        own = (credential.c.tenant == tenant) & (credential.c.name == name)
        transaction.connection.execute(delete(credential).where(own))

    # Sessions

    def session_used(self, session: str, at: datetime) -> None:
        """Note that a session was used."""
        moment = to_micros(at)

        def work(transaction: Transaction) -> None:
            _upsert_use(transaction.connection, session, moment)

        self._writer.submit(work)

    def session_last_used(self, session: str) -> datetime | None:
        """When a session was last used; None for one that was not used yet."""
        query = select(session_use.c.used_at).where(session_use.c.session == session)
        with translated(self._where), self._engine.connect() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else from_micros(int(found))

    def forget_sessions(self, before: datetime) -> None:
        """Drop what is known of the use of sessions that are long over."""
        moment = to_micros(before)
        self._writer.submit(
            lambda t: t.connection.execute(delete(session_use).where(session_use.c.used_at < moment))
        )

    # Attempts

    def attempt(
        self, limits: Mapping[str, Limit], *, at: datetime, known: str = "", spared: str = ""
    ) -> float:
        """Count an attempt before it is made, so that many at once can't all be the first.

        Args:
            limits: what the attempt counts against, each with its limit.
            at: when.
            known: the subject under which a success was remembered.
            spared: the subject that doesn't count where `known` is remembered: whoever signs in from where they did
                before can't be locked out by a stranger.

        Returns:
            Seconds to wait; 0.0: the attempt is counted and may be made. A refused one is not counted.
        """
        moment = to_micros(at)

        def work(transaction: Transaction) -> float:
            connection = transaction.connection
            names = [*limits, known]
            query = select(attempt).where(attempt.c.subject.in_(names))
            rows = {row.subject: row for row in connection.execute(query)}
            trusted = known in rows and rows[known].last_at >= to_micros(at - REMEMBERED)
            asked = {name: limit for name, limit in limits.items() if not (trusted and name == spared)}
            waits = [0.0]
            for name, limit in asked.items():
                row = rows.get(name)
                if row is not None:
                    waits.append(limit.wait(_failures(row, at), at - from_micros(row.last_at)))
            if max(waits) > 0:
                return max(waits)
            for name in asked:
                row = rows.get(name)
                count = 1 if row is None else _failures(row, at) + 1
                _put_attempt(connection, name, count, moment, exists=row is not None)
            return 0.0

        return self._writer.submit(work)

    def succeeded(
        self, *, clear: tuple[str, ...], taken_back: tuple[str, ...], known: str, at: datetime
    ) -> None:
        """After a success: forget the failures of `clear`, take the counted attempt back from the others."""
        moment = to_micros(at)

        def work(transaction: Transaction) -> None:
            connection = transaction.connection
            connection.execute(delete(attempt).where(attempt.c.subject.in_(clear)))
            less = update(attempt).where(attempt.c.subject.in_(taken_back), attempt.c.failures > 0)
            connection.execute(less.values(failures=attempt.c.failures - 1))
            connection.execute(delete(attempt).where(attempt.c.last_at < to_micros(at - REMEMBERED)))
            connection.execute(delete(attempt).where(attempt.c.subject == known))
            _put_attempt(connection, known, 0, moment, exists=False)

        self._writer.submit(work)

    def forget_attempts(self, subjects: tuple[str, ...]) -> None:
        """Let a subject try again at once: an administrator lifts a lock."""
        self._writer.submit(
            lambda t: t.connection.execute(delete(attempt).where(attempt.c.subject.in_(subjects)))
        )


def _failures(row: object, at: datetime) -> int:
    last = from_micros(int(getattr(row, "last_at", 0)))
    return 0 if at - last > FORGOTTEN else int(getattr(row, "failures", 0))


def _put_attempt(connection: Connection, name: str, count: int, moment: int, *, exists: bool) -> None:
    values = {"failures": count, "last_at": moment}
    if exists:
        connection.execute(update(attempt).where(attempt.c.subject == name).values(values))
    else:
        connection.execute(insert(attempt).values(subject=name, **values))


def _upsert_use(connection: Connection, session: str, moment: int) -> None:
    done = connection.execute(
        update(session_use).where(session_use.c.session == session).values(used_at=moment)
    )
    if done.rowcount == 0:
        connection.execute(insert(session_use).values(session=session, used_at=moment))
