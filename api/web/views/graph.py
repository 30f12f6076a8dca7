"""The graph: one picture, drawn by the browser, and its table twin, which works without scripts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Request, Response

from api.explain import list_title
from api.explore import picture
from api.explore.dossier import dossier
from api.explore.owning import State, ownership
from api.explore.search import personal
from api.explore.told import Teller
from api.principals import Scope
from api.routes.base import service
from api.routes.exploring import Clocked, Looking, looking, one_party
from api.routes.problem import STATUS, ProblemError
from api.web.answered import Answers
from api.web.answers import page
from api.web.door import Visit
from api.web.render import HEADERS, shown
from api.web.stated import facts, note
from api.web.views.graph_holding import holdings
from api.web.views.party import confirmed_by, source_line, view
from api.web.words import Words
from graph.dates import CST, china_day, parse_instant
from graph.messages import say
from graph.relations import RelationType

VIEWS: Final = ("ego", "ownership", "paths")
"""What a picture is of: those around a party, its owners and holdings, or parties that something else found."""
SPACES: Final = (
    "shown", "total", "nodes", "room", "count", "words", "name", "kind", "listed", "source", "target", "confidence",
    "day", "reason",
)  # fmt: skip
"""Places in sentences that the browser fills in."""
PICTURES: Final = (("png", "PNG"), ("svg", "SVG"))
"""What the browser makes of the picture."""
FORMATS: Final = (
    ("graphml", "GraphML"),
    ("gexf", "GEXF"),
    ("csv", "CSV"),
    ("xlsx", "XLSX"),
    ("json", "JSON"),
)
"""What the server writes of what is shown (`graph_files`)."""
LONGEST: Final = 60_000
"""Characters of the ids of 500 parties."""
MAKING: Final = threading.BoundedSemaphore(4)
"""Pictures that are made at once in each worker: everything else goes on beside them."""
_NAMES: Final = frozenset({"id", "source", "target", "party"})
"""Where a document holds names that this program gave."""
_OWNERS: Final = 50
_JSON: Final = "application/json; charset=utf-8"


class Asked(NamedTuple):
    """Which picture is wanted."""

    party: str
    ids: tuple[str, ...]
    view: str
    day: str
    """The day as of which relations hold; empty for now."""
    former: bool
    same: bool
    room: int

    @property
    def clock(self) -> Clocked:
        """The same as the interface takes it."""
        if not self.day:
            return Clocked()
        noon = datetime.combine(date.fromisoformat(self.day), time(12), CST)
        return Clocked(as_of=noon)


def asked_of(visit: Visit) -> Asked:
    """What an address or a form asks for.

    Raises:
        ProblemError: `http.bad_request` (no day, no number), `http.not_found` (a number of a person).
    """
    party = visit.asked("party")
    ids = tuple(one for one in visit.asked("ids", LONGEST).split(",") if one)
    if personal(party) or any(map(personal, ids)):
        raise ProblemError("http.not_found")
    if len(ids) > picture.MOST:
        raise ProblemError("http.bad_request", detail=visit.words("graph.many", limit=picture.MOST))
    day, room, kind = visit.asked("as_of"), visit.asked("nodes"), visit.asked("view")
    try:
        if day and date.fromisoformat(day) >= china_day(visit.at):
            day = ""
        most = min(int(room), picture.MOST) if room else picture.NODES
    except ValueError:
        raise ProblemError("http.bad_request", detail=visit.words("graph.day")) from None
    return Asked(
        party=party,
        ids=ids,
        view=kind if kind in VIEWS else "paths" if ids and not party else "ego",
        day=day,
        former=visit.asked("former") == "on",
        same=visit.asked("same") != "off",
        room=max(most, 1),
    )


@contextmanager
def turn() -> Iterator[None]:
    """One of the few pictures that are made at once.

    Raises:
        ProblemError: `http.busy`.
    """
    if not MAKING.acquire(timeout=2):
        raise ProblemError("http.busy", headers={"Retry-After": "2"})
    try:
        yield
    finally:
        MAKING.release()


def show(visit: Visit) -> Response:
    """The picture's page: its tables are here, the picture itself is drawn by the browser."""
    asked = asked_of(visit)
    drawn: dict[str, Any] | None = None
    if asked.party or asked.ids:
        with looking(visit.request, asked.clock) as here, turn():
            drawn = _drawn(visit, here, asked)
    return page(
        visit,
        "graph.html",
        asked=asked,
        drawn=drawn,
        ids=",".join(asked.ids),
        today=china_day(visit.at).isoformat(),
        views=VIEWS,
        rooms=(picture.NODES, 300, picture.MOST),
        hub=picture.HUB,
        step=picture.PAGE,
        pictures=PICTURES,
        formats=FORMATS,
        may_save=visit.may(Scope.CASES),
        spaces={name: f"{{{name}}}" for name in SPACES},
    )


