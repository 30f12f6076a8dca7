"""Monitors: who is watched, added by code, name, in a list or as a person, and what changed; ended with one button."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from fastapi import Response

from api import monitors
from api.explore.search import personal
from api.explore.search import search as engine
from api.explore.shapes import PartyShown
from api.monitors import MonitorView, WatchedView
from api.principals import Scope
from api.routes.base import cursor, from_cursor, refused
from api.routes.exploring import Clocked, looking
from api.routes.monitors import NewMonitor, WatchedParty
from api.routes.problem import ProblemError
from api.routes.watching import item_of, number_after
from api.web.answers import onward, page
from api.web.casework import NO_TROUBLE, Asked, Trouble, checked, text, trouble_of
from api.web.door import Visit
from api.web.views.watching_people import known, typed
from api.web.views.watching_shapes import SHOWN, change_rows
from graph.identifiers import parse_organization
from graph.model import PartyType
from matching.ledger import Item, LedgerError
from matching.request import Regime

PAGE: Final = 50
MOST_LINES: Final = 5_000
"""Lines of one pasted list; the HTTP interface takes fifty thousand."""
LONGEST_NAME: Final = 200
HITS: Final = 20
TOLD: Final = 50
"""Lines that were not taken and are named one by one."""
_LINE: Final = re.compile(r"([0-9]{1,5})([cpxm])")
_CODED: Final = frozenset({"uscc", "org_code", "reg_no", "tax_no"})
_SEPARATORS: Final = str.maketrans({"，": ",", "\t": ",", ";": ",", "；": ",", "、": ","})


class Refused(NamedTuple):
    """A line of a pasted list that could not be taken: wrong c(ode), p(erson), m(any) lines, or x: too much on it."""

    line: int
    why: str


class MonitorRow(NamedTuple):
    """A monitor in the list."""

    view: MonitorView
    regime: str
    parties: int


class WatchedRow(NamedTuple):
    """A watched party in words."""

    view: WatchedView
    verdict_word: str


def listed(visit: Visit) -> Response:
    """The monitors, and the form for a new one."""
    return _list(visit, NO_TROUBLE, ())


def _list(visit: Visit, trouble: Trouble, left: tuple[Refused, ...]) -> Response:
    state = "ended" if visit.asked("state") == "ended" else "active"
    ledger, tenant = visit.service.ledger, visit.principal.tenant
    before = from_cursor(visit.request, visit.asked("cursor", 40))
    found = ledger.items.page(monitors.KIND, tenant=tenant, state=state, before=before, limit=PAGE)
    rows = tuple(
        MonitorRow(
            view=(view := monitors.view(item)),
            regime=_regime(visit, view.tender),
            parties=ledger.watching.count(monitors.KIND, item.id, tenant=tenant),
        )
        for item in found
        if item.body is not None
    )
    return page(
        visit,
        "monitors.html",
        status=trouble.status,
        rows=rows,
        state=state,
        following=cursor(found[-1].event_seq) if len(found) == PAGE else None,
        regimes=[(one.value, visit.words.known(f"regime.{one.value}", one.value)) for one in Regime],
        trouble=trouble,
        left=_left(visit, left),
        asked=Asked(visit.form),
        may_change=visit.may(Scope.DECIDE),
        may_admin=visit.may(Scope.ADMIN),
    )


def _regime(visit: Visit, tender: dict[str, Any]) -> str:
    value = str(tender.get("regime", ""))
    return visit.words.known(f"regime.{value}", value) if value else "–"


def read_lines(given: str) -> tuple[list[WatchedParty], tuple[Refused, ...]]:
    """Parties of a pasted list: a code, a name, or both on each line; a line that can't be taken fails alone."""
    parties: dict[tuple[str, str], WatchedParty] = {}
    left: list[Refused] = []
    for number, line in enumerate(given.splitlines(), 1):
        cells = [cell.strip() for cell in line.translate(_SEPARATORS).split(",") if cell.strip()]
        if not cells:
            continue
        if number > MOST_LINES:
            left.append(Refused(number, "m"))
            break
        if personal(line):
            left.append(Refused(number, "p"))
            continue
        codes = [cell for cell in cells if _coded(cell)]
        names = [cell for cell in cells if not _coded(cell)]
        wrong = [cell for cell in codes if not _valid(cell)]
        if wrong or len(codes) > 1 or len(names) > 1 or len((*names, "")[0]) > LONGEST_NAME:
            left.append(Refused(number, "c" if wrong else "x"))
            continue
        code, name = (*codes, "")[0], (*names, "")[0]
        ids = [{"id": code}] if code else []
        party = WatchedParty.model_validate({"client_id": code, "name": name, "identifiers": ids})
        parties.setdefault((code, "" if code else name), party)
    return list(parties.values()), tuple(left)


