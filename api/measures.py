"""Measures for command line, HTTP and page alike: the tickets of a decision, feedback, revocation, the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from api.masking import mask_value
from graph.dates import iso
from matching.ledger.model import Item, LedgerError, StoredDecision
from matching.measures import feedback, tickets
from matching.measures.catalogue import Catalogue, Place, load_catalogue
from matching.overrides.proposals import successor
from matching.request import DecisionRequest

if TYPE_CHECKING:
    from api.service import Service
    from matching.ledger import Ledger

OPEN, VOID = "open", "void"
"""States of a ticket without feedback: it may be given, or its decision was replaced by an override."""
STANDS, GONE, NOT_KNOWN = "stands", "gone", "not_known"


class TicketView(msgspec.Struct, frozen=True, kw_only=True):
    """What may be carried out on a decision; `state` is open, reported, revoked or void."""

    ticket: str
    state: str
    decision_id: str
    client_id: str
    role: str
    party: str
    measure: str
    name: dict[str, str]
    list: str
    decision: str
    implementer: str
    rules: Sequence[str]
    records: Sequence[dict[str, str]]
    legal_basis: Sequence[dict[str, Any]]
    edition: str
    catalogue: str


class MeasureView(msgspec.Struct, frozen=True, kw_only=True):
    """A measure that was carried out: what, by whom, when, and whether it has been lifted."""

    id: str
    state: str
    version: int
    decision_id: str
    client_id: str
    role: str
    party: str
    list: str
    records: Sequence[dict[str, str]]
    measure: str
    amount: str | None
    implementer: str
    date: str
    document: dict[str, str] | None
    note: str
    catalogue: str
    revocation: dict[str, Any] | None
    reported_at: str
    reported_by: str
    changed_at: str
    changed_by: str


class MeasureVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a measure in the audit chain."""

    state: str
    at: str
    by: str
    event: int


class MeasureFile(msgspec.Struct, frozen=True, kw_only=True):
    """A measure with its history."""

    measure: MeasureView
    history: Sequence[MeasureVersion]


class MeasurePage(msgspec.Struct, frozen=True, kw_only=True):
    """Measures, last changed first."""

    measures: Sequence[MeasureView]
    next: str | None = None


class TicketList(msgspec.Struct, frozen=True, kw_only=True):
    """The tickets of a decision."""

    decision_id: str
    tickets: Sequence[TicketView]


class StandingView(msgspec.Struct, frozen=True, kw_only=True):
    """A measure whose ground no longer stands, or can't be assessed: `ground` is gone or not_known."""

    ground: str
    measure: MeasureView


class StandingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Measures to be lifted, or looked at, and how many were examined for this page."""

    measures: Sequence[StandingView]
    examined: int
    next: str | None = None


class CatalogueView(msgspec.Struct, frozen=True, kw_only=True):
    """What the lists allow on a day: the catalogue's version and hash, the edition of the basic list, the measures."""

    version: str
    hash: str
    as_of: str
    edition: dict[str, Any] | None
    measures: Sequence[dict[str, Any]]
    inherited: Sequence[dict[str, Any]]


def request_of(stored: StoredDecision) -> DecisionRequest:
    """The request that a decision answers.

    Raises:
        LedgerError: `ledger.erased`.
    """
    if stored.request is None or stored.decision is None:
        raise LedgerError("ledger.erased", kind="decision", id=stored.decision_id)
    return DecisionRequest.model_validate_json(stored.request)


def tickets_of(ledger: Ledger, stored: StoredDecision, catalogue: Catalogue) -> tuple[tickets.Ticket, ...]:
    """What may be carried out on a decision as people's answers stand now.

    Raises:
        LedgerError: `ledger.erased`.
    """
    request = request_of(stored)
    assert stored.decision is not None  # noqa: S101 - `request_of` has refused an erased one
    answers = ledger.reviews(ledger.reviews_seq()).of(stored.tenant)
    return tickets.tickets(stored.decision, request.tender, catalogue, answers)


def ticket_list(ledger: Ledger, stored: StoredDecision) -> TicketList:
    """The tickets of a decision with the state of each."""
    found = tickets_of(ledger, stored, load_catalogue())
    fresh = VOID if successor(ledger, stored.decision_id, tenant=stored.tenant) else OPEN
    views = []
    for one in found:
        item = ledger.items.get(feedback.KIND, one.ticket, tenant=stored.tenant)
        views.append(_ticket_view(one, fresh if item is None else item.state))
    return TicketList(decision_id=stored.decision_id, tickets=views)


def _ticket_view(ticket: tickets.Ticket, state: str) -> TicketView:
    plain: dict[str, Any] = mask_value(_law(msgspec.to_builtins(ticket)))
    return TicketView(state=state, **plain)


