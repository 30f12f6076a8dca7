"""Tenders: which are watched or loaded, one of them, and the steps of watching up to the contract (条例 38, 56)."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Response
from pydantic import ValidationError

from api import watched_tenders
from api.explore.shapes import PartyShown
from api.principals import Scope
from api.routes import tenders as http
from api.routes.base import cursor, from_cursor
from api.routes.exploring import Clocked, looking
from api.routes.problem import ProblemError
from api.routes.watching import item_of
from api.watched_tenders import TenderView
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.views.tender_facts import facts
from api.web.views.tender_view import STATES, state_word, view
from graph.generation import GenerationError
from graph.model import PartyType
from graph.store import StoreError
from matching.ledger import LedgerError

SHOWN: Final = 50
"""Tenders on one page of each list."""


class WatchedRow(NamedTuple):
    """A watched tender in the list."""

    view: TenderView
    name: str
    state: str
    opening: str
    changed: str
    verdict_word: str


def listed(visit: Visit) -> Response:
    """The watched tenders, last changed first, and those of the graph."""
    return _listed(visit, "", 200)


def _listed(visit: Visit, trouble: str, status: int) -> Response:
    ledger, who = visit.service.ledger, visit.principal
    state = visit.asked("state", 20)
    before = from_cursor(visit.request, visit.asked("before", 40))
    found = ledger.items.page(
        watched_tenders.KIND, tenant=who.tenant, state=state if state in STATES else None, before=before,
        limit=SHOWN + 1,
    )  # fmt: skip
    rows = []
    for item in found[:SHOWN]:
        seen = watched_tenders.view(ledger, item, who.viewer, visit.at)
        rows.append(
            WatchedRow(
                view=seen,
                name=seen.reference or seen.number or seen.id,
                state=state_word(visit.words, seen.state),
                opening=visit.words.time(seen.opening_at),
                changed=visit.words.time(item.changed_at),
                verdict_word=visit.words.word("verdict", seen.verdict) if seen.verdict else "",
            )
        )
    more = {"state": state, "before": cursor(found[SHOWN - 1].event_seq)} if len(found) > SHOWN else None
    tenders, total, start = _of_graph(visit) if visit.may(Scope.GRAPH) else ((), 0, 0)
    return page(
        visit,
        "tenders.html",
        status=status,
        rows=tuple(rows),
        state=state,
        states=tuple((one, state_word(visit.words, one)) for one in STATES),
        onward="" if more is None else f"/tenders?{urlencode({k: v for k, v in more.items() if v})}",
        tenders=tenders,
        total=total,
        start=start,
        further=f"/tenders?from={start + SHOWN}" if start + SHOWN < total else "",
        may_watch=visit.may(Scope.DECIDE),
        trouble=trouble,
        given={name: visit.asked(name) for name in ("number", "reference", "decision_id")},
    )


def _of_graph(visit: Visit) -> tuple[tuple[PartyShown, ...], int, int]:
    """Some of the tenders that are loaded, how many there are, and from where they are shown."""
    asked = visit.asked("from", 9)
    start = int(asked) if asked.isascii() and asked.isdigit() else 0
    try:
        with looking(visit.request, Clocked()) as here:
            known = here.teller.view.parties(PartyType.TENDER)
            return tuple(here.teller.party(one) for one in known[start : start + SHOWN]), len(known), start
    except (GenerationError, StoreError):
        return (), 0, 0


def watch(visit: Visit) -> Response:
    """Watch a tender from now on: one that was decided, or a loaded one, which is decided at once."""
    given = {name: visit.asked(name) for name in ("decision_id", "number", "reference") if visit.asked(name)}
    try:
        made = http.create(visit.request, http.NewTender.model_validate(given))
    except ValidationError:
        raise ProblemError("http.invalid") from None
    except ProblemError as error:
        if error.code != "http.invalid":
            raise
        said = " ".join(one["message"] for one in error.errors or ()) or error.detail
        return _listed(visit, said, 422)
    return onward(visit, f"/tenders/{made.id}", done="watched")


def move(visit: Visit) -> Response:
    """Move a watched tender on: opened, signed, void."""
    item = item_of(visit.request, watched_tenders.KIND, _asked(visit))
    version = visit.asked("version", 12)
    try:
        change = http.TenderChange.model_validate({"state": visit.asked("state", 20)})
        seen = int(version) if version.isascii() and version.isdigit() else -1
        http.change(visit.request, item, change, seen)
    except (ValidationError, LedgerError, ProblemError) as error:
        code = error.code if isinstance(error, ProblemError | LedgerError) else "http.invalid"
        if code not in ("http.invalid", "http.conflict", "http.stale", "ledger.item_stale"):
            raise
        stale = code in ("http.stale", "ledger.item_stale")
        said = visit.words("tender.stale") if stale else visit.words("tender.not_so")
        errors = error.errors if isinstance(error, ProblemError) else None
        return _shown(
            visit, " ".join([said, *(one["message"] for one in errors or ())]), 409 if stale else 422
        )
    return onward(visit, f"/tenders/{item.id}", done="tender_moved")


def show(visit: Visit) -> Response:
    """One tender."""
    return _shown(visit, "", 200)


def _shown(visit: Visit, trouble: str, status: int) -> Response:
    found = facts(visit, _asked(visit))
    return page(
        visit,
        "tender.html",
        status=status,
        tender=view(found, visit.words, visit.at),
        trouble=trouble,
        may_decide=visit.may(Scope.DECIDE),
        may_graph=visit.may(Scope.GRAPH),
    )


def _asked(visit: Visit) -> str:
    return str(visit.request.path_params["tender_id"])


__all__ = ["listed", "move", "show", "watch"]
