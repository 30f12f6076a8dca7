"""Who was responsible for a project, phase by phase: the traceback of PPP projects and contract defaults.

A project is a thing of the graph; people are responsible for it in a phase (`RESPONSIBLE_FOR`, `role` the phase), and
the interval of that edge is the phase. Source: 国发〔2016〕76号 (项目责任回溯机制): identification, preparation,
procurement, execution and transfer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from graph import keys
from graph.dates import end_of_day, start_of_day
from graph.generation import Generation
from graph.model import Interval, Party, PartyType
from graph.relations import PartyRelation, RelationType

DEFAULT_DAYS = ("defaulted_on", "default_on")
"""Attributes of a project, of a contract, or of the buyer's part in it, that state the day of a default."""
_THINGS = ("project", "tender", "contract")


class Responsible(NamedTuple):
    """Someone responsible for a project on a day. `dated` is false where the record states no phase dates."""

    person: str
    """The party's key: says nothing personal."""
    name: str
    phase: str
    project: str
    relation: PartyRelation
    posts: tuple[str, ...] = ()
    """Offices held on that day, as organ and post."""

    @property
    def dated(self) -> bool:
        """Whether the record says when the phase began or ended."""
        return self.relation.valid.start is not None or self.relation.valid.end is not None


class Default(NamedTuple):
    """A default on record: its day (None: stated, but unreadable), whether a `contract`, the `project` or a `listing`
    states it, and which one."""

    on: date | None
    kind: str
    record: str


def find_project(generation: Generation, text: str) -> list[Party]:
    """The projects that somebody means: by number, party key or `type:number`; a tender's or contract's number finds
    the project it belongs to. Titles are shown, and name no project."""
    text = text.strip()
    scheme, sep, value = text.partition(":")
    schemes = (scheme,) if sep and scheme in _THINGS else _THINGS
    number = value.strip() if sep and scheme in _THINGS else text
    found: dict[str, Party] = {}
    for one in schemes:
        for party in _by_number(generation, one, number):
            for project in _projects_around(generation, party):
                found.setdefault(project.key, project)
    own = None if found else _party(generation, text)
    if own is not None and own.type is PartyType.PROJECT:
        found[own.key] = own
    return list(found.values())


def project_of(generation: Generation, tender: str) -> Party | None:
    """The project of a tender's number; None where the graph knows none, or more than one."""
    if not tender:
        return None
    found: dict[str, Party] = {}
    for scheme in ("project", "tender"):
        for party in _by_number(generation, scheme, tender):
            for project in _projects_around(generation, party):
                found.setdefault(project.key, project)
    return next(iter(found.values())) if len(found) == 1 else None


def traceback(
    generation: Generation, project: Party, *, on: date, known: int | None = None
) -> list[Responsible]:
    """Everyone responsible for a project on a day, phase by phase.

    Args:
        generation: what to read.
        project: the project (`find_project`).
        on: the day, e.g. of a default; the first and the last day of a phase belong to it.
        known: generation number whose records are read; default the newest.
    """
    day = Interval(start=start_of_day(on), end=end_of_day(on))
    found = [
        Responsible(
            person=relation.src,
            name=_label(generation, relation.src),
            phase=relation.role,
            project=_name(project),
            relation=relation,
            posts=_posts(generation, relation, day, known),
        )
        for relation in _relations(generation, project.key, known)
        if relation.type is RelationType.RESPONSIBLE_FOR
        and relation.dst == project.key
        and _meets(relation.valid, day)
    ]
    return sorted(found, key=lambda one: (one.phase, one.name, one.person))


def _posts(generation: Generation, duty: PartyRelation, day: Interval, known: int | None) -> tuple[str, ...]:
    """Offices on the day, as the record of the duty and the graph state them."""
    stated = [" ".join(filter(None, (duty.attributes.get("agency", ""), duty.attributes.get("post", ""))))]
    stated += [
        " ".join(filter(None, (_label(generation, one.dst), one.role)))
        for one in _relations(generation, duty.src, known)
        if one.type is RelationType.OFFICIAL_OF and one.src == duty.src and _meets(one.valid, day)
    ]
    return tuple(dict.fromkeys(filter(None, stated)))


def defaults_of(generation: Generation, tender: str, known: int | None = None) -> Iterator[Default]:
    """Defaults on record of a tender's project, and of the contracts that were made after the tender."""
    if not tender:
        return
    for scheme in ("tender", "project", "contract"):
        for party in _by_number(generation, scheme, tender):
            around = [party, *_projects_around(generation, party)]
            around += [
                contract
                for key in _contracts(generation, party.key, known)
                if (contract := _party(generation, key)) is not None
            ]
            for one in around:
                if one.type in (PartyType.CONTRACT, PartyType.PROJECT):
                    yield from _defaults(generation, one, known)


def _defaults(generation: Generation, party: Party, known: int | None) -> Iterator[Default]:
    stated = [party.attributes.get(name, "") for name in DEFAULT_DAYS]
    stated += [
        relation.attributes.get(name, "")
        for relation in _relations(generation, party.key, known)
        if relation.type is RelationType.PARTY_TO and relation.role in ("", "buyer")
        for name in DEFAULT_DAYS
    ]
    for text in dict.fromkeys(filter(None, stated)):
        try:
            day: date | None = date.fromisoformat(text[:10])
        except ValueError:
            day = None
        yield Default(day, party.type.value, _name(party))


def _contracts(generation: Generation, key: str, known: int | None) -> Iterator[str]:
    """Contracts of a tender, of its lots, or of a project."""
    places = [key]
    for relation in _relations(generation, key, known):
        if relation.type is RelationType.LOT_OF and relation.dst == key:
            places.append(relation.src)
    for place in places:
        for relation in _relations(generation, place, known):
            if relation.type is RelationType.CONTRACT_OF and relation.dst == place:
                yield relation.src


def _projects_around(generation: Generation, party: Party) -> Iterator[Party]:
    """The party itself if it is a project, else the projects that it is connected with directly."""
    if party.type is PartyType.PROJECT:
        yield party
        return
    for relation in _relations(generation, party.key, None):
        other = _party(generation, relation.dst if relation.src == party.key else relation.src)
        if other is not None and other.type is PartyType.PROJECT:
            yield other


def _by_number(generation: Generation, scheme: str, value: str) -> Iterator[Party]:
    for ordinal in generation.parties(keys.identifier(scheme, value)):
        party = generation.party(ordinal)
        if any(i.scheme == scheme and i.value == value for i in party.ids):
            yield party


def _relations(generation: Generation, key: str, known: int | None) -> tuple[PartyRelation, ...]:
    ordinal = generation.party_ordinal(key)
    if ordinal is None:
        return ()
    return tuple(generation.relations(ordinal, generation.number if known is None else known))


def _party(generation: Generation, key: str) -> Party | None:
    ordinal = generation.party_ordinal(key)
    return None if ordinal is None else generation.party(ordinal)


def _label(generation: Generation, key: str) -> str:
    party = _party(generation, key)
    return key if party is None else _name(party)


def _name(party: Party) -> str:
    if party.names:
        return party.names[0].text
    return party.ids[0].value if party.ids and party.type.thing else party.key


def _meets(one: Interval, other: Interval) -> bool:
    return (one.start is None or other.end is None or one.start < other.end) and (
        one.end is None or other.start is None or one.end > other.start
    )
