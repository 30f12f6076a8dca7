"""Golden scenario files as records: the fields of a scenario become listings, parties and relations.

A scenario is written by people: an unknown key is an error, so that a misspelt expectation never passes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec

from api.scenario_casework import ObjectionSpec, RepairSpec
from graph.dates import china_day, end_of_day, parse_instant
from graph.identifiers import parse_organization, parse_person
from graph.model import (
    Id,
    Interval,
    Listing,
    Mention,
    Name,
    NameKind,
    PartyRecord,
    PartyType,
    Penalty,
    Related,
    Source,
    Status,
    StatusEvent,
)  # fmt: skip
from graph.relations import Relation, RelationType
from loaders.records import to_id

DEFAULT_AT = "2026-11-22T10:00:00+08:00"
PUBLISHER = "scenario"


class ScenarioError(Exception):
    """A scenario file that can't be run. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every part of a scenario file."""


class IdSpec(Spec, frozen=True, kw_only=True):
    """A number with its scheme."""

    id: str
    scheme: str = ""


class PersonSpec(Spec, frozen=True, kw_only=True):
    """Someone beside the subject of a record."""

    name: str
    id: str = ""
    role: str = ""


class FormerName(Spec, frozen=True, kw_only=True):
    """A name borne before."""

    name: str
    start: str = msgspec.field(default="", name="from")
    end: str = msgspec.field(default="", name="to")


class EventSpec(Spec, frozen=True, kw_only=True):
    """An exit from, or a pause of, a listing."""

    status: Status
    start: str = msgspec.field(default="", name="from")
    end: str = msgspec.field(default="", name="to")
    reason: str = ""


class RecordSpec(Spec, frozen=True, kw_only=True):
    """A record on a list, as fields."""

    name: str = ""
    type: PartyType = PartyType.ORGANIZATION
    uscc: str = ""
    org_code: str = ""
    reg_no: str = ""
    citizen_id: str = ""
    id: str = ""
    identifiers: tuple[IdSpec, ...] = ()
    sex: str = ""
    age: int | None = None
    age_at: str = ""
    birth_year: int | None = None
    legal_rep: str = ""
    case_no: str = ""
    decision_no: str = ""
    authority: str = ""
    effect_from: str = ""
    effect_to: str = ""
    published_from: str = ""
    published_to: str = ""
    status_events: tuple[EventSpec, ...] = ()
    fine_cny: str | int | None = None
    penalty_kinds: tuple[str, ...] = ()
    decided_on: str = ""
    ban_unreadable: bool = False
    grounds: tuple[str, ...] = ()
    region: str = ""
    scope: str = ""
    reason: str = ""
    measure: str = ""
    former_names: tuple[str, ...] = ()
    related: tuple[PersonSpec, ...] = ()
    key: str = ""


RECORD_FIELDS = frozenset(field.encode_name for field in msgspec.structs.fields(RecordSpec))


class ListSpec(Spec, frozen=True, kw_only=True):
    """A list as published at a moment. `records` are rows as published (by heading) or fields."""

    taken_at: str | None = None
    snapshot: Literal["full", "delta"] = "full"
    kind: str = ""
    records: tuple[dict[str, Any], ...] = ()

    @property
    def published(self) -> bool:
        """Whether the records are rows as published, to be read by a loader; a list of nobody is none."""
        return any(self.kind or not record.keys() <= RECORD_FIELDS for record in self.records)


class PartySpec(Spec, frozen=True, kw_only=True):
    """A party of the register."""

    id: str
    name: str = ""
    type: PartyType = PartyType.ORGANIZATION
    identifiers: tuple[IdSpec, ...] = ()
    former_names: tuple[FormerName, ...] = ()
    legal_rep: PersonSpec | None = None
    attributes: dict[str, str] = {}


class RelationSpec(Spec, frozen=True, kw_only=True):
    """An edge between two parties of the scenario, by their ids."""

    type: RelationType
    src: str
    dst: str
    share: str | int | None = None
    share_min: str | int | None = None
    share_max: str | int | None = None
    votes: str | int | None = None
    role: str = ""
    attributes: dict[str, str] = {}
    start: str = msgspec.field(default="", name="from")
    end: str = msgspec.field(default="", name="to")


class Expected(Spec, frozen=True, kw_only=True):
    """What is expected of a bidder, subject or tender: `codes` fire among others, `not_codes` must not.

    `says`, `not_says`: words of the sentences in Chinese; `traces`: why candidates of bidders were put aside.
    """

    verdict: str = ""
    codes: tuple[str, ...] = ()
    not_codes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    not_says: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()


