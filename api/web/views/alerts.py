"""Alerts as a work list: by state, severity and age; taken, noted on, closed with a ground, and what caused each."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from fastapi import Response

from api import alerts
from api.alerts import GROUNDS, NEXT, AlertView
from api.principals import Scope
from api.routes.alerts import AlertChange
from api.routes.problem import ProblemError
from api.routes.watching import item_of, refusals
from api.web.answers import onward, page
from api.web.casework import NO_TROUBLE, Asked, Trouble, checked, text, trouble_of, version
from api.web.door import Visit
from api.web.views.watching_shapes import SHOWN, age, change_rows, effect_word, names_of
from graph.dates import iso
from matching.decision import Effect
from matching.ledger import Item, LedgerError

MOST: Final = 1_000
"""Alerts of one state that are looked through for one page."""
PAGE: Final = 50
STATES: Final = ("open", "acknowledged", "closed")
EFFECTS: Final = tuple(effect.value for effect in reversed(Effect))
ORDERS: Final = ("severity", "oldest", "newest")
STEPS: Final = {"take": "acknowledged", "close": "closed", "reopen": "open"}


class AlertRow(NamedTuple):
    """An alert in the list."""

    view: AlertView
    name: str
    state: str
    effect_word: str
    age: str
    where: str
    """The page of what is watched."""
    origin: str
    created: datetime


class Happened(NamedTuple):
    """A version of an alert."""

    at: str
    by: str
    state: str
    note: str
    ground: str


def listed(visit: Visit) -> Response:
    """The work list."""
    state = visit.asked("state") if visit.asked("state") in STATES else "open"
    effect = visit.asked("effect") if visit.asked("effect") in EFFECTS else ""
    order = visit.asked("order") if visit.asked("order") in ORDERS else "severity"
    mine = visit.asked("mine") == "yes"
    who = visit.principal
    found = visit.service.ledger.items.page(
        alerts.KIND, tenant=who.tenant, state=state, key=f"assignee:{who.id}" if mine else None, limit=MOST
    )
    seen = [item for item in found if item.body is not None and alerts.may_see(item, who.viewer, visit.at)]
    views = [(item, alerts.view(item)) for item in seen]
    views = [(item, view) for item, view in views if not effect or view.effect == effect]
    views.sort(key=lambda pair: pair[0].created_at, reverse=order == "newest")
    if order == "severity":
        views.sort(key=lambda pair: Effect(pair[1].effect).rank, reverse=True)
    number = _number(visit.asked("page", 6))
    shown = views[number * PAGE : (number + 1) * PAGE]
    names = names_of(visit, (int(view.watched) for _, view in shown))
    return page(
        visit,
        "alerts.html",
        rows=tuple(_row(visit, item, view, names) for item, view in shown),
        total=len(views),
        counted=len(found) == MOST,
        first=number * PAGE + 1,
        number=number,
        following=(number + 1) * PAGE < len(views),
        state=state,
        effect=effect,
        order=order,
        mine=mine,
        states=state_words(visit),
        effects={one: effect_word(visit.words, one) for one in EFFECTS},
        orders={
            "severity": visit.words("alert.order.severity"),
            "oldest": visit.words("alert.order.oldest"),
            "newest": visit.words("alert.order.newest"),
        },
    )


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() else 0


def state_words(visit: Visit) -> dict[str, str]:
    """States of alerts in words."""
    words = visit.words
    return {
        "open": words("alert.state.open"),
        "acknowledged": words("alert.state.acknowledged"),
        "closed": words("alert.state.closed"),
    }


def ground_words(visit: Visit) -> dict[str, str]:
    """Why an alert is closed, in words."""
    words = visit.words
    return {
        "handled": words("alert.ground.handled"),
        "false_match": words("alert.ground.false_match"),
        "duplicate": words("alert.ground.duplicate"),
        "no_action": words("alert.ground.no_action"),
        "lifted": words("alert.ground.lifted"),
    }


def _row(visit: Visit, item: Item, view: AlertView, names: dict[int, str]) -> AlertRow:
    return AlertRow(
        view=view,
        name=names.get(int(view.watched), "") or view.ref,
        state=state_words(visit)[view.state],
        effect_word=effect_word(visit.words, view.effect),
        age=age(visit.words, item.created_at, visit.at),
        where=f"/{view.kind}s/{view.item}",
        origin=_origin(visit, view.kind),
        created=item.created_at,
    )


def _origin(visit: Visit, kind: str) -> str:
    """What an alert comes from, in words."""
    words = visit.words
    if kind == "monitor":
        return words("alert.kind.monitor")
    return words("alert.kind.repair") if kind == "repair" else words("alert.kind.tender")


def show(visit: Visit) -> Response:
    """One alert, and what caused it."""
    return _shown(visit, _item(visit), NO_TROUBLE, stale=False)


def _item(visit: Visit) -> Item:
    """The alert of an address.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    item = item_of(visit.request, alerts.KIND, str(visit.request.path_params["alert_id"]))
    if not alerts.may_see(item, visit.principal.viewer, visit.at):
        raise ProblemError("http.sealed")
    if item.body is None:
        raise ProblemError("http.erased")
    return item


def _shown(visit: Visit, item: Item, trouble: Trouble, *, stale: bool) -> Response:
    ledger, view = visit.service.ledger, alerts.view(item)
    found = ledger.watching.changes(
        tenant=item.tenant,
        kind=view.kind,
        item=view.item,
        watched=int(view.watched),
        newest=True,
        limit=SHOWN,
    )
    versions = ledger.items.history(alerts.KIND, item.id, tenant=item.tenant)
    grounds = ground_words(visit)
    return page(
        visit,
        "alert.html",
        status=trouble.status,
        row=_row(visit, item, view, names_of(visit, [int(view.watched)])),
        changes=change_rows(visit, found),
        history=tuple(_happened(visit, one) for one in reversed(versions)),
        grounds=[(code, grounds[code]) for code in GROUNDS],
        ground=grounds.get(view.ground, view.ground),
        steps=NEXT[view.state],
        trouble=trouble,
        asked=Asked(visit.form),
        stale=stale,
        words_of_state=state_words(visit),
        may_work=visit.may(Scope.CASES),
    )


def _happened(visit: Visit, item: Item) -> Happened:
    time, state = visit.words.time, state_words(visit).get(item.state, item.state)
    if item.body is None:
        return Happened(time(iso(item.changed_at)), item.actor, state, "", "")
    view = alerts.view(item)
    ground = ground_words(visit).get(view.ground, view.ground)
    return Happened(time(iso(item.changed_at)), item.actor, state, view.note, ground)


def changed(visit: Visit) -> Response:
    """Take an alert over, note something, close it with a ground, or open it again."""
    item, step = _item(visit), visit.asked("step", 20)
    given = {"note": text(visit, "note") or None, "ground": visit.asked("ground", 20) or None}
    try:
        asked = checked(visit, AlertChange, {**given, "state": STEPS.get(step)})
        with refusals(visit.request):
            alerts.change(
                visit.service.ledger,
                item,
                state=asked.state,
                assignee=visit.principal.id if step == "take" else None,
                note=asked.note,
                ground=asked.ground,
                actor=visit.principal.id,
                at=visit.at,
                expect=version(visit),
            )
    except (ProblemError, LedgerError) as error:
        trouble = trouble_of(visit, error)
        return _shown(visit, _item(visit), trouble, stale=trouble.status == 412)
    return onward(visit, f"/alerts/{item.id}", done="alert_changed")
