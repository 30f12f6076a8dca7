"""Ownership and control of a party: votes and economic share as two different things, with every step in between."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import Response

from api.explore.hierarchy import MOST as MOST_STEPS
from api.explore.hierarchy import SHOWN as STEPS
from api.explore.hierarchy import Hierarchy, Step, hierarchy
from api.explore.owning import MOST, SHOWN, control, ownership
from api.explore.search import personal
from api.explore.shapes import (
    ControlAnswer,
    ControlView,
    OwnershipAnswer,
    PartyShown,
    RelationShown,
    ShareView,
)
from api.principals import Scope
from api.problems import RequestError, validate
from api.routes.base import invalid
from api.routes.exploring import Clocked, looking, one_party
from api.routes.problem import ProblemError
from api.web.answers import page
from api.web.door import Visit
from api.web.layered import Node, Picture, Tie, drawn
from api.web.views.connecting import look_of
from api.web.views.party import source_line
from api.web.words import Words

LEVELS: Final = 3
"""Steps above and below that are drawn; the table has all of them."""
_FOR_A_HUMAN: Final = frozenset({"half", "self_held", "shares", "doubtful"})
_ROUNDED: Final = Decimal("0.00000002")
"""By how much a share may differ from its product: shares are told with six decimals of a percent."""
_GROUNDS: Final = ("share", "votes", "control", "in_charge")


class Say(NamedTuple):
    """What somebody has to say in a company."""

    parties: tuple[PartyShown, ...]
    """The owners (upward), or the company (downward)."""
    answer: str
    """yes; checked: yes, but not along one chain of links each more than half; possibly; half: not by itself; no."""
    votes: str
    sure: bool
    notes: tuple[str, ...]
    way: str
    sentence: str
    paths: str


class Part(NamedTuple):
    """What of a company finally belongs to somebody."""

    party: PartyShown
    share: str
    circle: bool
    way: str
    paths: str


class Owner(NamedTuple):
    """A beneficial owner with the first ground of the law."""

    party: PartyShown
    ground: str
    sure: bool


class StepRow(NamedTuple):
    """A holding as its row shows it."""

    level: int
    indent: int
    owner: PartyShown
    owned: PartyShown
    share: str
    votes: str
    since: str
    until: str
    source: str
    possibly_same: bool
    again: bool
    decides: bool


class Stated(NamedTuple):
    """Control or ownership that a register states outright."""

    owner: PartyShown
    words: str
    owned: PartyShown
    since: str
    until: str
    source: str


class Owning(NamedTuple):
    """All that the page shows."""

    party: PartyShown
    as_of: str
    day: str
    notice: str
    controlled_by: tuple[Say, ...]
    controls: tuple[Say, ...]
    owned_by: tuple[Part, ...]
    owns: tuple[Part, ...]
    beneficial: tuple[Owner, ...]
    declared: tuple[Stated, ...]
    up: tuple[StepRow, ...]
    down: tuple[StepRow, ...]
    picture: Picture | None
    cut: str
    seen: tuple[tuple[int, int], ...]
    """Shown and in all: control, shares, holdings."""
    every: str
    """Where everything is shown; empty where everything is."""
    address: str
    dossier: str
    paths: str
    graph: str


def show(visit: Visit) -> Response:
    """Ownership and control of the party in the address."""
    key = str(visit.request.path_params["party_id"])
    if personal(key):
        raise ProblemError("http.not_found")
    day = visit.request.query_params.get("as_of", "").strip()
    try:
        clocks = validate(Clocked, {"as_of": day} if day else {})
    except RequestError as error:
        raise invalid(visit.request, error) from None
    everything = visit.request.query_params.get("all", "") == "1"
    limit, steps = (MOST, MOST_STEPS) if everything else (SHOWN, STEPS)
    with looking(visit.request, clocks) as here:
        teller = here.teller
        ordinal = one_party(visit.request, teller, key, "/party_id")
        said = control(teller, ordinal, visit.service.policy.state_investor, limit=limit)
        owned = ownership(teller, ordinal, limit=limit)
        up = hierarchy(teller, ordinal, "up", limit=steps)
        down = hierarchy(teller, ordinal, "down", limit=steps)
        people = {one.id: one for one in teller.nodes()}
    own = view(visit, said, owned, up, down, people, day)
    return page(visit, "ownership.html", own=own, may_case=visit.may(Scope.CASES))


def view(
    visit: Visit,
    said: ControlAnswer,
    owned: OwnershipAnswer,
    up: Hierarchy,
    down: Hierarchy,
    people: dict[str, PartyShown],
    day: str,
) -> Owning:
    """The answers as their page shows them."""
    words, me = visit.words, said.party
    address = f"/parties/{quote(me.id, safe='')}/ownership"
    seen = (
        (said.seen.shown, said.seen.total),
        (owned.seen.shown, owned.seen.total),
        (len(up.steps) + len(down.steps), up.total + down.total),
    )
    again = urlencode([*((("as_of", day),) if day else ()), ("all", "1")])
    cut = words.both(said.cut.sentence) or words.both(owned.cut.sentence)
    return Owning(
        party=me,
        as_of=words.time(said.clocks.as_of),
        day=day[:10],
        notice=words.both(said.notice),
        controlled_by=tuple(_say(one, me, True, people, words) for one in said.controlled_by),
        controls=tuple(_say(one, me, False, people, words) for one in said.controls),
        owned_by=tuple(_part(one, me, True, people, words) for one in owned.owned_by),
        owns=tuple(_part(one, me, False, people, words) for one in owned.owns),
        beneficial=tuple(
            Owner(people[one.person], words(f"own.ground.{one.ground}"), one.sure)
            for one in sorted(owned.beneficial_owners, key=lambda one: _GROUNDS.index(one.ground))
        ),
        declared=tuple(_stated(one, people, words) for one in said.declared),
        up=tuple(_step(one, people, words) for one in up.steps),
        down=tuple(_step(one, people, words) for one in down.steps),
        picture=_picture(me, up, down, people, words),
        cut=cut,
        seen=seen,
        every=f"{address}?{again}" if any(shown < total for shown, total in seen) else "",
        address=address,
        dossier=f"/parties/{quote(me.id, safe='')}",
        paths="/paths?" + urlencode({"from": me.id}),
        graph="/graph?" + urlencode({"ids": me.id, "layout": "ownership"}),
    )


def _say(one: ControlView, me: PartyShown, up: bool, people: dict[str, PartyShown], words: Words) -> Say:
    others = one.owners if up else (one.owned,)
    return Say(
        parties=tuple(people[key] for key in others),
        answer=answer_of(one),
        votes=_between(one.votes, one.votes_max, words),
        sure=one.sure,
        notes=tuple(words.known(f"own.note.{note}", note) for note in one.notes),
        way=_way(one.path, people, words),
        sentence=words.both(one.sentence),
        paths="/paths?" + urlencode({"from": me.id, "to": others[0]}),
    )


def answer_of(one: ControlView) -> str:
    """What the badge says; all but a sure yes and a plain no is for a human."""
    if one.controls == "yes":
        return "yes" if one.sure else "checked"
    if one.controls == "possibly":
        return "possibly"
    return "half" if _FOR_A_HUMAN & set(one.notes) else "no"


def _part(one: ShareView, me: PartyShown, up: bool, people: dict[str, PartyShown], words: Words) -> Part:
    other = one.owner if up else one.owned
    circle = one.share is None or one.share_max is None
    way = _way(one.path, people, words)
    return Part(
        party=people[other],
        share=words("own.circle") if circle else _between(one.share, one.share_max, words),
        circle=circle,
        way=words("own.way.one", way=way) if _one_of_several(one) else way,
        paths="/paths?" + urlencode({"from": me.id, "to": other}),
    )


def _one_of_several(one: ShareView) -> bool:
    """Whether the way that is shown gives less than the whole share, so that others add to it."""
    if one.share is None or one.share_max is None or any(step.share is None for step in one.path):
        return False
    low = high = Decimal(1)
    for step in one.path:
        least, _, most = (step.share or "").partition("-")
        low, high = low * Decimal(least) / 100, high * Decimal(most or least) / 100
    told = Decimal(one.share) / 100, Decimal(one.share_max) / 100
    return any(abs(part - whole) > _ROUNDED for part, whole in zip((low, high), told, strict=True))


def _between(low: str | None, high: str | None, words: Words) -> str:
    """A number or a range, in percent."""
    if low is None or high is None:
        return words("own.unstated")
    return f"{low}%" if low == high else f"{low}% – {high}%"


def _way(path: tuple[RelationShown, ...], people: dict[str, PartyShown], words: Words) -> str:
    """The holdings on a way, one after the other: 甲 60% → 乙; 乙 55% → 丙."""
    said = []
    for one in path:
        share = one.share if one.share is not None else one.votes
        percent = words("own.unstated") if share is None else f"{share}%"
        said.append(f"{_name(one.source, people)} —{percent}→ {_name(one.target, people)}")
    return "；".join(said) if words.lang == "zh" else "; ".join(said)


def _name(key: str, people: dict[str, PartyShown]) -> str:
    return people[key].name if key in people else key


def _whole(key: str, people: dict[str, PartyShown]) -> PartyShown:
    return people.get(key) or PartyShown(id=key, type="organization", name="")


def _stated(one: RelationShown, people: dict[str, PartyShown], words: Words) -> Stated:
    return Stated(
        owner=_whole(one.source, people),
        words=words.both(one.words),
        owned=_whole(one.target, people),
        since=words.day(one.since),
        until=words.last_day(one.until),
        source=_source((one,)),
    )


def _step(one: Step, people: dict[str, PartyShown], words: Words) -> StepRow:
    first = one.relations[0] if one.relations else None
    return StepRow(
        level=one.level,
        indent=min(one.level, 6),
        owner=_whole(one.owner, people),
        owned=_whole(one.owned, people),
        share=_between(one.share, one.share_max, words),
        votes="–" if one.votes is None else _between(one.votes, one.votes_max, words),
        since="–" if first is None else words.day(first.since),
        until="–" if first is None else words.last_day(first.until),
        source=_source(one.relations),
        possibly_same=one.by_name,
        again=one.again,
        decides=one.decides,
    )


def _source(relations: tuple[RelationShown, ...]) -> str:
    origins = (one.origin for one in relations)
    return " · ".join(
        dict.fromkeys(source_line(one.file or one.dataset, one.row) for one in origins if one is not None)
    )


def _picture(
    me: PartyShown, up: Hierarchy, down: Hierarchy, people: dict[str, PartyShown], words: Words
) -> Picture | None:
    """Owners above, holdings below."""
    if not up.steps and not down.steps:
        return None
    row: dict[str, int] = {me.id: 0}
    ties: list[Tie] = []
    for found, sign in ((up, -1), (down, 1)):
        for one in found.steps:
            end = one.owner if sign < 0 else one.owned
            row.setdefault(end, sign * one.level)
            said = _between(one.share, one.share_max, words)
            ties.append(Tie(one.owner, one.owned, said, one.by_name))
    drawable = {key: at for key, at in row.items() if abs(at) <= LEVELS}
    nodes = [
        Node(key, _name(key, people) or key, at, look_of(_whole(key, people), key == me.id))
        for key, at in drawable.items()
    ]
    made = drawn(nodes, list(dict.fromkeys(ties)))
    return made._replace(left_out=made.left_out + len(row) - len(drawable))
