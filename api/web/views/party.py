"""The dossier of a party: one stable page, with the counts of what is not shown."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Response

from api.decided import Wanted
from api.explore.dossier import BIDS, CONTRACTS, dossier
from api.explore.search import personal
from api.explore.shapes import Dossier, ListingView, Number, Origin, PartyShown, RelationShown, Shared
from api.principals import Scope
from api.problems import RequestError, validate
from api.routes.exploring import Clocked, looking, one_party
from api.routes.problem import ProblemError
from api.web.answered import Answers
from api.web.answers import page
from api.web.door import Visit
from api.web.stated import facts, note
from api.web.views.decisions import Row, newest
from api.web.views.watching_people import offer
from api.web.words import Words
from graph.relations import RelationType

DECISIONS: Final = 8
"""Decisions about the party that stand on its page."""


class Tie(NamedTuple):
    """A relation as its row shows it, read from this party."""

    other: PartyShown | None
    other_id: str
    note: str
    """Share, votes, role."""
    since: str
    until: str
    possibly_same: bool
    source: str
    drawer: tuple[tuple[str, str], ...]
    """What is known of where it comes from: names and values."""
    whole: PartyShown | None = None
    """The tender of a lot; None where it is no lot."""


class Group(NamedTuple):
    """Relations of one kind."""

    words: str
    out: bool
    seen: str
    cut: bool
    ties: tuple[Tie, ...]


class Record(NamedTuple):
    """A record on a list with its period and law in words."""

    view: ListingView
    title: str
    status: str
    standing: bool
    since: str
    until: str
    law: tuple[tuple[str, str], ...]
    """Instruments with the articles of each."""
    source: str
    drawer: tuple[tuple[str, str], ...]


class Contact(NamedTuple):
    """A contact that others state too."""

    words: str
    value: str
    total: int
    others: tuple[PartyShown, ...]


class DossierPage(NamedTuple):
    """All that the page shows."""

    shown: Dossier
    kind: str
    numbers: tuple[Number, ...]
    names: tuple[tuple[str, str, str, str], ...]
    facts: tuple[tuple[str, str], ...]
    records: tuple[Record, ...]
    groups: tuple[Group, ...]
    bids: tuple[Tie, ...]
    contracts: tuple[Tie, ...]
    contacts: tuple[Contact, ...]
    seen: str
    cut: str
    as_of: str
    day: str
    """The day asked about; empty for now."""
    bids_total: int
    contracts_total: int


class Decided(NamedTuple):
    """The newest decisions about the party; None where the visitor may not see decisions."""

    rows: tuple[Row, ...]
    all: str
    """Where all of them are listed."""
    more: bool


def show(visit: Visit) -> Response:
    """The dossier; with a stated purpose, officials' restricted records in it, and the look is on record."""
    party_id = str(visit.request.path_params["party_id"])
    if personal(party_id):
        raise ProblemError("http.not_found")
    if visit.request.method == "POST" and not visit.asked("purpose"):
        raise ProblemError("http.invalid", detail=visit.words("purpose.needed"))
    day = visit.asked("as_of", 10)
    try:
        clocks = validate(Clocked, {"as_of": day} if day else {})
    except RequestError:
        raise ProblemError("http.invalid", detail=visit.words("party.wrong_day")) from None
    with looking(visit.request, clocks, subject=f"party:{party_id}") as here:
        ordinal = one_party(visit.request, here.teller, party_id, "/party_id")
        found = dossier(here.teller, here.names(), ordinal)
    return page(
        visit,
        "party.html",
        dossier=view(found, visit.words, day, Answers(visit)),
        decided=_decided(visit, found) if visit.may(Scope.READ) else None,
        may_restrict=visit.may(Scope.RESTRICTED),
        watch=offer(visit, found),
    )


def _decided(visit: Visit, found: Dossier) -> Decided:
    """The newest decisions in which the party takes any part, or stands on a path."""
    rows, more = newest(visit, DECISIONS, None, Wanted(party=found.party.id))
    return Decided(rows, "/decisions?" + urlencode({"party": found.party.id}), more is not None)


