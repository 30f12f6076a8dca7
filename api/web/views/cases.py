"""Cases: which there are, one with all its parts, and what is done with it. Nobody's words are lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec
from fastapi import Response

from api import cases as shown_cases
from api.case_pictures import LONGEST_GRAPH, GraphFormError, bare, merged, read_graph
from api.cases import CaseSummary, CaseView
from api.explore.search import personal
from api.principals import Scope
from api.routes import case_steps
from api.routes.base import cursor, from_cursor, refused
from api.routes.case_steps import CasePatch, NewCase, NewNote
from api.routes.casework import item_of
from api.routes.exploring import Clocked, looking, one_party
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.casework import NO_TROUBLE, Asked, Trouble, checked, text, trouble_of, version
from api.web.door import Visit
from api.web.drawing import Drawing, drawing
from api.web.views.case_shapes import (
    Conflict,
    Moment,
    Part,
    conflict_of,
    fields_of,
    moments_of,
    parts_of,
    same_words,
)
from graph.generation import GenerationError
from graph.store import StoreError
from matching.casework import cases
from matching.ledger import Item, LedgerError

SHOWN: Final = 50
STATES: Final = ("open", "closed", "all")
IN_GRAPH: Final = 150
"""Parties of a case that the graph opens with."""
ATTEMPTS: Final = 8
"""How often what stands in nobody's way is tried again after somebody else's change."""
KINDS: Final = ("party", "decision", "tender", "objection", "repair", "case", "page")
"""What a case can be tied to."""


class Prefilled(NamedTuple):
    """What the form for a new case begins with."""

    party: str
    party_name: str
    decision: str
    tender: str
    graph: str

    @property
    def any(self) -> bool:
        """Whether somebody came here to open one."""
        return any(self)


class CaseShown(NamedTuple):
    """All that a case's page shows."""

    case: CaseView
    state: str
    values: Asked
    """The fields as the form shows them."""
    parts: tuple[Part, ...]
    drawn: Drawing | None
    history: tuple[Moment, ...]
    shares: tuple[tuple[str, str, str, str], ...]
    """Hash, short hash, when and by whom of each snapshot."""
    conflict: Conflict | None


def listed(visit: Visit) -> Response:
    """The cases, last changed first, and the form for a new one."""
    return _list(visit, NO_TROUBLE)


def _list(visit: Visit, trouble: Trouble) -> Response:
    state = visit.asked("state") if visit.asked("state") in STATES else "open"
    who, assignee = visit.principal, visit.asked("assignee", 200)
    wanted = who.id if visit.asked("mine") == "yes" else assignee
    found = visit.service.ledger.items.page(
        cases.KIND,
        tenant=who.tenant,
        state=None if state == "all" else state,
        key=f"assignee:{wanted}" if wanted else None,
        before=from_cursor(visit.request, visit.asked("cursor", 40)),
        limit=SHOWN,
    )
    rows: list[CaseSummary] = [
        shown_cases.summary_view(item, who.viewer, visit.at) for item in found if item.body is not None
    ]
    return page(
        visit,
        "cases.html",
        status=trouble.status,
        rows=rows,
        state=state,
        states=_state_words(visit),
        wanted=wanted,
        following=cursor(found[-1].event_seq) if len(found) == SHOWN else None,
        prefilled=_prefilled(visit),
        trouble=trouble,
        asked=Asked(visit.form),
        mine=who.id,
    )


def _state_words(visit: Visit) -> dict[str, str]:
    words = visit.words
    return {
        "open": words("case.state.open"),
        "closed": words("case.state.closed"),
        "all": words("case.state.all"),
    }


def _prefilled(visit: Visit) -> Prefilled:
    party = visit.asked("party", 200)
    party = "" if personal(party) else party
    graph = visit.form.get("graph", "")[:LONGEST_GRAPH]
    return Prefilled(
        party=party,
        party_name=_party(visit, party)["name"] if party else "",
        decision=visit.asked("decision", 100),
        tender=visit.asked("tender", 100),
        graph=graph,
    )


def _party(visit: Visit, asked: str) -> dict[str, str]:
    """A party of a case by the graph's key or its code; what the records do not hold is taken as it was said."""
    if visit.may(Scope.GRAPH):
        try:
            with looking(visit.request, Clocked()) as here:
                shown = here.teller.party(one_party(visit.request, here.teller, asked, "/ref"))
            return {"id": shown.id, "name": shown.name, "code": shown.code}
        except (GenerationError, StoreError):
            pass
        except ProblemError as error:
            if error.code != "http.not_found":
                raise
    coded = asked.isascii() and asked.isalnum() and any(map(str.isdigit, asked))
    return {"code": asked} | {"name": ""} if coded else {"name": asked}