def data(visit: Visit) -> Response:
    """What the picture asks for while one works with it: more parties, what connects them, what is known of one."""
    try:
        asked = asked_of(visit)
        subject = visit.asked("about")
        if personal(subject):
            raise ProblemError("http.not_found")
        with looking(visit.request, asked.clock) as here:
            if subject:
                answer = _about(visit, here, subject)
            else:
                opening = _opening(visit)
                with turn():
                    answer = _drawn(visit, here, asked, opening)
    except ProblemError as error:
        said = error.detail or say("api", error.code, visit.lang)
        return _json({"problem": said}, STATUS[error.code])
    return _json(answer)


class Opening(NamedTuple):
    """A party that is opened: one type of its relations, or all."""

    party: str
    wanted: tuple[str, bool] | None
    skip: int


def _opening(visit: Visit) -> Opening | None:
    party, kind, skip = visit.asked("expand"), visit.asked("type"), visit.asked("skip")
    if not party:
        return None
    if kind and kind != picture.SAME and kind not in RelationType.__members__:
        raise ProblemError("http.bad_request", detail="type")
    if skip and not (skip.isascii() and skip.isdigit() and len(skip) < 7):
        raise ProblemError("http.bad_request", detail="skip")
    return Opening(party, (kind, visit.asked("out") == "true") if kind else None, int(skip or 0))


def _drawn(visit: Visit, here: Looking, asked: Asked, opening: Opening | None = None) -> dict[str, Any]:
    """A picture, or what a step adds to it."""
    request, teller, words = visit.request, here.teller, visit.words
    walk = teller.walk(former=asked.former)
    inside, gone = picture.members(teller, asked.ids)
    step, held = picture.Step((), (), 0), dict[str, str]()
    touching: Iterable[int] | None = None
    if opening is not None:
        ordinal = one_party(request, teller, opening.party, "/expand")
        step = picture.expand(
            teller, ordinal, walk, inside, wanted=opening.wanted, skip=opening.skip, same=asked.same,
            room=asked.room,
        )  # fmt: skip
        touching = step.found
    elif asked.party:
        ordinal = one_party(request, teller, asked.party, "/party")
        if asked.view == "ownership":
            step, held = _owning(teller, ordinal, asked.room, words, service(request).policy.state_investor)
        else:
            step = picture.begin(teller, ordinal, walk, same=asked.same, room=asked.room)
    everybody = list(dict.fromkeys((*inside, *step.found)))
    fresh = everybody if touching is None else list(touching)
    found = picture.ties(teller, everybody, walk, touching=touching, same=asked.same)
    nodes = [node(picture.member(teller, one, walk, same=asked.same), words, held) for one in fresh]
    first = teller.party(everybody[0]).id if everybody else ""
    answers = Answers(visit)
    answer = {
        "party": one_id(teller, request, asked.party) or first,
        "view": asked.view,
        "nodes": nodes,
        "relations": [relation(one, teller, words, answers) for one in found.found],
        "cut": found.cut,
        "groups": [group(one, words) for one in step.groups],
        "left": step.left,
        "gone": len(gone),
        "as_of": words.time(teller.clocks.as_of),
        "room": asked.room,
    }
    drawn: dict[str, Any] = cleaned(answer)
    return drawn


def one_id(teller: Teller, request: Request, asked: str) -> str:
    """The party's own id; empty where none was asked for."""
    return teller.party(one_party(request, teller, asked, "/party")).id if asked else ""


def _owning(
    teller: Teller, ordinal: int, room: int, words: Words, state: State
) -> tuple[picture.Step, dict[str, str]]:
    """A party, those who finally own it, what it owns, and everybody between; and what stands on each of them."""
    told = ownership(teller, ordinal, limit=_OWNERS)
    found, _ = picture.members(teller, (told.party.id, *(one.id for one in told.nodes)))
    held = holdings(teller, ordinal, told, state, words, _OWNERS)
    return picture.Step(tuple(found[:room]), (), max(0, len(found) - room)), held


def node(one: picture.Member, words: Words, held: Mapping[str, str]) -> dict[str, Any]:
    """A party as the picture and its table show it; `held` is what was calculated of control and shares."""
    party = one.party
    return {
        "id": party.id,
        "type": party.type,
        "kind": words(f"type.{party.type}"),
        "name": party.name or party.id,
        "code": party.code,
        "listed": party.listed,
        "lists": "、".join(list_title(code, words.lang) for code in party.lists),
        "sealed": words("sealed", at=words.time(party.sealed_until)) if party.sealed_until else "",
        "holding": held.get(party.id, ""),
        "total": sum(count.total for count in one.counts),
        "counts": [
            {
                "type": count.type,
                "out": count.out,
                "words": directed(count.type, words.both(count.words), count.out, words),
                "total": count.total,
            }
            for count in one.counts
        ],
    }


