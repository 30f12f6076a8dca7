"""The audit chain for auditors: its events by who, what and when, whether it is whole, and an export."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from fastapi import Response

from api.auditing import gathered, verified
from api.explain import moment
from api.explore.search import personal
from api.masking import mask_text
from api.output import Column, Table, render
from api.principals import Scope
from api.routes.base import cursor, from_cursor
from api.routes.problem import ProblemError
from api.web.answers import page
from api.web.door import Visit
from api.web.render import HEADERS
from api.web.views.case_sharing import MEDIA
from api.web.words import Words
from graph.dates import end_of_day, from_micros, iso, start_of_day
from graph.messages import catalogue, say
from matching.ledger import events
from matching.ledger.events import KINDS, EventPage, Filter, Seen

PAGE: Final = 50
COLUMNS: Final = ("seq", "at", "kind", "actor", "subject", "state", "version", "digest", "hash")
ITEMS: Final = (
    "case", "case_note", "case_snapshot", "alert", "monitor", "objection", "repair", "measure", "override", "session",
    "user", "api_key", "webhook", "tender", "load_report",
)  # fmt: skip
"""Kinds of item that one can ask for beside the kinds of event."""


TIMES: Final = frozenset({"since", "until", "confirm_by"})
"""What an answer to a record says in microseconds."""


class EventRow(NamedTuple):
    """An event in words."""

    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    detail: str
    hash: str


class Verified(NamedTuple):
    """What checking the whole chain found."""

    ok: bool
    events: int
    head: str
    head_seq: int
    problems: tuple[tuple[int, str], ...]


class Asked(NamedTuple):
    """The filters as they were asked for."""

    kind: str
    actor: str
    subject: str
    day: str
    wrong: bool
    """Whether the day is none."""


def show(visit: Visit) -> Response:
    """The events, newest first."""
    return _shown(visit, None)


def verify(visit: Visit) -> Response:
    """Check every event, hash and stored body, up to the newest event of now; one such check at a time."""
    last = events.last_checkpoint(visit.service.ledger)
    result = verified(visit.service.ledger, () if last is None else (last,))
    return _shown(
        visit,
        Verified(
            ok=result.ok,
            events=result.events,
            head=f"{result.head_seq}:{result.head_hash}",
            head_seq=result.head_seq,
            problems=tuple((one.seq, _said(visit, one.code, one.seq)) for one in result.problems),
        ),
    )


def _said(visit: Visit, code: str, seq: int) -> str:
    known = code in catalogue("matching")
    return say("matching", code, visit.lang, seq=seq) if known else code


def _shown(visit: Visit, checked: Verified | None) -> Response:
    asked, wanted = _filter(visit)
    before = from_cursor(visit.request, visit.asked("cursor", 40))
    found = _page(visit, wanted, before, PAGE)
    return page(
        visit,
        "audit.html",
        status=422 if asked.wrong else 200,
        rows=tuple(_row(visit, one) for one in found.events),
        found=found,
        following=cursor(found.next),
        looked=(found.head + 1 if before is None else before) - found.reached,
        asked=asked,
        kinds=[(kind, visit.words.known(f"audit.kind.{kind}", kind)) for kind in (*KINDS, *ITEMS)],
        verified=checked,
        checkpoint=events.last_checkpoint(visit.service.ledger),
        may_admin=visit.may(Scope.ADMIN),
    )


def _page(visit: Visit, wanted: Filter, before: int | None, limit: int) -> EventPage:
    return events.page(
        visit.service.ledger, wanted, tenant=visit.principal.tenant, before=before, limit=limit
    )


def _filter(visit: Visit) -> tuple[Asked, Filter]:
    """The filters of an address.

    Raises:
        ProblemError: `http.bad_request`: a number of a person, which stands in no event.
    """
    kind, actor = visit.asked("kind", 40), visit.asked("actor", 200)
    subject, day = visit.asked("subject", 200), visit.asked("day", 10)
    for name, value in (("actor", actor), ("subject", subject)):
        if personal(value):
            raise ProblemError("http.bad_request", detail=name)
    when, wrong = None, False
    try:
        when = date.fromisoformat(day) if day else None
        since = None if when is None else start_of_day(when)
        until = None if when is None else end_of_day(when)
    except (ValueError, OverflowError):
        since, until, wrong = None, None, True
    kind = kind if kind in (*KINDS, *ITEMS) else ""
    wanted = Filter(kind=kind, actor=actor, subject=subject, since=since, until=until)
    return Asked(kind, actor, subject, day, wrong), wanted


def _row(visit: Visit, one: Seen) -> EventRow:
    found = one.event
    item = found.ref.partition("/")[0] if found.kind == "item" else found.kind
    return EventRow(
        seq=found.seq,
        at=moment(from_micros(found.at), visit.lang),
        kind=visit.words.known(f"audit.kind.{item}", item),
        actor=visit.words.known(f"audit.actor.{found.actor}", found.actor) or "–",
        subject=found.ref.partition("/")[2] if found.kind == "item" else found.ref,
        detail=_detail(found.data, visit.words),
        hash=one.hash,
    )


def _detail(data: dict[str, str], words: Words) -> str:
    """What an event says beside, in words: states and versions; references, never bodies."""
    said = []
    for name, value in sorted(data.items()):
        if name.endswith("_at") or name == "owner" or len(value) > 60:
            continue
        told = words.time(from_micros(int(value))) if name in TIMES else words.word("status", value)
        told = words.known(f"audit.value.{value}", told)
        said.append(f"{words.known(f'audit.data.{name}', name)}{words('casework.colon')}{told}")
    return " · ".join(said)


def export(visit: Visit) -> Response:
    """The events that the filters find as a file, newest first; its last row says from where to go on."""
    kind = visit.asked("format", 10) or "csv"
    if kind not in MEDIA:
        raise ProblemError("http.bad_request", detail="format")
    asked, wanted = _filter(visit)
    if asked.wrong:
        raise ProblemError("http.bad_request", detail="day")
    before = from_cursor(visit.request, visit.asked("cursor", 40))
    found = gathered(visit.service.ledger, wanted, tenant=visit.principal.tenant, before=before)
    rows = [_exported(one) for one in found.events]
    if found.next is not None:
        said = visit.words("audit.cut", seq=visit.words.number(found.next))
        rows.append({"seq": found.next, "kind": "more", "subject": cursor(found.next), "state": said})
    table = Table(
        columns=tuple(Column(name, name) for name in COLUMNS),
        rows=rows,
        document={"exported_at": iso(visit.at), "events": rows, "next": cursor(found.next)},
    )
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="audit.{kind}"'}
    return Response(render(table, kind, to_file=True), 200, headers, MEDIA[kind])


def _exported(one: Seen) -> dict[str, Any]:
    found = one.event
    return {
        "seq": found.seq, "at": iso(from_micros(found.at)), "kind": found.kind, "actor": mask_text(found.actor),
        "subject": mask_text(found.ref), "state": found.data.get("state", ""),
        "version": found.data.get("version", ""), "digest": found.digest, "hash": one.hash,
    }  # fmt: skip
