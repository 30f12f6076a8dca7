"""Which decisions are about whom, and what they came to: an index made of decisions, itself no part of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, not_, or_, select, update

from graph.dates import end_of_day, from_micros, start_of_day, to_micros
from graph.identifiers import looks_personal, parse_organization
from matching.decision import Decision, Finding, Verdict
from matching.ledger import schema
from matching.ledger.engine import translated
from matching.ledger.model import StoredDecision, Viewer, visible
from matching.ledger.read import stored_decision
from matching.ledger.sealing import SEALED

PAGE_LIMIT: Final = 1_000
"""Decisions handed out by one call."""
ALL: Final = ""
"""The key under which every decision stands."""
_DAY: Final = 86_400_000_000
_CHINA: Final = 8 * 3_600_000_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_PARTIES: Final = ("buyer", "agency", "platform_operator", "prior_service_providers")
_INDEX = schema.decision_index


def keys_of(decision: Decision, request: bytes) -> tuple[str, ...]:
    """By what a decision is found: `tender:` and `code:` of each organisation in it, `party:` of each on an open path.

    Numbers of persons are no keys, and findings that only some may see leave none.
    """
    found: dict[str, None] = {}
    body = _read(request)
    tender = body.get("tender")
    number = tender.get("id") if isinstance(tender, dict) else None
    if isinstance(number, str) and number and not looks_personal(number):
        found[tender_key(number)] = None
    for code in (*_codes(body), *(one.code for one in (*decision.bidders, *decision.subjects))):
        if key := _organization(code):
            found[key] = None
    for finding in _findings(decision):
        if finding.path is not None and not finding.restricted:
            found.update((party_key(node.id), None) for node in finding.path.nodes if node.id)
    return tuple(found)


@lru_cache(maxsize=16_384)
def _organization(code: str) -> str:
    """The key of a code as written; empty where it is no organisation's, or may be a person's."""
    parsed = parse_organization(code) if code.isascii() and 0 < len(code) < 40 else None
    # one whose check digit is wrong is still what everybody called the party
    if parsed is None or parsed.scheme != "uscc" or parsed.state not in ("valid", "checksum"):
        return ""
    return "" if looks_personal(parsed.value) else code_key(parsed.value)


def code_key(code: str) -> str:
    """The key of an organisation by its unified social credit code."""
    return f"code:{code}"


def party_key(party: str) -> str:
    """The key of a party of the graph by its own key."""
    return f"party:{party}"


def tender_key(number: str) -> str:
    """The key of a tender by its number, as requests state it."""
    return f"tender:{number.replace(chr(0), '').strip()[:200]}"


def _findings(decision: Decision) -> Iterator[Finding]:
    for subject in (*decision.bidders, *decision.subjects):
        yield from subject.reasons
    for pair in decision.pairs:
        yield from pair.reasons
    yield from decision.tender.reasons


def _read(request: bytes) -> dict[str, Any]:
    """A request as it came; one that can't be read states nothing."""
    try:
        body = msgspec.json.decode(request)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def _codes(body: dict[str, Any]) -> Iterator[str]:
    """What a request states as numbers of organisations, as written."""
    tender = body.get("tender")
    around = [tender.get(name) for name in _PARTIES] if isinstance(tender, dict) else []
    for party in _parties([body.get("bidders"), *around]):
        for one in party.get("identifiers") or ():
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield one["id"]