def directed(kind: str, said: str, out: bool, words: Words) -> str:
    """A relation's words with the direction in which it is meant."""
    return said if kind == picture.SAME else words("party.out" if out else "party.in", words=said)


def group(one: picture.Group, words: Words) -> dict[str, Any]:
    """A hub's relations that one node stands for."""
    said = words.both(one.words)
    return {
        "party": one.party,
        "type": one.type,
        "out": one.out,
        "short": said,
        "words": directed(one.type, said, one.out, words),
        "taken": one.taken,
        "total": one.total,
    }


def relation(tie: picture.Tie, teller: Teller, words: Words, answers: Answers) -> dict[str, Any]:
    """A relation as the picture and its table show it, with its evidence."""
    one = tie.relation
    kind = words.both(one.words)
    origin = one.origin
    confidence = "guess" if one.type == picture.SAME else one.by
    said = answers.between(teller, one.source, one.target) if confidence == "guess" else ""
    evidence: list[tuple[str, str]] = [
        (words("graph.edge.period"), words.span(words.day(one.since), words.last_day(one.until))),
        (words("graph.edge.confidence"), words(f"graph.by.{confidence}")),
        (words("proof.confirmed"), said or words(f"graph.confirmed.{confidence}")),
    ]
    if origin is not None:
        evidence += [
            (
                words("proof.source"),
                " · ".join(filter(None, (words.dataset(origin.dataset), origin.publisher))),
            ),
            (words("graph.edge.row"), source_line(origin.file, origin.row) if origin.file else "–"),
            (words("graph.edge.taken"), words.time(origin.taken_at)),
            (words("graph.edge.url"), origin.url),
        ]
    evidence += facts(words, one.attributes)
    return {
        "id": tie.id,
        "type": one.type,
        "words": kind,
        "source": one.source,
        "target": one.target,
        "share": one.share or "",
        "note": note(words, msgspec.structs.replace(one, attributes={})),
        "since": words.day(one.since),
        "until": words.last_day(one.until),
        "from": _china(one.since),
        "former": one.until is not None and parse_instant(one.until) <= teller.as_of,
        "by": one.by,
        "same": one.possibly_same,
        "confidence": words(f"graph.by.{confidence}"),
        "origin": "" if origin is None else source_line(origin.file or origin.dataset, origin.row),
        "evidence": [pair for pair in evidence if pair[1]],
    }


def _china(instant: str | None) -> str:
    return "" if instant is None else china_day(parse_instant(instant)).isoformat()


def _about(visit: Visit, here: Looking, subject: str) -> dict[str, Any]:
    """What is known of a party, with where it comes from: the short form of its dossier."""
    words, answers = visit.words, Answers(visit)
    ordinal = one_party(visit.request, here.teller, subject, "/about")
    found = view(dossier(here.teller, here.names(), ordinal, limit=0), words)
    sections: list[dict[str, Any]] = []

    def section(title: str, rows: Iterable[tuple[str, str]]) -> None:
        kept = [row for row in rows if row[1]]
        if kept:
            sections.append({"title": title, "rows": kept})

    section(
        words("party.identity"),
        [
            *((words.scheme(one.scheme), one.value) for one in found.numbers),
            *((kind, dated(text, words.span(since, until))) for text, kind, since, until in found.names),
            *found.facts,
        ],
    )
    for one in found.records:
        taken = "" if one.view.origin is None else words.time(one.view.origin.taken_at)
        section(
            f"{one.title} · {one.status}",
            [
                (words("proof.record"), one.view.record),
                (words("proof.match"), words(f"graph.link.{one.view.link}")),
                (words("proof.confirmed"), confirmed_by(one.view, words, answers)),
                (words("proof.period"), words.span(one.since, one.until)),
                (words("proof.authority"), one.view.authority),
                (words("proof.source"), one.source),
                (words("graph.edge.taken"), taken),
            ],
        )
    namesakes = found.shown.namesakes
    note = "" if namesakes is None else words("namesakes.note", count=namesakes)
    about: dict[str, Any] = cleaned({"id": found.shown.party.id, "note": note, "sections": sections})
    return about


def dated(text: str, period: str) -> str:
    """A text with its period, where one is known."""
    return f"{text} ({period})" if period else text


def cleaned(value: Any) -> Any:
    """A document as a page may show it: nothing in it steers, and numbers of persons are masked."""
    if isinstance(value, dict):
        return {key: item if key in _NAMES else cleaned(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(item) for item in value]
    return shown(value)


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, HEADERS, _JSON)