class ExpectedPair(Expected, frozen=True, kw_only=True):
    """What is expected of two bidders together."""

    a: str
    b: str


class ExpectedMeasure(Spec, frozen=True, kw_only=True):
    """A ticket that the decision gives, or must not give, and what is done on it: reported, then revoked.

    `bidder`, `list` and `measure` choose one; without any it is the first.
    """

    ticket: bool
    bidder: str = ""
    list: str = ""
    measure: str = ""
    reported: bool = False
    revoked: bool = False


class Expect(Spec, frozen=True, kw_only=True):
    """Expectations of a step. `timeliness` are counts of the report, e.g. `late`, over all authorities."""

    verdict: str = ""
    bidders: dict[str, Expected] = {}
    pairs: tuple[ExpectedPair, ...] = ()
    subjects: dict[str, Expected] = {}
    tender: Expected | None = None
    not_assessed: tuple[str, ...] = ()
    measures: tuple[ExpectedMeasure, ...] = ()
    timeliness: dict[str, int] = {}


class Step(Spec, frozen=True, kw_only=True):
    """What arrives at a moment, and what is asked then. A step without a request only loads.

    `review` is a person's answer to every match that the step before asked about; `objection` and `repair` are
    about a record of the last decision.
    """

    at: str = DEFAULT_AT
    review: Literal["", "confirm", "reject"] = ""
    objection: ObjectionSpec | None = None
    repair: RepairSpec | None = None
    lists: dict[str, ListSpec] = {}
    parties: tuple[PartySpec, ...] = ()
    relations: tuple[RelationSpec, ...] = ()
    request: dict[str, Any] | None = None
    expect: Expect = Expect()


class Title(Spec, frozen=True, kw_only=True):
    """A title in both languages."""

    zh: str
    en: str


class Scenario(Spec, frozen=True, kw_only=True):
    """A golden scenario: one step inline, or several in time."""

    id: str
    title: Title
    source: str
    rules: tuple[str, ...] = ()
    xfail: str = ""
    steps: tuple[Step, ...] = ()