def view(found: Dossier, words: Words, day: str = "", answers: Answers | None = None) -> DossierPage:
    """The dossier as its page shows it; `answers` are those that people gave about its records."""
    people = {one.id: one for one in found.parties}
    me = found.party.id
    return DossierPage(
        shown=found,
        kind=words(f"type.{found.party.type}"),
        numbers=found.identifiers,
        names=tuple(
            (one.text, words(f"name.{one.kind}"), words.day(one.since), words.last_day(one.until))
            for one in found.names
        ),
        facts=facts(words, found.attributes),
        records=tuple(_record(one, words, answers) for one in found.listings),
        groups=tuple(
            Group(
                words=words.both(kind.words),
                out=kind.out,
                seen=words.both(kind.seen.sentence),
                cut=kind.seen.shown < kind.seen.total,
                ties=tuple(_tie(one, me, people, words) for one in kind.relations),
            )
            for kind in found.relations
        ),
        bids=_with_tenders(found.bids, me, people, words),
        contracts=_with_tenders(found.contracts, me, people, words),
        contacts=tuple(_contact(one, people, words) for one in found.shared),
        seen=words.both(found.seen.sentence),
        cut=words.both(found.cut.sentence),
        as_of=words.time(found.clocks.as_of),
        day=day,
        bids_total=_total(found, BIDS),
        contracts_total=_total(found, CONTRACTS),
    )


def _total(found: Dossier, types: frozenset[RelationType]) -> int:
    return sum(kind.seen.total for kind in found.relations if kind.type in types)


def drawer(origin: Origin | None, by: str, words: Words, confirmed: str) -> tuple[tuple[str, str], ...]:
    """Where a record comes from, all of it, how surely it is about this party, and who confirmed that."""
    if origin is None:
        return ()
    rows = (
        (words("drawer.dataset"), words.dataset(origin.dataset)),
        (words("drawer.publisher"), origin.publisher),
        (words("drawer.file"), origin.file),
        (words("drawer.row"), str(origin.row) if origin.row else ""),
        (words("drawer.url"), origin.url),
        (words("drawer.taken"), words.time(origin.taken_at) if origin.taken_at else ""),
        (words("drawer.by"), words("drawer.by_name") if by == "name" else words("drawer.by_code")),
        (words("proof.confirmed"), confirmed),
    )
    return tuple(row for row in rows if row[1])


def _tie(one: RelationShown, me: str, people: dict[str, PartyShown], words: Words) -> Tie:
    other = one.target if one.source == me else one.source
    origin = one.origin
    return Tie(
        other=people.get(other),
        other_id=other,
        note=note(words, one),
        since=words.day(one.since),
        until=words.last_day(one.until),
        possibly_same=one.possibly_same,
        source="" if origin is None else source_line(origin.file or origin.dataset, origin.row),
        drawer=drawer(origin, one.by, words, words(f"graph.confirmed.{one.by}")),
    )


def _with_tenders(
    relations: tuple[RelationShown, ...], me: str, people: dict[str, PartyShown], words: Words
) -> tuple[Tie, ...]:
    """What a party did, one row each, with the tender to which the lot belongs."""
    tenders = {one.source: one.target for one in relations if one.type == RelationType.LOT_OF}
    ties = (_tie(one, me, people, words) for one in relations if one.type != RelationType.LOT_OF)
    return tuple(one._replace(whole=people.get(tenders.get(one.other_id, ""))) for one in ties)


def source_line(name: str, row: int) -> str:
    """Where a row stands."""
    return f"{name} · {row}" if row else name


def confirmed_by(one: ListingView, words: Words, answers: Answers | None) -> str:
    """Who answered whether a record is about somebody; else that nobody has, or had to."""
    said = "" if answers is None else answers.about(one.list, one.record)
    return said or (words("answered.none") if one.link == "name" else words("answered.number"))


def _record(one: ListingView, words: Words, answers: Answers | None) -> Record:
    origin = one.origin
    return Record(
        view=one,
        title=words.both(one.title),
        status=words.word("status", one.status),
        standing=one.status in ("ACTIVE", "DISPUTED"),
        since=words.day(one.effect_since),
        until=words.last_day(one.effect_until),
        law=_by_instrument(one, words),
        source="" if origin is None else source_line(origin.file or origin.dataset, origin.row),
        drawer=drawer(origin, one.link, words, confirmed_by(one, words, answers)),
    )


def _by_instrument(one: ListingView, words: Words) -> tuple[tuple[str, str], ...]:
    """The articles through which a list may act, together under their instruments."""
    found: dict[str, list[str]] = {}
    for law in one.law:
        found.setdefault(law.instrument, []).append(law.article)
    between = "、" if words.lang == "zh" else ", "
    return tuple(
        (instrument, between.join(dict.fromkeys(articles))) for instrument, articles in found.items()
    )


def _contact(one: Shared, people: dict[str, PartyShown], words: Words) -> Contact:
    return Contact(
        words=words.both(one.words),
        value=one.value,
        total=one.total,
        others=tuple(people[other] for other in one.parties if other in people),
    )
