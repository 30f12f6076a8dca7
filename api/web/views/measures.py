"""Measures: tickets of decisions, what was carried out on them, what has to be lifted, and what the law allows."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Response

from api import measures as book
from api.explain import basis_line, list_title
from api.principals import Scope
from api.routes import measures as http
from api.routes.base import cursor, from_cursor
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.casework import NO_TROUBLE, Asked, Trouble, checked, text, trouble_of, version
from api.web.door import Visit
from api.web.words import Words
from graph.dates import china_day
from matching.decision import LegalBasis, Verdict
from matching.ledger import Item, LedgerError, visible
from matching.measures import feedback
from matching.measures.catalogue import load_catalogue
from matching.measures.tickets import decision_of

SHOWN: Final = 50
"""Measures on one page."""
DECISIONS: Final = 50
"""The newest decisions that bar somebody or ask for a review, whose tickets the work list shows."""
LOOKED_AT: Final = 500
"""How many decisions are looked through for them."""
VIEWS: Final = ("open", "reported", "lift", "revoked")


class Row(NamedTuple):
    """A ticket or a measure as its row shows it."""

    id: str
    party: str
    name: str
    list: str
    state: str
    tone: str
    next: str
    """Who acts next."""
    at: str
    decision_id: str


class Tickets(NamedTuple):
    """The open tickets, and of how many decisions they are."""

    rows: tuple[Row, ...]
    decisions: int
    cut: bool
    """Whether there are older decisions that were not looked through."""


def listed(visit: Visit) -> Response:
    """The work list: open tickets, measures that were carried out, those to lift, those lifted."""
    wanted = visit.asked("view", 20) or "open"
    wanted = wanted if wanted in VIEWS else "open"
    rows: tuple[Row, ...] = ()
    tickets, more, examined = None, "", 0
    decision = visit.asked("decision_id", 200)
    if decision:
        wanted, rows = "", _of_decision(visit, decision)
    elif wanted == "open":
        tickets = open_tickets(visit)
        rows = tickets.rows
    elif wanted == "lift":
        rows, more, examined = _to_lift(visit)
    else:
        rows, more = _carried_out(visit, wanted)
    return page(
        visit,
        "measures.html",
        view=wanted,
        views=VIEWS,
        rows=rows,
        tickets=tickets,
        more=more,
        examined=examined,
        decision=decision,
    )


def open_tickets(visit: Visit) -> Tickets:
    """What may be carried out now on the newest decisions that bar somebody or ask for a review."""
    who, ledger, words = visit.principal, visit.service.ledger, visit.words
    stored = ledger.decisions(tenant=who.tenant, limit=LOOKED_AT)
    asking = [
        one
        for one in stored
        if one.decision is not None
        and one.decision.verdict in (Verdict.BLOCK, Verdict.REVIEW, Verdict.UNDETERMINED)
        and visible(one, who.viewer, visit.at)
    ]
    rows = []
    for one in asking[:DECISIONS]:
        for ticket in book.ticket_list(ledger, one).tickets:
            if ticket.state == book.OPEN:
                rows.append(_ticket_row(visit, ticket, words.time(one.recorded_at)))
    cut = len(asking) > DECISIONS or len(stored) == LOOKED_AT
    return Tickets(tuple(rows), min(len(asking), DECISIONS), cut)


def _of_decision(visit: Visit, name: str) -> tuple[Row, ...]:
    """Every ticket of one decision, with its state.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`.
        LedgerError: `ledger.erased`.
    """
    stored = stored_decision(visit.request, name)
    at = visit.words.time(stored.recorded_at)
    found = book.ticket_list(visit.service.ledger, stored).tickets
    return tuple(_ticket_row(visit, ticket, at) for ticket in found)


def _ticket_row(visit: Visit, ticket: book.TicketView, at: str) -> Row:
    return Row(
        id=ticket.ticket,
        party=ticket.party or ticket.client_id,
        name=ticket.name[visit.lang],
        list=list_title(ticket.list, visit.lang),
        state=_state(visit.words, ticket.state),
        tone="warn" if ticket.state == book.OPEN else "",
        next=_who(visit.words, ticket.implementer),
        at=at,
        decision_id=ticket.decision_id,
    )


def _carried_out(visit: Visit, state: str) -> tuple[tuple[Row, ...], str]:
    who = visit.principal
    found = visit.service.ledger.items.page(
        feedback.KIND,
        tenant=who.tenant,
        state=state,
        before=from_cursor(visit.request, visit.asked("after", 64)),
        limit=SHOWN,
    )
    seen = [one for one in found if one.body is not None and visible(one, who.viewer, visit.at)]
    more = cursor(found[-1].event_seq) if len(found) == SHOWN else ""
    return tuple(_measure_row(visit, book.view(one)) for one in seen), more or ""


def _to_lift(visit: Visit) -> tuple[tuple[Row, ...], str, int]:
    """Measures whose ground is gone or not known: calculated on what is published now (民营经济促进法 54)."""
    who = visit.principal
    found = visit.service.ledger.items.page(
        feedback.KIND,
        tenant=who.tenant,
        state=feedback.REPORTED,
        before=from_cursor(visit.request, visit.asked("after", 64)),
        limit=SHOWN,
    )
    seen = [one for one in found if one.body is not None and visible(one, who.viewer, visit.at)]
    more = cursor(found[-1].event_seq) if len(found) == SHOWN else ""
    told = book.standing(visit.service, seen, at=visit.at)
    return tuple(_measure_row(visit, one.measure, one.ground) for one in told), more or "", len(seen)


def _measure_row(visit: Visit, one: book.MeasureView, ground: str = "") -> Row:
    words = visit.words
    shown = words(f"measure.stands.{ground}") if ground else _state(words, one.state)
    return Row(
        id=one.id,
        party=one.party or one.client_id,
        name=_name(visit, one.measure),
        list=list_title(one.list, visit.lang),
        state=shown,
        tone="bad" if ground == book.GONE else "warn" if ground else "",
        next=words.known("measure.next.revoked", "") if one.state == feedback.REVOKED else one.implementer,
        at=words.time(one.changed_at),
        decision_id=one.decision_id,
    )


def _state(words: Words, state: str) -> str:
    return words.known(f"measure.state.{state}", state)


def _who(words: Words, implementer: str) -> str:
    return words.known(f"measure.who.{implementer}", implementer)


def _name(visit: Visit, code: str) -> str:
    """What a measure is called; its code where the catalogue of today has none of it."""
    rows = load_catalogue().find(code, china_day(visit.at))
    return visit.words.both(rows[0].name) if rows else code


def one(visit: Visit) -> Response:
    """A ticket or the measure that was carried out on it: law, records, history, and the step that may be taken."""
    return _one(visit, NO_TROUBLE)


def _one(visit: Visit, trouble: Trouble) -> Response:
    name = str(visit.request.path_params["measure_id"])
    who, ledger = visit.principal, visit.service.ledger
    item = ledger.items.get(feedback.KIND, name, tenant=who.tenant)
    if item is not None:
        item = http.measure_of(visit.request, name)
    ticket = _ticket(visit, name, known=item is not None)
    file = None if item is None else book.file_of(ledger, item)
    state = (
        ticket.state
        if file is None and ticket is not None
        else file.measure.state
        if file is not None
        else ""
    )
    stands = (
        book.ground_of(visit.service, item, at=visit.at) if item is not None and state == "reported" else ""
    )
    words = visit.words
    return page(
        visit,
        "measure.html",
        status=trouble.status,
        trouble=trouble,
        asked=Asked(visit.form),
        id=name,
        state=state,
        state_word=_state(words, state),
        ticket=ticket,
        name=ticket.name[visit.lang] if ticket is not None else _name(visit, file.measure.measure if file else ""),
        about=file.measure if file is not None else ticket,
        list=list_title((file.measure if file is not None else ticket).list, visit.lang),  # type: ignore[union-attr]
        who=_who(words, ticket.implementer) if ticket is not None else "",
        law=_law(visit, ticket),
        measure=None if file is None else file.measure,
        history=() if file is None else tuple(
            (_state(words, each.state), words.time(each.at), each.by, each.event) for each in file.history
        ),
        stands=words(f"measure.stands.{stands}") if stands else "",
        gone=stands == book.GONE,
        revoked_for=_revoked_for(visit, file),
        grounds=tuple((each.value, words.known(f"measure.ground.{each.value}", each.value))
                      for each in feedback.RevokeGround),
        today=china_day(visit.at).isoformat(),
        may=visit.may(Scope.DECIDE),
        version=0 if item is None else item.version,
    )  # fmt: skip


def _revoked_for(visit: Visit, file: book.MeasureFile | None) -> str:
    if file is None or file.measure.revocation is None:
        return ""
    ground = str(file.measure.revocation["ground"])
    return visit.words.known(f"measure.ground.{ground}", ground)


def _ticket(visit: Visit, name: str, *, known: bool) -> book.TicketView | None:
    """The ticket of a name; None where only its measure can still be shown.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    try:
        stored = stored_decision(visit.request, decision_of(name))
        found = book.ticket_list(visit.service.ledger, stored).tickets
    except (ProblemError, LedgerError):
        if known:
            return None
        raise
    ticket = next((one for one in found if one.ticket == name), None)
    if ticket is None and not known:
        raise ProblemError("http.not_found")
    return ticket


def _law(visit: Visit, ticket: book.TicketView | None) -> tuple[str, ...]:
    bases = () if ticket is None else ticket.legal_basis
    return tuple(basis_line(msgspec.convert(one, LegalBasis), visit.lang) for one in bases)


def take(visit: Visit) -> Response:
    """Report what was carried out on a ticket, or lift it."""
    name = str(visit.request.path_params["measure_id"])
    step = visit.form.get("step", "")
    try:
        if step == "report":
            http.carried_out(visit.request, checked(visit, http.NewMeasure, _feedback(visit, name)))
        elif step == "revoke":
            http.lifted(
                visit.request, name, checked(visit, http.MeasureRevocation, _lift(visit)), version(visit)
            )
        else:
            raise ProblemError("http.bad_request", detail="step")
    except (ProblemError, LedgerError) as error:
        return _one(visit, trouble_of(visit, error))
    return onward(visit, f"/measures/{name}", done=f"measure_{step}")


def _feedback(visit: Visit, name: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "ticket": name,
        "measure": visit.form.get("measure", ""),
        "implementer": visit.form.get("implementer", "").strip(),
        "date": visit.form.get("date", "").strip(),
        "note": text(visit, "note"),
    }
    amount = visit.form.get("amount", "").strip().replace(",", "")
    return body | ({"amount": amount} if amount else {}) | _paper(visit)


def _lift(visit: Visit) -> dict[str, Any]:
    return {"ground": visit.form.get("ground", ""), "reason": text(visit, "reason")} | _paper(visit)


def _paper(visit: Visit) -> dict[str, Any]:
    number, digest = visit.form.get("number", "").strip(), visit.form.get("sha", "").strip().lower()
    if not number and not digest:
        return {}
    return {"document": {"number": number} | ({"sha256": digest} if digest else {})}


def item_row(visit: Visit, item: Item) -> Row:
    """A measure that was carried out, as its row shows it."""
    return _measure_row(visit, book.view(item))