_STEP_KEYS = frozenset(field.encode_name for field in msgspec.structs.fields(Step))


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: `scenario.unreadable`, `scenario.invalid`: not JSON, or not of the format.
    """
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ScenarioError("scenario.unreadable", path=path, detail=type(error).__name__) from error
    if isinstance(document, dict) and "steps" not in document:
        inline = {key: document.pop(key) for key in list(document) if key in _STEP_KEYS}
        document["steps"] = [inline]
    if isinstance(document, dict):
        document.pop("$schema", None)
    try:
        return msgspec.convert(document, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError("scenario.invalid", path=path, detail=str(error)) from error


def begin(text: str) -> datetime | None:
    """The first instant of a day, or an instant as given."""
    return parse_instant(text) if text else None


def finish(text: str) -> datetime | None:
    """The end of a period: its last day counts; an instant ends it as given."""
    if not text:
        return None
    return end_of_day(date.fromisoformat(text)) if len(text) == 10 else parse_instant(text)


def day(text: str) -> date | None:
    """A calendar day."""
    return date.fromisoformat(text) if text else None


def _decimal(value: str | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _ids(kind: PartyType, pairs: tuple[tuple[str, str], ...]) -> tuple[Id, ...]:
    if kind.thing:  # a thing has one identifier, whose scheme is called like its type
        return tuple(Id(scheme=scheme or kind.value, value=value) for scheme, value in pairs if value)
    parse = parse_person if kind is PartyType.PERSON else parse_organization
    return tuple(to_id(parse(value, scheme)) for scheme, value in pairs if value)


def _person(spec: PersonSpec, key: str = "") -> Mention:
    return Mention(
        type=PartyType.PERSON, name=spec.name, key=key, ids=_ids(PartyType.PERSON, (("", spec.id),))
    )


def listing(code: str, spec: RecordSpec, position: int, taken_at: datetime | None) -> Listing:
    """A record of a list, from its fields."""
    person = spec.type is PartyType.PERSON
    numbers: tuple[tuple[str, str], ...] = (
        (("citizen_id", spec.citizen_id), ("", spec.id))
        if person
        else (("uscc", spec.uscc), ("org_code", spec.org_code), ("reg_no", spec.reg_no), ("", spec.id))
    )
    numbers += tuple((one.scheme, one.id) for one in spec.identifiers)
    age_at = day(spec.age_at) or (china_day(taken_at) if taken_at is not None else None)
    penalty = None
    if spec.penalty_kinds or spec.fine_cny is not None or spec.decided_on or spec.ban_unreadable:
        penalty = Penalty(
            kinds=spec.penalty_kinds,
            fine_cny=_decimal(spec.fine_cny),
            decided_on=day(spec.decided_on),
            ban_unreadable=spec.ban_unreadable,
        )
    return Listing(
        list_code=code,
        key=spec.key
        or "|".join((spec.case_no or spec.decision_no, spec.authority, spec.name or str(position))),
        subject=Mention(
            type=spec.type,
            name=spec.name,
            names=tuple(Name(text=name, kind=NameKind.FORMER) for name in spec.former_names),
            ids=_ids(spec.type, numbers),
            sex={"男": "m", "女": "f"}.get(spec.sex, spec.sex),
            age=spec.age,
            age_at=age_at if spec.age is not None else None,
            birth_year=spec.birth_year,
            region=spec.region,
            legal_rep=spec.legal_rep,
        ),
        effect=Interval(start=begin(spec.effect_from), end=finish(spec.effect_to)),
        published=Interval(start=begin(spec.published_from), end=finish(spec.published_to)),
        events=tuple(
            StatusEvent(
                status=event.status,
                span=Interval(start=begin(event.start), end=finish(event.end)),
                reason=event.reason,
            )
            for event in spec.status_events
        ),
        related=tuple(Related(role=person.role, mention=_person(person)) for person in spec.related),
        authority=spec.authority,
        decision_no=spec.decision_no,
        case_no=spec.case_no,
        grounds=spec.grounds,
        reason=spec.reason,
        measure=spec.measure,
        region=spec.region,
        scope=spec.scope,
        penalty=penalty,
        raw=_raw(spec),
        source=Source(
            dataset=code, file="scenario.json", row=position, taken_at=taken_at, publisher=PUBLISHER
        ),
    )


def _raw(spec: RecordSpec) -> dict[str, str]:
    """The row as evidence shows it: the single values of the record."""
    return {
        key: str(value)
        for key, value in msgspec.structs.asdict(spec).items()
        if value and not isinstance(value, tuple)
    }


def mention(spec: PartySpec) -> Mention:
    """A party of the register as its records name it."""
    return Mention(
        type=spec.type,
        name=spec.name,
        key=spec.id,
        names=tuple(
            Name(
                text=former.name,
                kind=NameKind.FORMER,
                valid=Interval(start=begin(former.start), end=finish(former.end)),
            )
            for former in spec.former_names
        ),
        ids=_ids(spec.type, tuple((i.scheme, i.id) for i in spec.identifiers)),
        legal_rep=spec.legal_rep.name if spec.legal_rep is not None else "",
    )


def register(
    parties: Mapping[str, PartySpec], relations: tuple[RelationSpec, ...]
) -> tuple[tuple[PartyRecord, ...], tuple[Relation, ...]]:
    """The register's rows and edges.

    Raises:
        ScenarioError: `scenario.party`: an edge names a party that the scenario does not have.
    """
    source = Source(dataset="register", publisher=PUBLISHER)
    rows = tuple(
        PartyRecord(key=key, subject=mention(spec), attributes=spec.attributes, source=source)
        for key, spec in parties.items()
    )
    edges = []
    for position, spec in enumerate(relations):
        for end in (spec.src, spec.dst):
            if end not in parties:
                raise ScenarioError("scenario.party", id=end)
        edges.append(
            Relation(
                type=spec.type,
                key=f"{position}|{spec.type}|{spec.src}|{spec.dst}",
                src=mention(parties[spec.src]),
                dst=mention(parties[spec.dst]),
                share=_decimal(spec.share),
                share_min=_decimal(spec.share_min),
                share_max=_decimal(spec.share_max),
                votes=_decimal(spec.votes),
                role=spec.role,
                attributes=spec.attributes,
                valid=Interval(start=begin(spec.start), end=finish(spec.end)),
                source=source,
            )
        )
    for key, party in parties.items():
        if party.legal_rep is not None:
            edges.append(
                Relation(
                    type=RelationType.LEGAL_REP_OF,
                    key=f"rep|{key}",
                    src=_person(party.legal_rep, f"rep|{key}"),
                    dst=mention(party),
                    source=source,
                )
            )
    return rows, tuple(edges)


__all__ = ["Scenario", "ScenarioError", "Step", "listing", "read_scenario", "register"]
