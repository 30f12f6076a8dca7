"""Many parties with each other: a pasted list or all bidders of a tender, as a matrix with links and as a table."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Response

from api.explore import search as engine
from api.explore.paths import MEMBERS
from api.explore.shapes import Hit, Pair, PartyShown, PathMatrix
from api.problems import RequestError, validate
from api.routes.base import invalid
from api.routes.exploring import Clocked, Looking, looking, one_party
from api.routes.paths import PathsWanted, connect_all
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.views.connecting import graph_address, the_one
from api.web.views.following import filtered, filters_of, given
from api.web.words import Words
from graph.model import PartyType
from graph.relations import RelationType
from matching.explore.view import RESTRICTED

LONGEST_LIST: Final = 60_000
LONGEST_IDS: Final = 20_000
LONGEST_LINE: Final = 500
CHOOSABLE: Final = 30
"""Lines with several candidates that are shown to be chosen from."""
OFFERED: Final = 8
IN_MATRIX: Final = 40
PAIRS: Final = 200
MIDDLES: Final = 10
BIDDING: Final = frozenset({RelationType.BID_IN, RelationType.LOT_OF})
"""What does not connect the bidders of one tender: that all of them bid in it."""
TENDERS: Final = frozenset({PartyType.TENDER, PartyType.LOT})


def beside_bidding(visit: Visit) -> list[str]:
    """The types of relations that may connect the bidders of one tender, as far as the visitor may see them."""
    hidden = BIDDING if visit.request.headers.get("purpose") else BIDDING | RESTRICTED
    return [kind.value for kind in RelationType if kind not in hidden]


class Line(NamedTuple):
    """A line of a pasted list that several parties may be meant by."""

    number: int
    text: str
    hits: tuple[Hit, ...]


class Sorted(NamedTuple):
    """A pasted list, looked up."""

    taken: tuple[PartyShown, ...]
    open: tuple[Line, ...]
    unasked: int
    """Lines with several candidates beyond those that are shown."""
    nobody: tuple[str, ...]
    lines: int
    ids: str


class Cell(NamedTuple):
    """A cell of the matrix."""

    hops: int
    """0 where there is no connection."""
    own: bool
    said: str
    address: str
    by_name: bool


class Row(NamedTuple):
    """A row of the matrix."""

    number: int
    party: PartyShown
    cells: tuple[Cell, ...]


class PairShown(NamedTuple):
    """Two connected parties, with the path in words."""

    a: PartyShown
    b: PartyShown
    hops: int
    sentence: str
    by_name: bool
    address: str


class Middle(NamedTuple):
    """Somebody on the shortest paths of several pairs."""

    party: PartyShown
    pairs: int
    members: tuple[PartyShown, ...]


class Result(NamedTuple):
    """The answer."""

    title: str
    sentence: str
    cut: str
    as_of: str
    rows: tuple[Row, ...]
    connected: int
    alone: tuple[PartyShown, ...]
    pairs: tuple[PairShown, ...]
    total: int
    middles: tuple[Middle, ...]
    graph: str


def show(visit: Visit) -> Response:
    """The form, and with parties or a tender in the address how they are connected."""
    ids = visit.asked("ids", LONGEST_IDS)
    tender = visit.asked("tender", LONGEST_LINE)
    if not ids and not tender:
        return _form(visit)
    keys = tuple(dict.fromkeys(part for part in ids.split(",") if part))
    if not tender and len(keys) < 2:
        return _form(visit, trouble=visit.words("among.few"))
    fields = filtered(visit)
    wanted: dict[str, Any] = {
        name: fields[name] for name in ("hops", "types", "as_of", "former", "possibly_same") if name in fields
    }
    wanted |= {"tender": tender} if tender else {"parties": list(keys)}
    usual = bool(tender) and "types" not in wanted
    if usual:
        wanted["types"] = beside_bidding(visit)
    try:
        asked = validate(PathsWanted, wanted)
    except RequestError as error:
        raise invalid(visit.request, error) from None
    answer = connect_all(visit.request, asked)
    followed = ",".join(kind for kind in wanted.get("types", ()) if RelationType(kind) not in RESTRICTED)
    hidden = (("tender", tender),) if tender else (("ids", ",".join(keys)),)
    return page(
        visit,
        "paths_among.html",
        result=result_of(
            answer,
            visit,
            (("types", followed),) if usual else (),
        ),
        usual=usual,
        filters=filters_of(visit),
        hidden=hidden,
        counts=(),
        asked=None,
        tenders=(),
        trouble="",
        list="",
        tender="",
        most=MEMBERS,
    )


def find(visit: Visit) -> Response:
    """Who is meant by the lines of a list, or by a tender's number or title; on to them where that is clear."""
    pasted = visit.asked("list", LONGEST_LIST)
    tender = visit.asked("tender", LONGEST_LINE)
    kept = given(visit)
    if tender:
        with looking(visit.request, Clocked()) as here:
            hits = engine.search(here.teller, here.names(), tender, limit=OFFERED, types=TENDERS).parties
        one = the_one(hits, len(hits))
        if one is not None:
            return onward(visit, "/paths/among?" + urlencode([("tender", one.id), *kept]))
        trouble = "" if hits else visit.words("among.not_tender")
        return _form(visit, tenders=hits, trouble=trouble, tender="" if engine.personal(tender) else tender)
    with looking(visit.request, Clocked()) as here:
        if visit.asked("checked"):
            keys = _chosen(visit, here)
            if len(keys) > 1:
                return onward(visit, "/paths/among?" + urlencode([("ids", ",".join(keys[:MEMBERS])), *kept]))
            return _form(visit, trouble=visit.words("among.few"))
        found = _sorted(here, pasted)
    if found.lines < 2:
        return _form(visit, trouble=visit.words("among.few"), list="" if engine.personal(pasted) else pasted)
    if len(found.taken) == found.lines and found.lines <= MEMBERS:
        return onward(visit, "/paths/among?" + urlencode([("ids", found.ids), *kept]))
    return _form(visit, asked=found)


