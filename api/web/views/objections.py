"""Objections: what waits and until when, one with its steps, and the forms to enter and decide one."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fastapi import Response

from api import casework as book
from api.casework import ObjectionView, objection_view, shown
from api.explain import list_title
from api.restricted import ordinary
from api.reviews import evidence_in, where_listed
from api.routes import objections as http
from api.routes.base import cursor, from_cursor
from api.routes.casework import item_of
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.casework import (
    NO_TROUBLE,
    Asked,
    Due,
    Trouble,
    again,
    checked,
    contact,
    document_rows,
    documents,
    due_of,
    text,
    trouble_of,
    version,
)
from api.web.door import Visit
from matching.casework import objections
from matching.casework.objections import ObjectionGround
from matching.decision import Decision
from matching.ledger import Item, LedgerError

SHOWN: Final = 50
"""Objections on one page."""
VIEWS: Final = ("open", "overdue", "upheld", "rejected", "withdrawn", "all")
"""What of the work list can be asked for."""


class Row(NamedTuple):
    """An objection as its row of the work list shows it."""

    id: str
    ground: str
    about: str
    list: str
    state: str
    due: Due | None
    next: str
    """Who acts next."""
    suspends: bool
    received: str


class Choice(NamedTuple):
    """A record of a decision that somebody may object to."""

    value: str
    list: str
    subject: str
    """How the list calls whom the record is about."""
    submitted: str
    matched: str
    tier: str
    record: str


def listed(visit: Visit) -> Response:
    """The work list: what is open first, each with its deadline in working days and who acts next."""
    wanted = visit.asked("view", 20) or "open"
    wanted = wanted if wanted in VIEWS else "open"
    found, seq = _waiting(visit, wanted)
    return page(
        visit,
        "objections.html",
        rows=tuple(row_of(visit, item) for item in found[:SHOWN]),
        total=len(found),
        view=wanted,
        views=VIEWS,
        more="" if seq is None else cursor(seq) or "",
    )


def _waiting(visit: Visit, wanted: str) -> tuple[list[Item], int | None]:
    """Objections of one view, and where to go on from: open ones by their deadline, others last changed first."""
    who, ledger = visit.principal, visit.service.ledger
    if wanted in ("open", "overdue"):
        found = open_items(visit)
        if wanted == "overdue":
            found = [item for item in found if item.due_at is not None and item.due_at <= visit.at]
        return found, None
    state = None if wanted == "all" else wanted
    return book.queue(
        ledger, objections.KIND, tenant=who.tenant, viewer=who.viewer, at=visit.at, state=state,
        before=from_cursor(visit.request, visit.asked("after", 40)), limit=SHOWN,
    )  # fmt: skip


def open_items(visit: Visit) -> list[Item]:
    """Every objection that has to be decided, the most urgent first."""
    who, ledger = visit.principal, visit.service.ledger
    return book.urgent(
        ledger, objections.KIND, objections.OPEN, tenant=who.tenant, viewer=who.viewer, at=visit.at
    )


def row_of(visit: Visit, item: Item) -> Row:
    """An objection as its row of the work list shows it."""
    one, words = objection_view(item, visit.at), visit.words
    return Row(
        id=one.id,
        ground=words.known(f"objection.ground.{one.ground}", one.ground),
        about=_subject(item) or one.submitted or one.reference or one.decision_id,
        list=list_title(one.list, visit.lang) if one.list else "",
        state=words.known(f"objection.state.{one.state}", one.state),
        due=due_of(words, one.due, visit.at),
        next=next_of(visit, one),
        suspends=one.suspends,
        received=words.time(one.received_at),
    )


def _subject(item: Item) -> str:
    """How the list calls whom the record is about; empty where an objection is about no record."""
    match = objections.read(item).match
    return "" if match is None else match.subject


def next_of(visit: Visit, one: ObjectionView) -> str:
    """Who acts next, in words."""
    if one.state == "upheld" and one.ground == ObjectionGround.IDENTITY:
        return visit.words("objection.next.identity")
    source = next((step.source for step in reversed(one.steps) if step.step == "verify"), "")
    return visit.words.known(f"objection.next.{one.state}", "").replace("{source}", source)


def form(visit: Visit) -> Response:
    """The form to enter an objection to a decision."""
    return _form(visit, NO_TROUBLE)


def _form(visit: Visit, trouble: Trouble) -> Response:
    name, said = visit.asked("decision_id", 200), again(visit)
    decision: Decision | None = None
    if name:
        try:
            stored = stored_decision(visit.request, name)
        except ProblemError as error:
            if error.code != "http.not_found":
                raise
            trouble = Trouble((visit.words("objection.no_decision"),), frozenset({"decision_id"}), 404)
        else:
            if stored.decision is None:
                raise ProblemError("http.erased")
            decision = ordinary(stored.decision)
    return page(
        visit,
        "objection_new.html",
        status=trouble.status,
        trouble=trouble,
        asked=Asked({"record": visit.asked("record"), **said}),
        decision_id=name if decision is not None else "",
        given=name,
        records=_choices(visit, decision) if decision is not None else (),
        clients=tuple((one.client_id, one.name) for one in decision.bidders) if decision is not None else (),
        grounds=tuple((one.value, one.about_record) for one in ObjectionGround),
        rows=document_rows(said),
    )


def _choices(visit: Visit, decision: Decision) -> tuple[Choice, ...]:
    found = {
        (one.list, one.record): Choice(
            value=one.pair or f"{one.list}:{one.record}",
            list=where_listed(one.list, visit.lang),
            subject=one.subject,
            submitted=one.submitted,
            matched=one.matched,
            tier="" if one.field == "presumption" else one.tier.value,
            record=one.record,
        )
        for one in evidence_in(decision)
    }
    return tuple(found.values())


def file(visit: Visit) -> Response:
    """Enter an objection; what was typed stands there again where it is not taken."""
    body: dict[str, Any] = {
        "decision_id": visit.asked("decision_id", 200),
        "ground": visit.form.get("ground", ""),
        "record": visit.form.get("record", ""),
        "client_id": visit.form.get("client_id", ""),
        "text": text(visit, "text"),
        "reference": visit.form.get("reference", "").strip(),
        "contact": contact(visit),
    }
    try:
        body["documents"] = documents(visit)
        made = http.entered(visit.request, checked(visit, http.NewObjection, body))
    except (ProblemError, LedgerError) as error:
        return _form(visit, trouble_of(visit, error))
    return onward(visit, f"/objections/{made.id}", done="objection_filed")


def one(visit: Visit) -> Response:
    """An objection with its match, deadlines, law, history, and the steps that may be taken now."""
    return _one(visit, NO_TROUBLE)


def _one(visit: Visit, trouble: Trouble) -> Response:
    item = item_of(visit.request, objections.KIND, str(visit.request.path_params["objection_id"]))
    view = objection_view(item, visit.at)
    words, said = visit.words, again(visit)
    return page(
        visit,
        "objection.html",
        status=trouble.status,
        trouble=trouble,
        asked=Asked(said),
        one=shown(view),
        ground=words.known(f"objection.ground.{view.ground}", view.ground),
        list_title=list_title(view.list, visit.lang) if view.list else "",
        subject=_subject(item),
        state=words.known(f"objection.state.{view.state}", view.state),
        due=due_of(words, view.due, visit.at),
        deadlines=tuple((due_of(words, each, visit.at), each.informs) for each in view.deadlines),
        next=next_of(visit, view),
        steps=view.allowed,
        decides=objections.DECIDING,
        person=visit.principal.person or visit.principal.id == "local",
        rows=document_rows(said),
        # somebody else's newer version: the form bears it, so that a second try is made knowingly
        version=item.version,
    )


def take(visit: Visit) -> Response:
    """Take a step with an objection."""
    body: dict[str, Any] = {
        "step": visit.form.get("step", ""),
        "reason": text(visit, "reason"),
        "source": visit.form.get("source", "").strip(),
    }
    name = str(visit.request.path_params["objection_id"])
    try:
        body["documents"] = documents(visit)
        http.taken(visit.request, name, checked(visit, http.ObjectionStep, body), version(visit))
    except (ProblemError, LedgerError) as error:
        return _one(visit, trouble_of(visit, error))
    return onward(visit, f"/objections/{name}", done=f"objection_{body['step']}")