def _coded(cell: str) -> bool:
    """Whether a cell is meant as a code."""
    return (
        len(cell) >= 8 and cell.isascii() and cell.replace("-", "").isalnum() and any(map(str.isdigit, cell))
    )


def _valid(cell: str) -> bool:
    read = parse_organization(cell)
    return read.scheme in _CODED and read.state == "valid"


def created(visit: Visit) -> Response:
    """Watch a new list of parties."""
    left: tuple[Refused, ...] = ()
    try:
        parties, left = read_lines(visit.form.get("lines", ""))
        if not parties:
            raise refused(visit.request, "/lines", "body.blank")
        regime = visit.asked("regime", 40)
        body = {"reference": text(visit, "reference"), "tender": {"regime": regime} if regime else {}}
        given = checked(visit, NewMonitor, body)
        made = monitors.create(
            visit.service.ledger, parties, reference=given.reference, webhook="", tender=given.tender,
            tenant=visit.principal.tenant, actor=visit.principal.id, at=visit.at,
        )  # fmt: skip
    except (ProblemError, LedgerError) as error:
        return _list(visit, trouble_of(visit, error), left)
    return onward(visit, f"/monitors/{made.id}", done="monitor_made", **_told(left))


def _again(visit: Visit, name: str) -> Item:
    return item_of(visit.request, monitors.KIND, name)


def show(visit: Visit) -> Response:
    """A monitor: its parties, what was found of each, and what changed."""
    return _shown(visit, _item(visit), NO_TROUBLE)


def _item(visit: Visit) -> Item:
    item = _again(visit, str(visit.request.path_params["monitor_id"]))
    if item.body is None:
        raise ProblemError("http.erased")
    return item


def _shown(
    visit: Visit,
    item: Item,
    trouble: Trouble,
    *,
    left: tuple[Refused, ...] = (),
    hits: tuple[PartyShown, ...] | None = None,
    total: int = 0,
) -> Response:
    ledger = visit.service.ledger
    after = number_after(visit.request, visit.asked("cursor", 40))
    rows = ledger.watching.of(monitors.KIND, item.id, tenant=item.tenant, after=after, limit=PAGE)
    found = ledger.watching.changes(
        tenant=item.tenant, kind=monitors.KIND, item=item.id, newest=True, limit=SHOWN
    )
    view = monitors.view(item, parties=ledger.watching.count(monitors.KIND, item.id, tenant=item.tenant))
    word = visit.words.word
    return page(
        visit,
        "monitor.html",
        status=trouble.status,
        monitor=view,
        regime=_regime(visit, view.tender),
        rows=tuple(
            WatchedRow(shown, word("verdict", shown.verdict) if shown.verdict else "")
            for shown in map(monitors.party_view, rows)
        ),
        following=cursor(rows[-1].id) if len(rows) == PAGE else None,
        changes=change_rows(visit, found),
        cut=len(found) == SHOWN,
        trouble=trouble,
        left=_left(visit, left),
        hits=hits,
        total=total,
        asked=Asked(visit.form),
        may_change=visit.may(Scope.DECIDE) and item.state == monitors.ACTIVE,
        may_search=visit.may(Scope.GRAPH),
    )