def opened(visit: Visit) -> Response:
    """Open a case and go to it."""
    given: dict[str, Any] = {name: text(visit, name) for name in ("title", "summary", "assignee", "due_on")}
    try:
        if party := text(visit, "party"):
            if personal(party):
                raise refused(visit.request, "/party", "query.personal")
            given["parties"] = [_party(visit, party)]
        if decision := text(visit, "decision"):
            given["decisions"] = [{"decision_id": decision}]
        if tender := text(visit, "tender"):
            given["links"] = [{"kind": "tender", "ref": tender}]
        if graph := visit.form.get("graph", ""):
            form = read_graph(graph)
            given["pins"] = [msgspec.to_builtins(pin) for pin in form.pins]
            given["as_of"] = None if form.as_of is None else form.as_of.isoformat()
        made = case_steps.open_case(visit.request, checked(visit, NewCase, given))
    except GraphFormError as error:
        return _list(visit, _graph_trouble(visit, error))
    except (ProblemError, LedgerError) as error:
        return _list(visit, trouble_of(visit, error))
    return onward(visit, f"/cases/{made.id}", done="case_opened")


def _graph_trouble(visit: Visit, error: GraphFormError) -> Trouble:
    return trouble_of(visit, refused(visit.request, "/graph", error.code, **error.params))


def show(visit: Visit) -> Response:
    """A case with its parts, picture, notes, snapshots and history."""
    return _shown(visit, _item(visit), NO_TROUBLE)


def _item(visit: Visit) -> Item:
    return item_of(visit.request, cases.KIND, str(visit.request.path_params["case_id"]))


def _shown(visit: Visit, item: Item, trouble: Trouble, conflict: Conflict | None = None) -> Response:
    ledger, viewer = visit.service.ledger, visit.principal.viewer
    view = shown_cases.case_view(ledger, item, viewer, visit.at)
    whole = cases.read(item)
    case, _ = cases.unsealed(whole, cases.sealed_decisions(whole, item, viewer, visit.at))
    picture = case_steps.picture_now(visit.request, case)
    if picture is None and case.pins:
        picture = bare(case.pins, case.as_of or visit.at)
    values = fields_of(case, item.state)
    if conflict is not None:
        values = {**values, **conflict.typed}
    elif trouble.said and "title" in visit.form:
        values = values | {name: text(visit, name) for name in (*values, "reason") if name in visit.form}
    shown = CaseShown(
        case=view,
        state=visit.words("case.state.open") if item.state == "open" else visit.words("case.state.closed"),
        values=Asked({"reason": "", **values}),
        parts=parts_of(case, visit.words),
        drawn=None if picture is None else drawing(picture, visit.words),
        history=moments_of(ledger, item, view, visit.words),
        shares=tuple(
            (one.content_hash, one.content_hash[:12], visit.words.time(one.taken_at), one.taken_by)
            for one in view.snapshots
        ),
        conflict=conflict,
    )
    status = 412 if conflict is not None else trouble.status
    return page(
        visit,
        "case.html",
        status=status,
        shown=shown,
        trouble=trouble,
        asked=Asked(visit.form),
        states=_state_words(visit),
        mine=visit.principal.id,
        kinds=[(kind, visit.words.known(f"case.kind.{kind}", kind)) for kind in KINDS],
        graph=_graph_address(visit, case),
    )


def _graph_address(visit: Visit, case: cases.CaseFile) -> str:
    """The pinned parties in the graph, where the visitor may explore it; empty otherwise."""
    if not case.pins or not visit.may(Scope.GRAPH):
        return ""
    return "/graph?" + urlencode({"ids": ",".join(pin.node for pin in case.pins[:IN_GRAPH])})


def changed(visit: Visit) -> Response:
    """Change what the visitor changed in the form; what somebody else changed meanwhile is shown beside it."""
    item, seen = _item(visit), version(visit)
    base = _as_seen(visit, item, seen)
    typed = {name: text(visit, name) for name in base if name in visit.form}
    mine = {name: value for name, value in typed.items() if not same_words(value, base[name])}
    if not mine:
        return onward(visit, f"/cases/{item.id}")
    now = fields_of(cases.read(item), item.state)
    if seen != item.version and not all(same_words(now[name], base[name]) for name in now):
        return _meanwhile(visit, item, base, mine)
    patch: dict[str, Any] = {name: value for name, value in mine.items() if name != "state"}
    if "state" in mine:
        patch |= {"step": "close" if mine["state"] == "closed" else "reopen", "reason": text(visit, "reason")}
    try:
        case_steps.change_case(visit.request, item.id, checked(visit, CasePatch, patch), item.version)
    except (ProblemError, LedgerError) as error:
        trouble = trouble_of(visit, error)
        if trouble.status == 412:  # somebody was faster after all
            return _meanwhile(visit, _item(visit), base, mine)
        return _shown(visit, item, trouble)
    return onward(visit, f"/cases/{item.id}", done="case_changed")


def _as_seen(visit: Visit, item: Item, seen: int) -> Mapping[str, str]:
    """The fields at the version that the visitor saw; as they stand where that one is not known any more."""
    versions = visit.service.ledger.items.history(cases.KIND, item.id, tenant=item.tenant)
    then = next((one for one in versions if one.version == seen and one.body is not None), item)
    return fields_of(cases.read(then), then.state)


