"""Erasing a decision together with those of the same request that overrides made of it, or that it was made of.

All of them answer one request and so name the same people: whoever has one of them erased has nothing said of them in
the others, either (个人信息保护法 47).
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, and_, or_, select

from matching.ledger.chain import agrees, decode, octets
from matching.ledger.decided import forget
from matching.ledger.engine import translated
from matching.ledger.model import LedgerError
from matching.ledger.redacting import erase_about
from matching.ledger.schema import event, item_key, item_version
from matching.ledger.statements import Statements
from matching.ledger.unwatching import Sought, forget_watched, look_first
from matching.ledger.writer import GroupCommit, Transaction

OVERRIDE: Final = "override"
LINK: Final = "decision_link"
"""Kinds of items that tie the decision which an override made to the one it was made of."""


class Families:
    """Erases decisions of a ledger with those that say the same of people."""

    def __init__(self, engine: Engine, writer: GroupCommit, sql: Statements, where: str) -> None:
        self._engine = engine
        self._writer = writer
        self._sql = sql
        self._where = where

    def erase(
        self, decision_id: str, *, tenant: str, actor: str, moment: int, ground: str
    ) -> tuple[str, ...]:
        """Blank a decision and its family; the names of all, it first. Doing it again goes on where it failed.

        Raises:
            LedgerError: `ledger.no_decision`; `ledger.tampered`: what ties them is not what was recorded.
        """
        done: list[str] = []
        # looked for again at the end: an override may have been confirmed meanwhile
        while found := [name for name in self._family(decision_id, tenant) if name not in done]:
            # the farthest first: whatever is left after a failure is still tied to the one that was asked for
            for name in reversed(found):
                sought = self._sought(name, tenant)

                def work(transaction: Transaction, name: str = name, sought: Sought = sought) -> None:
                    by = {"actor": actor, "moment": moment, "ground": ground}
                    self._erase(transaction, name, sought, tenant=tenant, **by)  # type: ignore[arg-type]

                self._writer.submit(work)
            done += found
        return tuple(done)

    def _sought(self, name: str, tenant: str) -> Sought:
        """What of those watched it concerns: found before the write, for which everybody else would wait."""
        with translated(self._where), self._engine.connect() as connection:
            row = self._sql.decision_by_id.run(connection, (name, tenant)).first()
            request = None if row is None or row.request is None else octets(row.request)
            return look_first(connection, name, request, tenant)

    def _erase(
        self,
        transaction: Transaction,
        name: str,
        sought: Sought,
        *,
        tenant: str,
        actor: str,
        moment: int,
        ground: str,
    ) -> None:
        sql, connection = self._sql, transaction.connection
        row = sql.decision_by_id.run(connection, (name, tenant)).first()
        if row is None:
            raise LedgerError("ledger.no_decision", decision_id=name)
        erase_about(transaction, name, tenant=tenant, actor=actor, moment=moment, ground=ground)
        request = None if row.request is None else octets(row.request)
        forget_watched(
            transaction,
            name,
            request,
            tenant=tenant,
            actor=actor,
            moment=moment,
            ground=ground,
            sought=sought,
        )
        if row.erased_seq is not None:
            return
        seq = transaction.append(
            "erasure", at=moment, tenant=tenant, actor=actor, ref=name, data={"ground": ground}
        )
        transaction.add(sql.erase_decision, (seq, name))
        transaction.add(sql.erase_reviews, (seq, name))
        transaction.add(sql.erase_queue, (name,))
        forget(connection, tenant, row.event_seq)

    def _family(self, decision_id: str, tenant: str) -> list[str]:
        """A decision, and all that overrides tie to it."""
        found = [decision_id]
        with translated(self._where), self._engine.connect() as connection:
            for name in found:
                tied = self._tied(connection, name, tenant)
                found += [other for other in tied if other not in found]
        return found

    def _tied(self, connection: Connection, decision_id: str, tenant: str) -> list[str]:
        keyed = select(item_key.c.id).where(
            item_key.c.kind == OVERRIDE,
            item_key.c.key == f"decision:{decision_id}",
            item_key.c.tenant == tenant,
        )
        ties = or_(
            and_(item_version.c.kind == OVERRIDE, item_version.c.id.in_(keyed)),
            and_(item_version.c.kind == LINK, item_version.c.id == decision_id),
        )
        query = (
            select(item_version, event.c.body.label("event_body"))
            .join(event, event.c.seq == item_version.c.event_seq)
            .where(ties, item_version.c.tenant == tenant, item_version.c.erased_seq.is_(None))
            .order_by(item_version.c.event_seq)
        )
        names: dict[str, None] = {}
        for row in connection.execute(query):
            one = decode(octets(row.event_body))
            if one is None or not agrees(row.salt, row.body, one.digest):
                raise LedgerError("ledger.tampered", path=self._where, seq=row.event_seq)
            said = msgspec.json.decode(octets(row.body), type=_Tie)
            names |= {name: None for name in (said.decision_id, said.made) if name}
        return list(names)


class _Tie(msgspec.Struct, frozen=True):
    """What an override or a link says of decisions."""

    decision_id: str = ""
    made: str = ""
