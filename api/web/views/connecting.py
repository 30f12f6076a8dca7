"""How two parties are connected: chosen by typing, shown as sentences, chains, one picture and dated evidence.

A name of a person never stands in an address: what is typed is sent in a body, and the result's address names the
parties by their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Response

from api.explore import search as engine
from api.explore.paths import MEMBERS
from api.explore.shapes import Hit, PartyShown, PathsAnswer, RelationShown, Way
from api.principals import Scope
from api.problems import RequestError, validate
from api.routes.base import invalid
from api.routes.exploring import Clocked, Looking, looking, one_party
from api.routes.paths import PathAsked, connect
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.layered import Node, Picture, Tie, drawn
from api.web.stated import note, role
from api.web.views.following import SHOWN, filtered, filters_of, given
from api.web.views.party import source_line
from api.web.words import Words
from graph.model import PartyType

LONGEST: Final = 500
LONGEST_KEY: Final = 500
OFFERED: Final = 8
"""Candidates for one end."""
PATHS: Final = (1, 3, 5, 10, 20)
ENDS: Final = ("from", "to")


class End(NamedTuple):
    """One end of a path, as the form shows it."""

    name: str
    typed: str
    chosen: PartyShown | None
    hits: tuple[Hit, ...] = ()
    seen: str = ""
    nobody: bool = False
    """Something was typed and nobody was found."""


class Proof(NamedTuple):
    """One relation of a path with its dates and its source, read along the path."""

    first: PartyShown
    words: str
    forward: bool
    second: PartyShown
    brief: str
    """Share and role."""
    note: str
    since: str
    until: str
    source: str
    publisher: str
    taken: str
    possibly_same: bool
    restricted: bool


class Told(NamedTuple):
    """A path as its page shows it."""

    sentence: str
    hops: int
    by_name: bool
    parties: tuple[PartyShown, ...]
    proofs: tuple[Proof, ...]
    graph: str
    """Where it is drawn among its neighbours."""


class Result(NamedTuple):
    """The answer."""

    sentence: str
    cut: str
    as_of: str
    ways: tuple[Told, ...]
    picture: Picture | None
    graph: str
    restricted: bool


def show(visit: Visit) -> Response:
    """The form, and with two parties in the address the paths between them."""
    return _shown(visit, visit.request.query_params.get("from", ""), visit.request.query_params.get("to", ""))


def restricted(visit: Visit) -> Response:
    """The same with officials' restricted records, for a stated purpose; the look is on record."""
    if not visit.asked("purpose"):
        raise ProblemError("http.invalid", detail=visit.words("purpose.needed"))
    return _shown(visit, visit.asked("from", LONGEST_KEY), visit.asked("to", LONGEST_KEY))


def find(visit: Visit) -> Response:
    """Who is meant by what was typed; where that is clear for both, on to the paths between them."""
    ends = []
    with looking(visit.request, Clocked()) as here:
        for name in ENDS:
            ends.append(_meant(visit, here, name))
    keys = {end.name: end.chosen.id for end in ends if end.chosen is not None}
    if len(keys) == 2:
        return onward(visit, "/paths?" + urlencode([*keys.items(), *given(visit)]))
    return _page(visit, tuple(ends), None)


def suggest(visit: Visit) -> Response:
    """Candidates for what has been typed so far at one end."""
    name = visit.asked("end")
    name = name if name in ENDS else ENDS[0]
    typed = visit.asked(name, LONGEST)
    end = End(name, "", None)
    if len(typed) > 1:
        with looking(visit.request, Clocked()) as here:
            end = _searched(here, name, typed, visit.words)._replace(chosen=None)
    return page(visit, "paths_found.html", end=end)


def _shown(visit: Visit, source: str, target: str) -> Response:
    if source and target:
        try:
            fields = {"limit": SHOWN, "longer": True, **filtered(visit), "from": source, "to": target}
            asked = validate(PathAsked, fields)
        except RequestError as error:
            raise invalid(visit.request, error) from None
        answer = connect(visit.request, asked)
        people = {one.id: one for one in answer.nodes}
        ends = tuple(
            End(name, people[key].name, people[key])
            for name, key in zip(ENDS, (answer.source, answer.target), strict=True)
        )
        return _page(visit, ends, result_of(answer, visit))
    known: list[End] = []
    with looking(visit.request, Clocked()) as here:
        for name, key in zip(ENDS, (source, target), strict=True):
            one = here.teller.party(one_party(visit.request, here.teller, key, f"/{name}")) if key else None
            known.append(End(name, one.name if one else "", one))
    return _page(visit, tuple(known), None)


def _page(visit: Visit, ends: tuple[End, ...], result: Result | None) -> Response:
    may_restrict = visit.may(Scope.RESTRICTED) and result is not None and not result.restricted
    return page(
        visit,
        "paths.html",
        ends=ends,
        filters=filters_of(visit),
        counts=PATHS,
        most=MEMBERS,
        result=result,
        may_restrict=may_restrict,
        may_case=visit.may(Scope.CASES),
    )