def _meanwhile(visit: Visit, item: Item, base: Mapping[str, str], mine: dict[str, str]) -> Response:
    """The page with both: what others made of the fields, and what the visitor typed, ready to be sent again."""
    kept = mine | ({"reason": text(visit, "reason")} if text(visit, "reason") else {})
    found = conflict_of(visit.words, item, base, fields_of(cases.read(item), item.state), kept)
    return _shown(visit, item, NO_TROUBLE, found)


def noted(visit: Visit) -> Response:
    """Append a note. Notes stand in nobody's way; where one can't be taken, its words stay in the form."""
    item = _item(visit)
    try:
        given = checked(visit, NewNote, {"text": text(visit, "text")})
        case_steps.note_case(visit.request, item.id, given)
    except (ProblemError, LedgerError) as error:
        return _shown(visit, _item(visit), trouble_of(visit, error))
    return onward(visit, f"/cases/{item.id}", done="case_noted")


def tied(visit: Visit) -> Response:
    """Tie the case to a party, decision, tender or another thing, or untie it; others' changes stay."""
    item = _item(visit)
    remove, kind, ref = visit.asked("remove", 100), visit.asked("kind", 20), text(visit, "ref")
    try:
        if remove:
            _again(visit, lambda case: _without(case, remove))
        elif kind in KINDS and ref:
            _again(visit, _with(visit, kind, ref, text(visit, "remark")))
        else:
            raise refused(visit.request, "/ref", "body.blank")
    except (ProblemError, LedgerError) as error:
        return _shown(visit, _item(visit), trouble_of(visit, error))
    return onward(visit, f"/cases/{item.id}", done="case_untied" if remove else "case_tied")


def _with(visit: Visit, kind: str, ref: str, title: str) -> Callable[[cases.CaseFile], dict[str, Any]]:
    if personal(ref):
        raise refused(visit.request, "/ref", "query.personal")
    if kind == "decision":
        new: dict[str, Any] = {"decision_id": ref, "remark": title}
        return lambda case: {"decisions": [*_plain(case.decisions, ("decision_id", "remark")), new]}
    if kind == "party":
        party = _party(visit, ref) | ({"role": title} if title else {})
        return lambda case: {"parties": [*msgspec.to_builtins(case.parties), party]}
    link = {"kind": kind, "ref": ref, "title": title}
    return lambda case: {"links": [*msgspec.to_builtins(case.links), link]}


def _without(case: cases.CaseFile, name: str) -> dict[str, Any]:
    """The parts of a case but for one, which is named by its content: whatever else was changed, it is the same."""
    from api.web.views.case_shapes import name_of

    kinds = ("parties", "links", "pins")
    found = {kind: [one for one in getattr(case, kind) if name_of(one) != name] for kind in kinds}
    changes: dict[str, Any] = {
        kind: msgspec.to_builtins(left)
        for kind, left in found.items()
        if len(left) < len(getattr(case, kind))
    }
    decisions = [one for one in case.decisions if name_of(one) != name]
    if len(decisions) < len(case.decisions):
        changes["decisions"] = _plain(tuple(decisions), ("decision_id", "remark"))
    return changes


def _plain(parts: tuple[Any, ...], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: getattr(part, name) for name in names} for part in parts]


def _again(visit: Visit, change: Callable[[cases.CaseFile], dict[str, Any]]) -> None:
    """Make a change that stands in nobody's way, on whatever version there is by now.

    Raises:
        ProblemError: as `change_case`; `http.stale` only after many attempts.
    """
    for attempt in range(ATTEMPTS):
        item = _item(visit)
        whole = cases.read(item)
        sealed = cases.sealed_decisions(whole, item, visit.principal.viewer, visit.at)
        seen, _ = cases.unsealed(whole, sealed)
        patch = change(seen)
        if not patch:
            return
        try:
            case_steps.change_case(visit.request, item.id, checked(visit, CasePatch, patch), item.version)
        except (ProblemError, LedgerError) as error:
            stale = error.code in ("http.stale", "ledger.item_stale")
            if not stale or attempt + 1 == ATTEMPTS:
                raise
            continue
        return


def drawn(visit: Visit) -> Response:
    """Keep the places of a picture in the case: what others pinned stays, of a party the last place counts."""
    item = _item(visit)
    try:
        form = read_graph(visit.form.get("graph", "")[: LONGEST_GRAPH + 1])
        when = {} if form.as_of is None else {"as_of": form.as_of.isoformat()}
        _again(visit, lambda case: {"pins": msgspec.to_builtins(merged(case.pins, form.pins)), **when})
    except GraphFormError as error:
        return _shown(visit, item, _graph_trouble(visit, error))
    except (ProblemError, LedgerError) as error:
        return _shown(visit, _item(visit), trouble_of(visit, error))
    return onward(visit, f"/cases/{item.id}", done="case_drawn")


def frozen(visit: Visit) -> Response:
    """Freeze the case as the visitor sees it and go to the frozen picture."""
    from matching.casework.snapshots import content_hash

    made = case_steps.freeze_case(visit.request, str(visit.request.path_params["case_id"]))
    return onward(visit, f"/shared/{content_hash(made.body or b'')}", done="case_frozen")