def _form(
    visit: Visit,
    *,
    asked: Sorted | None = None,
    tenders: tuple[Hit, ...] = (),
    trouble: str = "",
    list: str = "",
    tender: str = "",
) -> Response:
    return page(
        visit,
        "paths_among.html",
        result=None,
        usual=False,
        filters=filters_of(visit),
        hidden=(),
        counts=(),
        asked=asked,
        tenders=tenders,
        trouble=trouble,
        list=list,
        tender=tender,
        most=MEMBERS,
    )


def _chosen(visit: Visit, here: Looking) -> list[str]:
    """The parties of a checked list: those taken before, and the one chosen of each line."""
    keys = [part for part in visit.asked("ids", LONGEST_IDS).split(",") if part]
    keys += [value for name, value in visit.form.items() if name.startswith("line-") and value]
    found = dict.fromkeys(
        here.teller.party(one_party(visit.request, here.teller, key[:LONGEST_LINE], "/ids")).id
        for key in keys
    )
    return [*found]


def _sorted(here: Looking, pasted: str) -> Sorted:
    lines = list(dict.fromkeys(one.strip() for one in pasted.splitlines() if one.strip()))
    taken: dict[str, PartyShown] = {}
    several: list[Line] = []
    nobody: list[str] = []
    finder = here.names()
    for number, text in enumerate(lines[:MEMBERS], 1):
        if len(text) > LONGEST_LINE:
            raise ProblemError("http.bad_request", detail="list")
        answer = engine.search(here.teller, finder, text, limit=OFFERED)
        one = the_one(answer.parties, answer.seen.total)
        if one is not None:
            taken[one.id] = one
        elif answer.parties:
            several.append(Line(number, text, answer.parties))
        else:
            nobody.append(text)
    shown = tuple(several[:CHOOSABLE])
    return Sorted(
        tuple(taken.values()), shown, len(several) - len(shown), tuple(nobody), len(lines), ",".join(taken)
    )


def result_of(answer: PathMatrix, visit: Visit, more: tuple[tuple[str, str], ...] = ()) -> Result:
    """An answer as its page shows it; `more` goes into the addresses of its paths."""
    words = visit.words
    people = {one.id: one for one in answer.nodes}
    connected = {key for pair in answer.pairs for key in (pair.source, pair.target)}
    members = [one for one in answer.members if one.id in connected]
    kept = [*given(visit), *more]
    between = {frozenset((pair.source, pair.target)): pair for pair in answer.pairs}
    shown = members[:IN_MATRIX]
    rows = tuple(
        Row(number, one, tuple(_cell(one, other, between, words, kept) for other in shown))
        for number, one in enumerate(shown, 1)
    )
    pairs = tuple(
        PairShown(
            a=people[pair.source],
            b=people[pair.target],
            hops=pair.path.hops,
            sentence=words.both(pair.path.sentence),
            by_name=pair.path.by_name,
            address=_address(pair.source, pair.target, kept),
        )
        for pair in answer.pairs[:PAIRS]
    )
    title = ""
    if answer.tender is not None:
        title = words("among.of", name=people[answer.tender].name)
    return Result(
        title=title,
        sentence=words.both(answer.sentence),
        cut=words.both(answer.cut.sentence),
        as_of=words.time(answer.clocks.as_of),
        rows=rows,
        connected=len(members),
        alone=tuple(one for one in answer.members if one.id not in connected),
        pairs=pairs,
        total=len(answer.pairs),
        middles=_middles(answer, people),
        graph=graph_address(
            dict.fromkeys(key for pair in answer.pairs[:MIDDLES] for key in pair.path.parties)
        ),
    )


def _address(a: str, b: str, kept: list[tuple[str, str]]) -> str:
    return "/paths?" + urlencode([("from", a), ("to", b), *kept])


def _cell(
    one: PartyShown,
    other: PartyShown,
    between: dict[frozenset[str], Pair],
    words: Words,
    kept: list[tuple[str, str]],
) -> Cell:
    pair = between.get(frozenset((one.id, other.id)))
    if one.id == other.id or pair is None:
        return Cell(0, one.id == other.id, "", "", by_name=False)
    said = (
        words("among.between.one", a=one.name, b=other.name)
        if pair.path.hops == 1
        else words("among.between", a=one.name, b=other.name, hops=pair.path.hops)
    )
    return Cell(pair.path.hops, False, said, _address(one.id, other.id, kept), pair.path.by_name)


def _middles(answer: PathMatrix, people: dict[str, PartyShown]) -> tuple[Middle, ...]:
    pairs: Counter[str] = Counter()
    joined: dict[str, dict[str, None]] = {}
    for pair in answer.pairs:
        for key in pair.path.parties[1:-1]:
            pairs[key] += 1
            joined.setdefault(key, {}).update({pair.source: None, pair.target: None})
    members = {one.id for one in answer.members}
    found = [(key, count) for key, count in pairs.most_common() if key not in members]
    return tuple(
        Middle(people[key], count, tuple(people[one] for one in joined[key]))
        for key, count in found[:MIDDLES]
    )