def report(
    ledger: Ledger,
    stored: StoredDecision,
    ticket: str,
    carried: feedback.Carried,
    *,
    actor: str,
    at: datetime,
) -> tuple[Item, bool]:
    """Record what was carried out on a ticket of a decision.

    Returns:
        The feedback, and whether it stood there already.

    Raises:
        MeasureError: `measures.superseded`, `measures.no_ticket` (the decision allows no such thing), and what
            `feedback.report` raises.
        LedgerError: nothing was kept.
    """
    newer = successor(ledger, stored.decision_id, tenant=stored.tenant)
    if newer:
        raise feedback.MeasureError("measures.superseded")
    catalogue = load_catalogue()
    allowed = {one.ticket: one for one in tickets_of(ledger, stored, catalogue)}
    if ticket not in allowed:
        raise feedback.MeasureError("measures.no_ticket", "/ticket")
    return feedback.report(
        ledger,
        stored,
        allowed[ticket],
        carried,
        tender=request_of(stored).tender,
        catalogue=catalogue,
        actor=actor,
        at=at,
    )


def view(item: Item) -> MeasureView:
    """A feedback as answers show it: numbers of persons masked."""
    body = feedback.body_of(item)
    carried, lifted = body.carried, body.revocation
    shown: dict[str, Any] = mask_value(
        {
            "client_id": body.client_id,
            "role": body.role,
            "party": body.party,
            "list": body.list,
            "records": [msgspec.to_builtins(one) for one in body.records],
            "measure": carried.measure,
            "implementer": carried.implementer,
            "document": None if carried.document is None else msgspec.to_builtins(carried.document),
            "note": carried.note,
            "revocation": None if lifted is None else msgspec.to_builtins(lifted),
        }
    )
    return MeasureView(
        id=item.id,
        state=item.state,
        version=item.version,
        decision_id=body.decision_id,
        amount=None if carried.amount_cny is None else str(carried.amount_cny),
        date=carried.date.isoformat(),
        catalogue=body.catalogue,
        reported_at=iso(item.created_at),
        reported_by=item.owner,
        changed_at=iso(item.changed_at),
        changed_by=item.actor,
        **shown,
    )


def file_of(ledger: Ledger, item: Item) -> MeasureFile:
    """A measure with every version of it."""
    versions = [
        MeasureVersion(state=one.state, at=iso(one.changed_at), by=one.actor, event=one.event_seq)
        for one in feedback.history(ledger, item.id, tenant=item.tenant)
    ]
    return MeasureFile(measure=view(item), history=versions)


def catalogue_view(day: date, target: str | None, place: Place) -> CatalogueView:
    """What lists allow on a day, of one list and in one scenario where they are given."""
    catalogue = load_catalogue()
    edition = catalogue.edition(day)
    return CatalogueView(
        version=catalogue.version,
        hash=catalogue.hash,
        as_of=day.isoformat(),
        edition=None if edition is None else msgspec.to_builtins(edition),
        measures=[_row(msgspec.to_builtins(row)) for row in catalogue.at(day, target=target, place=place)],
        inherited=[_law(msgspec.to_builtins(one)) for one in catalogue.inherited(day)],
    )


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without the conditions that do not matter in it."""
    return {**_law(row), "scenario": {key: value for key, value in row["scenario"].items() if value}}


def _law(row: Mapping[str, Any]) -> dict[str, Any]:
    """A document whose articles all say whether they were verified, those that were not too."""
    told = [{"basis_verified": False, **one} for one in row["legal_basis"]]
    return {**row, "legal_basis": told}


def ground_of(service: Service, item: Item, *, at: datetime) -> str:
    """Whether what a measure rests on still stands: the decision's request, calculated on what is published now.

    Returns:
        `stands`, `gone` (the same decision would not allow the measure any more: it is to be lifted at once,
        民营经济促进法 54), or `not_known` (the list is missing, or the decision was erased).

    Raises:
        GenerationError, StoreError: nothing is published, or it can't be read.
    """
    body = feedback.body_of(item)
    ledger = service.ledger
    if successor(ledger, body.decision_id, tenant=item.tenant):
        return GONE
    stored = ledger.decision(body.decision_id, tenant=item.tenant)
    if stored is None or stored.request is None or stored.decision is None:
        return NOT_KNOWN
    asked = request_of(stored)
    seq = ledger.reviews_seq()
    with service.held() as lease:
        fresh = lease.screener.evaluate(asked, as_of=at, known_at=at, reviews_seq=seq, tenant=item.tenant)
    fresh = msgspec.structs.replace(fresh, decision_id=body.decision_id)
    found = tickets.tickets(fresh, asked.tender, load_catalogue(), ledger.reviews(seq).of(item.tenant))
    if any(one.ticket == item.id for one in found):
        return STANDS
    absent = {one.what for one in fresh.not_assessed}
    return NOT_KNOWN if f"list:{body.list}" in absent else GONE


def standing(service: Service, items: Sequence[Item], *, at: datetime) -> list[StandingView]:
    """The measures among some whose ground does not stand, in their order."""
    told = [(ground_of(service, item, at=at), item) for item in items]
    return [StandingView(ground=ground, measure=view(item)) for ground, item in told if ground != STANDS]
