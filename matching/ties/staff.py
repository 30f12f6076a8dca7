"""People who stand in two bids: `person.agent`, `person.staff`, `person.crossed`, `person.head`, `person.contact`,
`person.employer` and `person.masked` ties (C02, C03, R04, R08).

A person is the same by number. Two equal names are a namesake until a number says otherwise: they tie nobody, and
the answer says that numbers are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from graph import text
from graph.identifiers import compare_masked, mask_person_id
from graph.projection.contacts import phones
from matching.request import Person
from matching.rules.base import BidderView, Case, Fact, Tie
from matching.subjects import Subject, person_subject
from matching.ties.base import Ties, grouped
from matching.ties.rivals import Rivals, Values

OF_THE_PROJECT = frozenset({"project_manager", "key_staff"})
HEADS = frozenset({"legal_rep", "principal"})
_KINDS = ("person.staff", "person.agent", "person.crossed", "person.head")
"""The weightiest first: a person may have several roles in a bid."""
MIN_VISIBLE = 8
"""Digits that two masked numbers must show alike before they say anything."""


class _Named(NamedTuple):
    role: str
    person: Person
    subject: Subject


def read(case: Case, rivals: Rivals, ties: Ties) -> bool:
    """Ties of people in both bids.

    Returns:
        Whether people of one name stand in rival bids and a number is missing to tell them apart.
    """
    people = [list(_people(view)) for view in case.bidders]
    numbered = (
        (code, place) for place, named in enumerate(people) for one in named for code in one.subject.codes
    )
    tied: set[tuple[int, int, str]] = set()
    for code, places in grouped(numbered):
        for i, j in rivals.pairs(places):
            one, other = _bearers(people[i], code), _bearers(people[j], code)
            tied.update((i, j, named.subject.n6) for named in (*one, *other))
            if (tie := _tie(one, other, len(places))) is not None:
                ties.pair(i, j, tie)
    unsure = _by_name(rivals, ties, people, tied)
    _contact_people(case, rivals, ties)
    _employers(case, rivals, ties, people)
    return unsure


def _people(view: BidderView) -> Iterator[_Named]:
    """The people that a bid names: those in its service, and the heads of its units."""
    bidder = view.bidder
    members = bidder.consortium.members if bidder.consortium is not None else ()
    named = [("agent", bidder.agent), ("project_manager", bidder.project_manager)]
    named += [("key_staff", person) for person in bidder.key_staff]
    for ref in (bidder, *members):
        named += [("legal_rep", ref.legal_rep), ("principal", ref.principal)]
    for role, person in named:
        if person is not None:
            yield _Named(role, person, person_subject(person))


def _bearers(people: list[_Named], code: str) -> list[_Named]:
    return [one for one in people if code in one.subject.codes]


def _tie(one: list[_Named], other: list[_Named], size: int) -> Tie | None:
    """The tie of one person in two bids, by what the person does in them. Two heads are a matter of rule B01."""
    found = [(_KINDS.index(kind), a, b) for a in one for b in other if (kind := _kind(a.role, b.role))]
    if not found:
        return None
    rank, a, b = min(found, key=lambda pair: pair[0])
    return Tie(
        kind=_KINDS[rank],
        by="code",
        facts=(Fact(field=_field(a.role), a=_shown(a), b=_shown(b)),),
        other=a.person.name,
        role=f"{a.role},{b.role}",
        size=size,
    )


def _kind(a: str, b: str) -> str:
    """What a person with these two roles ties; empty for two heads."""
    roles = {a, b}
    if roles == {"agent"}:
        return "person.agent"
    if roles <= OF_THE_PROJECT:
        return "person.staff"
    if roles <= HEADS:
        return ""
    return "person.head" if roles & HEADS else "person.crossed"


def _field(role: str) -> str:
    return f"{role}.identifiers"


def _shown(one: _Named) -> str:
    numbers = [mask_person_id(i.id) for i in one.person.identifiers]
    return " ".join(filter(None, (one.person.name, *numbers[:1])))


def _by_name(rivals: Rivals, ties: Ties, people: list[list[_Named]], tied: set[tuple[int, int, str]]) -> bool:
    """People of one name without numbers that decide: tied where masked numbers fit together, else only counted."""
    unsure = False
    named = (
        (one.subject.n6, place)
        for place, found in enumerate(people)
        for one in found
        if one.subject.n6 and one.role not in HEADS
    )
    for name, places in grouped(named):
        for i, j in rivals.pairs(places):
            if (i, j, name) in tied:
                continue
            one = next(p for p in people[i] if p.subject.n6 == name and p.role not in HEADS)
            other = next(p for p in people[j] if p.subject.n6 == name and p.role not in HEADS)
            match _masked(one.subject, other.subject):
                case "fits":
                    fact = Fact(field=_field(one.role), a=_shown(one), b=_shown(other))
                    roles = f"{one.role},{other.role}"
                    ties.pair(
                        i,
                        j,
                        Tie(
                            kind="person.masked", by="name", facts=(fact,), other=one.person.name, role=roles
                        ),
                    )
                case "open":
                    unsure = True
    return unsure


def _masked(one: Subject, other: Subject) -> str:
    """Whether the numbers of two people of one name `fits` together, differ (`apart`), or say too little (`open`)."""
    if one.codes and other.codes:
        return "apart"
    ours = [i for i in one.ids if i.state in ("valid", "masked")]
    theirs = [i for i in other.ids if i.state in ("valid", "masked")]
    for a in ours:
        for b in theirs:
            compared = compare_masked(a.value, b.value)
            if compared.kind != "incomparable" and not compared.agrees:
                return "apart"
            if compared.agrees and compared.visible_equal >= MIN_VISIBLE:
                return "fits"
    return "open"


def _employers(case: Case, rivals: Rivals, ties: Ties, people: list[list[_Named]]) -> None:
    """People in a bid whose employer, as the bid states it (社保), is a rival."""
    places: dict[str, int] = {}
    for view in case.bidders:
        for entity in view.entities:
            places.setdefault(entity.identity[-1] if entity.identity else "", view.index)
    for i, found in enumerate(people):
        for one in found:
            if not one.person.employer:
                continue
            j = places.get(f"name:{text.org_key(one.person.employer)}")
            if j is None or i == j or not rivals.meet(min(i, j), max(i, j)):
                continue
            said, whose = f"{one.person.name} {one.person.employer}", case.bidders[j].bidder.name
            fact = Fact(field=f"{one.role}.employer", a=said if i < j else whose, b=whose if i < j else said)
            ties.pair(i, j, Tie(kind="person.employer", by="name", facts=(fact,), other=one.person.name))


def _contact_people(case: Case, rivals: Rivals, ties: Ties) -> None:
    """Contact persons of one name and one telephone: 87号令 37(3) counts them among the project's members."""
    found = Values()
    for view in case.bidders:
        for contact in view.bidder.contacts:
            name = text.person_key(contact.name) if contact.name else ""
            for number in phones(contact.phone) if name and contact.phone else ():
                found.put(view.index, f"{name}\x1f{number}", contact.name)
    found.link(ties, rivals, "person.contact", "contacts.name")