def changed(visit: Visit) -> Response:
    """Search for parties to watch, watch more, watch one no more, or end the monitor."""
    item, what = _item(visit), visit.asked("do", 20)
    ledger, who = visit.service.ledger, visit.principal
    try:
        if what == "find":
            return _find(visit, item)
        if what == "remove":
            party = visit.asked("party", 20)
            if not (party.isascii() and party.isdigit() and len(party) < 19):
                raise ProblemError("http.not_found")
            monitors.remove(ledger, item.id, int(party), tenant=who.tenant, actor=who.id, at=visit.at)
            return onward(visit, f"/monitors/{item.id}", done="monitor_less")
        if what == "end":
            if visit.asked("sure", 5) != "yes":
                raise refused(visit.request, "/sure", "body.blank")
            monitors.end(ledger, item.id, tenant=who.tenant, actor=who.id, at=visit.at)
            return onward(visit, "/monitors", done="monitor_ended")
        left: tuple[Refused, ...] = ()
        if what == "watch":
            parties = [known(visit, visit.asked("party", 200))]
        elif what == "person":
            parties = [typed(visit)]
        else:
            parties, left = read_lines(visit.form.get("lines", ""))
        if not parties:
            return _shown(visit, item, _nothing(visit, left), left=left)
        monitors.add(ledger, item.id, parties, tenant=who.tenant, actor=who.id, at=visit.at)
    except (ProblemError, LedgerError) as error:
        return _shown(visit, _item(visit), trouble_of(visit, error))
    return onward(visit, f"/monitors/{item.id}", done="monitor_more", **_told(left))


def _told(left: tuple[Refused, ...]) -> dict[str, str]:
    """Lines that were not taken, as the next address says them: numbers and reasons, never what they held."""
    told = ".".join(f"{one.line}{one.why}" for one in left[:TOLD])
    return {"left": told, "of": str(len(left))} if left else {}


def _left(visit: Visit, left: tuple[Refused, ...]) -> tuple[tuple[tuple[int, str], ...], int]:
    """Lines that were not taken, with their reasons in words, and how many there are."""
    words = visit.words
    why = {
        "c": words("monitor.line.code"),
        "p": words("monitor.line.person"),
        "x": words("monitor.line.parts"),
        "m": words("monitor.line.many", most=MOST_LINES),
    }
    if left:
        return tuple((one.line, why[one.why]) for one in left[:TOLD]), len(left)
    found = [_LINE.fullmatch(part) for part in visit.asked("left", 500).split(".")]
    lines = tuple((int(one[1]), why[one[2]]) for one in found if one is not None)
    of = visit.asked("of", 5)
    return lines, max(len(lines), int(of) if of.isascii() and of.isdigit() else 0)


def _nothing(visit: Visit, left: tuple[Refused, ...]) -> Trouble:
    said = visit.words("monitor.nothing_taken") if left else visit.words("monitor.nothing_given")
    return Trouble((said,), frozenset({"lines"}), 422)


def _find(visit: Visit, item: Item) -> Response:
    """Organisations of a name or code, to be watched with one button each; a person by name and number."""
    asked = visit.asked("q", LONGEST_NAME)
    if not visit.may(Scope.GRAPH):
        raise ProblemError("http.scope", detail=Scope.GRAPH.value)
    if not asked or personal(asked):
        raise refused(visit.request, "/q", "query.personal" if asked else "body.blank")
    with looking(visit.request, Clocked()) as here:
        kinds = frozenset({PartyType.ORGANIZATION})
        answer = engine(here.teller, here.names(), asked, limit=HITS, types=kinds)
    hits = tuple(hit.party for hit in answer.parties)
    return _shown(visit, item, NO_TROUBLE, hits=hits, total=answer.seen.total)
