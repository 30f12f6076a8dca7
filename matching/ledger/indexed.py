"""Whether the index of decisions says what they say: it is compared with the chain, and what it lacks is added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Select, and_, exists, insert, or_, select, update

from matching.decision import Decision
from matching.ledger import schema
from matching.ledger.chain import Event, decode, octets
from matching.ledger.decided import ALL, keys_of
from matching.ledger.engine import translated
from matching.ledger.model import LedgerError
from matching.ledger.writer import GroupCommit, Transaction

DONE: Final = "decision_index"
"""Under this name stands up to which event every decision is in the index."""
BEHIND: Final = 10_000
"""Events looked through anew at each opening, at most, once none is missing among them."""
_CHUNK: Final = 1_000
_KEYS: Final = 500
_DECISIONS: Final[msgspec.json.Decoder[Decision]] = msgspec.json.Decoder(Decision)
_INDEX = schema.decision_index
_MARK = schema.watch_state


def complete(engine: Engine, writer: GroupCommit, where: str) -> None:
    """Index the decisions that an earlier program recorded while this one already ran; others stay as they are.

    Raises:
        LedgerError: some are missing and can't be added.
    """
    try:
        with translated(where), engine.connect() as connection:
            done = _done(connection)
            head = connection.execute(select(schema.chain_head.c.seq)).scalar() or 0
            lacking = connection.execute(_lacking(done).limit(1)).first() is not None
        if lacking:
            writer.submit(_add)
        elif head - done >= BEHIND:
            with suppress(LedgerError):  # where it can't be noted, more is looked through the next time
                writer.submit(_add)
    except LedgerError:
        writer.close()
        engine.dispose()
        raise


def _done(connection: Connection) -> int:
    value = connection.execute(select(_MARK.c.value).where(_MARK.c.name == DONE)).scalar()
    return int(bytes(value)) if value is not None else 0


def _add(transaction: Transaction) -> None:
    """Index what is missing, under the writer's lock; then note up to where."""
    connection = transaction.connection
    done = _done(connection)
    last = done
    while rows := connection.execute(_lacking(last).limit(_CHUNK)).all():
        last = rows[-1].event_seq
        new = [entry for row in rows for entry in _entries(row)]
        if new:
            connection.execute(insert(_INDEX), new)
    value = str(max(done, transaction.seq)).encode()
    noted = connection.execute(update(_MARK).where(_MARK.c.name == DONE).values(value=value))
    if not noted.rowcount:
        connection.execute(insert(_MARK).values(name=DONE, version=1, value=value))


def _lacking(after: int) -> Select[Any]:
    """Decisions after an event that the index does not know."""
    stored, event = schema.decision, schema.event
    known = exists().where(
        _INDEX.c.tenant == stored.c.tenant, _INDEX.c.key == ALL, _INDEX.c.event_seq == stored.c.event_seq
    )
    return (
        select(stored, event.c.body.label("event_body"))
        .join(event, event.c.seq == stored.c.event_seq)
        .where(stored.c.event_seq > after, ~known)
        .order_by(stored.c.event_seq)
    )


def _entries(row: Any) -> list[dict[str, object]]:
    event = decode(octets(row.event_body))
    if event is None:  # nothing says when it was recorded; verification tells of it
        return []
    told = _told(row)
    verdict, keys = ("", (ALL,)) if told is None else told
    at, opening, actor = _said(event)
    return [
        {
            "tenant": row.tenant,
            "key": key,
            "event_seq": row.event_seq,
            "at": at,
            "verdict": verdict,
            "opening_at": opening,
            "actor": actor,
        }
        for key in keys
    ]


def _said(event: Event) -> tuple[int, int | None, str]:
    opening = event.data.get("opening_at")
    return event.at, int(opening) if opening else None, event.actor


def _told(row: Any) -> tuple[str, tuple[str, ...]] | None:
    """Verdict and keys of a stored decision; of an erased one only that it was. None: another program's words."""
    if row.erased_seq is not None:
        return "", (ALL,)
    try:
        decision = _DECISIONS.decode(octets(row.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return decision.verdict.value, (ALL, *keys_of(decision, octets(row.request)))


def differing(connection: Connection, pairs: Sequence[tuple[Event, Any]]) -> Iterator[int]:
    """The events of those decisions of which the index says nothing, or something else than they do."""
    wanted: dict[tuple[str, str, int], tuple[int, int | None, str, str | None]] = {}
    for event, row in pairs:
        told = _told(row)
        verdict, keys = (None, (ALL,)) if told is None else told
        for key in keys:
            wanted[event.tenant, key, event.seq] = (*_said(event), verdict)
    if not wanted:
        return
    found = {}
    tenants, every = {tenant for tenant, _, _ in wanted}, sorted({key for _, key, _ in wanted})
    first, last = min(event.seq for event, _ in pairs), max(event.seq for event, _ in pairs)
    for begin in range(0, len(every), _KEYS):
        query = select(_INDEX).where(
            _INDEX.c.tenant.in_(tenants),
            _INDEX.c.key.in_(every[begin : begin + _KEYS]),
            _INDEX.c.event_seq.between(first, last),
        )
        for row in connection.execute(query):
            found[row.tenant, row.key, row.event_seq] = (row.at, row.opening_at, row.actor, row.verdict)
    later: dict[str, set[int]] = {}
    for place, (at, opening, actor, verdict) in wanted.items():
        indexed = found.get(place)
        if indexed is not None and indexed[1] is not None and (opening is None or indexed[1] > opening):
            if place[0] not in later:
                later[place[0]] = _openings(connection, place[0])
            opening = indexed[1] if indexed[1] in later[place[0]] else opening
        if indexed is None or indexed != (at, opening, actor, indexed[3] if verdict is None else verdict):
            yield place[2]


def _openings(connection: Connection, tenant: str) -> set[int]:
    """Where the tenders of a tenant were ever put: until then a decision may be sealed, if not by its own event."""
    version = schema.item_version
    query = (
        select(schema.event.c.body)
        .join(version, version.c.event_seq == schema.event.c.seq)
        .where(version.c.tenant == tenant, version.c.kind == "tender")
    )
    events = (decode(octets(row.body)) for row in connection.execute(query))
    stated = (one.data.get("opening_at") for one in events if one is not None and one.tenant == tenant)
    return {int(one) for one in stated if one}


def strays(connection: Connection) -> Iterator[int]:
    """Entries of the index without a decision, or that say something else than the others of theirs."""
    whole = _INDEX.alias()
    stored = schema.decision
    none = ~exists().where(stored.c.event_seq == _INDEX.c.event_seq, stored.c.tenant == _INDEX.c.tenant)
    for row in connection.execute(select(_INDEX.c.event_seq).where(none).distinct()):
        yield row.event_seq
    same = and_(
        whole.c.tenant == _INDEX.c.tenant, whole.c.key == ALL, whole.c.event_seq == _INDEX.c.event_seq
    )
    others = or_(
        *(_INDEX.c[n].is_distinct_from(whole.c[n]) for n in ("at", "verdict", "opening_at", "actor"))
    )
    query = select(_INDEX.c.event_seq).join(whole, same).where(_INDEX.c.key != ALL, others).distinct()
    for row in connection.execute(query):
        yield row.event_seq