def _parties(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _parties(one)
    elif isinstance(value, dict):
        yield value
        joint = value.get("consortium")
        if isinstance(joint, dict):
            yield from _parties([joint.get("members"), joint.get("prequalified_members")])


def forget(connection: Connection, tenant: str, seq: int) -> None:
    """Leave of an erased decision only that there was one."""
    mine = and_(_INDEX.c.tenant == tenant, _INDEX.c.event_seq == seq)
    connection.execute(delete(_INDEX).where(mine, _INDEX.c.key != ALL))
    connection.execute(update(_INDEX).where(mine).values(verdict=""))


class Decided:
    """The decisions of a ledger by party, verdict and day, and their number."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    def page(
        self,
        viewer: Viewer,
        at: datetime,
        *,
        keys: Sequence[str] = (ALL,),
        verdict: Verdict | None = None,
        since: date | None = None,
        until: date | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[StoredDecision]:
        """Decisions that a viewer may see at an instant, newest first.

        Sealed ones are left out before anything is counted, so that not even an empty page tells who bids.

        Args:
            viewer: who asks.
            at: when.
            keys: those found by any of these (`code_key`, `party_key`).
            verdict: of this verdict only.
            since: recorded on this day in China or later.
            until: recorded on this day or earlier.
            before: the `event_seq` to go on from.
            limit: how many.
        """
        wanted = [_INDEX.c.tenant == viewer.tenant, _INDEX.c.key.in_(list(keys)), _open_to(viewer, at)]
        if verdict is not None:
            wanted.append(_INDEX.c.verdict == verdict.value)
        if before is not None:
            wanted.append(_INDEX.c.event_seq < before)
        wanted += _between(since, until)
        stored = schema.decision
        with translated(self._where), self._engine.connect() as connection:
            if since is not None or until is not None:
                # events are numbered in time's order but for moments: the days' numbers bound the walk
                bounds = select(func.min(_INDEX.c.event_seq), func.max(_INDEX.c.event_seq)).where(
                    _INDEX.c.tenant == viewer.tenant, _INDEX.c.key.in_(list(keys)), *_between(since, until)
                )
                low, high = connection.execute(bounds).one()
                if low is None:
                    return []
                wanted += [_INDEX.c.event_seq >= low, _INDEX.c.event_seq <= high]
            found = (
                select(_INDEX.c.event_seq)
                .where(*wanted)
                .distinct()
                .order_by(_INDEX.c.event_seq.desc())
                .limit(max(0, min(limit, PAGE_LIMIT)))
            )
            numbers = [row.event_seq for row in connection.execute(found)]
            query = (
                select(stored, SEALED, schema.event.c.body.label("event_body"))
                .join(schema.event, schema.event.c.seq == stored.c.event_seq)
                .where(stored.c.event_seq.in_(numbers))
                .order_by(stored.c.event_seq.desc())
            )
            stored_ones = [stored_decision(row, self._where) for row in connection.execute(query)]
        # the index is no part of the chain: what it opens is handed out only where the chain says so, too
        return [one for one in stored_ones if visible(one, viewer, at)]

    def sealed_until(self, viewer: Viewer, at: datetime, key: str) -> datetime | None:
        """Until when a decision found by a key is kept from a viewer; the last of several, None without any."""
        query = select(func.max(_INDEX.c.opening_at)).where(
            _INDEX.c.tenant == viewer.tenant, _INDEX.c.key == key, not_(_open_to(viewer, at))
        )
        with translated(self._where), self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else from_micros(int(found))

    def counts(
        self, viewer: Viewer, at: datetime, *, since: date, until: date
    ) -> dict[tuple[date, Verdict], int]:
        """How many decisions a viewer may see of each day in China, by verdict; erased ones have none.

        Those of sealed bids are left out: how many bid is sealed like who does.
        """
        day = (_INDEX.c.at + _CHINA) // _DAY
        query = (
            select(day.label("day"), _INDEX.c.verdict, func.count().label("found"))
            .where(
                _INDEX.c.tenant == viewer.tenant,
                _INDEX.c.key == ALL,
                _open_to(viewer, at),
                *_between(since, until),
            )
            .group_by(day, _INDEX.c.verdict)
        )
        with translated(self._where), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {
            (date.fromordinal(_EPOCH + int(row.day)), Verdict(row.verdict)): row.found
            for row in rows
            if row.verdict
        }


def _open_to(viewer: Viewer, at: datetime) -> ColumnElement[bool]:
    """What `visible` says, for the database."""
    public = or_(_INDEX.c.opening_at.is_(None), _INDEX.c.opening_at <= to_micros(at))
    if "platform" in viewer.roles and viewer.principal:
        return or_(public, _INDEX.c.actor == viewer.principal)
    return public


def _between(since: date | None, until: date | None) -> Iterable[ColumnElement[bool]]:
    found = []
    if since is not None:
        found.append(_INDEX.c.at >= to_micros(start_of_day(since)))
    if until is not None:
        found.append(_INDEX.c.at < to_micros(end_of_day(until)))
    return found


__all__ = ["ALL", "Decided", "code_key", "forget", "keys_of", "party_key", "tender_key"]
