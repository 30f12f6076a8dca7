"""What leaves a case: frozen pictures to be handed on, and exports. Ids in them are those of parties and decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Response

from api import cases as shown_cases
from api import casework
from api.masking import mask_value
from api.output import Column, Table, render
from api.routes.casework import item_of
from api.routes.problem import ProblemError
from api.web.answers import page
from api.web.door import Visit
from api.web.drawing import Drawing, drawing
from api.web.render import HEADERS
from api.web.views.case_shapes import Part, address_of
from graph.dates import iso
from matching.casework import cases, snapshots
from matching.casework.pictures import Picture
from matching.casework.snapshots import FrozenNote, Snapshot
from matching.ledger import Item, visible

MEDIA: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
COLUMNS: Final = (
    "section", "id", "name", "code", "kind", "role", "verdict", "source", "target", "since", "until", "x", "y", "at",
    "by", "text",
)  # fmt: skip
_DIGITS: Final = frozenset("0123456789abcdef")


class Verdict(NamedTuple):
    """A decision as it was known when the picture was frozen."""

    decision_id: str
    verdict: str
    verdict_word: str
    as_of: str
    bidders: tuple[tuple[str, str, str, str], ...]


class Shared(NamedTuple):
    """A frozen picture as its page shows it."""

    frozen: Snapshot
    state: str
    taken_at: str
    content: str
    """SHA-256 of the content."""
    parties: tuple[tuple[str, str, str], ...]
    decisions: tuple[Verdict, ...]
    links: tuple[Part, ...]
    notes: tuple[tuple[FrozenNote, str], ...]
    drawn: Drawing | None


def shared(visit: Visit) -> Response:
    """A frozen picture, for everybody of the tenant who may read cases: what was known then, and nothing since."""
    item = _frozen(visit)
    one, words = snapshots.read_snapshot(item), visit.words
    picture = one.picture
    if picture is None and one.pins:
        from api.case_pictures import bare

        picture = bare(one.pins, one.taken_at)
    view = Shared(
        frozen=one,
        state=words("case.state.open") if one.state == "open" else words("case.state.closed"),
        taken_at=words.time(one.taken_at),
        content=snapshots.content_hash(item.body or b""),
        parties=tuple((party.name or party.code or party.id, party.code, party.role) for party in one.parties),
        decisions=tuple(_verdict(visit, found) for found in one.decisions),
        links=tuple(
            Part("", words.known(f"case.kind.{link.kind}", link.kind), link.title or link.ref,
                 address_of(link.kind, link.ref), link.ref if link.title else "", "")
            for link in one.links
        ),
        notes=tuple((note, words.time(note.at)) for note in one.notes),
        drawn=None if picture is None else drawing(picture, words),
    )  # fmt: skip
    return page(visit, "shared.html", shared=view)


def _verdict(visit: Visit, one: snapshots.FrozenDecision) -> Verdict:
    word = visit.words.word
    return Verdict(
        decision_id=one.decision_id,
        verdict=one.verdict,
        verdict_word=word("verdict", one.verdict) if one.verdict else "",
        as_of=visit.words.time(one.as_of),
        bidders=tuple((name, code, verdict, word("verdict", verdict)) for name, code, verdict in one.bidders),
    )


def content(visit: Visit) -> Response:
    """The bytes of a frozen picture, exactly those whose SHA-256 stands in its address."""
    item = _frozen(visit)
    body = item.body or b""
    return _file(body, "json", f"snapshot-{snapshots.content_hash(body)[:12]}")


def _frozen(visit: Visit) -> Item:
    """The snapshot that an address names by the hash of its content.

    Raises:
        ProblemError: `http.not_found`, `http.sealed` (bids in it have not been opened).
    """
    token = str(visit.request.path_params["token"])
    if len(token) != 64 or set(token) - _DIGITS:
        raise ProblemError("http.not_found")
    item = snapshots.shared(visit.service.ledger, token, tenant=visit.principal.tenant)
    if item is None:
        raise ProblemError("http.not_found")
    if not visible(item, visit.principal.viewer, visit.at):
        raise ProblemError("http.sealed")
    return item


def export(visit: Visit) -> Response:
    """A case as a file: everything that the visitor may see of it, numbers of persons masked."""
    kind = visit.asked("format", 10) or "json"
    if kind not in MEDIA:
        raise ProblemError("http.bad_request", detail="format")
    item = item_of(visit.request, cases.KIND, str(visit.request.path_params["case_id"]))
    document = case_document(visit, item)
    table = Table(
        columns=tuple(Column(name, name) for name in COLUMNS), rows=rows_of(document), document=document
    )
    return _file(render(table, kind, to_file=True), kind, f"case-{item.id}")


def case_document(visit: Visit, item: Item) -> dict[str, Any]:
    """A case with its notes, picture and history as plain values, as far as the visitor may see them."""
    from api.routes.case_steps import picture_now

    ledger, viewer = visit.service.ledger, visit.principal.viewer
    view = shown_cases.case_view(ledger, item, viewer, visit.at)
    whole = cases.read(item)
    case, _ = cases.unsealed(whole, cases.sealed_decisions(whole, item, viewer, visit.at))
    picture = picture_now(visit.request, case)
    versions = ledger.items.history(cases.KIND, item.id, tenant=item.tenant)
    return {
        "exported_at": iso(visit.at),
        "case": casework.shown(view),
        "picture": None if picture is None else mask_value(msgspec.to_builtins(picture)),
        "history": casework.shown(shown_cases.history_view(versions))["versions"],
    }


def rows_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A case's document as one table: a row for each of its parts, `section` says which."""
    case = document["case"]
    rows: list[dict[str, Any]] = [
        {"section": "case", "id": case["id"], "name": case["title"], "kind": case["state"], "by": case["opened_by"],
         "at": case["opened_at"], "until": case.get("due_on", ""), "role": case["assignee"], "text": case["summary"]},
    ]  # fmt: skip
    rows += [{"section": "party", **_only(one, "id", "name", "code", "role")} for one in case["parties"]]
    rows += [
        {"section": "decision", "id": one["decision_id"], "text": one.get("remark", ""),
         "until": one.get("opening_at") or ""}
        for one in case["decisions"]
    ]  # fmt: skip
    rows += [
        {"section": "link", "id": one["ref"], "kind": one["kind"], "name": one.get("title", "")}
        for one in case["links"]
    ]
    rows += [{"section": "note", **_only(one, "id", "at", "by", "text")} for one in case["notes"]]
    picture = document["picture"] or msgspec.to_builtins(_nothing(document))
    rows += [
        {
            "section": "node",
            "kind": one.get("type", ""),
            "x": one.get("x", 0),
            "y": one.get("y", 0),
            **_only(one, "id", "name", "code"),
        }
        for one in picture.get("nodes", ())
    ]
    rows += [
        {"section": "relation", "kind": one["type"], "name": one.get("zh", ""),
         **_only(one, "source", "target", "since", "until")}
        for one in picture.get("edges", ())
    ]  # fmt: skip
    rows += [
        {"section": "change", "id": one["version"], "at": one["at"], "by": one["by"], "kind": one["state"],
         "text": " ".join(one["changed"])}
        for one in document["history"]
    ]  # fmt: skip
    return rows


def _only(one: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: one.get(name, "") for name in names}


def _nothing(document: dict[str, Any]) -> Picture:
    """The places alone, where no picture could be drawn."""
    from api.case_pictures import bare
    from matching.casework.cases import CasePin

    pins = [msgspec.convert(one, CasePin) for one in document["case"].get("pins", ())]
    return bare(pins, datetime.fromisoformat(document["exported_at"]))


def _file(data: bytes, kind: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(data, 200, headers, MEDIA[kind])