def result_of(answer: PathsAnswer, visit: Visit) -> Result:
    """An answer as its page shows it."""
    words = visit.words
    people = {one.id: one for one in answer.nodes}
    ways = tuple(told(one, people, words) for one in answer.paths)
    everyone = dict.fromkeys(one.id for way in ways for one in way.parties)
    return Result(
        sentence=words.both(answer.sentence),
        cut=words.both(answer.cut.sentence),
        as_of=words.time(answer.clocks.as_of),
        ways=ways,
        picture=picture_of(answer, people, words) if ways and answer.source != answer.target else None,
        graph=graph_address(everyone),
        restricted=visit.request.headers.get("purpose", "") != "",
    )


def graph_address(ids: Iterable[str]) -> str:
    """Where parties are drawn together, to be looked around from."""
    return "/graph?" + urlencode({"ids": ",".join(ids)})


def told(way: Way, people: Mapping[str, PartyShown], words: Words) -> Told:
    """A path as its page shows it."""
    parties = tuple(people[key] for key in way.parties)
    proofs = tuple(
        proof_of(one, first, second, forward, words)
        for one, first, second, forward in zip(way.relations, parties, parties[1:], way.forward, strict=False)
    )
    return Told(
        sentence=words.both(way.sentence),
        hops=way.hops,
        by_name=way.by_name,
        parties=parties,
        proofs=proofs,
        graph=graph_address(dict.fromkeys(way.parties)),
    )


def proof_of(one: RelationShown, first: PartyShown, second: PartyShown, forward: bool, words: Words) -> Proof:
    """A relation with its dates and its source."""
    origin = one.origin
    return Proof(
        first=first,
        words=words.both(one.words),
        forward=forward,
        second=second,
        brief=" · ".join(
            filter(None, ("" if one.share is None else f"{one.share}%", role(words, one.type, one.role)))
        ),
        note=note(words, one),
        since=words.day(one.since),
        until=words.last_day(one.until),
        source="" if origin is None else source_line(origin.file or origin.dataset, origin.row),
        publisher="" if origin is None else words.dataset(origin.publisher),
        taken="–" if origin is None else words.time(origin.taken_at),
        possibly_same=one.possibly_same,
        restricted=one.restricted,
    )


def picture_of(answer: PathsAnswer, people: Mapping[str, PartyShown], words: Words) -> Picture:
    """All paths in one picture, the first party at the top and the other one at the bottom."""
    last = max(way.hops for way in answer.paths)
    row = {answer.source: 0, answer.target: last}
    for way in answer.paths:
        for at, key in enumerate(way.parties):
            row.setdefault(key, at)
    used = {place: at for at, place in enumerate(sorted(set(row.values())))}
    nodes = [
        Node(
            key,
            people[key].name or key,
            used[place],
            look_of(people[key], key in (answer.source, answer.target)),
        )
        for key, place in row.items()
    ]
    ties: dict[tuple[str, str, str], Tie] = {}
    for way in answer.paths:
        for one in way.relations:
            said = words.both(one.words) + ("" if one.share is None else f" {one.share}%")
            ties.setdefault(
                (one.source, one.target, one.type), Tie(one.source, one.target, said, one.possibly_same)
            )
    return drawn(nodes, list(ties.values()))


def look_of(one: PartyShown, first: bool = False) -> str:
    """How a party is drawn; the picture's legend says what it means, and the table says it in words."""
    looks = [
        "person"
        if one.type == PartyType.PERSON
        else "thing"
        if one.type != PartyType.ORGANIZATION
        else "unit"
    ]
    if first:
        looks.append("first")
    if one.listed == "yes":
        looks.append("listed")
    return " ".join(looks)


def _meant(visit: Visit, here: Looking, name: str) -> End:
    """Who stands at one end: picked, known from before and not typed over, or searched for."""
    typed = visit.asked(name, LONGEST)
    side, _, picked = visit.asked("pick", LONGEST_KEY).partition(":")
    if side == name and picked:
        return _known(visit, here, name, picked)
    before = visit.asked(f"{name}_id", LONGEST_KEY)
    if before and (not typed or typed == visit.asked(f"{name}_name", LONGEST)):
        return _known(visit, here, name, before)
    return _searched(here, name, typed, visit.words) if typed else End(name, "", None)


def _known(visit: Visit, here: Looking, name: str, key: str) -> End:
    one = here.teller.party(one_party(visit.request, here.teller, key, f"/{name}"))
    return End(name, one.name, one)


def _searched(here: Looking, name: str, typed: str, words: Words) -> End:
    found = engine.search(here.teller, here.names(), typed, limit=OFFERED)
    said = "" if engine.personal(typed) else typed
    one = the_one(found.parties, found.seen.total)
    if one is not None:
        return End(name, said or one.name, one, found.parties)
    if not found.parties:
        return End(name, said, None, nobody=True)
    return End(name, said, None, found.parties, words.both(found.seen.sentence))


def the_one(hits: tuple[Hit, ...], total: int) -> PartyShown | None:
    """Who alone can be meant: the only one found, or the only one with just that name or number."""
    if total == 1 and len(hits) == 1:
        return hits[0].party
    exact = [one for one in hits if one.by in ("code", "exact")]
    alone = len(exact) == 1 and not exact[0].namesakes
    return exact[0].party if alone else None


__all__ = ["find", "graph_address", "look_of", "restricted", "show", "suggest", "the_one", "told"]
