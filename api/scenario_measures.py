"""What scenarios expect beside a decision: tickets and what is done on them, and the report on timeliness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import msgspec

from api import measures
from api.scenario_facts import PUBLISHER, ExpectedMeasure
from graph.dates import china_day
from graph.generation import Generation
from matching.ledger import Ledger, StoredDecision
from matching.measures import feedback
from matching.measures.catalogue import load_catalogue
from matching.measures.tickets import Ticket
from matching.reports.timeliness import timeliness

TENANT: Final = "default"


def play_measures(
    ledger: Ledger, decision_id: str, expected: tuple[ExpectedMeasure, ...], at: datetime
) -> Iterator[str]:
    """Report and revoke on the decision's tickets as expected, and say what differs."""
    stored = ledger.decision(decision_id, tenant=TENANT)
    if stored is None:
        yield "the decision was not recorded"
        return
    found = measures.tickets_of(ledger, stored, load_catalogue())
    for one in expected:
        fitting = [ticket for ticket in found if _fits(ticket, one)]
        if bool(fitting) is not one.ticket:
            shown = " ".join(f"{t.client_id}/{t.measure}/{t.list}" for t in found) or "none"
            yield f"ticket {one.bidder} {one.list} {one.measure}: there is {shown}"
        elif fitting and (one.reported or one.revoked):
            yield from _carry_out(ledger, stored, fitting[0], one, at)
    if not ledger.verify().ok:
        yield "the audit chain is broken"


def _fits(ticket: Ticket, one: ExpectedMeasure) -> bool:
    return (
        one.bidder in ("", ticket.client_id)
        and one.list in ("", ticket.list)
        and one.measure in ("", ticket.measure)
    )


def _carry_out(
    ledger: Ledger, stored: StoredDecision, ticket: Ticket, one: ExpectedMeasure, at: datetime
) -> Iterator[str]:
    carried = feedback.Carried(measure=ticket.measure, implementer=PUBLISHER, date=china_day(at))
    item, _ = measures.report(ledger, stored, ticket.ticket, carried, actor=PUBLISHER, at=at)
    states = [feedback.REPORTED]
    if one.revoked:
        lifted = feedback.Revocation(ground=feedback.RevokeGround.LISTING_REMOVED, reason=PUBLISHER)
        feedback.revoke(ledger, item.id, lifted, tenant=TENANT, actor=PUBLISHER, at=at, expect=item.version)
        states.append(feedback.REVOKED)
    kept = feedback.history(ledger, item.id, tenant=TENANT)
    if [version.state for version in kept] != states:
        yield f"the history of {ticket.ticket} is {' '.join(version.state for version in kept)}"


def compare_timeliness(generation: Generation, expected: Mapping[str, int], at: datetime) -> Iterator[str]:
    """What differs between the report over everything known at an instant and the counts expected."""
    counts = msgspec.structs.asdict(timeliness(generation, known=generation.known(at)).total)
    for name, value in expected.items():
        if counts.get(name) != value:
            yield f"timeliness: {name} is {counts.get(name)}, expected {value}"
