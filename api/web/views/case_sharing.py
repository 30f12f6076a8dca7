"""What leaves a case: frozen pictures to be handed on, and exports. Ids in them are those of parties and decisions."""

from __future__ import annotations

from typing import Final, NamedTuple

from fastapi import Response

from api.case_tables import COLUMNS, document, rows_of
from api.output import Column, Table, render
from api.routes.case_steps import picture_now
from api.routes.casework import item_of
from api.routes.problem import ProblemError
from api.web.answers import page
from api.web.door import Visit
from api.web.drawing import Drawing, drawing
from api.web.render import HEADERS
from api.web.views.case_shapes import Part, address_of
from matching.casework import cases, snapshots
from matching.casework.snapshots import FrozenNote, Snapshot
from matching.ledger import Item, visible

MEDIA: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
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
    if snapshots.content_hash(body) != visit.request.path_params["token"]:
        # a decision in it was erased meanwhile: what is left has another hash, by which its page names it
        raise ProblemError("http.erased")
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
    viewer = visit.principal.viewer
    whole = cases.read(item)
    case, _ = cases.unsealed(whole, cases.sealed_decisions(whole, item, viewer, visit.at))
    found = document(visit.service.ledger, item, viewer, visit.at, picture_now(visit.request, case))
    table = Table(columns=tuple(Column(name, name) for name in COLUMNS), rows=rows_of(found), document=found)
    return _file(render(table, kind, to_file=True), kind, f"case-{item.id}")


def _file(data: bytes, kind: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(data, 200, headers, MEDIA[kind])
