"""Repairs of credit: what waits and until when, one with its conditions and steps, forms to apply and decide."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fastapi import Response

from api import casework as book
from api.casework import shown
from api.explain import list_title
from api.principals import Role
from api.repairs import RepairView
from api.routes import repairs as http
from api.routes.base import cursor, from_cursor
from api.routes.casework import item_of
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
    ticked,
    trouble_of,
    version,
)
from api.web.door import Visit
from graph.dates import china_day
from graph.lists import BY_CODE
from matching.casework import repairs
from matching.casework.repairs import COURT, Gravity, LiftGround, RepairKind
from matching.ledger import Item, LedgerError
from matching.rules.common import REPAIRABLE

SHOWN: Final = 50
"""Repairs on one page."""
OPEN: Final = (repairs.State.RECEIVED, repairs.State.ACCEPTED, repairs.State.REPAIRED)
"""States in which somebody has to act: to verify, to decide, to see that the list follows."""
VIEWS: Final = ("open", "overdue", "contradicted", "all")


class Row(NamedTuple):
    """A repair as its row of the work list shows it."""

    id: str
    kind: str
    subject: str
    list: str
    record: str
    state: str
    due: Due | None
    next: str
    """Who acts next."""
    contradicted: bool
    in_effect: bool
    received: str


def listed(visit: Visit) -> Response:
    """The work list: what is open first, each with its deadline in working days and who acts next."""
    wanted = visit.asked("view", 20) or "open"
    wanted = wanted if wanted in VIEWS else "open"
    found, seq = _waiting(visit, wanted)
    rows = [row_of(visit, view) for view in http.views_of(visit.request, found[:SHOWN])]
    return page(
        visit,
        "repairs.html",
        rows=tuple(rows),
        total=len(found),
        view=wanted,
        views=VIEWS,
        more="" if seq is None else cursor(seq) or "",
    )


def _waiting(visit: Visit, wanted: str) -> tuple[list[Item], int | None]:
    who, ledger = visit.principal, visit.service.ledger
    if wanted in ("open", "overdue"):
        found = open_items(visit)
        if wanted == "overdue":
            found = [item for item in found if item.due_at is not None and item.due_at <= visit.at]
        return found, None
    if wanted == "contradicted":
        states = (repairs.State.REPAIRED, repairs.State.SYNCHRONISED)
        found = book.urgent(ledger, repairs.KIND, states, tenant=who.tenant, viewer=who.viewer, at=visit.at)
        denied = [one.contradicted for one in http.views_of(visit.request, found)]
        return [item for item, yes in zip(found, denied, strict=True) if yes], None
    return book.queue(
        ledger, repairs.KIND, tenant=who.tenant, viewer=who.viewer, at=visit.at,
        before=from_cursor(visit.request, visit.asked("after", 40)), limit=SHOWN,
    )  # fmt: skip


def open_items(visit: Visit) -> list[Item]:
    """Every repair on which somebody has to act, the most urgent first."""
    who = visit.principal
    return book.urgent(
        visit.service.ledger, repairs.KIND, OPEN, tenant=who.tenant, viewer=who.viewer, at=visit.at
    )


def row_of(visit: Visit, one: RepairView) -> Row:
    """A repair as its row of the work list shows it."""
    words = visit.words
    return Row(
        id=one.id,
        kind=words.known(f"repair.kind.{one.kind}", one.kind),
        subject=one.subject,
        list=list_title(one.list, visit.lang),
        record=one.record,
        state=words.known(f"repair.state.{one.state}", one.state),
        due=due_of(words, one.due, visit.at),
        next=words.known(f"repair.next.{one.state}", ""),
        contradicted=one.contradicted,
        in_effect=one.in_effect,
        received=words.time(one.received_at),
    )


def form(visit: Visit) -> Response:
    """The form to enter an application for a repair, or a lift for a time."""
    return _form(visit, NO_TROUBLE)


def _form(visit: Visit, trouble: Trouble) -> Response:
    known, said = {name: visit.asked(name, 200) for name in ("list", "record")}, again(visit)
    return page(
        visit,
        "repair_new.html",
        status=trouble.status,
        trouble=trouble,
        asked=Asked(known | said),
        lists=tuple(
            (code, list_title(code, visit.lang), code in COURT)
            for code in BY_CODE
            if code in REPAIRABLE | COURT
        ),
        kinds=tuple(one.value for one in RepairKind),
        classes=tuple(one.value for one in Gravity),
        grounds=tuple(one.value for one in LiftGround),
        rows=document_rows(said),
        today=china_day(visit.at).isoformat(),
    )


def file(visit: Visit) -> Response:
    """Enter an application; what was typed stands there again where it is not taken."""
    form = visit.form
    party: dict[str, Any] = {"name": form.get("party", "").strip()}
    if form.get("code", "").strip():
        party["identifiers"] = [{"id": form["code"].strip()}]
    body: dict[str, Any] = {
        "kind": form.get("kind", ""),
        "list": form.get("list", ""),
        "record": form.get("record", "").strip(),
        "party": party,
        "class": form.get("class", ""),
        "conditions": _conditions(visit),
        "text": text(visit, "text"),
        "contact": contact(visit),
    }
    for name in ("ground", "decided_on"):
        if form.get(name, "").strip():
            body[name] = form[name].strip()
    try:
        body["documents"] = documents(visit)
        made = http.entered(visit.request, checked(visit, http.NewRepair, body))
    except (ProblemError, LedgerError) as error:
        return _form(visit, trouble_of(visit, error))
    return onward(visit, f"/repairs/{made.id}", done="repair_filed")


def _conditions(visit: Visit) -> dict[str, Any]:
    return {
        "duties_performed": ticked(visit, "duties_performed"),
        "committed": ticked(visit, "committed"),
        "other": text(visit, "other"),
    }


def one(visit: Visit) -> Response:
    """A repair with its record, conditions, deadline, law, history, and the steps that may be taken now."""
    return _one(visit, NO_TROUBLE)


def _one(visit: Visit, trouble: Trouble) -> Response:
    item = item_of(visit.request, repairs.KIND, str(visit.request.path_params["repair_id"]))
    view = http.views_of(visit.request, [item])[0]
    row, who, said = row_of(visit, view), visit.principal, again(visit)
    return page(
        visit,
        "repair.html",
        status=trouble.status,
        trouble=trouble,
        asked=Asked(said),
        one=shown(view),
        gravity=view.gravity,
        row=row,
        steps=view.allowed,
        effective=repairs.EFFECTIVE,
        supervises=Role.SUPERVISOR in who.roles or who.id == "local",
        rows=document_rows(said),
        today=china_day(visit.at).isoformat(),
        version=item.version,
    )


def take(visit: Visit) -> Response:
    """Take a step with a repair."""
    form, step = visit.form, visit.form.get("step", "")
    body: dict[str, Any] = {
        "step": step,
        "reason": text(visit, "reason"),
        "source": form.get("source", "").strip(),
    }
    if step == "accept":
        body["complex"] = ticked(visit, "complex")
    if step in ("accept", "repair"):
        body["conditions"] = _conditions(visit)
    if step in ("repair", "lift"):
        ruling = {
            name: form.get(name, "").strip() for name in ("authority", "document_no", "decided_on", "via")
        }
        ruling |= {name: form[name].strip() for name in ("since", "until") if form.get(name, "").strip()}
        body["ruling"] = ruling
    name = str(visit.request.path_params["repair_id"])
    try:
        body["documents"] = documents(visit)
        http.taken(visit.request, name, checked(visit, http.RepairStep, body), version(visit))
    except (ProblemError, LedgerError) as error:
        return _one(visit, trouble_of(visit, error))
    return onward(visit, f"/repairs/{name}", done=f"repair_{step}")
