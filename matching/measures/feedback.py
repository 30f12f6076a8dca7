"""Feedback: the punishment that was carried out on a ticket, and its revocation; every version stays in the chain.

A ticket bears one feedback. Its states are `reported` and `revoked`, and nothing leads back: whoever is barred again
is barred by a new decision with a ticket of its own (谁认定、谁修复; 民营经济促进法 54: lifted at once when the ground
is gone).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from graph.dates import china_day
from matching.ledger.model import Draft, Item, LedgerError, StoredDecision
from matching.measures.catalogue import Catalogue, place_of
from matching.measures.tickets import Ticket, TicketRecord
from matching.request import Tender

if TYPE_CHECKING:
    from matching.ledger import Ledger

KIND: Final = "measure"
REPORTED, REVOKED = "reported", "revoked"


class RevokeGround(StrEnum):
    """Why a measure is lifted."""

    LISTING_REMOVED = "listing_removed"
    LISTING_REPAIRED = "listing_repaired"
    LISTING_REVOKED = "listing_revoked"
    TEMPORARILY_LIFTED = "temporarily_lifted"
    TERM_ENDED = "term_ended"
    OBJECTION_UPHELD = "objection_upheld"
    IDENTITY_ERROR = "identity_error"
    DECISION_OVERRIDDEN = "decision_overridden"
    MEASURE_ERROR = "measure_error"


class MeasureError(Exception):
    """Feedback that can't be taken. `code` is a message code (`measures.*`), `pointer` its place in the body."""

    def __init__(self, code: str, pointer: str = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer
        self.params = params


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A document by number and, where it is kept as a file, its hash."""

    number: str
    sha256: str = ""


class Revocation(msgspec.Struct, frozen=True, kw_only=True):
    """Why, by whom and when a measure was lifted."""

    ground: RevokeGround
    reason: str
    document: Paper | None = None


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What was carried out: the measure, how much, by whom, when, by which document."""

    measure: str
    amount_cny: Decimal | None = None
    implementer: str
    date: date
    document: Paper | None = None
    note: str = ""


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A feedback as the ledger keeps it."""

    decision_id: str
    client_id: str
    role: str
    party: str
    list: str
    records: tuple[TicketRecord, ...]
    catalogue: str
    carried: Carried
    revocation: Revocation | None = None


def body_of(item: Item) -> Reported:
    """A feedback's content.

    Raises:
        LedgerError: `ledger.erased`.
    """
    if item.body is None:
        raise LedgerError("ledger.erased", kind=item.kind, id=item.id)
    return msgspec.json.decode(item.body, type=Reported)


def keys_of(body: Reported) -> tuple[str, ...]:
    """What a feedback is looked up by: its decision, list and records (by hash; never a name or number)."""
    records = (f"record:{one.record_hash}" for one in body.records if one.record_hash)
    return (f"decision:{body.decision_id}", f"list:{body.list}", *records)


def report(
    ledger: Ledger,
    stored: StoredDecision,
    ticket: Ticket,
    carried: Carried,
    *,
    tender: Tender,
    catalogue: Catalogue,
    actor: str,
    at: datetime,
) -> tuple[Item, bool]:
    """Record what was carried out on a ticket; it is on the disk when this returns.

    Returns:
        The feedback, and whether it stood there already, word for word.

    Raises:
        MeasureError: `measures.other_measure`, `measures.not_allowed` (not in the catalogue in force on the day, for
            that list and scenario), `measures.date`, `measures.reported` (the ticket bears another feedback).
        LedgerError: nothing was kept.
    """
    if carried.measure != ticket.measure:
        raise MeasureError(
            "measures.other_measure", "/measure", measure=carried.measure, allowed=ticket.measure
        )
    place = place_of(tender, ticket.list)
    rows = catalogue.at(carried.date, target=ticket.list, place=place)
    if not any(row.measure_code == carried.measure for row in rows):
        raise MeasureError("measures.not_allowed", "/measure", measure=carried.measure, day=carried.date)
    first, last = china_day(stored.recorded_at), china_day(at)
    if not first <= carried.date <= last:
        raise MeasureError("measures.date", "/date", first=first, last=last)
    body = Reported(
        decision_id=ticket.decision_id,
        client_id=ticket.client_id,
        role=ticket.role,
        party=ticket.party,
        list=ticket.list,
        records=ticket.records,
        catalogue=catalogue.hash,
        carried=carried,
    )
    draft = _draft(ticket.ticket, REPORTED, body, stored.opening_at)
    try:
        return ledger.items.put(draft, tenant=stored.tenant, actor=actor, at=at), False
    except LedgerError as error:
        if error.code != "ledger.item_exists":
            raise
    there = ledger.items.get(KIND, ticket.ticket, tenant=stored.tenant)
    if there is not None and body_of(there).carried == carried:
        return there, True
    raise MeasureError("measures.reported")


def revoke(
    ledger: Ledger, name: str, revocation: Revocation, *, tenant: str, actor: str, at: datetime, expect: int
) -> tuple[Item, bool]:
    """Lift a measure that was reported; what was carried out stays on record.

    Returns:
        The feedback, and whether it was lifted already, by the same words.

    Raises:
        MeasureError: `measures.revoked`: it was lifted before, for another ground.
        LedgerError: `ledger.no_item`, `ledger.item_stale`, `ledger.erased`; nothing was kept.
    """
    found = ledger.items.get(KIND, name, tenant=tenant)
    if found is None:
        raise LedgerError("ledger.no_item", kind=KIND, id=name)
    body = body_of(found)
    if found.state == REVOKED:
        if body.revocation == revocation and expect in (found.version, found.version - 1):
            return found, True
        raise MeasureError("measures.revoked")
    draft = _draft(name, REVOKED, msgspec.structs.replace(body, revocation=revocation), found.opening_at)
    return ledger.items.put(draft, tenant=tenant, actor=actor, at=at, expect=expect), False


def history(ledger: Ledger, name: str, *, tenant: str) -> Sequence[Item]:
    """Every version of a feedback, oldest first."""
    return ledger.items.history(KIND, name, tenant=tenant)


def _draft(name: str, state: str, body: Reported, opening_at: datetime | None) -> Draft:
    encoded = msgspec.json.encode(body, order="sorted")
    return Draft(kind=KIND, id=name, state=state, body=encoded, keys=keys_of(body), opening_at=opening_at)
